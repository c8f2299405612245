//! Where runs of one kind of node happen, one after the other: a world, its clients, and an end.

use std::fmt::Debug;

use seatrial_history::{Moment, Observer, OpEvent, TraceEvent};
use seatrial_node::{Duration, Fact, Instant, Load, Node, NodeId};
use seatrial_sim::{
    Afterwards, Counts, Incident, Inside, Missed, RunHash, Stop, Stuck, Tape, Wish, World,
};

use crate::draw::Drawn;
use crate::judges::Judges;
use crate::prepared::Course;
use crate::record::Recorder;
use crate::registry::Settings;
use crate::states::States;
use crate::tally::Tally;
use crate::wires::WireOf;
use crate::workload::{Clients, Workload};

/// Makes runs of one kind of node, whatever its type.
pub(crate) trait Stage {
    /// Makes a run. The tape goes on where drawing has left it, and can be taken back afterwards.
    fn run(&mut self, drawn: &Drawn, ending: Ending, tape: Tape, ear: &mut Ear<'_>) -> RunEnd;

    /// The tape of the last run.
    fn take_tape(&mut self) -> Tape;

    /// What is inside the nodes as the last run has left them.
    fn inside(&self) -> Vec<(NodeId, Inside)>;
}

/// How long a run may go on, and how it does where a schedule has led it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ending {
    /// Once the trouble is over, until the clients have finished.
    pub(crate) clients: Duration,
    /// For the operations under way then, where more is awaited once they are over.
    pub(crate) last: Duration,
    /// Once they have.
    pub(crate) settle: Duration,
    /// What becomes of what a schedule has left as it is.
    pub(crate) afterwards: Afterwards,
}

/// How a run ended.
#[derive(Clone, Debug)]
pub(crate) struct RunEnd {
    pub(crate) end: Moment,
    pub(crate) hash: RunHash,
    pub(crate) counts: Counts,
    pub(crate) incident: Option<Incident>,
    /// The event limit was reached before the run was over.
    pub(crate) cut_short: bool,
    /// Its schedule could not go on.
    pub(crate) stuck: Option<Stuck>,
    /// What was to be done by hand and could not.
    pub(crate) missed: Option<Missed>,
    /// What happened as a schedule, where that is kept.
    pub(crate) wishes: Vec<Wish>,
    /// A schedule led it, and it went on by time.
    pub(crate) went_on: bool,
    /// Who is down in the end.
    pub(crate) down: Vec<NodeId>,
}

/// Everybody who listens to a run.
pub(crate) struct Ear<'a> {
    pub(crate) judges: &'a mut Judges,
    pub(crate) tally: &'a mut Tally,
    pub(crate) recorder: Option<&'a mut Recorder>,
    /// Where nobody wants to know which states a run comes past, they are not worked out.
    pub(crate) states: Option<&'a mut States>,
    /// Whether what follows healing is fair to everybody, so that something good must come of it. The rest of a schedule is not.
    pub(crate) heals: bool,
}

/// Makes a node's configuration from a run's settings.
pub(crate) type MakeConfig<N> = Box<dyn Fn(&Settings) -> Result<<N as Node>::Config, String>>;

/// A world and the clients in it.
pub(crate) struct Arena<N: Node, W> {
    world: World<N>,
    clients: Clients<W>,
    config: MakeConfig<N>,
}

impl<N, W> Arena<N, W>
where
    N: Node,
    N::Message: Debug,
    N::Timer: Debug,
    N::Request: Debug,
    N::Response: Debug,
    W: Workload<N>,
{
    pub(crate) fn new(config: MakeConfig<N>, workload: W, wire: Option<&WireOf<N>>) -> Self {
        let mut world = World::new();
        world.describe_by_debug();
        if let Some(WireOf { encode, decode }) = wire {
            world.code_with(*encode, *decode);
        }
        Self { world, clients: Clients::new(workload), config }
    }
}

/// How often, once the trouble is over, somebody looks whether the clients have finished.
const LOOK: Duration = Duration::from_millis(10);

impl<N: Node, W: Workload<N>> Stage for Arena<N, W> {
    fn run(&mut self, drawn: &Drawn, ending: Ending, tape: Tape, ear: &mut Ear<'_>) -> RunEnd {
        let setup = &drawn.setup;
        let settings = Settings::new(drawn.settings.clone());
        let heals = drawn.course.heals_afterwards();
        let healed = (!heals).then_some(Instant::ZERO + setup.plan.heal_after);
        self.clients.begin(&drawn.clients, setup.clients, healed, setup.plan.core.as_deref());
        self.world.reset_with(setup, tape, |boot| {
            (self.config)(&settings.at(boot, &drawn.versions))
                .expect("settings were checked when the scenario was prepared")
        });
        // What a schedule ends with is no step of it.
        let led = |all: usize| all - usize::from(heals);
        match &drawn.course {
            Course::ByTime { kept } => {
                self.world.keep_schedule(*kept);
                self.run_by_time(Instant::ZERO + setup.plan.heal_after, ending, ear)
            }
            Course::Schedule(schedule) => {
                let steps = &schedule.steps[..led(schedule.steps.len())];
                match self.world.perform(steps, &mut self.clients, ear) {
                    Ok(Stop::Idle) if heals => self.go_on_by_time(ending, ear),
                    Ok(stop) => self.ended(stop, self.world.moment()),
                    Err(stuck) => {
                        let end = self.ended(Stop::Idle, self.world.moment());
                        RunEnd { stuck: Some(stuck), ..end }
                    }
                }
            }
            Course::Wishes(wishes, at_once) => {
                let (wishes, last) = wishes.split_at(led(wishes.len()));
                let clients = &mut self.clients;
                let (stop, mut done) = self.world.perform_what_can(wishes, at_once, clients, ear);
                done.extend_from_slice(last);
                let end = match stop {
                    Stop::Idle if heals => self.go_on_by_time(ending, ear),
                    stop => self.ended(stop, self.world.moment()),
                };
                RunEnd { wishes: done, ..end }
            }
        }
    }

