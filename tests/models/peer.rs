//! The same models under stateright, with one thread.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::hash::Hash;
use std::marker::PhantomData;

use stateright::actor::register::{RegisterActor, RegisterMsg};
use stateright::actor::{Actor, ActorModel, Id, Network, Out};
use stateright::semantics::register::Register;
use stateright::semantics::{ConsistencyTester, LinearizabilityTester};
use stateright::{Checker, Expectation, Model, Property};

use super::register::{Message, Place, Server};
use super::{Counted, Searcher};

/// A server as an actor.
#[derive(Clone)]
struct Hosted<S> {
    servers: u32,
    server: PhantomData<S>,
}

impl<S: Server> Actor for Hosted<S> {
    type Msg = Message<S::Internal>;
    type Timer = ();
    type State = S;
    type Storage = ();
    type Random = ();

    fn on_start(&self, id: Id, _: &Option<()>, _: &mut Out<Self>) -> S {
        S::new(usize::from(id) as u32)
    }

    fn on_msg(
        &self,
        id: Id,
        state: &mut Cow<'_, S>,
        from: Id,
        message: Self::Msg,
        out: &mut Out<Self>,
    ) {
        let [me, from] = [id, from].map(|id| usize::from(id) as u32);
        let place = Place { me, servers: self.servers };
        let mut send = |to: u32, message| out.send(Id::from(to as usize), message);
        S::receive(state, place, from, message, &mut send);
    }
}

/// Searches through a register of this kind.
pub(crate) fn register<S: Server>(servers: u32, clients: u32, how: Searcher) -> Counted {
    let server = RegisterActor::Server(Hosted::<S> { servers, server: PhantomData });
    let client = RegisterActor::Client { put_count: 1, server_count: servers as usize };
    let history = LinearizabilityTester::<Id, _>::new(Register(char::default()));
    let model = ActorModel::new((), history)
        .actors((0..servers).map(|_| server.clone()))
        .actors((0..clients).map(|_| client.clone()))
        .init_network(Network::new_unordered_nonduplicating([]))
        .property(Expectation::Always, "linearizable", |_, state| state.history.is_consistent())
        .record_msg_in(RegisterMsg::record_returns)
        .record_msg_out(RegisterMsg::record_invocations);
    count(model, how)
}

fn count<M>(model: M, how: Searcher) -> Counted
where
    M: Model + Send + Sync + 'static,
    M::State: Clone + Debug + PartialEq + Hash + Send + Sync + 'static,
    M::Action: Clone + Debug + PartialEq,
{
    let (unique, holds) = match how {
        Searcher::Breadth => seen(&model.checker().spawn_bfs().join()),
        _ => seen(&model.checker().spawn_dfs().join()),
    };
    Counted { unique: unique as u64, holds }
}

/// How many states a search has found, and whether none of them broke the property.
fn seen<M>(checker: &impl Checker<M>) -> (usize, bool)
where
    M: Model<State: Clone + Debug + PartialEq + Hash, Action: Clone + Debug + PartialEq>,
{
    (checker.unique_state_count(), checker.discoveries().is_empty())
}

/// Two-phase commit as stateright's own example of it has it: resource managers, the transaction manager, and the set of what was said.
struct TwoPhase {
    managers: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Stage {
    Working,
    Prepared,
    Committed,
    Aborted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Said {
    Prepared(u32),
    Commit,
    Abort,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Commit {
    resources: Vec<Stage>,
    transaction: Stage,
    /// Who is known to be prepared.
    known: Vec<bool>,
    said: BTreeSet<Said>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Commit,
    Abort,
    Hear(u32),
    Prepare(u32),
    GiveUp(u32),
    FollowCommit(u32),
    FollowAbort(u32),
}

impl Model for TwoPhase {
    type State = Commit;
    type Action = Action;

    fn init_states(&self) -> Vec<Commit> {
        let resources = vec![Stage::Working; self.managers as usize];
        let known = vec![false; self.managers as usize];
        vec![Commit { resources, transaction: Stage::Working, known, said: BTreeSet::new() }]
    }

    fn actions(&self, state: &Commit, actions: &mut Vec<Action>) {
        let is_open = state.transaction == Stage::Working;
        if is_open && state.known.iter().all(|known| *known) {
            actions.push(Action::Commit);
        }
        if is_open {
            actions.push(Action::Abort);
        }
        for manager in 0..self.managers {
            if is_open && state.said.contains(&Said::Prepared(manager)) {
                actions.push(Action::Hear(manager));
            }
            if state.resources[manager as usize] == Stage::Working {
                actions.extend([Action::Prepare(manager), Action::GiveUp(manager)]);
            }
            if state.said.contains(&Said::Commit) {
                actions.push(Action::FollowCommit(manager));
            }
            if state.said.contains(&Said::Abort) {
                actions.push(Action::FollowAbort(manager));
            }
        }
    }

    fn next_state(&self, state: &Commit, action: Action) -> Option<Commit> {
        let mut next = state.clone();
        match action {
            Action::Commit => {
                next.transaction = Stage::Committed;
                next.said.insert(Said::Commit);
            }
            Action::Abort => {
                next.transaction = Stage::Aborted;
                next.said.insert(Said::Abort);
            }
            Action::Hear(manager) => next.known[manager as usize] = true,
            Action::Prepare(manager) => {
                next.resources[manager as usize] = Stage::Prepared;
                next.said.insert(Said::Prepared(manager));
            }
            Action::GiveUp(manager) => next.resources[manager as usize] = Stage::Aborted,
            Action::FollowCommit(manager) => next.resources[manager as usize] = Stage::Committed,
            Action::FollowAbort(manager) => next.resources[manager as usize] = Stage::Aborted,
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always("consistent", |_, state: &Commit| {
            let is_somewhere = |stage| state.resources.contains(&stage);
            !(is_somewhere(Stage::Committed) && is_somewhere(Stage::Aborted))
        })]
    }
}

/// Searches through two-phase commit.
pub(crate) fn two_phase(managers: u32, how: Searcher) -> Counted {
    count(TwoPhase { managers }, how)
}

/// How many states of two-phase commit there are where resource managers are not told apart: found without any search's symmetry, by putting
/// those of every state in order.
pub(crate) fn two_phase_orbits(managers: u32) -> u64 {
    let model = TwoPhase { managers };
    let mut states = model.init_states();
    let mut seen = BTreeSet::new();
    let mut orbits = BTreeSet::new();
    while let Some(state) = states.pop() {
        let of = |manager: u32| {
            let stage = state.resources[manager as usize] as u32;
            let has_said = state.said.contains(&Said::Prepared(manager));
            (stage, state.known[manager as usize], has_said)
        };
        let exact: Vec<_> = (0..managers).map(of).collect();
        let mut sorted = exact.clone();
        sorted.sort_unstable();
        orbits.insert((state.transaction as u32, sorted));
        if seen.insert((state.transaction as u32, exact)) {
            let mut actions = Vec::new();
            model.actions(&state, &mut actions);
            states
                .extend(actions.into_iter().filter_map(|action| model.next_state(&state, action)));
        }
    }
    orbits.len() as u64
}
