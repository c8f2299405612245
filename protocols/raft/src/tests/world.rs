//! A small deterministic cluster for these tests: messages with delays, cuts and loss, disks that forget, nodes that crash; and a
//! judge that looks at every announced fact.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use seatrial_node::{
    Disk, DiskWrite, Duration, FileName, Input, Instant, Io, Node, NodeId, OpenError, Port,
    ReadToken, RequestToken, SyncToken, WallTime,
};

use super::disk::{TestDisk, Unsynced};
use super::judge::Judge;
use crate::{Event, Message, Position, Raft, RaftConfig, Timer};

pub(super) struct World {
    pub(super) config: RaftConfig,
    pub(super) members: Vec<NodeId>,
    pub(super) seats: Vec<Seat>,
    pub(super) judge: Judge,
    /// Links that lose everything.
    pub(super) cut: BTreeSet<(u32, u32)>,
    /// Of a thousand messages, so many are lost, and so many come twice.
    pub(super) lost: u64,
    pub(super) twice: u64,
    /// The shortest and longest delay of a message, and of a sync, in microseconds.
    pub(super) latency: (u64, u64),
    pub(super) sync_time: (u64, u64),
    /// Of a thousand syncs, so many fail.
    pub(super) sync_fails: u64,
    /// How many entries a node applies before it makes a snapshot; 0 for never.
    pub(super) snapshot_every: u64,
    pub(super) now: Instant,
    pub(super) sent: u64,
    queue: BTreeMap<(Instant, u64), Happening>,
    order: u64,
    rng: u64,
}

/// One member: its disk lasts, the rest is one life.
pub(super) struct Seat {
    pub(super) raft: Option<Raft>,
    pub(super) disk: TestDisk,
    pub(super) life: u64,
    pub(super) events: Vec<Event>,
    /// Its state machine: a count and a hash of what was applied.
    pub(super) state: (u64, u64),
    pub(super) since_snapshot: u64,
    /// What its next election timeouts are, as offsets from the shortest; by chance where there is none.
    pub(super) patience: Option<Duration>,
    /// How long its syncs take, where that is not as in the rest of the world.
    pub(super) sync_time: Option<(u64, u64)>,
    /// How much faster than the world its clock runs, in parts in a million.
    pub(super) skew: i64,
    /// Whether its disk was replaced by an empty one.
    pub(super) replaced: bool,
    /// Whether its disk was damaged.
    pub(super) harmed: bool,
    timers: BTreeMap<Timer, u64>,
    tokens: u64,
}

const MILLION: u64 = 1_000_000;

impl Seat {
    /// Opens the node with what is on its disk.
    pub(super) fn opens(&mut self, config: &RaftConfig) -> Result<Raft, OpenError> {
        let config = RaftConfig { replaced_disk: self.replaced, ..config.clone() };
        Raft::open(&config, &mut Disk::new(&mut self.disk))
    }

    /// What this node's clock shows.
    fn clock(&self, now: Instant) -> Instant {
        let rate = u128::from(MILLION.saturating_add_signed(self.skew));
        let nanos = u128::from(now.since(Instant::ZERO).as_nanos()) * rate / u128::from(MILLION);
        Instant::from_nanos(u64::try_from(nanos).expect("a test does not take that long"))
    }
}

enum Happening {
    Arrives { from: NodeId, to: NodeId, body: Message },
    Due { at: NodeId, life: u64, key: Timer, order: u64 },
    SyncDone { at: NodeId, life: u64 },
}

impl World {
    pub(super) fn new(count: u32, seed: u64, config: RaftConfig) -> Self {
        let members: Vec<NodeId> = (0..count).map(NodeId).collect();
        let seat = || Seat {
            raft: None,
            disk: TestDisk::default(),
            life: 0,
            events: Vec::new(),
            state: (0, 0),
            since_snapshot: 0,
            patience: None,
            sync_time: None,
            skew: 0,
            replaced: false,
            harmed: false,
            timers: BTreeMap::new(),
            tokens: 0,
        };
        let mut world = Self {
            config,
            seats: members.iter().map(|_| seat()).collect(),
            judge: Judge::new(count as usize),
            members,
            cut: BTreeSet::new(),
            lost: 0,
            twice: 0,
            latency: (1_000, 1_000),
            sync_time: (100, 100),
            sync_fails: 0,
            snapshot_every: 0,
            now: Instant::ZERO,
            sent: 0,
            queue: BTreeMap::new(),
            order: 0,
            rng: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
        };
        for i in 0..count {
            world.restart(i);
        }
        world
    }

    pub(super) fn chance(&mut self, bound: u64) -> u64 {
        self.rng ^= self.rng << 13;
        self.rng ^= self.rng >> 7;
        self.rng ^= self.rng << 17;
        (self.rng >> 11) % bound
    }

