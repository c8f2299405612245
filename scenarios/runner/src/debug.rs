//! A run, looked at event by event: forward, back, to where it breaks, and on from there in another way.
//!
//! *The recording is for looking, the world for touching.* A [`Debugger`] makes the run once and keeps all of it. To step, to go back, to
//! stop at a breakpoint is to look up a place in that recording (`run.rs`), so each is exact and takes no time that anybody notices. Two things
//! are not in a recording: which timers are set, and what is on disks. For these the run is made again from its beginning, without recorder or
//! verdict, up to the place, and its world is looked into ([`Debugger::inside`]). Nothing has to be copied for it, so no node has to be
//! `Clone`, and a run that nobody debugs pays nothing.
//!
//! What is done by hand (`change.rs`) makes another run: the same up to there, to the byte, and then the hand, and then the same chance goes on
//! ([`seatrial_sim::Touch`]). It is recorded and judged whole. Where a schedule leads the run, the rest of that is performed as far as it can be.
//!
//! Everything is asked for in one language of lines (`command.rs`), whether at a prompt or in a script.

mod breaks;
mod change;
mod command;
mod event;
mod field;
mod look;
mod run;
#[cfg(test)]
mod tests;
mod walk;

use seatrial_history::{Account, Moment, TraceItem, TraceLine};
use seatrial_node::{NodeId, Status};
use seatrial_sim::Inside;
pub use seatrial_sim::Touch;

use self::breaks::Breakpoint;
pub use self::command::{Command, Deed, Place};
use self::field::Field;
use self::run::Run;
pub use self::run::{Being, Fate, Journey};
use crate::case::Case;
use crate::registry::Registry;
use crate::scenario::ScenarioError;

/// How a line of a trace is put into words.
pub type Words = fn(&TraceItem) -> String;

/// See the module's page: one run, and a place in it.
#[derive(Debug)]
pub struct Debugger<'r> {
    registry: &'r Registry,
    words: Words,
    /// The run as it was given, and one more for each thing that was done by hand.
    runs: Vec<Run>,
    at: u64,
    breaks: Vec<Breakpoint>,
    /// How many breakpoints there have been.
    numbered: usize,
    watches: Vec<Field>,
    inside: Option<Look>,
}

/// What was inside the nodes where somebody last looked.
#[derive(Debug)]
struct Look {
    /// How many runs there were, and at which step of the last it was.
    at: (usize, u64),
    nodes: Vec<(NodeId, Inside)>,
}

/// A node at a step.
#[derive(Clone, Copy, Debug)]
pub struct NodeHere<'a> {
    /// Which.
    pub node: NodeId,
    /// How it is; nothing, before it has started.
    pub being: Option<Being>,
    /// What it shows, if anything.
    pub status: Option<&'a Status>,
    /// Since which step it shows that.
    pub since: u64,
}

impl<'r> Debugger<'r> {
    /// Makes the run of a case, and stands at its beginning.
    ///
    /// # Errors
    /// As [`Case::prepare`].
    pub fn new(registry: &'r Registry, case: Case, words: Words) -> Result<Self, ScenarioError> {
        let file = case.file().to_owned();
        let (prepared, seed) = case.clone().prepare(registry)?;
        let prepared = prepared.on_course(run::course(&case));
        let run = Run::record(case, prepared, seed).map_err(|missed| {
            ScenarioError::new(&file, format!("what is done by hand cannot be: {}", missed.why))
        })?;
        Ok(Self {
            registry,
            words,
            runs: vec![run],
            at: 0,
            breaks: Vec::new(),
            numbered: 0,
            watches: Vec::new(),
            inside: None,
        })
    }

