//! How far the others have come, as their sequencer knows it.

use seatrial_node::NodeId;

use super::own::WINDOW;

/// A member that the sequencer sends its order to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Progress {
    pub(super) member: NodeId,
    /// It has all places up to this one, in this epoch.
    pub(super) acked: u64,
    /// The next place to send.
    pub(super) next: u64,
    /// How far it has delivered.
    pub(super) delivered: u64,
    /// Up to which place it has been told that all is committed.
    pub(super) told: u64,
}

impl Progress {
    /// Of a member that is to adopt the order up to this place.
    pub(super) fn new(member: NodeId, delivered: u64, last: u64) -> Self {
        Self { member, acked: 0, next: last.saturating_add(1), delivered, told: 0 }
    }

    /// Whether it may be sent one more place: a window of them is on its way at a time, so that a dead member costs no more.
    pub(super) fn has_room(&self) -> bool {
        self.next.saturating_sub(self.acked.max(self.delivered)) <= u64::from(WINDOW)
    }

    /// What it is to be told of what is committed, if that is news: no more than it has.
    pub(super) fn tell(&mut self, committed: u64) -> Option<u64> {
        let known = committed.min(self.acked);
        let is_news = known > self.told;
        self.told = self.told.max(known);
        is_news.then_some(known)
    }
}

/// The last place that a majority has, where the sequencer has all up to `last`, and the group has so many members.
pub(super) fn committed(peers: &[Progress], last: u64, members: usize) -> u64 {
    let majority = members / 2 + 1;
    let has = |number: u64| 1 + peers.iter().filter(|peer| peer.acked >= number).count();
    let candidates = peers.iter().map(|peer| peer.acked).chain([last]);
    candidates.filter(|number| has(*number) >= majority).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peers(acked: &[u64]) -> Vec<Progress> {
        let peer = |(place, acked): (usize, &u64)| Progress {
            acked: *acked,
            ..Progress::new(NodeId(place as u32), 0, 0)
        };
        acked.iter().enumerate().map(peer).collect()
    }

    #[test]
    fn what_a_majority_has_is_committed() {
        assert_eq!(committed(&peers(&[]), 7, 1), 7);
        assert_eq!(committed(&peers(&[3, 5]), 7, 3), 5);
        assert_eq!(committed(&peers(&[3]), 7, 3), 3);
        assert_eq!(committed(&peers(&[3]), 7, 5), 0, "two of five are no majority");
        assert_eq!(committed(&peers(&[3, 5, 6]), 7, 4), 5, "half of the members are no majority");
        assert_eq!(committed(&peers(&[1, 2, 3, 9]), 9, 5), 3);
    }

    #[test]
    fn a_member_is_told_once_and_of_no_more_than_it_has() {
        let mut peer = Progress { acked: 4, ..Progress::new(NodeId(1), 0, 9) };
        assert_eq!(peer.tell(9), Some(4));
        assert_eq!(peer.tell(9), None);
        peer.acked = 9;
        assert_eq!(peer.tell(7), Some(7));
    }

    #[test]
    fn a_member_that_answers_nothing_is_sent_a_window() {
        let mut peer = Progress::new(NodeId(1), 5, 5);
        while peer.has_room() {
            peer.next += 1;
        }
        assert_eq!(peer.next, 6 + u64::from(WINDOW));
    }
}
