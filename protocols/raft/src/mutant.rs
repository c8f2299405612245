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
    /// Shown only where something goes wrong that the default scenario leaves alone, such as a wrong clock, a damaged disk or a member
    /// that stays broken: no budget there.
    X,
}

/// Declares the mutants: their order, ids, names, classes, and what each does in one line.
#[cfg(feature = "mutants")]
macro_rules! mutants {
    ($($variant:ident $id:literal $name:literal $class:ident $about:literal;)*) => {
        /// A bug to plant.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Mutant {
            $(#[doc = concat!($id, ": ", $about, ".")] $variant,)*
        }

        impl Mutant {
            /// All of them, by where they come from.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            const fn facts(self) -> (&'static str, &'static str, Class, &'static str) {
                match self {
                    $(Self::$variant => ($id, $name, Class::$class, $about),)*
                }
            }
        }
    };
}

#[cfg(feature = "mutants")]
mutants! {
    VoteNotPersisted "O1" "vote-not-persisted" E
        "a restart forgets the vote of the current term";
    TermNotPersisted "O2" "term-not-persisted" E
        "a restart begins at the last term in the log, and has not voted";
    CommitOldTerm "O3" "commit-old-term" H
        "commits entries of older terms by counting replicas";
    NoUpToDateCheck "O4" "no-up-to-date-check" E
        "votes for candidates whose log is behind";
    TruncateAlways "O5" "truncate-always" M
        "cuts the log after prev_index at every append";
    StaleRead "O6" "stale-read" M
        "a leader answers reads without asking a majority";
    UnconfirmedRead "O6c" "unconfirmed-read" X
        "a leader that has committed an entry of its own term answers reads without asking a majority";
    SkewedLease "O6b" "skewed-lease" X
        "a leader answers reads until an election timeout after it was answered, by its own clock";
    AckBeforeFsync "O7" "ack-before-fsync" M
        "acknowledges entries before they are on the disk";
    ApplyBeforeCommit "O9" "apply-before-commit" E
        "applies entries when they are appended";
    NoPreVote "O10" "no-pre-vote" X
        "stands without asking first, and listens to whoever stands while it hears a leader (raft-core finds it)";
    HeartbeatCountsAsAppend "O12" "heartbeat-counts-as-append" E
        "any success sets the match index to the leader's last index";
    NextIndexUnderflow "O13" "next-index-underflow" M
        "every rejection, even a stale one, moves the next index back, without a floor";
    ShortLogTrusted "O15" "short-log-trusted" X
        "takes a damaged log for a shorter one";
    PromiseForgotten "O16" "promise-forgotten" X
        "votes by what is left of a damaged log";
    RecallMajority "O17" "recall-majority" X
        "asks a majority what a replaced disk had promised";
    VotesOfOthers "RS-5" "votes-of-others" X
        "a candidate needs a majority of votes besides its own (raft-core finds it)";
    HalfCommits "RS-6" "half-commits" E
        "of an even number of members half are enough to commit";
    LastNotApplied "RS-7" "last-not-applied" X
        "applies the last committed entry only when another one is committed (raft-core finds it)";
    VoteNeverReset "RS-9" "vote-never-reset" E
        "a vote is kept when the term changes, and nobody else gets one";
    StaleAge "RS-12" "stale-age" M
        "compares logs by the term of the entry before the last, and wants neither term nor index to be less";
    SnapshotMislabelled "RS-13" "snapshot-mislabelled" E
        "labels a snapshot with the committed entry after the last one that is in it";
    HeartbeatUnderflow "CO-2" "heartbeat-underflow" E
        "the first heartbeat panics unless every follower has answered before";
    MislabelledTimer "CO-6" "mislabelled-timer" E
        "the timer of an election has another one's name: who does not win does not stand again";
    CommitFallsBack "VX-1" "commit-falls-back" E
        "commits what equal match indices show, and nothing where they differ: entries are applied again";
    LeaderNotCounted "VX-2" "leader-not-counted" X
        "a leader's own log does not count (raft-core finds it)";
    EqualMatchOnly "VX-3" "equal-match-only" X
        "commits only an index at which the match indices of a majority are equal (raft-core finds it)";
    LastIndexAcknowledged "VX-5" "last-index-acknowledged" E
        "a follower acknowledges its whole log, whatever the message let it verify";
    RejectionCountsAsMatch "VX-6" "rejection-counts-as-match" E
        "a rejection sets the match index to the follower's last index, and no entry before that is sent";
    FixedTimeouts "VX-10" "fixed-timeouts" X
        "draws its election timeout once, and sends heartbeats as seldom as the shortest one (raft-core finds it)";
    RankingNotSorted "B38" "ranking-not-sorted" E
        "the ranking of match indices stays unsorted where one moves on that is above the quorum index";
    AckAfterTermChange "B44" "ack-after-term-change" X
        "entries of an older term that reach the disk late are acknowledged to the present leader";
    StepDownDropsTail "B46" "step-down-drops-tail" M
        "a leader that steps down drops what it does not know to be committed";
}

#[cfg(feature = "mutants")]
impl Mutant {
    /// The short id, as `"O1"`: of the catalogue that it comes from (O, B), or of the program in which it was found (RS, CO, VX).
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
}
