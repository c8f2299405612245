//! The smallest world that a service can be tried in: one queue by virtual time, chance from a seed.

use std::collections::{BTreeMap, BTreeSet};

use seatrial_node::{
    Disk, DiskWrite, Duration, FileName, Input, Instant, Io, Node, NodeId, Port, ReadToken,
    RequestToken, SyncToken, WallTime,
};

use super::storage::MemoryDisk;
use crate::{Config, Event, Message, Op, Request, Response, Service, StateMachine, Timer};

type MessageOf<S> = <Service<S> as Node>::Message;

/// A cluster of members 0 to n - 1.
pub(super) struct Cluster<S: StateMachine> {
    config: Config,
    members: Vec<NodeId>,
    slots: Vec<Slot<S>>,
    queue: BTreeMap<(u64, u64), Happening<S>>,
    timers: BTreeMap<(usize, Timer), (u64, u64)>,
    pub(super) now: u64,
    count: u64,
    chance: u64,
    /// Whose effects are being taken.
    at: usize,
    pub(super) net: Net,
    replies: BTreeMap<RequestToken, Response<S::Output>>,
    pub(super) events: Vec<(usize, Event)>,
    digests: BTreeMap<u64, u64>,
}

struct Slot<S: StateMachine> {
    node: Option<Service<S>>,
    disk: MemoryDisk,
    life: u64,
    /// It has lived with another disk.
    replaced: bool,
}

/// What the network does; parts in a hundred.
#[derive(Default)]
pub(super) struct Net {
    pub(super) loss: u64,
    pub(super) duplication: u64,
    /// Answers to clients that get lost.
    pub(super) lost_replies: u64,
    pub(super) cut_off: BTreeSet<usize>,
}

enum Happening<S: StateMachine> {
    Deliver { from: NodeId, to: usize, body: MessageOf<S> },
    Fire { at: usize, timer: Timer },
    Synced { at: usize, life: u64, token: SyncToken },
    Read { at: usize, life: u64, token: ReadToken, bytes: Vec<u8> },
}

impl<S: StateMachine> Cluster<S> {
    pub(super) fn new(members: u32, seed: u64, config: Config) -> Self {
        let members: Vec<NodeId> = (0..members).map(NodeId).collect();
        let slot =
            |_: &NodeId| Slot { node: None, disk: MemoryDisk::default(), life: 0, replaced: false };
        let slots = members.iter().map(slot).collect();
        let mut cluster = Self {
            config,
            members,
            slots,
            queue: BTreeMap::new(),
            timers: BTreeMap::new(),
            now: 0,
            count: 0,
            chance: seed,
            at: 0,
            net: Net::default(),
            replies: BTreeMap::new(),
            events: Vec::new(),
            digests: BTreeMap::new(),
        };
        (0..cluster.slots.len()).for_each(|at| cluster.start(at));
        cluster
    }

    pub(super) fn start(&mut self, at: usize) {
        let slot = &mut self.slots[at];
        let mut config = self.config.clone();
        config.raft.replaced_disk = slot.replaced;
        let node = Service::open(&config, &mut Disk::new(&mut slot.disk));
        slot.node = Some(node.expect("a disk that this node has written"));
        slot.life += 1;
        self.give(at, Input::Start);
    }

    pub(super) fn crash(&mut self, at: usize) {
        self.slots[at].node = None;
        self.slots[at].disk.crash();
        let dead: Vec<_> = self.timers.extract_if(.., |(node, _), _| *node == at).collect();
        dead.iter().for_each(|(_, place)| drop(self.queue.remove(place)));
    }

    /// Gives a member that is down an empty disk.
    pub(super) fn replace_disk(&mut self, at: usize) {
        let slot = &mut self.slots[at];
        (slot.disk, slot.replaced) = (MemoryDisk::default(), true);
    }

    pub(super) fn node(&self, at: usize) -> Option<&Service<S>> {
        self.slots[at].node.as_ref()
    }

    pub(super) fn nodes(&self) -> impl Iterator<Item = &Service<S>> {
        self.slots.iter().filter_map(|slot| slot.node.as_ref())
    }

    /// The member that leads in the highest term.
    pub(super) fn leader(&self) -> Option<usize> {
        let leading = |at: &usize| self.node(*at).is_some_and(|node| node.raft().is_leader());
        let all = (0..self.slots.len()).filter(leading);
        all.max_by_key(|at| self.node(*at).map(|node| node.raft().term()))
    }

    /// Lets time pass until the first member leads.
    pub(super) fn elect(&mut self) -> usize {
        self.run_until(10_000, |cluster| cluster.leader().is_some());
        self.leader().expect("a leader within ten seconds")
    }

    pub(super) fn ask(
        &mut self,
        at: usize,
        client: u64,
        seq: u64,
        op: Op<S::Command, S::Query>,
    ) -> RequestToken {
        self.count += 1;
        let token = RequestToken(self.count);
        self.give(at, Input::Request { token, body: Request { client, seq, op } });
        token
    }

    /// Asks, and waits for the answer.
    pub(super) fn answer(
        &mut self,
        at: usize,
        client: u64,
        seq: u64,
        op: Op<S::Command, S::Query>,
    ) -> Response<S::Output> {
        let token = self.ask(at, client, seq, op);
        self.run_until(20_000, |cluster| cluster.replies.contains_key(&token));
        self.take_reply(token).expect("an answer within twenty seconds")
    }

    /// Asks again until it is done, or known that it never will be.
    pub(super) fn insist(
        &mut self,
        at: usize,
        client: u64,
        seq: u64,
        op: Op<S::Command, S::Query>,
    ) -> Response<S::Output> {
        for _ in 0..20 {
            match self.answer(at, client, seq, op.clone()) {
                Response::Unknown | Response::Unavailable => self.run(50),
                answer => return answer,
            }
        }
        panic!("not done in twenty attempts")
    }

