//! Bugs that can be planted, to find out whether a test harness finds them.
//!
//! Each is a switch that the code reads at one place. The descriptions say what the mutant does in place of the correct code.

/// Whether a bug is planted in this process; never, without the feature `mutants`.
macro_rules! planted {
    ($config:expr, $mutant:ident) => {{
        #[cfg(feature = "mutants")]
        let planted = $config.mutant == Some($crate::Mutant::$mutant);
        #[cfg(not(feature = "mutants"))]
        let planted = false;
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
}

/// A bug to plant.
#[cfg(feature = "mutants")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Mutant {
    /// C-1: a Lamport clock counts a receipt, and does not look at the message's time.
    ReceiptWithoutMaximum,
    /// C-2: a Lamport clock takes the maximum at a receipt, and does not count it.
    ReceiptWithoutTick,
    /// C-3: a vector clock takes the message's vector in place of merging it with its own.
    VectorOverwritten,
    /// C-4: a hybrid clock forgets its count.
    HybridWithoutCount,
    /// C-5: a hybrid clock moves its time on where it should count.
    HybridRunsAhead,
}

#[cfg(feature = "mutants")]
impl Mutant {
    /// All of them, in the order of their ids.
    pub const ALL: &[Self] = &[
        Self::ReceiptWithoutMaximum,
        Self::ReceiptWithoutTick,
        Self::VectorOverwritten,
        Self::HybridWithoutCount,
        Self::HybridRunsAhead,
    ];

    /// The short id, as `"C-1"`.
    pub const fn id(self) -> &'static str {
        self.facts().0
    }

    /// The name, as `"receipt-without-maximum"`.
    pub const fn name(self) -> &'static str {
        self.facts().1
    }

    /// How hard it is to find.
    pub const fn class(self) -> Class {
        Class::E
    }

    /// What it does, in one line.
    pub const fn about(self) -> &'static str {
        self.facts().2
    }

    const fn facts(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::ReceiptWithoutMaximum => (
                "C-1",
                "receipt-without-maximum",
                "a Lamport clock counts a receipt without a look at the message's time",
            ),
            Self::ReceiptWithoutTick => (
                "C-2",
                "receipt-without-tick",
                "a Lamport clock takes the maximum at a receipt, and does not count it",
            ),
            Self::VectorOverwritten => (
                "C-3",
                "vector-overwritten",
                "a vector clock forgets at a receipt what the message does not know",
            ),
            Self::HybridWithoutCount => (
                "C-4",
                "hybrid-without-count",
                "a hybrid clock does not count where its time stands still",
            ),
            Self::HybridRunsAhead => (
                "C-5",
                "hybrid-runs-ahead",
                "a hybrid clock moves its time on where it should count",
            ),
        }
    }
}
