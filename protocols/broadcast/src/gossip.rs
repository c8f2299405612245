//! Probabilistic broadcast by gossip (§3.8): rumours pushed to a few neighbours, and what was missed pulled from them.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use seatrial_links::{Delivered, Link, Payload};
use seatrial_node::{Disk, Duration, Input, Io, Load, Node, NodeId, OpenError, Outbox, Status};

use crate::config::refuse;
use crate::copies::copies;
use crate::frame::{NAME, digest_of_marks, mix, name, size_of_marks};
use crate::mutant::{Plant, plant, planted};
use crate::names::Names;
use crate::seen::{Mark, Marks, Seen};
use crate::{Broadcast, BroadcastEvent, MessageId, Topology};

/// What gossiping members send each other.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Rumour<P> {
    /// A message.
    Data {
        /// Its name.
        id: MessageId,
        /// How often it may be passed on from here.
        hops: u32,
        /// What it says.
        payload: P,
    },
    /// A question for what comes after these in each stream; streams that are not listed are wanted whole.
    Pull(Arc<[Mark]>),
}

impl<P: Payload> Payload for Rumour<P> {
    fn digest(&self) -> u64 {
        match self {
            Self::Data { id, hops, payload } => {
                mix(mix(name(*id), u64::from(*hops)), payload.digest())
            }
            Self::Pull(marks) => digest_of_marks(marks),
        }
    }

    fn load(&self) -> Load {
        match self {
            Self::Data { payload, .. } => payload.load().within(1 + 4 + NAME),
            Self::Pull(marks) => Load::control(1).within(size_of_marks(marks)),
        }
    }
}

/// How gossip spreads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GossipMode {
    /// Whoever hears something new tells some neighbours (§3.8.3, Eager Probabilistic Broadcast).
    Push,
    /// Everybody asks a neighbour for news, again and again.
    Pull,
    /// Both: the push is fast, and the pull brings what it has missed.
    PushPull,
}

/// The settings of gossip.
#[derive(Clone, Debug)]
pub struct GossipConfig<L> {
    /// The link's.
    pub link: L,
    /// Who gossips with whom.
    pub topology: Topology,
    /// How gossip spreads.
    pub mode: GossipMode,
    /// How many neighbours are told something new (the book's k); all of them, if there are no more.
    pub fanout: u32,
    /// How often a message is passed on (the book's R).
    pub hops: u32,
    /// How often a neighbour is asked for news.
    pub pull_every: Duration,
    /// How many messages one answer has at most.
    pub pull_batch: usize,
    /// How many messages are kept for those who ask, the latest.
    pub keep: usize,
    /// A bug to plant.
    #[cfg(feature = "mutants")]
    pub mutant: Option<crate::Mutant>,
}

impl<L: Default> Default for GossipConfig<L> {
    /// Push and pull in a mesh: 4 neighbours, 10 hops, a question every 100 ms, and 1,000 messages kept.
    fn default() -> Self {
        Self {
            link: L::default(),
            topology: Topology::Mesh,
            mode: GossipMode::PushPull,
            fanout: 4,
            hops: 10,
            pull_every: Duration::from_millis(100),
            pull_batch: 64,
            keep: 1_000,
            #[cfg(feature = "mutants")]
            mutant: None,
        }
    }
}

impl<L> GossipConfig<L> {
    /// Whether these settings make sense together.
    ///
    /// # Errors
    /// [`OpenError::Config`] with the setting, the reason and what to do.
    pub fn validate(&self) -> Result<(), OpenError> {
        self.topology.validate()?;
        if self.pushes() && (self.fanout == 0 || self.hops == 0) {
            return refuse("fanout or hops is zero, so nothing is pushed; give both at least 1");
        }
        if self.pulls() && self.pull_every == Duration::ZERO {
            return refuse("pull_every is zero, so questions would never end; give it some time");
        }
        if self.pulls() && (self.pull_batch == 0 || self.keep == 0) {
            return refuse("pull_batch or keep is zero, so no question is answered; give both 1");
        }
        Ok(())
    }

    /// The layer's own settings, without the link's.
    fn own(&self) -> GossipConfig<()> {
        GossipConfig {
            link: (),
            topology: self.topology,
            mode: self.mode,
            fanout: self.fanout,
            hops: self.hops,
            pull_every: self.pull_every,
            pull_batch: self.pull_batch,
            keep: self.keep,
            #[cfg(feature = "mutants")]
            mutant: self.mutant,
        }
    }

