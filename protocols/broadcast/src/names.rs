//! Names for messages, unique over all lives of a member.

use std::collections::VecDeque;

use seatrial_node::{Disk, DiskError, FileName, Io, Node, NodeId, OpenError, SyncToken};

use crate::MessageId;
use crate::mutant::{Plant, planted};

/// As many bytes as this member has had lives, those it may have had included.
const LIVES: FileName = FileName::new("lives");

/// Names messages, and holds them back until their names are safe.
///
/// A name is the number of the life and a number in it. A life's number may be used once the disk has it: a message that left before
/// could meet another of the same name, if a crash took the number back.
#[derive(Clone, Debug)]
pub(crate) struct Names<P> {
    life: u32,
    last: u32,
    syncing: Option<SyncToken>,
    is_durable: bool,
    /// Messages whose life is not durable yet, oldest first.
    held: VecDeque<(MessageId, P)>,
}

impl<P> Names<P> {
    /// The next life's, after those that the disk tells of.
    pub(crate) fn open(disk: &mut Disk<'_>, plant: Plant) -> Result<Self, OpenError> {
        let lives =
            if planted!(plant, RestartResetsNumbers) { 0 } else { disk.len(LIVES)?.unwrap_or(0) };
        let next = u32::try_from(lives + 1).ok().filter(|life| *life < u32::MAX);
        let life = next.ok_or_else(|| {
            OpenError::Corrupt(format!("{LIVES}: {lives} lives are more than names have room for"))
        })?;
        Ok(Self { life, last: 0, syncing: None, is_durable: false, held: VecDeque::new() })
    }

    pub(crate) fn life(&self) -> u32 {
        self.life
    }

    /// Asks the disk to remember this life.
    pub(crate) fn begin<N: Node>(&mut self, io: &mut Io<'_, N>) {
        self.is_durable = false;
        io.append(LIVES, &[1]);
        self.syncing = Some(io.sync(LIVES));
    }

    /// Names a message. Where the payload comes back, it may be sent; otherwise it is held back until [`Names::release`].
    pub(crate) fn name<N: Node>(
        &mut self,
        payload: P,
        io: &mut Io<'_, N>,
    ) -> (MessageId, Option<P>) {
        if self.last == u32::MAX {
            // All names of this life are used up. Its successor is a life like any other.
            self.life = self.life.saturating_add(1);
            self.last = 0;
            self.begin(io);
        }
        self.last += 1;
        let id = MessageId::new(io.me(), self.life, self.last);
        if self.is_durable {
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
        if self.syncing != Some(token) {
            return;
        }
        self.syncing = None;
        match result {
            Ok(()) => self.is_durable = true,
            Err(_) => self.begin(io),
        }
    }

    /// The oldest message that was held back and may be sent now.
    pub(crate) fn release(&mut self) -> Option<(MessageId, P)> {
        if self.is_durable { self.held.pop_front() } else { None }
    }

    /// Whether a name can have been given by one of these members.
    pub(crate) fn is_possible(id: MessageId, members: &[NodeId]) -> bool {
        let of_member = members.binary_search(&id.origin).is_ok();
        of_member && id.life() > 0 && id.sequence() > 0
    }
}
