//! One state of a search: which nodes there are, what is under way, and what may still be done.

mod print;
mod steps;

use seatrial_node::{Fact, Instant, NodeId};

pub(crate) use self::print::Sums;
pub(crate) use self::steps::{Choices, Leads, Open};
use crate::budget::Spent;
use crate::choice::Choice;
use crate::exploration::{Explorable, Exploration};
use crate::fingerprint::{Printer, fingerprint};
use crate::identity::{Arrivals, Identity};
use crate::solo::{Deed, Ears, Letter, Solos};
use crate::symmetry::Unlike;

/// What a node has told, and at which step of the schedule; step 0 is before the search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Told {
    /// The step, from 1.
    pub step: u64,
    /// Who.
    pub node: NodeId,
    /// What.
    pub fact: Fact,
}

/// See the module. Nodes and letters are numbers among [`Solos`].
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) solos: Vec<u32>,
    pub(crate) step: u64,
    pub(crate) now: Instant,
    flights: Vec<Flight>,
    /// The number of the last one.
    newest: u32,
    /// The requests that have been made, a bit each.
    asked: u64,
    spent: Spent,
    /// Of whose crash, and who is still to be told: in order.
    notices: Vec<(NodeId, NodeId)>,
    /// By node: the fingerprint of all that it has told, in its order.
    said: Vec<u128>,
    /// Of all that was told, where an oracle says what of it counts.
    past: u128,
    sums: Sums,
    /// Stands for what is not in the sums, and for what was said.
    rest: u128,
    /// The same of what each permutation of alike nodes makes of this state.
    mirrors: Vec<Mirror>,
}

/// A state as in a mirror.
#[derive(Clone, Debug, Default)]
struct Mirror {
    sums: Sums,
    said: Vec<u128>,
}

/// A letter under way. Its number is the same in every schedule that begins alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Flight {
    number: u32,
    letter: u32,
    /// The place of the receiver, and the letter's ordinal there, as far as [`Ears`] know of it.
    to: u8,
    ordinal: u8,
}

/// By hand, so that a copy keeps its memory.
impl Clone for State {
    fn clone(&self) -> Self {
        let mut copy = Self::default();
        copy.clone_from(self);
        copy
    }

    fn clone_from(&mut self, other: &Self) {
        let Self { step, now, newest, asked, spent, past, sums, rest, .. } = *other;
        (self.step, self.now, self.newest) = (step, now, newest);
        (self.asked, self.spent, self.past) = (asked, spent, past);
        (self.sums, self.rest) = (sums, rest);
        self.solos.clone_from(&other.solos);
        self.flights.clone_from(&other.flights);
        self.notices.clone_from(&other.notices);
        self.said.clone_from(&other.said);
        self.mirrors.clone_from(&other.mirrors);
    }
}

impl State {
    /// These nodes, and these letters under way; this much was told.
    pub(crate) fn new<N: Explorable>(
        solos: Vec<u32>,
        letters: &[u32],
        told: &[Told],
        now: Instant,
        within: &Exploration<N>,
        among: &Solos<N>,
    ) -> Self {
        let said = vec![0; solos.len()];
        let mut sums = Sums::default();
        solos.iter().for_each(|solo| sums.add(among.print(*solo)));
        let mut state = Self { solos, now, said, sums, ..Self::default() };
        for letter in letters {
            state.send(*letter, within, among);
        }
        for told in told {
            let place = within.place(told.node);
            state.sums.hear(&mut state.said, place, fingerprint(&told.fact));
        }
        state.take_past(told, within);
        state.rest = state.rest_of(within);
        state
    }

