//! A world small enough to be seen through: virtual time, links whose latency a test writes down, crashes and restarts.

use std::collections::BTreeMap;

use seatrial_node::{
    Announce, Disk, DiskWrite, Duration, Fact, FileName, Input, Instant, Io, NoStorage, Node,
    NodeId, Port, ReadToken, RequestToken, SyncToken, WallTime,
};

/// What a link does to a message: from, to, when it was sent; returns how long it takes, or nothing where it is lost.
type Link = Box<dyn FnMut(NodeId, NodeId, Instant) -> Option<Duration>>;

pub(super) struct Pump<N: Node> {
    members: Vec<NodeId>,
    nodes: Vec<Option<N>>,
    pub(super) facts: Vec<(Instant, NodeId, Fact)>,
    pub(super) messages: u64,
    core: Core<N>,
    link: Link,
}

/// What happens to a node at an instant.
enum Happening<N: Node> {
    Message { from: NodeId, body: N::Message },
    Timer { key: N::Timer, set: u64 },
}

struct Core<N: Node> {
    now: Instant,
    ticket: u64,
    queue: BTreeMap<(Instant, u64), (usize, u64, Happening<N>)>,
    timers: Vec<BTreeMap<N::Timer, u64>>,
    lives: Vec<u64>,
    chance: u64,
}

impl<N: Node> Pump<N> {
    /// Nodes `0..n`, each started at zero, with links that take 10 ms.
    pub(super) fn new(n: u32, config: &N::Config) -> Self {
        let members: Vec<_> = (0..n).map(NodeId).collect();
        let core = Core {
            now: Instant::ZERO,
            ticket: 0,
            queue: BTreeMap::new(),
            timers: members.iter().map(|_| BTreeMap::new()).collect(),
            lives: vec![0; members.len()],
            chance: 1,
        };
        let nodes = members.iter().map(|_| None).collect();
        let link: Link = Box::new(|_, _, _| Some(Duration::from_millis(10)));
        let mut pump = Self { members, nodes, facts: Vec::new(), messages: 0, core, link };
        for node in 0..n {
            pump.start(NodeId(node), config);
        }
        pump
    }

    pub(super) fn links(
        mut self,
        link: impl FnMut(NodeId, NodeId, Instant) -> Option<Duration> + 'static,
    ) -> Self {
        self.link = Box::new(link);
        self
    }

    /// Begins a life of this node.
    pub(super) fn start(&mut self, node: NodeId, config: &N::Config) {
        let opened = N::open(config, &mut Disk::new(&mut NoStorage)).expect("a good configuration");
        self.nodes[node.0 as usize] = Some(opened);
        self.give(node, Input::Start);
    }

    pub(super) fn crash(&mut self, node: NodeId) {
        let i = node.0 as usize;
        self.nodes[i] = None;
        self.core.timers[i].clear();
        self.core.lives[i] += 1;
    }

    pub(super) fn node(&self, node: u32) -> &N {
        self.nodes[node as usize].as_ref().expect("a node that is up")
    }

    pub(super) fn now(&self) -> Instant {
        self.core.now
    }

    /// Runs until this much time has passed.
    pub(super) fn run(&mut self, span: Duration) {
        let end = self.core.now + span;
        while let Some(entry) = self.core.queue.first_entry()
            && entry.key().0 <= end
        {
            let ((at, _), (i, life, happening)) = entry.remove_entry();
            self.core.now = at;
            let input = match happening {
                Happening::Message { from, body } => Input::Message { from, body },
                Happening::Timer { key, set } => {
                    let current = life == self.core.lives[i];
                    if !current || self.core.timers[i].get(&key) != Some(&set) {
                        continue;
                    }
                    self.core.timers[i].remove(&key);
                    Input::Timer(key)
                }
            };
            self.give(self.members[i], input);
        }
        self.core.now = end;
    }

    fn give(&mut self, to: NodeId, input: Input<N>) {
        self.act(to, |node, io| node.handle(input, io));
    }

    /// Lets a node that is up do something.
    pub(super) fn act(&mut self, at: NodeId, act: impl FnOnce(&mut N, &mut Io<'_, N>)) {
        let Some(node) = self.nodes[at.0 as usize].as_mut() else { return };
        let mut port = Hand {
            me: at,
            core: &mut self.core,
            link: &mut self.link,
            facts: &mut self.facts,
            messages: &mut self.messages,
        };
        let now = port.core.now;
        act(node, &mut Io::new(at, now, &self.members, &mut port));
    }

    /// When `at` first told this fact.
    pub(super) fn when(&self, at: u32, fact: Fact) -> Option<Instant> {
        self.facts.iter().find(|told| told.1 == NodeId(at) && told.2 == fact).map(|told| told.0)
    }

    /// How often anybody told a fact like this.
    pub(super) fn count(&self, like: impl Fn(&Fact) -> bool) -> usize {
        self.facts.iter().filter(|told| like(&told.2)).count()
    }

    /// Whom `at` suspects at the end, as far as its facts tell.
    pub(super) fn suspected_by(&self, at: u32) -> Vec<u32> {
        let mut suspected = Vec::new();
        for (_, teller, fact) in &self.facts {
            match fact {
                _ if *teller != NodeId(at) => {}
                Fact::Suspect { node } => suspected.push(node.0),
                Fact::Restore { node } => suspected.retain(|other| *other != node.0),
                _ => {}
            }
        }
        suspected
    }
}

struct Hand<'a, N: Node> {
    me: NodeId,
    core: &'a mut Core<N>,
    link: &'a mut Link,
    facts: &'a mut Vec<(Instant, NodeId, Fact)>,
    messages: &'a mut u64,
}

impl<N: Node> Core<N> {
    fn enqueue(&mut self, to: usize, after: Duration, happening: Happening<N>) {
        self.ticket += 1;
        let life = self.lives[to];
        self.queue.insert((self.now + after, self.ticket), (to, life, happening));
    }
}

impl<N: Node> Port<N> for Hand<'_, N> {
    fn send(&mut self, to: NodeId, body: N::Message) {
        *self.messages += 1;
        if let Some(latency) = (self.link)(self.me, to, self.core.now) {
            let happening = Happening::Message { from: self.me, body };
            self.core.enqueue(to.0 as usize, latency, happening);
        }
    }

    fn set_timer(&mut self, key: N::Timer, after: Duration) {
        let (me, set) = (self.me.0 as usize, self.core.ticket + 1);
        self.core.timers[me].insert(key.clone(), set);
        self.core.enqueue(me, after, Happening::Timer { key, set });
    }

    fn cancel_timer(&mut self, key: &N::Timer) {
        self.core.timers[self.me.0 as usize].remove(key);
    }

    fn reply(&mut self, _: RequestToken, _: N::Response) {}

    fn write(&mut self, _: DiskWrite<'_>) {}

    fn sync(&mut self, _: FileName) -> SyncToken {
        SyncToken(0)
    }

    fn read(&mut self, _: FileName, _: u64, _: usize) -> ReadToken {
        ReadToken(0)
    }

    fn announce(&mut self, event: N::Event) {
        if let Some(fact) = event.fact() {
            self.facts.push((self.core.now, self.me, fact));
        }
    }

    /// SplitMix64.
    fn choose(&mut self, _: &'static str, bound: u64) -> u64 {
        self.core.chance = self.core.chance.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.core.chance;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }

    fn wall(&mut self) -> WallTime {
        WallTime::from_unix_nanos(1_700_000_000_000_000_000 + self.core.now.as_nanos())
    }
}
