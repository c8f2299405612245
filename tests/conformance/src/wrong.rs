//! A subject behind a layer that does one thing wrong: with any host below it, a host that breaks the contract.
//!
//! The layer catches what the subject does and hands it on changed, and what the host tells and tells it changed. It stands where a bug of a
//! host would stand, so what is shown to fail on it is what such a bug would make fail.

mod bend;
mod effect;

use std::collections::{BTreeMap, VecDeque};

use seatrial_node::{
    Disk, DiskError, FileName, Input, Instant, Io, Node, NodeId, OpenError, ReadToken,
    RequestToken, Storage, SyncToken,
};

use self::effect::{Caught, Effect};
use crate::act::{Act, Answer, Asked, FILES, Key, Note, Told};
use crate::fault::Fault;
use crate::subject::Subject;

/// A [`Subject`] that a wrong host carries.
pub struct Wrong {
    fault: Fault,
    inner: Subject,
    /// Whether it has lived before, as far as its disk tells.
    is_reborn: bool,
    /// What the subject is to be told before anything else.
    inputs: VecDeque<Input<Subject>>,
    /// What is held back until another one comes.
    held: Option<Input<Subject>>,
    held_answer: Option<(RequestToken, Answer)>,
    /// Writes that the disk is not given yet.
    unwritten: Vec<Effect>,
    /// The timers that are set, as far as the subject knows.
    timers: Vec<Key>,
    /// How often each of the things that the fault counts has happened.
    count: u64,
    tokens: u64,
    /// By the host's tokens, those that the subject knows.
    syncs: BTreeMap<SyncToken, SyncToken>,
    reads: BTreeMap<ReadToken, ReadToken>,
    /// By the subject's, those that the host knows.
    requests: BTreeMap<RequestToken, RequestToken>,
}

impl std::fmt::Debug for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wrong").field("fault", &self.fault).finish_non_exhaustive()
    }
}

impl Node for Wrong {
    type Config = Fault;
    type Message = Note;
    type Timer = Key;
    type Request = Asked;
    type Response = Answer;
    type Event = Told;

    fn open(fault: &Fault, disk: &mut Disk<'_>) -> Result<Self, OpenError> {
        let mut is_reborn = false;
        for name in FILES {
            is_reborn |= disk.len(name)?.is_some();
        }
        let inner = match fault {
            Fault::OpensShort => Subject::open(&(), &mut Disk::new(&mut Short(disk)))?,
            _ => Subject::open(&(), disk)?,
        };
        Ok(Self {
            fault: *fault,
            inner,
            is_reborn,
            inputs: VecDeque::new(),
            held: None,
            held_answer: None,
            unwritten: Vec::new(),
            timers: Vec::new(),
            count: 0,
            tokens: 0,
            syncs: BTreeMap::new(),
            reads: BTreeMap::new(),
            requests: BTreeMap::new(),
        })
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        let input = self.translate(input);
        self.bend_input(input);
        while let Some(input) = self.inputs.pop_front() {
            let now = self.bend_clock(io.now());
            let mut effects = Vec::new();
            let (me, members, fault) = (io.me(), io.members(), self.fault);
            let mut port = Caught { io, tokens: &mut self.tokens, effects: &mut effects, fault };
            self.inner.handle(input, &mut Io::new(me, now, members, &mut port));
            for effect in self.bend(effects, me) {
                self.carry_out(effect, io);
            }
        }
    }
}

impl Wrong {
    /// The same input with the tokens that the subject knows.
    fn translate(&mut self, input: Input<Self>) -> Input<Subject> {
        match input {
            Input::Message { from, body } => Input::Message { from, body },
            Input::Timer(key) => {
                self.timers.retain(|set| *set != key);
                Input::Timer(key)
            }
            Input::Request { token, body } => {
                let known = self.known_request(token, &body);
                self.requests.insert(known, token);
                Input::Request { token: known, body }
            }
            Input::Synced { token, result } => {
                Input::Synced { token: self.syncs.remove(&token).unwrap_or(token), result }
            }
            Input::Read { token, result } => {
                Input::Read { token: self.reads.remove(&token).unwrap_or(token), result }
            }
            // There are no others.
            _ => Input::Start,
        }
    }

    /// The token that the subject is told of a request.
    fn known_request(&mut self, token: RequestToken, body: &Asked) -> RequestToken {
        let is_kept = body.0.iter().any(|act| matches!(act, Act::Keep(_)));
        if self.fault == Fault::ReusesTokens && is_kept {
            self.count += 1;
            return RequestToken(self.count);
        }
        token
    }

    fn bend_clock(&mut self, now: Instant) -> Instant {
        if self.fault != Fault::TurnsClockBack {
            return now;
        }
        self.count += 1;
        let back = if self.count.is_multiple_of(3) { 5_000_000_000 } else { 0 };
        Instant::from_nanos((now.as_nanos() + 10_000_000_000).saturating_sub(back))
    }

    fn carry_out(&mut self, effect: Effect, io: &mut Io<'_, Self>) {
        match effect {
            Effect::Send { to, body } => io.send(to, body),
            Effect::Set { key, after } => io.set_timer(key, after),
            Effect::Cancel { key } => io.cancel_timer(&key),
            Effect::Reply { to, body } => {
                // One that is not known is a former life's, and goes on as it is.
                io.reply(self.requests.get(&to).copied().unwrap_or(to), body);
            }
            Effect::Append { file, bytes } => io.append(file, &bytes),
            Effect::Put { file, offset, bytes } => io.write_at(file, offset, &bytes),
            Effect::Cut { file, len } => io.truncate(file, len),
            Effect::Rename { from, to } => io.rename(from, to),
            Effect::Sync { file, token } => _ = self.syncs.insert(io.sync(file), token),
            Effect::Read { file, offset, len, token } => {
                self.reads.insert(io.read(file, offset, len), token);
            }
            Effect::Announce(event) => io.announce(event),
        }
    }
}

/// A disk whose files end a byte early.
struct Short<'a, 'b>(&'a mut Disk<'b>);

impl Storage for Short<'_, '_> {
    fn len(&mut self, file: FileName) -> Result<Option<u64>, DiskError> {
        Ok(self.0.len(file)?.map(|len| len.saturating_sub(1)))
    }

    fn read(&mut self, file: FileName, offset: u64, buffer: &mut [u8]) -> Result<usize, DiskError> {
        self.0.read(file, offset, buffer)
    }

    fn owner(&self) -> Option<NodeId> {
        self.0.owner()
    }
}
