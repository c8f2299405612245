//! What planted bugs remember that correct code need not.

use seatrial_node::NodeId;

/// What RN-8 and RN-11 know of the other members.
#[derive(Clone, Debug, Default, Hash)]
pub(crate) struct Deafness {
    is_deaf: bool,
    /// How many frames each member was sent since it was last heard of.
    unanswered: Vec<(NodeId, u32)>,
}

impl Deafness {
    /// RN-11: how many frames a member may leave unanswered before it counts as unreachable.
    const PATIENCE: u32 = 2;

    /// A member has been heard of.
    pub(crate) fn heard(&mut self, from: NodeId) {
        if let Some((_, count)) = self.unanswered.iter_mut().find(|(member, _)| *member == from) {
            *count = 0;
        }
    }

    /// RN-8: whether reception has stopped, now or before. Whoever starts again is a stranger, too.
    pub(crate) fn is_deaf(&mut self, life: u32, is_possible: bool) -> bool {
        self.is_deaf |= !is_possible || life > 1;
        self.is_deaf
    }

    /// RN-11: whether a member that is about to be sent a frame counts as unreachable.
    pub(crate) fn is_silent(&mut self, member: NodeId) -> bool {
        let place = match self.unanswered.binary_search_by_key(&member, |(member, _)| *member) {
            Ok(place) => place,
            Err(place) => {
                self.unanswered.insert(place, (member, 0));
                place
            }
        };
        let count = &mut self.unanswered[place].1;
        *count = count.saturating_add(1);
        *count > Self::PATIENCE
    }
}
