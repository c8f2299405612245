//! The replicated state, session table included, and the one way in which it changes: an entry at a time.

use seatrial_node::WireError;

use crate::codec::{self, Entry};
use crate::session::{Admission, Sessions, Table};
use crate::{Config, Response, StateMachine};

/// The form of snapshots, to be told from later ones.
const VERSION: u32 = 1;

/// What all members have in common once they have applied the same entries.
#[derive(Clone, Debug)]
pub(crate) struct Replica<S: StateMachine> {
    state: S,
    sessions: Sessions<S::Output>,
    dedups: bool,
    /// The index of the last entry applied.
    pub(crate) applied: u64,
}

impl<S: StateMachine> Replica<S> {
    /// The initial state.
    pub(crate) fn new(config: &Config) -> Self {
        let sessions = Sessions::new(config.max_sessions);
        Self { state: S::default(), sessions, dedups: config.dedups(), applied: 0 }
    }

    /// The state of a snapshot that covers the log up to `applied`.
    ///
    /// # Errors
    /// Where the bytes are not a snapshot of this service.
    pub(crate) fn restore(config: &Config, applied: u64, bytes: &[u8]) -> Result<Self, WireError> {
        let (found, rest) = codec::decode_prefix::<u32>(bytes)?;
        if found != VERSION {
            return Err(WireError::Version { found, expected: VERSION });
        }
        let (table, state) = codec::decode_prefix::<Table<S::Output>>(rest)?;
        let sessions = Sessions::restore(table, config.max_sessions);
        Ok(Self { state: S::restore(state)?, sessions, dedups: config.dedups(), applied })
    }

    /// The state as bytes: equal wherever the same entries were applied.
    pub(crate) fn snapshot(&self) -> Vec<u8> {
        let mut bytes = codec::encode(&VERSION);
        codec::encode_into(self.sessions.table(), &mut bytes);
        bytes.extend_from_slice(&self.state.snapshot());
        bytes
    }

    /// Applies the entry at `index`.
    pub(crate) fn apply(&mut self, index: u64, entry: &[u8]) -> Response<S::Output> {
        self.applied = index;
        match codec::decode(entry) {
            Ok(Entry::Command { client, seq, command }) => {
                self.apply_once(index, client, seq, command)
            }
            Ok(Entry::Open) => Response::Opened { client: self.sessions.open(index) },
            Err(_) => Response::Unreadable,
        }
    }

    fn apply_once(
        &mut self,
        index: u64,
        client: u64,
        seq: u64,
        command: S::Command,
    ) -> Response<S::Output> {
        let admission =
            if self.dedups { self.sessions.admit(client, seq) } else { Admission::Fresh };
        match admission {
            Admission::Fresh => {
                let output = self.state.apply(command);
                self.sessions.record(client, seq, index, output.clone());
                Response::Done(output)
            }
            Admission::Applied(output) => Response::Done(output),
            Admission::Superseded => Response::Superseded,
            Admission::Expired => Response::SessionExpired,
        }
    }

    /// Counts an entry that changes nothing.
    pub(crate) fn skip(&mut self, index: u64) {
        self.applied = index;
    }

    pub(crate) fn query(&self, query: &S::Query) -> S::Output {
        self.state.query(query)
    }

    pub(crate) fn state(&self) -> &S {
        &self.state
    }

