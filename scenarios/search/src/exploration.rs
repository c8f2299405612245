//! What is searched: a small world, what it is asked, and how much may go wrong.

use std::hash::Hash;

use seatrial_history::Violation;
use seatrial_node::{Duration, Node, NodeId, RequestToken};
use seatrial_sim::{Enabled, Happening, Incident, Latency, Order, Setup, Tape, World};

use crate::account::{Counterexample, Explored, Line};
use crate::budget::Budget;
use crate::choice::Choice;
use crate::identity::{Arrivals, Identity};
use crate::state::{Ear, Effect, State, Told};
use crate::{breadth, depth};

/// A node that can be searched through: one whose state can be copied, and compared by its hash. Nothing else asks for this.
///
/// Every node that has what it takes is one.
pub trait Explorable:
    Node<Config: Clone, Message: Hash, Timer: Hash, Request: Clone, Response: Clone> + Clone + Hash
{
}

impl<N> Explorable for N where
    N: Node<Config: Clone, Message: Hash, Timer: Hash, Request: Clone, Response: Clone>
        + Clone
        + Hash
{
}

/// How much is done twice; see the crate's page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reduction {
    /// Nothing is left out: every order of everything.
    Nothing,
    /// One execution of each class of those that differ only in the order of independent steps, by sleep sets.
    Classes,
    /// Every state once, however it is reached.
    #[default]
    States,
}

/// What the oracle sees of an execution.
#[derive(Debug)]
pub struct Sight<'a, N: Node> {
    /// The world as it is now.
    pub world: &'a World<N>,
    /// All that nodes have told, in order.
    pub told: &'a [Told],
    /// How much of it the last step has told.
    pub news: usize,
    /// Whether the execution may end here: all that must happen has happened.
    pub is_over: bool,
}

/// A small world whose every execution is looked at. See the crate's page for a complete example.
pub struct Exploration<N: Node> {
    start: Result<State<N>, Incident>,
    pub(crate) asks: Vec<(NodeId, N::Request)>,
    pub(crate) budget: Budget,
    pub(crate) notice: Option<fn(NodeId) -> N::Message>,
    pub(crate) identity: Identity,
    pub(crate) arrivals: Arrivals,
    message: fn(&N::Message) -> String,
    request: fn(&N::Request) -> String,
}

impl<N: Explorable> Exploration<N> {
    /// How many nodes there may be at most. Far fewer can be searched through.
    pub const MAX_NODES: u32 = 64;
    /// How many requests there may be at most.
    pub const MAX_REQUESTS: usize = 64;

    /// A world of nodes `n0`, `n1`, …, all of which have started. Their disks have done what they were asked for at the start; what the
    /// nodes have sent is under way.
    ///
    /// # Panics
    /// Where there are more than [`Exploration::MAX_NODES`].
    pub fn new(nodes: u32, config: impl FnMut(NodeId) -> N::Config) -> Self {
        assert!(nodes <= Self::MAX_NODES, "a small world has 64 nodes at most");
        let at_once = Latency::constant(Duration::ZERO);
        let setup = Setup {
            latency: at_once,
            disk_write: at_once,
            disk_sync: at_once,
            disk_read: at_once,
            order: Order::Chosen,
            ..Setup::new(nodes)
        };
        let mut world = World::new();
        world.reset(&setup, Tape::scripted(Vec::new()), config);
        let mut told = Vec::new();
        let start = begin(&mut world, &mut told).map(|()| State::new(world, told));
        Self {
            start,
            asks: Vec::new(),
            budget: Budget::NOTHING,
            notice: None,
            identity: Identity::Told,
            arrivals: Arrivals::Once,
            message: |_| "a message".to_owned(),
            request: |_| "do something".to_owned(),
        }
    }

    /// Asks a node before the search begins.
    #[must_use]
    pub fn having_asked(mut self, node: NodeId, request: N::Request) -> Self {
        if let Ok(State { mut world, mut told, .. }) = self.start {
            let token = RequestToken(u64::MAX - told.len() as u64);
            let mut ear = Ear { step: 0, told: &mut told };
            let asked = world.request(node, token, request, &mut ear);
            self.start = asked.map(|()| State::new(world, told));
        }
        self
    }

