//! The fair-loss link (§2.4.2): the host's network as it is.

use std::marker::PhantomData;

use seatrial_node::{Disk, Input, Io, Load, Node, NodeId, OpenError, Status};

use crate::{Delivered, Link, Payload};

/// Hands every payload to the host's network, once, and delivers whatever that brings.
///
/// It keeps what the network keeps: a payload that is sent again and again arrives again and again (FLL1), each sending arrives
/// a finite number of times (FLL2), and nothing arrives that was not sent (FLL3). It remembers no payload.
///
/// What comes from a node that is no member is dropped and counted, as is what is to go to one.
#[derive(Clone, Debug, Hash)]
pub struct FairLoss<P> {
    sent: u64,
    delivered: u64,
    strangers: u64,
    payload: PhantomData<P>,
}

impl<P: Payload> Node for FairLoss<P> {
    type Config = ();
    type Message = P;
    type Timer = ();
    type Request = ();
    type Response = ();
    type Event = Delivered<P>;

    fn open((): &(), _: &mut Disk<'_>) -> Result<Self, OpenError> {
        Ok(Self { sent: 0, delivered: 0, strangers: 0, payload: PhantomData })
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        let Input::Message { from, body } = input else { return };
        if is_member(from, io) {
            self.delivered += 1;
            io.announce(Delivered { from, payload: body });
        } else {
            self.strangers += 1;
        }
    }

    /// `sent` and `delivered`, and `strangers`: payloads from or to nodes that are no members.
    fn status(&self) -> Status {
        Status::new()
            .with("sent", self.sent)
            .with("delivered", self.delivered)
            .with("strangers", self.strangers)
    }

    fn digest(message: &P) -> u64 {
        message.digest()
    }

    fn load(message: &P) -> Load {
        message.load()
    }
}

impl<P: Payload> Link<P> for FairLoss<P> {
    fn send(&mut self, to: NodeId, payload: P, io: &mut Io<'_, Self>) {
        if is_member(to, io) {
            self.sent += 1;
            io.send(to, payload);
        } else {
            self.strangers += 1;
        }
    }
}

/// Whether this node is in the configuration that the cluster boots with.
pub(crate) fn is_member<N: Node>(node: NodeId, io: &Io<'_, N>) -> bool {
    io.members().binary_search(&node).is_ok()
}

#[cfg(test)]
mod tests {
    use seatrial_node::{Effect, NoStorage, Probe};

    use super::*;

    const MEMBERS: [NodeId; 2] = [NodeId(0), NodeId(1)];

    fn link() -> (FairLoss<u64>, Probe<FairLoss<u64>>) {
        let link = FairLoss::open(&(), &mut Disk::new(&mut NoStorage)).expect("nothing can fail");
        (link, Probe::new(NodeId(0), &MEMBERS))
    }

    #[test]
    fn a_payload_is_sent_once_and_delivered_as_often_as_it_comes() {
        let (mut link, mut probe) = link();
        let effects = probe.act(&mut link, |link, io| link.send(NodeId(1), 7, io));
        assert!(matches!(effects[..], [Effect::Send { to: NodeId(1), body: 7 }]), "{effects:?}");
        for _ in 0..2 {
            let effects = probe.handle(&mut link, Input::Message { from: NodeId(1), body: 7 });
            let delivered = Delivered { from: NodeId(1), payload: 7 };
            assert!(matches!(&effects[..], [Effect::Announce(d)] if *d == delivered));
        }
    }

    #[test]
    fn a_stranger_is_neither_heard_nor_written_to() {
        let (mut link, mut probe) = link();
        let stranger = NodeId(9);
        let sent = probe.act(&mut link, |link, io| link.send(stranger, 7, io));
        let heard = probe.handle(&mut link, Input::Message { from: stranger, body: 7 });
        assert!(sent.is_empty() && heard.is_empty());
        assert_eq!(link.status().value("strangers"), Some(&2.into()));
    }
}
