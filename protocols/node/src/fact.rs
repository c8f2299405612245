//! The vocabulary in which nodes tell observers what they have done.
//!
//! A protocol announces its own [events](crate::Node::Event); [`Announce`] says which of them are *facts* that checkers
//! judge. Facts are plain values, named as the literature names them, and incremental: an append tells of one entry, never
//! of a log. A checker needs nothing of a protocol but its facts, so it judges a run on real sockets as well as a simulated one.

use serde::{Deserialize, Deserializer, Serialize};

use crate::{NodeId, intern};

/// Something that has just become true at a node.
///
/// Terms, indices and digests are the announcing protocol's. A digest is any hash of the content under which equal contents
/// are equal; zero where the protocol has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Fact {
    /// The host has begun a life of this node; the first is life 1. Told by the host.
    Started {
        /// Which life of the node this is.
        life: u64,
    },
    /// The host has ended this life of the node: all but its disk is gone. Told by the host.
    Crashed,
    /// The host has suspended the node. Told by the host.
    Paused,
    /// The host lets the node run on. Told by the host.
    Resumed,
    /// The node did not open over a disk that a fault had struck; it stays down, as it was. Told by the host.
    Refused,
    /// The host has given the node an empty disk in place of its own, which is gone with all that was on it. Told by the host.
    DiskReplaced,
    /// The node begins a life over a disk on which a fault has changed what the node had written, or made it lose what it had been told was
    /// there. Told by the host.
    DiskDamaged,
    /// The trouble is over, but the node is outside the core that was healed: what is broken about it stays so for ever, and nothing is
    /// owed to it or expected of it any more. Told by the host, before it says that the world has healed.
    Abandoned,
    /// Something about the node stays broken. Told by the host after [`Fact::Abandoned`].
    StillBroken {
        /// Which kind of fault: `partition`, `crash`, …
        #[serde(deserialize_with = "name")]
        fault: Name,
        /// Whom the node cannot send to for it, where it is a link that is cut.
        toward: Option<NodeId>,
    },

    /// The node has adopted this term (Raft §5.1: the current term), or has recovered it from its disk.
    Term {
        /// The current term from now on.
        term: u64,
    },
    /// The node has granted its vote (Raft §5.2), to itself included, or has recovered that it had.
    Vote {
        /// The term of the election.
        term: u64,
        /// Who gets the vote.
        candidate: NodeId,
    },
    /// The node leads from now on (Raft §5.2).
    Lead {
        /// The term in which it leads.
        term: u64,
    },
    /// The node no longer leads.
    StepDown {
        /// The term in which it led.
        term: u64,
    },
    /// The log has a new entry at this index, in memory; all entries at higher indices are gone.
    Append {
        /// Where: the first entry of a log has index 1.
        index: u64,
        /// The term of the entry.
        term: u64,
        /// Its content.
        digest: u64,
    },
    /// The log ends before this index from now on.
    Truncate {
        /// The first index that is gone.
        from: u64,
    },
    /// The log up to and including this index is on the node's own disk.
    Persist {
        /// The last durable index.
        index: u64,
    },
    /// The node knows the log up to and including this index to be committed (Raft §5.3).
    Commit {
        /// The last committed index.
        index: u64,
    },
    /// The node's state machine has applied the entry at this index.
    Apply {
        /// The index applied.
        index: u64,
        /// The content applied.
        digest: u64,
    },
    /// The state up to and including this index is a snapshot from now on, made here or received; the log holds no entry up to
    /// it any more (Raft §7).
    Snapshot {
        /// The last index that the snapshot covers.
        index: u64,
        /// The term of the entry at that index.
        term: u64,
        /// The state, as every node's snapshot at this index must have it.
        digest: u64,
    },

    /// The node has sent a message to one member through a link (Cachin, Guerraoui and Rodrigues, §2.4).
    Send {
        /// To whom.
        to: NodeId,
        /// Names the message among all those of its origin: see [`MessageNumber`](crate::MessageNumber).
        message: u64,
        /// Its content.
        digest: u64,
    },
    /// The node has broadcast a message (Cachin, Guerraoui and Rodrigues, ch. 3).
    Broadcast {
        /// Names the message among all those of its origin: see [`MessageNumber`](crate::MessageNumber).
        message: u64,
        /// Its content.
        digest: u64,
    },
    /// The node has delivered a message to its user.
    Deliver {
        /// Who broadcast it.
        origin: NodeId,
        /// Names the message among all those of its origin: see [`MessageNumber`](crate::MessageNumber).
        message: u64,
        /// Its content.
        digest: u64,
    },
    /// A component of the stamp of the node's latest event: of the sending or delivery that it has just announced, or, where it announces
    /// a stamp of an event that is neither, of one of its own. A vector is told component by component; those that are zero may be left
    /// out.
    Stamp {
        /// Names the event among all of this node.
        event: u64,
        /// Which clock shows it.
        clock: Clock,
        /// Whose component it is: this node's own, but for vectors.
        of: NodeId,
        /// What it shows.
        value: u64,
    },
    /// The failure detector suspects a node from now on (ch. 2.6).
    Suspect {
        /// The suspected node.
        node: NodeId,
    },
    /// The failure detector no longer suspects a node.
    Restore {
        /// The node trusted again.
        node: NodeId,
    },
    /// A node has joined, as far as this one knows.
    Join {
        /// The new member.
        node: NodeId,
    },
    /// A node has left of its own will, as far as this one knows.
    Leave {
        /// The former member.
        node: NodeId,
    },
    /// The leader detector trusts this node from now on.
    Trust {
        /// The trusted leader.
        leader: NodeId,
    },

    /// The run has come past a place worth reaching, such as "a snapshot was installed".
    Reached {
        /// What was reached, as a short phrase.
        #[serde(deserialize_with = "name")]
        mark: Name,
    },
}