    /// Asks a node at any time. What one node is asked, it is asked in this order.
    ///
    /// # Panics
    /// Where there are more than [`Exploration::MAX_REQUESTS`].
    #[must_use]
    pub fn asking(mut self, node: NodeId, request: N::Request) -> Self {
        assert!(self.asks.len() < Self::MAX_REQUESTS, "a small world is asked 64 times at most");
        self.asks.push((node, request));
        self
    }

    /// Lets nodes crash up to so many times, at any time.
    #[must_use]
    pub const fn with_crashes(mut self, most: u32) -> Self {
        self.budget.crashes = most;
        self
    }

    /// Lets nodes that have crashed start again, up to so many times, over what their disks hold: of what was not synced chance decides
    /// at the crash. What was under way to them, or is sent to them meanwhile, may find them up again.
    #[must_use]
    pub const fn with_restarts(mut self, most: u32) -> Self {
        self.budget.restarts = most;
        self
    }

    /// Lets up to so many messages be lost, any of those that are under way.
    #[must_use]
    pub const fn with_losses(mut self, most: u32) -> Self {
        self.budget.losses = most;
        self
    }

    /// Lets at most so many timers come due, of all nodes together. Without this all of them do, which may have no end.
    #[must_use]
    pub const fn with_timers(mut self, most: u32) -> Self {
        self.budget.timers = Some(most);
        self
    }

    /// Goes no further than so many steps. Where something may follow, [`Extent::Depth`](crate::Extent::Depth) says that it was left out.
    #[must_use]
    pub const fn with_depth(mut self, steps: u64) -> Self {
        self.budget.depth = steps;
        self
    }

    /// Says when two states count as one.
    #[must_use]
    pub const fn with_identity(mut self, identity: Identity) -> Self {
        self.identity = identity;
        self
    }

    /// Says what becomes of messages that arrive.
    #[must_use]
    pub const fn with_arrivals(mut self, arrivals: Arrivals) -> Self {
        self.arrivals = arrivals;
        self
    }

    /// Tells every node that is up of every crash, at some time after it, by a message that seems to come from the crashed node: a
    /// perfect failure detector (Cachin, Guerraoui and Rodrigues, §2.6.2), at each of its possible moments.
    #[must_use]
    pub const fn with_notices(mut self, message: fn(NodeId) -> N::Message) -> Self {
        self.notice = Some(message);
        self
    }

    /// Gives up once so many states have been visited.
    #[must_use]
    pub const fn with_limit(mut self, states: u64) -> Self {
        self.budget.states = states;
        self
    }

    /// Says how messages and requests are put into words, for schedules.
    #[must_use]
    pub const fn with_words(
        mut self,
        message: fn(&N::Message) -> String,
        request: fn(&N::Request) -> String,
    ) -> Self {
        self.message = message;
        self.request = request;
        self
    }

