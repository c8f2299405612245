//! The node that is hosted: it does what it is told, and writes down all that it sees.

use std::collections::BTreeMap;

use seatrial_node::{
    Disk, Duration, FileName, Input, Io, Node, NodeId, OpenError, Outbox, ReadToken, RequestToken,
    SyncToken,
};

use crate::act::{Act, Answer, Asked, FILES, Key, Note, Seen, Told, What};

/// A node that does what its requests say. It has a layer below it, and that another one.
#[derive(Debug, Default)]
pub struct Subject {
    level: u8,
    seen: Vec<Seen>,
    kept: BTreeMap<u8, RequestToken>,
    syncs: BTreeMap<SyncToken, u64>,
    reads: BTreeMap<ReadToken, u64>,
    /// Requests to be answered when a sync of this label is told.
    promised: Vec<(u64, RequestToken)>,
    below: Option<Box<Below>>,
}

/// The layer below, and what it has told and nobody has taken.
#[derive(Debug, Default)]
struct Below {
    subject: Subject,
    outbox: Outbox<Subject>,
}

/// How many layers there are below the first.
const LEVELS: u8 = 2;

/// The folder of a layer's files in those of the layer above.
const FOLDER: &str = "below";

/// The file whose content is tokens.
const TOKENS: usize = 2;

impl Node for Subject {
    type Config = ();
    type Message = Note;
    type Timer = Key;
    type Request = Asked;
    type Response = Answer;
    type Event = Told;

    fn open((): &(), disk: &mut Disk<'_>) -> Result<Self, OpenError> {
        Self::open_at(0, disk)
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        match input {
            Input::Start => {
                self.see(What::Start, io);
                self.let_below(Input::Start, io);
            }
            Input::Message { from, body: Note { level: 0, note } } => {
                self.see(What::Note { from: from.0, note }, io);
            }
            Input::Message { from, body: Note { level, note } } => {
                let body = Note { level: level - 1, note };
                self.let_below(Input::Message { from, body }, io);
            }
            Input::Timer(Key { level: 0, timer }) => self.see(What::Due { timer }, io),
            Input::Timer(Key { level, timer }) => {
                self.let_below(Input::Timer(Key { level: level - 1, timer }), io);
            }
            Input::Request { token, body } => {
                self.see(What::Asked, io);
                for act in body.0 {
                    self.act(act, token, io);
                }
            }
            Input::Synced { token, result } => match self.syncs.get(&token).copied() {
                None => self.let_below(Input::Synced { token, result }, io),
                Some(label) => self.synced(label, result.is_ok(), io),
            },
            Input::Read { token, result } => match self.reads.get(&token).copied() {
                None => self.let_below(Input::Read { token, result }, io),
                Some(label) => {
                    let text =
                        result.ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
                    self.see(What::Read { label, text }, io);
                }
            },
            _ => {}
        }
    }
}

impl Subject {
    fn open_at(level: u8, disk: &mut Disk<'_>) -> Result<Self, OpenError> {
        let mut subject = Self { level, ..Self::default() };
        for (file, name) in FILES.into_iter().enumerate() {
            let Some(text) = whole(disk, name)? else { continue };
            if file == TOKENS {
                subject.kept = text.lines().filter_map(read_token).collect();
            }
            subject.seen.push(Seen { level, at: 0, what: What::Found { file, text } });
        }
        if level < LEVELS {
            let below = Self::open_at(level + 1, &mut disk.child(FOLDER))?;
            subject.below = Some(Box::new(Below { subject: below, outbox: Outbox::new() }));
        }
        Ok(subject)
    }

    fn see(&mut self, what: What, io: &Io<'_, Self>) {
        self.seen.push(Seen { level: self.level, at: io.now().as_nanos(), what });
    }

