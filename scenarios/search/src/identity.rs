//! When two states count as one, and what becomes of messages that arrive.

use std::hash::Hasher;

use crate::state::Told;

/// What of the past counts, besides the world as it is, when two states are held against each other.
///
/// States that count as one are looked at once, so the oracle must not go by more of what was told than counts here: with that, its word on
/// one of them is its word on all.
#[derive(Clone, Copy, Default)]
#[non_exhaustive]
pub enum Identity {
    /// What each node has told, in its own order. It does not count which of two nodes told theirs first.
    #[default]
    Told,
    /// Nothing: for an oracle that goes by the world alone.
    World,
    /// What this function takes into the hasher, of all that was told in the order in which it was: an auxiliary variable (Abadi and
    /// Lamport 1991, *The existence of refinement mappings*).
    By(fn(&[Told], &mut dyn Hasher)),
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Told => "Told",
            Self::World => "World",
            Self::By(_) => "By",
        })
    }
}

/// What becomes of a message that arrives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Arrivals {
    /// It arrives once, and is gone.
    #[default]
    Once,
    /// It arrives once; but one that changes nothing where it arrives stays under way, as if it had not. It may matter later. That makes
    /// states fewer, and leaves out none of the nodes' own: whoever ignores a message is as before.
    OnceHeeded,
    /// It stays under way and may arrive again, any number of times; one that changes nothing has not arrived. Equal messages between the
    /// same two nodes are one.
    Often,
}
