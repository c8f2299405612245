//! How one sequencer follows another: the change of epochs (the idea of §5.3, Epoch-Change, and of Viewstamped Replication).

use std::sync::Arc;

use seatrial_detectors::LeaderDetector;
use seatrial_links::{Payload, PerfectLink};
use seatrial_node::{Fact, Io, NodeId};

use super::SequencerFrame;
use super::frame::{Body, State};
use super::ledger::{Adoption, Part};
use super::progress::Progress;
use super::sequencer::{Role, SequencerOrder};
use crate::mutant::planted;
use crate::{BroadcastEvent, MessageId};

/// No member gets so far: a number beyond it is a mistake, and room is left to count on.
const LAST_EPOCH: u64 = 1 << 62;

impl<P, L, D> SequencerOrder<P, L, D>
where
    P: Payload,
    L: PerfectLink<SequencerFrame<P>>,
    D: LeaderDetector,
{
    /// The sequencer of the present epoch.
    pub(super) fn sequencer(&self, io: &Io<'_, Self>) -> NodeId {
        self.sequencer_of(self.epoch, io)
    }

    pub(super) fn sequencer_of(&self, epoch: u64, io: &Io<'_, Self>) -> NodeId {
        let members = io.members();
        members[(epoch % members.len() as u64) as usize]
    }

    /// Epoch 0 begins with nothing to adopt.
    pub(super) fn begin_first_epoch(&mut self, io: &Io<'_, Self>) {
        if self.sequencer(io) == io.me() {
            self.role = Role::Sequencer(io.peers().map(|peer| Progress::new(peer, 0, 0)).collect());
        }
    }

    /// Whether another epoch should begin: the sequencer is not who is trusted, or has missed an epoch.
    fn is_uneasy(&self, io: &Io<'_, Self>) -> bool {
        let Some(leader) = self.trusted() else { return false };
        leader != self.sequencer(io) || leader == io.me() && self.highest > self.epoch
    }

    fn stay_uneasy(&mut self, io: &mut Io<'_, Self>) {
        if self.is_uneasy(io) {
            self.wait_a_while(io);
        }
    }

    /// The leader detector trusts somebody else than before.
    pub(super) fn trust(&mut self, io: &mut Io<'_, Self>) {
        if self.trusted() == Some(io.me()) && self.is_uneasy(io) {
            self.stand(io);
        }
        self.stay_uneasy(io);
    }

    /// Whoever is trusted has given the sequencer its time, and becomes it. The others tell it where they are: it may not have heard of
    /// this epoch, whose sequencer may be dead.
    pub(super) fn lose_patience(&mut self, io: &mut Io<'_, Self>) {
        self.is_impatient = false;
        if self.is_uneasy(io) {
            match self.trusted() {
                Some(leader) if leader == io.me() => self.stand(io),
                Some(leader) => self.say(leader, Body::Ahead { epoch: self.epoch }, io),
                None => {}
            }
        }
        self.stay_uneasy(io);
    }

    /// Begins an epoch of this member's own.
    fn stand(&mut self, io: &mut Io<'_, Self>) {
        let mut epoch = self.epoch.max(self.highest) + 1;
        while self.sequencer_of(epoch, io) != io.me() {
            epoch += 1;
        }
        if epoch > LAST_EPOCH {
            return;
        }
        io.announce(BroadcastEvent::Fact(Fact::Reached { mark: "a sequencer began an epoch" }));
        let delivered = self.ledger.delivered();
        self.enter(epoch);
        let own = Arc::new(self.state(delivered));
        self.role = Role::Candidate(vec![(io.me(), own)]);
        for peer in io.peers() {
            self.say(peer, Body::Begin { epoch, delivered }, io);
        }
        self.lead_if_elected(io);
    }

    /// From now on this member takes nothing from earlier epochs.
    fn enter(&mut self, epoch: u64) {
        self.epoch = epoch;
        self.highest = self.highest.max(epoch);
        self.early.clear();
        self.role = Role::Follower;
    }

    fn state(&self, after: u64) -> State<P> {
        let delivered = self.ledger.delivered();
        State { synced: self.synced, delivered, part: self.ledger.part(after) }
    }

    /// Whether a frame can be, and is of the present epoch. Who is in an earlier one is told.
    pub(super) fn lets_in(&mut self, from: NodeId, body: &Body<P>, io: &mut Io<'_, Self>) -> bool {
        let (epoch, is_of_sequencer) = match *body {
            Body::Submit { .. } => return true,
            Body::Order { epoch, .. } | Body::Commit { epoch, .. } => (epoch, true),
            Body::Adopt { epoch, .. } | Body::Begin { epoch, .. } => (epoch, true),
            Body::Ack { epoch, .. } | Body::State { epoch, .. } => (epoch, false),
            Body::Ahead { epoch } => (epoch, false),
        };
        let begins = matches!(body, Body::Begin { .. });
        let runs_ahead = epoch > self.epoch && !begins && !matches!(body, Body::Ahead { .. });
        let is_possible = epoch <= LAST_EPOCH && !runs_ahead;
        if !is_possible || is_of_sequencer && self.sequencer_of(epoch, io) != from {
            self.drop_frame();
            return false;
        }
        if let Body::Ahead { .. } = body {
            return true;
        }
        let is_order = matches!(body, Body::Order { .. } | Body::Commit { .. });
        if epoch < self.epoch && is_order && planted!(self.plant, NoEpochFence) {
            return true;
        }
        if epoch < self.epoch && is_of_sequencer {
            self.say(from, Body::Ahead { epoch: self.epoch }, io);
        }
        if begins { epoch > self.epoch } else { epoch == self.epoch }
    }

    /// Another member begins an epoch: answers with what this one has.
    pub(super) fn join(&mut self, from: NodeId, epoch: u64, delivered: u64, io: &mut Io<'_, Self>) {
        self.enter(epoch);
        let state = Arc::new(self.state(delivered));
        self.say(from, Body::State { epoch, state }, io);
        self.stay_uneasy(io);
    }

    /// A member has answered the beginning of this member's epoch.
    pub(super) fn answered(&mut self, from: NodeId, state: Arc<State<P>>, io: &mut Io<'_, Self>) {
        if state.synced >= self.epoch || state.delivered > state.part.last() {
            return self.drop_frame();
        }
        match &mut self.role {
            Role::Candidate(states) => {
                if states.iter().all(|(member, _)| *member != from) {
                    states.push((from, state));
                    self.lead_if_elected(io);
                }
            }
            Role::Sequencer(peers) => {
                if peers.iter().all(|peer| peer.member != from) {
                    self.lead(from, state.delivered, io);
                }
            }
            Role::Follower => self.drop_frame(),
        }
    }

    /// Becomes the sequencer, once a majority has answered.
    fn lead_if_elected(&mut self, io: &mut Io<'_, Self>) {
        let Role::Candidate(states) = &self.role else { return };
        if states.len() < io.members().len() / 2 + 1 {
            return;
        }
        let states = states.clone();
        let rank = |state: &State<P>| (state.synced, state.part.last());
        let best = states.iter().map(|(_, state)| state).max_by_key(|state| rank(state));
        let best = best.filter(|_| !planted!(self.plant, ReorderAtFailover));
        let adoption = best.map_or(Adoption::Whole, |best| self.ledger.adopt(&best.part));
        match adoption {
            Adoption::Whole => {}
            Adoption::Gap => self.skip(io),
            Adoption::Refused => return self.drop_frame(),
        }
        let delivered = states.iter().map(|(_, state)| state.delivered).max().unwrap_or(0);
        self.committed = self.committed.max(delivered);
        self.synced = self.epoch;
        self.role = Role::Sequencer(Vec::new());
        let me = io.me();
        for (member, state) in states.iter().filter(|(member, _)| *member != me) {
            self.lead(*member, state.delivered, io);
        }
        self.submit_again(io);
        self.advance(io);
    }

    /// As the sequencer, makes a member adopt the order, and sends it on to it from now on.
    fn lead(&mut self, member: NodeId, delivered: u64, io: &mut Io<'_, Self>) {
        let (epoch, committed) = (self.epoch, self.committed);
        let part = Arc::new(self.ledger.part(delivered));
        if let Role::Sequencer(peers) = &mut self.role {
            peers.push(Progress::new(member, delivered, part.last()));
        }
        self.say(member, Body::Adopt { epoch, part, committed }, io);
    }

    /// The sequencer has sent the order, as a whole or where some of it is forgotten.
    pub(super) fn adopt(&mut self, part: &Part<P>, committed: u64, io: &mut Io<'_, Self>) {
        if self.synced == self.epoch && part.last() <= self.ledger.last() {
            return;
        }
        let is_possible = committed <= part.last();
        match if is_possible { self.ledger.adopt(part) } else { Adoption::Refused } {
            Adoption::Whole => {}
            Adoption::Gap => self.skip(io),
            Adoption::Refused => return self.drop_frame(),
        }
        let is_new = self.synced != self.epoch;
        self.synced = self.epoch;
        self.committed = self.committed.max(committed);
        self.fill_in(self.epoch, io);
        self.deliver(io);
        if is_new {
            self.submit_again(io);
        }
    }

    /// A member is in an epoch of which this one may not have heard.
    pub(super) fn behind(&mut self, epoch: u64, io: &mut Io<'_, Self>) {
        self.highest = self.highest.max(epoch);
        self.stay_uneasy(io);
    }

    /// Some of the order has passed by this member.
    fn skip(&mut self, io: &mut Io<'_, Self>) {
        let id = |sequence| MessageId::new(io.me(), 1, sequence);
        let passed: Vec<u32> =
            self.own.sequences().filter(|own| self.ledger.is_past(id(*own))).collect();
        for sequence in &passed {
            self.own.remove(*sequence);
        }
        let own = passed.into_iter().map(id).collect();
        io.announce(BroadcastEvent::Skipped { own });
    }
}

