//! Faults of nodes: they crash, come back or not, and stand still.

use seatrial_node::{Fact, Node};

use crate::counts::FaultKind;
use crate::plan::{Fault, Target};
use crate::world::World;

impl<N: Node> World<N> {
    pub(super) fn begin_at_node(&mut self, index: usize, fault: &Fault) {
        match fault {
            Fault::Crash { node } | Fault::CrashStop { node } => self.crash(index, node),
            Fault::Pause { node } => self.pause(index, node),
            _ => unreachable!("a fault of nodes"),
        }
    }

    pub(super) fn end_at_node(&mut self, index: usize, fault: &Fault) {
        match fault {
            Fault::Crash { .. } => {
                if let Some(node) = self.nemesis.down.iter().position(|by| *by == Some(index)) {
                    self.nemesis.down[node] = None;
                    self.boot(node as u32);
                }
            }
            Fault::CrashStop { .. } => {}
            Fault::Pause { .. } => {
                if let Some(node) = self.nemesis.still.iter().position(|by| *by == Some(index)) {
                    self.resume(node as u32);
                }
            }
            _ => unreachable!("a fault of nodes"),
        }
    }

    /// Whoever is down and is to come back does so, and whoever stands still goes on.
    pub(super) fn heal_nodes(&mut self) {
        for node in 0..self.nodes.len() {
            if self.nemesis.comes_back(node) {
                self.nemesis.down[node] = None;
                self.boot(node as u32);
            }
            if self.nemesis.still[node].is_some() {
                self.resume(node as u32);
            }
        }
    }

    fn crash(&mut self, index: usize, target: &Target) {
        let Some(node) = self.target(target) else {
            return;
        };
        let kind = self.nemesis.kind(index);
        let for_good = self.nemesis.faults[index].fault.is_for_ever();
        if self.nodes[node as usize].is_none() {
            if for_good && self.nemesis.comes_back(node as usize) {
                self.stay_down(index, node);
            }
            return;
        }
        self.core.counts.bit(kind);
        self.nemesis.down[node as usize] = Some(index);
        self.bring_down(node);
    }

    /// A node that is up loses everything but its disk.
    pub(crate) fn bring_down(&mut self, node: u32) {
        self.nodes[node as usize] = None;
        self.nemesis.still[node as usize] = None;
        let unsynced = self.core.crash(node);
        let id = self.core.members[node as usize];
        self.core.tell(node, Fact::Crashed);
        let by = self.nemesis.down[node as usize];
        let for_good = by.is_some_and(|by| self.nemesis.faults[by].fault.is_for_ever());
        let end = if for_good { " and for good" } else { "" };
        self.core.trace_fault(|| format!("{id} crashes{end} with {unsynced} writes not synced"));
    }

    /// A node that is down will not start again.
    fn stay_down(&mut self, index: usize, node: u32) {
        self.core.counts.bit(FaultKind::CrashStop);
        self.nemesis.down[node as usize] = Some(index);
        let id = self.core.members[node as usize];
        self.core.trace_fault(|| format!("{id} stays down for good"));
    }

    fn pause(&mut self, index: usize, target: &Target) {
        let Some(node) = self.target(target) else {
            return;
        };
        let body = &mut self.core.bodies[node as usize];
        if body.paused || self.nodes[node as usize].is_none() {
            return;
        }
        body.paused = true;
        self.core.pauses += 1;
        self.nemesis.still[node as usize] = Some(index);
        let id = self.core.members[node as usize];
        self.core.tell(node, Fact::Paused);
        self.core.trace_fault(|| format!("{id} stands still"));
    }

    /// A paused node goes on, with all that has come for it meanwhile.
    fn resume(&mut self, node: u32) {
        self.nemesis.still[node as usize] = None;
        let body = &mut self.core.bodies[node as usize];
        body.paused = false;
        self.core.pauses -= 1;
        let mut waiting = std::mem::take(&mut body.waiting);
        for slot in waiting.drain(..) {
            self.core.requeue(slot);
        }
        self.core.bodies[node as usize].waiting = waiting;
        let id = self.core.members[node as usize];
        self.core.tell(node, Fact::Resumed);
        self.core.trace_fault(|| format!("{id} goes on"));
    }
}
