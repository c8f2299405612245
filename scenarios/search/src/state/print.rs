//! What stands for a state: one fingerprint, made of sums that are kept up to date.

use seatrial_node::{Instant, Node, NodeId};

use super::{State, Sums};
use crate::budget::Spent;
use crate::choice::Choice;
use crate::exploration::{Explorable, Exploration};
use crate::fingerprint::{Printer, fingerprint};
use crate::identity::{Arrivals, Identity};
use crate::solo::{Outcome, Solos};

impl State {
    /// What the [`print`](State::print) will be after the delivery of a letter of which the receiver tells nothing: most steps are that,
    /// and most lead to states that are known, which then need not be made. None of any other step.
    pub(crate) fn print_after<N: Explorable>(
        &self,
        choice: Choice,
        outcome: &Outcome,
        within: &Exploration<N>,
        among: &Solos<N>,
    ) -> Option<u128> {
        let Choice::Deliver { number, to, .. } = choice else { return None };
        if !outcome.told.is_empty() || outcome.incident.is_some() {
            return None;
        }
        let mut sums = self.sums;
        sums.replace(among.print(self.solos[within.place(to)]), among.print(outcome.solo));
        if within.arrivals != Arrivals::Often {
            let letter = among.letter(self.flight(number).letter);
            sums.under_way = sums.under_way.wrapping_sub(letter.print);
        }
        for (place, letter) in outcome.sent.iter().enumerate() {
            let is_again =
                || within.arrivals == Arrivals::Often && outcome.sent[..place].contains(letter);
            if self.is_sent(*letter, within, among) && !is_again() {
                sums.under_way = sums.under_way.wrapping_add(among.letter(*letter).print);
            }
        }
        Some(self.print_of(&sums, self.now.max(outcome.now), &self.notices, within))
    }

    /// Stands for all of the state that counts: see the crate's page.
    pub(crate) fn print<N: Node>(&self, within: &Exploration<N>) -> u128 {
        let own = self.print_of(&self.sums, self.now, &self.notices, within);
        let mirrored =
            self.mirrors.iter().zip(&within.permutations).map(|(mirror, permutation)| {
                let image =
                    |(of, to): &(NodeId, NodeId)| (permutation.of(*of), permutation.of(*to));
                let mut notices: Vec<_> = self.notices.iter().map(image).collect();
                notices.sort_unstable();
                self.print_of(&mirror.sums, self.now, &notices, within)
            });
        // Whichever of the states it is that permutations take to each other, the least is the same.
        mirrored.fold(own, u128::min)
    }

    fn print_of<N: Node>(
        &self,
        sums: &Sums,
        now: Instant,
        notices: &Vec<(NodeId, NodeId)>,
        within: &Exploration<N>,
    ) -> u128 {
        let told = match within.identity {
            Identity::Told => sums.heard,
            Identity::World => 0,
            Identity::By(_) => self.past,
        };
        let notices = if notices.is_empty() { 0 } else { fingerprint(notices) };
        let Spent { crashes, restarts, losses, timers } = self.spent;
        let mut printer = Printer::default();
        for sum in [sums.here, sums.under_way, told, notices] {
            printer.take(sum);
        }
        printer.take(u128::from(now.as_nanos()) << 64 | u128::from(self.asked));
        let [first, second] = [(crashes, restarts), (losses, timers)]
            .map(|(one, other)| u64::from(one) << 32 | u64::from(other));
        printer.take(u128::from(first) << 64 | u128::from(second));
        printer.print()
    }
}
