//! What only the host knows when a life of a node begins.

use crate::NodeId;

/// A life of a node that is about to begin, as its host sees it. The protocol's configuration is made from it.
///
/// Whoever operates a node knows two things that its disk cannot tell it: which version of the program is started, and that the disk is a
/// new one, in place of another that is gone. An empty disk alone says neither: it looks the same on the first day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Boot {
    /// Whose life.
    pub node: NodeId,
    /// The earliest life that the configuration is for; the first is life 1. Later lives may be configured the same, as long as
    /// nothing else here changes.
    pub life: u64,
    /// Which version of its code or configuration the node runs as; the first is version 1.
    pub version: u32,
    /// Whether the node has lived before with another disk, which is gone. It holds for every later life, too: only what the node has
    /// written since can tell whether it has got over the loss.
    pub replaced_disk: bool,
}

impl Boot {
    /// The first life of a node, as version 1, with the disk that it was given.
    pub const fn first(node: NodeId) -> Self {
        Self { node, life: 1, version: 1, replaced_disk: false }
    }
}
