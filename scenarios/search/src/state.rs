//! One state of a search: a world, and what may still be done to it.

use std::hash::Hash;

use seatrial_history::{Moment, Observer};
use seatrial_node::{Fact, Node, NodeId, RequestToken};
use seatrial_sim::{Happening, Incident, World};

use crate::budget::Spent;
use crate::choice::Choice;
use crate::exploration::{Explorable, Exploration};
use crate::fingerprint::{Printer, fingerprint};
use crate::identity::{Arrivals, Identity};

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

/// See the module.
pub(crate) struct State<N: Node> {
    pub(crate) world: World<N>,
    pub(crate) told: Vec<Told>,
    /// How much of that the last step has told.
    pub(crate) news: usize,
    pub(crate) step: u64,
    /// The requests that have been made, a bit each.
    asked: u64,
    spent: Spent,
    /// Of whose crash, and who is still to be told: in order.
    notices: Vec<(NodeId, NodeId)>,
    /// By node: the fingerprint of its state, and of all that it has told, in its order.
    here: Vec<u128>,
    said: Vec<u128>,
    /// The sum of the fingerprints of the messages under way, and the number of the last one.
    under_way: u128,
    newest: u64,
    /// Those fingerprints in order, where a message arrives often.
    kinds: Vec<u128>,
}

/// What a step has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Something,
    /// Nobody heeded the message that arrived: it stays under way, so this was no step. The state is no state of the search.
    Nothing,
}

impl<N: Explorable> Clone for State<N> {
    fn clone(&self) -> Self {
        Self {
            world: self.world.clone(),
            told: self.told.clone(),
            notices: self.notices.clone(),
            here: self.here.clone(),
            said: self.said.clone(),
            kinds: self.kinds.clone(),
            ..*self
        }
    }
}

impl<N: Explorable> State<N> {
    /// Goes back to a former copy of this state, where nothing has happened since but at the nodes of these places.
    pub(crate) fn go_back_to(&mut self, former: &Self, places: Places) {
        let members = former.world.members().iter().copied().enumerate();
        let at = members.filter(|(place, _)| places.contains(*place)).map(|(_, node)| node);
        self.world.go_back_to(&former.world, at);
        self.told.clone_from(&former.told);
        self.news = former.news;
        self.step = former.step;
        self.asked = former.asked;
        self.spent = former.spent;
        self.notices.clone_from(&former.notices);
        self.here.clone_from(&former.here);
        self.said.clone_from(&former.said);
        self.under_way = former.under_way;
        self.newest = former.newest;
        self.kinds.clone_from(&former.kinds);
    }

    /// Where a choice's node is among the members.
    pub(crate) fn place_of(&self, choice: Choice) -> usize {
        let place = self.world.members().binary_search(&choice.node());
        place.expect("what happens happens to a member")
    }

    /// Nothing has happened but what happened to this world before.
    pub(crate) fn new(world: World<N>, told: Vec<Told>) -> Self {
        let members = world.members().len();
        Self {
            news: told.len(),
            world,
            told,
            step: 0,
            asked: 0,
            spent: Spent::default(),
            notices: Vec::new(),
            here: vec![0; members],
            said: vec![0; members],
            under_way: 0,
            newest: 0,
            kinds: Vec::new(),
        }
    }

    /// The same, looked at.
    pub(crate) fn looked_at(mut self, within: &Exploration<N>) -> Self {
        for place in 0..self.here.len() {
            self.look_at(place, within);
        }
        self.look_at_messages(within);
        self.look_at_news();
        self
    }

