//! Abstract states of the whole system: what is left of it when names, times and contents are taken away.
//!
//! Of each node this keeps whether it is up, paused or down, whether it leads and whom it trusts, the ranks of its term, of its log's length and
//! age and of its commit index among all nodes, whether its log has all that is committed, how many it suspects, and how much it has
//! delivered, in powers of two. A state is the multiset of its nodes, so that names do not matter. It is what there is when an event is over:
//! a node that starts tells its log entry by entry, and was never in between. Runs that come past no state that others have not shown teach
//! nothing new.
//!
//! An *outline* leaves out most of this. It has who is up, who leads or is trusted, and how the logs stand to one another: whose is more up to
//! date, which is what decides an election (Raft §5.4.1), and who has what is committed. A *trail* is a set of places worth reaching that the
//! run has reached, each once, twice or more often. There are far fewer of both than of states, so that one that is seldom met says more.
//!
//! All is folded from facts alone: a fact of none of these kinds costs one look, and one of them a few comparisons with each node.

mod body;
mod known;
mod log;

use seatrial_history::Moment;
use seatrial_node::{Fact, Instant, NodeId};
use seatrial_search::{Grain, Seen};

use self::body::{AGE, Body, COMMIT, DELIVERED, LOG, TERM};
pub(crate) use self::known::Known;
use self::log::Log;

/// Among more nodes than this, ranks are not told apart: each would cost a look at all others.
const MOST_RANKED: usize = 16;

/// More different states than this of one run are not kept. Runs that come past so many are far longer than a scenario's should be.
const MOST_OF_A_RUN: usize = 1 << 14;

/// The abstract states of one run, each once, in the order in which they came.
#[derive(Clone, Debug, Default)]
pub(crate) struct States {
    members: Vec<NodeId>,
    bodies: Vec<Body>,
    logs: Vec<Log>,
    /// The last entry that anybody has committed: its index and its term.
    committed: (u64, u64),
    /// The state and its outline: sums over the nodes.
    sums: [u64; 2],
    /// When something has changed that is not noted yet.
    changed: Option<Moment>,
    /// Which places worth reaching have been reached.
    trail: u64,
    found: Vec<Seen>,
    /// Where those that were found are, by their last bits.
    table: Vec<u64>,
}

impl States {
    /// Another run begins.
    pub(crate) fn begin(&mut self, members: &[NodeId]) {
        self.members.clear();
        self.members.extend_from_slice(members);
        self.bodies.clear();
        self.bodies.resize(members.len(), Body::default());
        self.logs.iter_mut().for_each(Log::clear);
        self.logs.resize(members.len(), Log::default());
        self.found.clear();
        self.table.fill(0);
        (self.committed, self.sums, self.trail) = ((0, 0), [0; 2], 0);
        self.changed = None;
        (0..members.len()).for_each(|at| self.refresh(at));
    }

    /// The states that the run has come past, which is over.
    pub(crate) fn found(&mut self) -> &[Seen] {
        self.settle();
        &self.found
    }

    /// A node has announced something.
    #[inline]
    pub(crate) fn fact(&mut self, at: Moment, node: NodeId, fact: &Fact) {
        match *fact {
            Fact::Persist { .. } | Fact::Apply { .. } | Fact::Vote { .. } | Fact::Stamp { .. } => {}
            Fact::Send { .. } | Fact::Broadcast { .. } | Fact::Reached { .. } => {}
            _ => self.take(at, node, fact),
        }
    }

    /// The places that the run has reached so far, as one number.
    #[inline]
    pub(crate) fn trail(&mut self, at: Moment, trail: u64) {
        if trail != self.trail {
            self.trail = trail;
            self.note(at, mix(trail), Grain::Trail);
        }
    }

    fn take(&mut self, when: Moment, node: NodeId, fact: &Fact) {
        if self.changed.is_some_and(|before| before.step != when.step) {
            self.settle();
        }
        let at = node.0 as usize;
        let known = self.members.get(at) == Some(&node);
        let Some(at) = known.then_some(at).or_else(|| self.members.binary_search(&node).ok())
        else {
            return;
        };
        match *fact {
            Fact::Snapshot { index, term, .. } => {
                self.bodies[at].compacted = true;
                self.logs[at].cover(index, term);
                self.compare(at);
            }
            Fact::Append { index, term, .. } => {
                self.logs[at].append(index, term);
                self.compare(at);
            }
            Fact::Truncate { from } => {
                self.logs[at].truncate(from);
                self.compare(at);
            }
            Fact::Commit { index } => self.commit(at, index),
            Fact::Term { term } => self.rank(at, TERM, term),
            Fact::Deliver { .. } => {
                self.rank(at, DELIVERED, self.bodies[at].levels[DELIVERED] + 1);
            }
            Fact::Started { .. } | Fact::Crashed => {
                self.rank(at, DELIVERED, 0);
                self.bodies[at].turn(node, fact);
                self.refresh(at);
            }
            _ if self.bodies[at].turn(node, fact) => self.refresh(at),
            _ => return,
        }
        self.changed = Some(when);
    }

