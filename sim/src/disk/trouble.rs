//! What faults do to one disk: it takes longer, has no room, does not read, does not sync, writes elsewhere, rots.
//!
//! A disk on which nothing of this was ever in force has one flag that says so, and nobody asks further.

use seatrial_node::{DiskError, DiskWrite, Duration, FileName};

use super::{Fate, SimDisk};
use crate::counts::{Counts, FaultKind};
use crate::tape::Tape;

/// The faults of one disk, and what they have left.
#[derive(Clone, Debug, Default, Hash)]
pub(crate) struct Trouble {
    /// Something is or was wrong with this disk: look closer.
    pub(crate) any: bool,
    active: Vec<Active>,
    /// Bytes that are not what was written there.
    scars: Vec<Scar>,
    /// Writes that found no room, as contents and numbers of changes, until a sync tells of them.
    missed: Vec<(u32, u64)>,
    /// What is on the disk may not be what a node can have left there, for as long as the run goes on.
    damaged: bool,
}

/// A fault that is in force.
#[derive(Clone, Debug, Hash)]
struct Active {
    /// The fault of the plan that it belongs to.
    fault: usize,
    kind: FaultKind,
    wrong: Wrong,
    /// It has taken hold of something.
    bit: bool,
}

/// What is wrong with a disk for a while. A `file` is a file's name or the beginning of one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Wrong {
    /// Every operation takes so much longer.
    Slow { by: Duration },
    /// Nothing completes.
    Stalls,
    /// So many reads in a million fail.
    Unreadable { rate: u32, file: String },
    /// Nothing that grows a file fits.
    Full,
    /// The next sync that has something to cover fails.
    FailsSync { file: String },
    /// The next write lands elsewhere.
    Misdirects { file: String },
}

/// Bytes that a fault has changed, until they are written anew.
#[derive(Clone, Debug, Hash)]
struct Scar {
    kind: FaultKind,
    file: u32,
    from: u64,
    to: u64,
    /// A node was given them.
    read: bool,
}

impl Active {
    fn strike(&mut self, counts: &mut Counts) {
        if !std::mem::replace(&mut self.bit, true) {
            counts.bit(self.kind);
        }
    }
}

impl Trouble {
    pub(crate) fn reset(&mut self) {
        if self.any {
            *self = Self::default();
        }
    }

    pub(crate) fn begin(&mut self, fault: usize, kind: FaultKind, wrong: Wrong) {
        self.any = true;
        self.active.push(Active { fault, kind, wrong, bit: false });
    }

    /// That fault of the plan is over. Whether it was in force here.
    pub(crate) fn end(&mut self, fault: usize) -> bool {
        let before = self.active.len();
        self.active.retain(|active| active.fault != fault);
        self.active.len() < before
    }

    /// All are over. What they have done to what is on the disk stays.
    pub(crate) fn heal(&mut self) {
        self.active.clear();
    }

    /// What is on the disk may not be what a node can have left there.
    pub(crate) fn damage(&mut self) {
        (self.any, self.damaged) = (true, true);
    }

    pub(crate) fn is_damaged(&self) -> bool {
        self.damaged
    }

    /// Kinds that are in force, in the order in which they began.
    pub(crate) fn in_force(&self) -> impl Iterator<Item = FaultKind> {
        self.active.iter().map(|active| active.kind)
    }

    pub(crate) fn fails_reads(&self) -> bool {
        self.active.iter().any(|active| matches!(active.wrong, Wrong::Unreadable { .. }))
    }

    pub(crate) fn stalls(&self) -> bool {
        self.active.iter().any(|active| active.wrong == Wrong::Stalls)
    }

    /// Something waits because nothing completes.
    pub(crate) fn hold_up(&mut self, counts: &mut Counts) {
        let stalls = |active: &&mut Active| active.wrong == Wrong::Stalls;
        for active in self.active.iter_mut().filter(stalls) {
            active.strike(counts);
        }
        counts.effect(FaultKind::DiskStall);
    }

