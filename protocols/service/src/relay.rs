//! The requests that a member has passed on to the leader, until they are answered or forgotten.

use std::collections::BTreeMap;

use seatrial_node::{Disk, DiskError, Instant, Io, Node, OpenError, RequestToken, SyncToken};

use crate::ForwardId;
use crate::lives::Lives;

/// A life begins to count its requests somewhere below.
pub(crate) const NUMBERS: u64 = 1 << 40;

/// Names and remembers forwarded requests.
///
/// An answer may be late by more than a life of this node, and must not be taken for that of another request. So names carry the
/// [number of the life](Lives), which is made durable before it is used. Should the disk have lost it, two lives have the same number; so
/// each begins to count its requests at a number drawn anew.
#[derive(Clone, Debug)]
pub(crate) struct Relay {
    lives: Lives,
    life: u64,
    opening: Opening,
    last: u64,
    passed_on: BTreeMap<u64, PassedOn>,
    /// Whether the timer is set. It is never later than the oldest request's deadline, and it is not taken back when that is
    /// answered: most are, and one timer in a while costs less than one for each.
    pub(crate) timer_set: bool,
}

/// Whether this life's number may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Opening {
    /// Nobody has asked for it yet.
    Closed,
    /// It is on its way to the disk.
    Syncing(SyncToken),
    /// It is on the disk.
    Open,
    /// It cannot be had: the disk has failed.
    Failed,
}

/// A request that was passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PassedOn {
    /// Whom to answer.
    pub(crate) token: RequestToken,
    /// Whether it may have an effect.
    pub(crate) is_command: bool,
    /// The term of the leader that it went to.
    pub(crate) term: u64,
    /// When to give up.
    pub(crate) deadline: Instant,
}

impl Relay {
    /// The next life's, after those that the disk tells of. `replaced` says that the node has lived with another disk, which is gone.
    ///
    /// # Errors
    /// Where the disk cannot tell, or tells of another node.
    pub(crate) fn open(disk: &mut Disk<'_>, replaced: bool) -> Result<Self, OpenError> {
        Ok(Self {
            lives: Lives::open(disk, replaced)?,
            life: 0,
            opening: Opening::Closed,
            last: 0,
            passed_on: BTreeMap::new(),
            timer_set: false,
        })
    }

    /// Makes the number of this life durable, and draws the one from after which its requests are counted.
    pub(crate) fn begin<N: Node>(&mut self, io: &mut Io<'_, N>) {
        self.life = self.lives.begin(io);
        self.last = io.choose("first forwarded request", NUMBERS);
        self.opening = Opening::Syncing(io.sync(self.lives.file()));
    }

    /// A sync is done; tells whether it was the one waited for.
    pub(crate) fn synced(&mut self, token: SyncToken, result: Result<(), DiskError>) -> bool {
        let awaited = self.opening == Opening::Syncing(token);
        if awaited {
            self.opening = if result.is_ok() { Opening::Open } else { Opening::Failed };
        }
        awaited
    }

    /// Whether requests can be passed on; `None` where that will turn out.
    pub(crate) fn is_open(&self) -> Option<bool> {
        match self.opening {
            Opening::Open => Some(true),
            Opening::Closed | Opening::Failed => Some(false),
            Opening::Syncing(_) => None,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.passed_on.len()
    }

    /// Remembers one more request, and names it.
    pub(crate) fn pass_on(&mut self, request: PassedOn) -> ForwardId {
        self.last += 1;
        self.passed_on.insert(self.last, request);
        ForwardId { life: self.life, number: self.last }
    }

    /// Takes the request that is answered, if it is still waited for.
    pub(crate) fn answered(&mut self, id: ForwardId) -> Option<PassedOn> {
        if id.life == self.life { self.passed_on.remove(&id.number) } else { None }
    }

    /// Takes the oldest request, if it has waited until `now` or went to the leader of a term before `term`.
    pub(crate) fn give_up(&mut self, now: Instant, term: u64) -> Option<PassedOn> {
        let oldest = self.passed_on.first_entry()?;
        let hopeless = oldest.get().deadline <= now || oldest.get().term < term;
        hopeless.then(|| oldest.remove())
    }

    /// When the oldest request will have waited long enough.
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.passed_on.first_key_value().map(|(_, oldest)| oldest.deadline)
    }
}

#[cfg(test)]
mod tests {
    use seatrial_node::NoStorage;

    use super::*;

    fn relay() -> Relay {
        Relay::open(&mut Disk::new(&mut NoStorage), false).expect("an empty disk")
    }

    fn request(token: u64, term: u64, deadline: u64) -> PassedOn {
        let deadline = Instant::from_nanos(deadline);
        PassedOn { token: RequestToken(token), is_command: true, term, deadline }
    }

    #[test]
    fn a_life_is_used_once_its_number_is_durable() {
        let mut relay = relay();
        assert_eq!(relay.is_open(), Some(false));
        relay.opening = Opening::Syncing(SyncToken(3));
        assert_eq!(relay.is_open(), None);
        assert!(!relay.synced(SyncToken(2), Ok(())));
        assert!(relay.synced(SyncToken(3), Ok(())));
        assert_eq!(relay.is_open(), Some(true));
    }

    #[test]
    fn a_life_whose_number_could_not_be_stored_forwards_nothing() {
        let mut relay = relay();
        relay.opening = Opening::Syncing(SyncToken(3));
        relay.synced(SyncToken(3), Err(DiskError::Full));
        assert_eq!(relay.is_open(), Some(false));
    }

    #[test]
    fn an_answer_counts_once_and_only_in_the_life_that_asked() {
        let mut relay = relay();
        let id = relay.pass_on(request(9, 1, 5));
        assert_eq!(relay.answered(ForwardId { life: id.life + 1, ..id }), None);
        assert_eq!(relay.answered(id), Some(request(9, 1, 5)));
        assert_eq!(relay.answered(id), None);
    }

    #[test]
    fn requests_are_given_up_by_time_and_when_their_leader_is_deposed() {
        let mut relay = relay();
        relay.pass_on(request(1, 1, 5));
        relay.pass_on(request(2, 1, 7));
        relay.pass_on(request(3, 2, 9));
        assert_eq!(relay.next_deadline(), Some(Instant::from_nanos(5)));
        assert_eq!(relay.give_up(Instant::from_nanos(4), 1), None);
        assert_eq!(relay.give_up(Instant::from_nanos(5), 1), Some(request(1, 1, 5)));
        assert_eq!(relay.give_up(Instant::from_nanos(5), 2), Some(request(2, 1, 7)));
        assert_eq!(relay.give_up(Instant::from_nanos(5), 2), None);
        assert_eq!(relay.len(), 1);
    }
}
