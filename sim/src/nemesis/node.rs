//! Faults of nodes: they crash, come back or not, and stand still.

use seatrial_history::FaultTurn;
use seatrial_node::{Duration, Fact, Node, NodeId};

use crate::counts::FaultKind;
use crate::event::Event;
use crate::plan::{Fault, PausedClock, Target};
use crate::queue::Lane;
use crate::schedule::Step;
use crate::world::World;

impl<N: Node> World<N> {
    pub(super) fn begin_at_node(&mut self, index: usize, fault: &Fault) {
        match fault {
            Fault::Crash { node } | Fault::CrashStop { node } => self.crash(index, node),
            Fault::Pause { node, clock } => self.pause(index, node, *clock),
            Fault::CrashLoop { node, .. } => self.begin_loop(index, node),
            Fault::CrashZone { zone, nodes } => self.crash_zone(index, zone, nodes),
            Fault::CrashWriting { .. } | Fault::CrashMidway { .. } => {
                self.lie_in_wait(index, fault);
            }
            Fault::Wipe { node } => self.wipe(index, node),
            Fault::SlowCpu { node, takes } => self.slow_down(index, node, *takes),
            Fault::Upgrade { node, version } => self.upgrade(index, node, *version),
            _ => unreachable!("a fault of nodes"),
        }
    }

    pub(super) fn end_at_node(&mut self, index: usize, fault: &Fault) {
        match fault {
            Fault::Crash { .. }
            | Fault::CrashZone { .. }
            | Fault::CrashWriting { .. }
            | Fault::CrashMidway { .. }
            | Fault::Wipe { .. }
            | Fault::Upgrade { .. } => self.bring_back(index),
            Fault::CrashLoop { .. } => {
                self.nemesis.loops.retain(|(by, ..)| *by != index);
                self.bring_back(index);
            }
            Fault::CrashStop { .. } => {}
            Fault::Pause { .. } => {
                if let Some(node) = self.nemesis.still.iter().position(|by| *by == Some(index)) {
                    self.resume(node as u32);
                }
            }
            Fault::SlowCpu { .. } => {
                let mut nodes = 0..self.nodes.len() as u32;
                if let Some(node) = nodes.find(|node| self.core.slowed_by(*node) == Some(index)) {
                    self.speed_up(node, FaultTurn::Ends(index as u32));
                }
            }
            _ => unreachable!("a fault of nodes"),
        }
    }

    /// Whoever is down and is to come back does so, whoever stands still goes on, and nobody waits to do more harm.
    pub(super) fn heal_nodes(&mut self) {
        self.give_up_waiting();
        self.nemesis.loops.clear();
        for node in 0..self.nodes.len() {
            if !self.nemesis.heals(node) {
                continue;
            }
            if self.nemesis.comes_back(node) {
                self.come_back(node);
            }
            if self.nemesis.still[node].is_some() {
                self.resume(node as u32);
            }
            if self.core.bodies[node].slow.is_some() {
                self.speed_up(node as u32, FaultTurn::Once);
            }
        }
    }

    /// Whoever is down, and may come back, starts.
    pub(crate) fn start_nodes(&mut self) {
        for node in 0..self.nodes.len() {
            if self.nodes[node].is_none() && self.nemesis.comes_back(node) {
                self.come_back(node);
            }
        }
    }

    /// Whoever is down, and no fault of the plan is to blame, starts, but for who is left as he is.
    pub(crate) fn start_the_fallen(&mut self) {
        for node in 0..self.nodes.len() {
            let is_down = self.nodes[node].is_none() && self.nemesis.down[node].is_none();
            if is_down && self.nemesis.heals(node) && !self.nemesis.disks.refused(node) {
                self.come_back(node);
            }
        }
    }

    /// Whoever is down by this fault starts.
    fn bring_back(&mut self, index: usize) {
        for node in 0..self.nodes.len() {
            if self.nemesis.down[node] == Some(index) {
                self.come_back(node);
            }
        }
    }

    /// Nothing keeps a node down any more.
    pub(crate) fn come_back(&mut self, node: usize) {
        self.nemesis.down[node] = None;
        let id = self.core.members[node];
        self.core.note(Step::Restart { node: id }, "");
        self.nemesis.disks.start(node);
        self.boot(node as u32);
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
        self.take_down(index, node);
    }

    /// This fault ends a life.
    fn take_down(&mut self, index: usize, node: u32) {
        self.core.counts.effect(self.nemesis.kind(index));
        self.nemesis.down[node as usize] = Some(index);
        self.bring_down(node);
    }

    fn crash_zone(&mut self, index: usize, zone: &str, nodes: &[NodeId]) {
        self.core.trace_fault(None, FaultTurn::Once, || format!("all of {zone} crash"));
        let up: Vec<u32> = (nodes.iter().filter_map(|node| self.core.slot(*node)))
            .filter(|node| self.nodes[*node as usize].is_some())
            .collect();
        if !up.is_empty() {
            self.core.counts.bit(FaultKind::CrashZone);
        }
        for node in up {
            self.take_down(index, node);
        }
    }

    fn begin_loop(&mut self, index: usize, target: &Target) {
        if let Some(node) = self.target(target) {
            self.nemesis.loops.push((index, node, false));
            self.turn_loop(index);
        }
    }

    /// A node in a loop crashes, or starts. Where something else keeps it down, the loop waits.
    pub(super) fn turn_loop(&mut self, index: usize) {
        let Some(turn) = self.nemesis.loops.iter().position(|(by, ..)| *by == index) else {
            return;
        };
        let Fault::CrashLoop { up_for, down_for, .. } = self.nemesis.faults[index].fault else {
            unreachable!("only a loop has turns");
        };
        let (_, node, bitten) = &mut self.nemesis.loops[turn];
        let node = *node;
        let is_up = self.nodes[node as usize].is_some();
        if is_up && !std::mem::replace(bitten, true) {
            self.core.counts.bit(FaultKind::CrashLoop);
        }
        if is_up {
            self.take_down(index, node);
        } else {
            self.bring_back(index);
        }
        let next = self.core.now + if is_up { down_for } else { up_for };
        self.core.schedule(next, Lane::Plan, Event::FaultTurn { index: index as u32 });
    }

