//! A hand in a run: at one point of it something happens that neither chance nor the plan has brought, and then all goes on.
//!
//! Somebody who looks at a failing run asks: what if this message had been lost, or this node had crashed here? A [`Touch`] is that, written
//! down. Up to its place the run is the same run to the byte; from there on the same seed goes on deciding. A message is called by its name,
//! the number that traces have for it, so a touch belongs to one run and says nothing about another.
//!
//! Whatever is done is an event of the run. What is cut or taken down by hand stays so until `heal`, or until the world heals. Where time does
//! not decide, because a schedule leads the run, a delay means nothing and is refused.

mod hand;
#[cfg(test)]
mod tests;
mod text;

use seatrial_history::Endpoint;
use seatrial_node::{Instant, NodeId};
use serde::{Deserialize, Serialize};

pub use self::text::ParseTouchError;

/// One thing that is done to a run by hand, a line in a case file.
///
/// | a line | what happens |
/// |---|---|
/// | `after 153: drop #12` | what is under way under this name never arrives |
/// | `after 153: delay #12 until 80ms` | it arrives then |
/// | `after 153: deliver #12` | it arrives now, whatever is between |
/// | `after 153: duplicate #12` | a copy of it arrives now, and it stays under way |
/// | `after 153: crash n1`, `… crash n1 losing writes` | a node crashes; in the second form all that its disk has not synced is lost |
/// | `after 153: restart n1` | a node that is down starts |
/// | `after 153: cut n0,c0 from n1,n2` | these do not reach those, nor those these |
/// | `after 153: heal` | links carry everything again, and who is down starts; what the plan has for later still comes |
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Touch {
    /// After how many events.
    pub after: u64,
    /// What is done.
    pub deed: Deed,
}

/// What is done by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Deed {
    /// What is under way never arrives.
    Drop {
        /// Its name, as traces have it.
        name: u64,
    },
    /// It arrives at another time.
    Delay {
        /// Its name.
        name: u64,
        /// When, by the world's clock; now, where that is past.
        until: Instant,
    },
    /// It arrives now.
    Deliver {
        /// Its name.
        name: u64,
    },
    /// A copy of a message between nodes arrives now.
    Duplicate {
        /// The name of the message, and of the copy.
        name: u64,
    },
    /// A node crashes.
    Crash {
        /// Which.
        node: NodeId,
        /// All that its disk has not synced is lost; otherwise that is for the tape to say.
        losing: bool,
    },
    /// A node that is down starts.
    Restart {
        /// Which.
        node: NodeId,
    },
    /// Nothing passes between these and those.
    Cut {
        /// These.
        these: Vec<Endpoint>,
        /// Those.
        those: Vec<Endpoint>,
    },
    /// Links are whole, and who is down and may come back starts.
    Heal,
}

/// A touch that could not be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missed {
    /// Which of the setup's touches it is, from 0.
    pub index: usize,
    /// Why, as a sentence without its beginning: `nothing of the name #12 is under way`.
    pub why: String,
}

/// What is still to be done by hand in this run, and what could not be.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hand {
    touches: Vec<Touch>,
    /// So many of them have been tried.
    tried: usize,
    missed: Option<Missed>,
}

impl Hand {
    pub(crate) fn reset(&mut self, touches: &[Touch]) {
        self.touches.clear();
        self.touches.extend_from_slice(touches);
        self.tried = 0;
        self.missed = None;
    }

    /// After how many events the next touch is.
    pub(crate) fn next(&self) -> Option<u64> {
        self.touches.get(self.tried).map(|touch| touch.after)
    }
}
