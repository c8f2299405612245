//! The floor's queue: a four-ary min-heap of packed entries, as fast as safe code makes it.
//!
//! An entry is one `u128`: 64 bits of time, 40 of sequence, 24 of slot. The four children of an entry are one cache line, and the
//! least of them is found without a branch. Taking the first out leaves a hole, which the next entry to come fills.

/// Four siblings; what is not there is later than anything that is.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Siblings([u128; 4]);

const NOTHING: Siblings = Siblings([u128::MAX; 4]);

/// Where the root is: alone in the first line, so that the children of `i` are the line `i - 2`.
const ROOT: usize = 3;

pub(crate) struct Heap {
    lines: Vec<Siblings>,
    /// One past the last entry.
    end: usize,
    /// The root has been taken out, and nothing has come in its place.
    hole: bool,
}

impl Heap {
    pub(crate) fn new() -> Self {
        Self { lines: vec![NOTHING], end: ROOT, hole: false }
    }

    #[inline]
    pub(crate) fn push(&mut self, entry: u128) {
        if self.hole {
            self.hole = false;
            self.sink(entry);
            return;
        }
        let mut at = self.end;
        self.end += 1;
        if at / 4 == self.lines.len() {
            self.lines.push(NOTHING);
        }
        while at > ROOT {
            let parent = at / 4 + 2;
            let above = self.get(parent);
            if above <= entry {
                break;
            }
            self.set(at, above);
            at = parent;
        }
        self.set(at, entry);
    }

    /// Takes the first out.
    #[inline]
    pub(crate) fn pop(&mut self) -> Option<u128> {
        if self.hole {
            self.close();
        }
        if self.end == ROOT {
            return None;
        }
        self.hole = true;
        Some(self.get(ROOT))
    }

    /// Fills the hole with the last entry.
    #[inline]
    fn close(&mut self) {
        self.hole = false;
        self.end -= 1;
        let last = self.get(self.end);
        self.set(self.end, u128::MAX);
        if self.end > ROOT {
            self.sink(last);
        }
    }

    /// Puts an entry where it belongs, from the root down.
    #[inline]
    fn sink(&mut self, entry: u128) {
        let mut at = ROOT;
        while at - 2 < self.lines.len() {
            let Siblings([a, b, c, d]) = self.lines[at - 2];
            let (left, left_at) = if b < a { (b, 1) } else { (a, 0) };
            let (right, right_at) = if d < c { (d, 3) } else { (c, 2) };
            let (least, least_at) = if right < left { (right, right_at) } else { (left, left_at) };
            if entry <= least {
                break;
            }
            self.set(at, least);
            at = (at - 2) * 4 + least_at;
        }
        self.set(at, entry);
    }

    #[inline]
    fn get(&self, at: usize) -> u128 {
        self.lines[at / 4].0[at % 4]
    }

    #[inline]
    fn set(&mut self, at: usize, entry: u128) {
        self.lines[at / 4].0[at % 4] = entry;
    }
}