    /// Looks into the mirrors, as many as there are permutations of alike nodes.
    ///
    /// # Errors
    /// Where nodes are not alike.
    pub(crate) fn mirror<N: Explorable>(
        &mut self,
        told: &[Told],
        within: &Exploration<N>,
        among: &mut Solos<N>,
    ) -> Result<(), Unlike> {
        let letters: Vec<u32> = self.flights.iter().map(|flight| flight.letter).collect();
        let facts = among.mirror_start(&self.solos, &letters, told, within)?;
        for facts in facts {
            // All nodes that change places are here, and so are all letters between them: the sums are the same.
            let sums = Sums { heard: 0, ..self.sums };
            let mut mirror = Mirror { sums, said: vec![0; self.solos.len()] };
            for Told { node, fact, .. } in facts.into_iter().map(|place| &told[place]) {
                mirror.sums.hear(&mut mirror.said, within.place(*node), fingerprint(fact));
            }
            self.mirrors.push(mirror);
        }
        Ok(())
    }

    /// All that may happen next.
    pub(crate) fn choices<N: Explorable>(
        &self,
        within: &Exploration<N>,
        among: &mut Solos<N>,
        choices: &mut Choices,
    ) {
        choices.clear();
        self.deliveries(within, among, choices);
        let all = &mut choices.all;
        all.extend(self.notices.iter().map(|(of, to)| Choice::Notice { of: *of, to: *to }));
        let is_left_alone = within.asks.is_empty() && !self.spent.may_crash(&within.budget);
        for (&node, &solo) in within.members().iter().zip(&self.solos) {
            if !(is_left_alone && among.is_still(solo)) {
                self.own_choices(node, solo, within, among, all);
            }
        }
        if self.spent.may_lose(&within.budget) {
            all.extend(self.flights.iter().map(|flight| {
                let Letter { from, to, .. } = *among.letter(flight.letter);
                Choice::Lose { number: flight.number.into(), from, to }
            }));
        }
    }

    /// The letters that may arrive.
    fn deliveries<N: Explorable>(
        &self,
        within: &Exploration<N>,
        among: &mut Solos<N>,
        choices: &mut Choices,
    ) {
        // Once for each node, and not for each letter.
        choices.ears.clear();
        choices.ears.extend(self.solos.iter().map(|solo| among.ears(*solo, self.now, within)));
        for &Flight { number, letter, to, ordinal } in &self.flights {
            let place = usize::from(to);
            let heeds = || among.heeds(self.solos[place], letter, self.now, within);
            if choices.ears[place].heed(ordinal).unwrap_or_else(heeds) {
                let Letter { from, to, .. } = *among.letter(letter);
                choices.deliver(number, letter, from, to);
            }
        }
    }

    /// What may happen to one node, besides what the others have sent to it.
    fn own_choices<N: Explorable>(
        &self,
        node: NodeId,
        solo: u32,
        within: &Exploration<N>,
        among: &Solos<N>,
        all: &mut Vec<Choice>,
    ) {
        let budget = &within.budget;
        if !among.is_up(solo) {
            all.extend(self.spent.may_restart(budget).then_some(Choice::Restart { node }));
            return;
        }
        if self.spent.may_wake(budget) {
            let timers = 0..u64::from(among.timers(solo));
            all.extend(timers.map(|number| Choice::Timer { number, node }));
        }
        all.extend(among.has_disk(solo).then_some(Choice::Disk { node }));
        let open =
            |(index, ask): &(usize, &(NodeId, _))| ask.0 == node && self.asked & (1 << index) == 0;
        let next = within.asks.iter().enumerate().find(open);
        all.extend(next.map(|(index, _)| Choice::Ask { index: index as u32, node }));
        all.extend(self.spent.may_crash(budget).then_some(Choice::Crash { node }));
    }

    /// Whether the execution may end here, where this may happen next: whether none of it must.
    ///
    /// Neither a crash need happen, nor a restart, nor a loss. And what a node has sent before it crashed need not arrive: no link promises
    /// that. But where no more timers may come due, what waits for one is not over.
    pub(crate) fn may_end<N: Explorable>(
        &self,
        choices: &[Choice],
        within: &Exploration<N>,
        among: &Solos<N>,
    ) -> bool {
        let need_not = |choice: &Choice| match choice {
            Choice::Crash { .. } | Choice::Restart { .. } | Choice::Lose { .. } => true,
            Choice::Deliver { from, .. } => !self.is_up(*from, within, among),
            _ => false,
        };
        let may_wake = self.spent.may_wake(&within.budget);
        let waits = |solo: &u32| among.is_up(*solo) && among.timers(*solo) > 0;
        choices.iter().all(need_not) && (may_wake || !self.solos.iter().any(waits))
    }

