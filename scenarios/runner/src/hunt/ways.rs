//! The ways in which the runs of a hunt fail, and the smallest run of each.
//!
//! The first run and the smallest of a way are those of one of the hunts that a campaign is split into, so that keeping them keeps what the
//! whole campaign wants.

use std::collections::BTreeMap;

use seatrial_history::{SeedResult, Signature};
use seatrial_search::Recipe;

use super::Found;

/// Of no more ways than these are runs kept: where there are more, what tells them apart is likely to be noise.
const MOST: usize = 32;

/// What it takes to make a run again.
#[derive(Clone, Debug)]
pub(super) struct Made {
    pub(super) recipe: Recipe,
    pub(super) result: SeedResult,
    /// The same seed has given another run.
    pub(super) differs: bool,
}

impl Made {
    pub(super) fn of(found: &Found) -> Self {
        let recipe = found.order.recipe.clone();
        Self { recipe, result: found.result.clone(), differs: found.differs }
    }
}

/// The smallest run of each way to fail.
#[derive(Debug, Default)]
pub(super) struct Ways(BTreeMap<Signature, Made>);

impl Ways {
    /// Takes a failing run; says whether it is the first that fails in its way.
    pub(super) fn add(&mut self, found: &Found) -> bool {
        let Some((signature, _)) = &found.failed else {
            return false;
        };
        if let Some(smallest) = self.0.get_mut(signature) {
            if found.result.events < smallest.result.events {
                *smallest = Made::of(found);
            }
            return false;
        }
        if self.0.len() >= MOST {
            return false;
        }
        self.0.insert(signature.clone(), Made::of(found));
        true
    }

    /// The smallest of each; of equals the first.
    pub(super) fn smallest(self) -> impl Iterator<Item = Made> {
        self.0.into_values()
    }
}