    /// The disk of a node is gone, and so is what the node knows. One that is down for good needs none.
    fn wipe(&mut self, index: usize, target: &Target) {
        let Some(node) = self.there(target).filter(|node| !self.nemesis.disks.is_swapped(*node))
        else {
            return;
        };
        self.core.counts.bit(FaultKind::Wipe);
        let disk = &mut self.core.bodies[node as usize].disk;
        if disk.has_files() {
            self.core.counts.effect(FaultKind::Wipe);
        }
        disk.reset();
        self.nemesis.lives[node as usize].1 = true;
        let id = self.core.members[node as usize];
        self.core.tell(node, Fact::DiskReplaced);
        self.core.trace_strike(id, || format!("the disk of {id} is gone"));
        self.restart(index, node);
    }

    fn upgrade(&mut self, index: usize, target: &Target, version: u32) {
        let Some(node) = self.there(target) else {
            return;
        };
        self.core.counts.bit(FaultKind::Upgrade);
        let former = std::mem::replace(&mut self.nemesis.lives[node as usize].0, version);
        if former != version {
            self.core.counts.effect(FaultKind::Upgrade);
        }
        let id = self.core.members[node as usize];
        self.core.trace_strike(id, || format!("{id} goes from version {former} to {version}"));
        self.restart(index, node);
    }

    /// Whom a fault hits that is for the node's next life: one that is up, or down and to come back.
    fn there(&mut self, target: &Target) -> Option<u32> {
        let node = self.target(target)?;
        let is_up = self.nodes[node as usize].is_some();
        (is_up || self.nemesis.comes_back(node as usize)).then_some(node)
    }

    /// A node that is up goes down, to come back when the fault ends; one that is down comes back when it would have.
    fn restart(&mut self, index: usize, node: u32) {
        if self.nodes[node as usize].is_some() {
            self.nemesis.down[node as usize] = Some(index);
            self.bring_down(node);
        }
    }

    fn slow_down(&mut self, index: usize, target: &Target, takes: Duration) {
        if let Some(node) = self.target(target) {
            self.core.slow_down(node, index, takes);
            let id = self.core.members[node as usize];
            let turn = FaultTurn::Begins(index as u32);
            self.core.trace_fault(Some(id), turn, || format!("{id} takes {takes} for each input"));
        }
    }

    fn speed_up(&mut self, node: u32, turn: FaultTurn) {
        self.core.speed_up(node);
        let id = self.core.members[node as usize];
        self.core.trace_fault(Some(id), turn, || format!("{id} is as fast as ever"));
    }

    /// A node that is up loses everything but its disk.
    pub(crate) fn bring_down(&mut self, node: u32) {
        self.nodes[node as usize] = None;
        if self.nemesis.still[node as usize].take().is_some() {
            self.core.let_clock_stand(node, false);
        }
        let unsynced = self.core.crash(node);
        let id = self.core.members[node as usize];
        self.core.tell(node, Fact::Crashed);
        let by = self.nemesis.down[node as usize];
        if by.is_none_or(|by| !self.nemesis.is_a_step(by)) {
            self.core.note(Step::Crash { node: id, losing: false }, "");
        }
        let for_good = by.is_some_and(|by| self.nemesis.faults[by].fault.is_for_ever());
        let end = if for_good { " and for good" } else { "" };
        self.core
            .trace_strike(id, || format!("{id} crashes{end} with {unsynced} writes not synced"));
    }

    /// A node that is down will not start again.
    fn stay_down(&mut self, index: usize, node: u32) {
        self.core.counts.bit(FaultKind::CrashStop);
        self.core.counts.effect(FaultKind::CrashStop);
        self.nemesis.down[node as usize] = Some(index);
        self.nemesis.disks.start(node as usize);
        let id = self.core.members[node as usize];
        self.core.trace_strike(id, || format!("{id} stays down for good"));
    }

    fn pause(&mut self, index: usize, target: &Target, clock: PausedClock) {
        let Some(node) = self.target(target) else {
            return;
        };
        let body = &mut self.core.bodies[node as usize];
        if body.paused || self.nodes[node as usize].is_none() {
            return;
        }
        body.paused = true;
        self.core.odd += 1;
        self.nemesis.still[node as usize] = Some(index);
        let id = self.core.members[node as usize];
        self.core.tell(node, Fact::Paused);
        let clock_stands = clock == PausedClock::Stands;
        if clock_stands {
            self.core.let_clock_stand(node, true);
        }
        let too = if clock_stands { ", and its clock, too" } else { "" };
        self.core.trace_strike(id, || format!("{id} stands still{too}"));
    }

    /// A paused node goes on, with all that has come for it meanwhile.
    fn resume(&mut self, node: u32) {
        self.nemesis.still[node as usize] = None;
        self.core.let_clock_stand(node, false);
        let body = &mut self.core.bodies[node as usize];
        body.paused = false;
        self.core.odd -= 1;
        let mut waiting = std::mem::take(&mut body.waiting);
        for slot in waiting.drain(..) {
            self.core.requeue(slot);
        }
        self.core.bodies[node as usize].waiting = waiting;
        self.core.queue_turn(node);
        let id = self.core.members[node as usize];
        self.core.tell(node, Fact::Resumed);
        self.core.trace_strike(id, || format!("{id} goes on"));
    }
}