    /// All that may happen next.
    pub(crate) fn choices(&self, within: &Exploration<N>) -> Vec<Choice> {
        let budget = &within.budget;
        let (may_wake, may_lose) = (self.spent.may_wake(budget), self.spent.may_lose(budget));
        let mut enabled = Vec::new();
        self.world.enabled(&mut enabled);
        let mut choices = Vec::with_capacity(enabled.len() + 2 * self.here.len());
        choices.extend(enabled.iter().filter_map(|event| {
            let number = event.number;
            Some(match event.what {
                Happening::Message { from, to } if self.is_up(to) => {
                    Choice::Deliver { number, from, to }
                }
                Happening::Timer { node } if may_wake => Choice::Timer { number, node },
                Happening::Disk { node } => Choice::Disk { number, node },
                _ => return None,
            })
        }));
        choices.extend(self.notices.iter().map(|(of, to)| Choice::Notice { of: *of, to: *to }));
        for node in self.world.members().iter().copied() {
            if self.is_up(node) {
                let open = |(index, ask): &(usize, &(NodeId, _))| {
                    ask.0 == node && self.asked & (1 << index) == 0
                };
                let next = within.asks.iter().enumerate().find(open);
                choices.extend(next.map(|(index, _)| Choice::Ask { index: index as u32, node }));
                choices.extend(self.spent.may_crash(budget).then_some(Choice::Crash { node }));
            } else if self.spent.may_restart(budget) {
                choices.push(Choice::Restart { node });
            }
        }
        if may_lose {
            choices.extend(enabled.iter().filter_map(|event| match event.what {
                Happening::Message { from, to } => {
                    Some(Choice::Lose { number: event.number, from, to })
                }
                _ => None,
            }));
        }
        choices
    }

    /// Whether the execution may end here, where this may happen next: whether none of it must.
    ///
    /// Neither a crash need happen, nor a restart, nor a loss. And what a node has sent before it crashed need not arrive: no link promises
    /// that.
    pub(crate) fn may_end(&self, choices: &[Choice]) -> bool {
        choices.iter().all(|choice| match choice {
            Choice::Crash { .. } | Choice::Restart { .. } | Choice::Lose { .. } => true,
            Choice::Deliver { from, .. } => !self.is_up(*from),
            _ => false,
        })
    }

    /// Lets this happen, which must be one of the choices.
    pub(crate) fn apply(
        &mut self,
        choice: Choice,
        within: &Exploration<N>,
    ) -> Result<Effect, Incident> {
        self.step += 1;
        let place = self.place_of(choice);
        let before = (self.told.len(), self.newest, self.here[place]);
        let went = self.happen(choice, within);
        if within.budget.restarts == 0 {
            self.world.lose_sent_to_dead(before.1);
        }
        self.news = self.told.len() - before.0;
        self.look_at(place, within);
        self.look_at_messages(within);
        let is_as_before = before == (self.told.len(), self.newest, self.here[place]);
        let may_be_ignored = within.arrivals == Arrivals::OnceHeeded;
        if may_be_ignored
            && is_as_before
            && went.is_ok()
            && matches!(choice, Choice::Deliver { .. })
        {
            return Ok(Effect::Nothing);
        }
        self.look_at_news();
        went.map(|()| Effect::Something)
    }

    fn happen(&mut self, choice: Choice, within: &Exploration<N>) -> Result<(), Incident> {
        let mut ear = Ear { step: self.step, told: &mut self.told };
        match choice {
            Choice::Deliver { number, from, to } => {
                let message = self.world.messages(number - 1).last();
                let (.., body) = message.expect("what may arrive is under way");
                if within.arrivals == Arrivals::Often {
                    let body = body.clone();
                    return self.world.hand(from, to, body, &mut ear);
                }
                self.under_way = self.under_way.wrapping_sub(print_of((number, from, to, body)));
                self.world.let_happen(number, &mut ear)
            }
            Choice::Timer { number, .. } => {
                self.spent.timers += u32::from(within.budget.timers.is_some());
                self.world.let_happen(number, &mut ear)
            }
            Choice::Disk { number, .. } => self.world.let_happen(number, &mut ear),
            Choice::Ask { index, node } => {
                self.asked |= 1 << index;
                let request = within.asks[index as usize].1.clone();
                self.world.request(node, RequestToken(index.into()), request, &mut ear)
            }
            Choice::Notice { of, to } => {
                self.notices.retain(|notice| *notice != (of, to));
                match within.notice {
                    Some(message) => self.world.hand(of, to, message(of), &mut ear),
                    None => Ok(()),
                }
            }
            Choice::Crash { node } => {
                self.crash(node, within);
                Ok(())
            }
            Choice::Restart { node } => {
                self.spent.restarts += 1;
                self.notices.retain(|(of, _)| *of != node);
                self.world.start_again(node, &mut ear)
            }
            Choice::Lose { number, .. } => {
                self.spent.losses += 1;
                self.world.lose(number);
                self.count_messages_anew();
                Ok(())
            }
        }
    }

