//! Everything that happened, for a person to look at. Made only when somebody asks, by running a seed again.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use seatrial_node::{NodeId, Status};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Who sends or receives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Endpoint {
    /// A member of the cluster.
    Node(NodeId),
    /// A client, by number.
    Client(u32),
}

/// Shows as Maelstrom does: `n3`, `c0`.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Node(node) => node.fmt(f),
            Self::Client(client) => f.pad(&format!("c{client}")),
        }
    }
}

/// A text that names neither a node nor a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseEndpointError(String);

impl fmt::Display for ParseEndpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is neither a node, as \"n3\", nor a client, as \"c0\"", self.0)
    }
}

impl std::error::Error for ParseEndpointError {}

impl FromStr for Endpoint {
    type Err = ParseEndpointError;

    fn from_str(text: &str) -> Result<Self, ParseEndpointError> {
        let client = || text.strip_prefix('c')?.parse().ok().map(Self::Client);
        let node = text.parse().ok().map(Self::Node);
        node.or_else(client).ok_or_else(|| ParseEndpointError(text.into()))
    }
}

impl<'de> Deserialize<'de> for Endpoint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl Serialize for Endpoint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Why a message did not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum DropCause {
    /// The link lost it.
    Loss,
    /// A partition was between the two.
    Partition,
    /// The receiver was down.
    Down,
    /// There is no such receiver.
    NoReceiver,
    /// The connection that it was on was reset.
    Reset,
    /// Too many waited for their turn on the link.
    Evicted,
    /// Its bytes were changed on the way, and the receiver refused them.
    Corrupt,
}

/// Whether a fault lasts, and which it is: a number that its beginning and its end have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultTurn {
    /// It is over as soon as it has happened, or its end is told in another way: a node that crashed starts again.
    Once,
    /// It lasts from here on.
    Begins(u32),
    /// It is over.
    Ends(u32),
    /// All are over.
    Heals,
}

/// Which part of a disk operation is told. What takes time has a token that its beginning and its end have in common, and that its node gives
/// once a life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiskTurn {
    /// All of it: a change that was made at once, though nothing says yet that it lasts.
    Once,
    /// The node has asked for it.
    Asked(u64),
    /// It is done, or has failed.
    Done(u64),
}

/// What somebody says, for people. What is sent is told when it leaves and when it arrives, and kept by everybody who listens: a copy costs
/// nothing.
pub type Text = Arc<str>;

/// One thing that happened. Texts are for people; nothing reads them back.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TraceEvent {
    /// A message, request or reply left.
    Send {
        /// Names it; a duplicate has a name of its own.
        id: u64,
        /// Who sent it.
        from: Endpoint,
        /// Who is to get it.
        to: Endpoint,
        /// What it says.
        text: Text,
    },
    /// The network made another copy.
    Duplicate {
        /// Names the copy.
        id: u64,
        /// The one it is a copy of.
        of: u64,
    },
    /// It arrived and is handled now.
    Deliver {
        /// Which one.
        id: u64,
        /// Who sent it.
        from: Endpoint,
        /// Who handles it.
        to: Endpoint,
        /// What it says.
        text: Text,
    },
    /// It never arrives.
    Drop {
        /// Which one.
        id: u64,
        /// Who sent it.
        from: Endpoint,
        /// Who would have got it.
        to: Endpoint,
        /// Why.
        cause: DropCause,
        /// The fault that cut it off, by the number that its beginning has.
        fault: Option<u32>,
    },
    /// A timer came due.
    Timer {
        /// Whose.
        node: NodeId,
        /// Which.
        text: Text,
    },
    /// A disk was asked for something, or has done it.
    Disk {
        /// Whose disk.
        node: NodeId,
        /// Which of the two.
        turn: DiskTurn,
        /// What was done, and how it went.
        text: Text,
    },
    /// A node began a life, crashed, paused or resumed; a partition came or went; the world healed.
    Fault {
        /// The node that it happened to, where it was one.
        node: Option<NodeId>,
        /// Whether it lasts.
        turn: FaultTurn,
        /// What happened.
        text: Text,
    },
    /// What the node shows after it has handled something.
    Status {
        /// Whose.
        node: NodeId,
        /// What it shows.
        status: Arc<Status>,
    },
    /// A person may want to know.
    Note {
        /// What.
        text: Text,
    },
}

impl fmt::Display for TraceEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Send { id, from, to, text } => write!(f, "{from} -> {to}  send #{id} {text}"),
            Self::Duplicate { id, of } => write!(f, "network  #{id} is a duplicate of #{of}"),
            Self::Deliver { id, from, to, text } => {
                write!(f, "{from} => {to}  deliver #{id} {text}")
            }
            Self::Drop { id, from, to, cause, .. } => {
                let cause = match cause {
                    DropCause::Loss => "lost",
                    DropCause::Partition => "cut off by a partition",
                    DropCause::Reset => "its connection was reset",
                    DropCause::Evicted => "the link's queue was full",
                    DropCause::Corrupt => "its bytes were corrupted",
                    DropCause::Down => "the receiver is down",
                    DropCause::NoReceiver => "there is no such receiver",
                };
                write!(f, "{from} -x {to}  drop #{id}: {cause}")
            }
            Self::Timer { node, text } => write!(f, "{node}  timer {text}"),
            Self::Disk { node, text, .. } => write!(f, "{node}  disk {text}"),
            Self::Fault { text, .. } => write!(f, "!! {text}"),
            Self::Status { node, status } => write!(f, "{node}  {status}"),
            Self::Note { text } => f.write_str(text),
        }
    }
}
