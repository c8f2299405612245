//! Shrinking from within a program: of our protocols, and of one's own.

use std::slice;
use std::sync::atomic::AtomicBool;

use seatrial_checkers::Echo;
use seatrial_history::{Outcome, TraceItem};
use seatrial_node::{Disk, Duration, Input, Io, Node, OpenError, RequestToken};
use seatrial_sim::{Steering, Step, Strategy};

use super::*;
use crate::prepared::Prepared;
use crate::registry::{Protocol, WorkloadInfo};
use crate::scenario::Scenario;
use crate::workload::{Answer, Draw, Op, Session, Workload};

/// Answers, in the end, whoever has asked first, whatever that was: two clients at a time get each other's answers. Before that it tells
/// itself of it so many times.
#[derive(Default)]
struct Muddle<const TIMES: u32>(Vec<(RequestToken, u64)>);

impl<const TIMES: u32> Node for Muddle<TIMES> {
    type Config = ();
    type Message = (u64, u32);
    type Timer = ();
    type Request = u64;
    type Response = u64;
    type Event = ();

    fn open((): &(), _: &mut Disk<'_>) -> Result<Self, OpenError> {
        Ok(Self::default())
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        match input {
            Input::Request { token, body } => {
                self.0.push((token, body));
                // Through itself, so that another request may come between.
                let me = io.me();
                io.send(me, (body, TIMES));
            }
            Input::Message { body: (body, times), .. } if times > 1 => {
                let me = io.me();
                io.send(me, (body, times - 1));
            }
            Input::Message { body: (body, _), .. } if !self.0.is_empty() => {
                let (token, _) = self.0.remove(0);
                let last = self.0.last().map_or(body, |(_, last)| *last);
                io.reply(token, last);
            }
            _ => {}
        }
    }
}

#[derive(Default)]
struct Talk(u64);

impl<const TIMES: u32> Workload<Muddle<TIMES>> for Talk {
    fn begin(&mut self, _: u32, _: &[(String, u32)]) {
        self.0 = 0;
    }

    fn next(&mut self, _: &mut Draw<'_>) -> Op {
        self.0 += 1;
        Op::new("echo", i64::try_from(self.0).unwrap_or(0))
    }

    fn request(&mut self, _: Session, op: &Op) -> u64 {
        op.value.as_int().and_then(|word| u64::try_from(word).ok()).unwrap_or(0)
    }

    fn answer(&mut self, _: &Op, response: u64) -> Answer {
        Answer::Ok(seatrial_history::Value::Int(i64::try_from(response).unwrap_or(0)))
    }
}

const TALK: WorkloadInfo = WorkloadInfo { name: "own", about: "numbers", operations: &[] };

const SCENARIO: &str = r#"
name = "muddle"
about = "a node of one's own, that muddles up its answers"
protocol = "own"
cluster = { nodes = [2, 3] }
clients = { count = { min = 3, max = 4 }, operations = { min = 5, max = 9 }, think = "0s" }
workload = { name = "own" }
network = { client_latency = { kind = "uniform", min = "1us", max = "5us" } }
faults = { loss = "5%", crash = { count = { min = 0, max = 4 }, lasts = "5ms" } }
judge = { checkers = ["own echo"] }
"#;

fn registry() -> Registry {
    let own = Protocol::new("own", "a node of one's own");
    let own = own.with_workload::<Muddle<1>, Talk>(TALK, |_, _| Ok(()), Talk::default);
    let slow = Protocol::new("slow", "the same, but slower");
    let slow = slow.with_workload::<Muddle<3>, Talk>(TALK, |_, _| Ok(()), Talk::default);
    let registry = Registry::empty().with(own.with_checker("own echo", Echo::new));
    registry.with(slow.with_checker("own echo", Echo::new))
}

fn failing(registry: &Registry) -> Case {
    failing_of(registry, SCENARIO)
}

