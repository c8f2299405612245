//! Bugs that can be planted, to find out whether a test harness finds them.
//!
//! Each is a switch that the code reads at one place in each link. The descriptions say what the mutant does in place of the
//! correct code.

/// Whether a bug is planted in this link; never, without the feature `mutants`.
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
    /// RN-14: nothing is sent a second time.
    NoRetransmission,
    /// RN-12: every life of a node is its first.
    RestartResetsNumbers,
    /// L1: the receive window is not consulted.
    ForgetDuplicates,
    /// O17: the FIFO link delivers past a gap, and drops what comes late.
    FifoGap,
}

#[cfg(feature = "mutants")]
impl Mutant {
    /// All of them: those of the stubborn and the perfect link first.
    pub const ALL: &[Self] = &[
        Self::NoRetransmission,
        Self::RestartResetsNumbers,
        Self::ForgetDuplicates,
        Self::FifoGap,
    ];

    /// The short id, as `"RN-14"`.
    pub const fn id(self) -> &'static str {
        self.facts().0
    }

    /// The name, as `"no-retransmission"`.
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
            Self::NoRetransmission => {
                ("RN-14", "no-retransmission", "sends everything once: what is lost stays lost")
            }
            Self::RestartResetsNumbers => (
                "RN-12",
                "restart-resets-numbers",
                "a restart begins at life 1 again, so what it sends passes for old",
            ),
            Self::ForgetDuplicates => {
                ("L1", "forget-duplicates", "delivers again what comes again")
            }
            Self::FifoGap => ("O17", "fifo-gap", "delivers past a gap, and drops what comes late"),
        }
    }
}
