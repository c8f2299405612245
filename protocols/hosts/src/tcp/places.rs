//! The places of a port: how many connections it has at a time, and who makes room when there is none left.
//!
//! A client that is silent is no trouble as long as there are places: a session may rest for hours. When all are taken, the one that has been
//! silent longest and for which nothing is under way makes room for who comes, those first that have never said anything. So
//! connections that somebody only opens, or has forgotten, keep nobody out. Where nobody has been silent for long, who comes is refused.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::lane::Lane;

/// How long somebody is left in peace who has said nothing yet.
const STRANGER: Duration = Duration::from_secs(1);

/// How long one is who has.
const RESTING: Duration = Duration::from_secs(30);

/// The places of one port.
#[derive(Debug)]
pub(crate) struct Places {
    free: Arc<Semaphore>,
    all: u32,
    /// Whether who is silent makes room. Where everybody has little time anyhow, nobody has to.
    give_way: bool,
    seats: Mutex<Seats>,
}

#[derive(Debug, Default)]
struct Seats {
    last: u64,
    taken: BTreeMap<u64, Seat>,
}

/// A place that is taken.
#[derive(Debug)]
struct Seat {
    place: OwnedSemaphorePermit,
    /// When anything came from it last; at first, when it came.
    heard: Instant,
    has_spoken: bool,
    /// It waits for the answer to a line.
    waits: bool,
    /// On which its frames are answered. Whoever is to answer one holds it, too.
    lane: Weak<Lane>,
    leave: Arc<Notify>,
}

impl Seat {
    /// Whether it may make room.
    fn is_idle(&self, now: Instant) -> bool {
        let peace = if self.has_spoken { RESTING } else { STRANGER };
        let answered = !self.waits && self.lane.strong_count() <= 1;
        answered && now.duration_since(self.heard) >= peace
    }
}

impl Places {
    pub(crate) fn new(all: u32, give_way: bool) -> Arc<Self> {
        let free = Arc::new(Semaphore::new(all as usize));
        Arc::new(Self { free, all, give_way, seats: Mutex::default() })
    }

    /// Gives somebody a place, where there is one or somebody makes room.
    pub(crate) fn admit(self: &Arc<Self>, now: Instant) -> Option<Guest> {
        let place = self.free.clone().try_acquire_owned().ok();
        let place = place.or_else(|| self.make_room(now))?;
        let leave = Arc::new(Notify::new());
        let seat = Seat {
            place,
            heard: now,
            has_spoken: false,
            waits: false,
            lane: Weak::new(),
            leave: leave.clone(),
        };
        let mut seats = self.seats();
        seats.last += 1;
        let number = seats.last;
        seats.taken.insert(number, seat);
        drop(seats);
        Some(Guest { number, places: self.clone(), leave })
    }

    fn make_room(&self, now: Instant) -> Option<OwnedSemaphorePermit> {
        let mut seats = self.seats();
        let idle = seats.taken.iter().filter(|(_, seat)| self.give_way && seat.is_idle(now));
        let longest = idle.min_by_key(|(_, seat)| (seat.has_spoken, seat.heard));
        let number = *longest?.0;
        let seat = seats.taken.remove(&number)?;
        seat.leave.notify_one();
        Some(seat.place)
    }

    /// Waits until all places are free.
    pub(crate) async fn empty(&self) {
        // It is closed by nobody.
        let _ = self.free.acquire_many(self.all).await;
    }

    fn seats(&self) -> MutexGuard<'_, Seats> {
        // Nobody panics while holding it.
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody who has a place, until this is dropped.
#[derive(Debug)]
pub(crate) struct Guest {
    number: u64,
    places: Arc<Places>,
    leave: Arc<Notify>,
}

impl Guest {
    /// Something has come from it, and waits to be answered or not.
    pub(crate) fn spoke(&self, waits: bool) {
        self.note(|seat| (seat.heard, seat.has_spoken, seat.waits) = (Instant::now(), true, waits));
    }

    /// Its frames are answered on this lane, of which the connection has one share.
    pub(crate) fn is_answered_on(&self, lane: &Arc<Lane>) {
        self.note(|seat| seat.lane = Arc::downgrade(lane));
    }

    /// Waits until it is to make room: its place has been given away.
    pub(crate) async fn is_sent_away(&self) {
        self.leave.notified().await;
    }

    fn note(&self, change: impl FnOnce(&mut Seat)) {
        if let Some(seat) = self.places.seats().taken.get_mut(&self.number) {
            change(seat);
        }
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.places.seats().taken.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::timeout;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    async fn is_sent_away(guest: &Guest) -> bool {
        timeout(Duration::from_millis(1), guest.is_sent_away()).await.is_ok()
    }

    #[tokio::test]
    async fn who_never_spoke_makes_room_first_then_the_longest_silent_and_never_one_that_waits() {
        let (places, now) = (Places::new(4, true), Instant::now());
        let come = |seconds: u32| places.admit(now + seconds * SECOND);
        let resting = come(0).expect("a place");
        let (waiting, framed, stranger) = (come(0), come(0), come(0));
        let (waiting, framed, stranger) =
            (waiting.expect("a place"), framed.expect("a place"), stranger.expect("a place"));
        resting.spoke(false);
        waiting.spoke(true);
        framed.spoke(false);
        let lane = Arc::new(Lane::new(9));
        framed.is_answered_on(&lane);
        let asked = lane.clone();
        assert!(come(0).is_none(), "all have only just come");
        let first = come(2).expect("a stranger makes room");
        assert!(is_sent_away(&stranger).await && !is_sent_away(&resting).await);
        drop(stranger);
        first.spoke(true);
        assert!(come(20).is_none(), "a rest of 20 s is none");
        let second = come(60).expect("who rests makes room");
        assert!(is_sent_away(&resting).await && !is_sent_away(&second).await);
        second.spoke(true);
        assert!(come(99).is_none(), "all others wait for answers");
        drop(asked);
        let third = come(99).expect("it has been answered");
        assert!(is_sent_away(&framed).await && !is_sent_away(&waiting).await);
        drop((resting, framed, waiting, first, second, third));
        assert!(timeout(SECOND, places.empty()).await.is_ok(), "each place came back once");
    }

    #[tokio::test]
    async fn where_nobody_has_to_make_room_who_comes_too_late_is_refused() {
        let (places, now) = (Places::new(1, false), Instant::now());
        let guest = places.admit(now).expect("a place");
        assert!(places.admit(now + 999 * SECOND).is_none());
        drop(guest);
        assert!(places.admit(now).is_some());
    }
}
