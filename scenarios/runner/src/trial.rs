//! Your own node in a simulated world, from a `#[test]`.

mod ending;
mod environment;
mod keeping;
mod place;
mod run;

use std::fmt::{self, Debug};

use seatrial_checkers::Checker;
use seatrial_checkers::linearizability::Model;
use seatrial_node::{Duration, Node, Wire};
use seatrial_sim::FaultPlan;

pub use self::ending::{Failed, Passed, Small, Trialled, run_test};
pub use self::place::TestPlace;
#[cfg(feature = "proptest")]
pub(crate) use self::{environment::Environment, keeping::command, run::thread_name};
use crate::budget::FaultBudget;
use crate::faults::Faults;
use crate::registry::{Protocol, WorkloadInfo};
use crate::scenario::{
    Choice, ClientSpec, ClusterSpec, CrashStop, FaultSpec, JudgeSpec, Keep, Knob, NetworkSpec,
    Recurring, Scenario, WorkloadSpec,
};
use crate::strategy::Strategy;
use crate::workload::{Operations, Workload};

/// Puts a node through a simulated world: so many nodes, clients that ask, trouble from the seed, and judges.
///
/// ```
/// use seatrial::checking::Echo as EveryAnswerEqualsItsRequest;
/// use seatrial::{Answer, Draw, Op, Session, Trial, Workload};
/// use seatrial::history::Value;
/// use seatrial::node::{Disk, Input, Io, Node, OpenError};
///
/// struct Parrot;
///
/// impl Node for Parrot {
/// #   type Config = (); type Message = (); type Timer = (); type Request = i64; type Response = i64; type Event = ();
/// #   fn open(_: &(), _: &mut Disk<'_>) -> Result<Self, OpenError> { Ok(Self) }
///     // …
///     fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
///         if let Input::Request { token, body } = input {
///             io.reply(token, body);
///         }
///     }
/// }
///
/// #[derive(Default)]
/// struct Talk;
///
/// impl Workload<Parrot> for Talk {
///     fn next(&mut self, draw: &mut Draw<'_>) -> Op {
///         Op::new("echo", draw.below("word", 100) as i64)
///     }
///     fn request(&mut self, _: Session, op: &Op) -> i64 {
///         op.value.as_int().unwrap_or_default()
///     }
///     fn answer(&mut self, _: &Op, response: i64) -> Answer {
///         Answer::Ok(Value::Int(response))
///     }
/// }
///
/// // In a test: ten lines from a node to a hundred judged runs.
/// Trial::<Parrot>::new(|| ())
///     .nodes(3)
///     .clients(2, Talk::default)
///     .loss("10%")
///     .crashes(2)
///     .judge("echo", EveryAnswerEqualsItsRequest::new)
///     .seeds(100)
///     .run();
///
/// // The same as a test that is given its trial, with all the trouble that the node should survive: see [`test`](macro@crate::test).
/// #[seatrial::test(seeds = 1000, faults = "swarm")]
/// fn every_answer_equals_its_request(trial: Trial<Parrot>) {
///     trial.clients(2, Talk::default).judge("echo", EveryAnswerEqualsItsRequest::new).run();
/// }
/// ```
///
/// Where a run breaks a property, [`Trial::run`] panics with what broke, with the command that runs it again,
/// `SEATRIAL_SEED=17 cargo test name_of_the_test`, and with the file of the case.
///
/// # In the environment
///
/// A test has no flags, so these take their place: `SEATRIAL_SEED=17` makes one run only, `SEATRIAL_SEEDS=100000` more of them,
/// `SEATRIAL_JOBS=4` makes them on four threads, and `SEATRIAL_CASE=FILE` runs the case in a file.
pub struct Trial<N: Node> {
    config: fn() -> N::Config,
    scenario: Scenario,
    protocol: Protocol,
    asked: bool,
    faults: Faults,
    strategy: Strategy,
    plan: Option<FaultPlan>,
    operations: Option<Operations>,
    seeds: u64,
    jobs: usize,
    place: Option<TestPlace>,
}

