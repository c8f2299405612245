//! Faults that wait for something, come every so often, and belong to phases: in plans and in scenarios, and what is refused.

use seatrial::history::{Moment, Observer, Outcome, TraceItem};
use seatrial::sim::{
    Awaited, Fault, FaultKind, FaultPlan, PlannedFault, Setup, Stop, Tape, Target, When, World,
};
use seatrial::{Case, LIBRARY, Prepared, Recording, Registry, Scenario};
use seatrial_node::{Disk, Duration, Fact, Input, Instant, Io, Node, NodeId, OpenError, Status};

use super::ms;

/// Commits something every ten milliseconds; `n1` leads from the fifth of its rounds on, and says so only by its status.
#[derive(Default)]
struct Worker {
    leads: bool,
    index: u64,
}

impl Node for Worker {
    type Config = ();
    type Message = ();
    type Timer = ();
    type Request = ();
    type Response = ();
    type Event = Fact;

    fn open((): &(), _: &mut Disk<'_>) -> Result<Self, OpenError> {
        Ok(Self::default())
    }

    fn handle(&mut self, _: Input<Self>, io: &mut Io<'_, Self>) {
        self.index += 1;
        self.leads = io.me() == NodeId(1) && self.index > 4;
        if io.me() == NodeId(0) {
            io.announce(Fact::Commit { index: self.index });
        }
        if self.index == 7 {
            io.announce(Fact::Reached { mark: "the seventh round" });
        }
        io.set_timer((), ms(10));
    }

    fn status(&self) -> Status {
        Status::new().with("role", if self.leads { "leader" } else { "follower" })
    }
}

