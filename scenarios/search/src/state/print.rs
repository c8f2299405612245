//! What stands for a state: one fingerprint, made of sums that are kept up to date.

use seatrial_node::{Node, NodeId};

use super::State;
use crate::budget::Spent;
use crate::exploration::Exploration;
use crate::fingerprint::{Printer, fingerprint, mixed};
use crate::identity::Identity;

/// The sums of fingerprints: of the nodes and of the letters under way, and of what was said, each with its node.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sums {
    pub(super) world: u128,
    pub(super) heard: u128,
}

impl Sums {
    /// One node becomes another.
    pub(super) fn replace(&mut self, before: u128, after: u128) {
        self.world = self.world.wrapping_sub(before).wrapping_add(after);
    }

    /// A node or a letter is there.
    pub(super) fn add(&mut self, print: u128) {
        self.world = self.world.wrapping_add(print);
    }

    /// A letter is there no more.
    pub(super) fn take_away(&mut self, print: u128) {
        self.world = self.world.wrapping_sub(print);
    }

    /// A node has told something.
    pub(super) fn hear(&mut self, said: &mut [u128], place: usize, fact: u128) {
        let before = mixed(said[place], place as u128);
        said[place] = mixed(said[place], fact);
        let after = mixed(said[place], place as u128);
        self.heard = self.heard.wrapping_sub(before).wrapping_add(after);
    }
}

impl State {
    /// Stands for all of the state that counts: see the crate's page.
    pub(crate) fn print<N: Node>(&self, within: &Exploration<N>) -> u128 {
        let own = self.sums.world.wrapping_add(self.rest);
        let mirrored =
            self.mirrors.iter().zip(&within.permutations).map(|(mirror, permutation)| {
                let image =
                    |(of, to): &(NodeId, NodeId)| (permutation.of(*of), permutation.of(*to));
                let mut notices: Vec<_> = self.notices.iter().map(image).collect();
                notices.sort_unstable();
                let rest = self.rest_with(mirror.sums.heard, &notices, within);
                mirror.sums.world.wrapping_add(rest)
            });
        // Whichever of the states it is that permutations take to each other, the least is the same.
        mirrored.fold(own, u128::min)
    }

    /// Stands for all that is neither a node nor a letter under way.
    pub(super) fn rest_of<N: Node>(&self, within: &Exploration<N>) -> u128 {
        self.rest_with(self.sums.heard, &self.notices, within)
    }

    fn rest_with<N: Node>(
        &self,
        heard: u128,
        notices: &Vec<(NodeId, NodeId)>,
        within: &Exploration<N>,
    ) -> u128 {
        let told = match within.identity {
            Identity::Told => heard,
            Identity::World => 0,
            Identity::By(_) => self.past,
        };
        let notices = if notices.is_empty() { 0 } else { fingerprint(notices) };
        let Spent { crashes, restarts, losses, timers } = self.spent;
        let mut printer = Printer::default();
        printer.take(told);
        printer.take(notices);
        printer.take(u128::from(self.now.as_nanos()) << 64 | u128::from(self.asked));
        let [first, second] = [(crashes, restarts), (losses, timers)]
            .map(|(one, other)| u64::from(one) << 32 | u64::from(other));
        printer.take(u128::from(first) << 64 | u128::from(second));
        printer.print()
    }
}
