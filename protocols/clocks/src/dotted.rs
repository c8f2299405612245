//! Dotted version vectors (Preguiça, Baquero, Almeida, Fonte and Gonçalves, *Dotted Version Vectors: Logical Clocks for Optimistic
//! Replication*, 2010).

use seatrial_node::NodeId;

use crate::VersionVector;

/// One update: which node made it, and its number among that node's, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dot {
    /// Who made it.
    pub node: NodeId,
    /// Which of its updates it is.
    pub number: u64,
}

/// A version of a value: the update that wrote it, and all that its writer knew.
///
/// The update stands apart from what was known, so that two clients who write through one replica, neither knowing of the other, are
/// concurrent. A version vector alone cannot say that.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DottedVersionVector {
    /// The update that wrote the version.
    pub dot: Dot,
    /// What its writer had read. It does not contain the dot.
    pub past: VersionVector,
}

impl DottedVersionVector {
    /// Whether this version replaces the other, or is the same: its writer knew the other.
    pub fn descends(&self, other: &Self) -> bool {
        self.dot == other.dot || self.past.contains(other.dot)
    }

    /// Whether the writer of neither knew the other.
    pub fn is_concurrent_with(&self, other: &Self) -> bool {
        !self.descends(other) && !other.descends(self)
    }

    /// All that who has read this version knows.
    pub fn known(&self) -> VersionVector {
        let mut known = self.past.clone();
        known.include(self.dot);
        known
    }
}

/// The versions of one value at a replica, of which none replaces another: siblings, in the order of their dots.
///
/// ```
/// use seatrial_clocks::{Siblings, VersionVector};
/// use seatrial_node::NodeId;
///
/// let mut replica = Siblings::new();
/// let nothing = VersionVector::new();
/// replica.put(NodeId(0), &nothing, "milk");
/// replica.put(NodeId(0), &nothing, "eggs");
/// assert_eq!(replica.values().collect::<Vec<_>>(), [&"milk", &"eggs"]);
///
/// let read = replica.context();
/// replica.put(NodeId(0), &read, "milk and eggs");
/// assert_eq!(replica.values().collect::<Vec<_>>(), [&"milk and eggs"]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Siblings<T> {
    versions: Vec<(DottedVersionVector, T)>,
}

impl<T> Default for Siblings<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Siblings<T> {
    /// No version at all.
    pub const fn new() -> Self {
        Self { versions: Vec::new() }
    }

    /// What a client that reads all siblings knows. It hands this back with what it writes (the paper's *join*).
    pub fn context(&self) -> VersionVector {
        let mut context = VersionVector::new();
        for (version, _) in &self.versions {
            context.merge(&version.past);
            context.include(version.dot);
        }
        context
    }

    /// Writes a value at `node`, whose siblings these are, in place of all that the writer has read (the paper's *update*). Returns the
    /// update's name. Each node has its own siblings, and only it writes under its name.
    pub fn put(&mut self, node: NodeId, read: &VersionVector, value: T) -> Dot {
        let used = self.context().get(node).max(read.get(node));
        let dot = Dot { node, number: used.saturating_add(1) };
        self.versions.retain(|(version, _)| !read.contains(version.dot));
        self.insert(DottedVersionVector { dot, past: read.clone() }, value);
        dot
    }

    /// Takes in another replica's siblings, and keeps those that no other replaces (the paper's *sync*).
    pub fn merge(&mut self, other: Self) {
        self.versions.retain(|(own, _)| !other.replaces(own));
        for (version, value) in other.versions {
            if !self.versions.iter().any(|(own, _)| own.descends(&version)) {
                self.insert(version, value);
            }
        }
    }

    /// The siblings, in the order of their dots.
    pub fn iter(&self) -> impl Iterator<Item = (&DottedVersionVector, &T)> {
        self.versions.iter().map(|(version, value)| (version, value))
    }

    /// The siblings' values, in the order of their dots.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.versions.iter().map(|(_, value)| value)
    }

    /// Whether one of these was written by somebody who knew that version.
    fn replaces(&self, version: &DottedVersionVector) -> bool {
        self.versions.iter().any(|(own, _)| own.dot != version.dot && own.descends(version))
    }

    fn insert(&mut self, version: DottedVersionVector, value: T) {
        let place = self.versions.partition_point(|(own, _)| own.dot < version.dot);
        self.versions.insert(place, (version, value));
    }
}
