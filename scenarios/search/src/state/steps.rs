//! The steps that may be made from a state, and where they lead.

use seatrial_node::NodeId;

use super::State;
use crate::choice::Choice;
use crate::exploration::{Explorable, Exploration};
use crate::identity::Arrivals;
use crate::solo::{Deed, Ears, Outcome, Solos};

/// All that may happen next: deliveries first, in the order in which they were sent.
#[derive(Debug, Default)]
pub(crate) struct Choices {
    pub(crate) all: Vec<Choice>,
    /// The letters of the deliveries.
    letters: Vec<u32>,
    /// By node: what it listens to.
    pub(super) ears: Vec<Ears>,
}

impl Choices {
    pub(super) fn clear(&mut self) {
        self.all.clear();
        self.letters.clear();
    }

    pub(super) fn deliver(&mut self, number: u32, letter: u32, from: NodeId, to: NodeId) {
        self.all.push(Choice::Deliver { number: number.into(), from, to });
        self.letters.push(letter);
    }
}

/// One choice with one of its outcomes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Open {
    pub(crate) choice: Choice,
    /// What comes of it; none where nothing happens to a node.
    pub(crate) outcome: Option<u32>,
    /// Where it leads, as far as that is known before it is made.
    pub(crate) leads: Leads,
    /// The [`print`](State::print) of the state that it leads to, unless that is [unknown](Leads::Unknown).
    pub(crate) print: u128,
}

/// What is known of a step before it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leads {
    Unknown,
    /// To a state of this print.
    Told,
    /// To a state that was seen before the step was opened.
    Back,
}

impl State {
    /// The steps that these choices are, in their order, but for those that change nothing.
    pub(crate) fn steps<N: Explorable>(
        &self,
        choices: &Choices,
        within: &Exploration<N>,
        among: &mut Solos<N>,
        mut take: impl FnMut(Open),
    ) {
        for (place, &choice) in choices.all.iter().enumerate() {
            let letter = choices.letters.get(place).copied();
            let deed = match letter {
                Some(letter) => Some(Deed::Receive(letter)),
                None => self.deed(choice, within, among),
            };
            let Some(deed) = deed else {
                take(Open { choice, outcome: None, leads: Leads::Unknown, print: 0 });
                continue;
            };
            let solo = self.solos[within.place(choice.node())];
            for number in among.outcomes(solo, deed, self.now, within) {
                let outcome = among.outcome(number);
                if letter.is_some() && outcome.is_idle && within.arrivals != Arrivals::Once {
                    // Nobody heeds the letter, which is under way as if it had not arrived.
                    continue;
                }
                let print =
                    letter.and_then(|letter| self.print_after(letter, outcome, within, among));
                let leads = if print.is_some() { Leads::Told } else { Leads::Unknown };
                let print = print.unwrap_or_default();
                take(Open { choice, outcome: Some(number), leads, print });
            }
        }
    }

    /// What the print will be after the delivery of a letter of which the receiver tells nothing: most steps are that, and most lead to
    /// states that are known, which then need not be made.
    fn print_after<N: Explorable>(
        &self,
        letter: u32,
        outcome: &Outcome,
        within: &Exploration<N>,
        among: &Solos<N>,
    ) -> Option<u128> {
        if !outcome.is_quiet || outcome.now > self.now || !self.mirrors.is_empty() {
            return None;
        }
        let mut sums = self.sums;
        sums.add(outcome.change);
        if within.arrivals != Arrivals::Often {
            sums.take_away(among.letter(letter).print);
        }
        for (place, letter) in outcome.sent.iter().enumerate() {
            let is_again =
                || within.arrivals == Arrivals::Often && outcome.sent[..place].contains(letter);
            if self.is_sent(*letter, within, among) && !is_again() {
                sums.add(among.letter(*letter).print);
            }
        }
        Some(sums.world.wrapping_add(self.rest))
    }
}
