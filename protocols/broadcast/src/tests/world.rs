//! A small world: it carries messages in an order drawn from a seed, crashes nodes in the middle of what they send, and tells detectors.

use std::collections::BTreeMap;

use seatrial_detectors::{Detector, PerfectDetector, Suspicion};
use seatrial_links::{Delivered, Link, Payload, PerfectLink};
use seatrial_node::{
    Disk, DiskError, Duration, Effect, FileName, Input, Instant, Io, Node, NodeId, OpenError,
    Probe, Storage,
};

use crate::{Broadcast, BroadcastEvent, MessageId, Part};

/// A link that promises what this world does: it loses nothing between nodes that do not crash.
#[derive(Clone, Debug)]
pub(super) struct Wire<P>(std::marker::PhantomData<P>);

impl<P: Payload> Node for Wire<P> {
    type Config = ();
    type Message = P;
    type Timer = ();
    type Request = ();
    type Response = ();
    type Event = Delivered<P>;

    fn open(_: &(), _: &mut Disk<'_>) -> Result<Self, OpenError> {
        Ok(Self(std::marker::PhantomData))
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        if let Input::Message { from, body } = input {
            io.announce(Delivered { from, payload: body });
        }
    }
}

impl<P: Payload> Link<P> for Wire<P> {
    fn send(&mut self, to: NodeId, payload: P, io: &mut Io<'_, Self>) {
        io.send(to, payload);
    }
}

impl<P: Payload> PerfectLink<P> for Wire<P> {}

/// A detector that is told by the world who has crashed.
#[derive(Clone, Debug, Default)]
pub(super) struct Oracle(Vec<NodeId>);

impl Node for Oracle {
    type Config = ();
    type Message = NodeId;
    type Timer = ();
    type Request = ();
    type Response = ();
    type Event = Suspicion;

    fn open(_: &(), _: &mut Disk<'_>) -> Result<Self, OpenError> {
        Ok(Self::default())
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        if let Input::Message { body, .. } = input
            && !self.suspects(body)
        {
            self.0.push(body);
            io.announce(Suspicion::Suspect(body));
        }
    }
}

impl Detector for Oracle {
    fn suspects(&self, node: NodeId) -> bool {
        self.0.contains(&node)
    }
}

impl PerfectDetector for Oracle {}

/// How the world tells a node's detector of a crash.
pub(super) trait Warn: Node {
    fn warning(crashed: NodeId) -> Option<Self::Message>;
}

/// Which nodes do what.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    pub(super) nodes: u32,
    pub(super) seed: u64,
    /// Who broadcasts, in this order; the payloads are 1, 2, 3, …
    pub(super) broadcasts: Vec<u32>,
    /// Who crashes, and before which of its sends, counted from 0.
    pub(super) crashes: Vec<(u32, u64)>,
    /// Whether all is delivered before the next broadcast.
    pub(super) one_by_one: bool,
    /// Of what a crashed node had sent, how many messages in a hundred are lost.
    pub(super) loss_of_crashed: u64,
    /// Of how many messages in a hundred each is lost.
    pub(super) loss: u64,
}

/// What a node has told, in the order of the world.
pub(super) type Log = Vec<(NodeId, BroadcastEvent<u64>)>;

/// A disk of which only the lengths of files matter.
#[derive(Clone, Debug, Default)]
pub(super) struct Lengths(BTreeMap<FileName, u64>);

impl Lengths {
    /// A disk with one file of this length.
    pub(super) fn with(name: &str, len: u64) -> Self {
        Self(BTreeMap::from([(FileName::new(name), len)]))
    }
}

impl Storage for Lengths {
    fn len(&mut self, file: FileName) -> Result<Option<u64>, DiskError> {
        Ok(self.0.get(&file).copied())
    }

    fn read(&mut self, _: FileName, _: u64, _: &mut [u8]) -> Result<usize, DiskError> {
        Ok(0)
    }
}

