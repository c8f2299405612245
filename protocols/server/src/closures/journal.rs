//! The state that Raft replicates for a service in closures: its writes in their order, and, where the service saves itself, what the writes
//! before them came to.
//!
//! The node knows no closures, so it cannot save a state. Whoever serves a line can: a write carries such a save along now and then, in the
//! log, so that every member drops the same writes at the same place.

use std::collections::VecDeque;

use seatrial_node::WireError;
use seatrial_service::{StateMachine, decode, encode};
use serde::{Deserialize, Serialize};

/// A line that writes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Write {
    pub(super) line: String,
    /// What some writes before it came to.
    pub(super) saved: Option<Saved>,
}

/// What the first writes came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Saved {
    /// How many they are.
    pub(super) upto: u64,
    /// The state after them, as the service saves it.
    pub(super) state: Vec<u8>,
    /// The answers to the last of them, for whoever asks again.
    pub(super) answers: VecDeque<String>,
}

/// All writes that nothing was saved after, in their order.
#[derive(Debug, Default)]
pub(super) struct Journal {
    pub(super) saved: Option<Saved>,
    pub(super) writes: Vec<String>,
}

impl Journal {
    /// How many writes there were before those that are here.
    pub(super) fn upto(&self) -> u64 {
        self.saved.as_ref().map_or(0, |saved| saved.upto)
    }

    fn count(&self) -> u64 {
        self.upto() + self.writes.len() as u64
    }
}

impl StateMachine for Journal {
    type Command = Write;
    type Query = ();
    /// How many writes there are, this one included.
    type Output = u64;

    fn apply(&mut self, write: Write) -> u64 {
        // A save that came late, behind one of more writes, is of no use; and none can be of writes that are not there.
        let fresh =
            write.saved.filter(|saved| (self.upto() + 1..=self.count()).contains(&saved.upto));
        if let Some(saved) = fresh {
            let gone = usize::try_from(saved.upto - self.upto()).unwrap_or(usize::MAX);
            self.writes.drain(..gone.min(self.writes.len()));
            self.saved = Some(saved);
        }
        self.writes.push(write.line);
        self.count()
    }

    fn query(&self, (): &()) -> u64 {
        self.count()
    }

    fn snapshot(&self) -> Vec<u8> {
        encode(&(&self.saved, &self.writes))
    }

    fn restore(bytes: &[u8]) -> Result<Self, WireError> {
        let (saved, writes) = decode(bytes)?;
        Ok(Self { saved, writes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(line: &str, upto: Option<u64>) -> Write {
        let saved = upto.map(|upto| Saved { upto, state: vec![9], answers: VecDeque::new() });
        Write { line: line.to_owned(), saved }
    }

    #[test]
    fn what_was_saved_takes_the_place_of_the_writes_before_it() {
        let mut journal = Journal::default();
        assert_eq!(["a", "b", "c"].map(|line| journal.apply(write(line, None))), [1, 2, 3]);
        assert_eq!(journal.apply(write("d", Some(2))), 4);
        assert_eq!(
            (journal.upto(), journal.writes.as_slice()),
            (2, &["c", "d"].map(String::from)[..])
        );
        for of_no_use in [0, 1, 2, 9] {
            journal.apply(write("e", Some(of_no_use)));
            assert_eq!(journal.upto(), 2, "{of_no_use}");
        }
        let again = Journal::restore(&journal.snapshot()).expect("its own snapshot");
        assert_eq!((again.upto(), &again.writes, again.query(&())), (2, &journal.writes, 8));
        assert!(Journal::restore(b"no").is_err());
    }
}
