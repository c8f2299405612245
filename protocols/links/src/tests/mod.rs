//! The links as whole nodes in a small world: every property holds, and the bug that breaks it is seen to break it.

mod misuse;
mod promises;
mod world;

use std::collections::BTreeSet;

use world::{Name, Weather, World};

use crate::messenger::{Letter, MessengerConfig};
use crate::{
    FairLoss, Fifo, FifoConfig, Link, Numbered, Perfect, PerfectConfig, Stubborn, StubbornConfig,
};

type OverPerfect = Perfect<Letter>;
type OverFifo = Fifo<Letter, Perfect<Numbered<Letter>>>;

const STORM: Weather = Weather { loss: 20, copies: 20 };
const CALM: Weather = Weather { loss: 0, copies: 0 };
const SEEDS: std::ops::Range<u64> = 0..30;

fn over<C>(link: C) -> MessengerConfig<C> {
    let MessengerConfig { retry_after, .. } = MessengerConfig::<()>::default();
    MessengerConfig { link, retry_after }
}

/// Three nodes send 40 letters each to all, in a storm of a second; then it is calm for ten.
fn stormy<L: Link<Letter>>(config: MessengerConfig<L::Config>, seed: u64) -> World<L> {
    let mut world = World::new(config, 3, seed);
    world.weather(STORM);
    for letter in 0..40 {
        for (from, to) in pairs() {
            world.send_at(10 + 25 * letter, from, to);
        }
    }
    world
}

fn calm_down<L: Link<Letter>>(world: &mut World<L>) {
    world.run_until(1_100);
    world.weather(CALM);
    world.run_until(11_000);
}

fn pairs() -> impl Iterator<Item = (u32, u32)> {
    (0..3).flat_map(|from| (0..3).map(move |to| (from, to)))
}

/// PL1, of what was sent from that time on.
fn lost<L: Link<Letter>>(world: &World<L>, since: u64) -> usize {
    let delivered: BTreeSet<Name> = world.delivered.iter().copied().collect();
    let lost = |(time, name): &&(u64, Name)| *time >= since && !delivered.contains(name);
    world.sent.iter().filter(lost).count()
}

/// PL2.
fn repeated<L: Link<Letter>>(world: &World<L>) -> usize {
    world.delivered.len() - world.delivered.iter().collect::<BTreeSet<_>>().len()
}

/// PL3.
fn created<L: Link<Letter>>(world: &World<L>) -> usize {
    let sent: BTreeSet<Name> = world.sent.iter().map(|(_, name)| *name).collect();
    world.delivered.iter().filter(|name| !sent.contains(name)).count()
}

/// FIFO delivery: letters of one sender to one receiver that came after a later one. Two lives of a receiver are two receivers.
fn out_of_order<L: Link<Letter>>(world: &World<L>) -> usize {
    let mut count = 0;
    for (from, to) in pairs() {
        let of_pair = |name: &&Name| (name.0.0, name.1.0) == (from, to);
        let numbers: Vec<_> = world.delivered.iter().filter(of_pair).map(|name| name.2).collect();
        count += numbers.windows(2).filter(|pair| pair[0] > pair[1]).count();
    }
    count
}
