//! A link over a network that is assumed to be perfect: for searches through every order of delivery, and for comparison.

use std::marker::PhantomData;

use seatrial_node::{Disk, Input, Io, Load, Node, NodeId, OpenError, Status};

use crate::fair_loss::is_member;
use crate::{Delivered, Link, Payload, PerfectLink};

/// Adds nothing to a network that itself loses nothing and repeats nothing: one message for a payload, no timer, no disk. Its
/// promises are the network's, so over any other network take [`Perfect`](crate::Perfect).
///
/// A search through all orders of delivery needs it: there, each acknowledgement would be one more thing to order.
#[derive(Clone, Debug, Hash)]
pub struct Assumed<P> {
    strangers: u64,
    payload: PhantomData<P>,
}

impl<P: Payload> Node for Assumed<P> {
    type Config = ();
    type Message = P;
    type Timer = ();
    type Request = ();
    type Response = ();
    type Event = Delivered<P>;

    fn open((): &(), _: &mut Disk<'_>) -> Result<Self, OpenError> {
        Ok(Self { strangers: 0, payload: PhantomData })
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        let Input::Message { from, body } = input else { return };
        if is_member(from, io) {
            io.announce(Delivered { from, payload: body });
        } else {
            self.strangers += 1;
        }
    }

    /// `strangers`: payloads from or to nodes that are no members.
    fn status(&self) -> Status {
        Status::new().with("strangers", self.strangers)
    }

    fn digest(message: &P) -> u64 {
        message.digest()
    }

    fn load(message: &P) -> Load {
        message.load()
    }
}

impl<P: Payload> Link<P> for Assumed<P> {
    fn send(&mut self, to: NodeId, payload: P, io: &mut Io<'_, Self>) {
        if is_member(to, io) {
            io.send(to, payload);
        } else {
            self.strangers += 1;
        }
    }
}

impl<P: Payload> PerfectLink<P> for Assumed<P> {}
