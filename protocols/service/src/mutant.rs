//! Bugs that can be planted in a service, to try whether a harness finds them.

use seatrial_raft::Class;

/// A planted bug: one of Raft's, or one of the service's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Mutant {
    /// A bug in Raft.
    Raft(seatrial_raft::Mutant),
    /// O14: the session table is not consulted, so a command that is tried again is applied again.
    NoClientDedup,
    /// VX-9: a follower loses the requests that it should pass on.
    RequestLost,
}

impl Mutant {
    /// All of them, Raft's first.
    pub fn all() -> impl Iterator<Item = Self> {
        let own = [Self::NoClientDedup, Self::RequestLost];
        seatrial_raft::Mutant::ALL.iter().copied().map(Self::Raft).chain(own)
    }

    /// The short name, such as `O14`.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Raft(mutant) => mutant.id(),
            Self::NoClientDedup => "O14",
            Self::RequestLost => "VX-9",
        }
    }

    /// The long name, such as `no-client-dedup`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Raft(mutant) => mutant.name(),
            Self::NoClientDedup => "no-client-dedup",
            Self::RequestLost => "request-lost",
        }
    }

    /// How hard it is to find.
    pub const fn class(self) -> Class {
        match self {
            Self::Raft(mutant) => mutant.class(),
            Self::NoClientDedup => Class::E,
            Self::RequestLost => Class::X,
        }
    }

    /// What it does, in one line.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Raft(mutant) => mutant.about(),
            Self::NoClientDedup => "applies a retried command again: ignores the session table",
            Self::RequestLost => {
                "a follower neither passes on what it is asked, nor answers (raft-core finds it)"
            }
        }
    }
}
