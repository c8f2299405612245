//! Abstract states of the whole system: what is left of it when names, times and contents are taken away.
//!
//! Of each node this keeps whether it is up, paused or down, whether it leads and whom it trusts, the ranks of its term, its log and its commit
//! index among all nodes, how many it suspects, and how much it has delivered, in powers of two. A state is the multiset of its
//! nodes, so that names do not matter. Runs that come past no state that others have not shown teach nothing new.
//!
//! A *landmark* is a set of places worth reaching that the run has reached, each once, twice or more often. There are far fewer of them than of
//! arrangements of nodes, so that one that is seldom met says more.
//!
//! It is folded from facts alone: a fact of none of these kinds costs one look, and one of them a few comparisons with each node.

mod known;

use seatrial_node::{Fact, NodeId};
use seatrial_search::Seen;

pub(crate) use self::known::Known;

/// Among more nodes than this, ranks are not told apart: each would cost a look at all others.
const MOST_RANKED: usize = 16;

/// More different states than this of one run are not kept. Runs that come past so many are far longer than a scenario's should be.
const MOST_OF_A_RUN: usize = 1 << 14;

/// How a node is, abstractly.
#[derive(Clone, Copy, Debug, Default)]
struct Body {
    life: Life,
    leads: bool,
    trusts: Trust,
    /// Term, last index of the log, commit index; and the rank of each: how many nodes have more.
    levels: [u64; 3],
    ranks: [u8; 3],
    suspects: u8,
    delivered: u64,
    compacted: bool,
    /// What it adds to the state.
    part: u64,
}

#[derive(Clone, Copy, Debug, Default)]
enum Life {
    #[default]
    Down,
    Up,
    Paused,
}

#[derive(Clone, Copy, Debug, Default)]
enum Trust {
    #[default]
    Nobody,
    Itself,
    Another,
}

const TERM: usize = 0;
const LOG: usize = 1;
const COMMIT: usize = 2;