/// A name that is in the program, or was read and is kept. Under a name of its own, or serde would want the text that is read to live as long.
type Name = &'static str;

fn name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Name, D::Error> {
    String::deserialize(deserializer).map(|name| intern(&name))
}

impl Fact {
    /// The names of all facts, in the order of the vocabulary.
    pub const NAMES: [&'static str; 29] = [
        "started",
        "crashed",
        "paused",
        "resumed",
        "refused",
        "disk-replaced",
        "disk-damaged",
        "abandoned",
        "still-broken",
        "term",
        "vote",
        "lead",
        "step-down",
        "append",
        "truncate",
        "persist",
        "commit",
        "apply",
        "snapshot",
        "send",
        "broadcast",
        "deliver",
        "stamp",
        "suspect",
        "restore",
        "join",
        "leave",
        "trust",
        "reached",
    ];

    /// Whether it tells of what others may have of the node already, or its disk: a message, a vote, an entry; or takes back what it told.
    pub const fn owns_up(&self) -> bool {
        matches!(
            self,
            Self::Term { .. }
                | Self::Vote { .. }
                | Self::Lead { .. }
                | Self::StepDown { .. }
                | Self::Append { .. }
                | Self::Truncate { .. }
                | Self::Persist { .. }
                | Self::Snapshot { .. }
                | Self::Send { .. }
                | Self::Broadcast { .. }
                | Self::Stamp { .. }
        )
    }

    /// Its name, as files hold it and as conditions of faults name it: `commit`, `step-down`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Started { .. } => "started",
            Self::Crashed => "crashed",
            Self::Paused => "paused",
            Self::Resumed => "resumed",
            Self::Refused => "refused",
            Self::DiskReplaced => "disk-replaced",
            Self::DiskDamaged => "disk-damaged",
            Self::Abandoned => "abandoned",
            Self::StillBroken { .. } => "still-broken",
            Self::Term { .. } => "term",
            Self::Vote { .. } => "vote",
            Self::Lead { .. } => "lead",
            Self::StepDown { .. } => "step-down",
            Self::Append { .. } => "append",
            Self::Truncate { .. } => "truncate",
            Self::Persist { .. } => "persist",
            Self::Commit { .. } => "commit",
            Self::Apply { .. } => "apply",
            Self::Snapshot { .. } => "snapshot",
            Self::Send { .. } => "send",
            Self::Broadcast { .. } => "broadcast",
            Self::Deliver { .. } => "deliver",
            Self::Stamp { .. } => "stamp",
            Self::Suspect { .. } => "suspect",
            Self::Restore { .. } => "restore",
            Self::Join { .. } => "join",
            Self::Leave { .. } => "leave",
            Self::Trust { .. } => "trust",
            Self::Reached { .. } => "reached",
        }
    }
}

/// Clocks that events are stamped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Clock {
    /// The node's wall clock as it reads it, in nanoseconds since the Unix epoch.
    Physical,
    /// A Lamport clock (1978).
    Lamport,
    /// A vector clock (Fidge 1988, Mattern 1989).
    Vector,
    /// The time part of a hybrid logical clock (Kulkarni et al. 2014, `l`), in nanoseconds since the Unix epoch.
    HybridTime,
    /// The counting part of a hybrid logical clock (`c`).
    HybridCount,
}

/// An event type, some of whose values are facts.
///
/// Implement it on your own event type; `()` announces nothing, and [`Fact`] announces itself.
///
/// ```
/// use seatrial_node::{Announce, Fact};
///
/// enum Event { BecameLeader { term: u64 }, CacheWarm }
///
/// impl Announce for Event {
///     fn fact(&self) -> Option<Fact> {
///         match self {
///             Self::BecameLeader { term } => Some(Fact::Lead { term: *term }),
///             Self::CacheWarm => None,
///         }
///     }
/// }
/// ```
pub trait Announce {
    /// The fact that this event is, if it is one.
    fn fact(&self) -> Option<Fact> {
        None
    }
}

impl Announce for () {}

impl Announce for Fact {
    fn fact(&self) -> Option<Fact> {
        Some(*self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fact_has_a_name_of_its_own() {
        let mut names = Fact::NAMES.to_vec();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Fact::NAMES.len());
        assert_eq!(Fact::StepDown { term: 1 }.name(), "step-down");
        assert!(names.contains(&Fact::Reached { mark: "the end" }.name()));
    }
}