impl<N> Trial<N>
where
    N: Node + 'static,
    N::Message: Debug,
    N::Timer: Debug,
    N::Request: Debug,
    N::Response: Debug,
{
    /// A calm world of three nodes, each configured so, that nobody asks anything and nobody judges but for panics, livelocks and
    /// nodes that cannot open again; 100 seeds.
    pub fn new(config: fn() -> N::Config) -> Self {
        let scenario = Scenario {
            name: "trial".into(),
            about: "a trial of one's own node".into(),
            protocol: PROTOCOL.into(),
            cluster: ClusterSpec {
                nodes: Knob::Fixed(3),
                settings: Default::default(),
                versions: Default::default(),
                zones: None,
            },
            clients: ClientSpec { count: Knob::Fixed(0), ..ClientSpec::default() },
            workload: WorkloadSpec {
                name: WORKLOAD.into(),
                keys: Knob::Fixed(1),
                mix: Default::default(),
            },
            network: NetworkSpec::default(),
            disk: Default::default(),
            faults: FaultSpec::default(),
            judge: JudgeSpec {
                checkers: Vec::new(),
                model: None,
                progress_within: Duration::from_secs(10),
                settle: Duration::ZERO,
                synchronous: false,
                event_limit: 1_000_000,
                reached: Vec::new(),
                bounds: Default::default(),
            },
            origin: Default::default(),
        };
        let protocol = Protocol::new(PROTOCOL, "a node of one's own");
        Self {
            config,
            scenario,
            protocol,
            asked: false,
            faults: Faults::default(),
            strategy: Strategy::default(),
            plan: None,
            operations: None,
            seeds: 100,
            jobs: 1,
            place: None,
        }
    }

    /// The same trial, which knows its test.
    pub(crate) fn at(mut self, place: TestPlace) -> Self {
        self.place = Some(place);
        self
    }

    /// How many nodes: `n0`, `n1`, …
    #[must_use]
    pub fn nodes(mut self, nodes: u32) -> Self {
        self.scenario.cluster.nodes = Knob::Fixed(nodes);
        self
    }

    /// So many clients, who ask this. Each begins ten operations; see [`Trial::client_spec`].
    #[must_use]
    pub fn clients<W: Workload<N> + 'static>(mut self, clients: u32, workload: fn() -> W) -> Self {
        let config = self.config;
        self.scenario.clients.count = Knob::Fixed(clients);
        self.protocol =
            self.protocol.with_workload::<N, W>(INFO, move |_, _| Ok(config()), workload);
        self.asked = true;
        self
    }

    /// How clients go about it: how many operations, how long they think, wait and try. Their number stays as it is.
    #[must_use]
    pub fn client_spec(mut self, spec: ClientSpec) -> Self {
        let count = self.scenario.clients.count;
        self.scenario.clients = ClientSpec { count, ..spec };
        self
    }

    /// The network: latencies, and in which order things happen.
    #[must_use]
    pub fn network(mut self, spec: NetworkSpec) -> Self {
        self.scenario.network = spec;
        self
    }

    /// All the trouble, in place of what was asked for before.
    #[must_use]
    pub fn faults(mut self, spec: FaultSpec) -> Self {
        self.scenario.faults = spec;
        self
    }

    /// Where the trouble of a run comes from, as the command line's `--faults` says it: `"swarm"`, where each seed draws which kinds are
    /// on and how hard, or a list of kinds and groups, such as `"disk,clock"`, which are on in every seed. A kind that is on comes as
    /// the trial asks for it, or else as is usual, within what the node [survives](Trial::survives).
    ///
    /// # Panics
    /// Where the text is no such thing.
    #[must_use]
    #[track_caller]
    pub fn faults_from(mut self, what: &str) -> Self {
        self.faults = match what.parse() {
            Ok(faults) => faults,
            Err(what) => panic!("faults_from: {what}"),
        };
        self
    }

    /// How runs are chosen, as the command line's `--strategy` says it: `"random"`, by seeds alone, which is usual; `"pct:3"`, `"pctcp:3"`,
    /// `"delay:2"` or `"pos"`, with events in an order that is chosen on purpose; `"guided"`, by what former runs came past; `"portfolio"`, by
    /// all of these.
    ///
    /// # Panics
    /// Where the text is no such thing.
    #[must_use]
    #[track_caller]
    pub fn strategy(mut self, how: &str) -> Self {
        self.strategy = match how.parse() {
            Ok(strategy) => strategy,
            Err(what) => panic!("strategy: {what}"),
        };
        self
    }

    /// This plan in every run, in place of what the seed would draw: one that was read from a file, or that proptest has drawn.
    #[must_use]
    pub fn plan(mut self, plan: FaultPlan) -> Self {
        self.plan = Some(plan);
        self
    }

    /// What the clients ask, one operation after the other, in place of what their workload would draw. There are as many clients as this
    /// has lists.
    #[must_use]
    pub fn operations(mut self, operations: Operations) -> Self {
        self.scenario.clients.count = Knob::Fixed(operations.clients());
        self.operations = Some(operations);
        self
    }

    /// What the node promises to survive. Trouble from [`Trial::faults_from`] stays within it.
    #[must_use]
    pub fn survives(mut self, budget: FaultBudget) -> Self {
        self.protocol = self.protocol.with_budget(budget);
        self
    }

    /// Sends messages through their form in bytes where a fault changes them on the way.
    #[must_use]
    pub fn wire(mut self) -> Self
    where
        N::Message: Wire,
    {
        self.protocol = self.protocol.with_wire::<N>();
        self
    }

    /// How long the trouble goes on; a second, if not said.
    #[must_use]
    pub fn trouble(mut self, span: Duration) -> Self {
        self.scenario.faults.trouble = Knob::Fixed(span);
        self
    }

    /// How many messages are lost, as `"5%"`.
    ///
    /// # Panics
    /// Where the text is no percentage.
    #[must_use]
    #[track_caller]
    pub fn loss(mut self, rate: &str) -> Self {
        self.scenario.faults.loss = Knob::Fixed(rate.parse().expect("a rate of loss"));
        self
    }

    /// How many messages arrive twice, as `"5%"`.
    ///
    /// # Panics
    /// Where the text is no percentage.
    #[must_use]
    #[track_caller]
    pub fn duplicates(mut self, rate: &str) -> Self {
        self.scenario.faults.duplicate = Knob::Fixed(rate.parse().expect("a rate of duplicates"));
        self
    }

    /// Up to so many crashes a run, of any node, for up to 200 ms each. What the disk had not synced may be lost or torn.
    #[must_use]
    pub fn crashes(mut self, most: u32) -> Self {
        self.scenario.faults.crash = Some(recurring(most));
        self
    }

    /// Up to so many crashes a run after which the node never starts again, as long as a majority is kept.
    #[must_use]
    pub fn crash_stops(mut self, most: u32) -> Self {
        self.scenario.faults.crash_stop = Some(CrashStop {
            count: Knob::Between { min: 0, max: most },
            keep: Keep::Majority,
            target: Choice::Fixed("any".into()),
        });
        self
    }

    /// Up to so many partitions a run, for up to 200 ms each.
    #[must_use]
    pub fn partitions(mut self, most: u32) -> Self {
        self.scenario.faults.partition = Some(recurring(most));
        self
    }

    /// A judge, under a name of its own.
    #[must_use]
    pub fn judge<C: Checker + 'static>(mut self, name: &'static str, make: fn() -> C) -> Self {
        self.protocol = self.protocol.with_checker(name, make);
        self.scenario.judge.checkers.push(name.to_owned());
        self
    }

    /// Judges the clients' history by this model.
    #[must_use]
    pub fn linearizable(mut self, model: Model) -> Self {
        self.scenario.judge.checkers.push("linearizability".into());
        self.scenario.judge.model = Some(model.name().to_owned());
        self
    }

    /// Every request that begins when the trouble is over must succeed within this time: one that fails, as a compare-and-set may,
    /// counts as not answered.
    #[must_use]
    pub fn answers_within(mut self, span: Duration) -> Self {
        self.scenario.judge.checkers.push("answers".into());
        self.scenario.judge.progress_within = span;
        self
    }

    /// How long each run goes on once the trouble is over and the clients have finished; not at all, if not said. What a protocol
    /// promises to happen *eventually* is judged as not happening when it has had this long, so give it that, and its checkers less.
    #[must_use]
    pub fn settle(mut self, span: Duration) -> Self {
        self.scenario.judge.settle = span;
        self
    }

    /// How many seeds, from 0. The environment's `SEATRIAL_SEEDS` overrides it.
    #[must_use]
    pub fn seeds(mut self, seeds: u64) -> Self {
        self.seeds = seeds;
        self
    }

    /// On how many threads; one, if not said. The result is the same. The environment's `SEATRIAL_JOBS` overrides it.
    #[must_use]
    pub fn jobs(mut self, jobs: usize) -> Self {
        self.jobs = jobs;
        self
    }
}

/// What the protocol of a trial is called.
pub(crate) const PROTOCOL: &str = "own";
const WORKLOAD: &str = "own";
const INFO: WorkloadInfo =
    WorkloadInfo { name: WORKLOAD, about: "what the trial's clients ask", operations: &[] };

fn recurring(most: u32) -> Recurring {
    let ms = Duration::from_millis;
    Recurring::new(Knob::Between { min: 0, max: most }, Knob::Between { min: ms(5), max: ms(200) })
}

impl<N: Node> Debug for Trial<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trial").field("scenario", &self.scenario).finish_non_exhaustive()
    }
}