    fn act(&mut self, act: Act, token: RequestToken, io: &mut Io<'_, Self>) {
        match act {
            Act::Send { to, note } => io.send(NodeId(to), Note { level: 0, note }),
            Act::Set { timer, millis } => {
                let after = Duration::from_millis(millis);
                io.set_timer(Key { level: 0, timer }, after);
                self.see(What::Set { timer, due: (io.now() + after).as_nanos() }, io);
            }
            Act::Cancel { timer } => io.cancel_timer(&Key { level: 0, timer }),
            Act::Append { file, text } => io.append(FILES[file], text.as_bytes()),
            Act::Put { file, offset, text } => io.write_at(FILES[file], offset, text.as_bytes()),
            Act::Cut { file, len } => io.truncate(FILES[file], len),
            Act::Rename { from, to } => io.rename(FILES[from], FILES[to]),
            Act::Sync { file, label } => _ = self.syncs.insert(io.sync(FILES[file]), label),
            Act::Read { file, label } => {
                self.reads.insert(io.read(FILES[file], 0, 100), label);
            }
            Act::Announce(number) => io.announce(Told(number)),
            Act::Choose(bound) => {
                let chosen = io.choose("conformance", bound);
                self.see(What::Chosen(chosen), io);
            }
            Act::Keep(name) => {
                self.kept.insert(name, token);
                self.see(What::Kept(name), io);
            }
            Act::Save(name) => {
                if let Some(kept) = self.kept.get(&name) {
                    io.append(FILES[TOKENS], format!("{name} {}\n", kept.0).as_bytes());
                    io.sync(FILES[TOKENS]);
                }
            }
            Act::Tell(name, text) => {
                if let Some(kept) = self.kept.get(&name) {
                    io.reply(*kept, Answer { text, seen: Vec::new() });
                }
            }
            Act::TellWhenSynced(label) => self.promised.push((label, token)),
            Act::Show => io.reply(token, Answer { text: String::new(), seen: self.all_seen() }),
            Act::Below(acts) => {
                self.let_below(Input::Request { token, body: Asked(acts) }, io);
            }
        }
    }

    fn synced(&mut self, label: u64, ok: bool, io: &mut Io<'_, Self>) {
        self.see(What::Synced { label, ok }, io);
        let promised = std::mem::take(&mut self.promised);
        for (wanted, token) in promised {
            if wanted == label {
                io.reply(token, Answer { text: "synced".to_owned(), seen: Vec::new() });
            } else {
                self.promised.push((wanted, token));
            }
        }
    }

    /// Lets the layer below handle this, and takes what it tells.
    fn let_below(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        let Some(below) = &mut self.below else { return };
        let Below { subject, outbox } = &mut **below;
        let message = |note: Note| Note { level: note.level + 1, ..note };
        let timer = |key: Key| Key { level: key.level + 1, ..key };
        io.child(FOLDER, message, timer, outbox, |io| subject.handle(input, io));
        for event in outbox.events.drain(..) {
            io.announce(event);
        }
        for (token, answer) in outbox.replies.drain(..) {
            io.reply(token, answer);
        }
    }

    fn all_seen(&self) -> Vec<Seen> {
        let below = self.below.iter().flat_map(|below| below.subject.all_seen());
        self.seen.iter().cloned().chain(below).collect()
    }
}

/// A file's content, where there is one.
fn whole(disk: &mut Disk<'_>, name: FileName) -> Result<Option<String>, OpenError> {
    let Some(len) = disk.len(name)? else { return Ok(None) };
    let len = usize::try_from(len).map_err(|_| OpenError::Corrupt("a huge file".to_owned()))?;
    let mut bytes = vec![0; len];
    let read = disk.read(name, 0, &mut bytes)?;
    Ok(Some(String::from_utf8_lossy(&bytes[..read]).into_owned()))
}

fn read_token(line: &str) -> Option<(u8, RequestToken)> {
    let (name, token) = line.split_once(' ')?;
    Some((name.parse().ok()?, RequestToken(token.parse().ok()?)))
}