    fn pushes(&self) -> bool {
        self.mode != GossipMode::Pull
    }

    fn pulls(&self) -> bool {
        self.mode != GossipMode::Push
    }
}

/// A timer of gossip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GossipTimer<T> {
    /// The link's.
    Link(T),
    /// Time to ask a neighbour.
    Pull,
}

/// Tells rumours, over any link.
///
/// What it promises: nothing is delivered twice (PB2) nor unless it was broadcast (PB3), and what a correct member broadcasts every correct
/// one delivers with a probability as high as the fanout, the hops and the questions make it (PB1).
///
/// It takes `fanout` messages a member and broadcast, however large the group. It keeps the latest [`keep`](GossipConfig::keep) messages,
/// and as many names in a stream beyond one that it has missed; then that one is given up.
pub struct Gossip<P: Payload, L: Link<Rumour<P>>> {
    config: GossipConfig<()>,
    link: L,
    heard: Outbox<L>,
    names: Names<P>,
    neighbours: Vec<NodeId>,
    delivered: Seen,
    kept: VecDeque<(MessageId, P)>,
    dropped: u64,
    plant: Plant,
}

impl<P: Payload, L: Link<Rumour<P>>> Node for Gossip<P, L> {
    type Config = GossipConfig<L::Config>;
    type Message = L::Message;
    type Timer = GossipTimer<L::Timer>;
    type Request = ();
    type Response = ();
    type Event = BroadcastEvent<P>;

    fn open(config: &Self::Config, disk: &mut Disk<'_>) -> Result<Self, OpenError> {
        config.validate()?;
        Ok(Self {
            config: config.own(),
            link: L::open(&config.link, &mut disk.child("link"))?,
            heard: Outbox::new(),
            names: Names::open(disk, Plant::default())?,
            neighbours: Vec::new(),
            delivered: Seen::default(),
            kept: VecDeque::new(),
            dropped: 0,
            plant: plant!(config),
        })
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        match input {
            Input::Start => {
                self.begin(io);
                self.pass(Input::Start, io);
            }
            Input::Message { from, body } => self.pass(Input::Message { from, body }, io),
            Input::Timer(GossipTimer::Link(timer)) => self.pass(Input::Timer(timer), io),
            Input::Timer(GossipTimer::Pull) => self.pull(io),
            Input::Synced { token, result } => {
                self.names.synced(token, result, io);
                while let Some((id, payload)) = self.names.release() {
                    self.tell(id, payload, io);
                }
                self.pass(Input::Synced { token, result }, io);
            }
            Input::Read { token, result } => self.pass(Input::Read { token, result }, io),
            _ => {}
        }
        self.settle(io);
    }

    /// The link's status, and `life`, `kept`, `dropped`: which life this is, how many messages are kept, and how many rumours made no
    /// sense.
    fn status(&self) -> Status {
        let own = self.link.status().with("life", u64::from(self.life()));
        own.with("kept", self.kept.len() as u64).with("dropped", self.dropped)
    }

    fn digest(message: &Self::Message) -> u64 {
        L::digest(message)
    }

    fn load(message: &Self::Message) -> Load {
        L::load(message)
    }
}

impl<P: Payload, L: Link<Rumour<P>>> Broadcast<P> for Gossip<P, L> {
    fn broadcast(&mut self, payload: P, io: &mut Io<'_, Self>) -> MessageId {
        let (id, payload) = self.names.name(payload, io);
        if let Some(payload) = payload {
            self.tell(id, payload, io);
        }
        self.settle(io);
        id
    }

    fn life(&self) -> u32 {
        self.names.life()
    }
}

impl<P: Payload, L: Link<Rumour<P>>> Gossip<P, L> {
    fn begin(&mut self, io: &mut Io<'_, Self>) {
        self.names.begin(io);
        let members = io.members();
        if let Ok(me) = members.binary_search(&io.me()) {
            let places = self.config.topology.neighbours(members.len(), me);
            self.neighbours = places.into_iter().map(|place| members[place]).collect();
        }
        if self.config.pulls() && !self.neighbours.is_empty() {
            io.set_timer(GossipTimer::Pull, self.config.pull_every);
        }
    }

    fn pass(&mut self, input: Input<L>, io: &mut Io<'_, Self>) {
        let Self { link, heard, .. } = self;
        io.child("link", |m| m, GossipTimer::Link, heard, |io| link.handle(input, io));
    }