#[cfg(test)]
mod tests {
    use seatrial_detectors::{Omega, Perfect};
    use seatrial_links::Assumed;
    use seatrial_node::{Disk, Effect, Input, NoStorage, Node, Probe};

    use super::super::ledger::Ledger;
    use super::*;
    use crate::{Part as Side, SequencerConfig};

    type Order = SequencerOrder<u64, Assumed<SequencerFrame<u64>>, Omega<Perfect>>;

    /// The second of three members, whose sequencer is the first.
    fn follower() -> (Order, Probe<Order>) {
        let config = SequencerConfig::default();
        let mut node = Order::open(&config, &mut Disk::new(&mut NoStorage)).expect("opens");
        let mut probe = Probe::new(NodeId(1), &[NodeId(0), NodeId(1), NodeId(2)]);
        probe.handle(&mut node, Input::Start);
        (node, probe)
    }

    fn id(origin: u32, number: u64) -> MessageId {
        MessageId { origin: NodeId(origin), number }
    }

    fn order(epoch: u64, number: u64, id: MessageId) -> Body<u64> {
        Body::Order { epoch, number, id, payload: 7, committed: u64::MAX, stable: u64::MAX }
    }

    fn part(ledger: &Ledger<u64>) -> Arc<Part<u64>> {
        Arc::new(ledger.part(0))
    }

