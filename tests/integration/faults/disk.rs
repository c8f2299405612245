//! Each fault of disks, alone: it bites and is counted, it breaks a node that trusts its disk, it ends, and bad ones are refused.

use std::collections::{BTreeMap, BTreeSet};

use seatrial::history::{Moment, Observer};
use seatrial::sim::{
    Fault, FaultKind, FaultPlan, Incident, PlannedFault, RunHash, Setup, Stop, Tape, Target, World,
};
use seatrial_node::{
    Disk, Duration, Fact, FileName, Input, Instant, Io, Node, NodeId, OpenError, SyncToken,
};

use super::ms;

const LOG: FileName = FileName::new("log/entries");
const ENTRY: usize = 600;

/// Every ten milliseconds it adds an entry to its log, syncs, and reads an entry back. It counts an entry as kept when its sync is
/// told, whatever is told. A careful one looks at what it opens over, and refuses what it cannot have written.
struct Keeper {
    careful: bool,
    me: u8,
    /// Entries that it found, added, and may read.
    found: u64,
    added: u64,
    kept: u64,
    syncing: Vec<(SyncToken, u64, Instant)>,
    reading: Vec<u64>,
}

/// What an entry holds: every byte the same.
fn byte(node: u8, index: u64) -> u8 {
    node.wrapping_mul(64) + (index % 61) as u8 + 1
}

impl Node for Keeper {
    type Config = bool;
    type Message = ();
    type Timer = ();
    type Request = ();
    type Response = ();
    type Event = Fact;

    fn open(careful: &bool, disk: &mut Disk<'_>) -> Result<Self, OpenError> {
        let me = disk.owner().expect("a world says so").0 as u8;
        let entries = disk.len(LOG)?.unwrap_or(0) / ENTRY as u64;
        let mut found = 0;
        let mut entry = [0; ENTRY];
        for index in 0..entries {
            match disk.read(LOG, index * ENTRY as u64, &mut entry) {
                Ok(_) => {}
                Err(_) if !careful => break,
                Err(error) => return Err(error.into()),
            }
            if entry.iter().all(|got| *got == byte(me, index)) {
                found += 1;
            } else if *careful && index + 1 < entries {
                return Err(OpenError::Corrupt(format!("entry {index} is not mine")));
            } else {
                break;
            }
        }
        let (syncing, reading) = (Vec::new(), Vec::new());
        Ok(Self { careful: *careful, me, found, added: found, kept: found, syncing, reading })
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        match input {
            Input::Start => {
                io.announce(Fact::Commit { index: self.found });
                io.truncate(LOG, self.found * ENTRY as u64);
                self.add(io);
            }
            Input::Timer(()) => self.add(io),
            Input::Synced { token, .. } => self.keep(token, io),
            Input::Read { result, .. } => {
                let index = self.reading.remove(0);
                match result {
                    Err(_) => io.announce(Fact::Reached { mark: "a read failed" }),
                    Ok(bytes) if bytes != [byte(self.me, index); ENTRY] => {
                        io.announce(Fact::Reached { mark: "wrong bytes" });
                    }
                    Ok(_) => {}
                }
            }
            _ => {}
        }
    }
}

impl Keeper {
    fn add(&mut self, io: &mut Io<'_, Self>) {
        io.append(LOG, &[byte(self.me, self.added); ENTRY]);
        self.added += 1;
        self.syncing.push((io.sync(LOG), self.added, io.now()));
        if self.kept > 0 && !self.careful {
            let index = io.choose("keeper: entry", self.kept);
            self.reading.push(index);
            io.read(LOG, index * ENTRY as u64, ENTRY);
        }
        io.set_timer((), ms(10));
    }

    fn keep(&mut self, token: SyncToken, io: &mut Io<'_, Self>) {
        let place = self.syncing.iter().position(|(waiting, ..)| *waiting == token);
        let (_, kept, asked) = self.syncing.remove(place.expect("each sync is told once"));
        self.kept = self.kept.max(kept);
        io.announce(Fact::Persist { index: kept });
        if io.now() > asked + ms(40) {
            io.announce(Fact::Reached { mark: "a late sync" });
        }
    }
}

