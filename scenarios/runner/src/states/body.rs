//! What is told apart of a node, in detail and in outline.

use seatrial_node::{Fact, NodeId};

/// How a node is, abstractly.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Body {
    life: Life,
    leads: bool,
    trusts: Trust,
    /// Term, last index of the log, commit index, term of the last entry, messages delivered; and the rank of each: how many nodes have more.
    pub(super) levels: [u64; 5],
    pub(super) ranks: [u8; 5],
    /// Its log has not all that is committed.
    pub(super) lacks: bool,
    suspects: u8,
    pub(super) compacted: bool,
    /// What it adds to the state, and to its outline.
    pub(super) parts: [u64; 2],
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Life {
    #[default]
    Down,
    Up,
    Paused,
}

#[derive(Clone, Copy, Debug, Default)]
enum Trust {
    #[default]
    Nobody,
    Itself,
    Another,
}

pub(super) const TERM: usize = 0;
pub(super) const LOG: usize = 1;
pub(super) const COMMIT: usize = 2;
pub(super) const AGE: usize = 3;
pub(super) const DELIVERED: usize = 4;

/// In outline, ranks from this on are alike.
const LOW: u8 = 3;

impl Body {
    /// All that is told apart, side by side.
    pub(super) fn word(&self) -> u64 {
        let [term, log, commit, age, _] = self.ranks.map(u64::from);
        let ahead = self.levels[LOG] > self.levels[COMMIT];
        let delivered = u64::from(u64::BITS - self.levels[DELIVERED].leading_zeros());
        self.life as u64
            | u64::from(self.leads) << 2
            | (self.trusts as u64) << 3
            | u64::from(self.compacted) << 5
            | u64::from(ahead) << 6
            | u64::from(self.suspects.min(15)) << 7
            | delivered << 11
            | term << 20
            | log << 28
            | commit << 36
            | age << 44
            | u64::from(self.lacks) << 52
    }

    /// What there is in outline: whether it is up, what it and others take it for, and how what it has stands to what others have.
    pub(super) fn outline(&self) -> u64 {
        let [.., age, delivered] = self.ranks.map(|rank| u64::from(rank.min(LOW)));
        u64::from(self.life == Life::Up)
            | u64::from(self.leads) << 1
            | u64::from(self.lacks) << 2
            | age << 3
            | delivered << 5
            | (self.trusts as u64) << 7
            | u64::from(self.suspects > 0) << 9
    }

    /// Follows a fact that changes no level; false, where it changes nothing at all.
    pub(super) fn turn(&mut self, node: NodeId, fact: &Fact) -> bool {
        match *fact {
            Fact::Started { .. } => {
                self.forget();
                self.life = Life::Up;
            }
            Fact::Crashed => self.forget(),
            Fact::Paused => self.life = Life::Paused,
            Fact::Resumed => self.life = Life::Up,
            Fact::Lead { .. } => self.leads = true,
            Fact::StepDown { .. } => self.leads = false,
            Fact::Trust { leader } if leader == node => self.trusts = Trust::Itself,
            Fact::Trust { .. } => self.trusts = Trust::Another,
            Fact::Suspect { .. } => self.suspects = self.suspects.saturating_add(1),
            Fact::Restore { .. } => self.suspects = self.suspects.saturating_sub(1),
            _ => return false,
        }
        true
    }

    /// What a life ends with it; what it has reached, it is still compared by.
    fn forget(&mut self) {
        let Self { levels, ranks, lacks, parts, .. } = *self;
        *self = Self { levels, ranks, lacks, parts, ..Self::default() };
    }
}
