//! The stubborn link (§2.4.3, algorithm 2.1 "Retransmit Forever"), with a way to make it stop.

use std::collections::BTreeMap;

use seatrial_node::{Disk, Duration, Input, Io, Load, Node, NodeId, OpenError, Status};

use crate::fair_loss::is_member;
use crate::mutant::planted;
use crate::{Delivered, Link, Payload, StubbornConfig};

/// Sends every payload for ever, with growing waits up to a longest one, so that a receiver that lives delivers it again and again
/// (SL1), over any fair-loss network. It delivers what comes, however often (SL2: no creation).
///
/// For ever is until [`Stubborn::stop`]: a layer above that has been answered, or has something newer to say, stops the old. At most
/// [`StubbornConfig::capacity`] payloads are kept; more are refused and counted.
#[derive(Clone, Debug)]
pub struct Stubborn<P> {
    config: StubbornConfig,
    next: u64,
    sending: BTreeMap<SendId, Sending<P>>,
    resent: u64,
    delivered: u64,
    refused: u64,
    strangers: u64,
}

/// Names a payload that is sent for ever, within this life of the node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SendId(u64);

#[derive(Clone, Debug)]
struct Sending<P> {
    to: NodeId,
    payload: P,
    wait: Duration,
}

impl<P: Payload> Node for Stubborn<P> {
    type Config = StubbornConfig;
    type Message = P;
    /// One timer for each payload that is sent for ever.
    type Timer = SendId;
    type Request = ();
    type Response = ();
    type Event = Delivered<P>;

    fn open(config: &StubbornConfig, _: &mut Disk<'_>) -> Result<Self, OpenError> {
        config.validate()?;
        Ok(Self {
            config: config.clone(),
            next: 0,
            sending: BTreeMap::new(),
            resent: 0,
            delivered: 0,
            refused: 0,
            strangers: 0,
        })
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        match input {
            Input::Message { from, body } if is_member(from, io) => {
                self.delivered += 1;
                io.announce(Delivered { from, payload: body });
            }
            Input::Message { .. } => self.strangers += 1,
            Input::Timer(id) => self.send_again(id, io),
            _ => {}
        }
    }

    /// `sending`: how many payloads are sent for ever. `resent` and `delivered` count sendings after the first, and deliveries;
    /// `refused` payloads for which there was no room, and `strangers` those from or to nodes that are no members.
    fn status(&self) -> Status {
        Status::new()
            .with("sending", self.sending.len() as u64)
            .with("resent", self.resent)
            .with("delivered", self.delivered)
            .with("refused", self.refused)
            .with("strangers", self.strangers)
    }

    fn digest(message: &P) -> u64 {
        message.digest()
    }

    fn load(message: &P) -> Load {
        message.load()
    }
}

impl<P: Payload> Link<P> for Stubborn<P> {
    /// Sends it for ever; [`Stubborn::keep_sending`] does the same and says how to stop.
    fn send(&mut self, to: NodeId, payload: P, io: &mut Io<'_, Self>) {
        self.keep_sending(to, payload, io);
    }

    fn has_room(&self, _: NodeId) -> bool {
        self.sending.len() < self.config.capacity
    }
}

impl<P: Payload> Stubborn<P> {
    /// Sends a payload now and again and again, until it is told to [`Stubborn::stop`]. `None` where it is refused: there is no room,
    /// or the receiver is no member.
    pub fn keep_sending(
        &mut self,
        to: NodeId,
        payload: P,
        io: &mut Io<'_, Self>,
    ) -> Option<SendId> {
        if !is_member(to, io) {
            self.strangers += 1;
            return None;
        }
        if !self.has_room(to) {
            self.refused += 1;
            return None;
        }
        let id = SendId(self.next);
        self.next += 1;
        io.send(to, payload.clone());
        if !planted!(self.config, NoRetransmission) {
            io.set_timer(id, self.config.resend_after);
        }
        self.sending.insert(id, Sending { to, payload, wait: self.config.resend_after });
        Some(id)
    }

