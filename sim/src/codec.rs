//! Messages whose bytes change on the way: put into the bytes that a real network would carry, changed there, and given to the real decoder.

use seatrial_history::DropCause;
use seatrial_node::{Node, WireError};

use crate::counts::FaultKind;
use crate::incident::Incident;
use crate::tape::site;
use crate::world::World;

/// How a node's messages are put into bytes and read back. Functions and not bounds, so that a world asks no codec of a node.
pub(crate) struct Codec<M> {
    encode: fn(&M, &mut Vec<u8>),
    decode: fn(&[u8]) -> Result<M, WireError>,
}

impl<M> Clone for Codec<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M> Copy for Codec<M> {}

impl<N: Node> World<N> {
    /// Says how this node's messages are put into the bytes that a real network carries, and read back: [`seal`](seatrial_node::seal) and
    /// [`unseal`](seatrial_node::unseal), where they have a [`Wire`](seatrial_node::Wire). Only then can a
    /// [fault](crate::Fault::Corrupt) change bytes. A codec that takes changed bytes for a message, as one without a checksum does, is found
    /// by it.
    pub fn code_with(
        &mut self,
        encode: fn(&N::Message, &mut Vec<u8>),
        decode: fn(&[u8]) -> Result<N::Message, WireError>,
    ) {
        self.core.codec = Some(Codec { encode, decode });
    }

    /// A message whose bytes have changed comes up to its receiver, which refuses it.
    #[cold]
    pub(crate) fn refuse(&mut self, slot: u32, from: u32, to: u32) {
        self.core.counts.bit(FaultKind::Corrupt);
        if self.is_refused(slot, from, to) {
            if self.core.is_there(to) {
                self.core.counts.effect(FaultKind::Corrupt);
            }
        } else {
            let (node, at) = (self.core.members[to as usize], self.core.moment());
            self.break_off(Incident::CorruptionAccepted { node, at });
        }
        self.core.discard(slot, DropCause::Corrupt);
    }

    /// Changes one byte of what the network carries and lets the decoder look at it.
    fn is_refused(&mut self, slot: u32, from: u32, to: u32) -> bool {
        let Some(codec) = self.core.codec else { return true };
        let mut frame = std::mem::take(&mut self.core.frame);
        frame.clear();
        self.acting = Some(self.core.members[from as usize]);
        (codec.encode)(self.core.events.peek_message(slot), &mut frame);
        let places = frame.len().max(1) as u64;
        let place = self.core.tape.choose(site::CORRUPT_BYTE, from, places) as usize;
        let pattern = self.core.tape.choose(site::CORRUPT_BITS, from, u64::from(u8::MAX)) as u8 + 1;
        match frame.get_mut(place) {
            Some(byte) => *byte ^= pattern,
            // Of no bytes none can change, but there can be one too many.
            None => frame.push(pattern),
        }
        self.acting = Some(self.core.members[to as usize]);
        let is_refused = (codec.decode)(&frame).is_err();
        self.acting = None;
        self.core.frame = frame;
        is_refused
    }
}