    /// Stands for all of the state that counts: see the crate's page.
    pub(crate) fn print(&self, within: &Exploration<N>) -> u128 {
        let mut printer = Printer::default();
        (&self.here, self.under_way, self.world.now()).hash(&mut printer);
        (self.asked, &self.notices, self.spent).hash(&mut printer);
        match within.identity {
            Identity::Told => self.said.hash(&mut printer),
            Identity::World => {}
            Identity::By(take) => take(&self.told, &mut printer),
        }
        printer.print()
    }

    fn is_up(&self, node: NodeId) -> bool {
        self.world.node(node).is_some()
    }

    /// A node crashes, and the others are to be told. Where nobody starts again, nothing is under way to it any more.
    fn crash(&mut self, node: NodeId, within: &Exploration<N>) {
        let mut ear = Ear { step: self.step, told: &mut self.told };
        match within.budget.restarts {
            0 => self.world.kill(node, &mut ear),
            _ => self.world.fell(node, &mut ear),
        }
        self.spent.crashes += 1;
        self.notices.retain(|(_, to)| *to != node);
        if within.notice.is_some() {
            let others = self.world.members().iter().filter(|other| self.is_up(**other));
            let notices: Vec<_> = others.map(|other| (node, *other)).collect();
            self.notices.extend(notices);
            self.notices.sort_unstable();
        }
        self.count_messages_anew();
    }

    fn count_messages_anew(&mut self) {
        self.under_way = 0;
        self.newest = 0;
        self.kinds.clear();
    }

    /// Takes in what has become of a node.
    fn look_at(&mut self, place: usize, within: &Exploration<N>) {
        let node = self.world.members()[place];
        let mut printer = Printer::default();
        self.world.hash_node(node, &mut printer);
        if within.budget.restarts > 0 && !self.is_up(node) {
            self.world.hash_disk(node, &mut printer);
        }
        self.here[place] = printer.print();
    }

    /// Takes in what has been sent.
    fn look_at_messages(&mut self, within: &Exploration<N>) {
        let counted = self.newest;
        let mut again = Vec::new();
        for message in self.world.messages(counted) {
            self.newest = self.newest.max(message.0);
            let print = print_of(message);
            if within.arrivals == Arrivals::Often {
                match self.kinds.binary_search(&print) {
                    Ok(_) => {
                        again.push(message.0);
                        continue;
                    }
                    Err(place) => self.kinds.insert(place, print),
                }
            }
            self.under_way = self.under_way.wrapping_add(print);
        }
        for number in again {
            self.world.lose(number);
        }
    }

    fn look_at_news(&mut self) {
        for Told { node, fact, .. } in &self.told[self.told.len() - self.news..] {
            if let Ok(place) = self.world.members().binary_search(node) {
                let mut printer = Printer::default();
                (self.said[place], fact).hash(&mut printer);
                self.said[place] = printer.print();
            }
        }
    }
}

/// A set of places of nodes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Places(u64);

impl Places {
    pub(crate) const fn with(self, place: usize) -> Self {
        Self(self.0 | 1 << place)
    }

    const fn contains(self, place: usize) -> bool {
        self.0 & 1 << place != 0
    }
}

fn print_of<M: Hash>((_, from, to, body): (u64, NodeId, NodeId, &M)) -> u128 {
    fingerprint(&(from, to, body))
}

/// Writes down what nodes tell.
pub(crate) struct Ear<'a> {
    pub(crate) step: u64,
    pub(crate) told: &'a mut Vec<Told>,
}

impl Observer for Ear<'_> {
    fn fact(&mut self, _: Moment, node: NodeId, fact: &Fact) {
        self.told.push(Told { step: self.step, node, fact: *fact });
    }
}
