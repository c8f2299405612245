//! What a leader knows of one follower, and how it sends to it.
//!
//! A follower is *probed* until the leader knows where their logs agree: one message at a time. Then the leader *replicates*: it
//! sends ahead without waiting, a bounded number of messages (thesis §10.2.1). A follower that needs what is no longer in
//! the log gets the *snapshot*, a piece at a time.

use std::collections::VecDeque;

use seatrial_node::NodeId;

use crate::snapshot::Snapshot;

/// A leader's view of one follower (figure 2, "volatile state on leaders").
#[derive(Clone, Debug, Hash)]
pub(crate) struct Progress {
    pub(crate) id: NodeId,
    /// `matchIndex`: the follower's disk has the leader's log up to here. Goes back only where the disk has lost it.
    pub(crate) matched: u64,
    /// `nextIndex`: what is sent next; always above `matched`.
    pub(crate) next: u64,
    pub(crate) flow: Flow,
    /// Whether anything has come from it since the last look at the quorum.
    pub(crate) heard: bool,
    /// The latest round of heartbeats that it has answered.
    pub(crate) round: u64,
    /// The last index of each message under way, oldest first.
    inflight: VecDeque<u64>,
    /// How many ticks have passed since there was any progress in what is under way.
    silent_ticks: u8,
    /// How many messages have been rejected since then for what lies between.
    gaps: u8,
    /// How often the follower has denied what it is known to have, and nothing else meanwhile.
    denials: u8,
}

/// How a leader sends to a follower.
#[derive(Clone, Debug, Hash)]
pub(crate) enum Flow {
    /// One message at a time.
    Probe {
        /// The last index of the one that is under way.
        under_way: Option<u64>,
    },
    /// Many at a time, each following the one before.
    Replicate,
    /// A snapshot, piece by piece.
    Snapshot {
        /// The snapshot, kept until the follower has it, though there may be a newer one by then.
        snapshot: Snapshot,
        /// How many bytes of it the follower has.
        acked: u64,
    },
}

/// After so many ticks without progress, what is under way counts as lost.
const LOST_AFTER_TICKS: u8 = 2;
/// After so many rejections for a gap, what should have filled it counts as lost; one may be only a message that was overtaken.
const LOST_AFTER_GAPS: u8 = 2;
/// After so many denials the follower has lost what it had; one may be only a late message.
const LOST_AFTER_DENIALS: u8 = 2;

impl Progress {
    /// A follower as a new leader sees it, whose log ends before `next`.
    pub(crate) fn new(id: NodeId, next: u64) -> Self {
        Self {
            id,
            matched: 0,
            next,
            flow: Flow::Probe { under_way: None },
            heard: true,
            round: 0,
            inflight: VecDeque::new(),
            silent_ticks: 0,
            gaps: 0,
            denials: 0,
        }
    }

    /// Whether a message with entries may be sent.
    pub(crate) fn may_append(&self, window: usize) -> bool {
        match self.flow {
            Flow::Probe { under_way } => under_way.is_none(),
            Flow::Replicate => self.inflight.len() < window,
            Flow::Snapshot { .. } => false,
        }
    }

    /// A message with entries up to this index has been sent.
    pub(crate) fn appended(&mut self, last: u64) {
        match &mut self.flow {
            Flow::Probe { under_way } => *under_way = Some(last),
            Flow::Replicate => self.appended_ahead(last),
            Flow::Snapshot { .. } => {}
        }
    }

    /// The follower has the leader's log up to this index. Returns whether that is further than before.
    pub(crate) fn match_to(&mut self, index: u64) -> bool {
        let further = index > self.matched;
        self.denials = 0;
        self.matched = self.matched.max(index);
        while self.inflight.front().is_some_and(|last| *last <= self.matched) {
            self.inflight.pop_front();
        }
        let done = match &self.flow {
            Flow::Probe { .. } => index + 1 >= self.next,
            Flow::Replicate => false,
            Flow::Snapshot { snapshot, .. } => self.matched >= snapshot.meta.index,
        };
        if done {
            // A heartbeat may have been answered before the probe's entries are on the follower's disk.
            if let Flow::Probe { under_way: Some(last) } = self.flow
                && last > self.matched
            {
                self.appended_ahead(last);
            }
            self.flow = Flow::Replicate;
        }
        self.next = self.next.max(self.matched + 1);
        if further || done {
            self.silent_ticks = 0;
            self.gaps = 0;
        }
        further
    }

