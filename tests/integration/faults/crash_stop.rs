//! A crash for good: the node never starts again, enough others are kept, and who reads the plan is told so.

use seatrial::history::Outcome;
use seatrial::sim::{Fault, FaultKind, FaultPlan, PlannedFault, Target};
use seatrial::{Case, LIBRARY, Prepared, Registry, Scenario};
use seatrial_node::{Duration, NodeId};

use super::{alone, ms, run, teller, world};

const CRASHES: &str =
    r#"crash = { count = { min = 0, max = 2 }, lasts = { min = "10ms", max = "200ms" } }"#;

/// The library's echo with other crashes than its own.
fn echo(crashes: &str) -> Scenario {
    let entry = LIBRARY.iter().find(|entry| entry.name == "echo").expect("it is in the library");
    let text = entry.text;
    assert!(text.contains(CRASHES), "the scenario has changed");
    Scenario::parse("echo.toml", &text.replace(CRASHES, crashes)).expect("it makes sense")
}

#[test]
fn a_node_that_crashed_for_good_never_starts_again_and_the_others_go_on() {
    let mut world = world(alone(Fault::CrashStop { node: Target::Node(NodeId(2)) }), 1, ms(400));
    let count = world.counts().of(FaultKind::CrashStop);
    assert_eq!((count.asked, count.bit), (1, 1));
    assert_eq!(world.counts().of(FaultKind::Crash).asked, 0);
    assert!(world.node(NodeId(2)).is_none(), "a crash would be over");
    run(&mut world, ms(1_500));
    assert!(world.node(NodeId(2)).is_none(), "the world has healed");
    assert!(teller(&world, 1).from(NodeId(2), ms(110), ms(1_500)).is_empty());
    assert!(teller(&world, 1).from(NodeId(0), ms(110), ms(1_500)).len() > 130);
}

#[test]
fn a_node_that_is_down_already_stays_down_for_good() {
    let node = Target::Node(NodeId(3));
    let crash =
        PlannedFault { at: ms(100), lasts: ms(50), fault: Fault::Crash { node: node.clone() } };
    let stop = |at| PlannedFault {
        at: ms(at),
        lasts: Duration::MAX,
        fault: Fault::CrashStop { node: node.clone() },
    };
    let faults = vec![crash, stop(120), stop(130)];
    let plan = FaultPlan { heal_after: ms(300), faults, ..FaultPlan::calm() };
    let world = world(plan, 1, ms(500));
    assert!(world.node(NodeId(3)).is_none());
    let count = world.counts().of(FaultKind::CrashStop);
    assert_eq!((count.asked, count.bit), (2, 1), "it is lost once");
}

#[test]
fn enough_nodes_are_kept_and_nobody_crashes_for_good_twice() {
    let mut most = 0;
    for (keep, kept) in [("\"majority\"", None), ("2", Some(2)), ("1", Some(1))] {
        let text = format!("crash_stop = {{ count = {{ min = 0, max = 9 }}, keep = {keep} }}");
        let prepared = Prepared::new(&Registry::ours(), echo(&text), None).expect("it makes sense");
        for seed in 0..200 {
            let account = prepared.run(seed);
            let knob = |place| {
                let knob = account.knobs.iter().find(|(known, _)| known == place);
                knob.and_then(|(_, value)| value.parse::<usize>().ok()).expect("a number")
            };
            let plan = prepared.plan(seed).faults;
            let mut stopped: Vec<&Target> = plan.iter().filter_map(stopped).collect();
            let (count, nodes) = (stopped.len(), knob("cluster.nodes"));
            assert_eq!(knob("faults.crash_stop.count"), count, "what is told is what happens");
            assert!(nodes - count >= kept.unwrap_or(nodes / 2 + 1), "{count} of {nodes} crash");
            stopped.sort_by_key(ToString::to_string);
            stopped.dedup();
            assert_eq!(stopped.len(), count, "{plan:?}");
            let told = account.plan.iter().filter(|line| line.contains("crash-stop  for good: n"));
            assert_eq!(told.count(), count, "{:?}", account.plan);
            most = most.max(count);
        }
    }
    assert_eq!(most, 4, "of five nodes all but one");
}

fn stopped(planned: &PlannedFault) -> Option<&Target> {
    match &planned.fault {
        Fault::CrashStop { node } => Some(node),
        _ => None,
    }
}

#[test]
fn a_case_with_a_crash_for_good_replays_and_one_without_is_read_as_before() {
    let scenario = echo("crash_stop = { count = 1 }");
    let prepared = Prepared::new(&Registry::ours(), scenario, None).expect("it makes sense");
    let seed = (0..).find(|seed| !prepared.plan(*seed).faults.is_empty()).expect("there is one");
    let account = prepared.run(seed);
    assert_eq!(account.outcome(), Outcome::Holds, "{account:?}");
    let text = Case::new(&prepared, seed, None).to_toml();
    assert!(text.contains("kind = \"crash-stop\""), "{text}");
    let case = Case::parse("a.case", &text).expect("it is whole");
    let (again, seed) = case.prepare(&Registry::ours()).expect("it fits");
    assert_eq!(again.run(seed).hash, account.hash);

    let endless = text.replace("kind = \"crash-stop\"", "kind = \"crash-stop\", lasts = \"1s\"");
    let error = Case::parse("a.case", &endless).expect_err("it has no end").to_string();
    assert!(error.contains("never ends: leave `lasts` out"), "{error}");
    let unending = text.replace("kind = \"crash-stop\"", "kind = \"crash\"");
    let error = Case::parse("a.case", &unending).expect_err("it must end").to_string();
    assert!(error.contains("missing field `lasts`"), "{error}");
}
