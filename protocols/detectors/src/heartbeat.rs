//! What the heartbeat detectors have in common: they ask every peer in rounds, all at once, and are answered.
//!
//! A detector asks (Cachin, Guerraoui and Rodrigues, 2nd ed., Alg. 2.5 and 2.7) where others wait for beats that come unasked. It
//! costs a message more, and it makes every beat belong to a round of the asker's present life: one that was meant for a former life,
//! or comes twice, or out of order, is told from a fresh one by its number alone, and no peer's incarnation has to be known.

use seatrial_node::{Duration, Io, Node, NodeId, OpenError, Status};

use crate::mutant::{Planted, planted};

/// What heartbeat detectors send each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Heartbeat {
    /// Are you there?
    Request {
        /// The asker's round.
        round: u64,
    },
    /// I am.
    Reply {
        /// The round in which that was asked.
        round: u64,
    },
}

impl Heartbeat {
    /// See [`Node::digest`].
    pub(crate) fn digest(&self) -> u64 {
        match self {
            Self::Request { round } => round << 1,
            Self::Reply { round } => round << 1 | 1,
        }
    }
}

/// The timers of a heartbeat detector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HeartbeatTimer {
    /// The next round begins.
    Round,
    /// Somebody's time to answer may be over.
    Deadline,
}

/// A fresh answer: newer than any before it from that peer.
pub(crate) struct Beat {
    /// Which peer, by its place in the list.
    pub(crate) peer: usize,
    /// The round that it answers; the first of this life is 1.
    pub(crate) round: u64,
}

/// Asks and answers. Its memory is a fixed number of bytes for each peer.
#[derive(Clone, Debug, Hash)]
pub(crate) struct Asker {
    peers: Vec<Asked>,
    /// How round 1 of this life is called in messages. The wall clock chooses it, so that lives do not share names.
    first_name: u64,
    /// How many rounds have begun in this life.
    rounds: u64,
    strangers: u64,
    stale: u64,
    planted: Planted,
}

#[derive(Clone, Debug, Hash)]
struct Asked {
    node: NodeId,
    /// The last round that it has answered; zero at first.
    answered: u64,
}

impl Asker {
    /// Knows nobody until it starts.
    pub(crate) fn new(planted: Planted) -> Self {
        Self { peers: Vec::new(), first_name: 0, rounds: 0, strangers: 0, stale: 0, planted }
    }

    /// Learns whom to ask. A member that is listed twice is asked once.
    pub(crate) fn start<N: Node>(&mut self, io: &mut Io<'_, N>) {
        self.peers = io.peers().map(|node| Asked { node, answered: 0 }).collect();
        self.peers.sort_unstable_by_key(|peer| peer.node);
        self.peers.dedup_by_key(|peer| peer.node);
        self.first_name = io.wall().as_unix_nanos();
    }

    /// Begins a round: asks every peer, suspected or not, and waits for none.
    pub(crate) fn ask<N: Node<Message = Heartbeat>>(&mut self, io: &mut Io<'_, N>) {
        self.rounds += 1;
        let count = if self.one_by_one() { 1 } else { self.peers.len() };
        for peer in self.peers.iter().take(count) {
            io.send(peer.node, Heartbeat::Request { round: self.name() });
        }
    }

    /// Answers a question, or returns a fresh answer. What comes from a stranger, from another life or twice is dropped and counted.
    pub(crate) fn hear<N: Node<Message = Heartbeat>>(
        &mut self,
        from: NodeId,
        message: Heartbeat,
        suspects_any: impl FnOnce() -> bool,
        io: &mut Io<'_, N>,
    ) -> Option<Beat> {
        let Some(peer) = self.find(from) else {
            self.strangers += 1;
            return None;
        };
        match message {
            Heartbeat::Request { round } => {
                if !(planted!(self.planted, ContagiousCrash) && suspects_any()) {
                    io.send(from, Heartbeat::Reply { round });
                }
                None
            }
            Heartbeat::Reply { round } => self.answered(peer, round, io),
        }
    }

    fn answered<N: Node<Message = Heartbeat>>(
        &mut self,
        peer: usize,
        name: u64,
        io: &mut Io<'_, N>,
    ) -> Option<Beat> {
        let round = name.wrapping_sub(self.first_name).wrapping_add(1);
        if round == 0 || round > self.rounds || round <= self.peers[peer].answered {
            self.stale += 1;
            return None;
        }
        self.peers[peer].answered = round;
        if self.one_by_one()
            && let Some(next) = self.peers.get(peer + 1)
        {
            io.send(next.node, Heartbeat::Request { round: self.name() });
        }
        Some(Beat { peer, round })
    }

    /// A planted bug: a round asks the first peer only, and each answer the next.
    fn one_by_one(&self) -> bool {
        planted!(self.planted, SequentialProbes)
    }

    /// How the present round is called in messages.
    fn name(&self) -> u64 {
        self.first_name.wrapping_add(self.rounds).wrapping_sub(1)
    }

    /// The present round; the first is 1.
    pub(crate) fn round(&self) -> u64 {
        self.rounds
    }

    /// The last round that this peer has answered; zero where it has answered none.
    pub(crate) fn last_answer(&self, peer: usize) -> u64 {
        self.peers[peer].answered
    }

    /// How many peers there are.
    pub(crate) fn count(&self) -> usize {
        self.peers.len()
    }

    /// The name of the peer at this place.
    pub(crate) fn node(&self, peer: usize) -> NodeId {
        self.peers[peer].node
    }

    /// The place of this peer.
    pub(crate) fn find(&self, node: NodeId) -> Option<usize> {
        self.peers.binary_search_by_key(&node, |peer| peer.node).ok()
    }

    /// `strangers`: messages from nodes that are no members; `stale`: answers from or to another life, late ones, and duplicates.
    pub(crate) fn status(&self) -> Status {
        Status::new()
            .with("round", self.rounds)
            .with("strangers", self.strangers)
            .with("stale", self.stale)
    }
}

/// Refuses a period or a timeout that cannot work.
pub(crate) fn check_times(
    period: Duration,
    name: &str,
    timeout: Duration,
) -> Result<(), OpenError> {
    if period == Duration::ZERO {
        return Err(OpenError::Config(
            "period is 0s: peers would be asked without end at one instant; make it longer than zero"
                .into(),
        ));
    }
    if timeout == Duration::ZERO {
        return Err(OpenError::Config(format!(
            "{name} is 0s: nobody can answer in no time; make it at least the period, {period}"
        )));
    }
    if timeout < period {
        return Err(OpenError::Config(format!(
            "{name} is {timeout}, shorter than the period, {period}: it would be over before the next question is asked; make it \
             at least {period}, or shorten the period"
        )));
    }
    Ok(())
}
