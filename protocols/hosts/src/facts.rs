//! What a node announces, written to a file as it is announced: for a trial that judges real processes by what they say of themselves.
//!
//! **The order of several files.** Each line has the machine's monotonic clock, which all processes of a machine read alike, as of when its
//! fact was announced. A batch of inputs is handled, its facts are written, and only then do its messages, answers and disk jobs leave the
//! process. So what a process has made others see is in its file, however it dies; and where one fact may have caused another, by whatever
//! way, its time is the earlier one. To sort the lines of all files by time is to put them into an order that could have been. That is what
//! a safety property may be judged by; it says nothing of which of two facts came first where neither can have caused the other.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use rustix::time::{ClockId, clock_gettime};
use seatrial_node::Fact;

/// Nanoseconds by the machine's monotonic clock: the same for all of its processes.
pub fn monotonic_nanos() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    let whole = u64::try_from(now.tv_sec).unwrap_or_default().saturating_mul(1_000_000_000);
    whole.saturating_add(u64::try_from(now.tv_nsec).unwrap_or_default())
}

/// The file to which one life of a node announces its facts.
#[derive(Debug)]
pub(crate) struct FactLog {
    file: File,
    pending: Vec<u8>,
}

impl FactLog {
    /// A new file at this path.
    ///
    /// # Errors
    /// Where there is one already, or none can be made.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().append(true).create_new(true).open(path)?;
        Ok(Self { file, pending: Vec::new() })
    }

    /// Notes a fact as announced now.
    pub(crate) fn announce(&mut self, fact: &Fact) {
        let line = serde_json::to_writer(&mut self.pending, &(monotonic_nanos(), fact));
        line.expect("a vector takes all bytes, and facts have a form");
        self.pending.push(b'\n');
    }

    /// Writes what was announced. It is with the operating system then, and outlives this process.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub(crate) fn write(&mut self) -> io::Result<()> {
        if !self.pending.is_empty() {
            self.file.write_all(&self.pending)?;
            self.pending.clear();
        }
        Ok(())
    }
}

/// Reads what has been announced in this file so far, from this offset: facts with their times, and the offset of what is still to come. A
/// line that is not whole was being written; of one who has been killed meanwhile, nobody has seen what it tells.
///
/// # Errors
/// Where the file cannot be read, or a line is no fact.
pub fn read_facts(path: &Path, offset: u64) -> io::Result<(Vec<(u64, Fact)>, u64)> {
    let (mut file, mut rest) = (File::open(path)?, Vec::new());
    file.seek(SeekFrom::Start(offset))?;
    file.read_to_end(&mut rest)?;
    let whole = rest.iter().rposition(|byte| *byte == b'\n').map_or(0, |place| place + 1);
    let lines = rest[..whole].split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let facts: Result<Vec<_>, _> = lines.map(serde_json::from_slice).collect();
    let facts = facts.map_err(|error| {
        io::Error::new(io::ErrorKind::InvalidData, format!("{}: {error}", path.display()))
    })?;
    Ok((facts, offset + whole as u64))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use seatrial_node::NodeId;

    use super::*;

    #[test]
    fn facts_come_back_in_order_with_rising_times() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("facts");
        let facts = [
            Fact::Started { life: 3 },
            Fact::Vote { term: u64::MAX, candidate: NodeId(2) },
            Fact::Reached { mark: "a snapshot was installed" },
        ];
        let before = monotonic_nanos();
        let mut log = FactLog::create(&path).expect("a file");
        facts.iter().for_each(|fact| log.announce(fact));
        assert_eq!(read_facts(&path, 0).expect("readable"), (Vec::new(), 0), "not written yet");
        log.write().expect("room");
        let (read, offset) = read_facts(&path, 0).expect("readable");
        assert_eq!(read.iter().map(|(_, fact)| *fact).collect::<Vec<_>>(), facts);
        let times: Vec<u64> = read.iter().map(|(at, _)| *at).collect();
        assert!(times.is_sorted() && times[0] >= before && monotonic_nanos() >= times[2]);
        log.announce(&Fact::Crashed);
        log.write().expect("room");
        let (more, end) = read_facts(&path, offset).expect("readable");
        assert_eq!(more.len(), 1, "only what is new");
        assert_eq!(read_facts(&path, end).expect("readable").0, []);
        assert!(FactLog::create(&path).is_err(), "each life has a file of its own");
    }

    #[test]
    fn a_line_that_was_being_written_is_left_for_later() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("facts");
        fs::write(&path, "[5,{\"fact\":\"crashed\"}]\n[6,{\"fact\":\"le").expect("room");
        let (facts, offset) = read_facts(&path, 0).expect("readable");
        assert_eq!(facts, [(5, Fact::Crashed)]);
        fs::write(&path, "[5,{\"fact\":\"crashed\"}]\n[6,{\"fact\":\"lead\",\"term\":1}]\n")
            .expect("room");
        let (facts, _) = read_facts(&path, offset).expect("readable");
        assert_eq!(facts, [(6, Fact::Lead { term: 1 })]);
    }

    #[test]
    fn what_is_no_fact_is_refused_with_its_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("facts");
        fs::write(&path, "[5,{\"fact\":\"sunk\"}]\n").expect("room");
        let error = read_facts(&path, 0).expect_err("no such fact").to_string();
        assert!(error.contains("facts: ") && error.contains("sunk"), "{error}");
    }
}
