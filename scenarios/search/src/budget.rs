//! How much may go wrong in a search, and how far it goes.

/// What may happen, and need not; and where the search stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Budget {
    pub(crate) crashes: u32,
    pub(crate) restarts: u32,
    pub(crate) losses: u32,
    /// None for as many as there are.
    pub(crate) timers: Option<u32>,
    /// How many steps an execution may have.
    pub(crate) depth: u64,
    /// How many states may be visited.
    pub(crate) states: u64,
}

impl Budget {
    /// Nothing goes wrong, and nothing is left out.
    pub(crate) const NOTHING: Self = Self {
        crashes: 0,
        restarts: 0,
        losses: 0,
        timers: None,
        depth: u64::MAX,
        states: u64::MAX,
    };
}

/// How much of it an execution has used. It is a part of the state: what is left decides about what may come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Spent {
    pub(crate) crashes: u32,
    pub(crate) restarts: u32,
    pub(crate) losses: u32,
    /// Counted only where it is bounded.
    pub(crate) timers: u32,
}

impl Spent {
    pub(crate) const fn may_crash(self, budget: &Budget) -> bool {
        self.crashes < budget.crashes
    }

    pub(crate) const fn may_restart(self, budget: &Budget) -> bool {
        self.restarts < budget.restarts
    }

    pub(crate) const fn may_lose(self, budget: &Budget) -> bool {
        self.losses < budget.losses
    }

    pub(crate) fn may_wake(self, budget: &Budget) -> bool {
        budget.timers.is_none_or(|most| self.timers < most)
    }
}
