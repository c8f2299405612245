//! Who gossips with whom.

use seatrial_node::OpenError;

use crate::config::refuse;

/// Who gossips with whom. Whatever the number of members, everybody can be reached from everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topology {
    /// Everybody with everybody.
    Mesh,
    /// A tree in which each member has up to so many below it. It is cut by a single crash.
    Tree {
        /// How many each member has below it; at least 1.
        arity: u32,
    },
    /// A grid of ⌈√n⌉ columns, the last row perhaps not full. Each with those above, below and beside it.
    Grid,
    /// Each with so many others, drawn from the seed, and as many with it: a random regular directed graph.
    Regular {
        /// How many others each member gossips with; at least 1. In a group too small for it, all others.
        degree: u32,
        /// What the graph is drawn from. All members must have the same.
        seed: u64,
    },
}

impl Topology {
    /// # Errors
    /// Where nobody would gossip with anybody.
    pub(crate) fn validate(self) -> Result<(), OpenError> {
        match self {
            Self::Tree { arity: 0 } => {
                refuse("topology: a tree of arity 0 has no branches; give it at least 1")
            }
            Self::Regular { degree: 0, .. } => {
                refuse("topology: with degree 0 nobody gossips with anybody; give it at least 1")
            }
            _ => Ok(()),
        }
    }

    /// Whom the member at place `me` of `n` gossips with, as places in ascending order.
    ///
    /// ```
    /// use seatrial_broadcast::Topology;
    ///
    /// assert_eq!(Topology::Grid.neighbours(7, 6), [3]); // 0 1 2 | 3 4 5 | 6
    /// assert_eq!(Topology::Tree { arity: 2 }.neighbours(7, 1), [0, 3, 4]);
    /// ```
    ///
    /// # Panics
    /// Where there is no such place.
    pub fn neighbours(self, n: usize, me: usize) -> Vec<usize> {
        assert!(me < n, "place {me} of {n}");
        let mut neighbours = match self {
            Self::Mesh => (0..n).collect(),
            Self::Tree { arity } => tree(n, me, arity.max(1) as usize),
            Self::Grid => grid(n, me),
            Self::Regular { degree, seed } => regular(n, me, degree.max(1) as usize, seed),
        };
        neighbours.retain(|place| *place != me);
        neighbours.sort_unstable();
        neighbours
    }
}

fn tree(n: usize, me: usize, arity: usize) -> Vec<usize> {
    let above = me.checked_sub(1).map(|before| before / arity);
    let first = me.saturating_mul(arity).saturating_add(1);
    let below = (first..n).take(arity);
    above.into_iter().chain(below).collect()
}

/// In the last row, too, everybody has somebody above: so nobody is cut off.
fn grid(n: usize, me: usize) -> Vec<usize> {
    let columns = columns(n);
    let column = me % columns;
    let left = (column > 0).then(|| me - 1);
    let right = (column + 1 < columns && me + 1 < n).then_some(me + 1);
    let above = me.checked_sub(columns);
    let below = (me + columns < n).then_some(me + columns);
    [left, right, above, below].into_iter().flatten().collect()
}

/// The least number whose square is at least `n`.
fn columns(n: usize) -> usize {
    let root = n.isqrt();
    if root * root < n { root + 1 } else { root.max(1) }
}

/// Members in a ring of random order, each with those at `degree` random distances ahead, the next one always among them: by that
/// alone everybody reaches everybody.
fn regular(n: usize, me: usize, degree: usize, seed: u64) -> Vec<usize> {
    if degree + 1 >= n {
        return (0..n).collect();
    }
    let mut random = Random(seed ^ n as u64);
    let ring = random.shuffled((0..n).collect());
    let mut distances = random.shuffled((2..n).collect());
    distances.truncate(degree - 1);
    distances.push(1);
    let place = ring.iter().position(|member| *member == me).unwrap_or(0);
    distances.iter().map(|distance| ring[(place + distance) % n]).collect()
}