    /// How much longer an operation takes that is asked for now.
    pub(crate) fn delay(&mut self, counts: &mut Counts) -> Duration {
        let mut delay = Duration::ZERO;
        for active in &mut self.active {
            if let Wrong::Slow { by } = active.wrong {
                active.strike(counts);
                counts.effect(active.kind);
                delay = delay + by;
            }
        }
        delay
    }

    /// The node has crashed: nobody waits to be told any more.
    pub(super) fn crash(&mut self) {
        self.missed.clear();
    }

    /// A content is used for another file.
    pub(super) fn forget(&mut self, file: u32) {
        if self.any {
            self.scars.retain(|scar| scar.file != file);
            self.missed.retain(|(missed, _)| *missed != file);
        }
    }

    fn scar(&mut self, kind: FaultKind, file: u32, (from, to): (u64, u64)) {
        self.damage();
        self.scars.push(Scar { kind, file, from, to, read: false });
    }

    fn written(&mut self, file: u32, (from, to): (u64, u64)) {
        self.scars.retain(|scar| scar.file != file || scar.from < from || scar.to > to);
    }
}

impl SimDisk {
    /// Flips one bit of one settled byte, by chance. Returns where.
    pub(crate) fn rot(
        &mut self,
        file: &str,
        node: u32,
        tape: &mut Tape,
    ) -> Option<(FileName, u64)> {
        let place = self.place(file, node, tape)?;
        let site = tape.site("disk fault: bit");
        let bit = tape.choose(site, node, 8);
        self.files[place.file as usize][place.at as usize] ^= 1 << bit;
        self.trouble.scar(FaultKind::BitRot, place.file, (place.at, place.at + 1));
        Some((place.name, place.at))
    }

    /// Carries out a change on a disk with which something may be wrong. Returns what went wrong, for a trace.
    #[cold]
    pub(crate) fn write_in_trouble(
        &mut self,
        write: DiskWrite<'_>,
        node: u32,
        tape: &mut Tape,
        counts: &mut Counts,
    ) -> Option<String> {
        if self.grows(&write)
            && let Some(full) = self.trouble.active.iter_mut().find(|a| a.wrong == Wrong::Full)
        {
            full.strike(counts);
            let (DiskWrite::Append { file, .. }
            | DiskWrite::WriteAt { file, .. }
            | DiskWrite::Truncate { file, .. }
            | DiskWrite::Rename { from: file, .. }) = write;
            let content = self.open(file);
            self.changes += 1;
            self.trouble.missed.push((content, self.changes));
            return Some(format!("no room: {write} is not done"));
        }
        let (file, offset, bytes) = match write {
            DiskWrite::Append { file, bytes } => (file, self.len(file).unwrap_or(0), bytes),
            DiskWrite::WriteAt { file, offset, bytes } => (file, offset, bytes),
            DiskWrite::Truncate { file, len } => {
                let content = self.open(file);
                self.trouble.written(content, (len, u64::MAX));
                self.write(write);
                return None;
            }
            DiskWrite::Rename { .. } => {
                self.write(write);
                return None;
            }
        };
        if let Some(told) = self.misdirect(file, offset, bytes, (node, tape, counts)) {
            return Some(told);
        }
        self.write(write);
        let content = self.open(file);
        self.trouble.written(content, (offset, offset + bytes.len() as u64));
        None
    }

    /// Whether a change needs room.
    fn grows(&self, write: &DiskWrite<'_>) -> bool {
        let len = |file| self.len(file).unwrap_or(0);
        match *write {
            DiskWrite::Append { bytes, .. } => !bytes.is_empty(),
            DiskWrite::WriteAt { file, offset, bytes } => offset + bytes.len() as u64 > len(file),
            DiskWrite::Truncate { file, len: to } => to > len(file),
            DiskWrite::Rename { .. } => false,
        }
    }

