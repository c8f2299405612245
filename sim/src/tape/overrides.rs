//! Choices that somebody else makes in place of the seed. A run made smaller has thousands of them and is made thousands of times: they are
//! put in order once, and shared by the tapes that take them.

use std::cmp::Ordering;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::WORLD;

/// A choice that differs from what the seed would give, by name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// The site's name.
    pub site: Arc<str>,
    /// The slot of the node or client on whose behalf it is made; [`WORLD`] for none.
    #[serde(default = "world", skip_serializing_if = "is_world")]
    pub source: u32,
    /// Which choice of that site and source, from 0.
    pub occurrence: u64,
    /// What is chosen; cut down to what is possible there.
    pub value: u64,
}

fn world() -> u32 {
    WORLD
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it by reference")]
fn is_world(source: &u32) -> bool {
    *source == WORLD
}

/// Choices for [`Tape::set_overrides`](super::Tape::set_overrides), cheap to copy. Of two for the same choice the first one counts.
///
/// ```
/// use seatrial_sim::{Override, Overrides, Tape, WORLD};
///
/// let sixth = Override { site: "dice".into(), source: WORLD, occurrence: 5, value: 3 };
/// let overrides = Overrides::from(vec![sixth]);
/// let mut tape = Tape::seeded(7);
/// let dice = tape.site("dice");
/// tape.set_overrides(overrides);
/// assert_eq!((0..6).map(|_| tape.choose(dice, WORLD, 6)).last(), Some(3));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    given: Arc<[Override]>,
    /// Places in that, in the order in which a choice is looked for: each choice of a run is, and there may be as many of both.
    order: Arc<[u32]>,
}

impl Overrides {
    /// All of them, as they were given.
    pub fn given(&self) -> &[Override] {
        &self.given
    }

    pub(super) fn is_empty(&self) -> bool {
        self.given.is_empty()
    }

    /// What is chosen there, if somebody says so.
    pub(super) fn value(&self, site: &str, source: u32, occurrence: u64) -> Option<u64> {
        let at = |place: &u32| &self.given[*place as usize];
        let first = self
            .order
            .partition_point(|place| rank(at(place)).cmp(&(occurrence, source, site)).is_lt());
        let found = at(self.order.get(first)?);
        (rank(found) == (occurrence, source, site)).then_some(found.value)
    }
}

impl From<Vec<Override>> for Overrides {
    fn from(given: Vec<Override>) -> Self {
        let by_rank = |a: &u32, b: &u32| -> Ordering {
            rank(&given[*a as usize]).cmp(&rank(&given[*b as usize]))
        };
        let mut order: Vec<u32> = (0..given.len() as u32).collect();
        order.sort_by(by_rank);
        Self { order: order.into(), given: given.into() }
    }
}

/// By what one is looked for, what differs most often first.
fn rank(choice: &Override) -> (u64, u32, &str) {
    (choice.occurrence, choice.source, &choice.site)
}