    /// Sends that payload no more, and forgets it. Nothing happens where that was done before.
    pub fn stop(&mut self, id: SendId, io: &mut Io<'_, Self>) {
        if self.sending.remove(&id).is_some() {
            io.cancel_timer(&id);
        }
    }

    fn send_again(&mut self, id: SendId, io: &mut Io<'_, Self>) {
        let Some(sending) = self.sending.get_mut(&id) else { return };
        self.resent += 1;
        sending.wait = (sending.wait * 2).min(self.config.resend_at_most);
        if io.buggify("links: sends again soon") {
            sending.wait = self.config.resend_after;
        }
        io.send(sending.to, sending.payload.clone());
        io.set_timer(id, sending.wait);
    }
}

#[cfg(test)]
mod tests {
    use seatrial_node::{Effect, NoStorage, Probe};

    use super::*;

    fn link(config: &StubbornConfig) -> (Stubborn<u64>, Probe<Stubborn<u64>>) {
        let link = Stubborn::open(config, &mut Disk::new(&mut NoStorage)).expect("good settings");
        (link, Probe::new(NodeId(0), &[NodeId(0), NodeId(1)]))
    }

    fn send(link: &mut Stubborn<u64>, probe: &mut Probe<Stubborn<u64>>, to: u32) -> Option<SendId> {
        let mut id = None;
        probe.act(link, |link, io| id = link.keep_sending(NodeId(to), 7, io));
        id
    }

    #[test]
    fn a_payload_is_sent_again_and_again_with_growing_waits_up_to_the_longest() {
        let (mut link, mut probe) = link(&StubbornConfig::default());
        let id = send(&mut link, &mut probe, 1).expect("there is room");
        let mut waits = Vec::new();
        for _ in 0..6 {
            let effects = probe.handle(&mut link, Input::Timer(id));
            let [Effect::Send { to: NodeId(1), body: 7 }, Effect::SetTimer { after, .. }] =
                effects[..]
            else {
                panic!("{effects:?}")
            };
            waits.push(after.as_millis());
        }
        assert_eq!(waits, [200, 400, 800, 1000, 1000, 1000]);
    }

    #[test]
    fn what_is_stopped_is_sent_no_more_and_leaves_room() {
        let config = StubbornConfig { capacity: 1, ..StubbornConfig::default() };
        let (mut link, mut probe) = link(&config);
        let id = send(&mut link, &mut probe, 1).expect("there is room");
        assert_eq!(send(&mut link, &mut probe, 1), None, "there is none left");
        assert_eq!(link.status().value("refused"), Some(&1.into()));
        probe.act(&mut link, |link, io| link.stop(id, io));
        assert!(probe.handle(&mut link, Input::Timer(id)).is_empty());
        assert!(send(&mut link, &mut probe, 1).is_some());
    }

    #[test]
    fn nothing_is_sent_for_ever_to_a_stranger() {
        let (mut link, mut probe) = link(&StubbornConfig::default());
        assert_eq!(send(&mut link, &mut probe, 9), None);
        probe.handle(&mut link, Input::Message { from: NodeId(9), body: 7 });
        assert_eq!(link.status().value("strangers"), Some(&2.into()));
        assert_eq!(link.status().value("delivered"), Some(&0.into()));
    }

    #[cfg(feature = "mutants")]
    #[test]
    fn without_retransmission_no_timer_is_set() {
        let mutant = Some(crate::Mutant::NoRetransmission);
        let (mut link, mut probe) = link(&StubbornConfig { mutant, ..StubbornConfig::default() });
        let effects = probe.act(&mut link, |link, io| link.send(NodeId(1), 7, io));
        assert!(matches!(effects[..], [Effect::Send { .. }]), "{effects:?}");
    }
}
