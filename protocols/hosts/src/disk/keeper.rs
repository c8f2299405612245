//! The thread that does what a node has asked of its disk, and tells when it is done.
//!
//! **Group commit.** While the disk is busy, what is asked meanwhile gathers. Then all of it is written in the order in which it was
//! asked, each file that is to be synced is synced once, and all those syncs are told as done, in order. A rename waits for the syncs
//! that were asked before it.
//!
//! A disk that has failed is left in peace for a while, which grows from 100 ms to 2 s as long as it fails. What is asked meanwhile waits.

use std::collections::BTreeSet;
use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use seatrial_node::{DiskError, DiskWrite, FileName, ReadToken, SyncToken};

use super::Files;

/// Something that a node has asked of its disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Job {
    Append { file: FileName, bytes: Vec<u8> },
    WriteAt { file: FileName, offset: u64, bytes: Vec<u8> },
    Truncate { file: FileName, len: u64 },
    Rename { from: FileName, to: FileName },
    Sync { file: FileName, token: SyncToken },
    Read { file: FileName, offset: u64, len: usize, token: ReadToken },
}

impl From<DiskWrite<'_>> for Job {
    fn from(write: DiskWrite<'_>) -> Self {
        match write {
            DiskWrite::Append { file, bytes } => Self::Append { file, bytes: bytes.to_vec() },
            DiskWrite::WriteAt { file, offset, bytes } => {
                Self::WriteAt { file, offset, bytes: bytes.to_vec() }
            }
            DiskWrite::Truncate { file, len } => Self::Truncate { file, len },
            DiskWrite::Rename { from, to } => Self::Rename { from, to },
        }
    }
}

/// How long a write may become by what it takes in, in bytes.
const JOINED: usize = 1 << 20;

impl Job {
    /// Does a write that comes right behind this one with it, where it goes on where this one ends. Returns whether it does.
    pub(crate) fn takes_in(&mut self, next: &DiskWrite<'_>) -> bool {
        let (held, added) = match (self, *next) {
            (Self::Append { file, bytes: held }, DiskWrite::Append { file: same, bytes })
                if *file == same =>
            {
                (held, bytes)
            }
            (
                Self::WriteAt { file, offset, bytes: held },
                DiskWrite::WriteAt { file: same, offset: next, bytes },
            ) if *file == same && *offset + held.len() as u64 == next => (held, bytes),
            _ => return false,
        };
        let has_room = held.len() + added.len() <= JOINED;
        if has_room {
            held.extend_from_slice(added);
        }
        has_room
    }
}

/// Something that the disk has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Done {
    Synced { token: SyncToken, result: Result<(), DiskError> },
    Read { token: ReadToken, result: Result<Vec<u8>, DiskError> },
}

/// The way to the thread. Dropping it lets the thread finish what it was given.
#[derive(Debug)]
pub(crate) struct Keeper {
    jobs: Option<Sender<Vec<Job>>>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    /// Starts the thread; `tell` is called there, with what is done.
    pub(crate) fn start(
        files: Files,
        tell: impl FnMut(Vec<Done>) + Send + 'static,
    ) -> io::Result<Self> {
        let (jobs, asked) = channel();
        let work = move || keep(files, &asked, tell);
        let thread = std::thread::Builder::new().name("disk".into()).spawn(work)?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Hands these over.
    pub(crate) fn ask(&self, jobs: Vec<Job>) {
        // The thread ends before this only by a panic, which `drop` passes on.
        let _ = self.jobs.as_ref().map(|way| way.send(jobs));
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(Err(panic)) = self.thread.take().map(JoinHandle::join)
            && !std::thread::panicking()
        {
            std::panic::resume_unwind(panic);
        }
    }
}

fn keep(mut files: Files, asked: &Receiver<Vec<Job>>, mut tell: impl FnMut(Vec<Done>)) {
    let mut pause = Duration::ZERO;
    while let Some(jobs) = gather(asked, pause) {
        let done = perform(&mut files, jobs);
        let has = |wanted: fn(&Result<(), DiskError>) -> bool| {
            done.iter().any(|done| matches!(done, Done::Synced { result, .. } if wanted(result)))
        };
        pause = files.after_round(has(Result::is_err), has(Result::is_ok));
        if !done.is_empty() {
            tell(done);
        }
    }
}

/// All that has been asked, not before this time is over, unless nothing more will be. `None` where that is so and nothing has been.
fn gather(asked: &Receiver<Vec<Job>>, pause: Duration) -> Option<Vec<Job>> {
    let (until, mut jobs) = (Instant::now() + pause, Vec::new());
    loop {
        match asked.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(more) => jobs.extend(more),
            Err(RecvTimeoutError::Timeout) if jobs.is_empty() => jobs.extend(asked.recv().ok()?),
            Err(RecvTimeoutError::Disconnected) if jobs.is_empty() => return None,
            Err(_) => return Some(jobs),
        }
    }
}

/// Does all of these, and syncs as seldom as their order allows.
pub(super) fn perform(files: &mut Files, jobs: Vec<Job>) -> Vec<Done> {
    let mut round = Round::default();
    for job in jobs {
        match job {
            Job::Append { file, bytes } => {
                files.write(&DiskWrite::Append { file, bytes: &bytes });
            }
            Job::WriteAt { file, offset, bytes } => {
                files.write(&DiskWrite::WriteAt { file, offset, bytes: &bytes });
            }
            Job::Truncate { file, len } => files.write(&DiskWrite::Truncate { file, len }),
            Job::Rename { from, to } => {
                round.sync(files);
                files.write(&DiskWrite::Rename { from, to });
            }
            Job::Sync { file, token } => {
                let failed = files.take_failure(file);
                round.syncs.push(Pending { file, token, failed, before: round.done.len() });
            }
            Job::Read { file, offset, len, token } => {
                let result = files.read_part(file, offset, len);
                round.done.push(Done::Read { token, result });
            }
        }
    }
    round.sync(files);
    round.done
}

/// What is done and what waits for the next sync.
#[derive(Debug, Default)]
struct Round {
    done: Vec<Done>,
    syncs: Vec<Pending>,
}

#[derive(Debug)]
struct Pending {
    file: FileName,
    token: SyncToken,
    failed: Option<DiskError>,
    /// How much had been done when it was asked for: its place among completions.
    before: usize,
}

impl Round {
    fn sync(&mut self, files: &mut Files) {
        let wanted: BTreeSet<FileName> = self.syncs.iter().map(|pending| pending.file).collect();
        let lost = if wanted.is_empty() { BTreeSet::new() } else { files.sync(&wanted) };
        for (earlier, pending) in self.syncs.drain(..).enumerate() {
            let result = match pending.failed {
                Some(error) => Err(error),
                None if lost.contains(&pending.file) => Err(DiskError::SyncFailed),
                None => Ok(()),
            };
            let done = Done::Synced { token: pending.token, result };
            self.done.insert(pending.before + earlier, done);
        }
    }
}
