//! Your own node in a simulated world, from a `#[test]`.

use std::fmt::{self, Debug};
use std::sync::atomic::AtomicBool;

use seatrial_checkers::Checker;
use seatrial_checkers::linearizability::Model;
use seatrial_history::{Account, Outcome, TraceItem, TraceLine, Verdict};
use seatrial_node::{Duration, Node};

use crate::hunt::{HuntOptions, hunt};
use crate::prepared::Prepared;
use crate::registry::{Protocol, Registry, WorkloadInfo};
use crate::scenario::{
    Choice, ClientSpec, ClusterSpec, CrashStop, FaultSpec, JudgeSpec, Keep, Knob, NetworkSpec,
    Recurring, Scenario, WorkloadSpec,
};
use crate::workload::{Silence, Workload};

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
/// ```
///
/// Where a run breaks a property, [`Trial::run`] panics with what broke and with the command that runs it again:
/// `SEATRIAL_SEED=17 cargo test name_of_the_test`. `SEATRIAL_SEEDS=100000` makes more runs.
pub struct Trial<N: Node> {
    config: fn() -> N::Config,
    scenario: Scenario,
    protocol: Protocol,
    asked: bool,
    seeds: u64,
    jobs: usize,
}

/// What a trial without a failure has seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passed {
    /// How many runs were made.
    pub runs: u64,
    /// How many events happened in all of them.
    pub events: u64,
    /// How many faults bit.
    pub faults: u64,
}

/// A run that broke a property, or could not be judged.
#[derive(Clone, Debug)]
pub struct Failed {
    /// The run, told.
    pub account: Box<Account>,
    /// The last things that happened in it.
    pub trace: Vec<TraceLine>,
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
        Self { config, scenario, protocol, asked: false, seeds: 100, jobs: 1 }
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
    pub fn loss(mut self, rate: &str) -> Self {
        self.scenario.faults.loss = Knob::Fixed(rate.parse().expect("a rate of loss"));
        self
    }

    /// How many messages arrive twice, as `"5%"`.
    ///
    /// # Panics
    /// Where the text is no percentage.
    #[must_use]
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

    /// On how many threads; one, if not said. The result is the same.
    #[must_use]
    pub fn jobs(mut self, jobs: usize) -> Self {
        self.jobs = jobs;
        self
    }

    /// Makes the runs.
    ///
    /// # Panics
    /// Where one breaks a property or cannot be judged: with what broke, and the command that runs it again. Also where the trial makes
    /// no sense.
    #[track_caller]
    pub fn run(self) -> Passed {
        match self.check() {
            Ok(passed) => passed,
            Err(failed) => panic!("{failed}"),
        }
    }

    /// Makes the runs, and does not panic where one breaks a property.
    ///
    /// # Errors
    /// The first failing run, or else the first that could not be judged.
    ///
    /// # Panics
    /// Where the trial makes no sense: a fault of the script names no node, or `SEATRIAL_SEED` is no number.
    #[track_caller]
    pub fn check(self) -> Result<Passed, Failed> {
        let one = number("SEATRIAL_SEED");
        let (first_seed, seeds) = match one {
            Some(seed) => (seed, 1),
            None => (0, number("SEATRIAL_SEEDS").unwrap_or(self.seeds)),
        };
        let jobs = self.jobs;
        let prepared = self.prepare();
        let options = HuntOptions {
            first_seed,
            seeds: Some(seeds),
            jobs,
            max_failures: 1,
            ..HuntOptions::default()
        };
        assert!(seeds > 0, "the trial makes no sense: with no seeds nothing is tried");
        let mut undecided = None;
        let mut totals = hunt(&prepared, &options, &AtomicBool::new(false), &mut |result, _| {
            if result.outcome == Outcome::Unknown {
                undecided.get_or_insert(result.seed);
            }
        });
        let undecided = undecided.map(|seed| prepared.record(seed).account);
        if let Some(account) = totals.failures.pop().or(undecided) {
            let mut trace = prepared.record(account.seed).trace;
            let broken = account.judgements.iter().filter_map(|j| j.verdict.violation()?.at).min();
            if let Some(broken) = broken {
                trace.retain(|line| line.at <= broken);
            }
            trace.drain(..trace.len().saturating_sub(SHOWN));
            return Err(Failed { account: Box::new(account), trace });
        }
        let faults = totals.faults.iter().map(|count| count.bit).sum();
        Ok(Passed { runs: totals.seeds, events: totals.events, faults })
    }

    #[track_caller]
    fn prepare(self) -> Prepared {
        let mut protocol = self.protocol;
        if !self.asked {
            let config = self.config;
            protocol =
                protocol.with_workload::<N, Silence>(INFO, move |_, _| Ok(config()), || Silence);
        }
        let registry = Registry::empty().with(protocol);
        let checked = self.scenario.check_trouble().map_err(|(_, _, what)| what);
        let prepared = checked.and_then(|()| {
            Prepared::new(&registry, self.scenario, None).map_err(|error| error.to_string())
        });
        prepared.unwrap_or_else(|what| panic!("the trial makes no sense: {what}"))
    }
}

const PROTOCOL: &str = "own";
const WORKLOAD: &str = "own";
const INFO: WorkloadInfo =
    WorkloadInfo { name: WORKLOAD, about: "what the trial's clients ask", operations: &[] };

/// How many lines of a failing run are shown.
const SHOWN: usize = 25;

fn recurring(most: u32) -> Recurring {
    let ms = Duration::from_millis;
    Recurring::new(Knob::Between { min: 0, max: most }, Knob::Between { min: ms(5), max: ms(200) })
}

/// A number from the environment: a test has no flags.
#[track_caller]
fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    let number = text.trim().parse();
    Some(number.unwrap_or_else(|_| panic!("{name}={text}: a whole number is wanted, as {name}=42")))
}

/// What broke, in words; the command that runs it again; the last things that happened.
impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let account = &self.account;
        for judgement in &account.judgements {
            match &judgement.verdict {
                Verdict::Holds => {}
                Verdict::Violated(violation) => writeln!(f, "{violation}")?,
                Verdict::Unknown { why } => {
                    writeln!(f, "{} is unknown: {why}", judgement.property)?
                }
            }
        }
        let thread = std::thread::current();
        let test = thread.name().unwrap_or_default();
        // Outside of a test the thread is called "main", and the same program is run again.
        let command = if test == "main" { String::new() } else { format!(" cargo test {test}") };
        writeln!(f, "\nreplay: SEATRIAL_SEED={}{command}\n", account.seed)?;
        for line in &account.plan {
            writeln!(f, "plan {line}")?;
        }
        for TraceLine { at, what } in &self.trace {
            write!(f, "\n{:>6} {:>12.6}  ", at.step, at.time)?;
            match what {
                TraceItem::Event(event) => write!(f, "{event}")?,
                TraceItem::Fact(node, fact) => write!(f, "{node}  {fact:?}")?,
                TraceItem::Op(op) => write!(f, "{op}")?,
            }
        }
        Ok(())
    }
}

impl std::error::Error for Failed {}

impl<N: Node> Debug for Trial<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trial").field("scenario", &self.scenario).finish_non_exhaustive()
    }
}
