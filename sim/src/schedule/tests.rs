//! Schedules that are read, performed, refused, and kept of runs.

use seatrial_node::{Disk, Duration, FileName, Input, Instant, Io, Node, NodeId, OpenError};

use super::*;
use crate::{
    Fault, FaultPlan, Incident, Latency, Order, PlannedFault, Rates, Setup, Stop, Tape, Target,
    World,
};

/// Writes down what it is asked, tells the others once that is synced, and adds up what it hears. A sum of 13 is bad luck.
#[derive(Debug, Default)]
struct Ledger {
    sum: u64,
    begun: u64,
}

#[derive(Clone, Debug, PartialEq)]
enum Message {
    Wrapped(Told),
    Hello,
}

#[derive(Clone, Debug, PartialEq)]
enum Told {
    Add { what: u64 },
    Thanks,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Clock {
    Soon,
    Late,
}

fn file() -> FileName {
    FileName::new("ledger")
}

impl Node for Ledger {
    type Config = ();
    type Message = Message;
    type Timer = Clock;
    type Request = u64;
    type Response = u64;
    type Event = ();

    fn open((): &(), disk: &mut Disk<'_>) -> Result<Self, OpenError> {
        let begun = disk.len(file())?.unwrap_or(0);
        Ok(Self { sum: 0, begun })
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        match input {
            Input::Start => {
                io.set_timer(Clock::Late, Duration::from_millis(80));
                let soon = 10 + io.choose("soon", 20);
                io.set_timer(Clock::Soon, Duration::from_millis(soon));
            }
            Input::Request { token, body } => {
                self.sum += body;
                io.append(file(), &[7]);
                io.sync(file());
                io.reply(token, self.sum);
            }
            Input::Synced { .. } => {
                let what = self.sum;
                io.peers().for_each(|peer| io.send(peer, Message::Wrapped(Told::Add { what })));
            }
            Input::Message { from, body } => match body {
                Message::Wrapped(Told::Add { what }) => {
                    self.sum += what;
                    assert!(self.sum != 13, "bad luck");
                    io.send(from, Message::Wrapped(Told::Thanks));
                }
                Message::Wrapped(Told::Thanks) | Message::Hello => {}
            },
            Input::Timer(_) => {
                io.peers().for_each(|peer| io.send(peer, Message::Hello));
                io.set_timer(Clock::Soon, Duration::from_millis(30));
            }
            _ => {}
        }
    }
}

type Clients = Script<u64, u64>;

fn world(setup: &Setup, tape: Tape) -> World<Ledger> {
    let mut world = World::new();
    world.describe_by_debug();
    world.reset(setup, tape, |_| ());
    world
}

fn chosen() -> Setup {
    Setup { clients: 1, order: Order::Chosen, ..Setup::new(3) }
}

/// Performs these lines with one client that asks `n0` to add 4, and then 9.
fn perform(lines: &[&str]) -> (World<Ledger>, Clients, Result<Stop, Stuck>) {
    let schedule = Schedule::parse(lines.iter().copied()).expect("steps");
    let mut world = world(&chosen(), Tape::simple());
    let mut clients = Clients::default().asking(0, NodeId(0), 4).asking(0, NodeId(0), 9);
    let stop = world.perform(&schedule.steps, &mut clients, &mut ());
    (world, clients, stop)
}

fn refused(lines: &[&str]) -> String {
    perform(lines).2.expect_err("it cannot be performed").to_string()
}

fn sums(world: &World<Ledger>) -> Vec<Option<u64>> {
    world.members().iter().map(|id| world.node(*id).map(|node| node.sum)).collect()
}

const LINES: [&str; 18] = [
    "n0 timer Election",
    "n12 timer",
    "n0 -> n1 Vote",
    "n0 -> n1",
    "n0 -> n1 Vote #2",
    "n0 -> n1 #3",
    "again n0 -> n1 Vote #4",
    "n0 disk",
    "c0 wakes",
    "c0 -> n0",
    "n0 -> c3 Answer",
    "crash n2",
    "crash n2 losing writes",
    "restart n2",
    "begin disk-full",
    "begin bit-rot #2",
    "end disk-full",
    "heal",
];

#[test]
fn a_schedule_reads_as_it_was_written() {
    let schedule = Schedule::parse(LINES).expect("steps");
    assert_eq!(schedule.to_string(), LINES.map(|line| format!("{line}\n")).concat());
}

#[test]
fn a_line_that_is_no_step_is_answered_with_what_to_write() {
    for (line, answer) in [
        ("", "write it as"),
        ("n0 elects", "\"n0 timer Election\""),
        ("n0 -> x1 Vote", "\"x1\" is neither a node"),
        ("c0 -> c1", "clients send nothing to each other"),
        ("n0 -> n1 Vote 2", "write the second one as \"#2\""),
        ("n0 -> n1 Vote #0", "write the second one as \"#2\""),
        ("again c0 -> n1", "only messages between nodes arrive again"),
        ("n0 wakes", "n0 is no client"),
        ("crash c0", "c0"),
        ("begin storm", "there is no fault storm"),
    ] {
        let error = line.parse::<Step>().expect_err(line).to_string();
        assert!(error.contains(answer), "{line}: {error}");
    }
}

#[test]
fn what_is_named_happens_and_what_is_not_stays_pending() {
    let (world, clients, stop) =
        perform(&["c0 wakes", "c0 -> n0", "n0 -> c0", "n0 disk", "n0 -> n2 Add"]);
    assert_eq!(stop, Ok(Stop::Idle));
    assert_eq!(sums(&world), [Some(4), Some(0), Some(4)]);
    assert_eq!(clients.answers, [(0, NodeId(0), 4)]);
    assert_eq!(world.counts().delivered, 1, "the other one never arrives");
}

#[test]
fn a_message_overtakes_another_where_a_schedule_says_so_and_a_panic_ends_it() {
    let asked = ["c0 wakes", "c0 -> n0", "n0 disk", "c0 wakes", "c0 -> n0", "n0 disk"];
    let (_, _, stop) = perform(&[&asked[..], &["n0 -> n1 Add #2", "n0 timer"]].concat());
    let Ok(Stop::Broken(Incident::Panic { node, message, .. })) = stop else { panic!("{stop:?}") };
    assert_eq!((node, message.as_str()), (NodeId(1), "bad luck"));
}

#[test]
fn a_copy_arrives_and_the_message_stays_under_way() {
    let asked = ["c0 wakes", "c0 -> n0", "n0 disk"];
    let again = ["again n0 -> n1 Add", "again n0 -> n1 Add", "n0 -> n1 Add"];
    let (world, ..) = perform(&[&asked[..], &again].concat());
    assert_eq!(sums(&world)[1], Some(12));
    let error = refused(&[&asked[..], &again, &["n0 -> n1 Add"]].concat());
    assert!(error.contains("no Add is under way from n0 to n1"), "{error}");
}

#[test]
fn a_crash_keeps_what_was_not_synced_or_loses_it_as_the_schedule_says() {
    for (crash, begun) in [("crash n0", 1), ("crash n0 losing writes", 0)] {
        let (world, ..) = perform(&["c0 wakes", "c0 -> n0", crash, "restart n0"]);
        let node = world.node(NodeId(0)).expect("it is up again");
        assert_eq!((node.begun, node.sum), (begun, 0), "{crash}");
    }
    let synced = ["c0 wakes", "c0 -> n0", "n0 disk", "crash n0 losing writes", "restart n0"];
    assert_eq!(perform(&synced).0.node(NodeId(0)).map(|node| node.begun), Some(1));
}

#[test]
fn a_timer_comes_due_in_its_turn_and_moves_the_clock() {
    let (world, _, stop) =
        perform(&["n1 timer Soon", "n1 timer Soon", "n1 timer", "n1 timer Late"]);
    assert_eq!(stop, Ok(Stop::Idle));
    assert_eq!(world.now(), Instant::ZERO + Duration::from_millis(80));
    let error = refused(&["n1 timer Late"]);
    assert!(error.contains("the next timer of n1 is Soon"), "{error}");
}

#[test]
fn a_step_that_cannot_happen_is_refused_with_what_could() {
    let error = refused(&["n0 timer Soon", "n1 -> n0 Hello"]);
    let wanted = "step 2 of the schedule, \"n1 -> n0 Hello\", cannot happen: no Hello is under way from n1 to n0; \
        what could happen there: \"n0 timer Soon\", \"n1 timer Soon\", \"n2 timer Soon\", \"c0 wakes\", \"n0 -> n1 Hello\", \"n0 -> n2 Hello\"";
    assert_eq!(error, wanted);
    for (lines, why) in [
        (&["n7 timer"][..], "there is no n7"),
        (&["n7 disk"], "there is no n7"),
        (&["crash n1", "n1 timer"], "n1 is down"),
        (&["n0 timer", "n0 -> n1 Hello #2"], "of these only 1 are under way"),
        (
            &["n0 timer", "crash n1", "n0 -> n1 Hello"],
            "no Hello is under way from n0 to n1, and n1 is down",
        ),
        (&["c0 -> n0"], "nothing is under way from c0 to n0"),
        (&["n0 disk"], "the disk of n0 has nothing to do"),
        (&["c0 wakes", "c0 wakes", "c0 wakes", "c0 wakes"], "c0 does not want to wake"),
        (&["crash n1", "crash n1"], "n1 is down"),
        (&["restart n1"], "n1 is up"),
        (&["crash n9"], "there is no n9"),
        (&["begin disk-full"], "the plan has no such disk-full"),
        (&["heal", "heal"], "the world has healed"),
    ] {
        let error = refused(lines);
        assert!(error.contains(why), "{lines:?}: {error}");
    }
}

/// A second of loss, copies, delays and a cut; and, where asked for, a crash, a disk that is full, a clock that is wrong and a pause.
fn troubled(order: Order, nodes_too: bool) -> Setup {
    let ms = Duration::from_millis;
    let planned = |at, lasts, fault| PlannedFault { at: ms(at), lasts: ms(lasts), fault };
    let node = |id| Target::Node(NodeId(id));
    let mut faults = vec![
        planned(5, 900, Fault::DiskFull { node: node(2) }),
        planned(40, 60, Fault::Crash { node: node(0) }),
        planned(90, 200, Fault::Isolate { node: node(1), clients: Vec::new() }),
        planned(100, 300, Fault::ClockDrift { node: node(1), rate: 100_000 }),
        planned(200, 100, Fault::Pause { node: node(2), clock: Default::default() }),
    ];
    if !nodes_too {
        faults.retain(|planned| matches!(planned.fault, Fault::Isolate { .. }));
    }
    let rates = Rates {
        loss: 100_000,
        duplicate: 200_000,
        reorder: 200_000,
        reorder_delay: ms(50),
        ..Rates::default()
    };
    let plan = FaultPlan { heal_after: ms(600), rates, faults, ..FaultPlan::calm() };
    Setup { clients: 1, order, plan, latency: Latency::uniform(ms(1), ms(9)), ..Setup::new(3) }
}

fn clients() -> Clients {
    Clients::default().asking(0, NodeId(0), 4).asking(0, NodeId(0), 100)
}

/// A run of a second by time, and what was kept of it.
fn kept(seed: u64, nodes_too: bool) -> (World<Ledger>, Vec<Wish>) {
    let mut run = world(&troubled(Order::Timed, nodes_too), Tape::seeded(seed));
    run.keep_schedule(true);
    run.run(Instant::ZERO + Duration::from_secs(1), &mut clients(), &mut ());
    let wishes = run.take_schedule();
    assert!(wishes.len() > 100, "{}", wishes.len());
    assert!(wishes.iter().any(|wish| wish.step == Step::Heal));
    (run, wishes)
}

#[test]
fn a_run_that_was_kept_is_performed_again_whatever_the_network_did_in_it() {
    for seed in 0..20 {
        let (run, wishes) = kept(seed, false);
        let mut again = world(&troubled(Order::Chosen, false), Tape::seeded(seed));
        let (_, done) = again.perform_what_can(&wishes, &[], &mut clients(), &mut ());
        assert_eq!(done.len(), wishes.len(), "all of it can happen, seed {seed}");
        assert_eq!(sums(&again), sums(&run), "seed {seed}");
        assert_eq!(again.counts().delivered, run.counts().delivered, "seed {seed}");
    }
}

#[test]
fn what_was_performed_is_a_schedule_that_needs_no_help_and_makes_the_same_run() {
    for seed in 0..20 {
        let (_, wishes) = kept(seed, true);
        let mut near = world(&troubled(Order::Chosen, true), Tape::simple());
        let (_, done) = near.perform_what_can(&wishes, &[], &mut clients(), &mut ());
        assert!(done.len() * 2 > wishes.len(), "{} of {}", done.len(), wishes.len());
        let lines =
            Schedule { steps: done.into_iter().map(|wish| wish.step).collect() }.to_string();
        let schedule = Schedule::parse(lines.lines()).expect("steps");
        let mut strict = world(&troubled(Order::Chosen, true), Tape::simple());
        let stop = strict.perform(&schedule.steps, &mut clients(), &mut ());
        assert_eq!(stop, Ok(Stop::Idle), "seed {seed}");
        assert_eq!(strict.hash(), near.hash(), "seed {seed}");
    }
}

#[test]
fn wishes_that_cannot_come_true_are_left_out() {
    let lines = ["n0 timer Soon", "n0 -> n1 Hello", "n2 -> n1 Hello", "crash n1", "n0 -> n2 Hello"];
    let says = |line: &str| if line.ends_with("Hello") { "Hello" } else { "" };
    let wish = |line: &&str| Wish {
        says: says(line).into(),
        ..Wish::by_the_letter(line.parse().expect("a step"))
    };
    let wishes: Vec<Wish> = lines.iter().map(wish).collect();
    let mut world = world(&chosen(), Tape::simple());
    let (stop, done) = world.perform_what_can(&wishes, &[], &mut (), &mut ());
    assert_eq!(stop, Stop::Idle);
    let done: Vec<String> = done.iter().map(|wish| wish.step.to_string()).collect();
    assert_eq!(done, [lines[0], lines[1], lines[3], lines[4]]);
}

#[test]
fn disks_are_done_at_once_where_that_is_wished_and_what_was_done_says_so() {
    let wish = |line: &str| Wish::by_the_letter(line.parse().expect("a step"));
    let wishes: Vec<Wish> = ["c0 wakes", "c0 -> n0", "n0 disk", "n0 -> n1 Add"].map(wish).into();
    let without: Vec<Wish> =
        wishes.iter().filter(|w| !w.step.to_string().contains("disk")).cloned().collect();
    for (wishes, at_once) in [(&wishes, &[][..]), (&wishes, &[NodeId(0)]), (&without, &[NodeId(0)])]
    {
        let mut world = world(&chosen(), Tape::simple());
        let (_, done) = world.perform_what_can(wishes, at_once, &mut clients(), &mut ());
        let done: Vec<String> = done.iter().map(|wish| wish.step.to_string()).collect();
        assert_eq!(done, ["c0 wakes", "c0 -> n0", "n0 disk", "n0 -> n1 Add"]);
    }
}

/// Performs these steps, heals, and goes on by time for 100 ms; and how many messages had arrived before that.
fn go_on(setup: &Setup, lines: &[&str], afterwards: Afterwards) -> (World<Ledger>, u64) {
    let schedule = Schedule::parse(lines.iter().copied()).expect("steps");
    let mut world = world(setup, Tape::simple());
    let mut clients = clients();
    let stop = world.perform(&schedule.steps, &mut clients, &mut ());
    assert_eq!(stop, Ok(Stop::Idle));
    let delivered = world.counts().delivered;
    world.heal_afterwards(afterwards, &mut clients, &mut ());
    world.run(world.now() + Duration::from_millis(100), &mut clients, &mut ());
    (world, delivered)
}

#[test]
fn after_healing_what_was_left_arrives_or_is_lost_and_the_rest_goes_on_by_time() {
    let asked = ["c0 wakes", "c0 -> n0", "n0 disk", "n0 -> n1 Add"];
    let [late, lost] = [false, true].map(|loses| Afterwards { loses, restarts: true });
    let one = Setup { clients: 1, ..chosen() };
    let (world, before) = go_on(&one, &asked, late);
    assert_eq!(sums(&world)[2], Some(4 + 104), "both were told of, in time");
    assert!(world.counts().delivered > before + 10, "timers come due, too");
    let (world, _) = go_on(&one, &asked, lost);
    assert_eq!(sums(&world)[2], Some(104), "the first one was under way when it healed");
    let again = go_on(&one, &asked, lost).0;
    assert_eq!(again.hash(), world.hash(), "it is as repeatable as any run");
}

#[test]
fn after_healing_whoever_fell_starts_where_that_is_promised_and_nothing_of_the_plan_begins() {
    let plan = FaultPlan {
        heal_after: Duration::from_secs(9),
        faults: vec![PlannedFault {
            at: Duration::from_millis(1),
            lasts: Duration::from_secs(1),
            fault: Fault::CrashStop { node: Target::Node(NodeId(0)) },
        }],
        core: Some(vec![NodeId(0), NodeId(1)]),
        ..FaultPlan::calm()
    };
    let setup = Setup { plan, ..chosen() };
    let fallen = ["crash n1", "crash n2"];
    for (restarts, up) in [(true, [true, true, false]), (false, [true, false, false])] {
        let (world, _) = go_on(&setup, &fallen, Afterwards { loses: true, restarts });
        let are = sums(&world).iter().map(Option::is_some).collect::<Vec<_>>();
        assert_eq!(are, up, "n2 is left as it is, and n0 has never crashed");
    }
}

#[test]
fn a_word_is_what_tells_kinds_apart() {
    for (says, word) in [
        ("Vote", "Vote"),
        ("Vote { term: 1 }", "Vote"),
        ("Raft(Vote { term: 1 })", "Vote"),
        ("Keyed(Raft(Election))", "Election"),
        ("Add(7)", "Add"),
        ("Ok(\"Vote\")", "Ok"),
        ("17", ""),
        ("[1, 2]", ""),
        ("", ""),
    ] {
        assert_eq!(word_of(says), word, "{says}");
    }
}

#[test]
fn the_seed_of_a_simple_tape_does_not_matter() {
    let mut world = world(&chosen(), Tape::simple());
    world.perform(&[], &mut (), &mut ()).expect("nothing is asked of it");
    let due: Vec<u64> = world.timers(NodeId(1)).map(|(_, due)| due.as_nanos()).collect();
    assert_eq!(due, [10_000_000, 80_000_000]);
}

#[test]
#[should_panic(expected = "its setup has to say `Order::Chosen`")]
fn a_world_that_goes_by_time_performs_no_schedule() {
    let mut world = world(&Setup::new(3), Tape::simple());
    let _ = world.perform(&[], &mut (), &mut ());
}
