//! The node.

use std::collections::{BTreeMap, BTreeSet};

use seatrial::node::{
    Disk, Duration, FileName, Input, Io, Node, NodeId, OpenError, RequestToken, SyncToken,
};

const FILE: FileName = FileName::new("mark");
const RETRY: Duration = Duration::from_millis(30);

/// How a node is configured.
#[derive(Clone, Copy, Debug, Default)]
pub struct Config {
    /// Planted: acknowledge before the disk does.
    pub hasty: bool,
}

/// What a client asks; it is answered the mark.
#[derive(Clone, Copy, Debug)]
pub enum Request {
    /// Let the mark be at least this.
    Raise(u64),
    /// How high is it?
    Read,
}

/// What nodes tell each other. Each is about one operation, which has a number of its own.
#[derive(Clone, Copy, Debug)]
pub enum Message {
    /// How high is your mark?
    Ask(u64),
    /// This high.
    Tell(u64, u64),
    /// Let your mark be at least this.
    Store(u64, u64),
    /// It is, and the disk has it.
    Stored(u64),
}

/// An operation's next try.
pub type Timer = u64;

/// A node: it keeps its mark, and sees its clients' operations through.
pub struct Tidemark {
    config: Config,
    mark: u64,
    /// What the disk is known to have.
    durable: u64,
    /// The sync that is under way, and the mark that the disk has after it.
    syncing: Option<(SyncToken, u64)>,
    /// Whom to tell once the disk has which mark, and of which operation.
    waiting: Vec<(u64, NodeId, u64)>,
    operations: BTreeMap<u64, Operation>,
}

struct Operation {
    token: RequestToken,
    /// The highest mark that was heard of.
    mark: u64,
    /// Whether it is being stored; it is asked for before that.
    storing: bool,
    heard: BTreeSet<NodeId>,
}

impl Node for Tidemark {
    type Config = Config;
    type Message = Message;
    type Timer = Timer;
    type Request = Request;
    type Response = u64;
    type Event = ();

    fn open(config: &Config, disk: &mut Disk<'_>) -> Result<Self, OpenError> {
        let mut bytes = [0; 8];
        disk.read(FILE, 0, &mut bytes)?;
        let mark = u64::from_le_bytes(bytes);
        let (syncing, waiting, operations) = Default::default();
        Ok(Self { config: *config, mark, durable: mark, syncing, waiting, operations })
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        match input {
            Input::Request { token, body } => self.begin(token, body, io),
            Input::Timer(number) => self.send(number, io),
            Input::Message { from, body: Message::Ask(number) } => {
                io.send(from, Message::Tell(number, self.mark));
            }
            Input::Message { from, body: Message::Tell(number, mark) } => {
                self.told(from, number, mark, io);
            }
            Input::Message { from, body: Message::Store(number, mark) } => {
                self.store(from, number, mark, io);
            }
            Input::Message { from, body: Message::Stored(number) } => self.stored(from, number, io),
            Input::Synced { token, result } => self.synced(token, result.is_ok(), io),
            _ => {}
        }
    }
}

impl Tidemark {
    fn begin(&mut self, token: RequestToken, request: Request, io: &mut Io<'_, Self>) {
        // A number that no life of any node has used: answers to an operation of an earlier life may still be under way.
        let number = io.choose("operation's number", 1 << 62);
        let (mark, storing) = match request {
            Request::Raise(mark) => (mark, true),
            Request::Read => (0, false),
        };
        self.operations.insert(number, Operation { token, mark, storing, heard: BTreeSet::new() });
        self.send(number, io);
    }

    /// Sends an operation to everybody who has not answered, and comes back to it.
    fn send(&mut self, number: u64, io: &mut Io<'_, Self>) {
        let Some(operation) = self.operations.get(&number) else { return };
        let message = match operation.storing {
            true => Message::Store(number, operation.mark),
            false => Message::Ask(number),
        };
        for to in io.members().iter().filter(|to| !operation.heard.contains(to)) {
            io.send(*to, message);
        }
        io.set_timer(number, RETRY);
    }

    fn told(&mut self, from: NodeId, number: u64, mark: u64, io: &mut Io<'_, Self>) {
        let Some(operation) = self.operations.get_mut(&number).filter(|o| !o.storing) else {
            return;
        };
        operation.mark = operation.mark.max(mark);
        operation.heard.insert(from);
        if operation.heard.len() > io.members().len() / 2 {
            operation.storing = true;
            operation.heard.clear();
            self.send(number, io);
        }
    }

    fn store(&mut self, from: NodeId, number: u64, mark: u64, io: &mut Io<'_, Self>) {
        self.mark = self.mark.max(mark);
        if mark <= self.durable {
            return io.send(from, Message::Stored(number));
        }
        let waits = (mark, from, number);
        if !self.waiting.contains(&waits) {
            self.waiting.push(waits);
        }
        self.sync(io);
        if self.config.hasty {
            io.send(from, Message::Stored(number));
        }
    }

    /// Begins to make the mark durable, where somebody waits for that. One sync at a time: a slow disk that was asked anew by whoever tries
    /// again would never be done.
    fn sync(&mut self, io: &mut Io<'_, Self>) {
        if self.syncing.is_none() && !self.waiting.is_empty() {
            io.write_at(FILE, 0, &self.mark.to_le_bytes());
            self.syncing = Some((io.sync(FILE), self.mark));
        }
    }

    fn synced(&mut self, token: SyncToken, done: bool, io: &mut Io<'_, Self>) {
        let Some((_, mark)) = self.syncing.take_if(|(waits, _)| *waits == token) else { return };
        if done {
            self.durable = mark;
            for (_, from, number) in self.waiting.extract_if(.., |(wanted, ..)| *wanted <= mark) {
                io.send(from, Message::Stored(number));
            }
            self.sync(io);
        } else {
            // Nobody knows what the disk has: whoever asked will ask again, and it is written again.
            self.waiting.clear();
        }
    }

    fn stored(&mut self, from: NodeId, number: u64, io: &mut Io<'_, Self>) {
        let Some(operation) = self.operations.get_mut(&number).filter(|o| o.storing) else {
            return;
        };
        operation.heard.insert(from);
        if operation.heard.len() > io.members().len() / 2 {
            io.reply(operation.token, operation.mark);
            io.cancel_timer(&number);
            self.operations.remove(&number);
        }
    }
}
