//! The trait that a protocol implements.

use std::fmt;

use crate::{Announce, Disk, DiskError, Input, Io, Load, Status};

/// A deterministic state machine: one node of a distributed protocol.
///
/// Given the same configuration, the same disk and the same inputs with the same answers from its [`Io`], a node does the
/// same things. It has no clock, no entropy, no socket, no file and no `async` in it; see the [crate's page](crate) for a
/// complete one.
pub trait Node: Sized {
    /// What the node is told when it opens: the protocol's settings. Who the node is, and who the members are, it learns from [`Io`].
    type Config;
    /// What members send each other. `Clone`, because a network may deliver a message twice.
    type Message: Clone;
    /// Names a timer. Setting a timer whose name is set already replaces that one.
    type Timer: Clone + Ord;
    /// What a client asks.
    type Request;
    /// What a client is answered.
    type Response;
    /// What the node tells its parent layer or an observer. `()` where it tells nothing.
    type Event: Announce;

    /// Begins a life of the node: the first, and one after every crash. All that the node still knows is on its disk.
    /// Nothing can be sent or written yet; [`Input::Start`] follows.
    ///
    /// # Errors
    /// Where the configuration makes no sense, or the disk cannot be read or holds what this node cannot have written.
    fn open(config: &Self::Config, disk: &mut Disk<'_>) -> Result<Self, OpenError>;

    /// Handles one input to the end. Every effect goes through `io`.
    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>);

    /// What an observer may see of the node at this moment.
    fn status(&self) -> Status {
        Status::new()
    }

    /// A number that differs, with high probability, between messages of different content. A host mixes it into the hash by
    /// which two runs are compared, so it should be cheap; the default tells nothing.
    fn digest(message: &Self::Message) -> u64 {
        let _ = message;
        0
    }

    /// What a message costs a network. A host asks only where somebody counts; the default tells nothing.
    fn load(message: &Self::Message) -> Load {
        let _ = message;
        Load::default()
    }
}

/// Why a node could not begin its life.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OpenError {
    /// The configuration makes no sense; the text says which setting and why.
    Config(String),
    /// The disk could not be read.
    Disk(DiskError),
    /// The disk holds what this node cannot have written; the text says where and what.
    Corrupt(String),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(why) => write!(f, "bad configuration: {why}"),
            Self::Disk(error) => write!(f, "the disk failed: {error}"),
            Self::Corrupt(what) => write!(f, "the disk is corrupt: {what}"),
        }
    }
}

impl std::error::Error for OpenError {}

impl From<DiskError> for OpenError {
    fn from(error: DiskError) -> Self {
        Self::Disk(error)
    }
}
