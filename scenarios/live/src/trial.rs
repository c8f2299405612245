//! A trial from its beginning to its end: one loop that does what is due and hears what has come.

use std::net::TcpStream;
use std::path::Path;
use std::process::ExitStatus;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::Receiver;

use seatrial::{ClientHost, Outside, OutsideReport, Prepared, Recording, Terms};
use seatrial_history::{Evidence, Judgement, Verdict, Violation};
use seatrial_hosts::monotonic_nanos;
use seatrial_hosts::tcp::{Asker, Heard};
use seatrial_node::{Duration, Instant, NodeId};

use crate::TrialError;
use crate::clients::Ashore;
use crate::cluster::{Cluster, Launch, member};
use crate::kind::Kinds;
use crate::nemesis::Nemesis;
use crate::plan::{self, Plan};
use crate::witness::Witness;

/// What a trial is to be like.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many members: an odd number, from 3 to [`Options::MOST_NODES`].
    pub nodes: u32,
    /// How long there is trouble.
    pub trouble: Duration,
    /// Which.
    pub kinds: Kinds,
    /// What the plan of trouble, and what clients choose, is drawn from.
    pub seed: u64,
    /// How servers are started.
    pub launch: Launch,
    /// The command that makes such a trial again.
    pub replay: String,
}

impl Options {
    /// More servers than this are too much for one machine.
    pub const MOST_NODES: u32 = 9;

    fn check(&self) -> Result<(), TrialError> {
        let nodes = self.nodes;
        let wrong = |what: String| Err(TrialError::Nodes(what));
        match nodes {
            0..=2 => wrong(format!(
                "--nodes {nodes}: a cluster that is to survive something has 3 members or more"
            )),
            _ if nodes > Self::MOST_NODES => wrong(format!(
                "--nodes {nodes}: one machine bears {} servers at most",
                Self::MOST_NODES
            )),
            _ if nodes.is_multiple_of(2) => wrong(format!(
                "--nodes {nodes}: an even number survives no more than one less; take {} or {}",
                nodes - 1,
                nodes + 1
            )),
            _ => {
                let least = plan::shortest(self.kinds.0.len());
                let (given, kinds) = (self.trouble, self.kinds.clone());
                if given < least { Err(TrialError::Short { given, kinds, least }) } else { Ok(()) }
            }
        }
    }
}

/// A trial that can be made.
#[derive(Debug)]
pub struct Trial {
    outside: Outside,
    options: Options,
    plan: Plan,
}

/// A trial that was made.
#[derive(Debug)]
pub struct Tried {
    /// The run, told and judged.
    pub recording: Recording,
    /// It was ended from outside, and judged as far as it went.
    pub interrupted: bool,
}

/// How long servers may take to come up, on a machine that has much to do.
const COMING_UP: Duration = Duration::from_secs(30);

/// How often, at least, somebody looks whether all processes are there, and whether the trial is to end.
const LOOK: Duration = Duration::from_millis(20);

impl Trial {
    /// Draws the trial's plan.
    ///
    /// # Errors
    /// Why such a trial cannot be made.
    pub fn new(prepared: &Prepared, options: Options) -> Result<Self, TrialError> {
        options.check()?;
        let members = (0..options.nodes).map(member).collect();
        let outside = prepared.outside(Terms { seed: options.seed, members });
        let outside = outside.map_err(TrialError::Scenario)?;
        let plan = plan::draw(options.seed, options.nodes, options.trouble, &options.kinds.0);
        Ok(Self { outside, options, plan })
    }

    /// The plan of trouble, a line each.
    pub fn plan(&self) -> Vec<String> {
        self.plan.strikes.iter().map(ToString::to_string).collect()
    }

    /// Makes the trial, until it is over or `stop` is set. None of its processes is left then. The members' directories and logs are in the
    /// folder, which is there and empty.
    ///
    /// # Errors
    /// Where the system refuses something that it takes, or the servers do not come up.
    pub fn run(self, folder: &Path, stop: &AtomicBool) -> Result<Tried, TrialError> {
        let Self { mut outside, options, plan } = self;
        let zero = monotonic_nanos();
        let mut cluster = Cluster::new(&outside, options.nodes, folder, options.launch.clone())?;
        come_up(&mut cluster, stop)?;
        let asker = Asker::begin(outside.clients(), &cluster.callees());
        let (asker, answers) = asker.map_err(TrialError::Clients)?;
        let mut ashore = Ashore::new(zero, asker);
        let begun = ashore.now();
        let healing = begun + options.trouble;
        outside.begin(healing, &mut ashore);
        let nemesis = Nemesis::new(plan, &options.kinds.0, begun);
        let witness = Witness::since(zero);
        let mut course = Course {
            outside,
            cluster,
            ashore,
            answers,
            nemesis,
            witness,
            healing,
            healed: None,
            fallen: None,
        };
        let interrupted = course.run(stop)?;
        Ok(Tried { recording: course.judge(&options), interrupted })
    }
}

