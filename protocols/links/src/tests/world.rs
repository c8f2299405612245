//! A small world for whole messengers: a network that loses, repeats and delays, disks that count lives, crashes and restarts.

use std::collections::BTreeMap;

use seatrial_node::{
    Disk, DiskError, Duration, Effect, FileName, Input, Node, NodeId, Probe, RequestToken, Storage,
    SyncToken,
};

use crate::Link;
use crate::messenger::{
    Letter, Messenger, MessengerConfig, MessengerEvent, MessengerRequest, MessengerTimer,
};

/// How bad the network is, in parts of 100; delays are up to 50 ms, so messages overtake each other.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Weather {
    pub(crate) loss: u64,
    pub(crate) copies: u64,
}

/// A letter as an observer names it: who sent it, to whom, and its number.
pub(crate) type Name = (NodeId, NodeId, u64);

pub(crate) struct World<L: Link<Letter>> {
    config: MessengerConfig<L::Config>,
    members: Vec<NodeId>,
    slots: Vec<Slot<L>>,
    weather: Weather,
    chance: u64,
    now: u64,
    order: u64,
    agenda: BTreeMap<(u64, u64), (usize, Happening<L>)>,
    /// What was sent, with the time, and what was delivered, in order.
    pub(crate) sent: Vec<(u64, Name)>,
    pub(crate) delivered: Vec<Name>,
    /// How many frames were given to the network.
    pub(crate) frames: u64,
}

struct Slot<L: Link<Letter>> {
    node: Option<Messenger<L>>,
    probe: Probe<Messenger<L>>,
    booted: u64,
    life: u64,
    timers: BTreeMap<MessengerTimer<L::Timer>, u64>,
    /// How long each file is, and how long it will be when a sync is done.
    disk: Lengths,
    unsynced: BTreeMap<FileName, u64>,
    syncs: Vec<(SyncToken, FileName)>,
}

enum Happening<L: Link<Letter>> {
    Message { from: NodeId, body: L::Message },
    Timer { timer: MessengerTimer<L::Timer>, set: u64 },
    Synced { life: u64 },
    Send { to: NodeId },
    Crash,
    Restart,
}

#[derive(Default)]
struct Lengths(BTreeMap<FileName, u64>);

impl Storage for Lengths {
    fn len(&mut self, file: FileName) -> Result<Option<u64>, DiskError> {
        Ok(self.0.get(&file).copied())
    }

    fn read(&mut self, _: FileName, _: u64, _: &mut [u8]) -> Result<usize, DiskError> {
        Ok(0)
    }
}

impl<L: Link<Letter>> World<L> {
    pub(crate) fn new(config: MessengerConfig<L::Config>, nodes: u32, seed: u64) -> Self {
        let members: Vec<_> = (0..nodes).map(NodeId).collect();
        let slots = members.iter().map(|me| Slot::new(*me, &members)).collect();
        let mut world = Self {
            config,
            members,
            slots,
            weather: Weather::default(),
            chance: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
            now: 0,
            order: 0,
            agenda: BTreeMap::new(),
            sent: Vec::new(),
            delivered: Vec::new(),
            frames: 0,
        };
        (0..world.slots.len()).for_each(|node| world.at(0, node, Happening::Restart));
        world
    }

    pub(crate) fn weather(&mut self, weather: Weather) {
        self.weather = weather;
    }

    pub(crate) fn chance(&mut self, bound: u64) -> u64 {
        self.chance ^= self.chance << 13;
        self.chance ^= self.chance >> 7;
        self.chance ^= self.chance << 17;
        (self.chance >> 11) % bound
    }

    /// Lets a client ask a node, so many milliseconds from the world's beginning.
    pub(crate) fn send_at(&mut self, millis: u64, from: u32, to: u32) {
        self.at(millis * 1_000, from as usize, Happening::Send { to: NodeId(to) });
    }

    pub(crate) fn crash_at(&mut self, millis: u64, node: u32, restart: Option<u64>) {
        self.at(millis * 1_000, node as usize, Happening::Crash);
        if let Some(restart) = restart {
            self.at(restart * 1_000, node as usize, Happening::Restart);
        }
    }

    pub(crate) fn run_until(&mut self, millis: u64) {
        while let Some(entry) = self.agenda.first_entry()
            && entry.key().0 <= millis * 1_000
        {
            let ((time, _), (node, happening)) = entry.remove_entry();
            self.now = time;
            self.happen(node, happening);
        }
        self.now = millis * 1_000;
    }

