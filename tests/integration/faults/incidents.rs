//! What no node may do: panic, keep busy without end, fail to open again. Each is found, told, and stays one seed's affair.

use std::sync::atomic::AtomicBool;

use seatrial::checking::Echo as EveryAnswerEqualsItsRequest;
use seatrial::history::{HuntAccount, Outcome, SeedResult, Value};
use seatrial::{
    Answer, Draw, HuntOptions, Op, Prepared, Protocol, Ran, Registry, Scenario, Session, Trial,
    Workload, WorkloadInfo, hunt,
};
use seatrial_node::{Disk, Duration, FileName, Input, Io, Node, OpenError};

const FILE: FileName = FileName::new("file");

/// What such a node does, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Vice {
    /// It panics at one request in fifty, by its own chance.
    PanicsNowAndThen,
    /// It panics with something that is no text, at its first request.
    PanicsOddly,
    /// It sets itself a timer of no time, for ever, from its first request on.
    Spins,
    /// It sends itself a message for each that it gets; time goes by meanwhile.
    Chatters,
    /// It does not open over a file that is not empty, of the kind that it writes itself.
    ForgetsItsOwnFile,
    /// It refuses its configuration.
    NeverOpens,
}

/// Answers what it is asked, but for its vice.
struct Parrot(Vice);

impl Node for Parrot {
    type Config = Vice;
    type Message = ();
    type Timer = ();
    type Request = i64;
    type Response = i64;
    type Event = ();

    fn open(vice: &Vice, disk: &mut Disk<'_>) -> Result<Self, OpenError> {
        let written = disk.len(FILE)?.unwrap_or(0);
        match vice {
            Vice::NeverOpens => Err(OpenError::Config("no setting would do".into())),
            Vice::ForgetsItsOwnFile if written > 0 => {
                Err(OpenError::Corrupt(format!("{written} bytes of nobody's")))
            }
            vice => Ok(Self(*vice)),
        }
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        match input {
            Input::Request { token, body } => {
                self.indulge(io);
                io.reply(token, body);
            }
            Input::Timer(()) => io.set_timer((), Duration::ZERO),
            Input::Message { .. } => io.send(io.me(), ()),
            _ => {}
        }
    }
}

impl Parrot {
    fn indulge(&self, io: &mut Io<'_, Self>) {
        match self.0 {
            Vice::PanicsNowAndThen => assert!(io.choose("panic", 50) > 0, "this was not foreseen"),
            Vice::PanicsOddly => std::panic::panic_any(7_u8),
            Vice::Spins => io.set_timer((), Duration::ZERO),
            Vice::Chatters => io.send(io.me(), ()),
            Vice::ForgetsItsOwnFile => {
                io.append(FILE, b"mine");
                io.sync(FILE);
            }
            Vice::NeverOpens => unreachable!("it never opened"),
        }
    }
}

/// Clients that say numbers.
struct Talk;

impl Workload<Parrot> for Talk {
    fn next(&mut self, draw: &mut Draw<'_>) -> Op {
        Op::new("echo", draw.below("word", 100) as i64)
    }

    fn request(&mut self, _: Session, op: &Op) -> i64 {
        op.value.as_int().unwrap_or_default()
    }

    fn answer(&mut self, _: &Op, response: i64) -> Answer {
        Answer::Ok(Value::Int(response))
    }
}

/// What breaks first in a trial of such a node: the property, and what is said of it.
fn broken(config: fn() -> Vice) -> (String, String) {
    let trial = Trial::<Parrot>::new(config).clients(2, || Talk).crashes(3).seeds(200);
    let failed = trial.judge("echo", EveryAnswerEqualsItsRequest::new).check().expect_err("a vice");
    let judged = failed.account.judgements.iter().find_map(|j| Some((j, j.verdict.violation()?)));
    let (judgement, violation) = judged.expect("something is violated");
    let told = failed.to_string();
    assert!(told.contains(&format!("SEATRIAL_SEED={}", failed.account.seed)), "{told}");
    (judgement.property.clone(), format!("{} {:?}", violation.explanation, violation.evidence))
}

