//! What a trace does not tell, for somebody who looks into a world that stands still: which timers are set, and what is on disks.

use seatrial_node::{FileName, Instant, Node, NodeId};

use crate::world::World;

/// What is inside one node's world.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inside {
    /// Whether it is up.
    pub up: bool,
    /// Whether it stands still.
    pub paused: bool,
    /// Which life this is; 0 before the first.
    pub life: u32,
    /// What its own clock shows, by which its timers are due.
    pub clock: Instant,
    /// The timers that are set, in the order in which they are due: what each says, and when.
    pub timers: Vec<(String, Instant)>,
    /// The files on its disk, by name.
    pub files: Vec<FileInside>,
}

/// A file on a disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileInside {
    /// Its name.
    pub name: FileName,
    /// What a read would find.
    pub content: Vec<u8>,
    /// The changes that a crash now may undo, in the order in which they were made.
    pub unsynced: Vec<Change>,
}

/// A change of a file that no sync has covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// The file was made.
    Made,
    /// Bytes were written.
    Written {
        /// The first of them.
        from: u64,
        /// The one after the last of them.
        to: u64,
    },
    /// The file was cut, or filled up.
    Resized {
        /// How long it was.
        from: u64,
        /// How long it is then.
        to: u64,
    },
    /// The file got its name.
    Renamed {
        /// Its former one.
        from: FileName,
    },
}

impl<N: Node> World<N> {
    /// What is inside a node of this world, if there is such a node. Timers have words only where the world knows how to
    /// [describe](World::describe_with) them.
    pub fn inside(&self, id: NodeId) -> Option<Inside> {
        let slot = self.core.slot(id)?;
        let body = &self.core.bodies[slot as usize];
        let says = |key: &N::Timer| {
            let mut says = String::new();
            (self.core.describe.timer)(key, &mut says);
            says
        };
        let mut timers: Vec<(String, Instant)> =
            body.timers.pending().map(|(key, due)| (says(key), due)).collect();
        timers.sort_by_key(|(_, due)| *due);
        Some(Inside {
            up: body.up,
            paused: body.paused,
            life: body.life,
            clock: self.core.clocks.shows(slot, self.core.now),
            timers,
            files: body.disk.inside(),
        })
    }
}