    /// A number of a node's status, zero while it is down.
    pub(crate) fn count(&self, node: u32, name: &str) -> u64 {
        let status = self.slots[node as usize].node.as_ref().map(Node::status);
        let shown = status.and_then(|status| status.value(name).map(ToString::to_string));
        shown.map_or(0, |shown| shown.parse().expect("a number"))
    }

    fn at(&mut self, time: u64, node: usize, happening: Happening<L>) {
        self.order += 1;
        self.agenda.insert((time, self.order), (node, happening));
    }

    fn happen(&mut self, node: usize, happening: Happening<L>) {
        let slot = &mut self.slots[node];
        match happening {
            Happening::Message { from, body } => self.give(node, Input::Message { from, body }),
            Happening::Timer { timer, set } => {
                if slot.timers.get(&timer) == Some(&set) {
                    slot.timers.remove(&timer);
                    self.give(node, Input::Timer(timer));
                }
            }
            Happening::Synced { life } => {
                if slot.life == life && slot.node.is_some() {
                    let (token, file) = slot.syncs.remove(0);
                    let len = slot.unsynced.get(&file).copied().unwrap_or(0);
                    slot.disk.0.insert(file, len);
                    self.give(node, Input::Synced { token, result: Ok(()) });
                }
            }
            Happening::Send { to } => {
                let body = MessengerRequest::Send { to, text: "ahoy".into() };
                self.give(node, Input::Request { token: RequestToken(0), body });
            }
            Happening::Crash => slot.node = None,
            Happening::Restart => {
                let me = self.members[node];
                let disk = std::mem::take(&mut slot.disk);
                let life = slot.life + 1;
                *slot = Slot { disk, life, booted: self.now, ..Slot::new(me, &self.members) };
                slot.unsynced = slot.disk.0.clone();
                let opened = Messenger::open(&self.config, &mut Disk::new(&mut slot.disk));
                slot.node = Some(opened.expect("good settings and a good disk"));
                self.give(node, Input::Start);
            }
        }
    }

    fn give(&mut self, at: usize, input: Input<Messenger<L>>) {
        let slot = &mut self.slots[at];
        let Some(node) = &mut slot.node else { return };
        let elapsed = Duration::from_micros(self.now - slot.booted);
        slot.booted = self.now;
        slot.probe.advance(elapsed);
        for effect in slot.probe.handle(node, input) {
            self.carry_out(at, effect);
        }
    }

    fn carry_out(&mut self, at: usize, effect: Effect<Messenger<L>>) {
        let (me, now) = (self.members[at], self.now);
        match effect {
            Effect::Send { to, body } => self.transmit(me, to, &body),
            Effect::SetTimer { key, after } => {
                let set = self.order + 1;
                self.slots[at].timers.insert(key.clone(), set);
                let micros = after.as_nanos().div_ceil(1_000);
                self.at(now + micros, at, Happening::Timer { timer: key, set });
            }
            Effect::CancelTimer { key } => {
                self.slots[at].timers.remove(&key);
            }
            Effect::Write { file } => *self.slots[at].unsynced.entry(file).or_default() += 1,
            Effect::Sync { file, token } => {
                let life = self.slots[at].life;
                self.slots[at].syncs.push((token, file));
                self.at(now + 2_000, at, Happening::Synced { life });
            }
            Effect::Announce(MessengerEvent::Send { to, letter }) => {
                self.sent.push((now / 1_000, (me, to, letter.number)));
            }
            Effect::Announce(MessengerEvent::Deliver { from, letter }) => {
                self.delivered.push((from, me, letter.number));
            }
            Effect::Reply { .. } | Effect::Read { .. } => {}
        }
    }

    fn transmit(&mut self, from: NodeId, to: NodeId, body: &L::Message) {
        self.frames += 1;
        let Weather { loss, copies } = self.weather;
        let copies = 1 + u64::from(self.chance(100) < copies);
        for _ in 0..copies {
            if self.chance(100) >= loss {
                let delay = 100 + self.chance(50_000);
                let happening = Happening::Message { from, body: body.clone() };
                self.at(self.now + delay, to.0 as usize, happening);
            }
        }
    }
}

impl<L: Link<Letter>> Slot<L> {
    fn new(me: NodeId, members: &[NodeId]) -> Self {
        Self {
            node: None,
            probe: Probe::new(me, members),
            booted: 0,
            life: 0,
            timers: BTreeMap::new(),
            disk: Lengths::default(),
            unsynced: BTreeMap::new(),
            syncs: Vec::new(),
        }
    }
}
