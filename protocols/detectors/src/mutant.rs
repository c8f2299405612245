//! Bugs that can be planted, to find out whether a test harness finds them.
//!
//! Each is a switch that the code reads at one place of each detector that can have it. The descriptions say what the mutant does
//! in place of the correct code.

/// Whether a bug is planted in this detector; never, without the feature `mutants`.
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

/// The planted bug of a configuration, for a part of the detector that reads it.
macro_rules! mutant_of {
    ($config:expr) => {
        $crate::mutant::Planted {
            #[cfg(feature = "mutants")]
            mutant: $config.mutant,
        }
    };
}
pub(crate) use mutant_of;

/// What [`mutant_of`] gives; empty without the feature `mutants`.
#[derive(Clone, Copy, Debug, Hash)]
pub(crate) struct Planted {
    #[cfg(feature = "mutants")]
    pub(crate) mutant: Option<Mutant>,
}

impl Planted {
    /// What this configuration of a detector plants, for the leader detector above it.
    #[cfg_attr(not(feature = "mutants"), expect(unused_variables, reason = "nothing is planted"))]
    pub(crate) fn of<D: crate::Detector>(config: &D::Config) -> Self {
        Self {
            #[cfg(feature = "mutants")]
            mutant: D::planted(config),
        }
    }
}

/// How hard a mutant is to find: a budget of executions.
#[cfg(feature = "mutants")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Easy: within 1,000 executions.
    E,
}

/// A bug to plant.
#[cfg(feature = "mutants")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Mutant {
    /// RN-5: a detector that suspects a member answers nobody any more.
    ContagiousCrash,
    /// RN-6: a peer is asked only when the one before it has answered.
    SequentialProbes,
    /// RN-7: a late heartbeat makes a suspected member count as alive again, in silence or where none may be restored.
    SilentRestore,
    /// O18: a suspicion is final.
    FdNoUnsuspect,
    /// LD-1: a leader detector trusts the member of the highest rank, suspected or not.
    LoyalToTheDead,
    /// LD-2: a leader detector keeps its leader until it suspects that one, whoever of higher rank is back.
    StickyLeader,
    /// LD-3: a leader detector counts the suspected, and does not look who they are.
    CountedSuccession,
}

#[cfg(feature = "mutants")]
impl Mutant {
    /// All of them, in the order of their ids.
    pub const ALL: &[Self] = &[
        Self::ContagiousCrash,
        Self::SequentialProbes,
        Self::SilentRestore,
        Self::FdNoUnsuspect,
        Self::LoyalToTheDead,
        Self::StickyLeader,
        Self::CountedSuccession,
    ];

    /// Those that break a promise of the perfect detector. [`Mutant::SilentRestore`] does so only in runs that break its assumption.
    pub const PERFECT: &[Self] = &[Self::ContagiousCrash, Self::SequentialProbes];

    /// Those that break a promise of the eventually perfect detector, and of the φ-accrual one.
    pub const EVENTUALLY_PERFECT: &[Self] =
        &[Self::ContagiousCrash, Self::SequentialProbes, Self::SilentRestore, Self::FdNoUnsuspect];

    /// Those of the monarchical leader's own; the others are its detector's.
    pub const MONARCH: &[Self] = &[Self::LoyalToTheDead, Self::CountedSuccession];

    /// Those of Ω's own.
    pub const OMEGA: &[Self] = &[Self::LoyalToTheDead, Self::StickyLeader, Self::CountedSuccession];

    /// Those that SWIM can have.
    pub const SWIM: &[Self] = &[Self::SilentRestore, Self::FdNoUnsuspect];

    /// The short id, as `"RN-5"`.
    pub const fn id(self) -> &'static str {
        self.facts().0
    }

    /// The name, as `"contagious-crash"`.
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
            Self::ContagiousCrash => (
                "RN-5",
                "contagious-crash",
                "a detector that suspects a member answers no more probes, so that others suspect it",
            ),
            Self::SequentialProbes => (
                "RN-6",
                "sequential-probes",
                "waits for one peer's answer before it asks the next, so that one dead peer condemns those after it",
            ),
            Self::SilentRestore => (
                "RN-7",
                "silent-restore",
                "counts a suspected member as alive again without saying so; a perfect detector even restores it",
            ),
            Self::FdNoUnsuspect => ("O18", "fd-no-unsuspect", "never takes a false suspicion back"),
            Self::LoyalToTheDead => (
                "LD-1",
                "loyal-to-the-dead",
                "trusts the member of the highest rank, suspected or not",
            ),
            Self::StickyLeader => (
                "LD-2",
                "sticky-leader",
                "keeps its leader until it suspects that one, whoever of higher rank is back",
            ),
            Self::CountedSuccession => (
                "LD-3",
                "counted-succession",
                "passes over as many members as it suspects, without looking who they are",
            ),
        }
    }
}
