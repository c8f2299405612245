//! Messages on their way to uniform delivery, and who is known to have each.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::hash::{Hash, Hasher};

use seatrial_node::NodeId;

use crate::MessageId;
use crate::mutant::{Plant, planted};
use crate::seen::Seen;

/// The pending messages of a uniform broadcast. Each is here from its first receipt to its delivery, so there are as many as are
/// under way.
#[derive(Clone, Debug)]
pub(crate) struct Acks<P> {
    pending: BTreeMap<MessageId, Pending<P>>,
    delivered: Seen,
    /// Memory for more sets of members.
    spare: Vec<Vec<NodeId>>,
}

#[derive(Clone, Debug, Hash)]
struct Pending<P> {
    payload: P,
    /// Who is known to have it, in ascending order.
    by: Vec<NodeId>,
}

/// What the receipt of a copy was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Receipt {
    /// The first one.
    First,
    /// A further one of a pending message.
    Further,
    /// One of a message that has been delivered.
    Late,
}

/// When a uniform broadcast hands a message to its user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HandOver {
    /// Once enough members have it.
    WhenAcknowledged,
    /// O15: at the first receipt.
    AtFirstReceipt,
    /// RN-1: whenever a copy comes.
    AtEveryReceipt,
}

impl HandOver {
    pub(crate) fn of(plant: Plant) -> Self {
        let at_first = planted!(plant, UrbEarly);
        let at_every = planted!(plant, CallbackOnReceipt);
        match (at_first, at_every) {
            (false, false) => Self::WhenAcknowledged,
            (true, _) => Self::AtFirstReceipt,
            (false, true) => Self::AtEveryReceipt,
        }
    }

    /// Whether this receipt is when.
    pub(crate) fn is_at(self, receipt: Receipt) -> bool {
        match self {
            Self::WhenAcknowledged => false,
            Self::AtFirstReceipt => receipt == Receipt::First,
            Self::AtEveryReceipt => true,
        }
    }
}

impl<P> Default for Acks<P> {
    fn default() -> Self {
        Self { pending: BTreeMap::new(), delivered: Seen::default(), spare: Vec::new() }
    }
}

impl<P: Clone> Acks<P> {
    pub(crate) fn len(&self) -> usize {
        self.pending.len()
    }

    /// A copy of a message has come from a member, which therefore has it.
    pub(crate) fn receive(&mut self, id: MessageId, payload: &P, from: NodeId) -> Receipt {
        if self.delivered.contains(id) {
            return Receipt::Late;
        }
        match self.pending.entry(id) {
            Entry::Occupied(mut pending) => {
                add(&mut pending.get_mut().by, from);
                Receipt::Further
            }
            Entry::Vacant(place) => {
                let mut by = self.spare.pop().unwrap_or_default();
                by.push(from);
                place.insert(Pending { payload: payload.clone(), by });
                Receipt::First
            }
        }
    }

    /// A member has a pending message.
    pub(crate) fn add(&mut self, id: MessageId, member: NodeId) {
        if let Some(pending) = self.pending.get_mut(&id) {
            add(&mut pending.by, member);
        }
    }

    /// Takes a pending message if enough members have it.
    pub(crate) fn take_if(
        &mut self,
        id: MessageId,
        is_enough: impl FnOnce(&[NodeId]) -> bool,
    ) -> Option<P> {
        let Entry::Occupied(pending) = self.pending.entry(id) else {
            return None;
        };
        if !is_enough(&pending.get().by) {
            return None;
        }
        let Pending { payload, mut by } = pending.remove();
        by.clear();
        self.spare.push(by);
        self.delivered.insert(id);
        Some(payload)
    }

    /// The first pending message of which enough members are known to have it.
    pub(crate) fn find(&self, is_enough: impl Fn(&[NodeId]) -> bool) -> Option<MessageId> {
        self.pending.iter().find(|(_, pending)| is_enough(&pending.by)).map(|(id, _)| *id)
    }
}

/// Memory for later makes no difference.
impl<P: Hash> Hash for Acks<P> {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.pending.hash(hasher);
        self.delivered.hash(hasher);
    }
}

fn add(by: &mut Vec<NodeId>, member: NodeId) {
    if let Err(place) = by.binary_search(&member) {
        by.insert(place, member);
    }
}
