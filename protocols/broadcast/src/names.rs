//! Names for messages, unique over all lives of a member.

use std::collections::VecDeque;

use seatrial_links::Incarnation;
use seatrial_node::{Disk, DiskError, Io, Node, NodeId, OpenError, SyncToken};

use crate::MessageId;
use crate::mutant::Plant;
#[cfg(feature = "mutants")]
use crate::mutant::planted;

/// Names messages, and holds them back until their names are safe.
///
/// A name is the number of the life and a number in it. A life's number may be used once the disk has it: a message that left before
/// could meet another of the same name, if a crash took the number back.
#[derive(Clone, Debug, Hash)]
pub(crate) struct Names<P> {
    incarnation: Incarnation,
    last: u32,
    /// Messages whose life is not durable yet, oldest first.
    held: VecDeque<(MessageId, P)>,
}

impl<P> Names<P> {
    /// The next life's, after those that the disk tells of.
    pub(crate) fn open(disk: &mut Disk<'_>, plant: Plant) -> Result<Self, OpenError> {
        #[cfg(feature = "mutants")]
        if planted!(plant, RestartResetsNumbers) {
            return Ok(Self { incarnation: Incarnation::first(), last: 0, held: VecDeque::new() });
        }
        let _: Plant = plant;
        Ok(Self { incarnation: Incarnation::open(disk)?, last: 0, held: VecDeque::new() })
    }

    pub(crate) fn life(&self) -> u32 {
        self.incarnation.life()
    }

    /// Asks the disk to remember this life.
    pub(crate) fn begin<N: Node>(&mut self, io: &mut Io<'_, N>) {
        self.incarnation.begin(io);
    }

    /// Names a message. Where the payload comes back, it may be sent; otherwise it is held back until [`Names::release`].
    ///
    /// A life has 2³² − 1 names. A message after these gets the last one again, and is never sent.
    pub(crate) fn name<N: Node>(&mut self, payload: P, io: &Io<'_, N>) -> (MessageId, Option<P>) {
        let is_used_up = self.last == u32::MAX;
        self.last = self.last.saturating_add(1);
        let id = MessageId::new(io.me(), self.life(), self.last);
        if is_used_up {
            return (id, None);
        }
        if self.incarnation.is_durable() {
            return (id, Some(payload));
        }
        self.held.push_back((id, payload));
        (id, None)
    }

    /// A sync is done: the life may be durable, or the disk has to be asked again.
    pub(crate) fn synced<N: Node>(
        &mut self,
        token: SyncToken,
        result: Result<(), DiskError>,
        io: &mut Io<'_, N>,
    ) {
        if let Some(Err(_)) = self.incarnation.synced(token, result) {
            self.incarnation.begin(io);
        }
    }

    /// The oldest message that was held back and may be sent now.
    pub(crate) fn release(&mut self) -> Option<(MessageId, P)> {
        if self.incarnation.is_durable() { self.held.pop_front() } else { None }
    }

    /// Whether a name can have been given by one of these members.
    pub(crate) fn is_possible(id: MessageId, members: &[NodeId]) -> bool {
        let is_of_member = members.binary_search(&id.origin).is_ok();
        is_of_member && id.life() > 0 && id.sequence() > 0
    }
}
