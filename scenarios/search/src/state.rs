//! One state of a search: a world, and what may still be done to it.

use std::hash::Hash;

use seatrial_history::{Moment, Observer};
use seatrial_node::{Fact, Node, NodeId, RequestToken};
use seatrial_sim::{Happening, Incident, World};

use crate::choice::Choice;
use crate::exploration::{Explorable, Exploration};
use crate::fingerprint::{Printer, fingerprint};

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
    crashes: u32,
    /// Of whose crash, and who is still to be told: in order.
    notices: Vec<(NodeId, NodeId)>,
    /// By node: the fingerprint of its state, and of all that it has told, in its order.
    here: Vec<u128>,
    said: Vec<u128>,
    /// The sum of the fingerprints of the messages under way, and the number of the last one.
    under_way: u128,
    newest: u64,
}

impl<N: Explorable> Clone for State<N> {
    fn clone(&self) -> Self {
        Self {
            world: self.world.clone(),
            told: self.told.clone(),
            notices: self.notices.clone(),
            here: self.here.clone(),
            said: self.said.clone(),
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
        self.crashes = former.crashes;
        self.notices.clone_from(&former.notices);
        self.here.clone_from(&former.here);
        self.said.clone_from(&former.said);
        self.under_way = former.under_way;
        self.newest = former.newest;
    }

    /// Where a choice's node is among the members.
    pub(crate) fn place_of(&self, choice: Choice) -> usize {
        let place = self.world.members().binary_search(&choice.node());
        place.expect("what happens happens to a member")
    }

    /// Nothing has happened but what happened to this world before.
    pub(crate) fn new(world: World<N>, told: Vec<Told>) -> Self {
        let members = world.members().len();
        let mut state = Self {
            world,
            told,
            news: 0,
            step: 0,
            asked: 0,
            crashes: 0,
            notices: Vec::new(),
            here: vec![0; members],
            said: vec![0; members],
            under_way: 0,
            newest: 0,
        };
        state.news = state.told.len();
        for place in 0..members {
            state.look_at(place);
        }
        state.look_at_news();
        state
    }

    /// All that may happen next.
    pub(crate) fn choices(&self, within: &Exploration<N>) -> Vec<Choice> {
        let mut enabled = Vec::new();
        self.world.enabled(&mut enabled);
        let mut choices = Vec::with_capacity(enabled.len() + 2 * self.here.len());
        choices.extend(enabled.iter().filter_map(|event| {
            let number = event.number;
            Some(match event.what {
                Happening::Message { from, to } => Choice::Deliver { number, from, to },
                Happening::Timer { node } => Choice::Timer { number, node },
                Happening::Disk { node } => Choice::Disk { number, node },
                _ => return None,
            })
        }));
        choices.extend(self.notices.iter().map(|(of, to)| Choice::Notice { of: *of, to: *to }));
        let may_crash = self.crashes < within.crashes;
        for node in self.world.members().iter().copied().filter(|node| self.is_up(*node)) {
            let open = |(index, ask): &(usize, &(NodeId, _))| {
                ask.0 == node && self.asked & (1 << index) == 0
            };
            let next = within.asks.iter().enumerate().find(open);
            choices.extend(next.map(|(index, _)| Choice::Ask { index: index as u32, node }));
            choices.extend(may_crash.then_some(Choice::Crash { node }));
        }
        choices
    }

    /// Whether the execution may end here, where this may happen next: whether none of it must.
    ///
    /// A crash need not happen. And what a node has sent before it crashed need not arrive: no link promises that.
    pub(crate) fn may_end(&self, choices: &[Choice]) -> bool {
        choices.iter().all(|choice| match choice {
            Choice::Crash { .. } => true,
            Choice::Deliver { from, .. } => !self.is_up(*from),
            _ => false,
        })
    }

    /// Lets this happen, which must be one of the choices.
    pub(crate) fn apply(
        &mut self,
        choice: Choice,
        within: &Exploration<N>,
    ) -> Result<(), Incident> {
        self.step += 1;
        let before = self.told.len();
        if let Choice::Deliver { number, .. } = choice {
            let gone = self.world.messages(number - 1).last().map(print_of);
            self.under_way = self.under_way.wrapping_sub(gone.unwrap_or_default());
        }
        let mut ear = Ear { step: self.step, told: &mut self.told };
        let went = match choice {
            Choice::Deliver { number, .. }
            | Choice::Timer { number, .. }
            | Choice::Disk { number, .. } => self.world.let_happen(number, &mut ear),
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
                self.world.kill(node, &mut ear);
                self.crash(node, within);
                Ok(())
            }
        };
        self.news = self.told.len() - before;
        self.look_at(self.place_of(choice));
        self.look_at_news();
        went
    }

    /// Stands for all of the state that counts: see the crate's page.
    pub(crate) fn print(&self) -> u128 {
        let world = (&self.here, self.under_way, self.world.now());
        fingerprint(&(world, &self.said, self.asked, &self.notices))
    }

    fn is_up(&self, node: NodeId) -> bool {
        self.world.node(node).is_some()
    }

    /// A node has crashed: nothing is under way to it any more, and the others are to be told.
    fn crash(&mut self, node: NodeId, within: &Exploration<N>) {
        self.crashes += 1;
        self.notices.retain(|(_, to)| *to != node);
        if within.notice.is_some() {
            let others = self.world.members().iter().filter(|other| self.is_up(**other));
            let notices: Vec<_> = others.map(|other| (node, *other)).collect();
            self.notices.extend(notices);
            self.notices.sort_unstable();
        }
        self.under_way = 0;
        self.newest = 0;
    }

    /// Takes in what has become of a node, and what it has sent.
    fn look_at(&mut self, place: usize) {
        let mut printer = Printer::default();
        self.world.hash_node(self.world.members()[place], &mut printer);
        self.here[place] = printer.print();
        let newest = self.newest;
        for message in self.world.messages(newest) {
            self.newest = self.newest.max(message.0);
            self.under_way = self.under_way.wrapping_add(print_of(message));
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
