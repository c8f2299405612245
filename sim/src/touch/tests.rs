//! What is done by hand is done where it is said, and nothing else changes.

use seatrial_history::{Endpoint, Moment, Observer, TraceEvent};
use seatrial_node::{Disk, Duration, FileName, Input, Instant, Io, Node, NodeId, OpenError};

use super::*;
use crate::{Change, FaultPlan, Order, Schedule, Setup, Stop, Tape, World};

/// Passes a number round, one higher each time, and keeps what it has seen on its disk.
#[derive(Debug, Default)]
struct Round {
    seen: Vec<u64>,
}

fn file() -> FileName {
    FileName::new("seen")
}

impl Node for Round {
    type Config = ();
    type Message = u64;
    type Timer = &'static str;
    type Request = ();
    type Response = ();
    type Event = ();

    fn open((): &(), _: &mut Disk<'_>) -> Result<Self, OpenError> {
        Ok(Self::default())
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        let next = NodeId((io.me().0 + 1) % 3);
        match input {
            Input::Start if io.me() == NodeId(0) => io.set_timer("begin", Duration::from_millis(1)),
            Input::Start => io.set_timer("idle", Duration::from_secs(9)),
            Input::Timer("begin") => io.send(next, 1),
            Input::Message { body, .. } => {
                self.seen.push(body);
                io.append(file(), &body.to_le_bytes());
                if body < 12 {
                    io.send(next, body + 1);
                }
            }
            _ => {}
        }
    }
}

#[derive(Default)]
struct Ear(Vec<(Moment, TraceEvent)>);

impl Observer for Ear {
    fn trace(&mut self, at: Moment, event: &TraceEvent) {
        self.0.push((at, event.clone()));
    }

    fn wants_trace(&self) -> bool {
        true
    }
}

impl Ear {
    fn told(&self) -> Vec<String> {
        let told = self.0.iter().filter(|(_, e)| !matches!(e, TraceEvent::Status { .. }));
        told.map(|(at, event)| format!("{} {} {event}", at.step, at.time)).collect()
    }

    /// The names of the messages, in the order of sending.
    fn names(&self) -> Vec<u64> {
        let name = |event: &TraceEvent| match event {
            TraceEvent::Send { id, .. } => Some(*id),
            _ => None,
        };
        self.0.iter().filter_map(|(_, event)| name(event)).collect()
    }
}

fn setup(lines: &[&str]) -> Setup {
    let touches = lines.iter().map(|line| line.parse().expect(line)).collect();
    let plan = FaultPlan { heal_after: Duration::from_secs(1), ..FaultPlan::calm() };
    Setup { plan, touches, ..Setup::new(3) }
}

fn run(lines: &[&str]) -> (World<Round>, Ear) {
    let mut world = World::new();
    world.describe_by_debug();
    world.reset(&setup(lines), Tape::seeded(7), |_| ());
    let mut ear = Ear::default();
    assert_eq!(world.run(Instant::MAX, &mut (), &mut ear), Stop::Idle);
    (world, ear)
}

fn seen(world: &World<Round>) -> Vec<Vec<u64>> {
    let seen = |id: &NodeId| world.node(*id).map(|node| node.seen.clone()).unwrap_or_default();
    world.members().iter().map(seen).collect()
}

/// Of a run that nobody touches: after how many events the fourth message is under way, and its name.
fn fourth() -> (u64, u64) {
    let (_, ear) = run(&[]);
    let name = ear.names()[3];
    let sent = |event: &TraceEvent| matches!(event, TraceEvent::Send { id, .. } if *id == name);
    let at = ear.0.iter().find(|(_, event)| sent(event)).expect("it is sent").0;
    (at.step, name)
}

fn touched(what: &str) -> (World<Round>, Ear) {
    let (step, name) = fourth();
    let line = format!("after {step}: {}", what.replace("#4", &format!("#{name}")));
    run(&[&line])
}

#[test]
fn a_touched_run_is_the_same_run_up_to_the_touch() {
    let (step, _) = fourth();
    let (_, plain) = run(&[]);
    for what in ["drop #4", "deliver #4", "duplicate #4", "delay #4 until 900ms", "crash n1"] {
        let (world, ear) = touched(what);
        assert_eq!(world.missed(), None, "{what}");
        let alike = plain.0.iter().zip(&ear.0).take_while(|(a, b)| a == b).count();
        let lines = plain.0.iter().filter(|(at, _)| at.step <= step).count();
        assert_eq!(alike, lines, "{what}");
        let (at, by_hand) = &ear.0[lines];
        assert_eq!(at.step, step + 1);
        assert!(by_hand.to_string().starts_with("by hand: "), "{by_hand}");
    }
}