    /// What happens to the node of this choice; none where nothing happens to it, but a message is lost.
    pub(crate) fn deed<N: Explorable>(
        &self,
        choice: Choice,
        within: &Exploration<N>,
        among: &mut Solos<N>,
    ) -> Option<Deed> {
        Some(match choice {
            Choice::Deliver { number, .. } => Deed::Receive(self.flight(number).letter),
            Choice::Notice { of, to } => {
                let notice = within.notice.expect("there are notices where they were asked for");
                Deed::Receive(among.letter_number(of, to, notice(of)))
            }
            Choice::Timer { number, .. } => Deed::Timer(number as u32),
            Choice::Disk { .. } => Deed::Disk,
            Choice::Ask { index, .. } => Deed::Ask(index),
            Choice::Crash { .. } => Deed::Crash,
            Choice::Restart { .. } => Deed::Restart,
            Choice::Lose { .. } => return None,
        })
    }

    /// Lets this happen, which must be one of the choices, with this outcome. What it tells is added.
    pub(crate) fn apply<N: Explorable>(
        &mut self,
        choice: Choice,
        outcome: Option<u32>,
        told: &mut Vec<Told>,
        within: &Exploration<N>,
        among: &Solos<N>,
    ) {
        self.step += 1;
        self.account_for(choice, within, among);
        let (before, now) = (told.len(), self.now);
        if let Some(number) = outcome {
            self.take_place(choice, number, told, within, among);
        }
        let is_delivery = matches!(choice, Choice::Deliver { .. });
        if !is_delivery || told.len() > before || self.now > now {
            self.rest = self.rest_of(within);
        }
    }

    /// Something happens to a node, and this comes of it.
    fn take_place<N: Explorable>(
        &mut self,
        choice: Choice,
        number: u32,
        told: &mut Vec<Told>,
        within: &Exploration<N>,
        among: &Solos<N>,
    ) {
        let outcome = among.outcome(number);
        let place = within.place(choice.node());
        let before = std::mem::replace(&mut self.solos[place], outcome.solo);
        self.sums.replace(among.print(before), among.print(outcome.solo));
        self.now = self.now.max(outcome.now);
        for (by, mirror) in self.mirrors.iter_mut().enumerate() {
            let [before, after] = [before, outcome.solo].map(|solo| among.solo_image(by, solo));
            mirror.sums.replace(among.print(before), among.print(after));
            let place = within.place(within.permutations[by].of(choice.node()));
            for (_, print) in &among.outcome(among.outcome_image(by, number)).told {
                mirror.sums.hear(&mut mirror.said, place, *print);
            }
        }
        for (fact, print) in &outcome.told {
            told.push(Told { step: self.step, node: choice.node(), fact: *fact });
            self.sums.hear(&mut self.said, place, *print);
        }
        if !outcome.told.is_empty() {
            self.take_past(told, within);
        }
        if let Choice::Crash { node } = choice {
            self.crash(node, within, among);
        }
        for letter in &outcome.sent {
            self.send(*letter, within, among);
        }
    }

    /// The letter of this delivery.
    pub(crate) fn letter(&self, number: u64) -> u32 {
        self.flight(number).letter
    }

    fn flight(&self, number: u64) -> Flight {
        self.flights[self.place_of_flight(number)]
    }

    /// They are in the order in which they were sent.
    fn place_of_flight(&self, number: u64) -> usize {
        let place = self.flights.binary_search_by_key(&number, |flight| flight.number.into());
        place.expect("what may arrive is under way")
    }

