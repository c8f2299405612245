//! Which nodes of a protocol have messages with a form in bytes, whatever the nodes' types.

use std::any::Any;

use seatrial_node::{FRAME_HEADER, Node, Wire, WireError, seal, unseal};

/// How messages are put into bytes and read back, by the type of the node.
#[derive(Default)]
pub(crate) struct Wires(Vec<Box<dyn Any + Send + Sync>>);

/// How a node's messages become the bytes that a network carries, and messages again.
pub(crate) struct WireOf<N: Node> {
    pub(crate) encode: fn(&N::Message, &mut Vec<u8>),
    pub(crate) decode: fn(&[u8]) -> Result<N::Message, WireError>,
}

impl Wires {
    pub(crate) fn add<N: Node<Message: Wire> + 'static>(&mut self) {
        let wire = WireOf::<N> { encode: seal, decode: read };
        self.0.push(Box::new(wire));
    }

    pub(crate) fn of<N: Node + 'static>(&self) -> Option<&WireOf<N>> {
        self.0.iter().find_map(|wire| wire.downcast_ref())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Reads a message from its frame.
fn read<M: Wire>(frame: &[u8]) -> Result<M, WireError> {
    let read = unseal(frame);
    if read.is_err()
        && let Some(bytes) = frame.get(FRAME_HEADER..)
    {
        // No checksum sees everything. What one lets through may be read or refused, but it must not make a decoder panic.
        let _ = M::decode(bytes);
    }
    read
}
