//! A service of your own in three closures: what a line asks, what a read answers, what a write does.
//!
//! ```no_run
//! use seatrial_server::{Kind, Replicated};
//!
//! Replicated::new("tally", 0_i64)
//!     .classify(|line| match line {
//!         "get" => Ok(Kind::Read),
//!         "incr" => Ok(Kind::Write),
//!         _ => Err("write incr or get".into()),
//!     })
//!     .on_read(|total, _| total.to_string())
//!     .on_write(|total, _| {
//!         *total += 1;
//!         total.to_string()
//!     })
//!     .serve("cluster.toml".as_ref(), 1)?;
//! # Ok::<(), seatrial_server::serve::Failure>(())
//! ```
//!
//! Clients say lines to any member. A write is put into a log that Raft replicates, and every member does all writes in that order; a read is
//! answered from a state that has everything answered before it was asked. So the closures are deterministic: the same state and the same line
//! give the same state and the same answer, at every member and in every life.
//!
//! What the closures know is nobody's to save, so **the log is kept**: every write since the first, on the disk and in memory, and all are
//! done again at each start. A state that is to grow for years is a [`StateMachine`], which says what its snapshot is.

use std::path::Path;

use seatrial_hosts::pipe::serve_pipe;
use seatrial_hosts::tcp::serve;
use seatrial_hosts::{ClusterFile, LogForm, Served, Session, Speech, Station, begin_log};
use seatrial_node::{Boot, NodeId, WireError};
use seatrial_service::{Config, Op, Request, Response, Service, StateMachine, decode, encode};

use crate::serve::{Failure, of_life, service_config};
use crate::text;

/// What a line asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It only looks at the state.
    Read,
    /// It changes the state.
    Write,
}

/// All writes, in their order.
#[derive(Debug, Default)]
struct Journal {
    writes: Vec<String>,
}

impl StateMachine for Journal {
    type Command = String;
    type Query = ();
    /// How many writes there are, this one included.
    type Output = u64;

    fn apply(&mut self, write: String) -> u64 {
        self.writes.push(write);
        self.writes.len() as u64
    }

    fn query(&self, (): &()) -> u64 {
        self.writes.len() as u64
    }

    fn snapshot(&self) -> Vec<u8> {
        encode(&self.writes)
    }

    fn restore(bytes: &[u8]) -> Result<Self, WireError> {
        Ok(Self { writes: decode(bytes)? })
    }
}

type Classify = Box<dyn Fn(&str) -> Result<Kind, String>>;
type OnRead<S> = Box<dyn Fn(&S, &str) -> String>;
type OnWrite<S> = Box<dyn Fn(&mut S, &str) -> String>;

/// A replicated service, as closures say.
pub struct Replicated<S> {
    name: &'static str,
    state: S,
    classify: Classify,
    on_read: OnRead<S>,
    on_write: OnWrite<S>,
    /// The answers to the writes that are done here.
    answers: Vec<String>,
}

impl<S> std::fmt::Debug for Replicated<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Replicated").field("name", &self.name).finish_non_exhaustive()
    }
}

impl<S: 'static> Replicated<S> {
    /// A service of this name that begins in this state. Every line is a write that answers nothing, until closures say otherwise.
    pub fn new(name: &'static str, state: S) -> Self {
        Self {
            name,
            state,
            classify: Box::new(|_| Ok(Kind::Write)),
            on_read: Box::new(|_, _| String::new()),
            on_write: Box::new(|_, _| String::new()),
            answers: Vec::new(),
        }
    }

    /// Whether a line reads or writes, or what is wrong with it.
    #[must_use]
    pub fn classify(mut self, call: impl Fn(&str) -> Result<Kind, String> + 'static) -> Self {
        self.classify = Box::new(call);
        self
    }

    /// What a line that reads is answered.
    #[must_use]
    pub fn on_read(mut self, call: impl Fn(&S, &str) -> String + 'static) -> Self {
        self.on_read = Box::new(call);
        self
    }

    /// What a line that writes does, and is answered.
    #[must_use]
    pub fn on_write(mut self, call: impl Fn(&mut S, &str) -> String + 'static) -> Self {
        self.on_write = Box::new(call);
        self
    }

    /// Serves as this member of this cluster, until the process is told to stop.
    ///
    /// # Errors
    /// Where this process cannot be that member.
    pub fn serve(self, config: &Path, id: u32) -> Result<(), Failure> {
        begin_log(LogForm::Text).map_err(Failure::Environment)?;
        let (station, served) = self.prepare(config, id)?;
        Ok(serve(&station, served)?)
    }

    /// The same over standard input and output, for whoever carries messages; see [`serve_pipe`].
    ///
    /// # Errors
    /// As [`Replicated::serve`], and where what comes over the pipe makes no sense.
    pub fn serve_pipe(self, config: &Path, id: u32) -> Result<(), Failure> {
        begin_log(LogForm::Text).map_err(Failure::Environment)?;
        let (station, served) = self.prepare(config, id)?;
        Ok(serve_pipe(&station, served, std::io::stdin(), &mut std::io::stdout().lock())?)
    }

    fn prepare(
        self,
        config: &Path,
        id: u32,
    ) -> Result<(Station, Served<Service<Journal>>), Failure> {
        let mut file = ClusterFile::read(config)?;
        let given = std::mem::take(&mut file.settings);
        let config = Config { snapshot_every: 0, ..service_config(given)? };
        let station = file.station(NodeId(id), false)?;
        tracing::info!("no snapshot: every write since the first is kept, and done again now");
        let name = self.name;
        let config = Box::new(move |boot: &Boot| of_life(config, boot));
        Ok((station, Served { name, config, text: Some(Box::new(self)) }))
    }

    /// Does the writes that are in the journal and not done here yet.
    fn catch_up(&mut self, journal: &Journal) {
        let done = self.answers.len().min(journal.writes.len());
        for write in &journal.writes[done..] {
            self.answers.push((self.on_write)(&mut self.state, write));
        }
    }
}

impl<S: 'static> Speech<Service<Journal>> for Replicated<S> {
    fn read(&mut self, line: &str, session: Session) -> Result<Request<String, ()>, String> {
        let op = match (self.classify)(line)? {
            Kind::Read => Op::Query(()),
            Kind::Write => Op::Command(line.to_owned()),
        };
        Ok(Request { client: session.client, seq: session.number, op })
    }

    fn write(
        &mut self,
        asked: &str,
        answer: &Response<u64>,
        node: &Service<Journal>,
    ) -> Option<String> {
        self.catch_up(node.state());
        let Response::Done(count) = answer else {
            return Some(text::told(answer, |_| String::new()));
        };
        let count = usize::try_from(*count).ok()?;
        if self.answers.len() < count {
            // Another member has answered, and this one has yet to hear of the write.
            return None;
        }
        match (self.classify)(asked) {
            Ok(Kind::Read) => Some((self.on_read)(&self.state, asked)),
            // The answer of the first time, where the line was sent again.
            _ => self.answers.get(count.checked_sub(1)?).cloned(),
        }
    }
}