    /// Does what a command asks for, and says what there is to say.
    ///
    /// # Errors
    /// Why it cannot be done, and what to do instead.
    pub fn obey(&mut self, command: &Command) -> Result<String, String> {
        match command {
            Command::Step(_)
            | Command::Back(_)
            | Command::Goto(_)
            | Command::Next(_)
            | Command::Previous(_)
            | Command::Continue
            | Command::Reverse => self.walk(command),
            Command::Where => Ok(self.here(true)),
            Command::List(count) => Ok(self.list(*count)),
            Command::State(node) => self.tell_states(*node),
            Command::Flight(who) => self.tell_flight(*who),
            Command::Timers(node) => self.tell_timers(*node),
            Command::Disk(node, file) => self.tell_disks(*node, file.as_deref()),
            Command::Message(name) => self.tell_message(*name),
            Command::Verdict => Ok(self.tell_verdict()),
            Command::Info => Ok(self.tell_info()),
            Command::Break(at) => self.break_at(at),
            Command::Breaks => Ok(self.tell_breaks()),
            Command::Delete(number) => self.delete(*number),
            Command::Watch(field) => self.watch(field),
            Command::Unwatch(field) => self.unwatch(field.as_ref()),
            Command::Do(deed) => self.change(deed),
            Command::Undo => self.undo(),
            Command::Changes => Ok(self.tell_changes()),
            Command::Save(path) => self.save(path),
            Command::Help(name) => look::help(name.as_deref()),
            Command::Measure => {
                Err("whoever hosts the debugger has the clock to measure by".into())
            }
            Command::Quit => Ok(String::new()),
        }
    }

    fn run(&self) -> &Run {
        self.runs.last().expect("the run as it was given is never taken away")
    }

    /// Where it stands.
    pub fn moment(&self) -> Moment {
        self.run().moment(self.at)
    }

    /// The last step of the run.
    pub fn end(&self) -> u64 {
        self.run().end()
    }

    /// The run, told.
    pub fn account(&self) -> &Account {
        &self.run().account
    }

    /// Where a property first breaks, and which.
    pub fn violation(&self) -> Option<(u64, &str)> {
        self.run().violation().map(|(judged, step)| (step, judged.property.as_str()))
    }

    /// What was done by hand.
    pub fn changes(&self) -> &[Touch] {
        self.run().touches()
    }

    /// Which of the steps at which something is told come before this one, and which after, up to so many of each; this one is among them
    /// where something is told at it.
    pub fn stops_around(&self, before: usize, after: usize) -> &[u64] {
        self.run().stops_around(self.at, before, after)
    }

    /// What happened at a step.
    pub fn lines(&self, step: u64) -> &[TraceLine] {
        self.run().lines(step)
    }

    /// The nodes, each with how it is and what it shows.
    pub fn nodes(&self) -> Vec<NodeHere<'_>> {
        let run = self.run();
        let here = |node: &NodeId| {
            let being = run.being(*node, self.at).map(|(being, _)| being);
            let shown = run.status(*node, self.at);
            let since = shown.map_or(0, |(_, since)| since);
            NodeHere { node: *node, being, status: shown.map(|(status, _)| status), since }
        };
        run.nodes.iter().map(here).collect()
    }

    /// What is under way, in the order of sending.
    pub fn under_way(&self) -> Vec<&Journey> {
        self.run().under_way(self.at).collect()
    }

    /// What the watched fields show, each for its nodes.
    pub fn watched(&self) -> Vec<String> {
        self.watches.iter().map(|field| self.tell_watch(field)).collect()
    }

    /// What is inside the nodes: what no recording has, so that the run is made once more up to here.
    pub fn inside(&mut self) -> &[(NodeId, Inside)] {
        let at = (self.runs.len(), self.at);
        if self.inside.as_ref().is_none_or(|look| look.at != at) {
            self.inside = Some(Look { at, nodes: self.run().look_inside(self.at) });
        }
        self.inside.as_ref().map_or(&[], |look| &look.nodes)
    }

    /// Looks inside at a step without going there; for whoever measures how long that takes.
    pub fn look_inside_at(&self, step: u64) -> Vec<(NodeId, Inside)> {
        self.run().look_inside(step)
    }
}
