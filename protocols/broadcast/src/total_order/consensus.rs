//! Total order from a replicated log: each entry is a message, and the log's order is the order (§6.1.2, Consensus-Based Total-Order
//! Broadcast, with one consensus for each place).

use std::fmt;
use std::sync::Arc;

use seatrial_links::Payload;
use seatrial_node::{
    Disk, Fact, Input, Io, Node, NodeId, OpenError, Outbox, Status, Wire, WireError,
};
use seatrial_raft::{Event as RaftEvent, Raft};

use super::entry;
use super::own::Own;
use super::saves::Saves;
use super::{ConsensusConfig, ConsensusMessage, ConsensusTimer};
use crate::mutant::{Plant, plant, planted};
use crate::names::Names;
use crate::seen::Seen;
use crate::{
    Broadcast, BroadcastEvent, MessageId, ReliableBroadcast, TotalOrderBroadcast, UniformBroadcast,
};

/// Delivers what is committed in a log that Raft replicates.
///
/// What it promises: URB1 to URB4 and UTOB5, while a majority of the members is up, or comes back. It assumes nothing of time to be safe;
/// to get on, Raft needs a leader that its messages reach in time. Members may crash and start again: the log is on their disks.
///
/// **Lives.** A life begins in the order where the member's log does, or where a snapshot takes it. So a user hears again much of what
/// the former life had heard, because its state died with that life; and after a crash it may miss a part, which
/// [`BroadcastEvent::Skipped`] tells. What a life broadcasts and the leader never hears of is lost with it (URB1 is owed to members that
/// stay up). Nothing is delivered twice in one life, and no life delivers two messages in another order than the others do.
///
/// **Retries.** A member asks the leader for a place, and asks again until it sees its message in the order: a message may get several
/// places, and counts at the first. Which messages have had theirs is a number for each stream, and one for each message that has
/// overtaken another: at most 256 for a stream, and the streams of eight lives of a member.
///
/// **Memory and disk.** Besides what is under way: the log that not all members have delivered yet, to `save_every` entries, and of it
/// no more than `keep` entries. A member that is farther behind gets the state and not the messages: see [`BroadcastEvent::Skipped`].
///
/// It takes up to 3n messages a broadcast, fewer where the leader sends several entries at a time. A payload that is too long for the
/// log ([`seatrial_raft::MAX_COMMAND`], with 13 bytes for its name) is delivered to nobody, and counts as `dropped`.
pub struct ConsensusOrder<P: Payload + Wire> {
    config: ConsensusConfig,
    raft: Raft,
    heard: Outbox<Raft>,
    /// Memory for the events being handled.
    spare: Vec<RaftEvent>,
    names: Names<P>,
    own: Own<Arc<[u8]>>,
    /// Which messages have had their place.
    delivered: Seen,
    /// Of a leader: those, and those that it has given a place in its term.
    placed: Seen,
    saves: Saves,
    office: Office,
    is_retrying: bool,
    is_reporting: bool,
    /// Entries and requests that no correct member makes, and payloads that were too long.
    dropped: u64,
    /// The leader's snapshot could not be read.
    is_halted: bool,
    plant: Plant,
}

/// Who leads, as far as this member knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Office {
    Leading,
    Following(NodeId),
    Vacant,
}

impl<P: Payload + Wire> Node for ConsensusOrder<P> {
    type Config = ConsensusConfig;
    type Message = ConsensusMessage;
    type Timer = ConsensusTimer;
    type Request = ();
    type Response = ();
    type Event = BroadcastEvent<P>;