#[test]
fn what_is_dropped_never_arrives() {
    let (world, _) = touched("drop #4");
    assert_eq!(seen(&world), [vec![3], vec![1], vec![2]]);
    assert_eq!(world.counts().dropped, 1);
}

#[test]
fn what_is_delivered_or_delayed_by_hand_arrives_then_and_once() {
    let plain = seen(&run(&[]).0);
    let at_name = |ear: &Ear, name: u64| {
        let is =
            |event: &TraceEvent| matches!(event, TraceEvent::Deliver { id, .. } if *id == name);
        let all: Vec<Moment> = ear.0.iter().filter(|(_, e)| is(e)).map(|(at, _)| *at).collect();
        all
    };
    let (step, name) = fourth();
    let (world, ear) = touched("deliver #4");
    assert_eq!(seen(&world), plain);
    let arrivals = at_name(&ear, name);
    assert_eq!((arrivals.len(), arrivals[0].step), (1, step + 1));
    assert_eq!(arrivals[0].time, ear.0.iter().find(|(at, _)| at.step == step).expect("it").0.time);

    let (world, ear) = touched("delay #4 until 900ms");
    assert_eq!(seen(&world), plain);
    let arrivals = at_name(&ear, name);
    assert_eq!(arrivals.len(), 1);
    assert_eq!(arrivals[0].time, Instant::ZERO + Duration::from_millis(900));
}

#[test]
fn a_copy_arrives_now_and_the_message_as_it_would() {
    let (world, _) = touched("duplicate #4");
    assert_eq!(seen(&world)[1][..3], [1, 4, 4]);
}

#[test]
fn who_crashes_by_hand_comes_back_by_hand_or_when_the_world_heals() {
    let (world, ear) = touched("crash n1 losing writes");
    assert!(world.node(NodeId(1)).is_some());
    let told = ear.told().join("\n");
    let healed = told.find("the world heals").expect("it heals");
    assert!(told[..healed].contains("n1 crashes") && !told[..healed].contains("n1 starts, life 2"));
    assert!(told[healed..].contains("n1 starts, life 2"), "{told}");
    assert!(world.inside(NodeId(1)).expect("it").files.is_empty(), "its writes were lost");

    let (step, _) = fourth();
    for end in ["restart n1", "heal"] {
        let lines = [format!("after {step}: crash n1"), format!("after {}: {end}", step + 1)];
        let (world, ear) = run(&[&lines[0], &lines[1]]);
        assert_eq!(world.missed(), None);
        let told = ear.told().join("\n");
        let healed = told.find("the world heals").expect("it heals");
        assert!(told[..healed].contains("n1 starts, life 2"), "{end}: {told}");
    }
}

#[test]
fn what_is_cut_by_hand_stays_cut_until_healed() {
    let (step, _) = fourth();
    let cut = format!("after {step}: cut n0 from n1,n2");
    assert_eq!(seen(&run(&[&cut]).0), [vec![3], vec![1], vec![2]]);
    let heal = format!("after {}: heal", step + 1);
    assert_eq!(seen(&run(&[&cut, &heal]).0), seen(&run(&[]).0));
}

#[test]
fn what_cannot_be_done_is_told() {
    let (step, name) = fourth();
    let why = |what: &str| {
        let lines = [format!("after {step}: {what}")];
        let (world, ear) = run(&[&lines[0]]);
        let missed = world.missed().expect(what);
        assert_eq!(missed.index, 0);
        let plain = run(&[]).1.told();
        assert_eq!(ear.told(), plain, "{what}: nothing happens");
        missed.why
    };
    assert_eq!(why("drop #999"), "nothing of the name #999 is under way");
    assert_eq!(why("deliver #1"), "nothing of the name #1 is under way");
    assert_eq!(why("crash n9"), "there is no n9");
    assert_eq!(why("restart n1"), "n1 is up");
    assert!(why("cut n0 from n7").contains("n7"), "{}", why("cut n0 from n7"));
    let late = run(&["after 9999: heal"]).0.missed().expect("never reached");
    assert!(late.why.starts_with("the run is over after "), "{}", late.why);
    let down = [format!("after {step}: crash n1"), format!("after {}: deliver #{name}", step + 1)];
    let missed = run(&[&down[0], &down[1]]).0.missed().expect("it is down");
    assert_eq!((missed.index, missed.why.as_str()), (1, "n1 is down"));
}

