//! Carries out a fault plan.

use seatrial_history::Endpoint;
use seatrial_node::{Duration, Fact, Instant, Node};

use crate::counts::FaultKind;
use crate::event::Event;
use crate::network::{between_groups, ring};
use crate::plan::{Fault, FaultPlan, PlannedFault, Rates, Target};
use crate::queue::Lane;
use crate::tape::{WORLD, site};
use crate::world::{Kind, World};

/// The plan, and which of its faults holds which node down or still.
#[derive(Clone, Debug, Default)]
pub(crate) struct Nemesis {
    faults: Vec<PlannedFault>,
    heal_after: Duration,
    /// By node: the crash that it is down by, for good where that is a crash-stop, and the pause that it stands still by.
    down: Vec<Option<usize>>,
    still: Vec<Option<usize>>,
}

impl Nemesis {
    pub(crate) fn reset(&mut self, plan: &FaultPlan, nodes: usize) {
        self.faults.clone_from(&plan.faults);
        self.heal_after = plan.heal_after;
        self.down.clear();
        self.down.resize(nodes, None);
        self.still.clear();
        self.still.resize(nodes, None);
    }

    pub(crate) fn has_faults(&self) -> bool {
        !self.faults.is_empty()
    }

    pub(crate) fn kind(&self, fault: usize) -> FaultKind {
        self.faults[fault].fault.kind()
    }

    /// The node is down by a crash that ends.
    fn comes_back(&self, node: usize) -> bool {
        self.down[node].is_some_and(|by| !self.faults[by].fault.is_for_ever())
    }
}

impl<N: Node> World<N> {
    /// Puts the plan's beginnings and ends into the queue.
    pub(crate) fn schedule_faults(&mut self) {
        let zero = Instant::ZERO;
        let healed = self.nemesis.heal_after;
        for (index, planned) in self.nemesis.faults.iter().enumerate() {
            let index = index as u32;
            if planned.at >= healed {
                continue;
            }
            self.core.schedule(zero + planned.at, Lane::Plan, Event::Fault { index });
            let end = planned.at + planned.lasts;
            if end < healed {
                self.core.schedule(zero + end, Lane::Plan, Event::FaultOver { index });
            }
        }
        self.core.schedule(zero + healed, Lane::Plan, Event::Heal);
    }

    /// A fault begins.
    #[cold]
    pub(crate) fn fault(&mut self, index: usize) {
        self.count(Kind::Fault, index as u32, 0, 0);
        let fault = self.nemesis.faults[index].fault.clone();
        self.core.counts.asked(fault.kind());
        let pairs = match &fault {
            Fault::Crash { node } | Fault::CrashStop { node } => return self.crash(index, node),
            Fault::Pause { node } => return self.pause(index, node),
            Fault::Partition { groups } => {
                let groups: Vec<Vec<u32>> = groups.iter().map(|group| self.slots(group)).collect();
                between_groups(&groups)
            }
            Fault::Isolate { node, clients } => match self.target(node) {
                Some(node) => self.around(node, clients),
                None => return,
            },
            Fault::OneWay { from, to } => {
                let (from, to) = (self.slots(from), self.slots(to));
                from.iter().flat_map(|a| to.iter().map(move |b| (*a, *b))).collect()
            }
            Fault::Ring { order } => {
                let order: Vec<Endpoint> = order.iter().copied().map(Endpoint::Node).collect();
                ring(&self.slots(&order))
            }
        };
        self.core.trace_fault(|| format!("{} begins: {fault}", fault.kind()));
        self.core.cuts.add(index, pairs);
    }

    /// A fault ends.
    #[cold]
    pub(crate) fn fault_over(&mut self, index: usize) {
        self.count(Kind::FaultOver, index as u32, 0, 0);
        match self.nemesis.faults[index].fault {
            Fault::Crash { .. } => {
                if let Some(node) = self.nemesis.down.iter().position(|by| *by == Some(index)) {
                    self.nemesis.down[node] = None;
                    self.boot(node as u32);
                }
            }
            Fault::Pause { .. } => {
                if let Some(node) = self.nemesis.still.iter().position(|by| *by == Some(index)) {
                    self.resume(node as u32);
                }
            }
            _ => {
                let kind = self.nemesis.kind(index);
                self.core.trace_fault(|| format!("{kind} is over"));
                self.core.cuts.remove(index);
            }
        }
    }

    /// All trouble is over.
    #[cold]
    pub(crate) fn heal(&mut self) {
        self.count(Kind::Heal, 0, 0, 0);
        self.core.trace_fault(|| "the world heals".to_owned());
        self.core.rates = Rates::default();
        self.core.cuts.clear();
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

    /// All pairs between the inside, a node and its clients, and the outside.
    fn around(&self, node: u32, clients: &[Endpoint]) -> Vec<(u32, u32)> {
        let mut inside = self.slots(clients);
        inside.push(node);
        let all = self.nodes.len() as u32 + self.core.clients();
        let outside = (0..all).filter(|slot| !inside.contains(slot)).collect();
        between_groups(&[inside, outside])
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
