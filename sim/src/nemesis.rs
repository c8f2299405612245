//! Carries out a fault plan.

mod awaiting;
mod clock;
mod core;
mod disk;
mod lurking;
mod network;
mod node;

use seatrial_history::{Endpoint, FaultTurn};
use seatrial_node::{Duration, Instant, Node, NodeId};

use self::awaiting::Awaiting;
use self::lurking::Lurk;
use crate::counts::{FaultKind, Group};
use crate::event::Event;
use crate::plan::{FaultPlan, PlannedFault, Target};
use crate::queue::Lane;
use crate::schedule::{Step, is_a_step};
use crate::tape::{WORLD, site};
use crate::world::{Kind, World};

/// The plan, and which of its faults holds which node down or still.
#[derive(Clone, Debug, Default)]
pub(crate) struct Nemesis {
    faults: Vec<PlannedFault>,
    /// So many of the faults have a time; the others wait.
    timed: usize,
    awaiting: Vec<Awaiting>,
    heal_after: Duration,
    /// By node: the crash that it is down by, for good where that is a crash-stop, and the pause that it stands still by.
    down: Vec<Option<usize>>,
    still: Vec<Option<usize>>,
    /// By node: as which version it begins its next life, and whether its first disk is gone.
    lives: Vec<(u32, bool)>,
    /// Faults that lie in wait.
    lurks: Vec<Lurk>,
    /// Crash loops under way: the fault, its node, and whether it has found that up.
    loops: Vec<(usize, u32, bool)>,
    disks: disk::Disks,
    /// By node: it is healed when the world heals. Empty where everybody is.
    core: Vec<bool>,
}

impl Nemesis {
    pub(crate) fn reset(&mut self, plan: &FaultPlan, members: &[NodeId]) {
        let nodes = members.len();
        self.faults.clone_from(&plan.faults);
        self.timed = self.faults.len();
        self.await_all(&plan.awaited);
        self.heal_after = plan.heal_after;
        self.down.clear();
        self.down.resize(nodes, None);
        self.still.clear();
        self.still.resize(nodes, None);
        self.lives.clear();
        self.lives.resize(nodes, (1, false));
        self.disks.reset(nodes);
        self.core.clear();
        if let Some(core) = &plan.core {
            self.core.extend(members.iter().map(|node| core.contains(node)));
        }
        self.lurks.clear();
        self.loops.clear();
    }

    /// As which version a node begins its next life, and whether with another disk than its first; none, where it is as at first.
    pub(crate) fn other_life(&self, node: u32) -> Option<(u32, bool)> {
        Some(self.lives[node as usize]).filter(|life| *life != (1, false))
    }

    pub(crate) fn has_faults(&self) -> bool {
        !self.faults.is_empty()
    }

    /// A fault that is in no plan. Returns its place.
    pub(crate) fn add(&mut self, planned: PlannedFault) -> usize {
        self.faults.push(planned);
        self.faults.len() - 1
    }

    pub(crate) fn kind(&self, fault: usize) -> FaultKind {
        self.faults[fault].fault.kind()
    }

    /// Whether a fault is a step of a schedule by its name.
    pub(crate) fn is_a_step(&self, fault: usize) -> bool {
        is_a_step(&self.faults[fault].fault)
    }

    /// The fault that is the how-manieth of its kind, from 1.
    pub(crate) fn of_kind(&self, kind: FaultKind, nth: u32) -> Option<usize> {
        let mut all = (0..self.faults.len()).filter(|fault| self.kind(*fault) == kind);
        all.nth(nth.checked_sub(1)? as usize)
    }

    /// The kind of a fault, and the how-manieth of that it is, from 1.
    pub(crate) fn place_of(&self, fault: usize) -> Option<(FaultKind, u32)> {
        let kind = self.kind(fault);
        let before = (0..fault).filter(|other| self.kind(*other) == kind).count();
        Some((kind, u32::try_from(before + 1).ok()?))
    }

    /// The node is down by a crash that ends, or because it could not open.
    fn comes_back(&self, node: usize) -> bool {
        self.disks.refused(node)
            || self.down[node].is_some_and(|by| !self.faults[by].fault.is_for_ever())
    }
}

