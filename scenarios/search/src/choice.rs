//! What may happen next, and which of it does not care for its order.

use std::fmt;

use seatrial_node::NodeId;

/// One thing that may happen next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Choice {
    /// A message arrives.
    Deliver {
        /// The number of the delivery: the same in every schedule that begins alike.
        number: u64,
        /// Who sent it.
        from: NodeId,
        /// Who receives it.
        to: NodeId,
    },
    /// A timer comes due.
    Timer {
        /// Which of those of its timers that may come due next.
        number: u64,
        /// Whose.
        node: NodeId,
    },
    /// A disk is done with what it was asked first.
    Disk {
        /// Whose.
        node: NodeId,
    },
    /// Somebody asks a node.
    Ask {
        /// Which of all requests it is, from 0.
        index: u32,
        /// Whom.
        node: NodeId,
    },
    /// A node is told that another has crashed.
    Notice {
        /// Who has crashed.
        of: NodeId,
        /// Who is told.
        to: NodeId,
    },
    /// A node crashes.
    Crash {
        /// Which.
        node: NodeId,
    },
    /// A node that has crashed starts again.
    Restart {
        /// Which.
        node: NodeId,
    },
    /// A message is lost on its way.
    Lose {
        /// The number of the delivery that does not come.
        number: u64,
        /// Who sent it.
        from: NodeId,
        /// Who does not receive it.
        to: NodeId,
    },
}

impl Choice {
    /// The node that it happens to.
    pub const fn node(self) -> NodeId {
        match self {
            Self::Deliver { to: node, .. }
            | Self::Timer { node, .. }
            | Self::Disk { node }
            | Self::Ask { node, .. }
            | Self::Notice { to: node, .. }
            | Self::Lose { to: node, .. }
            | Self::Crash { node }
            | Self::Restart { node } => node,
        }
    }

    /// Whether two choices, where both may be made, may be made in either order and come to the same (Godefroid 1996, §3.1).
    ///
    /// A node sees nothing but what happens to it, so what happens to different nodes is independent, with two exceptions. The clock is
    /// everybody's, and a timer moves it. And where only so many may crash, one crash may forbid another; so with restarts and losses.
    pub const fn is_independent_of(self, other: Self) -> bool {
        let share_a_budget = matches!(
            (self, other),
            (Self::Crash { .. }, Self::Crash { .. })
                | (Self::Restart { .. }, Self::Restart { .. })
                | (Self::Lose { .. }, Self::Lose { .. })
        );
        let clock_moves = matches!(self, Self::Timer { .. }) || matches!(other, Self::Timer { .. });
        self.node().0 != other.node().0 && !share_a_budget && !clock_moves
    }
}

/// Says what happens, without what a message or a request says.
impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deliver { from, to, .. } if from == to => write!(f, "{to} receives from itself"),
            Self::Deliver { from, to, .. } => write!(f, "{to} receives from {from}"),
            Self::Timer { node, .. } => write!(f, "a timer of {node} comes due"),
            Self::Disk { node } => write!(f, "the disk of {node} is done"),
            Self::Ask { node, .. } => write!(f, "{node} is asked"),
            Self::Notice { of, to } => write!(f, "{to} is told that {of} has crashed"),
            Self::Crash { node } => write!(f, "{node} crashes"),
            Self::Restart { node } => write!(f, "{node} starts again"),
            Self::Lose { from, to, .. } => write!(f, "what {from} sent to {to} is lost"),
        }
    }
}