/// Hears what keepers promise, and which promises are broken.
#[derive(Debug, Default)]
struct Ear {
    kept: BTreeMap<NodeId, u64>,
    broken: BTreeSet<&'static str>,
    /// When what was broken was last so.
    last: Instant,
    refused: Vec<(NodeId, Instant)>,
    started: Vec<(NodeId, Instant, u64)>,
}

impl Observer for Ear {
    fn fact(&mut self, at: Moment, node: NodeId, fact: &Fact) {
        let kept = self.kept.entry(node).or_default();
        match *fact {
            Fact::Persist { index } => *kept = index.max(*kept),
            Fact::Commit { index } if index < *kept => {
                self.broken.insert("lost entries");
                self.last = at.time;
            }
            Fact::Reached { mark } => {
                self.broken.insert(mark);
                self.last = at.time;
            }
            Fact::Refused => self.refused.push((node, at.time)),
            Fact::Started { life } => self.started.push((node, at.time, life)),
            _ => {}
        }
    }
}

const N1: Target = Target::Node(NodeId(1));

fn any() -> String {
    String::new()
}

fn planned(at: Duration, lasts: Duration, fault: Fault) -> PlannedFault {
    PlannedFault { at, lasts, fault }
}

fn run(careful: bool, faults: &[PlannedFault], seed: u64) -> (World<Keeper>, Ear, Stop) {
    let mut world = World::new();
    let faults = faults.to_vec();
    let plan = FaultPlan { heal_after: ms(600), faults, ..FaultPlan::calm() };
    world.reset(&Setup { plan, ..Setup::new(3) }, Tape::seeded(seed), |_| careful);
    let mut ear = Ear::default();
    let stop = world.run(Instant::ZERO + ms(1_000), &mut (), &mut ear);
    (world, ear, stop)
}

/// Every kind, as it strikes `n1` from 103 to 303 ms, with the promise that it breaks.
fn all() -> Vec<(PlannedFault, &'static str)> {
    let at = |fault: Fault| {
        let lasts = if fault.is_instant() { Duration::ZERO } else { ms(200) };
        planned(ms(103), lasts, fault)
    };
    let rate = 300_000;
    vec![
        (at(Fault::SlowDisk { node: N1, by: ms(60) }), "a late sync"),
        (at(Fault::DiskStall { node: N1 }), "a late sync"),
        (at(Fault::ReadError { node: N1, file: any(), rate }), "a read failed"),
        (at(Fault::BitRot { node: N1, file: "log".into() }), "wrong bytes"),
        (at(Fault::MisdirectedWrite { node: N1, file: any() }), "wrong bytes"),
        (at(Fault::DiskFull { node: N1 }), "wrong bytes"),
        (at(Fault::SyncFailure { node: N1, file: any() }), "lost entries"),
        (at(Fault::DiskSwap { between: [NodeId(0), NodeId(1)] }), "lost entries"),
    ]
}

/// A crash of `n1` while it writes, in every run of the naive: what was synced is there when it comes back.
fn crash() -> PlannedFault {
    planned(ms(400), ms(50), Fault::Crash { node: N1 })
}

#[test]
fn a_keeper_keeps_its_promises_on_a_good_disk_through_a_crash() {
    for seed in 0..50 {
        let (_, ear, stop) = run(false, &[crash()], seed);
        assert_eq!((stop, ear.broken), (Stop::Time, BTreeSet::new()), "seed {seed}");
    }
}

#[test]
fn each_kind_alone_bites_and_breaks_one_who_trusts_his_disk() {
    for (fault, promise) in all() {
        let kind = fault.fault.kind();
        let broken = (0..50).filter(|seed| {
            let (_, ear, stop) = run(false, &[fault.clone(), crash()], *seed);
            assert_eq!(stop, Stop::Time, "{kind}, seed {seed}");
            ear.broken.contains(promise)
        });
        let broken = broken.count();
        assert!(broken > 5, "{kind} breaks {broken} of 50 seeds");

        let mut effect = 0;
        for seed in 0..20 {
            let (world, _, _) = run(false, std::slice::from_ref(&fault), seed);
            let count = world.counts().of(kind);
            assert_eq!((count.asked, count.bit), (1, 1), "{kind}, seed {seed}");
            effect += count.effect;
            // A swap crashes two nodes, and a crash may lose what was not synced.
            let follows = [FaultKind::LostWrite, FaultKind::TornWrite];
            let follows: &[_] = if kind == FaultKind::DiskSwap { &follows } else { &[] };
            for other in FaultKind::ALL.iter().filter(|k| **k != kind && !follows.contains(k)) {
                let count = world.counts().of(*other);
                assert_eq!((count.asked, count.bit, count.effect), (0, 0, 0), "{kind}: {other}");
            }
        }
        assert!(effect >= 15, "{kind} had {effect} effects");
    }
}

