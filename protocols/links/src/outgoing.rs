//! What a sender remembers for one receiver: what is on its way, and what waits for room.

use std::collections::VecDeque;

use seatrial_node::{Duration, Instant};

use crate::incoming::Incoming;

/// The payloads to one receiver. Memory: at most a window of payloads on their way, and a queue of waiting ones.
#[derive(Clone, Debug, Hash)]
pub(crate) struct Outgoing<P> {
    /// The number of the last payload that was sent in this session.
    last: u64,
    /// Sent and not acknowledged, in the order of their numbers.
    flight: VecDeque<Sent<P>>,
    /// Never sent, oldest first.
    queue: VecDeque<P>,
}

/// A payload on its way.
#[derive(Clone, Debug, Hash)]
struct Sent<P> {
    number: u64,
    payload: P,
    due: Instant,
    wait: Duration,
}

impl<P> Default for Outgoing<P> {
    fn default() -> Self {
        Self { last: 0, flight: VecDeque::new(), queue: VecDeque::new() }
    }
}

impl<P: Clone> Outgoing<P> {
    pub(crate) fn enqueue(&mut self, payload: P) {
        self.queue.push_back(payload);
    }

    /// How many wait.
    pub(crate) fn queued(&self) -> usize {
        self.queue.len()
    }

    /// How many are on their way.
    pub(crate) fn in_flight(&self) -> usize {
        self.flight.len()
    }

    /// Numbers the oldest that waits and puts it on its way, if the window has room: it reaches from the oldest unacknowledged number.
    pub(crate) fn release(
        &mut self,
        window: u64,
        now: Instant,
        wait: Duration,
    ) -> Option<(u64, P)> {
        let oldest = self.flight.front().map_or(self.last + 1, |sent| sent.number);
        if self.last + 1 - oldest >= window {
            return None;
        }
        let payload = self.queue.pop_front()?;
        self.last += 1;
        let sent = Sent { number: self.last, payload: payload.clone(), due: now + wait, wait };
        self.flight.push_back(sent);
        Some((self.last, payload))
    }

    /// Forgets what has arrived; tells whether that can be true. A receiver that is heard from is there: what is still on its way
    /// need not wait long any more.
    pub(crate) fn acknowledge(&mut self, arrived: Incoming, now: Instant, wait: Duration) -> bool {
        if arrived.up_to > self.last {
            return false;
        }
        let before = self.flight.len();
        self.flight.retain(|sent| !arrived.has(sent.number));
        if self.flight.len() < before {
            for sent in self.flight.iter_mut().filter(|sent| sent.wait > wait) {
                sent.wait = wait;
                sent.due = sent.due.min(now + wait);
            }
        }
        true
    }

    /// Gives everything that is due to `send`, and doubles its wait.
    pub(crate) fn resend(&mut self, now: Instant, longest: Duration, mut send: impl FnMut(u64, P)) {
        for sent in self.flight.iter_mut().filter(|sent| sent.due <= now) {
            sent.wait = (sent.wait * 2).min(longest);
            sent.due = now + sent.wait;
            send(sent.number, sent.payload.clone());
        }
    }

    /// When something has to be sent again.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        self.flight.iter().map(|sent| sent.due).min()
    }

    /// Begins a session with a new life of the receiver. What was on its way to an earlier one is given up, for that one may have
    /// delivered it; returns how many that were. What waits goes to the new one.
    pub(crate) fn begin_session(&mut self) -> usize {
        let given_up = self.flight.len();
        self.flight.clear();
        self.last = 0;
        given_up
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAIT: Duration = Duration::from_millis(100);
    const LONGEST: Duration = Duration::from_secs(1);

    fn at(millis: u64) -> Instant {
        Instant::ZERO + Duration::from_millis(millis)
    }

    fn sent(payloads: u64, window: u64) -> Outgoing<u64> {
        let mut outgoing = Outgoing::default();
        (1..=payloads).for_each(|payload| outgoing.enqueue(payload));
        while outgoing.release(window, Instant::ZERO, WAIT).is_some() {}
        outgoing
    }

    fn resent(outgoing: &mut Outgoing<u64>, now: Instant) -> Vec<u64> {
        let mut numbers = Vec::new();
        outgoing.resend(now, LONGEST, |number, _| numbers.push(number));
        numbers
    }

    #[test]
    fn the_window_reaches_from_the_oldest_number_that_is_missing() {
        let mut outgoing = sent(9, 4);
        assert_eq!((outgoing.in_flight(), outgoing.queued()), (4, 5));
        assert!(outgoing.acknowledge(Incoming { up_to: 0, beyond: 0b1110 }, at(1), WAIT));
        assert_eq!(outgoing.in_flight(), 1);
        assert_eq!(outgoing.release(4, at(1), WAIT), None, "number 1 is still missing");
        assert!(outgoing.acknowledge(Incoming { up_to: 4, beyond: 0 }, at(1), WAIT));
        assert_eq!(outgoing.release(4, at(1), WAIT), Some((5, 5)));
    }

    #[test]
    fn waits_double_up_to_the_longest_until_the_receiver_is_heard_from() {
        let mut outgoing = sent(2, 4);
        assert_eq!(resent(&mut outgoing, at(99)), []);
        let mut now = at(0);
        let mut waits = Vec::new();
        for _ in 0..6 {
            let due = outgoing.next_due().expect("two are on their way");
            waits.push(due.since(now).as_millis());
            now = due;
            assert_eq!(resent(&mut outgoing, now), [1, 2]);
        }
        assert_eq!(waits, [100, 200, 400, 800, 1000, 1000]);
        outgoing.acknowledge(Incoming { up_to: 1, beyond: 0 }, now, WAIT);
        assert_eq!(outgoing.next_due(), Some(now + WAIT));
    }

    #[test]
    fn an_acknowledgement_of_what_was_never_sent_is_refused() {
        let mut outgoing = sent(2, 4);
        assert!(!outgoing.acknowledge(Incoming { up_to: 3, beyond: 0 }, at(1), WAIT));
        assert!(!outgoing.acknowledge(Incoming { up_to: u64::MAX, beyond: !0 }, at(1), WAIT));
        assert_eq!(outgoing.in_flight(), 2);
    }

    #[test]
    fn a_new_session_gives_up_what_was_on_its_way_and_keeps_what_waits() {
        let mut outgoing = sent(5, 2);
        assert_eq!(outgoing.begin_session(), 2);
        assert_eq!(outgoing.release(2, at(1), WAIT), Some((1, 3)));
    }
}
