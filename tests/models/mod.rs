//! Models that two checkers search through: this project's search and stateright, so that one can be held against the other.
//!
//! A server's steps are written once and hosted by both, so that what differs is the search. The models are those of stateright's examples:
//! two-phase commit (Gray and Lamport 2006), and a register on a single server, by Attiya, Bar-Noy and Dolev (1995), and over single-decree
//! paxos (Lamport 1998), each with clients that write once and then read once.
//!
//! State identity is stateright's: nodes, messages under way as a multiset, and the history of the clients' operations with their order in real
//! time; a message that changes nothing where it arrives stays under way. No reduction, no symmetry, no timers.

pub(crate) mod abd;
pub(crate) mod history;
pub(crate) mod ours;
pub(crate) mod paxos;
pub(crate) mod peer;
pub(crate) mod register;
pub(crate) mod single_copy;
pub(crate) mod two_phase;

/// What a search has counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counted {
    /// Different states, the first one included.
    pub(crate) unique: u64,
    /// Whether the property held in all of them.
    pub(crate) holds: bool,
}

/// Which search is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Searcher {
    Seatrial,
    /// Stateright, depth first.
    Depth,
    /// Stateright, breadth first.
    Breadth,
}

/// What is searched through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Model {
    /// With so many resource managers.
    TwoPhase(u32),
    /// One server, so many clients.
    SingleCopy(u32),
    /// Two servers, so many clients.
    Abd(u32),
    /// Three servers, so many clients.
    Paxos(u32),
}

impl Model {
    /// Searches through all of it.
    pub(crate) fn count(self, searcher: Searcher) -> Counted {
        match (self, searcher) {
            (Self::TwoPhase(managers), Searcher::Seatrial) => two_phase::ours(managers, false),
            (Self::TwoPhase(managers), _) => peer::two_phase(managers, searcher),
            (Self::SingleCopy(clients), _) => {
                register::<single_copy::SingleCopy>(1, clients, searcher)
            }
            (Self::Abd(clients), _) => register::<abd::Abd>(2, clients, searcher),
            (Self::Paxos(clients), _) => register::<paxos::Paxos>(3, clients, searcher),
        }
    }
}

fn register<S: register::Server>(servers: u32, clients: u32, searcher: Searcher) -> Counted {
    match searcher {
        Searcher::Seatrial => ours::register::<S>(servers, clients),
        Searcher::Depth | Searcher::Breadth => peer::register::<S>(servers, clients, searcher),
    }
}
