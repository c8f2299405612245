//! A disk in memory, for hosts whose nodes have one life.

use std::collections::BTreeMap;

use seatrial_node::{DiskError, FileName, Storage};

use super::{Done, Job};

/// Files that are gone with the process.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    files: BTreeMap<FileName, Vec<u8>>,
}

impl Memory {
    /// Does all of these, at once and in order.
    pub(crate) fn perform(&mut self, jobs: Vec<Job>) -> Vec<Done> {
        jobs.into_iter().filter_map(|job| self.perform_one(job)).collect()
    }

    fn perform_one(&mut self, job: Job) -> Option<Done> {
        match job {
            Job::Append { file, bytes } => self.file(file).extend(bytes),
            Job::WriteAt { file, offset, bytes } => {
                let (file, offset) = (self.file(file), place(offset));
                let end = offset + bytes.len();
                // Nothing, wherever it is put, makes no file longer.
                if file.len() < end && !bytes.is_empty() {
                    file.resize(end, 0);
                }
                if let Some(place) = file.get_mut(offset..end) {
                    place.copy_from_slice(&bytes);
                }
            }
            Job::Truncate { file, len } => self.file(file).resize(place(len), 0),
            Job::Rename { from, to } => {
                if let Some(bytes) = self.files.remove(&from) {
                    self.files.insert(to, bytes);
                }
            }
            Job::Sync { token, .. } => return Some(Done::Synced { token, result: Ok(()) }),
            Job::Read { file, offset, len, token } => {
                let bytes = self.files.get(&file).map(Vec::as_slice).unwrap_or_default();
                let rest = bytes.get(place(offset)..).unwrap_or_default();
                let result = Ok(rest[..rest.len().min(len)].to_vec());
                return Some(Done::Read { token, result });
            }
        }
        None
    }

    fn file(&mut self, file: FileName) -> &mut Vec<u8> {
        self.files.entry(file).or_default()
    }
}

fn place(offset: u64) -> usize {
    usize::try_from(offset).expect("a file in memory is not longer than memory")
}

impl Storage for Memory {
    fn len(&mut self, file: FileName) -> Result<Option<u64>, DiskError> {
        Ok(self.files.get(&file).map(|bytes| bytes.len() as u64))
    }

    fn read(&mut self, file: FileName, offset: u64, buffer: &mut [u8]) -> Result<usize, DiskError> {
        let bytes = self.files.get(&file).map(Vec::as_slice).unwrap_or_default();
        let rest = bytes.get(place(offset)..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use seatrial_node::{DiskWrite, NodeId, ReadToken, SyncToken};
    use tempfile::TempDir;

    use super::*;
    use crate::disk::keeper::perform;
    use crate::disk::{DataDir, Files, Owner};

    fn job() -> impl Strategy<Value = Job> {
        let name = || prop_oneof![Just(FileName::new("a")), Just(FileName::new("b/c"))];
        let bytes = || prop::collection::vec(any::<u8>(), 0..20);
        prop_oneof![
            (name(), bytes()).prop_map(|(file, bytes)| Job::Append { file, bytes }),
            (name(), 0..40_u64, bytes()).prop_map(|(file, offset, bytes)| Job::WriteAt {
                file,
                offset,
                bytes
            }),
            (name(), 0..40_u64).prop_map(|(file, len)| Job::Truncate { file, len }),
            (name(), any::<u64>())
                .prop_map(|(file, token)| Job::Sync { file, token: SyncToken(token) }),
            (name(), 0..50_u64, 0..50_usize, any::<u64>()).prop_map(
                |(file, offset, len, token)| {
                    Job::Read { file, offset, len, token: ReadToken(token) }
                }
            ),
            Just(Job::Rename { from: FileName::new("a"), to: FileName::new("b/c") }),
        ]
    }

    /// What a node asks, as `job` has it.
    fn asked(job: &Job) -> Option<DiskWrite<'_>> {
        Some(match job {
            Job::Append { file, bytes } => DiskWrite::Append { file: *file, bytes },
            Job::WriteAt { file, offset, bytes } => {
                DiskWrite::WriteAt { file: *file, offset: *offset, bytes }
            }
            Job::Truncate { file, len } => DiskWrite::Truncate { file: *file, len: *len },
            Job::Rename { from, to } => DiskWrite::Rename { from: *from, to: *to },
            Job::Sync { .. } | Job::Read { .. } => return None,
        })
    }

    /// The same, with writes that go on where others end done with them.
    fn joined(jobs: &[Job]) -> Vec<Job> {
        let mut joined: Vec<Job> = Vec::new();
        for job in jobs {
            let last = joined.last_mut();
            if !last.zip(asked(job)).is_some_and(|(last, write)| last.takes_in(&write)) {
                joined.push(job.clone());
            }
        }
        joined
    }

    #[test]
    fn writes_that_go_on_where_others_end_are_one_write() {
        let log = FileName::new("a");
        let at = |offset, text: &str| Job::WriteAt { file: log, offset, bytes: text.into() };
        let append = |text: &str| Job::Append { file: log, bytes: text.into() };
        let whole = joined(&[at(4, "ah"), at(6, "oy"), at(8, "!"), append("a"), append("b")]);
        assert_eq!(whole, [at(4, "ahoy!"), append("ab")]);
        let apart = [at(4, "ah"), at(7, "oy"), append("a"), at(9, "b"), at(4, "c")];
        assert_eq!(joined(&apart), apart);
        let long = [append(&"a".repeat(1 << 20)), append("b")];
        assert_eq!(joined(&long), long);
    }

    /// Renaming what is not there fails on a real disk, and there is nothing to compare then.
    fn makes_sense(jobs: &[Job]) -> bool {
        let mut is_there = false;
        jobs.iter().all(|job| match job {
            Job::Rename { .. } => std::mem::take(&mut is_there),
            Job::Append { file, .. } | Job::WriteAt { file, .. } | Job::Truncate { file, .. } => {
                is_there |= file.as_str() == "a";
                true
            }
            Job::Sync { .. } | Job::Read { .. } => true,
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn the_disk_in_memory_does_what_the_real_one_does(
            jobs in prop::collection::vec(job(), 0..30).prop_filter("it makes sense", |jobs| makes_sense(jobs))
        ) {
            let folder = TempDir::new().expect("a folder");
            let owner = Owner { cluster: "harbour", protocol: "none", node: NodeId(1) };
            let directory = DataDir::open(folder.path(), &owner, false).expect("nobody has it");
            let (mut real, mut memory) = (Files::new(directory, owner.node, false), Memory::default());
            prop_assert_eq!(perform(&mut real, joined(&jobs)), memory.perform(jobs));
            for name in ["a", "b/c"].map(FileName::new) {
                prop_assert_eq!(real.len(name), memory.len(name));
                let (mut here, mut there) = ([0; 90], [0; 90]);
                prop_assert_eq!(real.read(name, 3, &mut here), memory.read(name, 3, &mut there));
                prop_assert_eq!(here, there);
            }
        }
    }
}
