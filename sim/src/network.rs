//! Links between endpoints: how long a message takes, and whom it does not reach.
//!
//! Links are sparse: one profile for all pairs of nodes, one between clients and nodes, and exceptions. Cuts are a matrix of bits
//! that exists only while something is cut.

mod pairs;
mod trouble;

pub(crate) use pairs::Pairs;
pub(crate) use trouble::{Effect, Trouble, Troubles, Turn, Way};

use crate::latency::{Latency, Sampler};

/// How one direction between two endpoints behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkException {
    /// The sender's slot: nodes first, then clients.
    pub from: u32,
    /// The receiver's slot.
    pub to: u32,
    /// How long messages take.
    pub latency: Latency,
}

/// How messages travel.
#[derive(Clone, Debug)]
pub(crate) struct Links {
    between_nodes: Sampler,
    with_clients: Sampler,
    nodes: u32,
    /// By sender and receiver.
    exceptions: Vec<((u32, u32), Sampler)>,
}

impl Links {
    pub(crate) fn new(
        nodes: u32,
        between_nodes: Latency,
        with_clients: Latency,
        exceptions: &[LinkException],
    ) -> Self {
        let mut exceptions: Vec<_> =
            exceptions.iter().map(|l| ((l.from, l.to), Sampler::new(l.latency))).collect();
        exceptions.sort_by_key(|(pair, _)| *pair);
        let (between_nodes, with_clients) =
            (Sampler::new(between_nodes), Sampler::new(with_clients));
        Self { between_nodes, with_clients, nodes, exceptions }
    }

    #[inline]
    pub(crate) fn latency(&self, from: u32, to: u32) -> &Sampler {
        if !self.exceptions.is_empty() {
            let place = self.exceptions.binary_search_by_key(&(from, to), |(pair, _)| *pair);
            if let Ok(place) = place {
                return &self.exceptions[place].1;
            }
        }
        if from < self.nodes && to < self.nodes { &self.between_nodes } else { &self.with_clients }
    }
}

/// Who cannot reach whom.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cuts {
    endpoints: usize,
    active: Vec<Cut>,
    /// A bit for each pair that some active cut separates; row by sender. Empty while nothing is cut.
    blocked: Vec<u64>,
}

/// One cut that is in force.
#[derive(Clone, Debug)]
struct Cut {
    /// The fault of the plan that it belongs to.
    fault: usize,
    pairs: Vec<(u32, u32)>,
    bit: bool,
    /// It has stopped a message to somebody who was there to miss it.
    missed: bool,
}

impl Cuts {
    pub(crate) fn reset(&mut self, endpoints: usize) {
        self.endpoints = endpoints;
        self.active.clear();
        self.blocked.clear();
    }

    #[inline]
    pub(crate) fn block(&self, from: u32, to: u32) -> bool {
        if self.blocked.is_empty() {
            return false;
        }
        let (word, bit) = self.place(from, to);
        self.blocked[word] >> bit & 1 == 1
    }

    /// Cuts these directed pairs, on behalf of a fault of the plan.
    pub(crate) fn add(&mut self, fault: usize, pairs: Vec<(u32, u32)>) {
        self.blocked.resize(self.endpoints * self.row_words(), 0);
        self.mark(&pairs);
        self.active.push(Cut { fault, pairs, bit: false, missed: false });
    }

    /// Mends what that fault had cut, as far as no other cut is in the way.
    pub(crate) fn remove(&mut self, fault: usize) {
        self.active.retain(|cut| cut.fault != fault);
        self.mark_all();
    }

    /// Mends all pairs but these.
    pub(crate) fn keep(&mut self, stays: impl Fn(u32, u32) -> bool) {
        for cut in &mut self.active {
            cut.pairs.retain(|(from, to)| stays(*from, *to));
        }
        self.active.retain(|cut| !cut.pairs.is_empty());
        self.mark_all();
    }

    /// The faults that cut something now.
    pub(crate) fn faults(&self) -> impl Iterator<Item = usize> {
        self.active.iter().map(|cut| cut.fault)
    }

    /// A fault of the plan that keeps messages from passing here.
    pub(crate) fn blocking(&self, from: u32, to: u32) -> Option<usize> {
        let cut = self.active.iter().find(|cut| cut.pairs.contains(&(from, to)))?;
        Some(cut.fault)
    }

    fn mark_all(&mut self) {
        self.blocked.clear();
        if self.active.is_empty() {
            return;
        }
        self.blocked.resize(self.endpoints * self.row_words(), 0);
        let active = std::mem::take(&mut self.active);
        for cut in &active {
            self.mark(&cut.pairs);
        }
        self.active = active;
    }

    /// A message was stopped between these two, whose receiver was there or not: tells of each fault of the plan whose first this
    /// was, and of each that nobody had missed a message for.
    #[cold]
    pub(crate) fn stopped(
        &mut self,
        (from, to): (u32, u32),
        was_there: bool,
        mut first: impl FnMut(usize, Stopped),
    ) {
        for cut in self.active.iter_mut().filter(|cut| !cut.missed) {
            if cut.pairs.contains(&(from, to)) {
                if !std::mem::replace(&mut cut.bit, true) {
                    first(cut.fault, Stopped::Something);
                }
                cut.missed = was_there;
                if was_there {
                    first(cut.fault, Stopped::Missed);
                }
            }
        }
    }

