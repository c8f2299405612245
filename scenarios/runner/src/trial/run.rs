//! A trial's runs: first the cases that are kept for it, then its seeds.

use std::cell::Cell;
use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use seatrial_history::Outcome;
use seatrial_node::Node;

use super::environment::Environment;
use super::keeping::{command, keep, word};
use super::{Failed, INFO, Passed, Trial};
use crate::case::Case;
use crate::hunt::{HuntOptions, hunt};
use crate::prepared::{Prepared, Recording};
use crate::registry::Registry;
use crate::regression::{Again, tell};
use crate::workload::Silence;

thread_local! {
    /// How many trials this thread has begun: a test that begins none has forgotten to.
    static BEGUN: Cell<u64> = const { Cell::new(0) };
}

/// How many trials this thread has begun.
pub(super) fn begun() -> u64 {
    BEGUN.get()
}

/// A trial that makes sense.
struct Ready {
    registry: Registry,
    prepared: Prepared,
    seeds: u64,
    jobs: usize,
    /// The line that runs the test, and the name of its files.
    test: Option<String>,
    kept: Vec<PathBuf>,
    /// The plan, or what clients ask, is not the seed's.
    is_given: bool,
}

/// A run that broke a property, or could not be judged, and what it takes to make it again.
struct Broken {
    registry: Registry,
    prepared: Prepared,
    failed: Failed,
}

impl<N> Trial<N>
where
    N: Node + 'static,
    N::Message: Debug,
    N::Timer: Debug,
    N::Request: Debug,
    N::Response: Debug,
{
    /// Makes the runs.
    ///
    /// # Panics
    /// Where one breaks a property or cannot be judged: with what broke, the command that runs it again, and the file of its case. Also
    /// where the trial makes no sense.
    #[track_caller]
    pub fn run(self) -> Passed {
        let place = self.place;
        let ready = self.ready();
        let (test, jobs) = (ready.test.clone(), ready.jobs);
        match ready.tried() {
            Ok(passed) => passed,
            Err(broken) => {
                let Broken { registry, prepared, mut failed } = *broken;
                keep(&registry, &prepared, place, test.as_deref(), jobs, &mut failed);
                panic!("{failed}")
            }
        }
    }

    /// Makes the runs, and does not panic where one breaks a property, nor write its case to a file.
    ///
    /// # Errors
    /// The first failing run, or else the first that could not be judged.
    ///
    /// # Panics
    /// Where the trial makes no sense: a fault of the script names no node, or `SEATRIAL_SEED` is no number.
    #[track_caller]
    pub fn check(self) -> Result<Passed, Failed> {
        self.ready().tried().map_err(|broken| broken.failed)
    }

    /// The trial, ready to run.
    #[cfg(feature = "proptest")]
    #[track_caller]
    pub(crate) fn prepared(self) -> (Registry, Prepared) {
        let Ready { registry, prepared, .. } = self.ready();
        (registry, prepared)
    }

    #[track_caller]
    fn ready(self) -> Ready {
        BEGUN.set(BEGUN.get() + 1);
        let mut protocol = self.protocol;
        if !self.asked {
            let config = self.config;
            protocol =
                protocol.with_workload::<N, Silence>(INFO, move |_, _| Ok(config()), || Silence);
        }
        let kept = self.place.map_or(Ok(Vec::new()), |place| place.kept());
        let kept = match kept {
            Ok(kept) => kept,
            Err(error) => {
                let folder = self.place.map(|place| place.regressions()).unwrap_or_default();
                panic!("{}: cannot be read: {error}", folder.display())
            }
        };
        let registry = Registry::empty().with(protocol);
        let checked = self.scenario.check_trouble().map_err(|(_, _, what)| what);
        let prepared = checked.and_then(|()| {
            let prepared = Prepared::new(&registry, self.scenario, None);
            prepared.map_err(|error| error.to_string())?.with_faults(self.faults, false)
        });
        let is_given = self.plan.is_some() || self.operations.is_some();
        let prepared = prepared.and_then(|prepared| {
            let prepared = prepared.asked(self.operations);
            self.plan.map_or(Ok(prepared.clone()), |plan| prepared.planned(plan))
        });
        let prepared = prepared.and_then(|prepared| prepared.with_strategy(self.strategy));
        let prepared = match prepared {
            Ok(prepared) => prepared,
            Err(what) => panic!("the trial makes no sense: {what}"),
        };
        let test = self.place.map(|place| place.test()).or_else(thread_name);
        Ready { registry, prepared, seeds: self.seeds, jobs: self.jobs, test, kept, is_given }
    }
}

