//! One node's part of the mirror: its log, and how far that is durable, committed and applied.

use seatrial_history::Moment;
use seatrial_node::{Fact, NodeId};

use super::explain::{Announced, Line, line};

/// One node as it has announced itself.
#[derive(Clone, Debug)]
pub(super) struct NodeView {
    pub(super) id: NodeId,
    pub(super) term: Since,
    pub(super) leads: Option<Since>,
    /// The last index known to be committed, in this life.
    pub(super) commit: Since,
    /// The last index applied, in this life.
    pub(super) applied: Since,
    /// The last index that is on the node's disk.
    pub(super) persisted: Since,
    log: Log,
    started: bool,
    /// What the life before had, and what was before others that a fault of the disk may have taken something from.
    former: Past,
    taken: Vec<Past>,
    /// A fault of its disk has taken from it what it had stored: by now, and when this life began.
    robbed: bool,
    began_robbed: bool,
    /// It has begun to say what it recovered, and not ended.
    recovering: bool,
}

/// A number, and since when it has been that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Since {
    pub(super) value: u64,
    pub(super) at: Moment,
}

/// An entry of a log.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) term: u64,
    pub(super) digest: u64,
    pub(super) at: Moment,
}

impl Entry {
    pub(super) const fn is(&self, term: u64, digest: u64) -> bool {
        self.term == term && self.digest == digest
    }

    /// The entry as evidence.
    pub(super) fn line(&self, node: NodeId, index: u64) -> Line {
        line(self.at, node, &Fact::Append { index, term: self.term, digest: self.digest })
    }
}

/// A log, of which a snapshot may have replaced the beginning.
#[derive(Clone, Debug, Default)]
struct Log {
    /// The last index that is no longer in the log.
    base: u64,
    /// Its term, where that was announced.
    base_term: Option<u64>,
    entries: Vec<Entry>,
}

impl Log {
    fn clear(&mut self) {
        self.base = 0;
        self.base_term = Some(0);
        self.entries.clear();
    }

    const fn last(&self) -> u64 {
        self.base + self.entries.len() as u64
    }

    fn entry(&self, index: u64) -> Option<&Entry> {
        self.entries.get(usize::try_from(index.checked_sub(self.base + 1)?).ok()?)
    }

    fn truncate(&mut self, from: u64) {
        let kept = from.saturating_sub(self.base + 1);
        self.entries.truncate(usize::try_from(kept).unwrap_or(usize::MAX));
    }

    fn append(&mut self, index: u64, entry: Entry) {
        self.truncate(index);
        if index > self.last() + 1 {
            self.entries.clear();
            (self.base, self.base_term) = (index - 1, None);
        }
        self.entries.push(entry);
    }

    fn compact(&mut self, index: u64, term: u64) {
        // The last index there can be leaves no room for an entry behind it.
        if index <= self.base || index == u64::MAX {
            return;
        }
        let covered = usize::try_from(index - self.base).unwrap_or(usize::MAX);
        self.entries.drain(..covered.min(self.entries.len()));
        (self.base, self.base_term) = (index, Some(term));
    }
}

/// A log as it was when its life ended.
#[derive(Clone, Debug, Default)]
struct Past {
    log: Log,
    /// How far it was on the disk.
    persisted: u64,
}

impl Past {
    /// Whether the entry was on the disk.
    fn stored(&self, index: u64, entry: &Entry) -> bool {
        let is = |held: &Entry| held.is(entry.term, entry.digest);
        self.persisted >= index && (index <= self.log.base || self.log.entry(index).is_some_and(is))
    }
}

impl NodeView {
    /// A node that has announced nothing.
    pub(super) fn new(id: NodeId) -> Self {
        let mut node = Self {
            id,
            term: Since::default(),
            leads: None,
            commit: Since::default(),
            applied: Since::default(),
            persisted: Since::default(),
            log: Log::default(),
            started: false,
            former: Past::default(),
            taken: Vec::new(),
            robbed: false,
            began_robbed: false,
            recovering: false,
        };
        node.clear(id);
        node
    }

    /// The same, with the memory of another.
    pub(super) fn clear(&mut self, id: NodeId) {
        self.id = id;
        self.leads = None;
        [self.term, self.commit, self.applied, self.persisted] = [Since::default(); 4];
        self.log.clear();
        self.started = false;
        self.former.log.clear();
        self.former.persisted = 0;
        self.taken.clear();
        [self.robbed, self.began_robbed, self.recovering] = [false; 3];
    }

    /// The entry at this index, where the log has one and no snapshot covers it.
    pub(super) fn entry(&self, index: u64) -> Option<&Entry> {
        self.log.entry(index)
    }

    /// The term of what is at this index, where that is known; before the first entry it is 0.
    pub(super) fn term_at(&self, index: u64) -> Option<u64> {
        if index == self.log.base { self.log.base_term } else { Some(self.entry(index)?.term) }
    }

    /// The last index of the log.
    pub(super) const fn last(&self) -> u64 {
        self.log.last()
    }

    /// Whether a snapshot covers this index.
    pub(super) const fn compacted(&self, index: u64) -> bool {
        index <= self.log.base
    }

    /// Whether the entry is in the log, or under a snapshot, which holds committed entries only.
    pub(super) fn holds(&self, index: u64, entry: &Entry) -> bool {
        self.compacted(index)
            || self.entry(index).is_some_and(|held| held.is(entry.term, entry.digest))
    }

