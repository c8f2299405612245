//! What the leader has under way: commands in the log that are not applied yet, and reads that are not answered yet.

use std::collections::VecDeque;

use seatrial_raft::{Position, ReadTicket};

use crate::message::Waiter;

/// The leader's desk. It is cleared when the node leads no more.
#[derive(Clone, Debug)]
pub(crate) struct Desk<Q> {
    /// Proposals, by index.
    proposals: VecDeque<(Position, Waiter)>,
    /// Reads whose leadership is not confirmed yet, oldest first.
    unconfirmed: VecDeque<(ReadTicket, Read<Q>)>,
    /// Reads that wait for an index to be applied, by that index.
    confirmed: VecDeque<(u64, Read<Q>)>,
}

/// A query under way.
#[derive(Clone, Debug)]
pub(crate) struct Read<Q> {
    pub(crate) waiter: Waiter,
    pub(crate) query: Q,
}

impl<Q> Desk<Q> {
    pub(crate) const fn new() -> Self {
        Self {
            proposals: VecDeque::new(),
            unconfirmed: VecDeque::new(),
            confirmed: VecDeque::new(),
        }
    }

    pub(crate) fn proposals(&self) -> usize {
        self.proposals.len()
    }

    pub(crate) fn reads(&self) -> usize {
        self.unconfirmed.len() + self.confirmed.len()
    }

    pub(crate) fn propose(&mut self, position: Position, waiter: Waiter) {
        self.proposals.push_back((position, waiter));
    }

    /// Takes the oldest proposal, if the log is applied up to its index.
    pub(crate) fn applied(&mut self, index: u64) -> Option<(Position, Waiter)> {
        let (oldest, _) = self.proposals.front()?;
        if oldest.index <= index { self.proposals.pop_front() } else { None }
    }

    pub(crate) fn read(&mut self, ticket: ReadTicket, read: Read<Q>) {
        self.unconfirmed.push_back((ticket, read));
    }

    /// Notes that this read may be answered once `index` is applied.
    pub(crate) fn confirm(&mut self, ticket: ReadTicket, index: u64) {
        if let Some(read) = self.take_unconfirmed(ticket) {
            self.confirmed.push_back((index, read));
        }
    }

    /// Takes a read that is not confirmed yet.
    pub(crate) fn take_unconfirmed(&mut self, ticket: ReadTicket) -> Option<Read<Q>> {
        // Reads are confirmed in order, or nearly so.
        let place = self.unconfirmed.iter().position(|(held, _)| *held == ticket)?;
        self.unconfirmed.remove(place).map(|(_, read)| read)
    }

    /// Takes the next read that can be answered from a state applied up to this index.
    pub(crate) fn readable(&mut self, applied: u64) -> Option<Read<Q>> {
        let (index, _) = self.confirmed.front()?;
        if *index <= applied { self.confirmed.pop_front().map(|(_, read)| read) } else { None }
    }

    /// Takes any proposal: the node leads no more.
    pub(crate) fn abandoned_proposal(&mut self) -> Option<Waiter> {
        self.proposals.pop_front().map(|(_, waiter)| waiter)
    }

    /// Takes any read: the node leads no more.
    pub(crate) fn abandoned_read(&mut self) -> Option<Waiter> {
        let next = self.confirmed.pop_front().map(|(_, read)| read);
        next.or_else(|| self.unconfirmed.pop_front().map(|(_, read)| read)).map(|read| read.waiter)
    }
}