#[test]
fn a_schedule_is_touched_between_its_steps() {
    let setup =
        Setup { order: Order::Chosen, ..setup(&["after 4: deliver #1", "after 5: crash n2"]) };
    let mut world: World<Round> = World::new();
    world.describe_by_debug();
    world.reset(&setup, Tape::simple(), |_| ());
    let schedule = Schedule::parse(["n0 timer"]).expect("a schedule");
    let mut ear = Ear::default();
    let stop = world.perform(&schedule.steps, &mut (), &mut ear).expect("it can be performed");
    assert_eq!((stop, world.missed()), (Stop::Idle, None));
    assert_eq!(world.node(NodeId(1)).map(|node| node.seen.clone()), Some(vec![1]));
    assert!(world.node(NodeId(2)).is_none());

    let late = Setup { order: Order::Chosen, ..self::setup(&["after 4: delay #1 until 1s"]) };
    world.reset(&late, Tape::simple(), |_| ());
    world.perform(&schedule.steps, &mut (), &mut ear).expect("it can be performed");
    assert!(world.missed().expect("no time").why.contains("nothing comes by time"));
}

#[test]
fn touches_that_are_not_in_order_make_no_world() {
    let error = setup(&["after 9: heal", "after 4: heal"]).check().expect_err("not in order");
    assert!(error.to_string().contains("after 4: heal"), "{error}");
}

#[test]
fn who_looks_inside_sees_timers_and_what_is_not_synced() {
    let (step, _) = fourth();
    let mut world: World<Round> = World::new();
    world.describe_by_debug();
    world.reset(&Setup { event_limit: step, ..setup(&[]) }, Tape::seeded(7), |_| ());
    assert_eq!(world.run(Instant::MAX, &mut (), &mut ()), Stop::Events);
    assert_eq!(world.moment().step, step);
    let inside = world.inside(NodeId(1)).expect("a node");
    let nine = Instant::ZERO + Duration::from_secs(9);
    assert_eq!((inside.up, inside.life, inside.timers), (true, 1, vec![("\"idle\"".into(), nine)]));
    assert_eq!(inside.files[0].name, file());
    assert_eq!(inside.files[0].content, 1_u64.to_le_bytes());
    assert_eq!(inside.files[0].unsynced, [Change::Made, Change::Written { from: 0, to: 8 }]);
    assert_eq!(world.inside(NodeId(9)), None);
}

#[test]
fn a_line_is_read_as_it_is_written() {
    for line in [
        "after 153: drop #12",
        "after 0: delay #12 until 80ms",
        "after 1: deliver #1",
        "after 1: duplicate #1",
        "after 1: crash n1",
        "after 1: crash n1 losing writes",
        "after 1: restart n1",
        "after 1: cut n0,c0 from n1,n2",
        "after 1: heal",
    ] {
        let touch: Touch = line.parse().expect(line);
        assert_eq!(touch.to_string(), line);
    }
    let cut: Touch = "after 1: cut n0,c0 from n1".parse().expect("a cut");
    let these = vec![Endpoint::Node(NodeId(0)), Endpoint::Client(0)];
    assert_eq!(cut.deed, Deed::Cut { these, those: vec![Endpoint::Node(NodeId(1))] });
}

#[test]
fn a_line_that_is_no_touch_is_refused_with_what_to_write() {
    for (line, says) in [
        ("", "after 153: drop #12"),
        ("drop #12", "after 153: drop #12"),
        ("after soon: heal", "\"soon\" is no number of events"),
        ("after 1: drop 12", "write its number, as \"#12\""),
        ("after 1: delay #12 until later", "later"),
        ("after 1: crash leader", "leader"),
        ("after 1: cut n0 from", "cut n0,c0 from n1,n2"),
        ("after 1: cut n0 from x", "x"),
        ("after 1: heel", "heal"),
    ] {
        let error = line.parse::<Touch>().expect_err(line).to_string();
        assert!(error.contains(says), "{line}: {error}");
    }
}