pub(super) struct World<N: Node> {
    pub(super) plan: Plan,
    members: Vec<NodeId>,
    nodes: Vec<Option<N>>,
    probes: Vec<Probe<N>>,
    disks: Vec<Lengths>,
    sends_left: Vec<u64>,
    flying: Vec<(NodeId, NodeId, N::Message)>,
    timers: Vec<(Instant, NodeId, N::Timer)>,
    now: Instant,
    random: u64,
    pub(super) log: Log,
    pub(super) sent: u64,
    pub(super) crashed: Vec<NodeId>,
}

impl<N> World<N>
where
    N: Warn + Broadcast<u64>,
{
    pub(super) fn new(plan: Plan, config: &N::Config) -> Self {
        let members: Vec<NodeId> = (0..plan.nodes).map(NodeId).collect();
        let mut world = Self {
            nodes: members.iter().map(|_| None).collect(),
            probes: members.iter().map(|me| Probe::new(*me, &members)).collect(),
            disks: members.iter().map(|_| Lengths::default()).collect(),
            sends_left: members.iter().map(|_| u64::MAX).collect(),
            flying: Vec::new(),
            timers: Vec::new(),
            now: Instant::ZERO,
            random: plan.seed,
            log: Vec::new(),
            sent: 0,
            crashed: Vec::new(),
            members,
            plan,
        };
        for (node, sends) in world.plan.crashes.clone() {
            world.sends_left[node as usize] = sends;
        }
        for node in world.members.clone() {
            world.start(node, config);
        }
        world
    }

    /// Carries out the whole plan.
    pub(super) fn run(plan: Plan, config: &N::Config) -> Self {
        let mut world = Self::new(plan, config);
        for (place, origin) in world.plan.broadcasts.clone().into_iter().enumerate() {
            world.broadcast(NodeId(origin), place as u64 + 1);
            let steps = if world.plan.one_by_one { u64::MAX } else { world.below(5) };
            world.carry(steps);
        }
        world.settle();
        world
    }

    /// Begins a life of a node.
    pub(super) fn start(&mut self, me: NodeId, config: &N::Config) {
        let place = me.0 as usize;
        let node = N::open(config, &mut Disk::new(&mut self.disks[place])).expect("opens");
        self.nodes[place] = Some(node);
        self.handle(me, Input::Start);
    }

    pub(super) fn node(&self, me: NodeId) -> &N {
        self.nodes[me.0 as usize].as_ref().expect("has not crashed")
    }

    pub(super) fn broadcast(&mut self, me: NodeId, payload: u64) -> Option<MessageId> {
        let place = me.0 as usize;
        let mut node = self.nodes[place].take()?;
        let mut id = None;
        let effects =
            self.probes[place].act(&mut node, |node, io| id = Some(node.broadcast(payload, io)));
        self.nodes[place] = Some(node);
        self.carry_out(me, effects);
        id
    }

    /// Delivers some messages, in any order.
    pub(super) fn carry(&mut self, steps: u64) {
        for _ in 0..steps {
            if self.flying.is_empty() {
                return;
            }
            let next = self.below(self.flying.len() as u64) as usize;
            let (from, to, body) = self.flying.swap_remove(next);
            let is_of_crashed = self.crashed.contains(&from);
            let loss = if is_of_crashed { self.plan.loss_of_crashed } else { self.plan.loss };
            let is_lost = self.below(100) < loss;
            if !is_lost {
                self.handle(to, Input::Message { from, body });
            }
        }
    }

    /// Lets everything come that is to come.
    pub(super) fn settle(&mut self) {
        self.settle_until(Instant::MAX);
    }

    /// Lets everything come that is to come before this instant.
    pub(super) fn settle_until(&mut self, end: Instant) {
        loop {
            self.carry(u64::MAX);
            let next = (0..self.timers.len()).min_by_key(|next| self.timers[*next].0);
            let Some(next) = next.filter(|next| self.timers[*next].0 < end) else {
                return;
            };
            let (at, me, timer) = self.timers.remove(next);
            for probe in &mut self.probes {
                probe.advance(at.since(self.now));
            }
            self.now = self.now.max(at);
            self.handle(me, Input::Timer(timer));
        }
    }

    pub(super) fn handle(&mut self, me: NodeId, input: Input<N>) {
        let place = me.0 as usize;
        if let Some(mut node) = self.nodes[place].take() {
            // Cut down to what is possible: small numbers for the few, and large ones for the many.
            let most = if self.below(2) == 0 { 4 } else { u64::from(self.plan.nodes) };
            let choices: [u64; 8] = std::array::from_fn(|_| self.below(most));
            self.probes[place].script(&choices);
            let effects = self.probes[place].handle(&mut node, input);
            self.nodes[place] = Some(node);
            self.carry_out(me, effects);
        }
    }

    pub(super) fn crash(&mut self, me: NodeId) {
        self.nodes[me.0 as usize] = None;
        self.timers.retain(|(_, of, _)| *of != me);
        self.crashed.push(me);
        for member in self.members.clone() {
            if let Some(warning) = N::warning(me) {
                self.flying.push((member, member, warning));
            }
        }
    }

    fn carry_out(&mut self, me: NodeId, effects: Vec<Effect<N>>) {
        let place = me.0 as usize;
        let mut effects = effects.into_iter();
        while let Some(effect) = effects.next() {
            match effect {
                Effect::Send { to, body } => {
                    if self.sends_left[place] == 0 {
                        self.sends_left[place] = u64::MAX;
                        self.log_last_words(me, effects);
                        return self.crash(me);
                    }
                    self.sends_left[place] -= 1;
                    self.sent += 1;
                    self.flying.push((me, to, body));
                }
                Effect::SetTimer { key, after } => {
                    self.cancel(me, &key);
                    self.timers.push((self.now + after.max(Duration::from_nanos(1)), me, key));
                }
                Effect::CancelTimer { key } => self.cancel(me, &key),
                Effect::Announce(event) => self.log.push((me, event)),
                Effect::Write { file } => *self.disks[place].0.entry(file).or_default() += 1,
                Effect::Sync { token, .. } => {
                    self.handle(me, Input::Synced { token, result: Ok(()) });
                }
                Effect::Reply { .. } | Effect::Read { .. } => {}
            }
        }
    }

    /// A layer above another tells of a broadcast when the one beneath has sent it. It was broadcast nevertheless.
    fn log_last_words(&mut self, me: NodeId, effects: impl Iterator<Item = Effect<N>>) {
        let told = effects.filter_map(|effect| match effect {
            Effect::Announce(event @ BroadcastEvent::Broadcast { .. }) => Some((me, event)),
            _ => None,
        });
        self.log.extend(told);
    }

    fn cancel(&mut self, me: NodeId, key: &N::Timer) {
        self.timers.retain(|(_, of, timer)| !(*of == me && timer == key));
    }

    /// A number below `bound`, by chance (splitmix64).
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.random;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (word ^ (word >> 31)) % bound
    }
}

/// Messages of a layer over a link alone reach no detector.
macro_rules! no_detector {
    ($($layer:ty),* $(,)?) => {
        $(impl Warn for $layer {
            fn warning(_: NodeId) -> Option<Self::Message> {
                None
            }
        })*
    };
}
pub(super) use no_detector;

/// Messages of a layer over the oracle.
macro_rules! over_oracle {
    ($($layer:ty),* $(,)?) => {
        $(impl Warn for $layer {
            fn warning(crashed: NodeId) -> Option<Self::Message> {
                Some(Part::Detector(crashed))
            }
        })*
    };
}
pub(super) use over_oracle;

type Frame = crate::Frame<u64>;
no_detector!(
    crate::BestEffort<u64, Wire<Frame>>,
    crate::EagerReliable<u64, Wire<Frame>>,
    crate::MajorityAckUniform<u64, Wire<Frame>>,
    crate::Gossip<u64, Wire<crate::Rumour<u64>>>,
);
over_oracle!(
    crate::LazyReliable<u64, Wire<Frame>, Oracle>,
    crate::AllAckUniform<u64, Wire<Frame>, Oracle>,
);