    /// Looks at every execution, until the oracle finds one that must not be. Then looks for a shortest one.
    ///
    /// The oracle is asked at every state that is new, and says what is wrong, if anything is. It is asked of executions in no order in
    /// particular, so it remembers nothing; and it goes by what each node has told, in that node's order, and by the state of the world.
    /// See the crate's page for why.
    pub fn explore(
        &self,
        how: Reduction,
        mut oracle: impl FnMut(&Sight<'_, N>) -> Option<Violation>,
    ) -> Explored {
        let start = match &self.start {
            Ok(start) => start.clone().looked_at(self),
            Err(incident) => return Explored::broken_at_the_start(incident),
        };
        let (mut explored, found) = depth::search(self, &start, how, &mut oracle);
        if let Some((schedule, violation)) = found {
            let shorter = breadth::shortest(self, &start, &mut oracle);
            explored.is_shortest = shorter.is_some();
            let (schedule, violation) = shorter.unwrap_or((schedule, violation));
            let lines = self.lines(&start, &schedule);
            explored.counterexample = Some(Counterexample { lines, violation });
        }
        explored
    }

    /// Makes the same steps again. Returns what the oracle says of them, or the place of the first step that cannot be made.
    ///
    /// # Errors
    /// The place, from 0, of a step that is not among what may happen there.
    pub fn replay(
        &self,
        lines: &[Line],
        mut oracle: impl FnMut(&Sight<'_, N>) -> Option<Violation>,
    ) -> Result<Option<Violation>, usize> {
        let Ok(start) = &self.start else { return Ok(None) };
        let mut state = start.clone().looked_at(self);
        let mut found = None;
        for (place, line) in lines.iter().enumerate() {
            if !state.choices(self).contains(&line.choice) {
                return Err(place);
            }
            let went = self.step(&mut state, line.choice, &line.chance).map(|_| ());
            let choices = state.choices(self);
            found = found.or_else(|| self.judge(&state, &choices, went, &mut oracle));
        }
        Ok(found)
    }

    /// Makes one step, with this chance.
    pub(crate) fn step(
        &self,
        state: &mut State<N>,
        choice: Choice,
        chance: &[u64],
    ) -> Result<Effect, Incident> {
        if !chance.is_empty() || !state.world.tape().recorded().is_empty() {
            state.world.script(chance.to_vec());
        }
        state.apply(choice, self)
    }

    /// What is wrong with a state that a step has led to, if anything is.
    pub(crate) fn judge(
        &self,
        state: &State<N>,
        choices: &[Choice],
        went: Result<(), Incident>,
        oracle: &mut dyn FnMut(&Sight<'_, N>) -> Option<Violation>,
    ) -> Option<Violation> {
        if let Err(incident) = went {
            return Some(violation(&incident));
        }
        let State { world, told, news, .. } = state;
        oracle(&Sight { world, told, news: *news, is_over: state.may_end(choices) })
    }

    /// A schedule in words.
    fn lines(&self, start: &State<N>, schedule: &[(Choice, Vec<u64>)]) -> Vec<Line> {
        let mut state = start.clone();
        let line = |(choice, chance): &(Choice, Vec<u64>)| {
            let text = self.text(&state, *choice);
            // A panic ends the schedule, and is told with the violation.
            let _ = self.step(&mut state, *choice, chance);
            let told = state.told[state.told.len() - state.news..].to_vec();
            Line { choice: *choice, chance: chance.clone(), text, told }
        };
        schedule.iter().map(line).collect()
    }

    fn text(&self, state: &State<N>, choice: Choice) -> String {
        match choice {
            Choice::Deliver { number, from, to } => {
                let message = state.world.messages(number - 1).last();
                let words = message.map_or_else(String::new, |(.., body)| (self.message)(body));
                match from == to {
                    true => format!("{to} receives {words} from itself"),
                    false => format!("{to} receives {words} from {from}"),
                }
            }
            Choice::Lose { number, from, to } => {
                let message = state.world.messages(number - 1).last();
                let words = message.map_or_else(String::new, |(.., body)| (self.message)(body));
                format!("{words} from {from} to {to} is lost")
            }
            Choice::Ask { index, node } => {
                format!("{node} is asked to {}", (self.request)(&self.asks[index as usize].1))
            }
            other => other.to_string(),
        }
    }
}

/// An incident as a violation.
pub(crate) fn violation(incident: &Incident) -> Violation {
    Violation {
        property: incident.property(),
        source: "what every node promises",
        explanation: incident.to_string(),
        at: Some(incident.at()),
        evidence: Vec::new(),
    }
}

/// Starts all nodes, and lets their disks do what the start asks of them.
fn begin<N: Node>(world: &mut World<N>, told: &mut Vec<Told>) -> Result<(), Incident> {
    let mut ear = Ear { step: 0, told };
    world.script(Vec::new());
    world.begin(&mut ear)?;
    let mut enabled: Vec<Enabled> = Vec::new();
    loop {
        enabled.clear();
        world.enabled(&mut enabled);
        let is_disk = |event: &&Enabled| matches!(event.what, Happening::Disk { .. });
        let Some(next) = enabled.iter().find(is_disk) else {
            return Ok(());
        };
        world.let_happen(next.number, &mut ear)?;
    }
}

impl<N: Node> std::fmt::Debug for Exploration<N> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Exploration")
            .field("requests", &self.asks.len())
            .field("budget", &self.budget)
            .field("identity", &self.identity)
            .field("arrivals", &self.arrivals)
            .finish_non_exhaustive()
    }
}