/// The name of the test that this thread runs; outside of tests the thread is called "main".
pub(crate) fn thread_name() -> Option<String> {
    std::thread::current().name().filter(|name| *name != "main").map(str::to_owned)
}

impl Ready {
    #[track_caller]
    fn tried(self) -> Result<Passed, Box<Broken>> {
        let told = Environment::read();
        if let Some(path) = &told.case {
            self.again(path)?;
            return Ok(Passed { kept: 1, ..Passed::default() });
        }
        if told.seed.is_none() {
            for path in &self.kept {
                self.again(path)?;
            }
        }
        let (first_seed, seeds) = match told.seed {
            Some(seed) => (seed, 1),
            None => (0, told.seeds.unwrap_or(self.seeds)),
        };
        let kept = if told.seed.is_none() { self.kept.len() as u64 } else { 0 };
        let options = HuntOptions {
            first_seed,
            seeds: Some(seeds),
            jobs: told.jobs.unwrap_or(self.jobs),
            max_failures: 1,
            ..HuntOptions::default()
        };
        self.hunted(&options).map(|passed| Passed { kept, ..passed })
    }

    /// Runs the case in this file.
    #[track_caller]
    fn again(&self, path: &Path) -> Result<(), Box<Broken>> {
        let again = |case: Case| Again::of(&self.registry, case).map_err(|e| e.in_file(path));
        let Again { prepared, mut run, parts_at } = match Case::read(path).and_then(again) {
            Ok(again) => again,
            Err(error) => panic!("{error}"),
        };
        let path = path.display().to_string();
        if matches!(run.account.outcome(), Outcome::Holds | Outcome::Excused) {
            tell(&path, parts_at.as_deref());
            return Ok(());
        }
        run.account.replay =
            command(&format!("SEATRIAL_CASE={}", word(&path)), self.test.as_deref());
        run.account.case = Some(path);
        Err(self.broken(prepared, run))
    }

    #[track_caller]
    fn hunted(&self, options: &HuntOptions) -> Result<Passed, Box<Broken>> {
        assert!(
            options.seeds != Some(0),
            "the trial makes no sense: with no seeds nothing is tried"
        );
        let mut hunted = hunt(&self.prepared, options, &AtomicBool::new(false), &mut |_, _| {});
        let totals = &mut hunted.account;
        if let Some(account) = totals.failures.pop().or_else(|| totals.unknown_runs.pop()) {
            let seed = account.seed;
            let prepared = hunted.prepared(&self.prepared, seed);
            let mut run = prepared.record(seed);
            run.account = account;
            let again = match hunted.is_chosen_by_others(seed) {
                // Those that chose it have to be made first.
                true => format!("SEATRIAL_SEEDS={}", seed + 1),
                false => format!("SEATRIAL_SEED={seed}"),
            };
            run.account.replay = command(&again, self.test.as_deref());
            if self.is_given {
                run.account.replay +=
                    "  # with the plan and the operations that the trial was given";
            }
            return Err(self.broken(prepared, run));
        }
        let faults = totals.faults.iter().map(|count| count.bit).sum();
        Ok(Passed { runs: totals.seeds, events: totals.events, faults, kept: 0 })
    }

    fn broken(&self, prepared: Prepared, run: Recording) -> Box<Broken> {
        Box::new(Broken { registry: self.registry.clone(), prepared, failed: Failed::new(run) })
    }
}
