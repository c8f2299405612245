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
//! done again at each start. Two closures more, [`Replicated::saved_by`], say how the state is saved and read back: then the writes before a
//! save are dropped, and a start goes on from it.

mod journal;

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use seatrial_hosts::pipe::serve_pipe;
use seatrial_hosts::tcp::serve;
use seatrial_hosts::{ClusterFile, LogForm, Served, Session, Speech, Station, begin_log};
use seatrial_node::{Boot, NodeId};
use seatrial_service::{Op, Request, Response, Service};

use self::journal::{Journal, Saved, Write};
use crate::serve::{Failure, exit, of_life, service_config};
use crate::text;

/// What a line asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It only looks at the state.
    Read,
    /// It changes the state.
    Write,
}

type Classify = Box<dyn Fn(&str) -> Result<Kind, String>>;
type OnRead<S> = Box<dyn Fn(&S, &str) -> String>;
type OnWrite<S> = Box<dyn Fn(&mut S, &str) -> String>;
type Save<S> = Box<dyn Fn(&S) -> Vec<u8>>;
type Restore<S> = Box<dyn Fn(&[u8]) -> Result<S, String>>;

/// One member of a cluster that replicates a service.
#[derive(Debug, Parser)]
struct Arguments {
    /// The cluster file: who the members are, and where
    #[arg(value_name = "CLUSTER_FILE")]
    config: PathBuf,
    /// Which member of the cluster file this process is
    #[arg(value_name = "ID")]
    id: u32,
    /// This member has lived before with another disk, which is gone: it asks the others what it may have promised
    #[arg(long)]
    replaced_disk: bool,
}

/// So many answers are saved with a state: for whoever asks again, and has not heard the answer.
const ANSWERS: usize = 1_000;

/// A replicated service, as closures say.
pub struct Replicated<S> {
    name: &'static str,
    state: S,
    classify: Classify,
    on_read: OnRead<S>,
    on_write: OnWrite<S>,
    saving: Option<(Save<S>, Restore<S>)>,
    /// After so many writes the state is saved anew.
    every: u64,
    /// How many writes are done here, and how many of them a save was offered of.
    done: u64,
    offered: u64,
    /// The answers to the last of them.
    answers: VecDeque<String>,
    /// Why the state could not be read back: what is answered from then on.
    broken: Option<String>,
    replaced_disk: bool,
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
            saving: None,
            every: u64::MAX,
            done: 0,
            offered: 0,
            answers: VecDeque::new(),
            broken: None,
            replaced_disk: false,
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

    /// How the state is saved, and how it is read back from what was saved: once in `snapshot_every` writes, a setting of the cluster's file.
    /// Equal states must be saved as equal bytes. A member whose bytes cannot be read back does not start; one that gets such bytes from another
    /// tells every client so, with the reason.
    ///
    /// ```
    /// use seatrial_server::Replicated;
    ///
    /// let tally = Replicated::new("tally", 0_i64).saved_by(
    ///     |total| total.to_string().into_bytes(),
    ///     |bytes| String::from_utf8_lossy(bytes).parse().map_err(|_| "no number".to_owned()),
    /// );
    /// # let _ = tally;
    /// ```
    #[must_use]
    pub fn saved_by(
        mut self,
        save: impl Fn(&S) -> Vec<u8> + 'static,
        restore: impl Fn(&[u8]) -> Result<S, String> + 'static,
    ) -> Self {
        self.saving = Some((Box::new(save), Box::new(restore)));
        self
    }

    /// Says that this member has lived before with another disk, which is gone: it asks the others what it may have promised.
    #[must_use]
    pub const fn with_replaced_disk(mut self, replaced: bool) -> Self {
        self.replaced_disk = replaced;
        self
    }

    /// Serves as a program of its own, by its arguments: the cluster file, the number of the member, and `--replaced-disk`. What is wrong is
    /// told on standard error, with exit code 2.
    pub fn main(self) -> ExitCode {
        let Arguments { config, id, replaced_disk } = Arguments::parse();
        exit(self.with_replaced_disk(replaced_disk).serve(&config, id))
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
        mut self,
        config: &Path,
        id: u32,
    ) -> Result<(Station, Served<Service<Journal>>), Failure> {
        let mut file = ClusterFile::read(config)?;
        let given = std::mem::take(&mut file.settings);
        let mut config = service_config(given)?;
        let station = file.station(NodeId(id), self.replaced_disk)?;
        if self.saving.is_some() {
            self.every = config.snapshot_every.max(1);
        } else {
            config.snapshot_every = 0;
            tracing::info!("no snapshot: every write since the first is kept, and done again now");
        }
        let name = self.name;
        let config = Box::new(move |boot: &Boot| of_life(config, boot));
        Ok((station, Served { name, config, text: Some(Box::new(self)) }))
    }