    #[test]
    fn frames_that_no_member_can_have_sent_are_counted_and_dropped() {
        let (mut node, mut probe) = follower();
        let good = id(2, 1 << 32 | 1);
        let state = Arc::new(State { synced: 0, delivered: 9, part: Ledger::default().part(0) });
        let nonsense = [
            (0, order(3, 1, good)),
            (2, order(0, 1, good)),
            (0, order(0, u64::MAX, good)),
            (0, order(0, 1, id(9, 1 << 32 | 1))),
            (0, order(0, 1, id(2, 1))),
            (2, Body::Begin { epoch: 3, delivered: 0 }),
            (0, Body::Begin { epoch: u64::MAX / 3 * 3, delivered: 0 }),
            (0, Body::Ahead { epoch: u64::MAX }),
            (2, Body::State { epoch: 0, state }),
            (0, Body::Adopt { epoch: 3, part: part(&Ledger::default()), committed: 0 }),
        ];
        let count = nonsense.len() as u64;
        for (from, body) in nonsense {
            let body = Side::Below(SequencerFrame(body));
            let effects = probe.handle(&mut node, Input::Message { from: NodeId(from), body });
            assert!(effects.is_empty(), "{effects:?}");
        }
        assert_eq!(node.status().value("dropped"), Some(&count.into()), "{}", node.status());
        let body = Side::Below(SequencerFrame(order(0, 1, good)));
        let effects = probe.handle(&mut node, Input::Message { from: NodeId(0), body });
        let delivers = |effect: &Effect<Order>| {
            matches!(effect, Effect::Announce(BroadcastEvent::Deliver { .. }))
        };
        assert!(effects.iter().any(delivers), "reception goes on: {effects:?}");
    }

    #[test]
    fn who_has_joined_an_epoch_tells_earlier_sequencers_and_takes_nothing_from_them() {
        let (mut node, mut probe) = follower();
        let mut hear = |from, body| {
            let body = Side::Below(SequencerFrame(body));
            probe.handle(&mut node, Input::Message { from: NodeId(from), body })
        };
        let said = |effects: &[Effect<Order>]| match effects.first() {
            Some(Effect::Send { to, body: Side::Below(SequencerFrame(body)) }) => {
                (*to, body.clone())
            }
            other => panic!("{other:?}"),
        };
        let joined = said(&hear(2, Body::Begin { epoch: 2, delivered: 0 }));
        assert!(matches!(joined, (NodeId(2), Body::State { epoch: 2, .. })), "{joined:?}");
        let refused = said(&hear(0, order(0, 1, id(2, 1 << 32 | 1))));
        assert!(matches!(refused, (NodeId(0), Body::Ahead { epoch: 2 })), "{refused:?}");
        let mut ledger = Ledger::default();
        ledger.push(id(0, 1 << 32 | 4), 40);
        let adopt = Body::Adopt { epoch: 2, part: part(&ledger), committed: 0 };
        let adopted = said(&hear(2, adopt));
        let ack = (NodeId(2), Body::<u64>::Ack { epoch: 2, number: 1, delivered: 0 });
        assert_eq!(format!("{adopted:?}"), format!("{ack:?}"));
    }
}