impl<N: Node> World<N> {
    /// Puts the plan's beginnings and ends into the queue.
    pub(crate) fn schedule_faults(&mut self) {
        let zero = Instant::ZERO;
        let healed = self.nemesis.heal_after;
        for (index, planned) in self.nemesis.faults[..self.nemesis.timed].iter().enumerate() {
            let index = index as u32;
            if planned.at >= healed {
                continue;
            }
            self.core.schedule(zero + planned.at, Lane::Plan, Event::Fault { index });
            let end = planned.at + planned.lasts;
            let fault = &planned.fault;
            if end < healed && !fault.is_instant() && !fault.lies_in_wait() {
                self.core.schedule(zero + end, Lane::Plan, Event::FaultOver { index });
            }
        }
        self.core.schedule(zero + healed, Lane::Plan, Event::Heal);
    }

    /// A fault begins.
    #[cold]
    pub(crate) fn fault(&mut self, index: usize) {
        self.count(Kind::Fault, index as u32, 0, 0);
        let noted = self.core.noted();
        let fault = self.nemesis.faults[index].fault.clone();
        if !fault.kind().is_rate() {
            self.core.counts.asked(fault.kind());
        }
        match fault.kind().group() {
            Group::Network => self.begin_at_links(index, &fault),
            Group::Node => self.begin_at_node(index, &fault),
            Group::Clock => self.begin_at_clock(index, &fault),
            Group::Code => {}
            Group::Disk => self.begin_at_disk(index, &fault),
        }
        if let Some(step) = self.step_of_fault(index, true) {
            self.note_instead(noted, step);
        }
    }

    /// A fault ends.
    #[cold]
    pub(crate) fn fault_over(&mut self, index: usize) {
        self.count(Kind::FaultOver, index as u32, 0, 0);
        let noted = self.core.noted();
        let fault = self.nemesis.faults[index].fault.clone();
        match fault.kind().group() {
            Group::Network => self.end_at_links(index, &fault),
            Group::Node => self.end_at_node(index, &fault),
            Group::Clock => self.end_at_clock(index, &fault),
            Group::Code => {}
            Group::Disk => self.end_at_disk(index, &fault),
        }
        if let Some(step) = self.step_of_fault(index, false) {
            self.note_instead(noted, step);
        }
    }

    /// A fault that goes on and off takes its next turn.
    #[cold]
    pub(crate) fn fault_turn(&mut self, index: usize) {
        self.count(Kind::Fault, index as u32, 0, 0);
        self.turn_loop(index);
    }

    /// All trouble is over.
    #[cold]
    pub(crate) fn heal(&mut self) {
        self.count(Kind::Heal, 0, 0, 0);
        self.core.trace_fault(None, FaultTurn::Heals, || "the world heals".to_owned());
        self.await_no_more();
        self.heal_links();
        self.core.heal_clocks();
        self.heal_disks();
        self.heal_nodes();
        if !self.nemesis.core.is_empty() {
            self.abandon();
        }
        self.core.note(Step::Heal, "");
    }

    /// When a fault that begins now will be over.
    fn end_of(&self, index: usize) -> Instant {
        let healed = Instant::ZERO + self.nemesis.heal_after;
        (self.core.now + self.nemesis.faults[index].lasts).min(healed)
    }

    fn slots(&self, endpoints: &[Endpoint]) -> Vec<u32> {
        let slot = |endpoint: &Endpoint| match endpoint {
            Endpoint::Node(node) => self.core.slot(*node),
            Endpoint::Client(client) => Some(self.core.client_slot(*client)),
        };
        endpoints.iter().filter_map(slot).collect()
    }

    /// Whom a fault hits.
    fn target(&mut self, target: &Target) -> Option<u32> {
        let role = match target {
            Target::Node(node) => return self.core.slot(*node),
            Target::Role(role) => role,
        };
        let shows = |node: &Option<N>| node.as_ref().is_some_and(|n| n.status().is("role", role));
        let candidates: Vec<usize> =
            (0..self.nodes.len()).filter(|i| shows(&self.nodes[*i])).collect();
        let chosen = match candidates.len() {
            0 => return None,
            1 => 0,
            several => self.core.tape.choose(site::TARGET, WORLD, several as u64) as usize,
        };
        Some(candidates[chosen] as u32)
    }
}
