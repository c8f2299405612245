//! Which forwarded requests a leader has taken, so that it takes each at most once and can tell which it never took.
//!
//! A network delivers a message late and more than once. Were two copies of one forwarded command taken, one could be refused
//! while the other is applied, and the refusal would be a lie. So a forwarded request names the term for which it is meant and
//! a number of its own, and a leader keeps a window of the numbers seen (as IPsec does against replay: RFC 4303 §3.4.3).
//! A node leads a term in one of its lives only, so the window need not outlive it.

use std::collections::BTreeMap;

use seatrial_node::NodeId;
use serde::{Deserialize, Serialize};

use crate::lives::era;

/// The width of the window: how far behind the newest number of a member a late one may come and still be taken.
const WIDTH: u64 = 1024;
const WORDS: usize = (WIDTH / 64) as usize;

/// The name of a forwarded request, unique among all that a member ever forwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ForwardId {
    /// The life of the member, from 1; on a disk that has replaced another, an era in the upper half and the life within it.
    pub life: u64,
    /// Which one in that life; each life counts on from a number drawn anew.
    pub number: u64,
}

/// The requests seen from each member in one term.
#[derive(Clone, Debug, Default)]
pub(crate) struct Intake {
    term: u64,
    /// By member and era: of two lives in one era the later one is known, of two in different ones it is not.
    windows: BTreeMap<(NodeId, u32), Window>,
}

#[derive(Clone, Debug)]
struct Window {
    life: u64,
    highest: u64,
    seen: [u64; WORDS],
}

/// What is known of a request that has arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// It is meant for the term last led here, and no copy of it came before.
    First,
    /// A copy of it came before.
    Again,
    /// It is meant for another term, or is too old to tell.
    Unknown,
}

impl Intake {
    /// Begins anew: this node leads `term`.
    pub(crate) fn lead(&mut self, term: u64) {
        self.term = term;
        self.windows.clear();
    }

    /// Notes that a request has arrived.
    pub(crate) fn arrive(&mut self, from: NodeId, term: u64, id: ForwardId) -> Arrival {
        if term != self.term {
            return Arrival::Unknown;
        }
        let window = self.windows.entry((from, era(id.life)));
        let window = window.or_insert_with(|| Window::new(id.life));
        match id.life.cmp(&window.life) {
            // Its sender has forgotten it.
            std::cmp::Ordering::Less => return Arrival::Unknown,
            std::cmp::Ordering::Greater => *window = Window::new(id.life),
            std::cmp::Ordering::Equal => {}
        }
        window.arrive(id.number)
    }
}

impl Window {
    const fn new(life: u64) -> Self {
        Self { life, highest: 0, seen: [0; WORDS] }
    }

    fn arrive(&mut self, number: u64) -> Arrival {
        if number > self.highest {
            self.slide_to(number);
        } else if self.highest - number >= WIDTH {
            return Arrival::Unknown;
        }
        let (word, bit) = place(number);
        let is_new = self.seen[word] & bit == 0;
        self.seen[word] |= bit;
        if is_new { Arrival::First } else { Arrival::Again }
    }

    /// Makes room for the numbers up to this one, in the places of those that leave the window.
    fn slide_to(&mut self, number: u64) {
        if number - self.highest >= WIDTH {
            self.seen = [0; WORDS];
        } else {
            for entering in self.highest + 1..=number {
                let (word, bit) = place(entering);
                self.seen[word] &= !bit;
            }
        }
        self.highest = number;
    }
}

const fn place(number: u64) -> (usize, u64) {
    let slot = number % WIDTH;
    ((slot / 64) as usize, 1 << (slot % 64))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    const FROM: NodeId = NodeId(2);

    fn id(life: u64, number: u64) -> ForwardId {
        ForwardId { life, number }
    }

    #[test]
    fn a_copy_is_told_from_a_first_arrival_out_of_order_too() {
        let mut intake = Intake::default();
        intake.lead(4);
        assert_eq!(intake.arrive(FROM, 4, id(1, 3)), Arrival::First);
        assert_eq!(intake.arrive(FROM, 4, id(1, 1)), Arrival::First);
        assert_eq!(intake.arrive(FROM, 4, id(1, 3)), Arrival::Again);
        assert_eq!(intake.arrive(FROM, 4, id(1, 1)), Arrival::Again);
        assert_eq!(intake.arrive(NodeId(3), 4, id(1, 1)), Arrival::First);
    }

    #[test]
    fn nothing_is_known_of_another_term_or_of_a_former_life() {
        let mut intake = Intake::default();
        intake.lead(4);
        assert_eq!(intake.arrive(FROM, 3, id(1, 1)), Arrival::Unknown);
        assert_eq!(intake.arrive(FROM, 4, id(2, 1)), Arrival::First);
        assert_eq!(intake.arrive(FROM, 4, id(1, 2)), Arrival::Unknown);
    }

    #[test]
    fn lives_on_another_disk_are_told_apart_and_not_put_in_order() {
        let mut intake = Intake::default();
        intake.lead(4);
        let anew = |era: u64, number| id((era << 32) + 1, number);
        assert_eq!(intake.arrive(FROM, 4, id(5, 900_000)), Arrival::First);
        assert_eq!(intake.arrive(FROM, 4, anew(7, 3)), Arrival::First);
        assert_eq!(intake.arrive(FROM, 4, anew(2, 3)), Arrival::First, "replaced once more");
        assert_eq!(
            intake.arrive(FROM, 4, anew(7, 4)),
            Arrival::First,
            "late, and heeded by nobody"
        );
        assert_eq!(intake.arrive(FROM, 4, anew(2, 3)), Arrival::Again);
    }

    proptest! {
        #[test]
        fn the_window_knows_what_a_full_memory_would_know_of_numbers_within_it(
            numbers in prop::collection::vec(1_u64..5000, 1..600)
        ) {
            let mut intake = Intake::default();
            intake.lead(1);
            let mut seen = BTreeSet::new();
            for number in numbers {
                let highest = seen.last().copied().unwrap_or(0);
                let expected = match number + WIDTH > highest {
                    false => Arrival::Unknown,
                    true if seen.contains(&number) => Arrival::Again,
                    true => Arrival::First,
                };
                prop_assert_eq!(intake.arrive(FROM, 1, id(1, number)), expected);
                seen.insert(number);
            }
        }
    }
}