    pub(super) fn take_reply(&mut self, token: RequestToken) -> Option<Response<S::Output>> {
        self.replies.remove(&token)
    }

    pub(super) fn run(&mut self, millis: u64) {
        self.run_until(millis, |_| false);
    }

    /// Lets things happen for so long, or until something holds.
    pub(super) fn run_until(&mut self, millis: u64, holds: impl Fn(&Self) -> bool) {
        let end = self.now + millis * 1_000_000;
        while !holds(self) {
            match self.queue.first_entry() {
                Some(next) if next.key().0 <= end => {
                    let ((time, _), happening) = next.remove_entry();
                    self.now = time;
                    self.happen(happening);
                }
                _ => return self.now = end,
            }
        }
    }

    fn happen(&mut self, happening: Happening<S>) {
        match happening {
            Happening::Deliver { from, to, body } => {
                if !self.is_cut(from.0 as usize, to) {
                    self.give(to, Input::Message { from, body });
                }
            }
            Happening::Fire { at, timer } => {
                self.timers.remove(&(at, timer.clone()));
                self.give(at, Input::Timer(timer));
            }
            Happening::Synced { at, life, token } if self.slots[at].life == life => {
                if self.slots[at].node.is_some() {
                    self.slots[at].disk.complete(token);
                    self.give(at, Input::Synced { token, result: Ok(()) });
                }
            }
            Happening::Read { at, life, token, bytes } if self.slots[at].life == life => {
                self.give(at, Input::Read { token, result: Ok(bytes) });
            }
            Happening::Synced { .. } | Happening::Read { .. } => {}
        }
    }

    pub(super) fn give(&mut self, at: usize, input: Input<Service<S>>) {
        let Some(mut node) = self.slots[at].node.take() else { return };
        self.at = at;
        let members = std::mem::take(&mut self.members);
        let now = Instant::from_nanos(self.now);
        node.handle(input, &mut Io::new(NodeId(at as u32), now, &members, self));
        self.members = members;
        self.slots[at].node = Some(node);
    }

    fn is_cut(&self, one: usize, other: usize) -> bool {
        self.net.cut_off.contains(&one) != self.net.cut_off.contains(&other)
    }

    /// A number below `bound` (SplitMix64).
    pub(super) fn draw(&mut self, bound: u64) -> u64 {
        self.chance = self.chance.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.chance;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (word ^ (word >> 31)) % bound
    }

    fn queue_at(&mut self, time: u64, happening: Happening<S>) -> (u64, u64) {
        self.count += 1;
        self.queue.insert((time, self.count), happening);
        (time, self.count)
    }

    fn queue_soon(&mut self, happening: Happening<S>) {
        let time = self.now + 1_000_000 + self.draw(9_000_000);
        self.queue_at(time, happening);
    }

    fn life(&self) -> u64 {
        self.slots[self.at].life
    }
}

impl<S: StateMachine> Port<Service<S>> for Cluster<S> {
    fn send(&mut self, to: NodeId, body: Message<S::Query, S::Output>) {
        let (from, to) = (NodeId(self.at as u32), to.0 as usize);
        if self.draw(100) < self.net.duplication {
            self.queue_soon(Happening::Deliver { from, to, body: body.clone() });
        }
        if self.draw(100) >= self.net.loss {
            self.queue_soon(Happening::Deliver { from, to, body });
        }
    }

    fn set_timer(&mut self, key: Timer, after: Duration) {
        self.cancel_timer(&key);
        let fire = Happening::Fire { at: self.at, timer: key.clone() };
        let place = self.queue_at(self.now + after.as_nanos(), fire);
        self.timers.insert((self.at, key), place);
    }

    fn cancel_timer(&mut self, key: &Timer) {
        if let Some(place) = self.timers.remove(&(self.at, key.clone())) {
            self.queue.remove(&place);
        }
    }

    fn reply(&mut self, to: RequestToken, body: Response<S::Output>) {
        if self.draw(100) >= self.net.lost_replies {
            let earlier = self.replies.insert(to, body);
            assert!(earlier.is_none(), "request {} is answered twice", to.0);
        }
    }

    fn write(&mut self, write: DiskWrite<'_>) {
        self.slots[self.at].disk.write(write);
    }

    fn sync(&mut self, file: FileName) -> SyncToken {
        self.count += 1;
        let (token, life) = (SyncToken(self.count), self.life());
        self.slots[self.at].disk.sync(file, token);
        // One time for all: syncs of a node are done in order.
        let time = self.now + 2_000_000;
        self.queue_at(time, Happening::Synced { at: self.at, life, token });
        token
    }

    fn read(&mut self, file: FileName, offset: u64, len: usize) -> ReadToken {
        self.count += 1;
        let (token, life) = (ReadToken(self.count), self.life());
        let bytes = self.slots[self.at].disk.read(file, offset, len);
        self.queue_soon(Happening::Read { at: self.at, life, token, bytes });
        token
    }

    fn announce(&mut self, event: Event) {
        if let Event::Applied { index, digest } = event {
            let first = *self.digests.entry(index).or_insert(digest);
            assert_eq!(first, digest, "members apply different entries at {index}");
        }
        self.events.push((self.at, event));
    }

    fn choose(&mut self, _: &'static str, bound: u64) -> u64 {
        self.draw(bound)
    }

    fn wall(&mut self) -> WallTime {
        WallTime::from_unix_nanos(self.now)
    }
}