    fn open(config: &ConsensusConfig, disk: &mut Disk<'_>) -> Result<Self, OpenError> {
        config.validate()?;
        let plant = plant!(config);
        let raft = Raft::open(&config.raft, &mut disk.child("raft"))?;
        let mut saves = Saves::default();
        let mut delivered = Seen::default();
        if let Some((meta, bytes)) = raft.snapshot() {
            let unreadable = |error: WireError| OpenError::Corrupt(format!("snapshot: {error}"));
            delivered = entry::decode_seen(bytes).map_err(unreadable)?;
            saves.restored(meta.index);
        }
        Ok(Self {
            config: config.clone(),
            raft,
            heard: Outbox::new(),
            spare: Vec::new(),
            names: Names::open(disk, plant)?,
            own: Own::default(),
            delivered,
            placed: Seen::default(),
            saves,
            office: Office::Vacant,
            is_retrying: false,
            is_reporting: false,
            dropped: 0,
            is_halted: false,
            plant,
        })
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        if self.is_halted {
            return;
        }
        match input {
            Input::Start => {
                self.names.begin(io);
                self.pass(Input::Start, io);
            }
            Input::Message { from, body: ConsensusMessage::Raft(body) } => {
                self.pass(Input::Message { from, body }, io);
            }
            Input::Message { from, body } if io.members().binary_search(&from).is_ok() => {
                self.hear(from, body, io);
            }
            Input::Message { .. } => self.drop_one(),
            Input::Timer(ConsensusTimer::Raft(timer)) => self.pass(Input::Timer(timer), io),
            Input::Timer(ConsensusTimer::Retry) => {
                self.is_retrying = false;
                self.ask_again(io);
            }
            Input::Timer(ConsensusTimer::Report) => {
                self.is_reporting = false;
                self.report(io);
            }
            Input::Synced { token, result } => {
                self.names.synced(token, result, io);
                while let Some((id, payload)) = self.names.release() {
                    self.send(id, &payload, io);
                }
                self.pass(Input::Synced { token, result }, io);
            }
            Input::Read { token, result } => self.pass(Input::Read { token, result }, io),
            _ => {}
        }
        self.settle(io);
    }

    /// The log's status, and `life`, `under_way`, `applied`, `log`, `dropped`: which life this is, how many of its own messages have no
    /// place yet, up to which index the log is delivered, how many entries it holds, and what was of no use. And `halted`, if a snapshot
    /// of another version has come.
    fn status(&self) -> Status {
        let status = self
            .raft
            .status()
            .with("life", u64::from(self.names.life()))
            .with("under_way", self.own.len() as u64)
            .with("applied", self.raft.last_applied())
            .with("log", self.raft.log_len() as u64)
            .with("dropped", self.dropped);
        if self.is_halted { status.with("halted", true) } else { status }
    }

    fn digest(message: &ConsensusMessage) -> u64 {
        match message {
            ConsensusMessage::Raft(message) => Raft::digest(message),
            ConsensusMessage::Ask(entry) => entry::name(entry).map_or(1, crate::frame::name),
            ConsensusMessage::Delivered { index } => crate::frame::mix(2, *index),
        }
    }
}

impl<P: Payload + Wire> Broadcast<P> for ConsensusOrder<P> {
    fn broadcast(&mut self, payload: P, io: &mut Io<'_, Self>) -> MessageId {
        let (id, payload) = self.names.name(payload, io);
        if let Some(payload) = payload {
            self.send(id, &payload, io);
            self.settle(io);
        }
        id
    }

    fn life(&self) -> u32 {
        self.names.life()
    }
}

impl<P: Payload + Wire> ReliableBroadcast<P> for ConsensusOrder<P> {}

impl<P: Payload + Wire> UniformBroadcast<P> for ConsensusOrder<P> {}

impl<P: Payload + Wire> TotalOrderBroadcast<P> for ConsensusOrder<P> {}

impl<P: Payload + Wire> ConsensusOrder<P> {
    /// The replicated log, to look at.
    pub fn raft(&self) -> &Raft {
        &self.raft
    }

    fn pass(&mut self, input: Input<Raft>, io: &mut Io<'_, Self>) {
        self.ask_raft(io, |raft, io| raft.handle(input, io));
    }

