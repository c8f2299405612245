//! Names of things that outlive one call: nodes, and the requests and disk operations that are answered later.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The stable name of a node. It is a name, not a position: a cluster may have nodes 2, 5 and 9, and a node keeps its name
/// over crashes and restarts.
///
/// As text it is `n` and the number, as Maelstrom and Jepsen write it: `n3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.short_name() {
            Some(name) => f.pad(name),
            None => f.pad(&format!("n{}", self.0)),
        }
    }
}

/// The names of the first nodes. They stand in every status and trace, so that making them each time would be felt.
const NAMES: [&str; 10] = ["n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8", "n9"];

impl NodeId {
    /// Its name, where it is one of the first.
    pub(crate) fn short_name(self) -> Option<&'static str> {
        NAMES.get(self.0 as usize).copied()
    }
}

/// A text that is no node's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseNodeIdError(String);

impl fmt::Display for ParseNodeIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is no node: write n and its number, as \"n3\"", self.0)
    }
}

impl std::error::Error for ParseNodeIdError {}

impl FromStr for NodeId {
    type Err = ParseNodeIdError;

    fn from_str(text: &str) -> Result<Self, ParseNodeIdError> {
        let number = text.strip_prefix('n').and_then(|number| number.parse().ok());
        number.map(Self).ok_or_else(|| ParseNodeIdError(text.into()))
    }
}

impl Serialize for NodeId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            serializer.serialize_u32(self.0)
        }
    }
}

impl<'de> Deserialize<'de> for NodeId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let text = String::deserialize(deserializer)?;
            text.parse().map_err(serde::de::Error::custom)
        } else {
            u32::deserialize(deserializer).map(Self)
        }
    }
}

/// The number by which [`Fact`](crate::Fact) names a message among all those of its origin: the origin's life in the upper 32 bits, and
/// its number in that life in the lower ones, both from 1.
///
/// As text it is `2` for the second message of a first life, and `3/2` for the second of the third.
///
/// ```
/// use seatrial_node::MessageNumber;
///
/// assert_eq!(MessageNumber(1 << 32 | 2).to_string(), "2");
/// assert_eq!(MessageNumber(3 << 32 | 2).to_string(), "3/2");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageNumber(pub u64);

impl fmt::Display for MessageNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0 >> 32, self.0 & 0xffff_ffff) {
            (0 | 1, number) => write!(f, "{number}"),
            (life, number) => write!(f, "{life}/{number}"),
        }
    }
}

/// Names one client request at the node that received it. It is answered there, at most once, and dies with that node's
/// present life: after a crash nobody can answer it any more. A host never gives the same token to two requests of a node, not even in
/// different lives, so one that was kept on the disk names nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestToken(pub u64);

/// Names one `sync` that a node has asked of its disk; comes back in [`Input::Synced`](crate::Input::Synced).
///
/// Tokens of one life of a node are unique among all layers of that node, so a parent may pass a completion on to every
/// child, and a child ignores a token that it did not ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SyncToken(pub u64);

/// Names one `read` that a node has asked of its disk; comes back in [`Input::Read`](crate::Input::Read). Unique as
/// [`SyncToken`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReadToken(pub u64);
