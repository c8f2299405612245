//! Nodes by themselves: what one does when something happens to it.
//!
//! That depends on the node's own state, timers and disk, on the clock and on what happens, and on nothing else. A small world has many
//! states, but few different nodes in them: so whatever can happen to a node is tried once, in a world in which it is alone, and what came of
//! it is remembered. A step of the search then moves numbers about.

mod outcome;

use std::ops::Range;

use seatrial_history::{Moment, Observer};
use seatrial_node::{Fact, Instant, Node, NodeId, RequestToken};
use seatrial_sim::{Enabled, Happening, Incident, Standpoint, World};

use self::outcome::Oddity;
pub(crate) use self::outcome::{Deed, Outcome};
use crate::chance;
use crate::exploration::{Explorable, Exploration};
use crate::fingerprint::{Printer, Prints, fingerprint};
use crate::identity::Arrivals;
use crate::sparing::push;
use crate::symmetry::Images;

/// See the module.
pub(crate) struct Solos<N: Node> {
    /// Nodes and messages are numbered, equal ones alike, by their fingerprints.
    node_prints: Prints,
    nodes: Vec<Solo<N>>,
    /// For each node a world with no other node in it: where it is put to try things. None while that goes on.
    stages: Vec<Option<Box<World<N>>>>,
    /// By node: what most steps ask for.
    glances: Vec<Glance>,
    /// By node, and by letter among those to it: what came of it, as far as its glance says that it is known.
    received: Vec<Vec<Range<u32>>>,
    letter_prints: Prints,
    letters: Vec<Letter<N>>,
    /// What has been tried, and where among the outcomes what came of it begins and ends.
    tried: Prints,
    results: Vec<Range<u32>>,
    outcomes: Vec<Outcome>,
    /// By permutation of alike nodes.
    pub(crate) images: Vec<Images>,
}

/// A node as it is at some time.
struct Solo<N: Node> {
    point: Standpoint<N>,
    stage: u32,
    /// The numbers of its timers that may come due next, and of what its disk does next, on its stage.
    timers: Box<[u64]>,
    disk: Option<u64>,
}

/// What can be seen of a node at a glance: apart from the rest, so that much of it is near the processor.
struct Glance {
    print: u128,
    is_up: bool,
    has_disk: bool,
    /// It is up, and has neither a timer nor anything to do for its disk.
    is_still: bool,
    timers: u32,
    /// The letters that have been tried at the time that is said, and those of which nothing came, a bit each, by their ordinals. Others, and
    /// other times, are found by fingerprints.
    tried: u64,
    unheeded: u64,
    tried_at: Instant,
}

/// So many letters to one node are found without a fingerprint.
const NEAR: u32 = u64::BITS;

/// What a node listens to: for each letter to it whether that is known, and whether it does, a bit each.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ears {
    known: u64,
    open: u64,
}

impl Ears {
    /// The ordinal of a letter as they take it.
    pub(crate) const fn ordinal(ordinal: u32) -> u8 {
        if ordinal < NEAR { ordinal as u8 } else { NEAR as u8 }
    }

    /// Whether it listens to the letter of this ordinal, where that is known.
    #[inline]
    pub(crate) fn heed(self, ordinal: u8) -> Option<bool> {
        let bit = 1_u64.checked_shl(ordinal.into()).unwrap_or(0);
        (self.known & bit != 0).then_some(self.open & bit != 0)
    }
}

impl Glance {
    fn has_tried(&self, ordinal: u32, now: Instant) -> bool {
        ordinal < NEAR && self.tried_at == now && self.tried & 1 << ordinal != 0
    }
}

/// A message: from whom, to whom, and what it says.
pub(crate) struct Letter<N: Node> {
    pub(crate) from: NodeId,
    pub(crate) to: NodeId,
    pub(crate) body: N::Message,
    pub(crate) print: u128,
    /// The how-manieth it is to that node.
    pub(crate) ordinal: u32,
}

impl<N: Explorable> Solos<N> {
    pub(crate) fn new() -> Self {
        Self {
            node_prints: Prints::default(),
            nodes: Vec::new(),
            stages: Vec::new(),
            glances: Vec::new(),
            received: Vec::new(),
            letter_prints: Prints::default(),
            letters: Vec::new(),
            tried: Prints::default(),
            results: Vec::new(),
            outcomes: Vec::new(),
            images: Vec::new(),
        }
    }

    /// Takes a node out of a world.
    pub(crate) fn part(&mut self, world: &World<N>, node: NodeId, within: &Exploration<N>) -> u32 {
        let mut world = world.clone();
        for other in world.members().to_vec() {
            if other != node {
                world.kill(other, &mut ());
            }
        }
        self.drain(&mut world);
        let stage = self.stages.len() as u32;
        let number = self.keep(&world, node, stage, within);
        self.stages.push(Some(Box::new(world)));
        number
    }