    fn ask_raft<R>(
        &mut self,
        io: &mut Io<'_, Self>,
        ask: impl FnOnce(&mut Raft, &mut Io<'_, Raft>) -> R,
    ) -> R {
        let Self { raft, heard, .. } = self;
        let (message, timer) = (ConsensusMessage::Raft, ConsensusTimer::Raft);
        io.child("raft", message, timer, heard, |io| ask(raft, io))
    }

    fn drop_one(&mut self) {
        self.dropped = self.dropped.saturating_add(1);
    }

    fn hear(&mut self, from: NodeId, message: ConsensusMessage, io: &mut Io<'_, Self>) {
        match message {
            ConsensusMessage::Ask(entry) => self.place(entry, io),
            ConsensusMessage::Delivered { index } => {
                self.saves.note(from, index);
                self.forget(io);
            }
            ConsensusMessage::Raft(_) => {}
        }
    }

    /// A message of this member's own has its name, and may be sent.
    fn send(&mut self, id: MessageId, payload: &P, io: &mut Io<'_, Self>) {
        io.announce(BroadcastEvent::Broadcast { id, digest: payload.digest() });
        let (entry, fits) = entry::encode(id, payload);
        if !fits {
            self.drop_one();
        }
        self.own.insert(id.sequence(), entry);
        self.ask_on(io);
    }

    /// Asks for places for the messages whose turn it is.
    fn ask_on(&mut self, io: &mut Io<'_, Self>) {
        while let Some((_, entry)) = self.own.next() {
            let entry = Arc::clone(entry);
            self.ask(entry, io);
        }
        self.retry_later(io);
    }

    /// Asks again: the leader may have changed, or may not have heard.
    fn ask_again(&mut self, io: &mut Io<'_, Self>) {
        let mut last = 0;
        while let Some((sequence, entry)) = self.own.asked_after(last) {
            last = sequence;
            let entry = Arc::clone(entry);
            self.ask(entry, io);
        }
        self.retry_later(io);
    }

    fn retry_later(&mut self, io: &mut Io<'_, Self>) {
        if self.own.len() > 0 && !self.is_retrying {
            self.is_retrying = true;
            io.set_timer(ConsensusTimer::Retry, self.config.retry_after);
        }
    }

    fn ask(&mut self, entry: Arc<[u8]>, io: &mut Io<'_, Self>) {
        match self.office {
            Office::Leading => self.place(entry, io),
            Office::Following(leader) => io.send(leader, ConsensusMessage::Ask(entry)),
            Office::Vacant => {}
        }
    }

    /// As the leader, gives an entry its place in the log, unless it has one, or has got one in this term.
    fn place(&mut self, entry: Arc<[u8]>, io: &mut Io<'_, Self>) {
        if self.office != Office::Leading {
            return;
        }
        let name = entry::name(&entry);
        let Some(id) = name.filter(|id| Names::<P>::is_possible(*id, io.members())) else {
            return self.drop_one();
        };
        if !self.placed.insert(id) {
            return;
        }
        let early = planted!(self.plant, DeliverBeforeMajority).then(|| Arc::clone(&entry));
        // It may have lost its office a moment ago; its own members ask again.
        let _ = self.ask_raft(io, |raft, io| raft.propose(entry, io));
        if let Some(entry) = early {
            self.deliver(id, &entry, io);
        }
    }

    /// Acts upon all that the log has to tell, until it is silent.
    fn settle(&mut self, io: &mut Io<'_, Self>) {
        loop {
            let mut events =
                std::mem::replace(&mut self.heard.events, std::mem::take(&mut self.spare));
            for event in events.drain(..) {
                self.take(event, io);
            }
            self.spare = events;
            if self.is_halted {
                return;
            }
            self.deliver_committed(io);
            if self.heard.events.is_empty() {
                return;
            }
        }
    }

    fn take(&mut self, event: RaftEvent, io: &mut Io<'_, Self>) {
        match event {
            RaftEvent::Fact(fact) => io.announce(BroadcastEvent::Fact(fact)),
            RaftEvent::Leading { .. } => {
                self.placed.clone_from(&self.delivered);
                self.change_office(Office::Leading, io);
            }
            RaftEvent::Following { leader, .. } => {
                self.change_office(leader.map_or(Office::Vacant, Office::Following), io);
            }
            RaftEvent::Restore { index, snapshot, .. } => self.restore(index, &snapshot, io),
            // Committed entries are asked for after every input.
            _ => {}
        }
    }

    fn change_office(&mut self, office: Office, io: &mut Io<'_, Self>) {
        if self.office != office {
            self.office = office;
            self.ask_again(io);
        }
    }

    fn deliver_committed(&mut self, io: &mut Io<'_, Self>) {
        while let Some(committed) = self.raft.next_committed() {
            let (index, digest) = (committed.index, committed.digest());
            io.announce(BroadcastEvent::Fact(Fact::Apply { index, digest }));
            let name = committed.command.as_deref().map(|entry| (entry, entry::name(entry)));
            match name {
                Some((entry, Some(id))) => self.deliver(id, entry, io),
                Some((_, None)) => self.drop_one(),
                None => {}
            }
            self.saves.delivered(index, &self.delivered, self.config.save_every);
        }
        self.report_soon(io);
    }

    /// A message has got its place; the first one counts.
    fn deliver(&mut self, id: MessageId, entry: &[u8], io: &mut Io<'_, Self>) {
        let is_first = self.delivered.insert(id) || planted!(self.plant, RetryDeliveredTwice);
        self.placed.insert(id);
        if id.origin == io.me() && id.life() == self.names.life() {
            self.own.remove(id.sequence());
            self.ask_on(io);
        }
        match entry::payload(entry) {
            Some(Ok(payload)) if is_first => io.announce(BroadcastEvent::Deliver { id, payload }),
            Some(Err(_)) => self.drop_one(),
            _ => {}
        }
    }

    /// Up to which index this member will never ask for an entry again: it has delivered it, and has it on its disk.
    fn done(&self) -> u64 {
        self.raft.last_applied().min(self.raft.persisted_index())
    }

    fn report_soon(&mut self, io: &mut Io<'_, Self>) {
        match self.saves.untold(self.done()) {
            0 => {}
            untold if untold >= self.config.save_every => self.report(io),
            _ if io.buggify("broadcast: saves at once") => self.report(io),
            _ if !self.is_reporting => {
                self.is_reporting = true;
                io.set_timer(ConsensusTimer::Report, self.config.report_after);
            }
            _ => {}
        }
    }

    fn report(&mut self, io: &mut Io<'_, Self>) {
        if let Some(index) = self.saves.report(self.done()) {
            for peer in io.peers() {
                io.send(peer, ConsensusMessage::Delivered { index });
            }
            self.forget(io);
        }
    }

    /// Forgets the log up to where all members have delivered it.
    fn forget(&mut self, io: &mut Io<'_, Self>) {
        let waits = !planted!(self.plant, ForgetsUnstable);
        let peers = io.peers().filter(|_| waits);
        let save = self.saves.take(peers, self.raft.last_applied(), self.config.keep);
        if let Some((index, snapshot)) = save {
            self.ask_raft(io, |raft, io| raft.compact(index, snapshot, io));
        }
    }

    /// The leader has sent the state in place of messages that it has forgotten.
    fn restore(&mut self, index: u64, snapshot: &[u8], io: &mut Io<'_, Self>) {
        let Ok(delivered) = entry::decode_seen(snapshot) else {
            self.is_halted = true;
            return;
        };
        self.delivered = delivered;
        self.saves.restored(index);
        let (me, life) = (io.me(), self.names.life());
        let has_place = |number: &u32| self.delivered.contains(MessageId::new(me, life, *number));
        let placed: Vec<u32> = self.own.sequences().filter(has_place).collect();
        for sequence in &placed {
            self.own.remove(*sequence);
        }
        let own = placed.into_iter().map(|sequence| MessageId::new(me, life, sequence)).collect();
        io.announce(BroadcastEvent::Skipped { own });
        self.ask_on(io);
    }
}

impl<P: Payload + Wire> fmt::Debug for ConsensusOrder<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConsensusOrder({})", self.status())
    }
}
