//! What is searched: a small world, what it is asked, and how much may go wrong.

use std::hash::Hash;

use seatrial_history::{Moment, Observer, Violation};
use seatrial_node::{Duration, Fact, Node, NodeId, RequestToken};
use seatrial_sim::{Enabled, Happening, Incident, Latency, Order, Setup, Tape, World};

use crate::account::{Counterexample, Explored, Extent, Line};
use crate::budget::Budget;
use crate::choice::Choice;
use crate::depth::{Oracle, Schedule};
use crate::identity::{Arrivals, Identity};
use crate::sight::Sight;
use crate::solo::Solos;
use crate::state::{Choices, State, Told};
use crate::symmetry::{Permutation, permutations};
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

/// A small world whose every execution is looked at. See the crate's page for a complete example.
pub struct Exploration<N: Node> {
    start: Result<Start<N>, Incident>,
    members: Vec<NodeId>,
    pub(crate) asks: Vec<(NodeId, N::Request)>,
    pub(crate) budget: Budget,
    pub(crate) notice: Option<fn(NodeId) -> N::Message>,
    pub(crate) identity: Identity,
    pub(crate) arrivals: Arrivals,
    pub(crate) counts_executions: bool,
    pub(crate) prompt_disks: bool,
    pub(crate) permutations: Vec<Permutation>,
    message: fn(&N::Message) -> String,
    request: fn(&N::Request) -> String,
}

