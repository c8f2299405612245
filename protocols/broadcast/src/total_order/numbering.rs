//! What the sequencer does: gives messages their places, sends the order on, and counts who has it.

use std::sync::Arc;

use seatrial_detectors::LeaderDetector;
use seatrial_links::{Payload, PerfectLink};
use seatrial_node::{Io, NodeId};

use super::SequencerFrame;
use super::frame::Body;
use super::progress;
use super::sequencer::{Role, SequencerOrder};
use crate::MessageId;
use crate::mutant::planted;
use crate::names::Names;

impl<P, L, D> SequencerOrder<P, L, D>
where
    P: Payload,
    L: PerfectLink<SequencerFrame<P>>,
    D: LeaderDetector,
{
    /// As the sequencer, gives a message its place, if it has none.
    pub(super) fn place(&mut self, id: MessageId, payload: P, io: &mut Io<'_, Self>) {
        let Role::Sequencer(_) = self.role else { return };
        if !Names::<P>::is_possible(id, io.members()) {
            return self.drop_frame();
        }
        if self.ledger.has(id) && !planted!(self.plant, RetryDeliveredTwice) {
            return;
        }
        self.ledger.push(id, payload);
        if planted!(self.plant, DeliverBeforeMajority) {
            self.committed = self.ledger.last();
        }
        self.advance(io);
    }

    /// As the sequencer, sends the order on, and delivers what a majority has.
    pub(super) fn advance(&mut self, io: &mut Io<'_, Self>) {
        let Role::Sequencer(peers) = &self.role else { return };
        let committed = progress::committed(peers, self.ledger.last(), io.members().len());
        self.committed = self.committed.max(committed);
        self.deliver(io);
        let stable = self.stable(io);
        self.ledger.forget(stable.max(self.ledger.delivered().saturating_sub(self.keep)));
        let count = if let Role::Sequencer(peers) = &self.role { peers.len() } else { 0 };
        for place in 0..count {
            self.send_on(place, stable, io);
        }
    }

    /// How far all members have delivered, as far as the sequencer knows.
    fn stable(&self, io: &Io<'_, Self>) -> u64 {
        let Role::Sequencer(peers) = &self.role else { return 0 };
        let of_others = peers.iter().map(|peer| peer.delivered).min().unwrap_or(u64::MAX);
        let all_are_known = peers.len() + 1 == io.members().len();
        if all_are_known { of_others.min(self.ledger.delivered()) } else { 0 }
    }

    /// Sends a member what it has room for, and tells it what is committed of what it has.
    fn send_on(&mut self, place: usize, stable: u64, io: &mut Io<'_, Self>) {
        let (epoch, committed) = (self.epoch, self.committed);
        while let Role::Sequencer(peers) = &mut self.role {
            let peer = &mut peers[place];
            if peer.next > self.ledger.last() || !peer.has_room() {
                break;
            }
            let member = peer.member;
            if let Some((id, payload)) = self.ledger.get(peer.next).cloned() {
                let number = peer.next;
                peer.next += 1;
                peer.told = peer.told.max(committed.min(number));
                let order = Body::Order { epoch, number, id, payload, committed, stable };
                self.say(member, order, io);
            } else {
                peer.next = self.ledger.last() + 1;
                let part = Arc::new(self.ledger.part(peer.acked.max(peer.delivered)));
                self.say(member, Body::Adopt { epoch, part, committed }, io);
            }
        }
        if let Role::Sequencer(peers) = &mut self.role
            && let Some(committed) = peers[place].tell(committed)
        {
            let member = peers[place].member;
            self.say(member, Body::Commit { epoch, committed, stable }, io);
        }
    }

    /// As the sequencer: a member has all places up to this one.
    pub(super) fn acked(
        &mut self,
        from: NodeId,
        number: u64,
        delivered: u64,
        io: &mut Io<'_, Self>,
    ) {
        let last = self.ledger.last();
        let Role::Sequencer(peers) = &mut self.role else { return };
        let peer = peers.iter_mut().find(|peer| peer.member == from);
        match peer.filter(|peer| number < peer.next && number <= last && delivered <= number) {
            Some(peer) => {
                peer.acked = peer.acked.max(number);
                peer.delivered = peer.delivered.max(delivered);
                self.advance(io);
            }
            None => self.drop_frame(),
        }
    }
}