    /// A node's log is another.
    fn compare(&mut self, at: usize) {
        let (term, last) = self.logs[at].age();
        self.rank(at, LOG, last);
        self.rank(at, AGE, term);
        let (index, of) = self.committed;
        self.bodies[at].lacks = index > 0 && self.logs[at].term(index) != Some(of);
        self.refresh(at);
    }

    /// A node knows more to be committed.
    fn commit(&mut self, at: usize, index: u64) {
        self.rank(at, COMMIT, index);
        let newer = self.logs[at].term(index).filter(|_| index > self.committed.0);
        if let Some(term) = newer {
            self.committed = (index, term);
            (0..self.logs.len()).for_each(|at| self.compare(at));
        }
    }

    /// A level of a node has changed: its rank, and those of the nodes that it has passed.
    fn rank(&mut self, at: usize, which: usize, value: u64) {
        let before = std::mem::replace(&mut self.bodies[at].levels[which], value);
        if before == value {
            return;
        }
        if self.bodies.len() <= MOST_RANKED {
            let mut rank = 0;
            for other in 0..self.bodies.len() {
                let theirs = self.bodies[other].levels[which];
                rank += u8::from(theirs > value);
                if other == at {
                    continue;
                }
                let (was, is) = (before > theirs, value > theirs);
                if was != is {
                    let ranks = &mut self.bodies[other].ranks[which];
                    *ranks = if is { *ranks + 1 } else { *ranks - 1 };
                    self.refresh(other);
                }
            }
            self.bodies[at].ranks[which] = rank;
        }
        self.refresh(at);
    }

    /// A node adds something else to the state and its outline than before.
    fn refresh(&mut self, at: usize) {
        let body = &mut self.bodies[at];
        let parts = [body.word(), body.outline()].map(mix);
        for (sum, (is, was)) in self.sums.iter_mut().zip(parts.iter().zip(body.parts)) {
            *sum = sum.wrapping_sub(was).wrapping_add(*is);
        }
        body.parts = parts;
    }

    /// An event is over.
    fn settle(&mut self) {
        if let Some(at) = self.changed.take() {
            let [state, outline] = self.sums;
            self.note(at, state, Grain::Fine);
            // Under a hash of its own: the same nodes may add up to the same, in detail and in outline.
            self.note(at, mix(outline), Grain::Outline);
        }
    }

    /// Keeps a state that the run is in now, unless it has been in it before.
    fn note(&mut self, at: Moment, state: u64, grain: Grain) {
        if self.found.len() * 2 >= self.table.len() {
            if self.found.len() >= MOST_OF_A_RUN {
                return;
            }
            self.grow();
        }
        // The last bit is for those who keep states, and zero is no state.
        let state = mix(state ^ self.bodies.len() as u64) | 1;
        if place(&mut self.table, state) {
            self.found.push(Seen { state, step: at.step, at: at.time - Instant::ZERO, grain });
        }
    }

    fn grow(&mut self) {
        self.table.clear();
        self.table.resize((self.found.len() * 4).max(256), 0);
        for state in &self.found {
            place(&mut self.table, state.state);
        }
    }
}

/// Puts a state into a table with room for it, whose size is a power of two; false, where it is there already.
fn place(table: &mut [u64], state: u64) -> bool {
    let mask = table.len() - 1;
    let mut at = (state >> 1) as usize & mask;
    loop {
        match table[at] {
            0 => {
                table[at] = state;
                return true;
            }
            known if known == state => return false,
            _ => at = (at + 1) & mask,
        }
    }
}

/// Spreads a value over all bits: the finaliser of splitmix64 (Steele, Lea and Flood 2014). Ours and frozen, as counts of states are compared.
fn mix(value: u64) -> u64 {
    let mut x = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests;
