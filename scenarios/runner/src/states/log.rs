//! A node's log as the terms of its entries, which is all that two logs are compared by: where two hold an entry of the same index and the same
//! term, they are the same up to there (Raft §5.3, the log matching property).

/// The terms of a log's entries, as spans of entries of the same term.
#[derive(Clone, Debug, Default)]
pub(super) struct Log {
    /// The first index of each span, and its term; both grow.
    spans: Vec<(u64, u64)>,
    last: u64,
}

impl Log {
    /// No entry at all.
    pub(super) fn clear(&mut self) {
        self.spans.clear();
        self.last = 0;
    }

    /// The last entry's term and its index: who has more is more up to date (§5.4.1).
    pub(super) fn age(&self) -> (u64, u64) {
        (self.spans.last().map_or(0, |(_, term)| *term), self.last)
    }

    /// The term of the entry at this index, where there is one.
    pub(super) fn term(&self, index: u64) -> Option<u64> {
        if index > self.last {
            return None;
        }
        let span = self.spans.iter().rev().find(|(first, _)| *first <= index);
        span.map(|(_, term)| *term)
    }

    /// It has a new last entry.
    pub(super) fn append(&mut self, index: u64, term: u64) {
        self.truncate(index);
        if self.spans.last().is_none_or(|(_, last)| *last != term) {
            self.spans.push((index, term));
        }
        self.last = index;
    }

    /// It ends before this index.
    pub(super) fn truncate(&mut self, from: u64) {
        while self.spans.pop_if(|(first, _)| *first >= from).is_some() {}
        self.last = self.last.min(from.saturating_sub(1));
    }

    /// It holds all up to an index, of this term.
    pub(super) fn cover(&mut self, index: u64, term: u64) {
        if self.term(index) != Some(term) {
            self.spans.clear();
            self.spans.push((index, term));
            self.last = index;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same, entry by entry.
    fn terms(log: &Log) -> Vec<Option<u64>> {
        (1..=6).map(|index| log.term(index)).collect()
    }

    #[test]
    fn a_log_knows_the_term_of_each_entry_that_it_has() {
        let mut log = Log::default();
        for (index, term) in [(1, 1), (2, 1), (3, 4), (4, 4), (5, 6)] {
            log.append(index, term);
        }
        assert_eq!(terms(&log), [Some(1), Some(1), Some(4), Some(4), Some(6), None]);
        assert_eq!(log.age(), (6, 5));
        log.truncate(4);
        assert_eq!((terms(&log)[2..4].to_vec(), log.age()), (vec![Some(4), None], (4, 3)));
        log.append(2, 5);
        assert_eq!(terms(&log), [Some(1), Some(5), None, None, None, None]);
        log.truncate(1);
        assert_eq!((log.age(), log.term(1)), ((0, 0), None));
    }

    #[test]
    fn a_snapshot_stands_for_what_it_covers_and_leaves_what_fits() {
        let mut log = Log::default();
        [(1, 1), (2, 3), (3, 3)].into_iter().for_each(|(index, term)| log.append(index, term));
        log.cover(2, 3);
        assert_eq!(log.age(), (3, 3), "it has the entry, and those after it");
        log.cover(3, 4);
        assert_eq!((log.age(), log.term(1)), ((4, 3), None), "another log was given up for it");
        log.cover(6, 4);
        assert_eq!((log.age(), log.term(5), log.term(6)), ((4, 6), None, Some(4)));
    }
}