#[test]
fn each_kind_repeats_under_its_seed() {
    for (fault, _) in all() {
        let hash = |seed| -> RunHash { run(false, &[fault.clone(), crash()], seed).0.hash() };
        assert_eq!(hash(7), hash(7), "{}", fault.fault.kind());
        assert_ne!(hash(7), hash(8), "{}", fault.fault.kind());
    }
}

#[test]
fn what_lasts_is_over_when_the_plan_says_so_and_at_healing() {
    let lasting = [FaultKind::SlowDisk, FaultKind::DiskStall, FaultKind::ReadError];
    for (fault, _) in all().into_iter().filter(|(f, _)| lasting.contains(&f.fault.kind())) {
        let kind = fault.fault.kind();
        let end = Instant::ZERO + ms(303 + 2 * 60 + 10);
        let (_, ear, _) = run(false, std::slice::from_ref(&fault), 3);
        assert!(ear.last > Instant::ZERO + ms(103), "{kind} begins");
        assert!(kind == FaultKind::SlowDisk || ear.last < end, "{kind}: {}", ear.last);
        let for_long = PlannedFault { lasts: ms(10_000), ..fault };
        let (world, ear, _) = run(false, &[for_long], 3);
        assert!(ear.last > Instant::ZERO + ms(400), "{kind} goes on: {}", ear.last);
        if kind != FaultKind::SlowDisk {
            assert!(ear.last < Instant::ZERO + ms(650), "{kind} is healed: {}", ear.last);
        }
        assert!(world.node(NodeId(1)).is_some(), "{kind}");
    }
}

#[test]
fn a_full_disk_has_room_again_and_keeps_what_was_written_before() {
    let full = planned(ms(103), ms(100), Fault::DiskFull { node: N1 });
    let (world, ear, _) = run(false, &[full], 1);
    let node = world.node(NodeId(1)).expect("it is up");
    assert!(ear.kept[&NodeId(1)] > 90 && node.added > 90, "it goes on");
    assert!(world.counts().of(FaultKind::DiskFull).effect >= 8, "each sync says so");
}

#[test]
fn who_does_not_open_over_a_damaged_disk_stays_down_and_that_is_no_incident() {
    let rot = planned(ms(103), Duration::ZERO, Fault::BitRot { node: N1, file: "log".into() });
    let mut refused = 0;
    for seed in 0..20 {
        let (world, ear, stop) = run(true, &[rot.clone(), crash()], seed);
        assert_eq!(stop, Stop::Time, "seed {seed}");
        assert_eq!(world.counts().refused, ear.refused.len() as u64);
        let down = world.node(NodeId(1)).is_none();
        assert_eq!(down, !ear.refused.is_empty(), "a flipped bit stays flipped");
        refused += u64::from(down);
        if down {
            let when: Vec<u64> =
                ear.refused.iter().map(|(_, at)| at.as_nanos() / 1_000_000).collect();
            assert_eq!(when, [450, 600], "at its start, and when the world heals");
            assert!(ear.started.iter().all(|(n, _, life)| *n != NodeId(1) || *life == 1));
        }
    }
    assert!(refused > 15, "{refused} of 20");
}

#[test]
fn a_node_whose_disk_does_not_read_tries_again_and_its_next_life_is_the_second() {
    let unreadable = Fault::ReadError { node: N1, file: any(), rate: 1_000_000 };
    let (world, ear, stop) = run(true, &[planned(ms(390), ms(180), unreadable), crash()], 1);
    assert_eq!(stop, Stop::Time);
    let when: Vec<u64> = ear.refused.iter().map(|(_, at)| at.as_nanos() / 1_000_000).collect();
    assert_eq!(when, [450, 550], "at once, and after 100 ms");
    let again = ear.started.iter().rfind(|(node, ..)| *node == NodeId(1)).expect("it started");
    assert_eq!((again.1, again.2), (Instant::ZERO + ms(570), 2), "when the fault is over");
    assert!(world.node(NodeId(1)).is_some() && ear.broken.is_empty());
}

