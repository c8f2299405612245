//! Every promise holds, in many orders and with a crash at every send; and a planted bug breaks the promise that it should.

use super::judge::{BEST_EFFORT, Property, RELIABLE, UNIFORM, broken};
use super::world::{Oracle, Plan, Warn, Wire, World};
use crate::{
    AllAckUniform, BestEffort, Broadcast, EagerReliable, Frame, LazyReliable, MajorityAckUniform,
};

type Link = Wire<Frame<u64>>;
pub(super) type Beb = BestEffort<u64, Link>;
pub(super) type Eager = EagerReliable<u64, Link>;
pub(super) type Lazy = LazyReliable<u64, Link, Oracle>;
pub(super) type AllAck = AllAckUniform<u64, Link, Oracle>;
pub(super) type Majority = MajorityAckUniform<u64, Link>;

/// How many nodes may crash.
#[derive(Clone, Copy, Debug)]
pub(super) enum Crashes {
    None,
    AnyNumber,
    Minority,
}

/// Plans with two to five nodes, a few broadcasts and, for each, the first broadcaster's crash before each of its first sends.
pub(super) fn plans(crashes: Crashes) -> impl Iterator<Item = Plan> {
    (0..6_000_u64).map(move |seed| {
        let nodes = 2 + (seed % 4) as u32;
        let most = match crashes {
            Crashes::None => 0,
            Crashes::AnyNumber => nodes - 1,
            Crashes::Minority => nodes.div_ceil(2) - 1,
        };
        let broadcasts =
            (0..1 + seed % 5).map(|turn| (turn * 7 + seed / 3) as u32 % nodes).collect();
        let first = (seed / 3) as u32 % nodes;
        let who = (0..most.min(1 + (seed / 7 % 3) as u32)).map(|more| (first + more) % nodes);
        let crashes = who.enumerate().map(|(turn, who)| (who, (seed / 4 + turn as u64 * 5) % 24));
        Plan {
            nodes,
            seed,
            broadcasts,
            crashes: crashes.collect(),
            one_by_one: seed % 5 == 0,
            loss_of_crashed: [0, 50, 90, 100][(seed / 4 % 4) as usize],
            loss: 0,
        }
    })
}

/// The first plan under which a property does not hold, and which.
pub(super) fn first_broken<N>(
    config: &N::Config,
    crashes: Crashes,
    properties: &[Property],
) -> Option<(Plan, Property)>
where
    N: Warn + Broadcast<u64>,
{
    plans(crashes).find_map(|plan| {
        let world = World::<N>::run(plan.clone(), config);
        broken(&world.log, plan.nodes, &world.crashed, properties).map(|property| (plan, property))
    })
}

pub(super) fn holds<N>(config: &N::Config, crashes: Crashes, properties: &[Property])
where
    N: Warn + Broadcast<u64>,
{
    let found = first_broken::<N>(config, crashes, properties);
    assert!(found.is_none(), "{found:?}");
}

#[test]
fn best_effort_broadcast_keeps_its_promises_whoever_crashes() {
    holds::<Beb>(&Default::default(), Crashes::AnyNumber, BEST_EFFORT);
}

#[test]
fn best_effort_broadcast_does_not_promise_agreement() {
    let found = first_broken::<Beb>(&Default::default(), Crashes::AnyNumber, RELIABLE);
    assert!(matches!(found, Some((_, Property::Agreement))), "{found:?}");
}

#[test]
fn eager_reliable_broadcast_keeps_its_promises_whoever_crashes() {
    holds::<Eager>(&Default::default(), Crashes::AnyNumber, RELIABLE);
}

#[test]
fn lazy_reliable_broadcast_keeps_its_promises_whoever_crashes() {
    holds::<Lazy>(&Default::default(), Crashes::AnyNumber, RELIABLE);
}

#[test]
fn reliable_broadcasts_do_not_promise_uniform_agreement() {
    let found = first_broken::<Eager>(&Default::default(), Crashes::AnyNumber, UNIFORM);
    assert!(matches!(found, Some((_, Property::UniformAgreement))), "{found:?}");
    let found = first_broken::<Lazy>(&Default::default(), Crashes::AnyNumber, UNIFORM);
    assert!(matches!(found, Some((_, Property::UniformAgreement))), "{found:?}");
}

#[test]
fn all_ack_uniform_broadcast_keeps_its_promises_whoever_crashes() {
    holds::<AllAck>(&Default::default(), Crashes::AnyNumber, UNIFORM);
}

#[test]
fn majority_ack_uniform_broadcast_keeps_its_promises_while_a_majority_lives() {
    holds::<Majority>(&Default::default(), Crashes::Minority, UNIFORM);
}

#[test]
fn majority_ack_uniform_broadcast_stays_silent_without_a_majority() {
    let properties = &[Property::NoDuplication, Property::NoCreation, Property::UniformAgreement];
    let found = first_broken::<Majority>(&Default::default(), Crashes::AnyNumber, UNIFORM);
    assert!(matches!(found, Some((_, Property::Validity))), "{found:?}");
    // What a majority had, some survivor may have lost interest in, but never for good: a copy is on its way to it.
    holds::<Majority>(&Default::default(), Crashes::Minority, properties);
}
