//! Shrinking with oracles whose smallest failing run is known.

use seatrial_history::Endpoint;
use seatrial_node::{Duration, NodeId};
use seatrial_sim::{Fault, FaultPlan, Override, PlannedFault, Rates, Step, Target, WORLD, Wish};

use super::*;

fn crash(node: u32, at: u64) -> PlannedFault {
    let ms = Duration::from_millis;
    let fault = Fault::Crash { node: Target::Node(NodeId(node)) };
    PlannedFault { at: ms(at), lasts: ms(40), fault }
}

fn pause(node: u32, at: u64) -> PlannedFault {
    let node = Target::Node(NodeId(node));
    PlannedFault { fault: Fault::Pause { node, clock: Default::default() }, ..crash(0, at) }
}

fn isolate(node: u32, at: u64) -> PlannedFault {
    let node = Target::Node(NodeId(node));
    PlannedFault { fault: Fault::Isolate { node, clients: Vec::new() }, ..crash(0, at) }
}

/// Five nodes, three clients, thirty faults, losses.
fn large() -> Subject {
    let three = |nth: u64| {
        let node = nth as u32 % 5;
        [crash(node, nth * 30), pause(node, nth * 30 + 7), isolate(node, nth * 30 + 15)]
    };
    let rates = Rates { loss: 100_000, duplicate: 50_000, ..Rates::default() };
    let faults = (0..10).flat_map(three).collect();
    let plan =
        FaultPlan { heal_after: Duration::from_millis(800), rates, faults, ..FaultPlan::calm() };
    let dial = |name: &str, value, least| Dial { name: name.into(), value, least };
    let choice = |nth| Override { site: "a".into(), source: WORLD, occurrence: nth, value: 9 };
    Subject {
        nodes: 5,
        clients: 3,
        plan,
        choices: (0..20).map(choice).collect(),
        dials: vec![dial("operations", 16, 1), dial("keys", 3, 1)],
        ..Subject::default()
    }
}

fn crashes(subject: &Subject) -> usize {
    let is_crash = |p: &&PlannedFault| matches!(p.fault, Fault::Crash { .. });
    subject.plan.faults.iter().filter(is_crash).count()
}

fn shrunk(fails: impl Fn(&Subject) -> bool) -> Subject {
    assert!(fails(&large()), "it fails to begin with");
    let mut shrink = Shrink::new(large(), vec!["a".into(), "b".into(), "c".into()]);
    let tried = shrink.run(10_000, &fails);
    assert!(tried < 2_000, "{tried} were tried");
    assert!(fails(shrink.best()));
    assert_eq!(shrink.candidate(), None, "nothing more is left out");
    shrink.best().clone()
}

#[test]
fn what_always_fails_comes_to_nothing() {
    let least = shrunk(|_| true);
    let dial = |name: &str| Dial { name: name.into(), value: 1, least: 1 };
    let nothing = Subject {
        nodes: 1,
        dials: vec![dial("operations"), dial("keys")],
        simple: vec!["a".into(), "b".into(), "c".into()],
        ..Subject::default()
    };
    assert_eq!(least, nothing);
}

#[test]
fn what_a_failure_needs_is_kept_and_nothing_else() {
    let least = shrunk(|subject| {
        let choice = |nth| subject.choices.iter().any(|c| c.occurrence == nth && c.value >= 4);
        crashes(subject) >= 2
            && subject.plan.rates.loss >= 30_000
            && subject.dial("operations") >= Some(7)
            && choice(3)
            && !subject.simple.contains(&"b".to_owned())
    });
    assert_eq!(least.plan.faults.len(), 2);
    assert!((30_000..41_000).contains(&least.plan.rates.loss), "{}", least.plan.rates.loss);
    assert_eq!(least.plan.rates.duplicate, 0);
    assert!(least.plan.faults.iter().all(|p| p.lasts == Duration::from_millis(1)));
    assert!(least.plan.heal_after <= Duration::from_millis(100), "{}", least.plan.heal_after);
    assert_eq!((least.dial("operations"), least.dial("keys")), (Some(7), Some(1)));
    assert_eq!((least.choices.len(), least.choices[0].value), (1, 4));
    assert_eq!(least.simple, ["a", "c"]);
}

