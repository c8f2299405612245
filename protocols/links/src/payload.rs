//! What is sent through links and broadcasts.

use seatrial_node::Load;

/// A user's payload, or a layer's own message around one.
pub trait Payload: Clone {
    /// A number that differs, with high probability, between payloads of different content; see
    /// [`Node::digest`](seatrial_node::Node::digest).
    fn digest(&self) -> u64;

    /// What it costs a network; see [`Node::load`](seatrial_node::Node::load). The default tells nothing.
    fn load(&self) -> Load {
        Load::default()
    }
}

impl Payload for () {
    fn digest(&self) -> u64 {
        0
    }

    fn load(&self) -> Load {
        Load::data(0)
    }
}

impl Payload for u64 {
    fn digest(&self) -> u64 {
        *self
    }

    fn load(&self) -> Load {
        Load::data(8)
    }
}

impl Payload for String {
    fn digest(&self) -> u64 {
        fnv(self.as_bytes())
    }

    fn load(&self) -> Load {
        sized(self.len())
    }
}

impl Payload for Vec<u8> {
    fn digest(&self) -> u64 {
        fnv(self)
    }

    fn load(&self) -> Load {
        sized(self.len())
    }
}

/// Bytes with their number before them.
fn sized(len: usize) -> Load {
    Load::data(u32::try_from(len).unwrap_or(u32::MAX)).within(4)
}

/// Mixes whole words, after FNV-1a; the rotation lets high bits reach low ones.
pub(crate) fn mix<const N: usize>(words: [u64; N]) -> u64 {
    let step =
        |hash: u64, word: u64| (hash ^ word).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(29);
    words.into_iter().fold(0xcbf2_9ce4_8422_2325, step)
}

/// FNV-1a.
pub(crate) fn fnv(bytes: &[u8]) -> u64 {
    let mix = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, mix)
}