/// The abstract states of one run, each once, in the order in which they came.
#[derive(Clone, Debug, Default)]
pub(crate) struct States {
    members: Vec<NodeId>,
    bodies: Vec<Body>,
    sum: u64,
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
        self.found.clear();
        self.table.fill(0);
        (self.sum, self.trail) = (0, 0);
        (0..members.len()).for_each(|at| self.refresh(at));
    }

    /// The states that the run has come past.
    pub(crate) fn found(&self) -> &[Seen] {
        &self.found
    }

    /// A node has announced something, after so many events.
    #[inline]
    pub(crate) fn fact(&mut self, step: u64, node: NodeId, fact: &Fact) {
        match *fact {
            Fact::Persist { .. } | Fact::Apply { .. } | Fact::Vote { .. } | Fact::Stamp { .. } => {}
            Fact::Send { .. } | Fact::Broadcast { .. } | Fact::Reached { .. } => {}
            _ => self.take(step, node, fact),
        }
    }

    /// The places that the run has reached so far, as one number: each set of them is a landmark.
    #[inline]
    pub(crate) fn landmark(&mut self, step: u64, trail: u64) {
        if trail != self.trail {
            self.trail = trail;
            self.note(step, mix(trail), true);
        }
    }

    fn take(&mut self, step: u64, node: NodeId, fact: &Fact) {
        let at = node.0 as usize;
        let known = self.members.get(at) == Some(&node);
        let Some(at) = known.then_some(at).or_else(|| self.members.binary_search(&node).ok())
        else {
            return;
        };
        let level = match *fact {
            Fact::Snapshot { index, .. } => {
                let body = &mut self.bodies[at];
                body.compacted = true;
                Some((LOG, index.max(body.levels[LOG])))
            }
            Fact::Term { term } => Some((TERM, term)),
            Fact::Append { index, .. } => Some((LOG, index)),
            Fact::Truncate { from } => Some((LOG, from.saturating_sub(1))),
            Fact::Commit { index } => Some((COMMIT, index)),
            _ if self.bodies[at].turn(node, fact) => None,
            _ => return,
        };
        match level {
            Some((which, value)) => self.rank(at, which, value),
            None => self.refresh(at),
        }
        self.note(step, self.sum, false);
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

    /// A node adds something else to the state than before.
    fn refresh(&mut self, at: usize) {
        let body = &mut self.bodies[at];
        let part = mix(body.word());
        self.sum = self.sum.wrapping_sub(body.part).wrapping_add(part);
        body.part = part;
    }

    /// Keeps a state that the run is in now, unless it has been in it before.
    fn note(&mut self, step: u64, state: u64, landmark: bool) {
        if self.found.len() * 2 >= self.table.len() {
            if self.found.len() >= MOST_OF_A_RUN {
                return;
            }
            self.grow();
        }
        // The last bit is for those who keep states, and zero is no state.
        let state = mix(state ^ self.bodies.len() as u64) | 1;
        if place(&mut self.table, state) {
            self.found.push(Seen { state, step, landmark });
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

impl Body {
    /// All that is told apart of a node, side by side.
    fn word(&self) -> u64 {
        let [term, log, commit] = self.ranks.map(u64::from);
        let ahead = self.levels[LOG] > self.levels[COMMIT];
        let delivered = u64::from(u64::BITS - self.delivered.leading_zeros());
        self.life as u64
            | u64::from(self.leads) << 2
            | (self.trusts as u64) << 3
            | u64::from(self.compacted) << 5
            | u64::from(ahead) << 6
            | u64::from(self.suspects.min(15)) << 7
            | delivered << 11
            | term << 20
            | log << 28
            | commit << 36
    }

    /// Follows a fact that changes no level; false, where it changes nothing at all.
    fn turn(&mut self, node: NodeId, fact: &Fact) -> bool {
        match *fact {
            Fact::Started { .. } => {
                self.forget();
                self.life = Life::Up;
            }
            Fact::Crashed => self.forget(),
            Fact::Paused => self.life = Life::Paused,
            Fact::Resumed => self.life = Life::Up,
            Fact::Lead { .. } => self.leads = true,
            Fact::StepDown { .. } => self.leads = false,
            Fact::Trust { leader } if leader == node => self.trusts = Trust::Itself,
            Fact::Trust { .. } => self.trusts = Trust::Another,
            Fact::Suspect { .. } => self.suspects = self.suspects.saturating_add(1),
            Fact::Restore { .. } => self.suspects = self.suspects.saturating_sub(1),
            Fact::Deliver { .. } => self.delivered += 1,
            _ => return false,
        }
        true
    }

    /// What a life ends with it; what it has reached, it is still compared by.
    fn forget(&mut self) {
        let Self { levels, ranks, part, .. } = *self;
        *self = Self { levels, ranks, part, ..Self::default() };
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
mod tests {
    use super::*;

    fn last(facts: &[(u32, Fact)]) -> u64 {
        let mut states = States::default();
        states.begin(&[NodeId(0), NodeId(1), NodeId(2)]);
        for (node, fact) in facts {
            states.fact(0, NodeId(*node), fact);
        }
        states.found().last().expect("a fact that counts").state
    }

    const LEAD: Fact = Fact::Lead { term: 1 };

    fn append(index: u64) -> Fact {
        Fact::Append { index, term: 1, digest: 0 }
    }

    #[test]
    fn names_and_exact_numbers_do_not_matter_and_roles_do() {
        assert_eq!(last(&[(0, LEAD)]), last(&[(2, LEAD)]));
        assert_ne!(last(&[(0, LEAD)]), last(&[(0, Fact::Trust { leader: NodeId(0) })]));
        let at = |index| [(0, LEAD), (0, append(index)), (1, append(index + 1))];
        assert_eq!(last(&at(5)), last(&at(90)));
        let other = [(0, LEAD), (0, append(6)), (1, append(5))];
        assert_ne!(last(&at(5)), last(&other), "who leads is ahead, or behind");
    }

    #[test]
    fn ranks_are_what_counting_anew_gives() {
        let mut states = States::default();
        states.begin(&[NodeId(0), NodeId(1), NodeId(2)]);
        for (node, index) in [(0, 3), (1, 5), (2, 5), (0, 9), (1, 1), (2, 4), (0, 4), (2, 4)] {
            states.fact(0, NodeId(node), &append(index));
            for body in &states.bodies {
                let more = states.bodies.iter().filter(|b| b.levels[LOG] > body.levels[LOG]);
                assert_eq!(usize::from(body.ranks[LOG]), more.count());
            }
        }
    }

    #[test]
    fn a_state_is_found_once_and_a_run_that_begins_anew_forgets() {
        let mut states = States::default();
        for _ in 0..2 {
            states.begin(&[NodeId(0)]);
            for step in 0..500 {
                states.fact(step, NodeId(0), &Fact::Paused);
                states.fact(step, NodeId(0), &Fact::Resumed);
            }
            let steps: Vec<u64> = states.found().iter().map(|seen| seen.step).collect();
            assert_eq!(steps, [0, 0], "when it was first in each");
            states.landmark(7, 99);
            states.landmark(8, 99);
            let landmarks: Vec<&Seen> = states.found().iter().filter(|s| s.landmark).collect();
            assert_eq!((landmarks.len(), landmarks[0].step), (1, 7));
        }
    }

    #[test]
    fn a_long_run_keeps_a_bounded_number_of_states() {
        let members: Vec<NodeId> = (0..40).map(NodeId).collect();
        let mut states = States::default();
        states.begin(&members);
        for round in 0..40_u32 {
            for node in &members {
                for _ in 0..(1_u32 << (round % 12)) {
                    states.fact(0, *node, &Fact::Deliver { origin: *node, message: 0, digest: 0 });
                }
                states.fact(0, *node, &Fact::Paused);
                states.fact(0, *node, &Fact::Resumed);
            }
        }
        assert!(states.found().len() <= MOST_OF_A_RUN, "{}", states.found().len());
    }
}
