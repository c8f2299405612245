//! The safety properties of Raft by their names.

/// A safety property of Raft that [`RaftProperties`](super::RaftProperties) judges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Property {
    /// At most one leader is elected in a term.
    ElectionSafety,
    /// A leader only adds to its log.
    LeaderAppendOnly,
    /// Two logs that have an entry of the same index and term are the same up to it.
    LogMatching,
    /// What is committed in a term is in the log of each leader of a later term.
    LeaderCompleteness,
    /// No two state machines apply different entries at an index, and each applies them in order.
    StateMachineSafety,
    /// A node's term never goes back.
    TermMonotone,
    /// A node's commit index never goes back within a life.
    CommitMonotone,
    /// A node votes for one candidate a term, reboots or not.
    OneVote,
    /// What is reported committed is on the disks of a majority.
    CommitDurable,
    /// What a node has on its disk it has after a crash.
    PersistedKept,
}

impl Property {
    /// All of them, in the order of the table on the [module's page](super).
    pub const ALL: [Self; 10] = [
        Self::ElectionSafety,
        Self::LeaderAppendOnly,
        Self::LogMatching,
        Self::LeaderCompleteness,
        Self::StateMachineSafety,
        Self::TermMonotone,
        Self::CommitMonotone,
        Self::OneVote,
        Self::CommitDurable,
        Self::PersistedKept,
    ];

    /// Its name in the literature, in lower case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ElectionSafety => "election safety",
            Self::LeaderAppendOnly => "leader append-only",
            Self::LogMatching => "log matching",
            Self::LeaderCompleteness => "leader completeness",
            Self::StateMachineSafety => "state machine safety",
            Self::TermMonotone => "term monotone",
            Self::CommitMonotone => "commit monotone",
            Self::OneVote => "one vote a term",
            Self::CommitDurable => "commit durable on a quorum",
            Self::PersistedKept => "persisted log kept",
        }
    }

    /// Where it is defined.
    pub const fn source(self) -> &'static str {
        match self {
            Self::ElectionSafety => "Raft (Ongaro and Ousterhout 2014), §5.2 and figure 3",
            Self::LeaderAppendOnly | Self::LogMatching => {
                "Raft (Ongaro and Ousterhout 2014), §5.3 and figure 3"
            }
            Self::LeaderCompleteness | Self::StateMachineSafety => {
                "Raft (Ongaro and Ousterhout 2014), §5.4.3 and figure 3"
            }
            Self::TermMonotone => "Raft (Ongaro and Ousterhout 2014), §5.1",
            Self::CommitMonotone => "Raft (Ongaro and Ousterhout 2014), §5.3 and figure 2",
            Self::OneVote => "Raft (Ongaro and Ousterhout 2014), §5.2",
            Self::CommitDurable => "Raft (Ongaro and Ousterhout 2014), §5.3 and §5.4.2",
            Self::PersistedKept => {
                "Raft (Ongaro and Ousterhout 2014), §5 and figure 2, persistent state"
            }
        }
    }

    /// The property of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|property| property.name() == name)
    }
}