/// A graph is not a choice of a run: it is the same wherever it is drawn. This is splitmix64.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((word ^ (word >> 31)) % bound as u64) as usize
    }

    fn shuffled(&mut self, mut places: Vec<usize>) -> Vec<usize> {
        for end in (1..places.len()).rev() {
            places.swap(end, self.below(end + 1));
        }
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many members are reached from the one at `start`.
    fn reached(start: usize, edges: &[Vec<usize>]) -> usize {
        let mut seen = vec![false; edges.len()];
        let mut open = vec![start];
        seen[start] = true;
        while let Some(place) = open.pop() {
            for &next in &edges[place] {
                if !std::mem::replace(&mut seen[next], true) {
                    open.push(next);
                }
            }
        }
        seen.iter().filter(|seen| **seen).count()
    }

    fn is_strongly_connected(edges: &[Vec<usize>]) -> bool {
        let mut back = vec![Vec::new(); edges.len()];
        for (from, nexts) in edges.iter().enumerate() {
            nexts.iter().for_each(|next| back[*next].push(from));
        }
        reached(0, edges) == edges.len() && reached(0, &back) == edges.len()
    }

    fn edges(topology: Topology, n: usize) -> Vec<Vec<usize>> {
        (0..n).map(|me| topology.neighbours(n, me)).collect()
    }

    fn all() -> impl Iterator<Item = Topology> {
        let trees = [1, 2, 3, 7].map(|arity| Topology::Tree { arity });
        let regular = (0..6).map(|seed| Topology::Regular { degree: seed as u32 % 3 + 1, seed });
        [Topology::Mesh, Topology::Grid].into_iter().chain(trees).chain(regular)
    }

    #[test]
    fn everybody_reaches_everybody_in_groups_of_every_size_up_to_200() {
        for topology in all() {
            for n in 1..=200 {
                assert!(is_strongly_connected(&edges(topology, n)), "{topology:?} of {n}");
            }
        }
    }

    #[test]
    fn the_last_member_of_a_grid_is_never_alone() {
        // The sizes at which a last row of one was cut off in another's grid.
        for n in [5, 7, 10, 13, 17, 21, 26] {
            let edges = edges(Topology::Grid, n);
            assert!(!edges[n - 1].is_empty(), "the last of {n} reaches nobody");
            assert!(
                edges.iter().any(|nexts| nexts.contains(&(n - 1))),
                "nobody reaches the last of {n}"
            );
        }
    }

    #[test]
    fn the_check_notices_a_member_that_is_cut_off() {
        let mut edges = edges(Topology::Grid, 7);
        edges[6].clear();
        assert!(!is_strongly_connected(&edges));
    }

    #[test]
    fn a_grid_and_a_tree_have_few_edges_and_both_ways() {
        for n in 1..=200 {
            for topology in [Topology::Grid, Topology::Tree { arity: 3 }] {
                let edges = edges(topology, n);
                assert!(edges.iter().all(|nexts| nexts.len() <= 4));
                for (from, nexts) in edges.iter().enumerate() {
                    assert!(nexts.iter().all(|next| edges[*next].contains(&from)));
                }
            }
        }
    }

    #[test]
    fn a_regular_graph_has_as_many_edges_in_as_out() {
        for n in 5..=200 {
            let edges = edges(Topology::Regular { degree: 3, seed: 7 }, n);
            let mut back = vec![0; n];
            edges.iter().flatten().for_each(|next| back[*next] += 1);
            assert!(edges.iter().all(|nexts| nexts.len() == 3), "{n}");
            assert!(back.iter().all(|count| *count == 3), "{n}");
            assert!(edges.iter().all(|nexts| nexts.windows(2).all(|pair| pair[0] < pair[1])));
        }
    }

    #[test]
    fn a_topology_without_edges_is_refused() {
        assert!(Topology::Tree { arity: 0 }.validate().is_err());
        assert!(Topology::Regular { degree: 0, seed: 0 }.validate().is_err());
        assert!(all().all(|topology| topology.validate().is_ok()));
    }
}