    /// Whether the entry is on the node's disk, or was until a fault of that disk took it: what the node has acknowledged counts, for it is
    /// bound by that, and may be on its way to the leader.
    pub(super) fn has_stored(&self, index: u64, entry: &Entry) -> bool {
        let stored = self.persisted.value >= index && self.holds(index, entry);
        stored
            || self.began_robbed && self.former.stored(index, entry)
            || self.taken.iter().any(|past| past.stored(index, entry))
    }

    /// The entries that a report of `Commit { index }` says to be committed and that it had not reported in this life.
    pub(super) fn newly_committed(&self, index: u64) -> impl Iterator<Item = (u64, &Entry)> {
        let first = self.commit.value.max(self.log.base).saturating_add(1);
        let last = index.min(self.last());
        (first..=last).filter_map(|index| Some((index, self.entry(index)?)))
    }

    /// Makes the mirror ready for properties to look at it together with this fact, which is not in it yet.
    pub(super) fn prepare(&mut self, now: &Announced<'_>) {
        match *now.fact {
            Fact::Append { .. } | Fact::Truncate { .. } => self.recover(),
            Fact::Snapshot { index, term, .. } if self.started => {
                self.recover();
                self.snapshot(now.at, index, term);
                self.set_persisted(now.at, self.log.base);
            }
            _ => {}
        }
    }

    /// Takes the fact in.
    pub(super) fn update(&mut self, now: &Announced<'_>) {
        let at = now.at;
        match *now.fact {
            Fact::Started { .. } => {
                (self.started, self.leads) = (true, None);
                [self.commit, self.applied] = [Since { value: 0, at }; 2];
            }
            Fact::Crashed | Fact::StepDown { .. } => self.leads = None,
            Fact::DiskReplaced | Fact::DiskDamaged => self.robbed = true,
            Fact::Term { term } => {
                self.term = Since { value: term, at };
                self.leads = self.leads.filter(|led| led.value >= term);
            }
            Fact::Lead { term } => self.leads = Some(Since { value: term, at }),
            Fact::Append { index, term, digest } => {
                self.append(at, index, Entry { term, digest, at });
            }
            Fact::Truncate { from } => self.truncate(at, from.max(self.log.base + 1)),
            Fact::Persist { index } => {
                self.recovering = false;
                self.set_persisted(at, index.min(self.last()).max(self.persisted.value));
            }
            Fact::Commit { index } => self.commit = self.commit.raised(index, at),
            Fact::Apply { index, .. } => self.applied = Since { value: index, at },
            Fact::Snapshot { index, term, .. } => self.snapshot(at, index, term),
            _ => {}
        }
    }

    /// How far the node had its log on its disk in its former life.
    pub(super) const fn former_persisted(&self) -> u64 {
        self.former.persisted
    }

    /// The first index of what the node had on its disk in its former life, and lacks in the log that it has recovered though no fault
    /// has struck that disk. Only where that has just been announced.
    pub(super) fn lacks(&self) -> Option<u64> {
        // A snapshot that came last, and contradicts the entry it ends at, has replaced all of the log (§7).
        let replaces = |held: &Entry| self.log.base_term.is_some_and(|term| held.term != term);
        let former = &self.former.log;
        if !self.recovering || self.robbed || former.entry(self.log.base).is_some_and(replaces) {
            return None;
        }
        let lost = |index: &u64| match former.entry(*index) {
            Some(entry) => !self.holds(*index, entry),
            None => *index > self.last(),
        };
        let first = self.log.base.min(former.base).saturating_add(1);
        let last = self.former.persisted.min(former.last());
        if last > self.last() { Some(last) } else { (first..=last).find(lost) }
    }

    /// What the node announces first in a new life is its recovered log: puts the one before aside. What a fault of the disk has taken
    /// stays what the node has acknowledged, whatever it stores instead.
    fn recover(&mut self) {
        if std::mem::take(&mut self.started) {
            if self.began_robbed {
                self.taken.push(std::mem::take(&mut self.former));
            }
            self.began_robbed = self.robbed;
            std::mem::swap(&mut self.log, &mut self.former.log);
            self.former.persisted = self.persisted.value;
            self.log.clear();
            self.persisted.value = 0;
            self.recovering = true;
        }
    }

    fn append(&mut self, at: Moment, index: u64, entry: Entry) {
        if self.compacted(index) {
            return;
        }
        self.log.append(index, entry);
        let persisted = self.persisted.value.min(index - 1);
        // What had been durable before a crash, and is recovered, has been durable all along. What was cut off since is not.
        let kept = self.recovering
            && persisted == index - 1
            && index <= self.former.persisted
            && self.former.log.entry(index).is_some_and(|was| was.is(entry.term, entry.digest));
        self.set_persisted(at, if kept { index } else { persisted });
    }

    fn truncate(&mut self, at: Moment, from: u64) {
        self.log.truncate(from);
        self.set_persisted(at, self.persisted.value.min(from - 1));
    }

    fn set_persisted(&mut self, at: Moment, index: u64) {
        if index != self.persisted.value {
            self.persisted = Since { value: index, at };
        }
    }

    fn snapshot(&mut self, at: Moment, index: u64, term: u64) {
        self.log.compact(index, term);
        self.commit = self.commit.raised(index, at);
        self.applied = self.applied.raised(index, at);
    }
}

impl Since {
    fn raised(self, value: u64, at: Moment) -> Self {
        if value > self.value { Self { value, at } } else { self }
    }
}