    /// The follower has rejected a message whose entries were to follow `prev_index`. Returns whether to send again.
    pub(crate) fn reject(&mut self, prev_index: u64, hint: u64) -> bool {
        let stale = match self.flow {
            Flow::Probe { .. } => Some(prev_index) != self.next.checked_sub(1),
            Flow::Replicate => prev_index <= self.matched,
            Flow::Snapshot { .. } => true,
        };
        if prev_index == self.matched && prev_index > 0 {
            return self.deny(hint);
        }
        if stale || prev_index < self.matched {
            return false;
        }
        if matches!(self.flow, Flow::Replicate) {
            self.gaps += 1;
            if self.gaps < LOST_AFTER_GAPS {
                return false;
            }
        }
        self.probe_from(hint.min(prev_index).max(self.matched + 1));
        true
    }

    /// The follower's disk was damaged or replaced: nothing is known of its log. To know less than is true is always safe. What is sent
    /// next is an entry that there is, at `last` or before: a probe that had to wait for an entry would leave the follower empty until a
    /// client writes.
    pub(crate) fn has_lost_its_log(&mut self, last: u64) {
        self.matched = 0;
        self.denials = 0;
        if !matches!(self.flow, Flow::Snapshot { .. }) {
            self.probe_from(self.next.min(last.max(1)));
        }
    }

    /// The follower denies to have what it once acknowledged, as heartbeats tell that it did. Returns whether to send again.
    fn deny(&mut self, hint: u64) -> bool {
        self.denials += 1;
        let lost = self.denials >= LOST_AFTER_DENIALS;
        if lost {
            self.next = hint.clamp(1, self.next);
            self.has_lost_its_log(self.next);
        }
        lost
    }

    /// A tick has passed. Returns whether what is under way counts as lost; it is to be sent again.
    pub(crate) fn tick(&mut self) -> bool {
        let under_way = match self.flow {
            Flow::Probe { under_way } => under_way.is_some(),
            Flow::Replicate => !self.inflight.is_empty(),
            Flow::Snapshot { .. } => true,
        };
        self.silent_ticks = if under_way { self.silent_ticks + 1 } else { 0 };
        let lost = self.silent_ticks >= LOST_AFTER_TICKS;
        if lost {
            self.silent_ticks = 0;
            if !matches!(self.flow, Flow::Snapshot { .. }) {
                self.probe_from(self.matched + 1);
            }
        }
        lost
    }

    /// The follower needs this snapshot.
    pub(crate) fn send_snapshot(&mut self, snapshot: Snapshot) {
        self.flow = Flow::Snapshot { snapshot, acked: 0 };
        self.inflight.clear();
        self.silent_ticks = 0;
    }

    /// The follower has so many bytes of the snapshot up to that index. Returns whether to send the next piece now.
    pub(crate) fn received(&mut self, index: u64, offset: u64) -> bool {
        let Flow::Snapshot { snapshot, acked } = &mut self.flow else { return false };
        if snapshot.meta.index != index || offset > snapshot.data.len() as u64 {
            return false;
        }
        // Fewer bytes than before: it has restarted, or the answer is late. The next tick sends again.
        let further = offset > *acked;
        *acked = offset;
        if further {
            self.silent_ticks = 0;
        }
        further && offset < snapshot.data.len() as u64
    }

    fn appended_ahead(&mut self, last: u64) {
        self.inflight.push_back(last);
        self.next = last + 1;
    }

    fn probe_from(&mut self, next: u64) {
        self.next = next;
        self.flow = Flow::Probe { under_way: None };
        self.inflight.clear();
        self.silent_ticks = 0;
        self.gaps = 0;
    }
}