    /// Does the writes that are in the journal and not done here yet; from what was saved, where some of them are not there any more.
    fn catch_up(&mut self, journal: &Journal) {
        if self.done < journal.upto()
            && let Some(saved) = &journal.saved
        {
            self.go_on_from(saved);
        }
        self.offered = self.offered.max(journal.upto());
        let first = usize::try_from(self.done.saturating_sub(journal.upto())).unwrap_or(usize::MAX);
        for write in journal.writes.iter().skip(first) {
            self.answers.push_back((self.on_write)(&mut self.state, write));
            self.done += 1;
        }
        // Without saves all are kept: who asks again may ask for any.
        while self.saving.is_some() && self.answers.len() > 2 * ANSWERS {
            self.answers.pop_front();
        }
    }

    fn go_on_from(&mut self, saved: &Saved) {
        let restored = match &self.saving {
            Some((_, restore)) => restore(&saved.state),
            None => Err("this program does not say how it is read back".to_owned()),
        };
        match restored {
            Ok(state) => {
                tracing::info!(writes = saved.upto, "the state goes on from what was saved of it");
                (self.state, self.broken) = (state, None);
            }
            Err(why) => {
                let upto = saved.upto;
                let told = format!(
                    "what was saved of the state after {upto} writes cannot be read: {why}"
                );
                tracing::error!("{told}; every client is told so");
                self.broken = Some(told);
            }
        }
        self.done = saved.upto;
        self.answers = saved.answers.clone();
    }

    /// What is saved with the next write, where it is time for it.
    fn due(&mut self) -> Option<Saved> {
        let (save, _) = self.saving.as_ref()?;
        if self.broken.is_some() || self.done - self.offered.min(self.done) < self.every {
            return None;
        }
        self.offered = self.done;
        let last = self.answers.len().saturating_sub(ANSWERS);
        let answers = self.answers.range(last..).cloned().collect();
        Some(Saved { upto: self.done, state: save(&self.state), answers })
    }

    /// The answer to the write of this number, from 1, where it is still known.
    fn answer(&self, number: u64) -> Option<&String> {
        let newer = usize::try_from(self.done.checked_sub(number)?).ok()?;
        self.answers.get(self.answers.len().checked_sub(newer + 1)?)
    }
}

impl<S: 'static> Speech<Service<Journal>> for Replicated<S> {
    fn read(&mut self, line: &str, session: Session) -> Result<Request<Write, ()>, String> {
        let op = match (self.classify)(line)? {
            Kind::Read => Op::Query(()),
            Kind::Write => Op::Command(Write { line: line.to_owned(), saved: self.due() }),
        };
        Ok(Request { client: session.client, seq: session.number, op })
    }

    fn begin(&mut self, node: &Service<Journal>) -> Result<(), String> {
        self.catch_up(node.state());
        match &self.broken {
            Some(broken) => Err(format!("{broken}; start the program that has saved it")),
            None => Ok(()),
        }
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
        if self.done < *count {
            // Another member has answered, and this one has yet to hear of the write.
            return None;
        }
        if let Some(broken) = &self.broken {
            return Some(format!("error: {broken}"));
        }
        match (self.classify)(asked) {
            Ok(Kind::Read) => Some((self.on_read)(&self.state, asked)),
            // The answer of the first time, where the line was sent again.
            _ => Some(self.answer(*count).map_or_else(
                || "error: this was done long ago, and its answer is not kept".to_owned(),
                Clone::clone,
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use seatrial_service::StateMachine;

    use super::*;

    fn tally(restore: impl Fn(&[u8]) -> Result<i64, String> + 'static) -> Replicated<i64> {
        let tally = Replicated::new("tally", 0_i64).on_write(|total, _| {
            *total += 1;
            total.to_string()
        });
        let mut tally = tally.saved_by(|total| total.to_be_bytes().to_vec(), restore);
        tally.every = 3;
        tally
    }

    fn number(bytes: &[u8]) -> Result<i64, String> {
        bytes.try_into().map(i64::from_be_bytes).map_err(|_| "not 8 bytes".to_owned())
    }

    /// A journal into which this service has put so many writes.
    fn journal(tally: &mut Replicated<i64>, writes: u64) -> Journal {
        let mut journal = Journal::default();
        for number in 1..=writes {
            let request = tally.read("incr", Session { client: 1, number }).expect("a write");
            let Op::Command(write) = request.op else { panic!("it writes") };
            assert_eq!(journal.apply(write), number);
            tally.catch_up(&journal);
        }
        journal
    }

    #[test]
    fn who_comes_late_goes_on_from_what_was_saved() {
        let mut first = tally(number);
        let journal = journal(&mut first, 11);
        assert_eq!((journal.upto(), journal.writes.len()), (9, 2));
        let mut late = tally(number);
        late.catch_up(&journal);
        assert_eq!((late.state, late.done), (first.state, 11));
        for number in 1..=11 {
            assert_eq!(late.answer(number), Some(&number.to_string()), "saved with the state");
        }
        assert_eq!((late.answer(0), late.answer(12)), (None, None));
    }

    #[test]
    fn a_state_that_cannot_be_read_back_is_told_and_not_made_up() {
        let journal = journal(&mut tally(number), 5);
        let mut late = tally(|_| Err("of another version".to_owned()));
        late.catch_up(&journal);
        let says = "what was saved of the state after 3 writes cannot be read: of another version";
        assert_eq!(late.broken.as_deref(), Some(says));
        assert_eq!(late.due(), None, "and no save is made of it");
    }
}