    /// Writes these bytes elsewhere, where a fault wants that and there is something to hit. The file grows as it would have.
    fn misdirect(
        &mut self,
        file: FileName,
        offset: u64,
        bytes: &[u8],
        (node, tape, counts): (u32, &mut Tape, &mut Counts),
    ) -> Option<String> {
        let aimed = |active: &Active| match &active.wrong {
            Wrong::Misdirects { file: like } => !active.bit && file.as_str().starts_with(like),
            _ => false,
        };
        let striking = self.trouble.active.iter().position(aimed)?;
        let end = offset + bytes.len() as u64;
        let mut old = vec![0; bytes.len()];
        self.read_at(file, offset, &mut old);
        // Written first, so that the place where it ought to be is not settled, and thus not where it goes.
        self.write(DiskWrite::WriteAt { file, offset, bytes: &old });
        let content = self.open(file);
        let Some(place) = self.sector("", node, tape).filter(|_| old != bytes) else {
            self.write(DiskWrite::WriteAt { file, offset, bytes });
            return None;
        };
        let hit = bytes.len().min((place.end - place.at) as usize);
        let to = place.at as usize;
        self.files[place.file as usize][to..to + hit].copy_from_slice(&bytes[..hit]);
        self.trouble.active[striking].strike(counts);
        self.trouble.scar(FaultKind::MisdirectedWrite, content, (offset, end));
        self.trouble.scar(
            FaultKind::MisdirectedWrite,
            place.file,
            (place.at, place.at + hit as u64),
        );
        Some(format!("{} bytes for {file} at {offset} land in {} at {to}", bytes.len(), place.name))
    }

    /// Reads from a disk with which something may be wrong.
    #[cold]
    pub(crate) fn read_in_trouble(
        &mut self,
        (file, offset): (FileName, u64),
        buffer: &mut [u8],
        node: u32,
        tape: &mut Tape,
        counts: &mut Counts,
    ) -> Result<usize, DiskError> {
        for active in &mut self.trouble.active {
            if let Wrong::Unreadable { rate, file: like } = &active.wrong
                && file.as_str().starts_with(like)
            {
                let site = tape.site("disk fault: read");
                if tape.chance(site, node, *rate) {
                    active.strike(counts);
                    counts.effect(active.kind);
                    return Err(DiskError::Unreadable);
                }
            }
        }
        let count = self.read_at(file, offset, buffer);
        let (content, end) = (self.find(file), offset + count as u64);
        for scar in &mut self.trouble.scars {
            let seen = Some(scar.file) == content && scar.from < end && scar.to > offset;
            if seen && !std::mem::replace(&mut scar.read, true) {
                counts.effect(scar.kind);
            }
        }
        Ok(count)
    }

    /// A sync is done, on a disk with which something may be wrong.
    ///
    /// What a failed one covered stays as unsafe as it was, for good: no later one covers it. Operating systems drop it from what is
    /// still to be written and tell nobody again (Rebello et al., "Can applications recover from fsync failures?", ATC 2020).
    #[cold]
    pub(crate) fn synced_in_trouble(
        &mut self,
        file: u32,
        upto: u64,
        counts: &mut Counts,
    ) -> Result<(), DiskError> {
        let name = self.names.iter().find(|(_, of)| *of == file).map(|(name, _)| *name);
        let aimed = |active: &&mut Active| match &active.wrong {
            Wrong::FailsSync { file: like } => {
                !active.bit && name.is_some_and(|name| name.as_str().starts_with(like))
            }
            _ => false,
        };
        let mut covered = self.unsynced.iter_mut().filter(|change| {
            let open = change.fate == Fate::Open && change.undo.is_data();
            open && change.file == file && change.number <= upto
        });
        if let Some(first) = covered.next()
            && let Some(failing) = self.trouble.active.iter_mut().find(aimed)
        {
            failing.strike(counts);
            counts.effect(failing.kind);
            first.fate = Fate::Forsaken;
            covered.for_each(|change| change.fate = Fate::Forsaken);
            return Err(DiskError::SyncFailed);
        }
        self.synced(file, upto);
        let before = self.trouble.missed.len();
        self.trouble.missed.retain(|(missed, number)| *missed != file || *number > upto);
        if self.trouble.missed.len() < before {
            counts.effect(FaultKind::DiskFull);
            return Err(DiskError::Full);
        }
        Ok(())
    }
}
