//! The session table (Ongaro's thesis, §6.3): replicated state by which a command that is tried again is applied once.
//!
//! Bounded: where one session too many begins, the one whose last command is oldest in the log is dropped. Log order is the same
//! everywhere, so every member drops the same one.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

/// The bit that ids given by the service have, and ids made up by clients do not.
const GIVEN: u64 = 1 << 63;

/// What the replicas remember of each client.
#[derive(Clone, Debug)]
pub(crate) struct Sessions<O> {
    table: Table<O>,
    /// Sessions by their last command, oldest first; entries that a later command has made stale are skipped. Derived from
    /// the table, and no part of the replicated state.
    by_use: VecDeque<(u64, u64)>,
    max: usize,
}

/// The part that is replicated and goes into snapshots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Table<O> {
    sessions: BTreeMap<u64, Session<O>>,
    /// Whether any session was ever dropped: if none was, an unknown client is a new one.
    dropped_any: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Session<O> {
    /// The highest sequence number applied; zero in a session just opened.
    seq: u64,
    /// The log index of the last entry of this session.
    used: u64,
    /// The output of command `seq`.
    output: Option<O>,
}

/// What is to become of a command.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Admission<O> {
    /// Apply it, and then [`record`](Sessions::record) it.
    Fresh,
    /// It was applied, and this was its output.
    Applied(O),
    /// A later one of the same session was applied.
    Superseded,
    /// Its session was dropped.
    Expired,
}

impl<O: Clone> Sessions<O> {
    /// A table without sessions, for up to `max` of them.
    pub(crate) fn new(max: usize) -> Self {
        let table = Table { sessions: BTreeMap::new(), dropped_any: false };
        Self { table, by_use: VecDeque::new(), max }
    }

    /// The table of a snapshot.
    pub(crate) fn restore(table: Table<O>, max: usize) -> Self {
        let mut by_use: Vec<(u64, u64)> =
            table.sessions.iter().map(|(client, session)| (session.used, *client)).collect();
        by_use.sort_unstable();
        Self { table, by_use: by_use.into(), max }
    }

    /// The part that goes into a snapshot.
    pub(crate) fn table(&self) -> &Table<O> {
        &self.table
    }

    pub(crate) fn len(&self) -> usize {
        self.table.sessions.len()
    }

    /// Decides about command `seq` of a client.
    pub(crate) fn admit(&self, client: u64, seq: u64) -> Admission<O> {
        let Some(session) = self.table.sessions.get(&client) else {
            let expired = client & GIVEN != 0 || (self.table.dropped_any && seq != 1);
            return if expired { Admission::Expired } else { Admission::Fresh };
        };
        match (seq.cmp(&session.seq), &session.output) {
            (std::cmp::Ordering::Greater, _) => Admission::Fresh,
            (std::cmp::Ordering::Equal, Some(output)) => Admission::Applied(output.clone()),
            _ => Admission::Superseded,
        }
    }

    /// Remembers that command `seq` of a client, in the log at `index`, was applied.
    pub(crate) fn record(&mut self, client: u64, seq: u64, index: u64, output: O) {
        self.insert(client, Session { seq, used: index, output: Some(output) });
    }

    /// Begins a session by the entry at `index`, and returns its id.
    pub(crate) fn open(&mut self, index: u64) -> u64 {
        let client = GIVEN | index;
        self.insert(client, Session { seq: 0, used: index, output: None });
        client
    }

    fn insert(&mut self, client: u64, session: Session<O>) {
        self.by_use.push_back((session.used, client));
        let is_new = self.table.sessions.insert(client, session).is_none();
        if is_new && self.table.sessions.len() > self.max {
            self.drop_oldest();
        }
        // Stale entries are at most as many as live ones: each command pays for the removal of one.
        if self.by_use.len() > 2 * self.table.sessions.len() + 64 {
            let sessions = &self.table.sessions;
            self.by_use.retain(|(used, client)| is_current(sessions, *used, *client));
        }
    }

    fn drop_oldest(&mut self) {
        while let Some((used, client)) = self.by_use.pop_front() {
            if is_current(&self.table.sessions, used, client) {
                self.table.sessions.remove(&client);
                self.table.dropped_any = true;
                return;
            }
        }
    }
}

fn is_current<O>(sessions: &BTreeMap<u64, Session<O>>, used: u64, client: u64) -> bool {
    sessions.get(&client).is_some_and(|session| session.used == used)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_admitted_once_and_then_answered_with_its_first_output() {
        let mut sessions = Sessions::new(10);
        assert_eq!(sessions.admit(1, 5), Admission::Fresh);
        sessions.record(1, 5, 1, "first");
        assert_eq!(sessions.admit(1, 5), Admission::Applied("first"));
        assert_eq!(sessions.admit(1, 4), Admission::Superseded);
        assert_eq!(sessions.admit(1, 9), Admission::Fresh);
        assert_eq!(sessions.admit(2, 5), Admission::Fresh);
    }

    #[test]
    fn the_session_whose_last_command_is_oldest_is_dropped() {
        let mut sessions = Sessions::new(2);
        sessions.record(1, 1, 10, ());
        sessions.record(2, 1, 11, ());
        sessions.record(1, 2, 12, ());
        sessions.record(3, 1, 13, ());
        assert_eq!(sessions.len(), 2);
        assert_eq!(sessions.admit(2, 2), Admission::Expired);
        assert_eq!(sessions.admit(1, 2), Admission::Applied(()));
        assert_eq!(sessions.admit(4, 1), Admission::Fresh, "1 begins a session");
    }

    #[test]
    fn an_opened_session_that_was_dropped_never_begins_again() {
        let mut sessions = Sessions::new(1);
        let given = sessions.open(7);
        assert_eq!(sessions.admit(given, 1), Admission::Fresh);
        sessions.record(2, 1, 8, ());
        assert_eq!(sessions.admit(given, 1), Admission::Expired);
    }

    #[test]
    fn a_restored_table_drops_the_same_session_as_the_one_it_was_made_from() {
        let mut sessions = Sessions::new(3);
        for (index, client) in [5, 3, 9, 5, 3].into_iter().enumerate() {
            let index = index as u64 + 1;
            sessions.record(client, index, index, ());
        }
        let mut restored = Sessions::restore(sessions.table().clone(), 3);
        for table in [&mut sessions, &mut restored] {
            table.record(7, 1, 6, ());
            assert_eq!(table.admit(9, 4), Admission::Expired);
        }
        assert_eq!(sessions.table(), restored.table());
    }

    #[test]
    fn a_million_commands_of_few_clients_leave_a_small_queue() {
        let mut sessions = Sessions::new(8);
        for index in 1..=1_000_000_u64 {
            sessions.record(index % 5, index, index, ());
        }
        assert_eq!(sessions.len(), 5);
        assert!(sessions.by_use.len() <= 2 * 5 + 64);
    }
}