fn failing_of(registry: &Registry, scenario: &str) -> Case {
    let scenario = Scenario::parse("muddle.toml", scenario).expect("a scenario");
    let prepared = Prepared::new(registry, scenario, None).expect("it can be run");
    let fails =
        |seed: &u64| prepared.run(*seed).judgements.iter().any(|j| j.verdict.violation().is_some());
    let seed = (0..200).find(fails).expect("it muddles them up in some run");
    Case::new(&prepared, seed, None)
}

fn shrunk(jobs: usize, max_runs: u64) -> Shrunk {
    let registry = registry();
    let options = ShrinkOptions { jobs, max_runs, elsewhere: false };
    let mut told = 0;
    let stop = AtomicBool::new(false);
    let shrunk = shrink(&registry, failing(&registry), &options, &stop, &mut |_| told += 1);
    assert!(told > 0, "nobody was told how far it is");
    shrunk.expect("it can be shrunk")
}

#[test]
fn a_failure_of_ones_own_node_becomes_two_requests_at_once() {
    let small = shrunk(1, 20_000);
    assert!(!small.cut_short);
    assert_eq!((small.after.nodes, small.after.clients, small.after.faults), (1, 2, 0));
    let steps = small.case.schedule.as_ref().expect("it is a schedule").to_string();
    assert!(steps.lines().count() <= 9, "{steps}");
    assert_eq!(small.replayed, REPLAYS);
    assert_eq!(small.violation.property, "echo");
    let told = deeds(&registry(), &small.case);
    assert_eq!(told.len(), steps.lines().count(), "each step is told");
    let clients =
        told.iter().flat_map(|deed| &deed.items).filter(|item| matches!(item, TraceItem::Op(_)));
    assert!(clients.count() >= 3, "two asked, and one heard what the other should have: {told:?}");
    assert!(deeds(&registry(), &failing(&registry())).is_empty(), "a run by time has no steps");
    let several = shrunk(3, 20_000);
    assert_eq!((several.case, several.runs), (small.case, small.runs), "on three threads");
}

#[test]
fn a_shrinking_that_may_not_go_on_says_so() {
    let cut = shrunk(2, 5);
    assert!(cut.cut_short);
    assert_eq!(cut.runs, 5);
    assert_eq!(cut.replayed, REPLAYS, "what it has fails all the same");
}

#[test]
fn what_does_not_fail_is_not_shrunk() {
    let registry = registry();
    let mut case = failing(&registry);
    case.scenario.clients.count = crate::scenario::Knob::Fixed(1);
    let options = ShrinkOptions::default();
    let refused = shrink(&registry, case, &options, &AtomicBool::new(false), &mut |_| {});
    let error = refused.expect_err("nobody muddles up one client").to_string();
    assert!(error.contains("the failure does not reproduce"), "{error}");
}

#[test]
fn of_several_runs_the_one_that_becomes_the_shortest_is_kept() {
    let (registry, stop) = (registry(), AtomicBool::new(false));
    let slow = SCENARIO.replace("protocol = \"own\"", "protocol = \"slow\"");
    let cases = [&slow, SCENARIO, &slow].map(|scenario| failing_of(&registry, scenario));
    let contest = |jobs, cases: &[Case], max_runs| {
        let options = ShrinkOptions { jobs, max_runs, elsewhere: false };
        let mut budget = Budget { options: &options, stop: &stop, runs: 0 };
        let best = contest(&registry, cases, &mut budget, &mut |_| {});
        let (smaller, winner) = best.expect("they fail");
        (smaller.length(), smaller.case, winner.clone(), budget.runs)
    };
    let best = contest(1, &cases, 3_000);
    let [long, short, _] = cases.each_ref().map(|case| contest(1, slice::from_ref(case), 1_000).0);
    assert!(short < long, "{short:?}, {long:?}");
    assert_eq!((best.0, &best.2), (short, &cases[1]));
    assert_eq!(contest(3, &cases, 3_000), best, "on three threads");
    // With few runs only the first is tried, and gets them all.
    let (_, _, winner, runs) = contest(2, &cases, 5);
    assert_eq!((&winner, runs), (&cases[0], 5));
}

