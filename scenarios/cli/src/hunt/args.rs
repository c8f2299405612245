//! What `hunt` takes.

use std::path::PathBuf;

use clap::ValueEnum;
use seatrial::{DeterminismCheck, HuntOptions, MutantInfo};
use seatrial_node::Duration;
use seatrial_reports::bugs::target;

use crate::args::Trouble;
use crate::failure::Failure;
use crate::seed::{count, jobs, seed, time};
use crate::vacuous::Demands;

const EXAMPLES: &str = "\
Examples:
  seatrial hunt raft-kv --seeds 1000
  seatrial hunt raft-kv --faults swarm --seeds 10000
  seatrial hunt raft-kv --mutant O1 --seeds 1000 --expect-violation
  seatrial hunt raft-kv --seeds 10000 --require-bite --require-reached
  seatrial hunt my-scenario.toml --for 10m --keep-going --jsonl hunt.jsonl --junit hunt.xml
  seatrial hunt raft-kv --seeds 10000 --keep-going --jsonl hunt.jsonl --timed";

/// How many seeds a hunt tries where nobody says. A planted bug is given as many as the benchmark gives it.
const SEEDS: u64 = 1_000;

/// What `hunt` takes.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// A scenario's name, or the path of its TOML file
    pub(super) scenario: String,
    /// How many seeds to run [default: 1000; of a planted bug that `list mutants` calls medium 20000, of a hard one 200000]
    #[arg(long, value_name = "N", value_parser = count, allow_negative_numbers = true)]
    #[arg(conflicts_with = "time")]
    seeds: Option<u64>,
    /// For how long to run instead: 30s, 10m, 8h
    #[arg(long = "for", value_name = "TIME", value_parser = time)]
    time: Option<Duration>,
    /// The first seed, in decimal or as 0x2a; the others follow it
    #[arg(long, value_name = "FIRST", default_value = "0", value_parser = seed)]
    #[arg(allow_negative_numbers = true)]
    seed: u64,
    /// How many threads run seeds [default: one for each core]
    #[arg(long, value_name = "J", value_parser = jobs, allow_negative_numbers = true)]
    jobs: Option<u64>,
    /// Plant a bug, by its name or its id
    #[arg(long, value_name = "MUTANT")]
    pub(super) mutant: Option<String>,
    #[command(flatten)]
    pub(super) trouble: Trouble,
    /// Go on after a seed that fails
    #[arg(long)]
    keep_going: bool,
    /// Of how many failing seeds to keep the case and the account, beside the first and the smallest of each way to fail; and of how many
    /// that are unknown or excused
    #[arg(long, value_name = "N", default_value = "10", value_parser = count)]
    max_failures: u64,
    /// Write each seed's result to FILE, as JSON lines; `seatrial report` puts such files together
    #[arg(long, value_name = "FILE")]
    pub(super) jsonl: Option<PathBuf>,
    /// Write down there how long each run took, which makes every such file another one
    #[arg(long, requires = "jsonl")]
    pub(super) timed: bool,
    /// Write the hunt to FILE, as JUnit XML
    #[arg(long, value_name = "FILE")]
    pub(super) junit: Option<PathBuf>,
    /// Where the case files of failing seeds go
    #[arg(long, value_name = "DIR", default_value = "target/seatrial")]
    pub(super) out: PathBuf,
    /// Swap the exit codes 0 and 1: it is a violation that is wanted
    #[arg(long)]
    pub(super) expect_violation: bool,
    #[command(flatten)]
    pub(super) demands: Demands,
    /// Which seeds to run twice, to see that they give the same run: all, those that fail, or one in a hundred of the others as well
    #[arg(long, value_name = "WHICH", default_value = "sampled")]
    check_determinism: Check,
    /// Tell the hunt as JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// Which seeds are run twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Check {
    All,
    Sampled,
    Failing,
}

impl From<Check> for DeterminismCheck {
    fn from(check: Check) -> Self {
        match check {
            Check::All => Self::All,
            Check::Sampled => Self::Sampled,
            Check::Failing => Self::Failing,
        }
    }
}

impl Args {
    /// The hunt that is asked for.
    pub(super) fn options(&self, mutant: Option<MutantInfo>) -> Result<HuntOptions, Failure> {
        let usual =
            || mutant.and_then(|mutant| target(mutant.class)).map_or(SEEDS, |(most, _)| most);
        let seeds = self.seeds.or_else(|| self.time.is_none().then(usual));
        if seeds.is_some_and(|seeds| self.seed.checked_add(seeds).is_none()) {
            let what =
                "the seeds would go beyond the last one there is; begin with a smaller --seed";
            return Err(Failure::new(what));
        }
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        Ok(HuntOptions {
            first_seed: self.seed,
            seeds,
            time_limit: self.time.map(Into::into),
            jobs: self.jobs.map_or_else(cores, |jobs| usize::try_from(jobs).unwrap_or(usize::MAX)),
            stop_at_first: !self.keep_going,
            max_failures: usize::try_from(self.max_failures).unwrap_or(usize::MAX),
            check: self.check_determinism.into(),
        })
    }
}