    fn mark(&mut self, pairs: &[(u32, u32)]) {
        for (from, to) in pairs {
            let (word, bit) = self.place(*from, *to);
            self.blocked[word] |= 1 << bit;
        }
    }

    fn row_words(&self) -> usize {
        self.endpoints.div_ceil(64)
    }

    #[inline]
    fn place(&self, from: u32, to: u32) -> (usize, u32) {
        (from as usize * self.endpoints.div_ceil(64) + to as usize / 64, to % 64)
    }
}

/// What a cut has done for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stopped {
    /// It has stopped a message.
    Something,
    /// It has stopped one whose receiver was there.
    Missed,
}

/// Both directions between every member of one group and every member of another.
pub(crate) fn between_groups(groups: &[Vec<u32>]) -> Vec<(u32, u32)> {
    let mut pairs = Vec::new();
    for (i, group) in groups.iter().enumerate() {
        for other in groups.iter().skip(i + 1) {
            for a in group {
                pairs.extend(other.iter().flat_map(|b| [(*a, *b), (*b, *a)]));
            }
        }
    }
    pairs
}

/// What a ring of these slots cuts: everybody reaches a majority, himself included, and no two the same one. With four or fewer,
/// where there is no such ring, a bridge: two halves that meet only in the first.
pub(crate) fn ring(order: &[u32]) -> Vec<(u32, u32)> {
    let n = order.len();
    if n <= 4 {
        let Some((_, rest)) = order.split_first() else {
            return Vec::new();
        };
        let (left, right) = rest.split_at(rest.len() / 2);
        return between_groups(&[left.to_vec(), right.to_vec()]);
    }
    // A majority of n is n/2 + 1 with oneself, so half of n neighbours, as many on the one side as on the other; where that
    // is odd, one more than needed.
    let reach = (n / 2).div_ceil(2);
    let mut pairs = Vec::new();
    for (i, from) in order.iter().enumerate() {
        for (j, to) in order.iter().enumerate() {
            let apart = i.abs_diff(j).min(n - i.abs_diff(j));
            if apart > reach {
                pairs.push((*from, *to));
            }
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reaches(pairs: &[(u32, u32)], n: u32, from: u32) -> Vec<u32> {
        (0..n).filter(|to| !pairs.contains(&(from, *to))).collect()
    }

    #[test]
    fn in_a_ring_everybody_sees_a_majority_but_not_the_same_one() {
        for n in 5..12_u32 {
            let order: Vec<u32> = (0..n).collect();
            let pairs = ring(&order);
            let seen: Vec<Vec<u32>> = order.iter().map(|node| reaches(&pairs, n, *node)).collect();
            assert!(seen.iter().all(|who| who.len() > n as usize / 2), "{n} nodes: {seen:?}");
            if n != 6 {
                assert!(!pairs.is_empty(), "{n} nodes: nothing is cut");
                let same = |a: &Vec<u32>| seen.iter().filter(|b| *b == a).count();
                assert!(seen.iter().all(|who| same(who) == 1), "{n} nodes: {seen:?}");
            }
            assert!(pairs.iter().all(|(a, b)| pairs.contains(&(*b, *a))), "one-way");
        }
    }

    #[test]
    fn a_bridge_node_is_the_only_way_across() {
        let pairs = ring(&[1, 0, 2]);
        assert_eq!(pairs, [(0, 2), (2, 0)]);
        assert_eq!(reaches(&ring(&[0, 1, 2, 3]), 4, 0), [0, 1, 2, 3]);
    }

    #[test]
    fn overlapping_cuts_are_mended_one_by_one() {
        let mut cuts = Cuts::default();
        cuts.reset(70);
        cuts.add(0, between_groups(&[vec![0, 1], vec![69]]));
        cuts.add(1, vec![(0, 69)]);
        assert!(cuts.block(69, 1) && cuts.block(0, 69) && !cuts.block(0, 1));
        cuts.remove(0);
        assert!(!cuts.block(69, 1) && cuts.block(0, 69));
        cuts.remove(1);
        assert!(!cuts.block(0, 69));
    }

    #[test]
    fn a_cut_bites_once_however_many_messages_it_stops() {
        let mut cuts = Cuts::default();
        cuts.reset(4);
        cuts.add(7, vec![(0, 1)]);
        let mut bitten = Vec::new();
        for was_there in [false, false, true, true] {
            cuts.stopped((0, 1), was_there, |fault, what| bitten.push((fault, what)));
        }
        assert_eq!(bitten, [(7, Stopped::Something), (7, Stopped::Missed)]);
    }

    #[test]
    fn an_exception_changes_one_direction_only() {
        use seatrial_node::Duration;
        let [usual, client, slow] =
            [1, 2, 900].map(|ms| Latency::constant(Duration::from_millis(ms)));
        let exception = LinkException { from: 2, to: 0, latency: slow };
        let links = Links::new(3, usual, client, &[exception]);
        assert_eq!(*links.latency(2, 0), Sampler::new(slow));
        assert_eq!(*links.latency(0, 2), Sampler::new(usual));
        assert_eq!(*links.latency(0, 3), Sampler::new(client));
    }
}
