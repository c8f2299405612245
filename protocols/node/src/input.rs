//! Everything that can happen to a node.

use crate::{DiskError, Node, NodeId, ReadToken, RequestToken, SyncToken};

/// One thing that happens to a node. The node handles it to the end before the next one comes.
///
/// New kinds of input may be added, so a `match` ends with `_ => {}`.
#[non_exhaustive]
pub enum Input<N: Node> {
    /// The first input of every life of the node, right after [`Node::open`].
    Start,
    /// Another member's message has arrived. Links lose, duplicate and reorder messages unless the cluster is configured
    /// otherwise; they do not invent any.
    Message {
        /// Who sent it.
        from: NodeId,
        /// What was sent.
        body: N::Message,
    },
    /// A timer that was set has come due. It is no longer set.
    Timer(N::Timer),
    /// A client asks something; answer it with [`Io::reply`](crate::Io::reply), now or later.
    Request {
        /// Names the request in the answer.
        token: RequestToken,
        /// What is asked.
        body: N::Request,
    },
    /// A sync is done: every write to that file that was asked for before it is on the disk, or may not be, if it failed.
    /// Syncs of one node are done in the order in which they were asked for.
    Synced {
        /// The sync that is done.
        token: SyncToken,
        /// Whether what it covered will last. A write that did not fit is told here, as [`DiskError::Full`].
        result: Result<(), DiskError>,
    },
    /// A read is done.
    Read {
        /// The read that is done.
        token: ReadToken,
        /// The bytes; fewer than asked for where the file ends.
        result: Result<Vec<u8>, DiskError>,
    },
}
