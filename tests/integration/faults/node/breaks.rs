//! Each kind alone breaks a node that is naive about it: what the node claims holds in fifty seeds without the fault.

use seatrial::sim::{Fault, FaultPlan, Latency, Setup, Tape, Target, World};
use seatrial_node::{
    Boot, Disk, Duration, FileName, Input, Instant, Io, Node, NodeId, OpenError, SyncToken,
};

use super::{N2, ms, plan};

const LOG: FileName = FileName::new("log");

/// What a node is naive about. `n2` acts, `n0` listens, `n1` is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Naive {
    /// It warms up for 60 ms, and claims to be warm most of the time.
    Loops,
    /// `n1` and `n2` keep a word in memory, for one of them at most is ever down.
    Zones,
    /// It writes a head and then a body, and claims that nobody ever finds one without the other.
    Writes,
    /// It pays `n0` and then books the payment, and claims that the books are right.
    Moments,
    /// It tells `n0` how much it has stored, and claims that this never shrinks.
    Disks,
    /// `n0` takes it for dead when it is silent for 35 ms, and claims that it is right.
    Speed,
    /// It tells `n0` a length in the unit of its version, and claims that all mean the same.
    Versions,
}

const ALL: [(Naive, fn() -> Fault); 7] = [
    (Naive::Loops, || Fault::CrashLoop { node: n2(), up_for: ms(30), down_for: ms(2) }),
    (Naive::Zones, || Fault::CrashZone { zone: "b".into(), nodes: vec![NodeId(1), N2] }),
    (Naive::Writes, || Fault::CrashWriting { node: n2() }),
    (Naive::Moments, || Fault::CrashMidway { node: n2(), after: 1 }),
    (Naive::Disks, || Fault::Wipe { node: n2() }),
    (Naive::Speed, || Fault::SlowCpu { node: n2(), takes: ms(40) }),
    (Naive::Versions, || Fault::Upgrade { node: n2(), version: 2 }),
];

fn n2() -> Target {
    Target::Node(N2)
}

/// See [`Naive`]; what `n0` has found to be wrong, it keeps.
#[derive(Debug)]
struct Simple {
    naive: Naive,
    version: u32,
    warm: bool,
    word: Option<u64>,
    /// Bytes on the disk, as far as they are found or written.
    stored: u64,
    syncing: Option<SyncToken>,
    heard: Option<(Instant, u64)>,
    wrong: Option<&'static str>,
}

impl Node for Simple {
    type Config = (Naive, Boot);
    type Message = u64;
    type Timer = ();
    type Request = ();
    type Response = ();
    type Event = ();

    fn open((naive, boot): &Self::Config, disk: &mut Disk<'_>) -> Result<Self, OpenError> {
        let stored = disk.len(LOG)?.unwrap_or(0);
        let wrong = (*naive == Naive::Writes && stored % 512 != 0).then_some("half an entry");
        Ok(Self {
            naive: *naive,
            version: boot.version,
            warm: false,
            word: None,
            stored,
            syncing: None,
            heard: None,
            wrong,
        })
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        if io.now() == Instant::ZERO && io.me() != NodeId(0) {
            self.word = Some(7);
        }
        match input {
            Input::Start if self.naive == Naive::Loops => io.set_timer((), ms(60)),
            Input::Start => io.set_timer((), ms(10)),
            Input::Timer(()) if io.me() == N2 || self.naive == Naive::Zones => {
                self.act(io);
                io.set_timer((), ms(10));
            }
            Input::Timer(()) => {
                self.look(io.now());
                io.set_timer((), ms(10));
            }
            Input::Message { from, body } => self.hear(from, body, io),
            Input::Synced { token, .. } if self.syncing == Some(token) => {
                self.syncing = None;
                if self.naive == Naive::Disks {
                    io.send(NodeId(0), self.stored);
                }
            }
            _ => {}
        }
    }
}

impl Simple {
    fn act(&mut self, io: &mut Io<'_, Self>) {
        match self.naive {
            Naive::Loops => self.warm = true,
            Naive::Zones => {
                if let Some(word) = self.word {
                    io.peers().for_each(|peer| io.send(peer, word));
                }
            }
            Naive::Speed => io.send(NodeId(0), 1),
            Naive::Versions => io.send(NodeId(0), if self.version == 1 { 1_000 } else { 1 }),
            // By the end nothing is under way.
            Naive::Moments if io.now() < Instant::ZERO + ms(650) => {
                io.send(NodeId(0), 1);
                self.store(&[1], io);
            }
            Naive::Disks if self.syncing.is_none() => self.store(&[1], io),
            Naive::Writes if self.syncing.is_none() => {
                io.append(LOG, &[1; 100]);
                self.store(&[2; 412], io);
            }
            _ => {}
        }
    }