    fn send(&mut self, to: NodeId, rumour: Rumour<P>, io: &mut Io<'_, Self>) {
        let Self { link, heard, .. } = self;
        io.child("link", |m| m, GossipTimer::Link, heard, |io| link.send(to, rumour, io));
    }

    fn settle(&mut self, io: &mut Io<'_, Self>) {
        while !self.heard.events.is_empty() {
            for Delivered { from, payload } in std::mem::take(&mut self.heard.events) {
                self.hear(from, payload, io);
            }
        }
    }

    /// A message of this member's own.
    fn tell(&mut self, id: MessageId, payload: P, io: &mut Io<'_, Self>) {
        io.announce(BroadcastEvent::Broadcast { id, digest: payload.digest() });
        self.learn(id, payload, self.config.hops, io);
    }

    fn hear(&mut self, from: NodeId, rumour: Rumour<P>, io: &mut Io<'_, Self>) {
        if io.members().binary_search(&from).is_err() {
            self.dropped = self.dropped.saturating_add(1);
            return;
        }
        match rumour {
            Rumour::Data { id, .. } if !Names::<P>::is_possible(id, io.members()) => {
                self.dropped = self.dropped.saturating_add(1);
            }
            Rumour::Data { id, hops, payload } => {
                let hops = if planted!(self.plant, OneRound) { 0 } else { hops };
                self.learn(id, payload, hops, io);
            }
            Rumour::Pull(_) if planted!(self.plant, PullUnanswered) => {}
            Rumour::Pull(marks) => self.answer(from, &marks, io),
        }
    }

    /// Delivers what is new, and passes it on.
    fn learn(&mut self, id: MessageId, payload: P, hops: u32, io: &mut Io<'_, Self>) {
        if !self.delivered.insert(id) {
            return;
        }
        io.announce(BroadcastEvent::Deliver { id, payload: payload.clone() });
        if self.config.pushes() && hops > 0 {
            let hops = hops.min(self.config.hops) - 1;
            self.push(&Rumour::Data { id, hops, payload: payload.clone() }, io);
        }
        if self.config.pulls() {
            if self.kept.len() >= self.config.keep {
                self.kept.pop_front();
            }
            self.kept.push_back((id, payload));
            self.delivered.close_gaps(self.config.keep);
        }
    }

    /// Tells as many neighbours as the fanout says, by chance which.
    fn push(&mut self, rumour: &Rumour<P>, io: &mut Io<'_, Self>) {
        let all = self.neighbours.len();
        let told = all.min(self.config.fanout as usize);
        for place in 0..told {
            if told < all && !planted!(self.plant, SamePeers) {
                let other = io.choose("gossip: whom to tell", (all - place) as u64) as usize;
                self.neighbours.swap(place, place + other);
            }
            self.send(self.neighbours[place], rumour.clone(), io);
        }
    }

    /// Asks a neighbour, by chance which.
    fn pull(&mut self, io: &mut Io<'_, Self>) {
        io.set_timer(GossipTimer::Pull, self.config.pull_every);
        let mut place = io.choose("gossip: whom to ask", self.neighbours.len() as u64) as usize;
        if planted!(self.plant, SamePeers) {
            place = 0;
        }
        let marks = self.delivered.marks().collect();
        self.send(self.neighbours[place], Rumour::Pull(marks), io);
    }

    /// Gives a neighbour what it has not, the oldest first.
    fn answer(&mut self, to: NodeId, marks: &[Mark], io: &mut Io<'_, Self>) {
        let mut known = Marks::default();
        marks.iter().for_each(|mark| known.raise(*mark));
        let news = |(id, _): &&(MessageId, P)| id.sequence() > known.get(id.stream());
        let is_meagre = io.buggify("gossip: one message to an answer");
        let most = if is_meagre { 1 } else { self.config.pull_batch };
        let news: Vec<_> = self.kept.iter().filter(news).take(most).cloned().collect();
        for (id, payload) in news {
            self.send(to, Rumour::Data { id, hops: 0, payload }, io);
        }
    }
}

copies! {
    Gossip<P: Payload, L: Link<Rumour<P>>>
    state { link, names, neighbours, delivered, kept, dropped } same { config, plant } idle { heard }
}

impl<P: Payload, L: Link<Rumour<P>>> fmt::Debug for Gossip<P, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Gossip({})", self.status())
    }
}
