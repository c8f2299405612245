//! A node that keeps lines in a write-ahead log, on real files.

use seatrial_node::{Disk, Input, Io, Node, NodeId, OpenError, RequestToken};
use seatrial_wal::{Position, Wal};
use tempfile::TempDir;

use super::*;
use crate::engine::{Carrier, Engine, Life};

/// Answers a line with its position once that is durable; an empty line has the log rewritten to its last two lines.
pub(super) struct Journal {
    wal: Wal,
    lines: Vec<Vec<u8>>,
    waiting: Vec<(RequestToken, Position)>,
}

impl Node for Journal {
    type Config = ();
    type Message = ();
    type Timer = ();
    type Request = Vec<u8>;
    type Response = Position;
    type Event = ();

    fn open(_: &(), disk: &mut Disk<'_>) -> Result<Self, OpenError> {
        assert_eq!(disk.owner(), Some(NodeId(1)));
        let mut lines = Vec::new();
        let (wal, _) = Wal::open(&mut disk.child("raft"), FileName::new("log"), |line| {
            lines.push(line.to_vec());
            Ok(())
        })?;
        Ok(Self { wal, lines, waiting: Vec::new() })
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        let mut heard = seatrial_node::Outbox::new();
        let Self { wal, lines, waiting } = self;
        let durable = io.child(
            "raft",
            |m| m,
            |t| t,
            &mut heard,
            |io: &mut Io<'_, Self>| {
                match input {
                    Input::Start => wal.start(io),
                    Input::Request { token, body } => {
                        let position = if body.is_empty() {
                            lines.drain(..lines.len().saturating_sub(2));
                            wal.rewrite(&*lines, io)
                        } else {
                            let position = wal.append(&body, io);
                            lines.push(body);
                            position
                        };
                        waiting.push((token, position));
                        wal.sync(io);
                    }
                    Input::Synced { token, result } => {
                        return wal.synced(token, result, io).expect("the disk is well");
                    }
                    _ => {}
                }
                None
            },
        );
        let Some(durable) = durable else { return };
        self.waiting.retain(|(token, position)| {
            let is_durable = *position <= durable;
            if is_durable {
                io.reply(*token, *position);
            }
            !is_durable
        });
    }
}

/// Collects what is answered.
#[derive(Default)]
pub(super) struct Answers(pub(super) Vec<(RequestToken, Position)>);

impl Carrier<Journal> for Answers {
    fn send(&mut self, _: NodeId, (): ()) {}

    fn reply(&mut self, to: RequestToken, body: Position) {
        self.0.push((to, body));
    }
}

/// A life of a journal.
pub(super) struct Book {
    engine: Engine<Journal>,
    files: Files,
    pub(super) answers: Answers,
}

impl Book {
    pub(super) fn open(mut files: Files) -> Result<Self, OpenError> {
        let life = Life { me: NodeId(1), members: vec![NodeId(1)], number: 1 };
        let engine = Engine::open(life, &(), &mut files)?;
        Ok(Self { engine, files, answers: Answers::default() })
    }

    pub(super) fn lines(&self) -> Vec<String> {
        let text = |line: &Vec<u8>| String::from_utf8_lossy(line).into_owned();
        self.engine.node().lines.iter().map(text).collect()
    }

    pub(super) fn write(&mut self, line: &str) -> RequestToken {
        self.engine.request(line.into())
    }

    /// Lets the node and the disk do all that there is to do.
    pub(super) fn settle(&mut self) {
        while !self.engine.is_settled() {
            self.engine.turn(&mut self.answers);
            for done in perform(&mut self.files, self.engine.take_jobs()) {
                self.engine.done(done);
            }
        }
    }
}

fn book(folder: &TempDir) -> Book {
    Book::open(files(folder)).expect("it opens")
}

#[test]
fn a_log_is_read_back_by_the_next_life_and_goes_on() {
    let folder = TempDir::new().expect("a folder");
    for life in 1..=3_usize {
        let mut book = book(&folder);
        assert_eq!(book.lines().len(), (life - 1) * 2);
        let tokens = [book.write(&format!("{life} a")), book.write(&format!("{life} b"))];
        book.settle();
        assert_eq!(book.answers.0.iter().map(|(token, _)| *token).collect::<Vec<_>>(), tokens);
    }
    assert_eq!(book(&folder).lines(), ["1 a", "1 b", "2 a", "2 b", "3 a", "3 b"]);
}

#[test]
fn a_log_that_was_rewritten_is_read_back_as_it_is_since() {
    let folder = TempDir::new().expect("a folder");
    let mut first = book(&folder);
    for line in ["a", "b", "c", "", "d"] {
        first.write(line);
    }
    first.settle();
    assert_eq!(first.answers.0.len(), 5);
    drop(first);
    assert_eq!(book(&folder).lines(), ["b", "c", "d"]);
}

#[test]
fn a_torn_tail_is_cut_off_and_damage_before_the_end_is_refused_by_name_and_left_as_it_is() {
    let folder = TempDir::new().expect("a folder");
    let mut first = book(&folder);
    for line in ["one", "two", "three"] {
        first.write(line);
        first.settle();
    }
    drop(first);
    let path = folder.path().join("files/raft+log");
    let whole = fs::read(&path).expect("a log");
    fs::write(&path, [&whole[..], b"SWr1 torn"].concat()).expect("it is written");
    let mut torn = book(&folder);
    torn.settle();
    assert_eq!(torn.lines(), ["one", "two", "three"]);
    drop(torn);
    assert_eq!(fs::read(&path).expect("a log"), whole);

    let mut damaged = whole;
    damaged[30] ^= 1;
    fs::write(&path, &damaged).expect("it is written");
    let error = Book::open(files(&folder)).err().expect("it is damaged").to_string();
    assert!(error.contains("log: the record at offset 27 is damaged"), "{error}");
    assert_eq!(fs::read(&path).expect("a log"), damaged);
}
