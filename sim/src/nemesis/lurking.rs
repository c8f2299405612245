//! Faults that lie in wait: a crash while writes are not synced, and a crash between two effects of one input.

use seatrial_history::FaultTurn;
use seatrial_node::Node;

use crate::event::Event;
use crate::plan::{Fault, Target};
use crate::queue::Lane;
use crate::world::World;

/// A fault that waits for its moment.
#[derive(Clone, Debug)]
pub(super) struct Lurk {
    fault: usize,
    target: Target,
    moment: Moment,
}

/// What it waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    /// Writes that are not synced.
    Writing,
    /// An input with more effects than these.
    Midway { after: u32 },
}

impl<N: Node> World<N> {
    pub(super) fn lie_in_wait(&mut self, fault: usize, planned: &Fault) {
        let (target, moment) = match planned {
            Fault::CrashWriting { node } => (node.clone(), Moment::Writing),
            Fault::CrashMidway { node, after } => (node.clone(), Moment::Midway { after: *after }),
            _ => unreachable!("a fault that lies in wait"),
        };
        self.core.trace_fault(None, FaultTurn::Once, || {
            format!("{} lies in wait: {planned}", planned.kind())
        });
        self.nemesis.lurks.push(Lurk { fault, target, moment });
        self.core.odd += 1;
        self.attend();
    }

    /// Nothing lies in wait any more.
    pub(super) fn give_up_waiting(&mut self) {
        self.core.odd -= self.nemesis.lurks.len() as u32;
        self.nemesis.lurks.clear();
        self.attend();
    }

    /// Looks again whether inputs have to be attended to.
    pub(crate) fn attend(&mut self) {
        let midway = |lurk: &Lurk| matches!(lurk.moment, Moment::Midway { .. });
        self.core.attended = self.core.tracing || self.nemesis.lurks.iter().any(midway);
    }

    /// A node is about to get an input. Where writes of it are not synced, and somebody waits for that, it may crash instead.
    pub(crate) fn crash_while_writing(&mut self, node: u32) {
        let lurks = self.nemesis.lurks.iter();
        let mut waiting = lurks.filter(|lurk| lurk.moment == Moment::Writing);
        let Some(lurk) = waiting.find(|lurk| self.is_aimed_at(&lurk.target, node)) else {
            return;
        };
        let fault = lurk.fault;
        if !self.core.bodies[node as usize].disk.is_writing() {
            return;
        }
        let site = self.core.tape.site("crash while writing");
        if self.core.tape.choose(site, node, 2) == 1 {
            self.strike(fault, node);
        }
    }

    /// The fault that waits for this node to be midway through an input, and after how many effects.
    pub(crate) fn waits_midway(&self, node: u32) -> Option<(usize, u32)> {
        self.nemesis.lurks.iter().find_map(|lurk| match lurk.moment {
            Moment::Midway { after } if self.is_aimed_at(&lurk.target, node) => {
                Some((lurk.fault, after))
            }
            _ => None,
        })
    }

    /// The moment has come: the node crashes, and the fault lasts from now on.
    pub(crate) fn strike(&mut self, fault: usize, node: u32) {
        self.nemesis.lurks.retain(|lurk| lurk.fault != fault);
        self.core.odd -= 1;
        self.attend();
        let kind = self.nemesis.kind(fault);
        self.core.counts.bit(kind);
        self.core.counts.effect(kind);
        self.nemesis.down[node as usize] = Some(fault);
        self.bring_down(node);
        let end = self.core.now + self.nemesis.faults[fault].lasts;
        if end < seatrial_node::Instant::ZERO + self.nemesis.heal_after {
            self.core.schedule(end, Lane::Plan, Event::FaultOver { index: fault as u32 });
        }
    }

    /// Whether a fault that is aimed so hits this node, as it is.
    fn is_aimed_at(&self, target: &Target, node: u32) -> bool {
        let Some(state) = &self.nodes[node as usize] else {
            return false;
        };
        match target {
            Target::Node(aimed) => self.core.members[node as usize] == *aimed,
            Target::Role(role) => state.status().is("role", role),
        }
    }
}