#[test]
fn who_gets_the_disk_of_another_can_tell_and_has_its_own_back_when_it_is_over() {
    let swap = planned(ms(103), ms(200), Fault::DiskSwap { between: [NodeId(0), NodeId(2)] });
    for seed in 0..20 {
        let (world, ear, stop) = run(true, std::slice::from_ref(&swap), seed);
        assert_eq!((stop, &ear.broken), (Stop::Time, &BTreeSet::new()), "seed {seed}");
        assert_eq!(world.counts().of(FaultKind::DiskSwap).effect, 2);
        let refused: Vec<NodeId> = ear.refused.iter().map(|(node, _)| *node).collect();
        assert_eq!(refused, [NodeId(0), NodeId(2)]);
        assert!((0..3).all(|node| world.node(NodeId(node)).is_some_and(|n| n.added > 60)));
    }
}

/// It syncs every ten milliseconds and is told of each after thirty: were they to wait for each other, the last would be told long after the
/// disk is well again.
#[test]
fn a_slow_disk_leaves_no_backlog() {
    let slow = planned(ms(103), ms(400), Fault::SlowDisk { node: N1, by: ms(30) });
    let (world, ear, stop) = run(true, &[slow], 1);
    assert_eq!(stop, Stop::Time);
    assert!(world.counts().of(FaultKind::SlowDisk).effect > 40);
    assert_eq!(ear.broken, BTreeSet::new(), "no sync was late");
}

#[test]
fn a_refusal_without_such_a_fault_is_an_incident() {
    let slow = planned(ms(103), ms(400), Fault::SlowDisk { node: N1, by: ms(1) });
    let mut world: World<super::incidents::Picky> = World::new();
    let plan = FaultPlan { heal_after: ms(600), faults: vec![slow, crash()], ..FaultPlan::calm() };
    world.reset(&Setup { plan, ..Setup::new(3) }, Tape::seeded(1), |_| ());
    let stop = world.run(Instant::ZERO + ms(1_000), &mut (), &mut ());
    assert!(matches!(stop, Stop::Broken(Incident::OpenFailed { .. })), "{stop:?}");
}

#[test]
fn a_fault_aimed_at_other_files_does_not_bite() {
    let aimed = |file: &str| {
        let file = file.to_owned();
        [
            planned(ms(103), Duration::ZERO, Fault::BitRot { node: N1, file: file.clone() }),
            planned(ms(103), ms(90), Fault::MisdirectedWrite { node: N1, file: file.clone() }),
            planned(ms(203), ms(90), Fault::SyncFailure { node: N1, file: file.clone() }),
            planned(ms(303), ms(90), Fault::ReadError { node: N1, file, rate: 1_000_000 }),
        ]
    };
    let (world, ..) = run(false, &aimed("vote"), 1);
    assert!(FaultKind::ALL.iter().all(|kind| world.counts().of(*kind).bit == 0));
    let (world, ..) = run(false, &aimed("log/"), 1);
    let bit = FaultKind::ALL.iter().map(|kind| world.counts().of(*kind).bit).sum::<u64>();
    assert_eq!(bit, 4);
}

#[test]
fn bad_faults_of_disks_are_refused_with_a_reason() {
    let problem = |fault| {
        let faults = vec![planned(ms(1), ms(1), fault)];
        let plan = FaultPlan { heal_after: ms(600), faults, ..FaultPlan::calm() };
        plan.problem(&[NodeId(0), NodeId(1)], 0).expect("it makes no sense")
    };
    let told = problem(Fault::DiskSwap { between: [NodeId(1), NodeId(1)] });
    assert_eq!(told, "the disk-swap at 1ms: n1 has one disk; a swap takes two nodes");
    let told = problem(Fault::DiskSwap { between: [NodeId(1), NodeId(4)] });
    assert_eq!(told, "the disk-swap at 1ms: there is no n4");
    let told = problem(Fault::ReadError { node: N1, file: any(), rate: 1_000_001 });
    assert_eq!(told, "the read-error at 1ms: a rate of 1000001 in a million");
    let told = problem(Fault::DiskFull { node: Target::Node(NodeId(9)) });
    assert_eq!(told, "the disk-full at 1ms: there is no n9");
}
