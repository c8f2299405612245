//! What broadcasts keep after a million messages: no more than after ten thousand, because what every member has delivered is forgotten.
//!
//! A calm cluster of three: nothing is lost, nobody crashes. Each broadcast stands under a `Process`, as its users have it. The pump below
//! carries messages, syncs and timers and keeps nothing itself, so what is counted is the members' own.

use std::collections::{BTreeMap, VecDeque};

use allocation_counter::measure;
use seatrial_broadcast::{
    AllAckUniform, BestEffort, Broadcast, CausalNoWaiting, CausalWaiting, ConsensusOrder,
    EagerReliable, Fifo, Frame, Gossip, LazyReliable, MajorityAckUniform, Numbered, Process,
    ProcessConfig, Request, Rumour, SequencerFrame, SequencerOrder, Timed, WithPast,
};
use seatrial_detectors::{EventuallyPerfect, Omega, Perfect as Detector};
use seatrial_links::{Assumed, Perfect};
use seatrial_node::{
    Announce, Disk, DiskWrite, Duration, Fact, FileName, Input, Instant, Io, NoStorage, Node,
    NodeId, Port, ReadToken, RequestToken, SyncToken, WallTime,
};

const MEMBERS: [NodeId; 3] = [NodeId(0), NodeId(1), NodeId(2)];

/// How many broadcasts are under way at a time; a millisecond passes between two batches.
const BATCH: u64 = 10;

/// Three members, and what is on its way between them.
struct Pump<N: Node> {
    nodes: Vec<N>,
    outside: Outside<N>,
}

struct Outside<N: Node> {
    now: Instant,
    due: VecDeque<(NodeId, Input<N>)>,
    timers: BTreeMap<(NodeId, N::Timer), Instant>,
    /// How long the members' files are.
    files: BTreeMap<(NodeId, FileName), u64>,
    tokens: u64,
    random: u64,
    delivered: u64,
}

impl<N: Node> Pump<N> {
    fn new(config: &N::Config) -> Self {
        let open = |_| N::open(config, &mut Disk::new(&mut NoStorage)).expect("opens");
        let outside = Outside {
            now: Instant::ZERO,
            due: MEMBERS.iter().map(|member| (*member, Input::Start)).collect(),
            timers: BTreeMap::new(),
            files: BTreeMap::new(),
            tokens: 0,
            random: 1,
            delivered: 0,
        };
        Self { nodes: MEMBERS.iter().map(open).collect(), outside }
    }

    /// Lets everything come that is on its way, and then some time pass.
    fn settle(&mut self, span: Duration) {
        let end = self.outside.now + span;
        loop {
            while let Some((to, input)) = self.outside.due.pop_front() {
                let mut port = At { me: to, outside: &mut self.outside };
                let now = port.outside.now;
                self.nodes[to.0 as usize].handle(input, &mut Io::new(to, now, &MEMBERS, &mut port));
            }
            let timers = &mut self.outside.timers;
            let next = timers.iter().min_by_key(|(_, due)| **due).filter(|(_, due)| **due <= end);
            let Some((key, due)) = next.map(|(key, due)| (key.clone(), *due)) else { break };
            timers.remove(&key);
            self.outside.now = self.outside.now.max(due);
            self.outside.due.push_back((key.0, Input::Timer(key.1)));
        }
        self.outside.now = end;
    }
}

/// One member's way to the others.
struct At<'a, N: Node> {
    me: NodeId,
    outside: &'a mut Outside<N>,
}

impl<N: Node> Port<N> for At<'_, N> {
    fn send(&mut self, to: NodeId, body: N::Message) {
        self.outside.due.push_back((to, Input::Message { from: self.me, body }));
    }

    fn set_timer(&mut self, key: N::Timer, after: Duration) {
        self.outside.timers.insert((self.me, key), self.outside.now + after);
    }

    fn cancel_timer(&mut self, key: &N::Timer) {
        self.outside.timers.remove(&(self.me, key.clone()));
    }

    fn reply(&mut self, _: RequestToken, _: N::Response) {}

    fn write(&mut self, write: DiskWrite<'_>) {
        let (me, files) = (self.me, &mut self.outside.files);
        match write {
            DiskWrite::Append { file, bytes } => {
                *files.entry((me, file)).or_default() += bytes.len() as u64;
            }
            DiskWrite::WriteAt { file, offset, bytes } => {
                let len = files.entry((me, file)).or_default();
                *len = (*len).max(offset + bytes.len() as u64);
            }
            DiskWrite::Truncate { file, len } => _ = files.insert((me, file), len),
            DiskWrite::Rename { from, to } => {
                let moved = files.remove(&(me, from)).unwrap_or_default();
                files.insert((me, to), moved);
            }
        }
    }

    fn sync(&mut self, _: FileName) -> SyncToken {
        self.outside.tokens += 1;
        let token = SyncToken(self.outside.tokens);
        self.outside.due.push_back((self.me, Input::Synced { token, result: Ok(()) }));
        token
    }

    fn read(&mut self, _: FileName, _: u64, _: usize) -> ReadToken {
        ReadToken(0)
    }

    fn announce(&mut self, event: N::Event) {
        let is_delivery = matches!(event.fact(), Some(Fact::Deliver { .. }));
        self.outside.delivered += u64::from(is_delivery);
    }

    fn choose(&mut self, _: &'static str, bound: u64) -> u64 {
        let word = &mut self.outside.random;
        *word = word.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        (*word >> 33) % bound
    }

    fn wall(&mut self) -> WallTime {
        WallTime::from_unix_nanos(self.outside.now.as_nanos())
    }
}

