//! Who is up, who suspects and trusts whom: the view that all properties share.

use seatrial_history::Moment;
use seatrial_node::{Fact, NodeId};

/// Processes by their places. It remembers one opinion of each of each.
#[derive(Clone, Debug, Default)]
pub(super) struct View {
    pub(super) processes: Vec<Process>,
}

/// A member, through all its lives.
#[derive(Clone, Debug)]
pub(super) struct Process {
    pub(super) node: NodeId,
    /// Since when it is up; none while it is down.
    pub(super) up: Option<Moment>,
    /// When it crashed first, and last.
    pub(super) crashed: Option<(Moment, Moment)>,
    /// When it stood still last.
    pub(super) paused: Option<Moment>,
    /// It stands still now.
    pub(super) still: bool,
    /// It is outside the core that was healed: it is no correct process, whether it is up or not.
    pub(super) abandoned: bool,
    /// When it said that it leaves, if it has and did not join again.
    pub(super) left: Option<Moment>,
    /// What it thinks of each, in this life.
    pub(super) opinions: Vec<Opinion>,
    /// Whom it has trusted in this life and since when, in order; the last it trusts now.
    pub(super) leaders: Vec<(usize, Moment)>,
}

/// What one process thinks of another.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Opinion {
    /// Since when it suspects it; none where it does not.
    pub(super) suspected: Option<Moment>,
    /// When it restored it last.
    pub(super) restored: Option<Moment>,
    /// It has been told that it left.
    pub(super) left: bool,
}

impl Process {
    /// It is up, has not left and was not left as it was.
    pub(super) const fn takes_part(&self) -> bool {
        self.up.is_some() && self.left.is_none() && !self.abandoned
    }

    /// When it crashed, if it is down now.
    pub(super) fn down_since(&self) -> Option<Moment> {
        self.crashed.map(|(_, last)| last).filter(|_| self.up.is_none())
    }

    /// Whom it trusts now, and since when.
    pub(super) fn leader(&self) -> Option<(usize, Moment)> {
        self.leaders.last().copied()
    }
}

impl View {
    pub(super) fn begin(&mut self, members: &[NodeId]) {
        self.processes.clear();
        self.processes.extend(members.iter().map(|node| Process {
            node: *node,
            up: Some(Moment::default()),
            crashed: None,
            paused: None,
            still: false,
            abandoned: false,
            left: None,
            opinions: vec![Opinion::default(); members.len()],
            leaders: Vec::new(),
        }));
    }

    pub(super) fn slot(&self, node: NodeId) -> Option<usize> {
        self.processes.binary_search_by_key(&node, |process| process.node).ok()
    }

    pub(super) fn node(&self, slot: usize) -> NodeId {
        self.processes[slot].node
    }

    /// Processes that take part now.
    pub(super) fn present(&self) -> impl Iterator<Item = usize> + Clone {
        (0..self.processes.len()).filter(|slot| self.processes[*slot].takes_part())
    }

    /// What one thinks of another.
    pub(super) fn opinion(&self, by: usize, of: usize) -> Opinion {
        self.processes[by].opinions[of]
    }

    /// Takes a fact in. All properties have seen it already.
    pub(super) fn update(&mut self, at: Moment, by: usize, fact: &Fact) {
        let of = |node: NodeId| self.slot(node);
        match *fact {
            Fact::Suspect { node } => self.think(by, of(node), |opinion| {
                opinion.suspected.get_or_insert(at);
            }),
            Fact::Restore { node } => self.think(by, of(node), |opinion| {
                (opinion.suspected, opinion.restored) = (None, Some(at));
            }),
            Fact::Join { node } => {
                let of = of(node);
                self.think(by, of, |opinion| *opinion = Opinion::default());
                if of == Some(by) {
                    self.processes[by].left = None;
                }
            }
            Fact::Leave { node } => {
                let of = of(node);
                let gone = Opinion { left: true, ..Opinion::default() };
                self.think(by, of, |opinion| *opinion = gone);
                if of == Some(by) {
                    self.processes[by].left = Some(at);
                }
            }
            Fact::Trust { leader } => {
                if let Some(leader) = of(leader) {
                    self.processes[by].leaders.retain(|(before, _)| *before != leader);
                    self.processes[by].leaders.push((leader, at));
                }
            }
            Fact::Crashed => self.crashes(at, by),
            Fact::Started { .. } => {
                self.processes[by].up = Some(at);
                self.forget(by);
            }
            Fact::Paused | Fact::Resumed => {
                let process = &mut self.processes[by];
                (process.paused, process.still) = (Some(at), *fact == Fact::Paused);
            }
            Fact::Abandoned => {
                self.processes[by].abandoned = true;
                // Whoever stands still for ever has crashed, as far as anybody can tell.
                if self.processes[by].still {
                    self.crashes(at, by);
                }
            }
            _ => {}
        }
    }

    fn think(&mut self, by: usize, of: Option<usize>, change: impl FnOnce(&mut Opinion)) {
        if let Some(of) = of {
            change(&mut self.processes[by].opinions[of]);
        }
    }

    fn crashes(&mut self, at: Moment, by: usize) {
        let process = &mut self.processes[by];
        let first = process.crashed.map_or(at, |(first, _)| first);
        (process.up, process.crashed, process.still) = (None, Some((first, at)), false);
        self.forget(by);
    }

    /// A life ends or begins: nothing of the one before counts.
    fn forget(&mut self, by: usize) {
        let process = &mut self.processes[by];
        process.left = None;
        process.opinions.fill(Opinion::default());
        process.leaders.clear();
    }
}
