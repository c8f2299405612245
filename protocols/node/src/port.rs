//! The host's side of [`Io`](crate::Io): what a host implements to carry out a node's effects.

use crate::{
    DiskWrite, Duration, FileName, Node, NodeId, ReadToken, RequestToken, SyncToken, WallTime,
};

/// Takes the effects of one node. Each call only enqueues: nothing comes back to the node before its present input is
/// handled to the end.
///
/// Effects go to the host one by one and not as a list, because moving them twice costs more than the call; a crash
/// "between two effects" is a host that stops listening.
pub trait Port<N: Node> {
    /// Sends a message. A node may send to itself.
    fn send(&mut self, to: NodeId, body: N::Message);

    /// Sets a timer, in place of one with the same key.
    fn set_timer(&mut self, key: N::Timer, after: Duration);

    /// Takes a timer back; nothing happens where it is not set.
    fn cancel_timer(&mut self, key: &N::Timer);

    /// Answers a client. A second answer to the same request is ignored.
    fn reply(&mut self, to: RequestToken, body: N::Response);

    /// Changes a file. What becomes of it is told with the next sync of that file.
    fn write(&mut self, write: DiskWrite<'_>);

    /// Makes all earlier writes to a file last, and the rename that gave it its name.
    fn sync(&mut self, file: FileName) -> SyncToken;

    /// Reads a part of a file.
    fn read(&mut self, file: FileName, offset: u64, len: usize) -> ReadToken;

    /// Tells an observer, or the parent layer, of something that has happened in the node.
    fn announce(&mut self, event: N::Event);

    /// A number below `bound`, by chance; `bound` is not zero. `site` names the decision.
    fn choose(&mut self, site: &'static str, bound: u64) -> u64;

    /// What the node's wall clock shows.
    fn wall(&mut self) -> WallTime;

    /// Whether a fault point in the node's code fires: see [`Io::buggify`](crate::Io::buggify). A host on which nobody asks for that has
    /// nothing to do.
    fn buggify(&mut self, site: &'static str) -> bool {
        let _ = site;
        false
    }
}
