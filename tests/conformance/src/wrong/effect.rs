//! What a subject does, caught before its host hears of it.

use seatrial_node::{
    DiskWrite, Duration, FileName, Io, NodeId, Port, ReadToken, RequestToken, SyncToken, WallTime,
};

use super::Wrong;
use crate::act::{Answer, Key, Note, Told};
use crate::fault::Fault;
use crate::subject::Subject;

/// One thing that a subject does.
#[derive(Clone, Debug)]
pub(super) enum Effect {
    Send { to: NodeId, body: Note },
    Set { key: Key, after: Duration },
    Cancel { key: Key },
    Reply { to: RequestToken, body: Answer },
    Append { file: FileName, bytes: Vec<u8> },
    Put { file: FileName, offset: u64, bytes: Vec<u8> },
    Cut { file: FileName, len: u64 },
    Rename { from: FileName, to: FileName },
    Sync { file: FileName, token: SyncToken },
    Read { file: FileName, offset: u64, len: usize, token: ReadToken },
    Announce(Told),
}

impl Effect {
    pub(super) const fn is_write(&self) -> bool {
        matches!(
            self,
            Self::Append { .. } | Self::Put { .. } | Self::Cut { .. } | Self::Rename { .. }
        )
    }
}

/// Takes a subject's effects.
pub(super) struct Caught<'a, 'b> {
    pub(super) io: &'a mut Io<'b, Wrong>,
    pub(super) tokens: &'a mut u64,
    pub(super) effects: &'a mut Vec<Effect>,
    pub(super) fault: Fault,
}

impl Caught<'_, '_> {
    const fn token(&mut self) -> u64 {
        *self.tokens += 1;
        *self.tokens
    }
}

impl Port<Subject> for Caught<'_, '_> {
    fn send(&mut self, to: NodeId, body: Note) {
        self.effects.push(Effect::Send { to, body });
    }

    fn set_timer(&mut self, key: Key, after: Duration) {
        self.effects.push(Effect::Set { key, after });
    }

    fn cancel_timer(&mut self, key: &Key) {
        self.effects.push(Effect::Cancel { key: *key });
    }

    fn reply(&mut self, to: RequestToken, body: Answer) {
        self.effects.push(Effect::Reply { to, body });
    }

    fn write(&mut self, write: DiskWrite<'_>) {
        self.effects.push(match write {
            DiskWrite::Append { file, bytes } => Effect::Append { file, bytes: bytes.to_vec() },
            DiskWrite::WriteAt { file, offset, bytes } => {
                Effect::Put { file, offset, bytes: bytes.to_vec() }
            }
            DiskWrite::Truncate { file, len } => Effect::Cut { file, len },
            DiskWrite::Rename { from, to } => Effect::Rename { from, to },
        });
    }

    fn sync(&mut self, file: FileName) -> SyncToken {
        let token = SyncToken(self.token());
        self.effects.push(Effect::Sync { file, token });
        token
    }

    fn read(&mut self, file: FileName, offset: u64, len: usize) -> ReadToken {
        let token = ReadToken(self.token());
        self.effects.push(Effect::Read { file, offset, len, token });
        token
    }

    fn announce(&mut self, event: Told) {
        self.effects.push(Effect::Announce(event));
    }

    fn choose(&mut self, site: &'static str, bound: u64) -> u64 {
        match self.fault {
            Fault::ChoosesTheBound => self.io.choose(site, bound + 1),
            Fault::ChoosesZero => 0,
            _ => self.io.choose(site, bound),
        }
    }

    fn wall(&mut self) -> WallTime {
        self.io.wall()
    }
}