    pub(super) fn between(&mut self, (min, max): (u64, u64)) -> u64 {
        min + self.chance(max - min + 1)
    }

    /// The node, which is up.
    pub(super) fn raft(&self, i: u32) -> &Raft {
        self.seats[i as usize].raft.as_ref().expect("the test has not crashed it")
    }

    /// Who leads, if anyone does; of several, the one with the newest term.
    pub(super) fn leader(&self) -> Option<u32> {
        let rafts =
            self.seats.iter().enumerate().filter_map(|(i, seat)| Some((i, seat.raft.as_ref()?)));
        let leaders = rafts.filter(|(_, raft)| raft.is_leader());
        leaders.max_by_key(|(_, raft)| raft.term()).map(|(i, _)| i as u32)
    }

    pub(super) fn crash(&mut self, i: u32, unsynced: Unsynced) {
        let seat = &mut self.seats[i as usize];
        seat.raft = None;
        seat.timers.clear();
        seat.disk.crash(unsynced);
    }

    pub(super) fn restart(&mut self, i: u32) {
        let seat = &mut self.seats[i as usize];
        seat.life += 1;
        self.judge.started(i);
        let raft = match seat.opens(&self.config) {
            Ok(raft) => raft,
            Err(OpenError::Corrupt(_)) if seat.harmed => {
                self.replace_disk(i);
                return self.restart(i);
            }
            Err(error) => panic!("n{i} does not open: {error}"),
        };
        let snapshot = raft.snapshot();
        seat.state = snapshot.map_or((0, 0), |(meta, data)| (meta.index, decode(data)));
        seat.since_snapshot = 0;
        seat.raft = Some(raft);
        self.input(i, Input::Start);
    }

    /// Harms what is on a disk.
    pub(super) fn damage(&mut self, i: u32) {
        self.judge.damaged(i);
        let mut disk = std::mem::take(&mut self.seats[i as usize].disk);
        disk.damage(|bound| self.chance(bound));
        self.seats[i as usize].disk = disk;
        self.seats[i as usize].harmed = true;
    }

    /// Gives a node that is down an empty disk.
    pub(super) fn replace_disk(&mut self, i: u32) {
        self.judge.replaced(i);
        let seat = &mut self.seats[i as usize];
        seat.disk = TestDisk::default();
        (seat.replaced, seat.harmed) = (true, false);
    }

    pub(super) fn propose(&mut self, i: u32, command: u64) -> Option<Position> {
        let command: Arc<[u8]> = Arc::from(command.to_le_bytes());
        self.act(i, |raft, io| raft.propose(command, io)).and_then(Result::ok)
    }

    pub(super) fn read(&mut self, i: u32) {
        let asked = self.act(i, |raft, io| raft.read_index(io));
        if let Some(Ok(ticket)) = asked {
            let life = self.seats[i as usize].life;
            self.judge.read_asked((i, life, ticket));
            self.take_events(i);
        }
    }

    pub(super) fn input(&mut self, i: u32, input: Input<Raft>) {
        self.act(i, |raft, io| raft.handle(input, io));
        self.take_events(i);
    }

    /// Lets everything happen that happens within this time.
    pub(super) fn run(&mut self, span: Duration) {
        let end = self.now + span;
        while self.step(end) {}
        self.now = end;
    }

    /// Lets things happen until this is so.
    pub(super) fn run_until(&mut self, what: &str, done: impl Fn(&Self) -> bool) {
        let end = self.now + Duration::from_secs(20);
        while !done(self) {
            assert!(self.step(end), "within 20 s: {what}");
        }
    }

    /// Cuts all links between this node and others.
    pub(super) fn isolate(&mut self, i: u32) {
        for other in 0..self.members.len() as u32 {
            self.cut.insert((i, other));
            self.cut.insert((other, i));
        }
    }

    pub(super) fn heal(&mut self) {
        self.cut.clear();
    }

    fn step(&mut self, end: Instant) -> bool {
        let Some(entry) = self.queue.first_entry().filter(|entry| entry.key().0 <= end) else {
            return false;
        };
        self.now = entry.key().0;
        match entry.remove() {
            Happening::Arrives { from, to, body } => {
                if !self.cut.contains(&(from.0, to.0)) {
                    self.input(to.0, Input::Message { from, body });
                }
            }
            Happening::Due { at, life, key, order } => {
                let seat = &mut self.seats[at.0 as usize];
                if seat.life == life && seat.timers.get(&key) == Some(&order) {
                    seat.timers.remove(&key);
                    self.input(at.0, Input::Timer(key));
                }
            }
            Happening::SyncDone { at, life } => self.sync_done(at.0, life),
        }
        true
    }