    pub(crate) fn sessions(&self) -> usize {
        self.sessions.len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tests::Tally;

    fn replica(max_sessions: usize) -> Replica<Tally> {
        Replica::new(&Config { max_sessions, ..Config::default() })
    }

    fn add(client: u64, seq: u64, amount: u64) -> Vec<u8> {
        codec::encode(&Entry::Command { client, seq, command: amount })
    }

    #[test]
    fn a_command_that_is_tried_again_is_applied_once_and_answered_as_the_first_time() {
        let mut replica = replica(10);
        assert_eq!(replica.apply(1, &add(7, 1, 5)), Response::Done(5));
        assert_eq!(replica.apply(2, &add(8, 1, 10)), Response::Done(15));
        assert_eq!(replica.apply(3, &add(7, 1, 5)), Response::Done(5));
        assert_eq!(replica.apply(4, &add(7, 3, 1)), Response::Done(16));
        assert_eq!(replica.apply(5, &add(7, 2, 1)), Response::Superseded);
        assert_eq!((replica.query(&()), replica.applied), (16, 5));
    }

    #[test]
    fn the_session_table_survives_a_snapshot() {
        let mut replica = replica(10);
        replica.apply(1, &add(7, 1, 5));
        let bytes = replica.snapshot();
        let mut restored =
            Replica::<Tally>::restore(&Config::default(), 1, &bytes).expect("a snapshot");
        assert_eq!(restored.snapshot(), bytes);
        assert_eq!(restored.apply(2, &add(7, 1, 5)), Response::Done(5));
        assert_eq!(restored.query(&()), 5);
    }

    #[test]
    fn a_client_whose_session_was_dropped_is_told_and_nothing_is_applied() {
        let mut replica = replica(2);
        let Response::Opened { client } = replica.apply(1, &codec::encode(&Entry::<u64>::Open))
        else {
            panic!("a session begins");
        };
        replica.apply(2, &add(client, 1, 1));
        replica.apply(3, &add(8, 1, 1));
        replica.apply(4, &add(9, 1, 1));
        assert_eq!(replica.apply(5, &add(client, 1, 1)), Response::SessionExpired);
        assert_eq!(replica.apply(6, &add(client, 2, 1)), Response::SessionExpired);
        assert_eq!((replica.query(&()), replica.sessions()), (3, 2));
    }

    #[test]
    fn an_entry_that_cannot_be_read_changes_nothing() {
        let mut replica = replica(2);
        let before = replica.snapshot();
        assert_eq!(replica.apply(1, &[200, 200, 200]), Response::Unreadable);
        assert_eq!(replica.snapshot(), before);
    }

    #[test]
    fn a_snapshot_of_another_version_is_refused() {
        let mut bytes = replica(2).snapshot();
        bytes[0] = 9;
        let error = Replica::<Tally>::restore(&Config::default(), 1, &bytes).err();
        assert_eq!(error, Some(WireError::Version { found: 9, expected: VERSION }));
    }

    #[cfg(feature = "mutants")]
    #[test]
    fn without_dedup_a_command_that_is_tried_again_is_applied_again() {
        let mutant = Some(crate::Mutant::NoClientDedup);
        let mut replica = Replica::<Tally>::new(&Config { mutant, ..Config::default() });
        replica.apply(1, &add(7, 1, 5));
        assert_eq!(replica.apply(2, &add(7, 1, 5)), Response::Done(10));
    }

    proptest! {
        #[test]
        fn no_bytes_make_restoring_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = Replica::<Tally>::restore(&Config::default(), 1, &bytes);
        }

        #[test]
        fn a_snapshot_with_one_byte_changed_does_not_make_restoring_panic(
            at in any::<prop::sample::Index>(), to in any::<u8>(), clients in 0_u64..20
        ) {
            let mut replica = replica(10);
            for client in 0..clients {
                replica.apply(client + 1, &add(client, 1, client));
            }
            let mut bytes = replica.snapshot();
            let at = at.index(bytes.len());
            bytes[at] = to;
            let _ = Replica::<Tally>::restore(&Config::default(), clients, &bytes);
        }

        #[test]
        fn replicas_of_the_same_entries_have_the_same_snapshot_whenever_one_was_restored(
            entries in prop::collection::vec((0_u64..6, 1_u64..5, 0_u64..9), 1..60), restart in 0_usize..60
        ) {
            let config = Config { max_sessions: 3, ..Config::default() };
            let (mut one, mut other) = (Replica::<Tally>::new(&config), Replica::<Tally>::new(&config));
            for (i, (client, seq, amount)) in entries.into_iter().enumerate() {
                if i == restart {
                    other = Replica::restore(&config, other.applied, &other.snapshot()).expect("a snapshot");
                }
                let (index, entry) = (i as u64 + 1, add(client, seq, amount));
                prop_assert_eq!(one.apply(index, &entry), other.apply(index, &entry));
            }
            prop_assert_eq!(one.snapshot(), other.snapshot());
        }
    }
}