/// The world before the search, and what was told in it.
struct Start<N: Node> {
    world: World<N>,
    told: Vec<Told>,
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
        let start = begin(&mut world, &mut told).map(|()| Start { world, told });
        Self {
            start,
            members: setup.members,
            asks: Vec::new(),
            budget: Budget::NOTHING,
            notice: None,
            identity: Identity::Told,
            arrivals: Arrivals::Once,
            counts_executions: true,
            prompt_disks: false,
            permutations: Vec::new(),
            message: |_| "a message".to_owned(),
            request: |_| "do something".to_owned(),
        }
    }

    /// Asks a node before the search begins.
    #[must_use]
    pub fn having_asked(mut self, node: NodeId, request: N::Request) -> Self {
        if let Ok(Start { mut world, mut told }) = self.start {
            let token = RequestToken(u64::MAX - told.len() as u64);
            let asked = world.request(node, token, request, &mut Ear { told: &mut told });
            self.start = asked.map(|()| Start { world, told });
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

    /// Counts states as one in which these nodes have only changed places, where they are alike: of one kind, of one configuration but for
    /// names, and asked the same, which is nothing. Of more than five, five change places.
    ///
    /// The oracle must be as indifferent to who is who, and so must a function of [`Identity::By`]. That the nodes are alike is checked on
    /// the way: see [`Extent::Unlike`](crate::Extent::Unlike). Then an account counts states up to symmetry, and no executions.
    #[must_use]
    pub fn with_symmetry(mut self, alike: &[NodeId]) -> Self {
        let is_asked = |node: &NodeId| self.asks.iter().any(|(asked, _)| asked == node);
        let mut alike: Vec<NodeId> =
            self.members.iter().copied().filter(|n| alike.contains(n)).collect();
        alike.retain(|node| !is_asked(node));
        self.permutations = permutations(self.members.len(), &alike);
        self
    }

    /// Lets a disk be done with all that a step asks of it before anything else happens. That leaves out what a node does while its disk is
    /// busy, and crashes then. Where a node sends nothing before its disk is done, such a crash is as one just before the step, but for
    /// what a torn write leaves.
    #[must_use]
    pub const fn with_prompt_disks(mut self) -> Self {
        self.prompt_disks = true;
        self
    }

    /// Does not count for how many executions the states stand, which takes as much memory as the states themselves.
    #[must_use]
    pub const fn without_counting_executions(mut self) -> Self {
        self.counts_executions = false;
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
            Ok(start) => start,
            Err(incident) => return Explored::broken_at_the_start(incident),
        };
        let mut solos = Solos::new();
        let mut first = self.first(start, &mut solos);
        if first.mirror(&start.told, self, &mut solos).is_err() {
            return Explored { extent: Extent::Unlike, ..Explored::default() };
        }
        let from = (&first, &start.told[..]);
        let (mut explored, found) = depth::search(self, &mut solos, from, how, &mut oracle);
        if let Some((schedule, violation)) = found {
            let shorter = breadth::shortest(self, &mut solos, from, &mut oracle);
            explored.is_shortest = shorter.is_some();
            let (schedule, violation) = shorter.unwrap_or((schedule, violation));
            let lines = self.lines(self.first(start, &mut solos), &schedule, &solos);
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
        let mut solos = Solos::new();
        let mut state = self.first(start, &mut solos);
        let mut told = start.told.clone();
        let mut choices = Choices::default();
        let mut found = None;
        state.choices(self, &mut solos, &mut choices);
        for (place, line) in lines.iter().enumerate() {
            let outcome = self.outcome_of(line, &state, &choices.all, &mut solos).ok_or(place)?;
            let before = told.len();
            state.apply(line.choice, outcome, &mut told, self, &solos);
            state.choices(self, &mut solos, &mut choices);
            let is_over = state.may_end(&choices.all, self, &solos);
            let news = told.len() - before;
            let sight =
                Sight { told: &told, news, is_over, state: &state, within: self, solos: &solos };
            let incident = outcome.and_then(|number| solos.outcome(number).incident());
            found = found.or_else(|| self.judge(&sight, incident, &mut oracle));
        }
        Ok(found)
    }

    /// The nodes, in ascending order.
    pub(crate) fn members(&self) -> &[NodeId] {
        &self.members
    }

    /// Where a node is among them: they are called by their places.
    #[inline]
    pub(crate) fn place(&self, node: NodeId) -> usize {
        node.0 as usize
    }

    /// What is wrong with a state, if anything is.
    pub(crate) fn judge(
        &self,
        sight: &Sight<'_, N>,
        incident: Option<&Incident>,
        oracle: &mut Oracle<'_, N>,
    ) -> Option<Violation> {
        match incident {
            Some(incident) => {
                let at = Moment { step: sight.state.step, time: sight.now() };
                Some(Violation { at: Some(at), ..violation(incident) })
            }
            None => oracle(sight),
        }
    }

    /// The state before the first step.
    fn first(&self, Start { world, told }: &Start<N>, solos: &mut Solos<N>) -> State {
        let nodes = self.members.iter().map(|node| solos.part(world, *node, self)).collect();
        let letters = solos.drain(&mut world.clone());
        State::new(nodes, &letters, told, world.now(), self, solos)
    }

    /// What comes of a step with its chance, where it is one of these choices; none within where it happens to no node.
    fn outcome_of(
        &self,
        line: &Line,
        state: &State,
        choices: &[Choice],
        solos: &mut Solos<N>,
    ) -> Option<Option<u32>> {
        if !choices.contains(&line.choice) {
            return None;
        }
        let Some(deed) = state.deed(line.choice, self, solos) else { return Some(None) };
        let solo = state.solos[self.place(line.choice.node())];
        let mut outcomes = solos.outcomes(solo, deed, state.now, self);
        outcomes.find(|number| solos.outcome(*number).chance() == line.chance).map(Some)
    }

    /// A schedule in words.
    fn lines(&self, mut state: State, schedule: &Schedule, solos: &Solos<N>) -> Vec<Line> {
        let line = |(choice, outcome): &(Choice, Option<u32>)| {
            let choice = *choice;
            let text = self.text(&state, choice, solos);
            let mut told = Vec::new();
            state.apply(choice, *outcome, &mut told, self, solos);
            let outcome = outcome.map(|number| solos.outcome(number));
            let chance = outcome.map_or_else(Vec::new, |outcome| outcome.chance().to_vec());
            Line { choice, chance, text, told }
        };
        schedule.iter().map(line).collect()
    }

    fn text(&self, state: &State, choice: Choice, solos: &Solos<N>) -> String {
        let words = |number| (self.message)(&solos.letter(state.letter(number)).body);
        match choice {
            Choice::Deliver { number, from, to } if from == to => {
                format!("{to} receives {} from itself", words(number))
            }
            Choice::Deliver { number, from, to } => {
                format!("{to} receives {} from {from}", words(number))
            }
            Choice::Lose { number, from, to } => {
                format!("{} from {from} to {to} is lost", words(number))
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
    let mut ear = Ear { told };
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

/// Writes down what nodes tell before the search.
struct Ear<'a> {
    told: &'a mut Vec<Told>,
}

impl Observer for Ear<'_> {
    fn fact(&mut self, _: Moment, node: NodeId, fact: &Fact) {
        self.told.push(Told { step: 0, node, fact: *fact });
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