#[test]
fn a_failure_that_some_faults_hide_is_made_small_all_the_same() {
    // Not monotone: an odd number of crashes fails, and with a pause it takes three of them.
    let pauses = |subject: &Subject| {
        let is_pause = |p: &&PlannedFault| matches!(p.fault, Fault::Pause { .. });
        subject.plan.faults.iter().filter(is_pause).count()
    };
    let mut subject = large();
    subject.plan.faults.remove(0);
    let fails = |s: &Subject| crashes(s) % 2 == 1 && (pauses(s) == 0 || crashes(s) >= 3);
    let mut shrink = Shrink::new(subject, Vec::new());
    shrink.run(10_000, fails);
    assert_eq!((shrink.best().plan.faults.len(), crashes(shrink.best())), (1, 1));
}

#[test]
fn a_node_that_goes_takes_along_what_was_aimed_at_it_and_the_others_move_up() {
    let at = |subject: &Subject, node: u32| {
        let target = Target::Node(NodeId(node));
        subject.plan.faults.iter().any(|p| p.fault.target() == Some(&target))
    };
    let least = shrunk(|subject| subject.nodes >= 3 && at(subject, 2));
    assert_eq!((least.nodes, least.clients, least.plan.faults.len()), (3, 0, 1));
}

#[test]
fn several_at_a_time_come_to_the_same_as_one_after_the_other() {
    let fails = |subject: &Subject| crashes(subject) >= 3 && subject.dial("keys") >= Some(2);
    let mut one = Shrink::new(large(), vec!["a".into()]);
    one.run(10_000, fails);
    for width in [2, 3, 8] {
        let mut several = Shrink::new(large(), vec!["a".into()]);
        loop {
            let batch = several.ahead(width);
            if batch.is_empty() {
                break;
            }
            for candidate in batch {
                assert_eq!(several.candidate().as_ref(), Some(&candidate));
                let failed = fails(&candidate);
                several.tell(failed);
                if failed {
                    break;
                }
            }
        }
        assert_eq!(several.best(), one.best(), "{width} at a time");
    }
}

fn wish_of(line: &str) -> Wish {
    let step: Step = line.parse().expect("a step");
    let says = match &step {
        Step::Deliver { word, .. } | Step::Timer { word, .. } => word.clone(),
        _ => String::new(),
    };
    Wish { says: says.into(), ..Wish::by_the_letter(step) }
}

fn led(lines: &[&str]) -> Subject {
    let schedule = Some(lines.iter().map(|line| wish_of(line)).collect());
    Subject { schedule, plan: FaultPlan::calm(), choices: Vec::new(), ..large() }
}

fn lines(subject: &Subject) -> Vec<String> {
    subject.schedule.iter().flatten().map(|wish| wish.step.to_string()).collect()
}

#[test]
fn steps_go_with_those_that_depend_on_them_and_what_is_left_is_plain_and_in_order() {
    let long = [
        "n0 timer T",
        "n4 timer T",
        "again n4 -> n0 Vote #3",
        "n0 disk",
        "crash n3 losing writes",
        "restart n3",
        "n1 timer T",
        "c1 wakes",
        "n4 -> n1 Vote #2",
        "n4 disk",
    ];
    let mut shrink = Shrink::new(large(), Vec::new());
    shrink.offer(vec![led(&[]), led(&long)]);
    // n4's votes need its timer before; the failure needs both votes.
    while let Some(candidate) = shrink.candidate() {
        let Some(schedule) = &candidate.schedule else {
            shrink.tell(false);
            continue;
        };
        let last = candidate.nodes - 1;
        let is = |wish: &Wish, what: &str| {
            let step = wish.step.to_string();
            step.contains(&format!("n{last} {what}"))
        };
        let timer = schedule.iter().position(|wish| is(wish, "timer"));
        let mut came_to = candidate.clone();
        let mut place = 0..;
        came_to.schedule.as_mut().expect("it is led").retain(|wish| {
            let place = place.next().unwrap_or(0);
            !is(wish, "->") || timer.is_some_and(|timer| timer < place)
        });
        let votes = came_to.schedule.iter().flatten().filter(|wish| is(wish, "->")).count();
        match votes == 2 {
            true => shrink.tell_as(came_to),
            false => shrink.tell(false),
        }
    }
    let best = shrink.best();
    assert_eq!((best.nodes, best.clients), (3, 0));
    assert_eq!(lines(best), ["n2 timer T", "n2 -> n0 Vote", "n2 -> n1 Vote"]);
}