    fn take_tape(&mut self) -> Tape {
        self.world.take_tape()
    }

    fn inside(&self) -> Vec<(NodeId, Inside)> {
        let members = self.world.members().iter();
        members.filter_map(|node| Some((*node, self.world.inside(*node)?))).collect()
    }
}

impl<N: Node, W: Workload<N>> Arena<N, W> {
    /// A schedule has led up to here: healing, and what is still to be done then.
    fn go_on_by_time(&mut self, ending: Ending, ear: &mut Ear<'_>) -> RunEnd {
        let healed = self.world.now();
        self.world.heal_afterwards(ending.afterwards, &mut self.clients, ear);
        let end = self.run_by_time(healed, ending, ear);
        RunEnd { went_on: true, ..end }
    }

    /// Trouble, healing, and what is still to be done then.
    fn run_by_time(&mut self, healed: Instant, ending: Ending, ear: &mut Ear<'_>) -> RunEnd {
        let Ending { clients, last, settle, .. } = ending;
        let mut limit = healed + clients;
        let mut until = healed;
        let mut stop = loop {
            until = (until + LOOK).min(limit);
            let stop = self.world.run(until, &mut self.clients, ear);
            let finished = self.clients.finished() && !ear.judges.await_more(until);
            if stop != Stop::Time || finished {
                break stop;
            }
            if until == limit {
                let all = self.clients.closing() || self.clients.finished();
                if settle == Duration::ZERO || all {
                    break stop;
                }
                self.clients.close();
                limit += last;
            }
        };
        if stop == Stop::Time && settle > Duration::ZERO {
            stop = self.world.run(until + settle, &mut self.clients, ear);
        }
        let mut end = self.world.moment();
        if stop == Stop::Idle {
            // Nothing can happen any more, so this is how things are when the time is up.
            end.time = match self.clients.finished() && !ear.judges.await_more(end.time) {
                true if settle == Duration::ZERO => end.time,
                true => until + settle,
                false => limit,
            };
        }
        let wishes = self.world.take_schedule();
        RunEnd { wishes, ..self.ended(stop, end) }
    }

    fn ended(&self, stop: Stop, end: Moment) -> RunEnd {
        let members = self.world.members().iter().copied();
        RunEnd {
            end,
            hash: self.world.hash(),
            counts: self.world.counts().clone(),
            cut_short: stop == Stop::Events,
            incident: match stop {
                Stop::Broken(incident) => Some(incident),
                _ => None,
            },
            stuck: None,
            missed: self.world.missed(),
            wishes: Vec::new(),
            went_on: false,
            down: members.filter(|node| self.world.node(*node).is_none()).collect(),
        }
    }
}

impl Observer for Ear<'_> {
    fn op(&mut self, at: Moment, event: &OpEvent) {
        self.judges.op(at, event);
        self.tally.op(at, event);
        if let Some(recorder) = &mut self.recorder {
            recorder.op(at, event);
        }
    }

    fn asked(&mut self, at: Moment, node: NodeId) {
        self.judges.asked(at, node);
    }

    fn fact(&mut self, at: Moment, node: NodeId, fact: &Fact) {
        self.judges.fact(at, node, fact);
        self.tally.fact(at, node, fact);
        if let Some(states) = &mut self.states {
            states.fact(at, node, fact);
            states.trail(at, self.tally.trail());
        }
        if let Some(recorder) = &mut self.recorder {
            recorder.fact(at, node, fact);
        }
    }

    fn healed(&mut self, at: Moment) {
        if self.heals {
            self.judges.healed(at);
        }
        self.tally.healed(at);
    }

    fn trace(&mut self, at: Moment, event: &TraceEvent) {
        if let Some(recorder) = &mut self.recorder {
            recorder.trace(at, event);
        }
    }

    fn stepped(&mut self, at: Moment, hash: u64) {
        if let Some(recorder) = &mut self.recorder {
            recorder.stepped(at, hash);
        }
    }

    fn wants_trace(&self) -> bool {
        self.recorder.is_some()
    }

    fn sent(&mut self, at: Moment, from: NodeId, to: NodeId, load: Load) {
        self.judges.sent(at, from, to, load);
    }

    fn wants_sent(&self) -> bool {
        self.judges.wants_sent()
    }

    fn done(&self) -> bool {
        self.judges.done()
    }
}
