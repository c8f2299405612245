//! A four-ary min-heap of entries: a third shallower than a binary one, and its children share a cache line.

use super::Entry;

#[derive(Clone, Debug, Default)]
pub(super) struct Heap {
    entries: Vec<Entry>,
}

impl Heap {
    pub(super) fn clear(&mut self) {
        self.entries.clear();
    }

    #[inline]
    pub(super) fn peek(&self) -> Option<Entry> {
        self.entries.first().copied()
    }

    pub(super) fn push(&mut self, entry: Entry) {
        let mut hole = self.entries.len();
        self.entries.push(entry);
        while hole > 0 {
            let parent = (hole - 1) / 4;
            if self.entries[parent] <= entry {
                break;
            }
            self.entries[hole] = self.entries[parent];
            hole = parent;
        }
        self.entries[hole] = entry;
    }

    pub(super) fn pop(&mut self) -> Option<Entry> {
        let top = *self.entries.first()?;
        let last = self.entries.pop().expect("there is a first, so there is a last");
        if !self.entries.is_empty() {
            self.sink(last);
        }
        Some(top)
    }

    /// Puts the entry where it belongs, from the top down.
    fn sink(&mut self, entry: Entry) {
        let len = self.entries.len();
        let mut hole = 0;
        loop {
            let first = hole * 4 + 1;
            if first >= len {
                break;
            }
            let mut least = first;
            for child in first + 1..len.min(first + 4) {
                if self.entries[child] < self.entries[least] {
                    least = child;
                }
            }
            if entry <= self.entries[least] {
                break;
            }
            self.entries[hole] = self.entries[least];
            hole = least;
        }
        self.entries[hole] = entry;
    }
}