#[test]
fn a_panic_is_a_violation_with_node_text_and_place() {
    let (property, told) = broken(|| Vice::PanicsNowAndThen);
    assert_eq!(property, "no panic");
    assert!(told.contains("this was not foreseen") && told.contains("panicked at"), "{told}");
    assert!(told.contains("incidents.rs:"), "{told}");
    let (property, told) = broken(|| Vice::PanicsOddly);
    assert_eq!(property, "no panic");
    assert!(told.contains("a value that is no text"), "{told}");
    assert!(["n0", "n1", "n2"].iter().any(|node| told.contains(node)), "{told}");
}

#[test]
fn a_node_that_keeps_busy_at_one_instant_is_a_livelock() {
    let (property, told) = broken(|| Vice::Spins);
    assert_eq!(property, "no livelock");
    assert!(told.contains("events happened at one instant"), "{told}");
}

#[test]
fn a_node_that_does_not_open_again_has_not_recovered() {
    let (property, told) = broken(|| Vice::ForgetsItsOwnFile);
    assert_eq!(property, "recovery");
    assert!(told.contains("could not open") && told.contains("bytes of nobody's"), "{told}");
    let (property, told) = broken(|| Vice::NeverOpens);
    assert_eq!(property, "recovery");
    assert!(told.contains("no setting would do"), "{told}");
}

#[test]
fn a_run_that_does_not_end_is_cut_short_and_unknown() {
    let prepared = prepared(|| Vice::Chatters, "event_limit = 5_000");
    let account = prepared.run(1);
    assert_eq!(account.outcome(), Outcome::Unknown, "{account:?}");
    assert!(account.end.step >= 5_000);
}

/// A scenario of parrots, with this in its table `judge`.
fn prepared(config: fn() -> Vice, judge: &str) -> Prepared {
    let info = WorkloadInfo { name: "talk", about: "say numbers", operations: &[] };
    let protocol = Protocol::new("parrot", "says everything again").with_workload::<Parrot, Talk>(
        info,
        move |_, _| Ok(config()),
        || Talk,
    );
    let text = format!(
        "name = \"parrots\"\nabout = \"panics\"\nprotocol = \"parrot\"\n[cluster]\nnodes = 3\n[clients]\ncount = 2\n\
         operations = 5\n[workload]\nname = \"talk\"\n[judge]\ncheckers = [\"echo\"]\n{judge}\n"
    );
    let scenario = Scenario::parse("parrots.toml", &text).expect("it makes sense");
    Prepared::new(&Registry::empty().with(protocol), scenario, None).expect("it makes sense")
}

#[test]
fn a_panic_is_its_own_seeds_affair_and_the_other_seeds_and_threads_go_on() {
    let prepared = prepared(|| Vice::PanicsNowAndThen, "");
    let of = |jobs| {
        let options =
            HuntOptions { seeds: Some(200), jobs, stop_at_first: false, ..HuntOptions::default() };
        let mut results: Vec<SeedResult> = Vec::new();
        let mut keep = |ran: &Ran<'_>, _: &HuntAccount| results.push(ran.result().clone());
        let account = hunt(&prepared, &options, &AtomicBool::new(false), &mut keep).account;
        assert_eq!((account.seeds, account.unknown), (200, 0));
        results
    };
    let two = of(2);
    let broken = two.iter().filter(|result| result.outcome == Outcome::Violated).count();
    assert!((10..100).contains(&broken), "{broken} of 200");
    let properties = two.iter().flat_map(|result| &result.properties);
    assert!(properties.clone().all(|property| property == "no panic"));
    assert_eq!(two, of(1), "what came after a panic is not touched by it");
}

/// Never opens over a file that it has written, which is what it does first.
pub(super) struct Picky;

impl Node for Picky {
    type Config = ();
    type Message = ();
    type Timer = ();
    type Request = ();
    type Response = ();
    type Event = ();

    fn open((): &(), disk: &mut Disk<'_>) -> Result<Self, OpenError> {
        match disk.len(FILE)? {
            None => Ok(Self),
            Some(_) => Err(OpenError::Corrupt("it is written on".into())),
        }
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        if let Input::Start = input {
            io.append(FILE, b"mine");
            io.sync(FILE);
        }
    }
}
