//! Names of things that outlive one call: nodes, and the requests and disk operations that are answered later.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The stable name of a node. It is a name, not a position: a cluster may have nodes 2, 5 and 9, and a node keeps its name
/// over crashes and restarts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NodeId(pub u32);

/// Shows as Maelstrom and Jepsen do: `n3`.
impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("n{}", self.0))
    }
}

/// Names one client request at the node that received it. It is answered there, at most once, and dies with that node's
/// present life: after a crash nobody can answer it any more.
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