/// Starts all members and waits until each listens.
fn come_up(cluster: &mut Cluster, stop: &AtomicBool) -> Result<(), TrialError> {
    for place in 0..cluster.members.len() as u32 {
        cluster.start(member(place))?;
    }
    let begun = monotonic_nanos();
    for callee in cluster.callees() {
        let not_up = |why: String| TrialError::NotUp { who: callee.node.to_string(), why };
        while TcpStream::connect(&callee.address).is_err() && !stop.load(Relaxed) {
            if let Some((node, status)) = cluster.ended().map_err(TrialError::Lost)? {
                let why = match cluster.process(node).last_words().join("\n  ") {
                    silent if silent.is_empty() => {
                        format!(
                            "it ended at once, {status}, and said nothing: is it a seatrial-server?"
                        )
                    }
                    words => format!("it ended at once, {status}: {words}"),
                };
                return Err(TrialError::NotUp { who: node.to_string(), why });
            }
            if monotonic_nanos() - begun > COMING_UP.as_nanos() {
                return Err(not_up(format!("it has not listened within {COMING_UP}")));
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }
    Ok(())
}

/// A trial under way.
struct Course {
    outside: Outside,
    cluster: Cluster,
    ashore: Ashore,
    answers: Receiver<Heard>,
    nemesis: Nemesis,
    witness: Witness,
    /// When all is to be mended.
    healing: Instant,
    healed: Option<Instant>,
    /// A server that has ended by itself.
    fallen: Option<(Instant, NodeId, ExitStatus)>,
}

impl Course {
    /// Goes on until the trial is over. Returns whether it was ended from outside.
    fn run(&mut self, stop: &AtomicBool) -> Result<bool, TrialError> {
        let mut looked = Instant::ZERO;
        loop {
            let now = self.ashore.now();
            if now.since(looked) >= LOOK {
                looked = now;
                if stop.load(Relaxed) {
                    return Ok(true);
                }
                if let Some((node, status)) = self.cluster.ended().map_err(TrialError::Lost)? {
                    self.fallen = Some((now, node, status));
                    return Ok(false);
                }
            }
            self.trouble(now)?;
            while let Some(client) = self.ashore.take_due(now) {
                self.outside.wake(client, &mut self.ashore);
            }
            if self.is_over(now) {
                return Ok(false);
            }
            self.hear(now);
        }
    }

    /// Whether nothing more is to come: clients have finished and been served once all was mended, or the time for that is up.
    fn is_over(&self, now: Instant) -> bool {
        let Some(healed) = self.healed else { return false };
        let is_served = self.outside.finished() && self.ashore.has_succeeded_since(healed);
        is_served || now > healed + self.outside.patience()
    }

    /// Makes the trouble that is due, or mends all.
    fn trouble(&mut self, now: Instant) -> Result<(), TrialError> {
        if self.healed.is_some() {
            return Ok(());
        }
        if now < self.healing {
            let Self { nemesis, ashore, cluster, witness, .. } = self;
            return nemesis.act(now, ashore, cluster, witness);
        }
        self.nemesis.heal(now, &self.ashore, &mut self.cluster)?;
        self.healed = Some(self.ashore.now());
        Ok(())
    }

    /// Waits until something is due or comes, and takes what has come.
    fn hear(&mut self, now: Instant) {
        let healing = if self.healed.is_none() { Some(self.healing) } else { None };
        let due = [self.ashore.next_wake(), self.nemesis.due(), healing];
        let due = due.into_iter().flatten().min().unwrap_or(now + LOOK).min(now + LOOK);
        let Ok(first) = self.answers.recv_timeout(due.since(now).into()) else { return };
        let mut next = Some(first);
        while let Some(heard) = next {
            let (Heard::Answer { client, attempt, .. }
            | Heard::NotAsked { client, attempt }
            | Heard::Lost { client, attempt }) = heard;
            let is_answered = matches!(heard, Heard::Answer { .. });
            self.ashore.close(client, attempt, is_answered);
            match heard {
                Heard::Answer { body, .. } => {
                    self.outside.answer(client, attempt, &body, &mut self.ashore);
                }
                Heard::NotAsked { .. } | Heard::Lost { .. } => {
                    let asked = matches!(heard, Heard::Lost { .. });
                    self.outside.unanswered(client, attempt, asked, &mut self.ashore);
                }
            }
            next = self.answers.try_recv().ok();
        }
    }

    /// Ends all processes and judges what was heard.
    fn judge(self, options: &Options) -> Recording {
        let Self { outside, mut cluster, ashore, nemesis, mut witness, healed, fallen, .. } = self;
        let end = ashore.now();
        let mut judgements = nemesis.counts.idle();
        judgements.extend(fallen.map(|fallen| fell(fallen, &cluster)));
        for place in 0..options.nodes {
            cluster.kill(member(place));
        }
        witness.listen(&cluster);
        let (plan, faults) = (nemesis.told(), nemesis.counts.told());
        let mut heard = ashore.heard;
        heard.extend(nemesis.heard);
        heard.extend(witness.heard);
        outside.judge(OutsideReport {
            heard,
            healed,
            end,
            plan,
            faults,
            judgements,
            facts_missing: witness.missing,
            replay: options.replay.clone(),
        })
    }
}

/// The word on a server that has ended by itself. One that another process has taken the port of is not to blame.
fn fell((at, node, status): (Instant, NodeId, ExitStatus), cluster: &Cluster) -> Judgement {
    let property = "servers run on";
    let last = cluster.process(node).last_words();
    let is_robbed = last.iter().any(|line| line.contains("cannot listen there"));
    let verdict = if is_robbed {
        Verdict::Unknown { why: format!("{node} could not be started again: {}", last.join("; ")) }
    } else {
        let evidence = std::iter::once(format!("at {at}: {node} ends by itself, {status}"));
        let words = last.into_iter().map(|line| format!("its log: {line}"));
        Verdict::Violated(Violation {
            property,
            source: "a promise of every server",
            explanation: format!("{node} ended by itself, though nobody had killed it."),
            at: None,
            evidence: evidence.chain(words).map(Evidence::from).collect(),
        })
    };
    Judgement { property: property.to_owned(), verdict }
}
