//! What an opening node reads.

use seatrial_node::{DiskError, FileName, NodeId, Storage};

use super::SimDisk;
use crate::counts::Counts;
use crate::tape::Tape;

/// A disk as it is lent to a node that opens, with what its faults need.
pub(crate) struct Opening<'a> {
    pub(crate) disk: &'a mut SimDisk,
    /// Who opens, and its slot.
    pub(crate) owner: NodeId,
    pub(crate) node: u32,
    pub(crate) tape: &'a mut Tape,
    pub(crate) counts: &'a mut Counts,
}

impl Storage for Opening<'_> {
    fn len(&mut self, file: FileName) -> Result<Option<u64>, DiskError> {
        Ok(self.disk.len(file))
    }

    fn read(&mut self, file: FileName, offset: u64, buffer: &mut [u8]) -> Result<usize, DiskError> {
        if self.disk.trouble.any {
            return self.disk.read_in_trouble(
                (file, offset),
                buffer,
                self.node,
                self.tape,
                self.counts,
            );
        }
        Ok(self.disk.read_at(file, offset, buffer))
    }

    fn owner(&self) -> Option<NodeId> {
        Some(self.owner)
    }
}
