//! What the ends of a perfect link send each other.

use seatrial_node::Load;

use crate::Payload;
use crate::payload::mix;

/// A frame of a [perfect link](crate::Perfect).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame<P> {
    /// The life of its sender.
    pub life: u32,
    /// The life of its receiver that it is for; zero where the sender does not know of any.
    pub to: u32,
    /// What it is.
    pub body: Body<P>,
}

/// What a frame is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body<P> {
    /// Asks the receiver for its life.
    Hello,
    /// Tells the sender's life, to one who has asked or was mistaken.
    Welcome,
    /// Brings a payload.
    Data {
        /// Its number in the session of these two lives, from 1.
        number: u64,
        /// The payload.
        payload: P,
    },
    /// Acknowledges.
    Arrived {
        /// Every number up to this one has arrived.
        up_to: u64,
        /// Bit `i` is set where number `up_to + 1 + i` has arrived.
        beyond: u64,
    },
}

impl<P: Payload> Frame<P> {
    pub(crate) fn new((life, to): (u32, u32), body: Body<P>) -> Self {
        Self { life, to, body }
    }
}

impl<P: Payload> Payload for Frame<P> {
    fn digest(&self) -> u64 {
        let lives = u64::from(self.life) << 32 | u64::from(self.to);
        let (kind, first, second) = match &self.body {
            Body::Hello => (1, 0, 0),
            Body::Welcome => (2, 0, 0),
            Body::Data { number, payload } => (3, *number, payload.digest()),
            Body::Arrived { up_to, beyond } => (4, *up_to, *beyond),
        };
        mix([lives, kind, first, second])
    }

    fn load(&self) -> Load {
        // The two lives and a byte that says what it is.
        const HEADER: u32 = 4 + 4 + 1;
        let session = u64::from(self.life) << 32 | u64::from(self.to);
        match &self.body {
            Body::Hello | Body::Welcome => Load::control(HEADER),
            Body::Data { number, payload } => {
                payload.load().within(HEADER + 8).sent_as(session, *number)
            }
            Body::Arrived { .. } => Load::control(HEADER + 8 + 8),
        }
    }
}