#[test]
fn a_run_in_an_order_that_a_strategy_chose_may_be_replaced_by_one_in_a_smaller_world() {
    let (registry, stop) = (registry(), AtomicBool::new(false));
    let scenario = Scenario::parse("muddle.toml", SCENARIO).expect("a scenario");
    let prepared = Prepared::new(&registry, scenario, None).expect("it can be run");
    let steering =
        Steering { strategy: Strategy::Pos, slack: Duration::from_millis(1), events: 100 };
    let small = (0..40).find_map(|seed| {
        let case = Case { steering: Some(steering), ..Case::new(&prepared, seed, None) };
        let small = shrink(&registry, case, &ShrinkOptions::default(), &stop, &mut |_| {}).ok();
        // No smaller world of two nodes has two clients.
        small.filter(|small| small.elsewhere)
    });
    let small = small.expect("it muddles them up in some order, and by seeds alone");
    assert!(small.case.steering.is_none());
}

/// What it is in the end is none: there a leader has waited too long for its followers when it is led.
#[test]
#[cfg(feature = "protocols")]
fn a_run_that_has_become_one_that_cannot_be_led_is_led_as_it_was_on_the_way() {
    let (registry, stop) = (Registry::ours(), AtomicBool::new(false));
    let scenario = registry.scenario("raft-slow-disks").expect("it is in the library");
    let prepared = Prepared::new(&registry, scenario, Some("ack-after-term-change"));
    let case = Case::new(&prepared.expect("it can be run"), 20_000_000_122, None);
    let options = ShrinkOptions { jobs: 2, max_runs: 2_000, elsewhere: false };
    let small = shrink(&registry, case, &options, &stop, &mut |_| {}).expect("it fails");
    assert!(small.after.steps.is_some(), "{:?}", small.after);
}

/// A schedule may starve anybody. What it leads to has to be the bug's doing, so the same schedule without the bug must end well.
#[test]
#[cfg(feature = "protocols")]
fn what_no_longer_goes_on_is_led_to_where_it_stops_and_would_go_on_without_the_bug() {
    let (registry, stop) = (Registry::ours(), AtomicBool::new(false));
    for (name, mutant) in [
        ("raft-core", "request-lost"),
        ("raft-core", "no-pre-vote"),
        ("reliable-broadcast", "no-relay"),
    ] {
        let scenario = registry.scenario(name).expect("it is in the library");
        let prepared = Prepared::new(&registry, scenario, Some(mutant)).expect("it can be run");
        let swarm =
            |p: Prepared| p.with_faults("swarm".parse().expect("a menu"), false).expect("a menu");
        let (prepared, faults) = match name {
            "reliable-broadcast" => (swarm(prepared), Some("swarm".to_owned())),
            _ => (prepared, None),
        };
        let fails = |seed: &u64| prepared.run(*seed).outcome() == Outcome::Violated;
        let seed = (0..500).find(fails).unwrap_or_else(|| panic!("{mutant} is never found"));
        let case = Case { faults, ..Case::new(&prepared, seed, None) };
        let options = ShrinkOptions { jobs: 2, max_runs: 1_000, elsewhere: false };
        let small = shrink(&registry, case, &options, &stop, &mut |_| {}).expect("it fails");
        let schedule = small.case.schedule.clone().expect("it can be led");
        assert_eq!(schedule.steps.last(), Some(&Step::Heal), "{mutant}: {schedule}");
        let sound = Case { mutant: None, hash: None, ..small.case };
        let (sound, seed) = sound.prepare(&registry).expect("it can be made without the bug");
        assert_ne!(sound.run(seed).outcome(), Outcome::Violated, "{mutant}: {schedule}");
    }
}