    /// Takes all letters out of a world: those under way in it, in the order in which they were sent.
    pub(crate) fn drain(&mut self, world: &mut World<N>) -> Vec<u32> {
        let mut sent = Vec::new();
        while let Some((number, from, to, body)) = world.messages(0).last() {
            let body = body.clone();
            world.lose(number);
            sent.push(self.letter_number(from, to, body));
        }
        sent
    }

    /// The number of a letter, new or known.
    pub(crate) fn letter_number(&mut self, from: NodeId, to: NodeId, body: N::Message) -> u32 {
        let print = fingerprint(&(from, to, &body));
        let (number, is_new) = self.letter_prints.insert(print);
        if is_new {
            let known = self.letters.iter().rev().find(|letter| letter.to == to);
            let ordinal = known.map_or(0, |letter| letter.ordinal + 1);
            push(&mut self.letters, Letter { from, to, body, print, ordinal });
        }
        number
    }

    pub(crate) fn letter(&self, number: u32) -> &Letter<N> {
        &self.letters[number as usize]
    }

    pub(crate) fn outcome(&self, number: u32) -> &Outcome {
        &self.outcomes[number as usize]
    }

    /// The node of this number, if it is up.
    pub(crate) fn node(&self, solo: u32) -> Option<&N> {
        self.nodes[solo as usize].point.node()
    }

    pub(crate) fn is_up(&self, solo: u32) -> bool {
        self.glances[solo as usize].is_up
    }

    /// Stands for the node, its timers and its disk.
    pub(crate) fn print(&self, solo: u32) -> u128 {
        self.glances[solo as usize].print
    }

    /// Whether nothing happens to a node but what others do to it.
    pub(crate) fn is_still(&self, solo: u32) -> bool {
        self.glances[solo as usize].is_still
    }

    /// How many of its timers may come due next.
    pub(crate) fn timers(&self, solo: u32) -> u32 {
        self.glances[solo as usize].timers
    }

    /// Whether its disk has something to do.
    pub(crate) fn has_disk(&self, solo: u32) -> bool {
        self.glances[solo as usize].has_disk
    }

    /// All that may come of this, by the numbers of the outcomes.
    #[inline]
    pub(crate) fn outcomes(
        &mut self,
        solo: u32,
        deed: Deed,
        now: Instant,
        within: &Exploration<N>,
    ) -> Range<u32> {
        let Deed::Receive(letter) = deed else { return self.find(solo, deed, now, within) };
        let ordinal = self.letters[letter as usize].ordinal;
        if self.glances[solo as usize].has_tried(ordinal, now) {
            return self.received[solo as usize][ordinal as usize].clone();
        }
        let found = self.find(solo, deed, now, within);
        if ordinal < NEAR {
            let mut came = found.clone().map(|number| &self.outcomes[number as usize]);
            let is_idle = came.all(|outcome| outcome.is_idle);
            let (glance, received) =
                (&mut self.glances[solo as usize], &mut self.received[solo as usize]);
            if glance.tried_at != now {
                (glance.tried, glance.unheeded, glance.tried_at) = (0, 0, now);
            }
            glance.tried |= 1 << ordinal;
            glance.unheeded |= u64::from(is_idle) << ordinal;
            let near = ordinal as usize;
            let more = (near + 1).saturating_sub(received.len());
            received.reserve_exact(more);
            received.resize(received.len() + more, 0..0);
            received[near] = found.clone();
        }
        found
    }

    /// What this node listens to, as far as that is known.
    #[inline]
    pub(crate) fn ears(&self, solo: u32, now: Instant, within: &Exploration<N>) -> Ears {
        let glance = &self.glances[solo as usize];
        match glance.is_up {
            false => Ears { known: u64::MAX, open: 0 },
            true if within.arrivals == Arrivals::Once => Ears { known: u64::MAX, open: u64::MAX },
            true if glance.tried_at == now => Ears { known: glance.tried, open: !glance.unheeded },
            true => Ears::default(),
        }
    }

    /// Whether a node is there to receive a letter, and anything comes of it.
    pub(crate) fn heeds(
        &mut self,
        solo: u32,
        letter: u32,
        now: Instant,
        within: &Exploration<N>,
    ) -> bool {
        if !self.is_up(solo) || within.arrivals == Arrivals::Once {
            return self.is_up(solo);
        }
        let mut came = self.outcomes(solo, Deed::Receive(letter), now, within);
        came.any(|number| !self.outcomes[number as usize].is_idle)
    }

    /// What may come of this, found by its fingerprint.
    fn find(&mut self, solo: u32, deed: Deed, now: Instant, within: &Exploration<N>) -> Range<u32> {
        let (place, is_new) = self.tried.insert(fingerprint(&(solo, deed, now.as_nanos())));
        if is_new {
            let result = self.attempt(solo, deed, now, within);
            push(&mut self.results, result);
        }
        self.results[place as usize].clone()
    }