/// What so many broadcasts take.
#[derive(Clone, Copy, Debug)]
struct Peak {
    /// The most bytes of memory that were in use at a time.
    memory: u64,
    /// The most bytes on the members' disks.
    disk: u64,
    /// How many deliveries there were, of a thousand that all members' would be.
    delivered: u64,
}

fn peak<B: Broadcast<u64>>(config: &ProcessConfig<B::Config, u64>, broadcasts: u64) -> Peak {
    let (mut disk, mut delivered) = (0, 0);
    let allocated = measure(|| {
        let mut pump: Pump<Process<u64, B>> = Pump::new(config);
        pump.settle(Duration::from_secs(2));
        for batch in 0..broadcasts / BATCH {
            for nth in 0..BATCH {
                let number = batch * BATCH + nth;
                let (token, body) = (RequestToken(number), Request::Broadcast(number));
                let member = MEMBERS[(number % 3) as usize];
                pump.outside.due.push_back((member, Input::Request { token, body }));
            }
            pump.settle(Duration::from_millis(1));
            disk = disk.max(pump.outside.files.values().sum());
        }
        pump.settle(Duration::from_secs(1));
        delivered = pump.outside.delivered * 1_000 / (broadcasts * MEMBERS.len() as u64);
    });
    Peak { memory: allocated.bytes_max, disk, delivered }
}

/// Holds that a million broadcasts take no more than a tenth more than ten thousand.
fn is_stable<B: Broadcast<u64>>(config: &ProcessConfig<B::Config, u64>, delivered: u64) {
    let (few, many) = (peak::<B>(config, 10_000), peak::<B>(config, 1_000_000));
    let what = format!("after 10,000: {few:?}, after 1,000,000: {many:?}");
    assert!(few.delivered >= delivered && many.delivered >= delivered, "{what}");
    assert!(many.memory <= few.memory + few.memory / 10, "memory {what}");
    assert!(many.disk <= few.disk + few.disk / 10, "disk {what}");
}

/// A test for each broadcast: whether it is stable, with its default settings.
macro_rules! stable {
    ($($name:ident: $stack:ty),* $(,)?) => {$(
        #[test]
        fn $name() {
            is_stable::<$stack>(&ProcessConfig::default(), 1_000);
        }
    )*};
}

/// A link over a pump, which loses nothing.
type Wire<P> = Assumed<Frame<P>>;
type Eager<P> = EagerReliable<P, Wire<P>>;

stable! {
    best_effort_broadcast_over_a_perfect_link_keeps_nothing: BestEffort<u64, Perfect<Frame<u64>>>,
    eager_reliable_broadcast_keeps_nothing: Eager<u64>,
    lazy_reliable_broadcast_forgets_what_all_have: LazyReliable<u64, Wire<u64>, Detector>,
    all_ack_uniform_broadcast_forgets_what_is_delivered: AllAckUniform<u64, Wire<u64>, Detector>,
    majority_ack_uniform_broadcast_forgets_what_is_delivered: MajorityAckUniform<u64, Wire<u64>>,
    fifo_order_keeps_nothing: Fifo<u64, Eager<Numbered<u64>>>,
    causal_order_by_waiting_keeps_nothing: CausalWaiting<u64, Eager<Timed<u64>>>,
    causal_order_without_waiting_forgets_what_all_have:
        CausalNoWaiting<u64, Eager<WithPast<u64>>, Detector>,
    total_order_by_consensus_cuts_its_log: ConsensusOrder<u64>,
    total_order_by_a_sequencer_forgets_what_all_have:
        SequencerOrder<u64, Assumed<SequencerFrame<u64>>, Omega<EventuallyPerfect>>,
}

/// It delivers by chance.
#[test]
fn gossip_forgets_old_rumours() {
    is_stable::<Gossip<u64, Assumed<Rumour<u64>>>>(&ProcessConfig::default(), 900);
}