    fn sync_done(&mut self, at: u32, life: u64) {
        let fails = self.sync_fails > 0 && self.chance(1_000) < self.sync_fails;
        let seat = &mut self.seats[at as usize];
        if seat.life != life || seat.raft.is_none() || !seat.disk.has_sync() {
            return;
        }
        let (token, result) = if fails {
            let (token, error) = seat.disk.fail().expect("a sync is under way");
            (token, Err(error))
        } else {
            (seat.disk.complete().expect("a sync is under way"), Ok(()))
        };
        self.input(at, Input::Synced { token, result });
    }

    fn act<R>(&mut self, i: u32, act: impl FnOnce(&mut Raft, &mut Io<'_, Raft>) -> R) -> Option<R> {
        let mut raft = self.seats[i as usize].raft.take()?;
        let members = self.members.clone();
        let now = self.seats[i as usize].clock(self.now);
        let mut port = WorldPort { world: self, at: NodeId(i) };
        let answer = act(&mut raft, &mut Io::new(NodeId(i), now, &members, &mut port));
        self.seats[i as usize].raft = Some(raft);
        Some(answer)
    }

    /// What a parent does after each input.
    fn take_events(&mut self, i: u32) {
        let seat = &mut self.seats[i as usize];
        let events = std::mem::take(&mut seat.events);
        for event in &events {
            self.judge.event(i, seat.life, event);
            if let Event::Restore { index, snapshot, .. } = event {
                seat.state = (*index, decode(snapshot));
                seat.since_snapshot = 0;
            }
        }
        let Some(raft) = &mut seat.raft else { return };
        while let Some(committed) = raft.next_committed() {
            self.judge.applied(i, &committed);
            let hash = crate::digest::mix(seat.state.1, committed.digest());
            seat.state = (committed.index, hash);
            seat.since_snapshot += 1;
        }
        if self.snapshot_every > 0 && seat.since_snapshot >= self.snapshot_every {
            seat.since_snapshot = 0;
            let (index, hash) = seat.state;
            let mut snapshot = hash.to_le_bytes().to_vec();
            snapshot.resize(100, 7);
            self.act(i, |raft, io| raft.compact(index, snapshot, io));
        }
    }

    fn later(&mut self, micros: u64, happening: Happening) -> u64 {
        self.order += 1;
        self.queue.insert((self.now + Duration::from_micros(micros), self.order), happening);
        self.order
    }
}

fn decode(snapshot: &[u8]) -> u64 {
    snapshot.first_chunk().map_or(0, |hash| u64::from_le_bytes(*hash))
}

struct WorldPort<'a> {
    world: &'a mut World,
    at: NodeId,
}

impl WorldPort<'_> {
    fn seat(&mut self) -> &mut Seat {
        &mut self.world.seats[self.at.0 as usize]
    }
}

impl Port<Raft> for WorldPort<'_> {
    fn send(&mut self, to: NodeId, body: Message) {
        self.world.sent += 1;
        let from = self.at;
        if self.world.chance(1_000) < self.world.lost {
            return;
        }
        if self.world.chance(1_000) < self.world.twice {
            let delay = self.world.between(self.world.latency) * 3;
            self.world.later(delay, Happening::Arrives { from, to, body: body.clone() });
        }
        let delay = self.world.between(self.world.latency);
        self.world.later(delay, Happening::Arrives { from, to, body });
    }

    fn set_timer(&mut self, key: Timer, after: Duration) {
        let (at, life) = (self.at, self.seat().life);
        let order = self.world.order + 1;
        let rate = MILLION.saturating_add_signed(self.seat().skew);
        let micros = (after.as_nanos() * 1_000).div_ceil(rate);
        self.world.later(micros, Happening::Due { at, life, key, order });
        self.seat().timers.insert(key, order);
    }

    fn cancel_timer(&mut self, key: &Timer) {
        self.seat().timers.remove(key);
    }

    fn reply(&mut self, _: RequestToken, (): ()) {}

    fn write(&mut self, write: DiskWrite<'_>) {
        self.seat().disk.write(write);
    }

    fn sync(&mut self, file: FileName) -> SyncToken {
        let (at, life) = (self.at, self.seat().life);
        self.seat().tokens += 1;
        let token = SyncToken(self.seat().tokens);
        self.seat().disk.sync(token, file);
        let sync_time = self.seat().sync_time.unwrap_or(self.world.sync_time);
        let delay = self.world.between(sync_time);
        self.world.later(delay, Happening::SyncDone { at, life });
        token
    }

    fn read(&mut self, _: FileName, _: u64, _: usize) -> ReadToken {
        ReadToken(0)
    }

    fn announce(&mut self, event: Event) {
        self.seat().events.push(event);
    }

    fn choose(&mut self, _: &'static str, bound: u64) -> u64 {
        match self.seat().patience {
            Some(patience) => patience.as_nanos().min(bound - 1),
            None => self.world.chance(bound),
        }
    }

    fn wall(&mut self) -> WallTime {
        WallTime::default()
    }
}
