//! Bugs that can be planted, to find out whether a test harness finds them.
//!
//! Each is a switch that the code reads where the decision is made. The descriptions say what the mutant does in place of the correct
//! code.

/// The bug that is planted in a layer, if any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Plant {
    #[cfg(feature = "mutants")]
    pub(crate) mutant: Option<Mutant>,
}

/// The bug that a configuration plants.
macro_rules! plant {
    ($config:expr) => {
        $crate::mutant::Plant {
            #[cfg(feature = "mutants")]
            mutant: $config.mutant,
        }
    };
}
pub(crate) use plant;

/// Whether a bug is planted in this layer; never, without the feature `mutants`.
macro_rules! planted {
    ($plant:expr, $mutant:ident) => {{
        #[cfg(feature = "mutants")]
        let planted = $plant.mutant == Some($crate::Mutant::$mutant);
        #[cfg(not(feature = "mutants"))]
        let planted = {
            let _: &$crate::mutant::Plant = &$plant;
            false
        };
        planted
    }};
}
pub(crate) use planted;

/// A bug to plant. All are easy to find: within 1,000 executions.
#[cfg(feature = "mutants")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Mutant {
    /// RN-1: uniform broadcasts hand a message to the user whenever it is received.
    CallbackOnReceipt,
    /// RN-2: all-ack waits for every member that there was at the start.
    WaitsForTheDead,
    /// RN-3: what a member has received it does not pass on.
    NoRelay,
    /// RN-4: lazy reliable broadcast relays at a suspicion only.
    LazyNoSecondRule,
    /// RN-8: a message of a stranger stops reception.
    PoisonPill,
    /// RN-11: a broadcast stops at the first member that does not answer.
    StopsAtFirstUnreachable,
    /// RN-12: each life names its messages from 1 again, as if it were the first.
    RestartResetsNumbers,
    /// RN-13: at a suspicion, all messages ever delivered are sent again.
    RedistributionStorm,
    /// O15: uniform broadcasts deliver at the first receipt.
    UrbEarly,
    /// O16: causal broadcasts deliver at once.
    CausalNoWait,
    /// O17: FIFO broadcast delivers whatever comes, and goes on from there.
    FifoGap,
    /// TO-1: whoever gives messages their places delivers them before others have them.
    DeliverBeforeMajority,
    /// TO-2: what a former sequencer numbers is taken.
    NoEpochFence,
    /// TO-3: a message that is given a second place is delivered again.
    RetryDeliveredTwice,
    /// TO-4: a new sequencer goes on from its own order, whatever the others have.
    ReorderAtFailover,
    /// TO-5: the log is cut after every snapshot, whoever still needs it.
    ForgetsUnstable,
    /// G-1: gossip answers no question for news.
    PullUnanswered,
    /// G-2: gossip tells and asks the same neighbours every time.
    SamePeers,
    /// G-3: gossip passes nothing on: a rumour is told by its origin only.
    OneRound,
}

#[cfg(feature = "mutants")]
impl Mutant {
    /// All of them, in the order of their ids.
    pub const ALL: &[Self] = &[
        Self::CallbackOnReceipt,
        Self::WaitsForTheDead,
        Self::NoRelay,
        Self::LazyNoSecondRule,
        Self::PoisonPill,
        Self::StopsAtFirstUnreachable,
        Self::RestartResetsNumbers,
        Self::RedistributionStorm,
        Self::UrbEarly,
        Self::CausalNoWait,
        Self::FifoGap,
        Self::DeliverBeforeMajority,
        Self::NoEpochFence,
        Self::RetryDeliveredTwice,
        Self::ReorderAtFailover,
        Self::ForgetsUnstable,
        Self::PullUnanswered,
        Self::SamePeers,
        Self::OneRound,
    ];

    /// The short id, as `"RN-1"`.
    pub const fn id(self) -> &'static str {
        self.facts().0
    }

    /// The name, as `"callback-on-receipt"`.
    pub const fn name(self) -> &'static str {
        self.facts().1
    }

    /// How hard it is to find: `E`, within 1,000 executions, or `M`, within 20,000.
    pub const fn class(self) -> char {
        match self {
            Self::LazyNoSecondRule => 'M',
            _ => 'E',
        }
    }

    /// What it does, in one line.
    pub const fn about(self) -> &'static str {
        self.facts().2
    }

    const fn facts(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::CallbackOnReceipt => (
                "RN-1",
                "callback-on-receipt",
                "hands a message to the user whenever a copy of it comes, acknowledged or not",
            ),
            Self::WaitsForTheDead => (
                "RN-2",
                "waits-for-the-dead",
                "waits for the acknowledgements of all members that there were at the start",
            ),
            Self::NoRelay => (
                "RN-3",
                "no-relay",
                "passes nothing on, and acknowledges only what it has from the source itself",
            ),
            Self::LazyNoSecondRule => (
                "RN-4",
                "lazy-no-second-rule",
                "does not relay a message whose source was suspected before it came",
            ),
            Self::PoisonPill => (
                "RN-8",
                "poison-pill",
                "hears nothing more once a message came whose source was not there at the start",
            ),
            Self::StopsAtFirstUnreachable => (
                "RN-11",
                "stops-at-first-unreachable",
                "sends nothing to members after the first that has not been heard of lately",
            ),
            Self::RestartResetsNumbers => (
                "RN-12",
                "restart-resets-numbers",
                "numbers the messages of every life from 1, as if it were the first",
            ),
            Self::RedistributionStorm => (
                "RN-13",
                "redistribution-storm",
                "sends all that a suspected source has ever broadcast again, stable or not",
            ),
            Self::UrbEarly => {
                ("O15", "urb-early", "delivers at the first receipt, before others have it")
            }
            Self::CausalNoWait => {
                ("O16", "causal-no-wait", "delivers at once, whatever came before")
            }
            Self::FifoGap => (
                "O17",
                "fifo-gap",
                "delivers any number from the next on, and drops those that it has skipped",
            ),
            Self::PullUnanswered => ("G-1", "pull-unanswered", "answers no question for news"),
            Self::SamePeers => {
                ("G-2", "same-peers", "tells and asks the first of its neighbours, and no others")
            }
            Self::OneRound => {
                ("G-3", "one-round", "passes nothing on: only its origin tells of a message")
            }
            _ => self.facts_of_total_order(),
        }
    }

    const fn facts_of_total_order(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::DeliverBeforeMajority => (
                "TO-1",
                "deliver-before-majority",
                "delivers what it gives a place to at once, before a majority has it",
            ),
            Self::NoEpochFence => (
                "TO-2",
                "no-epoch-fence",
                "takes the numbers of a former sequencer as if they were the present one's",
            ),
            Self::RetryDeliveredTwice => (
                "TO-3",
                "retry-delivered-twice",
                "delivers a message again that was asked for twice and got two places",
            ),
            Self::ReorderAtFailover => (
                "TO-4",
                "reorder-at-failover",
                "as the new sequencer, goes on from its own order and ignores the others'",
            ),
            Self::ForgetsUnstable => (
                "TO-5",
                "forgets-unstable",
                "forgets delivered messages at once, though others have not got them yet",
            ),
            _ => panic!("every other bug has its facts above"),
        }
    }
}
