//! Why a world comes to a stand, and what no node may do.

use std::any::Any;
use std::fmt;

use seatrial_history::Moment;
use seatrial_node::{NodeId, OpenError};

/// Why a world came to a stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Everything until the given time has happened.
    Time,
    /// Nothing is left to happen.
    Idle,
    /// The observer is done.
    Done,
    /// The event limit of the setup is reached.
    Events,
    /// Something happened that must not. The world can only be reset.
    Broken(Incident),
}

/// Something that no protocol may do, whatever it promises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incident {
    /// A node panicked.
    Panic {
        /// Which node.
        node: NodeId,
        /// What it said.
        message: String,
        /// When.
        at: Moment,
    },
    /// Too many events happened at one instant: the nodes keep each other busy without end.
    Livelock {
        /// How many.
        events: u64,
        /// When.
        at: Moment,
    },
    /// A node read a message from bytes that had changed on the way.
    CorruptionAccepted {
        /// Which node.
        node: NodeId,
        /// When.
        at: Moment,
    },
    /// A node could not open again with what a crash had left on its disk, or not at all.
    OpenFailed {
        /// Which node.
        node: NodeId,
        /// Why.
        error: OpenError,
        /// When.
        at: Moment,
    },
}

impl Incident {
    /// A node's panic, of which this is left.
    pub(crate) fn panic(node: NodeId, payload: &(dyn Any + Send), at: Moment) -> Self {
        let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
        let message = text.unwrap_or_else(|| "a value that is no text".to_owned());
        Self::Panic { node, message, at }
    }

    /// The property that is broken, by its name.
    pub const fn property(&self) -> &'static str {
        match self {
            Self::Panic { .. } => "no panic",
            Self::Livelock { .. } => "no livelock",
            Self::CorruptionAccepted { .. } => "corruption refused",
            Self::OpenFailed { .. } => "recovery",
        }
    }

    /// When it happened.
    pub const fn at(&self) -> Moment {
        match self {
            Self::Panic { at, .. }
            | Self::Livelock { at, .. }
            | Self::CorruptionAccepted { at, .. }
            | Self::OpenFailed { at, .. } => *at,
        }
    }
}

impl fmt::Display for Incident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Panic { node, message, at } => write!(f, "{node} panicked at {at}: {message}"),
            Self::Livelock { events, at } => {
                write!(f, "{events} events happened at one instant, and more follow, at {at}")
            }
            Self::CorruptionAccepted { node, at } => {
                write!(f, "{node} took bytes that had changed on the way for a message at {at}")
            }
            Self::OpenFailed { node, error, at } => {
                write!(f, "{node} could not open at {at}: {error}")
            }
        }
    }
}