    /// Tries it with all that the node may choose.
    #[cold]
    fn attempt(
        &mut self,
        solo: u32,
        deed: Deed,
        now: Instant,
        within: &Exploration<N>,
    ) -> Range<u32> {
        let (first, began) = (self.outcomes.len() as u32, now);
        let (stage, node) = (self.nodes[solo as usize].stage, self.nodes[solo as usize].point.id());
        let mut world = self.stages[stage as usize].take().expect("one thing is tried at a time");
        let mut next = Some(Vec::new());
        while let Some(chance) = next {
            world.stand_at(&self.nodes[solo as usize].point);
            world.turn_clock_to(now);
            world.script(chance.clone());
            let mut told = Vec::new();
            let mut went = self.happen(&mut world, solo, deed, &mut told, within);
            if within.prompt_disks && went.is_ok() {
                went = finish_disk(&mut world, &mut Ear { told: &mut told });
            }
            let made = world.tape().recorded();
            next = chance::next(made);
            let too_wide = chance::too_wide(made);
            let sent = self.drain(&mut world);
            let now = world.now();
            let after = self.keep(&world, node, stage, within);
            let is_quiet = told.is_empty() && went.is_ok();
            let is_idle = after == solo && sent.is_empty() && is_quiet;
            let change = self.print(after).wrapping_sub(self.print(solo));
            let index = self.outcomes.len() as u32 - first;
            let outcome = Outcome {
                of: (solo, deed, began, index),
                solo: after,
                sent: sent.into(),
                told: told.into_iter().map(|fact| (fact, fingerprint(&fact))).collect(),
                now,
                oddity: Oddity::of(chance, too_wide, went.err()),
                is_idle,
                is_quiet,
                change,
            };
            push(&mut self.outcomes, outcome);
        }
        self.stages[stage as usize] = Some(world);
        first..self.outcomes.len() as u32
    }

    fn happen(
        &self,
        world: &mut World<N>,
        solo: u32,
        deed: Deed,
        told: &mut Vec<Fact>,
        within: &Exploration<N>,
    ) -> Result<(), Incident> {
        let Solo { point, timers, disk, .. } = &self.nodes[solo as usize];
        let node = point.id();
        let mut ear = Ear { told };
        match deed {
            Deed::Receive(number) => {
                let Letter { from, to, body, .. } = self.letter(number);
                world.hand(*from, *to, body.clone(), &mut ear)
            }
            Deed::Timer(place) => world.let_happen(timers[place as usize], &mut ear),
            Deed::Disk => world.let_happen(disk.expect("the disk has something to do"), &mut ear),
            Deed::Ask(index) => {
                let request = within.asks[index as usize].1.clone();
                world.request(node, RequestToken(index.into()), request, &mut ear)
            }
            Deed::Crash => {
                world.kill(node, &mut ear);
                Ok(())
            }
            Deed::Restart => world.start_again(node, &mut ear),
        }
    }

    /// The number of a node, new or known.
    fn keep(&mut self, world: &World<N>, node: NodeId, stage: u32, within: &Exploration<N>) -> u32 {
        let mut printer = Printer::default();
        std::hash::Hash::hash(&node, &mut printer);
        world.hash_node(node, &mut printer);
        let is_up = world.node(node).is_some();
        if !is_up && within.budget.restarts > 0 {
            world.hash_disk(node, &mut printer);
        }
        let print = printer.print();
        let (number, is_new) = self.node_prints.insert(print);
        if is_new {
            let mut enabled: Vec<Enabled> = Vec::new();
            world.enabled(&mut enabled);
            let of = |is_meant: fn(Happening) -> bool| {
                enabled.iter().filter(move |event| is_meant(event.what)).map(|event| event.number)
            };
            let timers: Box<[u64]> = of(|what| matches!(what, Happening::Timer { .. })).collect();
            let disk = of(|what| matches!(what, Happening::Disk { .. })).next();
            let glance = Glance {
                print,
                is_up,
                has_disk: disk.is_some(),
                is_still: is_up && timers.is_empty() && disk.is_none(),
                timers: timers.len() as u32,
                tried: 0,
                unheeded: 0,
                tried_at: Instant::ZERO,
            };
            push(&mut self.glances, glance);
            push(&mut self.received, Vec::new());
            let point = world.standpoint(node);
            push(&mut self.nodes, Solo { point, stage, timers, disk });
        }
        number
    }
}

/// Lets a disk do all that it was asked.
fn finish_disk<N: Explorable>(world: &mut World<N>, ear: &mut Ear<'_>) -> Result<(), Incident> {
    let mut enabled: Vec<Enabled> = Vec::new();
    loop {
        enabled.clear();
        world.enabled(&mut enabled);
        let is_disk = |event: &&Enabled| matches!(event.what, Happening::Disk { .. });
        let Some(next) = enabled.iter().find(is_disk) else { return Ok(()) };
        world.let_happen(next.number, ear)?;
    }
}

/// Writes down what a node tells.
struct Ear<'a> {
    told: &'a mut Vec<Fact>,
}

impl Observer for Ear<'_> {
    fn fact(&mut self, _: Moment, _: NodeId, fact: &Fact) {
        self.told.push(*fact);
    }
}