    fn is_up<N: Explorable>(
        &self,
        node: NodeId,
        within: &Exploration<N>,
        among: &Solos<N>,
    ) -> bool {
        among.is_up(self.solos[within.place(node)])
    }

    /// What a choice uses up.
    fn account_for<N: Explorable>(
        &mut self,
        choice: Choice,
        within: &Exploration<N>,
        among: &Solos<N>,
    ) {
        match choice {
            Choice::Deliver { number, .. } if within.arrivals != Arrivals::Often => {
                self.remove(number, among);
            }
            Choice::Deliver { .. } | Choice::Disk { .. } => {}
            Choice::Lose { number, .. } => {
                self.spent.losses += 1;
                self.remove(number, among);
            }
            Choice::Timer { .. } => {
                self.spent.timers += u32::from(within.budget.timers.is_some());
            }
            Choice::Ask { index, .. } => self.asked |= 1 << index,
            Choice::Notice { of, to } => self.notices.retain(|notice| *notice != (of, to)),
            Choice::Crash { .. } => self.spent.crashes += 1,
            Choice::Restart { node } => {
                self.spent.restarts += 1;
                self.notices.retain(|(of, _)| *of != node);
            }
        }
    }

    /// The others are to be told of a crash. Where nobody starts again, nothing is under way any more to who has crashed.
    fn crash<N: Explorable>(&mut self, node: NodeId, within: &Exploration<N>, among: &Solos<N>) {
        self.notices.retain(|(_, to)| *to != node);
        if within.notice.is_some() {
            let is_up = |other: &NodeId| self.is_up(*other, within, among);
            let others: Vec<_> = within.members().iter().copied().filter(is_up).collect();
            self.notices.extend(others.into_iter().map(|other| (node, other)));
            self.notices.sort_unstable();
        }
        if within.budget.restarts == 0 {
            let is_doomed = |flight: &Flight| among.letter(flight.letter).to == node;
            let doomed = self.flights.iter().copied().filter(is_doomed);
            for number in doomed.map(|flight| flight.number).collect::<Vec<_>>() {
                self.remove(number.into(), among);
            }
        }
    }

    /// A letter is under way from now on, unless nobody will ever be there to receive it, or it is already there and arrives often.
    fn send<N: Explorable>(&mut self, letter: u32, within: &Exploration<N>, among: &Solos<N>) {
        self.newest += 1;
        if !self.is_sent(letter, within, among) {
            return;
        }
        self.sums.add(among.letter(letter).print);
        for (by, mirror) in self.mirrors.iter_mut().enumerate() {
            mirror.sums.add(among.letter(among.letter_image(by, letter)).print);
        }
        let Letter { to, ordinal, .. } = *among.letter(letter);
        let (to, ordinal) = (within.place(to) as u8, Ears::ordinal(ordinal));
        self.flights.push(Flight { number: self.newest, letter, to, ordinal });
    }

    /// Whether a letter that is sent now is under way then, and was not before.
    fn is_sent<N: Explorable>(
        &self,
        letter: u32,
        within: &Exploration<N>,
        among: &Solos<N>,
    ) -> bool {
        let to = among.letter(letter).to;
        let is_lost = within.budget.restarts == 0 && !self.is_up(to, within, among);
        let is_there = || self.flights.iter().any(|flight| flight.letter == letter);
        !is_lost && (within.arrivals != Arrivals::Often || !is_there())
    }

    fn remove<N: Explorable>(&mut self, number: u64, among: &Solos<N>) {
        let flight = self.flights.remove(self.place_of_flight(number));
        self.sums.take_away(among.letter(flight.letter).print);
        for (by, mirror) in self.mirrors.iter_mut().enumerate() {
            mirror.sums.take_away(among.letter(among.letter_image(by, flight.letter)).print);
        }
    }

    fn take_past<N: Explorable>(&mut self, told: &[Told], within: &Exploration<N>) {
        if let Identity::By(take) = within.identity {
            let mut printer = Printer::default();
            take(told, &mut printer);
            self.past = printer.print();
        }
    }
}