#[test]
fn a_disk_that_every_step_goes_with_keeps_none_of_them() {
    // Two rounds of a timer and its disk, of which the second fails; a disk is done only after its timer.
    let rounds = ["n0 timer T", "n0 disk", "n0 timer T", "n0 disk", "n0 timer T", "n0 disk"];
    let performed = |candidate: &Subject| {
        let mut came_to = candidate.clone();
        let (mut open, mut done) = (0, Vec::new());
        for wish in candidate.schedule.iter().flatten() {
            let is_disk = matches!(wish.step, Step::Disk { .. });
            let at_once = !candidate.at_once.is_empty();
            if is_disk && (at_once || open == 0) {
                continue;
            }
            open = if is_disk { open - 1 } else { open + 1 };
            done.push(wish.clone());
            if at_once {
                open -= 1;
                done.push(wish_of("n0 disk"));
            }
        }
        let timers = done.iter().filter(|w| matches!(w.step, Step::Timer { .. })).count();
        came_to.schedule = Some(done);
        // It takes as many disks as timers.
        (open == 0 && timers > 0).then_some(came_to)
    };
    let mut shrink = Shrink::new(large(), Vec::new());
    let at_once = vec![NodeId(0)];
    shrink.offer(vec![Subject { at_once, nodes: 1, clients: 0, ..led(&rounds) }]);
    while let Some(candidate) = shrink.candidate() {
        match performed(&candidate).filter(|_| candidate.schedule.is_some()) {
            Some(came_to) => shrink.tell_as(came_to),
            None => shrink.tell(false),
        }
    }
    assert_eq!(lines(shrink.best()), ["n0 timer T", "n0 disk"]);
    assert!(shrink.best().at_once.is_empty(), "in the end a schedule says all of it");
}

#[test]
fn an_operation_goes_as_a_whole_with_its_choices() {
    // Three steps an operation; whoever has an odd number of them does not fail, and the choice must be that of the last operation.
    let operation = ["c0 wakes", "c0 -> n0", "n0 -> c0"];
    let choice = |occurrence, value| Override { site: "a".into(), source: 1, occurrence, value };
    let choices = vec![choice(0, 5), choice(1, 6), choice(2, 7)];
    let three = led(&[operation, operation, operation].concat());
    let three = Subject { nodes: 1, clients: 1, choices, ..three };
    let fails = |subject: &Subject| {
        let steps = subject.schedule.iter().flatten().count();
        let last = (steps / 3).checked_sub(1).map(|last| last as u64);
        let right = |c: &Override| Some(c.occurrence) == last && c.value == 7;
        steps.is_multiple_of(3) && subject.choices.iter().any(right)
    };
    assert!(fails(&three));
    let mut shrink = Shrink::new(three, Vec::new());
    shrink.run(10_000, fails);
    assert_eq!(lines(shrink.best()), operation);
    assert_eq!(shrink.best().choices, [choice(0, 7)]);
}

#[test]
fn choices_that_count_together_are_made_sooner_together() {
    let choice = |source, occurrence| Override { site: "a".into(), source, occurrence, value: 1 };
    let late = Subject {
        nodes: 1,
        clients: 1,
        choices: vec![choice(0, 9), choice(1, 12)],
        ..led(&["c0 wakes"])
    };
    // The one of the client comes three later than the one of the node, which is not the first of all.
    let fails = |subject: &Subject| match subject.choices[..] {
        [ref node, ref client] => node.occurrence > 0 && client.occurrence == node.occurrence + 3,
        _ => false,
    };
    let mut shrink = Shrink::new(late, Vec::new());
    shrink.run(10_000, fails);
    assert_eq!(shrink.best().choices, [choice(0, 1), choice(1, 4)]);
    // Two choices that would be the same one stay apart.
    let near = Subject { choices: vec![choice(0, 1), choice(0, 2)], ..led(&["c0 wakes"]) };
    let mut shrink = Shrink::new(near, Vec::new());
    shrink.run(10_000, |subject| subject.choices.len() == 2);
    assert_eq!(shrink.best().choices, [choice(0, 0), choice(0, 1)]);
}

#[test]
fn where_no_led_run_fails_the_run_by_time_stays_as_it_is() {
    let mut shrink = Shrink::new(large(), Vec::new());
    shrink.run(10_000, |subject| crashes(subject) >= 2);
    let best = shrink.best().clone();
    shrink.offer(vec![led(&["n0 disk"]), led(&["n1 disk"])]);
    assert_eq!(shrink.run(10, |_| false), 2);
    assert_eq!(*shrink.best(), best);
}

#[test]
fn a_candidate_is_said_again_until_it_is_answered() {
    let mut shrink = Shrink::new(large(), Vec::new());
    let first = shrink.candidate();
    assert_eq!(shrink.candidate(), first);
    shrink.tell(false);
    assert_ne!(shrink.candidate(), first);
    assert_eq!(shrink.layer().to_string(), "kinds of fault");
    let gone = Endpoint::Client(0);
    assert_eq!(large().without(gone).clients, 2);
}