/// When nodes crashed and started, in milliseconds.
#[derive(Default)]
struct Lives(Vec<(u64, NodeId, &'static str)>);

impl Observer for Lives {
    fn fact(&mut self, at: Moment, node: NodeId, fact: &Fact) {
        match fact {
            Fact::Crashed => self.0.push((at.time.as_nanos() / 1_000_000, node, "crashed")),
            Fact::Started { life: 2.. } => {
                self.0.push((at.time.as_nanos() / 1_000_000, node, "started"));
            }
            _ => {}
        }
    }
}

/// What becomes of a crash of 30 ms of the leader, so long after this, in a world that heals at 300 ms.
fn crash(when: When, at: Duration) -> (Vec<(u64, NodeId, &'static str)>, World<Worker>) {
    let fault = Fault::Crash { node: Target::Role("leader".into()) };
    let then = PlannedFault { at, lasts: ms(30), fault };
    let awaited = vec![Awaited { when, then }];
    let plan = FaultPlan { heal_after: ms(300), awaited, ..FaultPlan::calm() };
    let (mut world, mut lives) = (World::new(), Lives::default());
    world.reset(&Setup { plan, ..Setup::new(3) }, Tape::seeded(1), |_| ());
    assert_eq!(world.run(Instant::ZERO + ms(500), &mut (), &mut lives), Stop::Time);
    (lives.0, world)
}

fn counted(world: &World<Worker>) -> (u64, u64) {
    let count = world.counts().of(FaultKind::Crash);
    (count.asked, count.bit)
}

#[test]
fn a_fault_waits_until_somebody_shows_a_role() {
    let (lives, world) = crash(When::Role("leader".into()), ms(0));
    assert_eq!(lives, [(40, NodeId(1), "crashed"), (70, NodeId(1), "started")]);
    assert_eq!(counted(&world), (1, 1));
    let (lives, _) = crash(When::Role("leader".into()), ms(25));
    assert_eq!(lives, [(65, NodeId(1), "crashed"), (95, NodeId(1), "started")]);
}

#[test]
fn a_fault_waits_for_so_many_facts_or_for_a_place_to_be_reached() {
    let commits = |times| When::Fact { name: "commit".into(), times };
    let (lives, _) = crash(commits(10), ms(0));
    assert_eq!(lives, [(90, NodeId(1), "crashed"), (120, NodeId(1), "started")]);
    let mark = "the-seventh-round".to_owned();
    let (lives, _) = crash(When::Reached { mark, times: 1 }, ms(5));
    assert_eq!(lives, [(65, NodeId(1), "crashed"), (95, NodeId(1), "started")]);
}

#[test]
fn what_never_comes_is_asked_for_and_does_not_bite() {
    let commits = |times| When::Fact { name: "commit".into(), times };
    for (when, at) in [
        (commits(1_000), ms(0)),
        (When::Role("king".into()), ms(0)),
        (commits(1), ms(400)),
        (When::Reached { mark: "nowhere".into(), times: 1 }, ms(0)),
    ] {
        let (lives, world) = crash(when, at);
        assert_eq!(lives, []);
        assert_eq!(counted(&world), (1, 0));
    }
}

#[test]
fn a_world_with_faults_that_wait_is_the_same_world_again() {
    let run = || crash(When::Role("leader".into()), ms(3)).1.hash();
    assert_eq!(run(), run());
    let calm = crash(When::Role("king".into()), ms(0)).1.hash();
    assert_ne!(run(), calm);
    assert_eq!(calm, crash(When::Role("queen".into()), ms(0)).1.hash(), "to wait changes nothing");
}

/// The library's scenario of this name with this in its table of faults, in place of all that it had there.
fn scenario(faults: &str) -> Result<Scenario, String> {
    let entry = LIBRARY.iter().find(|entry| entry.name == "raft-kv");
    let text = entry.expect("it is in the library").text;
    let (before, rest) = text.split_once("[faults]\n").expect("it has faults");
    let (_, after) = rest.split_once("[judge]").expect("it has judges");
    let text = format!("{before}[faults]\n{faults}\n[judge]{after}");
    Scenario::parse("own.toml", &text).map_err(|error| error.to_string())
}

fn prepared(faults: &str) -> Prepared {
    let scenario = scenario(faults).expect("it makes sense");
    Prepared::new(&Registry::ours(), scenario, None).expect("it fits")
}

fn told(recording: &Recording, text: &str) -> Option<Moment> {
    let said = |item: &TraceItem| format!("{item:?}").contains(text);
    recording.trace.iter().find(|line| said(&line.what)).map(|line| line.at)
}

const SCRIPT: &str = r#"
trouble = "2s"

[[faults.awaited]]          # when a leader exists, isolate the leader
when = { role = "leader" }
at = "20ms"
kind = "isolate"
node = "leader"
lasts = "400ms"

[[faults.awaited]]          # after ten commits, crash whoever is leader
when = { fact = "commit", times = 10 }
kind = "crash"
node = "leader"
lasts = "100ms"
"#;

#[test]
fn a_scenario_isolates_a_leader_when_there_is_one_and_crashes_one_after_ten_commits() {
    let prepared = prepared(SCRIPT);
    let (mut isolated, mut crashed) = (0, 0);
    for seed in 0..40 {
        let recording = prepared.record(seed);
        let account = &recording.account;
        assert_eq!(account.outcome(), Outcome::Holds, "seed {seed}: {account:?}");
        let bit = |kind: &str| {
            let count = account.faults.iter().find(|count| count.kind == kind).expect("asked for");
            assert_eq!(count.asked, 1, "seed {seed}: {kind}");
            count.bit
        };
        isolated += bit("isolate");
        crashed += bit("crash");
        assert!(told(&recording, "when somebody is leader").is_some(), "seed {seed}");
        let lines = account.plan.iter().filter(|line| line.contains("whoever is leader"));
        assert_eq!(lines.count(), 2, "{:?}", account.plan);
        let case = Case::parse("a.case", &Case::new(&prepared, seed, None).to_toml());
        let (again, seed) = case.expect("whole").prepare(&Registry::ours()).expect("it fits");
        assert_eq!(again.run(seed).hash, account.hash);
    }
    assert!(isolated >= 38 && crashed >= 30, "{isolated} isolated, {crashed} crashed of 40");
}

#[test]
fn faults_come_every_so_often_with_gaps_of_that_mean() {
    let faults = "trouble = \"2s\"\npause = { every = \"50ms\", lasts = \"5ms\" }";
    let prepared = prepared(faults);
    let counts: Vec<usize> = (0..50).map(|seed| prepared.plan(seed).faults.len()).collect();
    let mean = counts.iter().sum::<usize>() / counts.len();
    assert!((36..45).contains(&mean), "40 are expected: {counts:?}");
    assert!(counts.iter().any(|count| *count != counts[0]), "by chance: {counts:?}");
}

const PHASES: &str = r#"
isolate = { count = 1, lasts = "50ms" }

[[faults.phase]]
name = "calm"
lasts = "300ms"

[[faults.phase]]
name = "storm"
lasts = { min = "200ms", max = "400ms" }
crash = { every = "50ms", lasts = "400ms" }
script = [{ at = "10ms", lasts = "10ms", kind = "pause", node = "n0" }]

[[faults.phase]]
name = "swell"
lasts = "500ms"
pause = { count = 3, lasts = "500ms" }
"#;

#[test]
fn the_faults_of_a_phase_begin_and_end_within_it_and_the_trouble_is_their_sum() {
    let prepared = prepared(PHASES);
    for seed in 0..50 {
        let plan = prepared.plan(seed);
        let storm = plan.heal_after.saturating_sub(ms(800));
        assert!((ms(200)..=ms(400)).contains(&storm), "{storm}");
        let swell = ms(300) + storm;
        for planned in &plan.faults {
            let end = planned.at + planned.lasts;
            let (from, to) = match planned.fault.kind() {
                FaultKind::Isolate => continue,
                FaultKind::Pause if planned.lasts == ms(10) => (ms(310), ms(320)),
                FaultKind::Crash => (ms(300), swell),
                _ => (swell, plan.heal_after),
            };
            assert!(planned.at >= from && end <= to, "{planned:?} is not from {from} to {to}");
        }
        let of = |kind| plan.faults.iter().filter(|planned| planned.fault.kind() == kind).count();
        assert_eq!((of(FaultKind::Isolate), of(FaultKind::Pause)), (1, 4));
        assert_eq!(prepared.run(seed).outcome(), Outcome::Holds, "seed {seed}");
    }
}

#[test]
fn a_script_that_makes_no_sense_is_refused_at_its_line() {
    let awaited = |when: &str| {
        format!(
            "[[faults.awaited]]\nwhen = {when}\nkind = \"crash\"\nnode = \"n1\"\nlasts = \"1ms\""
        )
    };
    let phase = |rest: &str| format!("[[faults.phase]]\nname = \"one\"\nlasts = \"1s\"\n{rest}");
    for (faults, says) in [
        (awaited("{ fact = \"comit\" }"), &["own.toml:", "the fact `comit`", "commit,"][..]),
        (awaited("{ fact = \"commit\", times = 0 }"), &["own.toml:", "once is the least"]),
        (awaited("{ role = \"leader\", times = 2 }"), &["own.toml:", "leave `times` out"]),
        (awaited("{ role = \"leader\", fact = \"commit\" }"), &["own.toml:", "one of `role`"]),
        (awaited("{ rle = \"leader\" }"), &["own.toml:", "did you mean `role`?"]),
        (awaited("{ role = \"leader\" }").replace("n1", "n9"), &["there is no n9"]),
        (
            awaited("{ role = \"leader\" }").replace("awaited]]", "script]]\nat = \"1ms\""),
            &["under `awaited`"],
        ),
        ("pause = { lasts = \"1ms\" }".into(), &["own.toml:", "missing field `count`"]),
        ("pause = { count = 1, every = \"1s\", lasts = \"1ms\" }".into(), &["and not both"]),
        ("pause = { every = \"1us\", lasts = \"1ms\" }".into(), &["own.toml:", "more than 1000"]),
        ("name = \"one\"".into(), &["own.toml:", "[[faults.phase]]"]),
        (phase("loss = \"1%\""), &["own.toml:", "`loss` is of the whole trouble"]),
        (phase("los = \"1%\""), &["own.toml:", "did you mean `loss`?"]),
        (phase("[[faults.phase]]\nname = \"one\"\nlasts = \"1s\""), &["two phases one"]),
        (format!("trouble = \"5s\"\n{}", phase("")), &["own.toml:", "leave `trouble` out"]),
        (format!("trouble = \"1s\"\n{}", phase("")), &["own.toml:", "leave `trouble` out"]),
        ("crash = { count = 4000000000, lasts = \"5ms\" }".into(), &["own.toml:", "at most 1000"]),
        (phase("[[faults.phase.phase]]\nname = \"in\""), &["own.toml:", "`phase` is of the whole"]),
        ("[[faults.phase]]\nname = \"one\"".into(), &["own.toml:", "missing field `lasts`"]),
    ] {
        let error = scenario(&faults).expect_err(&faults);
        for says in says {
            assert!(error.contains(says), "{error:?} does not say {says:?} of {faults}");
        }
    }
    let scenario = scenario(&awaited("{ role = \"boss\" }")).expect("the protocol knows");
    let error = Prepared::new(&Registry::ours(), scenario, None).expect_err("no such role");
    assert!(error.to_string().contains("boss"), "{error}");
}
