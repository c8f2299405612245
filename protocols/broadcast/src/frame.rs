//! What the broadcasts over a link send through it. All have the same frame, so that one link fits them all.

use std::sync::Arc;

use seatrial_links::Payload;
use seatrial_node::Load;

use crate::MessageId;
use crate::seen::Mark;

/// What a broadcast gives to its link.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Frame<P> {
    /// A message, from its origin or passed on.
    Data {
        /// Its name.
        id: MessageId,
        /// What it says.
        payload: P,
    },
    /// How far the sender has delivered each stream that has moved on since it last said so.
    Delivered(Arc<[Mark]>),
}

impl<P: Payload> Payload for Frame<P> {
    fn digest(&self) -> u64 {
        match self {
            Self::Data { id, payload } => mix(name(*id), payload.digest()),
            Self::Delivered(marks) => digest_of_marks(marks),
        }
    }

    fn load(&self) -> Load {
        match self {
            Self::Data { payload, .. } => payload.load().within(1 + NAME),
            Self::Delivered(marks) => Load::control(1).within(size_of_marks(marks)),
        }
    }
}

/// The digest of a message's name.
pub(crate) fn name(id: MessageId) -> u64 {
    mix(u64::from(id.origin.0), id.number)
}

/// How many bytes a message's name takes: its origin and its number.
pub(crate) const NAME: u32 = 4 + 8;

/// How many bytes it takes to say how far streams have come.
pub(crate) fn size_of_marks(marks: &[Mark]) -> u32 {
    let each = u32::try_from(marks.len()).unwrap_or(u32::MAX).saturating_mul(NAME);
    each.saturating_add(4)
}

/// The digest of how far streams have come.
pub(crate) fn digest_of_marks(marks: &[Mark]) -> u64 {
    marks.iter().fold(1, |sum, mark| mix(sum, name(mark.last())))
}

/// Two numbers as one.
pub(crate) fn mix(sum: u64, next: u64) -> u64 {
    (sum.rotate_left(5) ^ next).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
