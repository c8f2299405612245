//! Where every node stands, for whoever asks why a cluster makes no progress: who is there, what it waits for, and what stays broken.

use seatrial_history::Moment;
use seatrial_node::{Fact, NodeId};

/// All nodes of a cluster as they have announced themselves.
#[derive(Clone, Debug, Default)]
pub(super) struct Standing {
    nodes: Vec<Stand>,
}

/// A node outside the core that leads and is not fit to.
#[derive(Clone, Debug)]
pub(super) struct Unfit {
    pub(super) leader: NodeId,
    pub(super) term: u64,
    /// What is wrong with it, in words.
    pub(super) for_it_is: &'static str,
}

/// By this name hosts tell that a node takes its time for each input.
const SLOW: &str = "slow-cpu";

/// One node.
#[derive(Clone, Debug)]
struct Stand {
    node: NodeId,
    state: State,
    abandoned: bool,
    term: u64,
    vote: Option<(u64, NodeId)>,
    leads: bool,
    /// The last index of its log, and the last that it knows to be committed, since when.
    last: u64,
    commit: Option<(u64, Moment)>,
    /// What stays broken about it, in words, and whom it cannot reach for that.
    broken: Vec<String>,
    unreached: Vec<NodeId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Up,
    Down,
    /// Down, because it did not open.
    Refused,
    Still,
}

impl Standing {
    pub(super) fn begin(&mut self, members: &[NodeId]) {
        self.nodes.clear();
        self.nodes.extend(members.iter().map(|node| Stand {
            node: *node,
            state: State::Up,
            abandoned: false,
            term: 0,
            vote: None,
            leads: false,
            last: 0,
            commit: None,
            broken: Vec::new(),
            unreached: Vec::new(),
        }));
    }

    /// Whether the node was left as it was when others were healed.
    pub(super) fn is_abandoned(&self, node: NodeId) -> bool {
        self.nodes.iter().any(|stand| stand.node == node && stand.abandoned)
    }

    /// Who leads the latest term from outside the core, though it and some node of the core cannot talk to each other, or it is slow.
    pub(super) fn unfit_leader(&self) -> Option<Unfit> {
        let core = || self.nodes.iter().filter(|stand| !stand.abandoned);
        let cut =
            |a: &Stand, b: &Stand| a.unreached.contains(&b.node) || b.unreached.contains(&a.node);
        let latest = core().map(|stand| stand.term).max();
        let mut outside = self.nodes.iter().filter(|stand| stand.abandoned);
        let leader = outside
            .find(|stand| stand.leads && stand.state == State::Up && Some(stand.term) >= latest)?;
        let for_it_is = if core().any(|of| cut(leader, of)) {
            "cut off from a part of it"
        } else if leader.broken.iter().any(|fault| fault == SLOW) {
            "slow"
        } else {
            return None;
        };
        Some(Unfit { leader: leader.node, term: leader.term, for_it_is })
    }

    pub(super) fn see(&mut self, at: Moment, node: NodeId, fact: &Fact) {
        let Some(stand) = self.nodes.iter_mut().find(|stand| stand.node == node) else {
            return;
        };
        match *fact {
            Fact::Started { .. } => {
                (stand.state, stand.leads, stand.commit) = (State::Up, false, None);
            }
            Fact::Resumed => stand.state = State::Up,
            Fact::Crashed => (stand.state, stand.leads) = (State::Down, false),
            Fact::Refused => (stand.state, stand.leads) = (State::Refused, false),
            Fact::Paused => stand.state = State::Still,
            Fact::Abandoned => stand.abandoned = true,
            Fact::StillBroken { fault, toward: None } => stand.broken.push(fault.to_owned()),
            Fact::StillBroken { fault, toward: Some(to) } => {
                stand.broken.push(format!("{fault} toward {to}"));
                stand.unreached.push(to);
            }
            Fact::Term { term } => {
                stand.leads &= stand.term == term;
                stand.term = term;
            }
            Fact::Vote { term, candidate } => stand.vote = Some((term, candidate)),
            Fact::Lead { term } => (stand.term, stand.leads) = (term, true),
            Fact::StepDown { .. } => stand.leads = false,
            Fact::Append { index, .. } => stand.last = index,
            Fact::Truncate { from } => stand.last = from.saturating_sub(1),
            Fact::Snapshot { index, .. } => stand.last = stand.last.max(index),
            Fact::Commit { index } => stand.commit = Some((index, at)),
            _ => {}
        }
    }

    /// A line each: first those that should make progress, and what each waits for; then those that were left as they were.
    pub(super) fn lines(&self) -> Vec<String> {
        let (outside, inside): (Vec<&Stand>, Vec<&Stand>) =
            self.nodes.iter().partition(|stand| stand.abandoned);
        let waits = inside.iter().map(|stand| self.waits(stand));
        let stays = outside.iter().map(|stand| {
            let Stand { node, broken, .. } = stand;
            let broken = match broken.is_empty() {
                true => String::new(),
                false => format!("; still broken: {}", broken.join(", ")),
            };
            format!("{node} is outside the core and {}{broken}", stand.state.word())
        });
        waits.chain(stays).collect()
    }

    /// How one node stands, and for whom it waits.
    fn waits(&self, stand: &Stand) -> String {
        let Stand { node, term, .. } = *stand;
        if stand.state != State::Up {
            return format!("{node} {}", stand.state.word());
        }
        let done = match stand.commit {
            Some((index, at)) => format!("its last commit is {index}, at {}", at.time),
            None => "it knows of no commit in this life".to_owned(),
        };
        let waits = if stand.leads {
            format!(
                "leads term {term} and waits for {} to store entries up to {}",
                self.others(node),
                stand.last
            )
        } else {
            match stand.vote.filter(|(of, _)| *of == term) {
                Some((_, candidate)) if candidate == node => {
                    format!("stands for term {term} and waits for votes of {}", self.others(node))
                }
                Some((_, candidate)) => {
                    format!(
                        "is in term {term} and waits for {candidate}, who has its vote, to lead"
                    )
                }
                None => format!("is in term {term} and waits for somebody to lead"),
            }
        };
        let broken = match stand.broken.is_empty() {
            true => String::new(),
            false => format!("; still broken: {}", stand.broken.join(", ")),
        };
        format!("{node} {waits}; {done}{broken}")
    }

    /// How many others are needed, and who is there for that.
    fn others(&self, node: NodeId) -> String {
        let there: Vec<String> = self
            .nodes
            .iter()
            .filter(|other| other.node != node && other.state == State::Up && !other.abandoned)
            .map(|other| other.node.to_string())
            .collect();
        let there = match there.is_empty() {
            true => "nobody".to_owned(),
            false => there.join(" "),
        };
        let wanted = self.nodes.len() / 2;
        format!("{wanted} of {} others (in the core and up: {there})", self.nodes.len() - 1)
    }
}

impl State {
    const fn word(self) -> &'static str {
        match self {
            Self::Up => "is up",
            Self::Down => "is down",
            Self::Refused => "is down: it does not open over its disk",
            Self::Still => "stands still",
        }
    }
}
