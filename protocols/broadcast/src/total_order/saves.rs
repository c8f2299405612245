//! How much of the log can be forgotten: what every member has delivered, so that nobody will ask for it again.

use std::collections::VecDeque;

use seatrial_node::NodeId;

use super::entry::encode_seen;
use crate::seen::Seen;

/// Snapshots that wait until they may take the place of the log up to them, and how far the others have come.
///
/// A snapshot is made every so many entries, and is a few words for each stream; at most `keep / every` wait, for a member that is down
/// or cut off tells nothing.
#[derive(Clone, Debug, Default)]
pub(super) struct Saves {
    /// By index.
    waiting: VecDeque<(u64, Vec<u8>)>,
    /// The index of the last that was made, or came.
    last: u64,
    /// What the others have told, in the order of the members.
    reports: Vec<(NodeId, u64)>,
    /// What this member has told.
    told: u64,
}

impl Saves {
    /// The log is delivered up to this index, and these messages have had their place. Makes a snapshot if it is time for one.
    pub(super) fn delivered(&mut self, index: u64, seen: &Seen, every: u64) {
        if index.saturating_sub(self.last) >= every {
            self.last = index;
            self.waiting.push_back((index, encode_seen(seen)));
        }
    }

    /// The log begins after this index: a snapshot was found on the disk, or has come from the leader.
    pub(super) fn restored(&mut self, index: u64) {
        self.last = self.last.max(index);
        while self.take_up_to(index).is_some() {}
    }

    /// A member will never ask for anything up to this index again.
    pub(super) fn note(&mut self, from: NodeId, index: u64) {
        match self.reports.binary_search_by_key(&from, |(member, _)| *member) {
            Ok(place) => self.reports[place].1 = self.reports[place].1.max(index),
            Err(place) => self.reports.insert(place, (from, index)),
        }
    }

    /// The newest snapshot of which all these members have had the log, or that must be taken because `keep` entries more have come.
    pub(super) fn take(
        &mut self,
        peers: impl Iterator<Item = NodeId>,
        delivered: u64,
        keep: u64,
    ) -> Option<(u64, Vec<u8>)> {
        let stable = peers.map(|peer| self.reported(peer)).min().unwrap_or(u64::MAX);
        let end = stable.max(delivered.saturating_sub(keep));
        let mut newest = None;
        while let Some(save) = self.take_up_to(end) {
            newest = Some(save);
        }
        newest
    }

    /// What to tell the others, if it is more than they have been told.
    pub(super) fn report(&mut self, index: u64) -> Option<u64> {
        let is_news = index > self.told;
        self.told = self.told.max(index);
        is_news.then_some(index)
    }

    /// How many entries the others have not been told of.
    pub(super) fn untold(&self, index: u64) -> u64 {
        index.saturating_sub(self.told)
    }

    /// Takes the oldest that waits, if it covers no more than the log up to this index.
    fn take_up_to(&mut self, index: u64) -> Option<(u64, Vec<u8>)> {
        let (oldest, _) = self.waiting.front()?;
        if *oldest <= index { self.waiting.pop_front() } else { None }
    }

    fn reported(&self, member: NodeId) -> u64 {
        let place = self.reports.binary_search_by_key(&member, |(known, _)| *known);
        place.map_or(0, |place| self.reports[place].1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(save: Option<(u64, Vec<u8>)>) -> Option<u64> {
        save.map(|(index, _)| index)
    }

    fn saves() -> Saves {
        let mut saves = Saves::default();
        (1..=30).for_each(|index| saves.delivered(index, &Seen::default(), 10));
        saves
    }

    const PEERS: [NodeId; 2] = [NodeId(1), NodeId(2)];

    #[test]
    fn what_all_have_delivered_is_forgotten_and_nothing_else() {
        let mut saves = saves();
        let mut take = |from, up_to| {
            saves.note(from, up_to);
            index(saves.take(PEERS.into_iter(), 30, 100))
        };
        assert_eq!(take(NodeId(1), 25), None, "the other has told nothing");
        assert_eq!(take(NodeId(2), 9), None);
        assert_eq!(take(NodeId(2), 24), Some(20));
        assert_eq!(take(NodeId(2), 3), None, "nobody comes to have delivered less");
        assert_eq!(take(NodeId(2), u64::MAX), None);
        assert_eq!(take(NodeId(1), 30), Some(30));
    }

    #[test]
    fn a_member_too_far_behind_is_not_waited_for() {
        let mut saves = saves();
        saves.note(NodeId(1), 30);
        assert_eq!(index(saves.take(PEERS.into_iter(), 30, 10)), Some(20));
    }

    #[test]
    fn a_snapshot_from_elsewhere_takes_the_place_of_older_ones() {
        let mut saves = saves();
        saves.restored(25);
        PEERS.into_iter().for_each(|peer| saves.note(peer, 100));
        assert_eq!(index(saves.take(PEERS.into_iter(), 30, 100)), Some(30));
        saves.delivered(34, &Seen::default(), 10);
        assert_eq!(index(saves.take(PEERS.into_iter(), 34, 100)), None);
    }

    #[test]
    fn the_same_is_told_once() {
        let mut saves = Saves::default();
        assert_eq!((saves.report(7), saves.report(7), saves.report(6)), (Some(7), None, None));
        assert_eq!((saves.untold(9), saves.untold(3)), (2, 0));
    }
}