    fn store(&mut self, bytes: &[u8], io: &mut Io<'_, Self>) {
        io.append(LOG, bytes);
        self.stored += bytes.len() as u64;
        self.syncing = Some(io.sync(LOG));
    }

    fn hear(&mut self, from: NodeId, body: u64, io: &Io<'_, Self>) {
        match self.naive {
            // A node that has lost the word takes it from another one.
            Naive::Zones if from != NodeId(0) && io.me() != NodeId(0) => {
                self.word = Some(body);
            }
            Naive::Disks if self.heard.is_some_and(|(_, before)| body < before) => {
                self.wrong = Some("what was stored is gone");
            }
            Naive::Versions if self.heard.is_some_and(|(_, before)| body != before) => {
                self.wrong = Some("two lengths of one thing");
            }
            _ => {}
        }
        let sum = if self.naive == Naive::Moments { self.sum() } else { 0 };
        self.heard = Some((io.now(), sum + body));
    }

    fn look(&mut self, now: Instant) {
        let silent = self.heard.is_some_and(|(at, _)| now - at > ms(35));
        if self.naive == Naive::Speed && silent {
            self.wrong = Some("a suspicion of somebody who lives");
        }
    }

    fn sum(&self) -> u64 {
        self.heard.map_or(0, |(_, sum)| sum)
    }
}

/// What breaks of the node's claim under this plan, if anything.
fn broken(naive: Naive, plan: FaultPlan, seed: u64) -> Option<&'static str> {
    let mut world: World<Simple> = World::new();
    let setup = Setup { latency: Latency::uniform(ms(1), ms(5)), plan, ..Setup::new(3) };
    world.reset_with(&setup, Tape::seeded(seed), |boot| (naive, boot));
    let until = |world: &mut World<Simple>, at: Duration| {
        world.run(Instant::ZERO + at, &mut (), &mut ());
    };
    until(&mut world, ms(295));
    let node = |world: &World<Simple>, id: u32| -> Option<(bool, bool)> {
        world.node(NodeId(id)).map(|node| (node.warm, node.word.is_some()))
    };
    if naive == Naive::Loops && !node(&world, 2).is_some_and(|(warm, _)| warm) {
        return Some("cold");
    }
    until(&mut world, ms(695));
    let told = (0..3).find_map(|id| world.node(NodeId(id)).and_then(|node| node.wrong));
    let word_is_lost = !(1..3).any(|id| node(&world, id).is_some_and(|(_, word)| word));
    let paid = world.node(NodeId(0)).map_or(0, Simple::sum);
    let booked = world.node(N2).map_or(0, |node| node.stored);
    told.or_else(|| (naive == Naive::Zones && word_is_lost).then_some("the word is lost"))
        .or_else(|| (naive == Naive::Moments && paid != booked).then_some("the books are wrong"))
}

#[test]
fn each_kind_alone_breaks_a_naive_node_that_is_right_without_it() {
    for (naive, fault) in ALL {
        let mut found = 0;
        for seed in 0..50 {
            assert_eq!(broken(naive, FaultPlan::calm(), seed), None, "{naive:?} at seed {seed}");
            let faulty = plan([(ms(103), ms(195), fault())]);
            found += u32::from(broken(naive, faulty, seed).is_some());
        }
        assert!(found > 0, "{naive:?} survives");
    }
}

#[test]
fn a_plain_crash_does_not_break_what_a_worse_one_does() {
    // At 208 ms nothing is under way to a disk: an input came at 200 and was synced by 205.
    let crash = || plan([(ms(208), ms(5), Fault::Crash { node: n2() })]);
    for naive in [Naive::Loops, Naive::Zones, Naive::Writes, Naive::Disks] {
        for seed in 0..50 {
            assert_eq!(broken(naive, crash(), seed), None, "{naive:?} at seed {seed}");
        }
    }
}

/// The versions of three nodes at these times, in milliseconds.
pub(super) fn versions_at<const T: usize>(plan: FaultPlan, times: &[u64; T]) -> [[u32; 3]; T] {
    let mut world: World<Simple> = World::new();
    let setup = Setup { plan, ..Setup::new(3) };
    world.reset_with(&setup, Tape::seeded(1), |boot| (Naive::Speed, boot));
    times.map(|at| {
        world.run(Instant::ZERO + ms(at), &mut (), &mut ());
        [0, 1, 2].map(|id| world.node(NodeId(id)).map_or(0, |node| node.version))
    })
}
