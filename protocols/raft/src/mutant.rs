//! Bugs that can be planted, to find out whether a test harness finds them.
//!
//! Each is a switch that the code reads at one place. The descriptions say what the mutant does in place of the correct code.

/// Whether a bug is planted in this node; never, without the feature `mutants`.
macro_rules! planted {
    ($config:expr, $mutant:ident) => {{
        #[cfg(feature = "mutants")]
        let planted = $config.mutant == Some($crate::Mutant::$mutant);
        #[cfg(not(feature = "mutants"))]
        let (_, planted) = (&$config, false);
        planted
    }};
}
pub(crate) use planted;

/// How hard a mutant is to find: a budget of executions.
#[cfg(feature = "mutants")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Easy: within 1,000 executions.
    E,
    /// Medium: within 20,000 executions.
    M,
    /// Hard: within 200,000 executions.
    H,
    /// Shown only where something goes wrong that the default scenario leaves alone, such as a wrong clock or a damaged disk: no budget.
    X,
}

/// A bug to plant.
#[cfg(feature = "mutants")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Mutant {
    /// O1: a vote is kept in memory only.
    VoteNotPersisted,
    /// O2: the current term is kept in memory only.
    TermNotPersisted,
    /// O3: entries of older terms are committed by counting replicas.
    CommitOldTerm,
    /// O4: votes are granted on the term alone.
    NoUpToDateCheck,
    /// O5: a follower cuts its log after `prev_index` at every append.
    TruncateAlways,
    /// O6: a leader answers reads from its own state at once.
    StaleRead,
    /// O6b: a leader's lease is timed by its own clock, without a margin.
    SkewedLease,
    /// O7: a follower acknowledges entries that its disk does not have yet.
    AckBeforeFsync,
    /// O9: entries are handed to the state machine as soon as they are in the log.
    ApplyBeforeCommit,
    /// O12: any success counts as having the whole log.
    HeartbeatCountsAsAppend,
    /// O13: every rejection moves the next index back by one.
    NextIndexUnderflow,
    /// O15: a log that does not reach its mark is taken for a shorter one.
    ShortLogTrusted,
    /// O16: a damaged node votes by what is left of its log.
    PromiseForgotten,
    /// O17: a node whose disk was replaced asks only as many as make a majority.
    RecallMajority,
}

#[cfg(feature = "mutants")]
impl Mutant {
    /// All of them, in the order of their ids.
    pub const ALL: &[Self] = &[
        Self::VoteNotPersisted,
        Self::TermNotPersisted,
        Self::CommitOldTerm,
        Self::NoUpToDateCheck,
        Self::TruncateAlways,
        Self::StaleRead,
        Self::SkewedLease,
        Self::AckBeforeFsync,
        Self::ApplyBeforeCommit,
        Self::HeartbeatCountsAsAppend,
        Self::NextIndexUnderflow,
        Self::ShortLogTrusted,
        Self::PromiseForgotten,
        Self::RecallMajority,
    ];

    /// The short id, as `"O1"`.
    pub const fn id(self) -> &'static str {
        self.facts().0
    }

    /// The name, as `"vote-not-persisted"`.
    pub const fn name(self) -> &'static str {
        self.facts().1
    }

    /// How hard it is to find.
    pub const fn class(self) -> Class {
        self.facts().2
    }

    /// What it does, in one line.
    pub const fn about(self) -> &'static str {
        self.facts().3
    }

    const fn facts(self) -> (&'static str, &'static str, Class, &'static str) {
        use Class::{E, H, M, X};
        match self {
            Self::VoteNotPersisted => {
                ("O1", "vote-not-persisted", E, "a restart forgets the vote of the current term")
            }
            Self::TermNotPersisted => (
                "O2",
                "term-not-persisted",
                E,
                "a restart begins at the last term in the log, and has not voted",
            ),
            Self::CommitOldTerm => {
                ("O3", "commit-old-term", H, "commits entries of older terms by counting replicas")
            }
            Self::NoUpToDateCheck => {
                ("O4", "no-up-to-date-check", E, "votes for candidates whose log is behind")
            }
            Self::TruncateAlways => {
                ("O5", "truncate-always", M, "cuts the log after prev_index at every append")
            }
            Self::StaleRead => {
                ("O6", "stale-read", M, "a leader answers reads without asking a majority")
            }
            Self::SkewedLease => (
                "O6b",
                "skewed-lease",
                X,
                "a leader answers reads until an election timeout after it was answered, by its own clock",
            ),
            Self::AckBeforeFsync => {
                ("O7", "ack-before-fsync", M, "acknowledges entries before they are on the disk")
            }
            Self::ApplyBeforeCommit => {
                ("O9", "apply-before-commit", E, "applies entries when they are appended")
            }
            Self::HeartbeatCountsAsAppend => (
                "O12",
                "heartbeat-counts-as-append",
                E,
                "any success sets the match index to the leader's last index",
            ),
            Self::NextIndexUnderflow => (
                "O13",
                "next-index-underflow",
                M,
                "every rejection, even a stale one, moves the next index back, without a floor",
            ),
            Self::ShortLogTrusted => {
                ("O15", "short-log-trusted", X, "takes a damaged log for a shorter one")
            }
            Self::PromiseForgotten => {
                ("O16", "promise-forgotten", X, "votes by what is left of a damaged log")
            }
            Self::RecallMajority => {
                ("O17", "recall-majority", X, "asks a majority what a replaced disk had promised")
            }
        }
    }
}
