//! Budgets on plans made by hand.

use seatrial_sim::{Fault, PausedClock, PlannedFault, Target};

use super::*;

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn node(id: u32) -> Target {
    Target::Node(NodeId(id))
}

fn crash(node: Target, at: u64, lasts: u64) -> PlannedFault {
    PlannedFault { at: ms(at), lasts: ms(lasts), fault: Fault::Crash { node } }
}

fn stop(node: Target, at: u64) -> PlannedFault {
    PlannedFault { at: ms(at), lasts: Duration::MAX, fault: Fault::CrashStop { node } }
}

fn plan(faults: Vec<PlannedFault>) -> FaultPlan {
    FaultPlan { heal_after: ms(1_000), faults, ..FaultPlan::calm() }
}

fn members(count: u32) -> Vec<NodeId> {
    (0..count).map(NodeId).collect()
}

fn minority_down() -> FaultBudget {
    FaultBudget { down: Share::Minority, ..FaultBudget::default() }
}

fn told(budget: &FaultBudget, plan: &FaultPlan, nodes: u32) -> Vec<String> {
    budget.excesses(plan, &members(nodes)).iter().map(ToString::to_string).collect()
}

#[test]
fn crashes_that_overlap_add_up_and_those_that_follow_do_not() {
    let budget = minority_down();
    let apart = plan(vec![crash(node(0), 100, 50), crash(node(1), 150, 50)]);
    assert_eq!(told(&budget, &apart, 3), Vec::<String>::new());
    let together = plan(vec![crash(node(0), 100, 51), crash(node(1), 150, 50)]);
    let over = ["150ms: crash, n1: with it 2 of 3 nodes are down at once, and 1 may be"];
    assert_eq!(told(&budget, &together, 3), over);
    assert_eq!(told(&budget, &together, 5), Vec::<String>::new());
    let same = plan(vec![crash(node(0), 100, 51), crash(node(0), 150, 50)]);
    assert_eq!(told(&budget, &same, 3), Vec::<String>::new(), "one node is down once");
}

#[test]
fn a_fault_at_a_role_counts_as_somebody_else() {
    let leader = Target::Role("leader".into());
    let both = plan(vec![crash(node(0), 100, 50), crash(leader, 120, 50)]);
    assert_eq!(told(&minority_down(), &both, 3).len(), 1);
}

#[test]
fn whoever_is_gone_for_good_is_down_from_then_on() {
    let later = plan(vec![stop(node(0), 100), crash(node(1), 900, 10)]);
    assert_eq!(told(&minority_down(), &later, 3).len(), 1);
    let two = plan(vec![stop(node(0), 100), stop(node(1), 200)]);
    let over = ["200ms: crash-stop, n1: with it 2 of 3 nodes are gone for good, and 1 may be"];
    assert_eq!(told(&FaultBudget::default(), &two, 3), over);
}

#[test]
fn where_nobody_recovers_every_crash_is_for_good() {
    let apart = plan(vec![crash(node(0), 100, 50), crash(node(1), 500, 50)]);
    assert_eq!(told(&FaultBudget::crash_stop(Share::Minority), &apart, 3).len(), 1);
    assert_eq!(told(&FaultBudget::crash_stop(Share::AllBut(1)), &apart, 3).len(), 0);
}

#[test]
fn a_core_leaves_no_more_outside_than_may_be_gone() {
    let mut plan = plan(vec![stop(node(0), 100)]);
    plan.core = Some(vec![NodeId(2), NodeId(3), NodeId(4)]);
    assert_eq!(told(&FaultBudget::default(), &plan, 5), Vec::<String>::new());
    plan.core = Some(vec![NodeId(0), NodeId(2), NodeId(3)]);
    let over = ["1s: the core leaves 3 of 5 nodes gone for good, and 2 may be"];
    assert_eq!(told(&FaultBudget::default(), &plan, 5), over);
}

#[test]
fn a_core_leaves_out_first_who_is_gone_or_has_lost_something() {
    let wipe = |node| PlannedFault { at: ms(200), lasts: ms(50), fault: Fault::Wipe { node } };
    let outside =
        |faults: Vec<PlannedFault>| FaultBudget::default().outside(&plan(faults), &members(5));
    let first = |faults: Vec<PlannedFault>| outside(faults).first;
    let Outside { most, first: whom, gone } = outside(vec![stop(node(0), 100), wipe(node(3))]);
    assert_eq!((most, whom, gone), (2, vec![NodeId(0), NodeId(3)], 1));
    assert_eq!(first(vec![crash(node(0), 100, 50)]), [], "it has lost nothing");
    let somebody = wipe(Target::Role("leader".into()));
    assert_eq!(outside(vec![somebody]).most, 0, "who that will be, nobody knows");
}

#[test]
fn a_kind_that_is_not_survived_is_too_much_however_seldom() {
    let budget = FaultBudget::default().without(&[FaultKind::Crash, FaultKind::Loss]);
    let mut plan = plan(vec![crash(node(0), 100, 50)]);
    plan.rates.loss = 1;
    assert_eq!(told(&budget, &plan, 3).len(), 2);
}

#[test]
fn a_trimmed_plan_is_inside_and_keeps_what_it_can_by_beginning_it_later() {
    let (budget, members) = (minority_down(), members(3));
    let faults = vec![
        crash(node(0), 100, 100),
        crash(node(1), 150, 50),
        stop(node(2), 300),
        crash(node(2), 400, 50),
        crash(node(1), 500, 50),
    ];
    let mut plan = plan(faults);
    budget.trim(&mut plan, &members);
    let expected = [crash(node(0), 100, 100), crash(node(1), 200, 50), stop(node(2), 300)];
    assert_eq!(plan.faults, expected);
    assert_eq!(told(&budget, &plan, 3), Vec::<String>::new());
}

fn drift(node: Target, at: u64, lasts: u64, rate: i32) -> PlannedFault {
    PlannedFault { at: ms(at), lasts: ms(lasts), fault: Fault::ClockDrift { node, rate } }
}

#[test]
fn drifts_of_one_clock_add_up_and_one_that_stands_still_loses_all() {
    let budget = FaultBudget { drift: Some(100), ..FaultBudget::default() };
    let mut both = plan(vec![drift(node(0), 100, 50, 60), drift(node(0), 120, 50, -60)]);
    let over = "parts in a million, and 100 may be";
    let [excess] = &told(&budget, &both, 3)[..] else { panic!("one is too much") };
    assert!(excess.ends_with(&format!("120 {over}")), "{excess}");
    budget.trim(&mut both, &members(3));
    assert_eq!(both.faults, [drift(node(0), 100, 50, 60), drift(node(0), 150, 50, -60)]);
    let two = plan(vec![drift(node(0), 100, 50, 60), drift(node(1), 120, 50, 60)]);
    assert_eq!(told(&budget, &two, 3), Vec::<String>::new(), "of two clocks");
    let leader = Target::Role("leader".into());
    let unknown = plan(vec![drift(node(0), 100, 50, 60), drift(leader, 120, 50, 60)]);
    assert_eq!(told(&budget, &unknown, 3).len(), 1, "the leader may be that node");
    let pause = |clock| PlannedFault {
        at: ms(100),
        lasts: ms(50),
        fault: Fault::Pause { node: node(0), clock },
    };
    assert_eq!(told(&budget, &plan(vec![pause(PausedClock::Runs)]), 3), Vec::<String>::new());
    assert_eq!(told(&budget, &plan(vec![pause(PausedClock::Stands)]), 3).len(), 1);
}
