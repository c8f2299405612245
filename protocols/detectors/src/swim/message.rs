//! What SWIM nodes send each other: probes and answers, each with a few updates on its back (§4.1 of the paper).

use std::sync::Arc;

use seatrial_node::NodeId;

/// What a member is held to be. At the same incarnation the later of these overrides the earlier (§4.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// It has not joined yet. Told only to itself, by a member that it talks to and that has missed its joining.
    #[default]
    Absent,
    /// It takes part.
    Alive,
    /// It has not answered, and has some time to refute.
    Suspect,
    /// It has not refuted in time: the suspicion is confirmed.
    Failed,
    /// It has left of its own will.
    Left,
}

/// A piece of news about a member. It overrides what has a lower incarnation, or the same and an earlier standing; so all who have
/// heard the same news hold the same, in whatever order it came.
///
/// The paper lets a confirmed failure override every incarnation, as failed members never return there. Here a later incarnation overrides
/// it, so that a member that was cut off or has restarted is restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Update {
    /// About whom.
    pub node: NodeId,
    /// The member's incarnation that is meant. Only the member itself counts it up, to refute.
    pub incarnation: u32,
    /// What it is held to be.
    pub standing: Standing,
}

/// A few updates, kept in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Gossip {
    count: u8,
    updates: [Update; Self::MAX],
}

impl Gossip {
    /// The most updates in one message.
    pub const MAX: usize = 6;

    /// No updates.
    pub const fn new() -> Self {
        let nothing = Update { node: NodeId(0), incarnation: 0, standing: Standing::Absent };
        Self { count: 0, updates: [nothing; Self::MAX] }
    }

    /// Adds an update. Where there is no room it is left out.
    pub fn push(&mut self, update: Update) {
        if let Some(slot) = self.updates.get_mut(usize::from(self.count)) {
            *slot = update;
            self.count += 1;
        }
    }

    /// How many more updates there is room for.
    pub fn room(&self) -> usize {
        Self::MAX - usize::from(self.count)
    }

    /// The updates.
    pub fn updates(&self) -> &[Update] {
        &self.updates[..usize::from(self.count)]
    }
}

impl Default for Gossip {
    fn default() -> Self {
        Self::new()
    }
}

/// What a message is for. Sequence numbers are the prober's.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Talk {
    /// Are you there?
    Ping {
        /// The probe.
        sequence: u64,
    },
    /// I am.
    Ack {
        /// The probe.
        sequence: u64,
    },
    /// Try to reach this member for me (ping-req).
    PingRequest {
        /// The probe.
        sequence: u64,
        /// Whom to try.
        target: NodeId,
    },
    /// Are you there? Somebody else wants to know.
    PingFor {
        /// The probe.
        sequence: u64,
        /// Who wants to know.
        prober: NodeId,
    },
    /// I am; tell the one who wants to know.
    AckFor {
        /// The probe.
        sequence: u64,
        /// Who wants to know.
        prober: NodeId,
    },
    /// The member that you asked me to try has answered.
    Vouch {
        /// The probe.
        sequence: u64,
        /// Who has answered.
        target: NodeId,
    },
    /// Let me in.
    Join,
    /// You are in, and this is what I know of everybody.
    Welcome(Arc<[Update]>),
}

/// A SWIM message.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SwimMessage {
    /// What it is for.
    pub talk: Talk,
    /// The news on its back.
    pub gossip: Gossip,
}

impl SwimMessage {
    /// See [`Node::digest`](seatrial_node::Node::digest).
    pub(super) fn digest(&self) -> u64 {
        let (kind, number, node) = match &self.talk {
            Talk::Ping { sequence } => (1, *sequence, 0),
            Talk::Ack { sequence } => (2, *sequence, 0),
            Talk::PingRequest { sequence, target } => (3, *sequence, target.0),
            Talk::PingFor { sequence, prober } => (4, *sequence, prober.0),
            Talk::AckFor { sequence, prober } => (5, *sequence, prober.0),
            Talk::Vouch { sequence, target } => (6, *sequence, target.0),
            Talk::Join => (7, 0, 0),
            Talk::Welcome(snapshot) => (8, snapshot.iter().fold(0, mix), 0),
        };
        let talk = number.wrapping_mul(31) ^ u64::from(node) << 8 ^ kind;
        self.gossip.updates().iter().fold(talk, mix)
    }
}

fn mix(hash: u64, update: &Update) -> u64 {
    let word = u64::from(update.node.0) << 35 ^ u64::from(update.incarnation) << 3;
    (hash ^ word ^ update.standing as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
