//! `seatrial live`: a scenario tried on real processes of this machine, under real trouble, and told as a run is.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::Ordering;

use seatrial::{Prepared, Recording, Registry};
use seatrial_history::Outcome;
use seatrial_live::{Kinds, Launch, Options, Trial, Tried};
use seatrial_node::Duration;
use seatrial_reports::{Page as Paper, terminal};

use crate::args::Telling;
use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::files::Pending;
use crate::page::Page;
use crate::seed::{seed, time};
use crate::stop::on_interrupt;
use crate::tell::{Outputs, header};
use crate::{files, program};

const EXAMPLES: &str = "\
Examples:
  seatrial live raft-kv
  seatrial live raft-kv --nodes 5 --for 60s --faults kill,pause,partition
  seatrial live raft-counter --faults all --seed 7 --html live.html
  seatrial live raft-kv --mutant apply-before-commit --for 20s --expect-violation

The processes are killed and gone when it ends, also by Ctrl-C. It touches loopback, its folder and its own children only.

Exit codes: 0 holds, 1 violated, 2 bad usage or input, 3 unknown, or a fault that never took hold, 130 interrupted";

/// What `live` takes.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// A scenario's name, or the path of its TOML file
    scenario: String,
    /// How many servers: 3, 5, 7 or 9
    #[arg(long, value_name = "N", default_value_t = 3)]
    nodes: u32,
    /// How long there is trouble; then all is mended, and the last operations are made
    #[arg(long = "for", value_name = "TIME", value_parser = time, default_value = "60s")]
    trouble: Duration,
    /// Which kinds of trouble: a list of kill, pause, partition, one-way, delay, reset, slow; or all, or none
    #[arg(long, value_name = "WHAT", default_value = "kill,pause,partition")]
    faults: Kinds,
    /// What the plan of faults, and what clients choose, is drawn from. It does not make the run again: processes have no seed
    #[arg(long, value_name = "N", value_parser = seed, default_value = "0")]
    #[arg(allow_negative_numbers = true)]
    seed: u64,
    /// Plant a bug in the servers, by its name or its id
    #[arg(long, value_name = "MUTANT")]
    mutant: Option<String>,
    /// Swap the exit codes of holds and violated, for a planted bug
    #[arg(long)]
    expect_violation: bool,
    /// Keep the trial's folder in DIR: the plan, the history, the account, and the servers' logs, facts and data [default: target/seatrial,
    /// where it is kept only when not all holds]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Keep the folder though all holds
    #[arg(long)]
    keep: bool,
    /// The program that serves, a seatrial-server [default: this program]
    #[arg(long, value_name = "PATH")]
    server: Option<PathBuf>,
    #[command(flatten)]
    telling: Telling,
}

/// Makes a trial, and tells it.
pub(crate) fn live(args: &Args, registry: &Registry, console: &Console) -> Result<Exit, Failure> {
    files::keep_apart(Path::new(&args.scenario), &args.telling.outputs())?;
    let scenario = registry.scenario(&args.scenario)?;
    let prepared = Prepared::new(registry, scenario, args.mutant.as_deref())?;
    let options = Options {
        nodes: args.nodes,
        trouble: args.trouble,
        kinds: args.faults.clone(),
        seed: args.seed,
        launch: args.launch()?,
        replay: args.replay(),
    };
    let trial = Trial::new(&prepared, options).map_err(|error| Failure::new(error.to_string()))?;
    let outputs = Outputs::open(&args.telling)?;
    let html = Page::asked(&args.telling, None, registry, console)?;
    let mut folder = Folder::make(args, &prepared)?;
    let plan = trial.plan();
    folder.write("plan.txt", &lines(&plan))?;
    let what = format!("{} servers in {}", args.nodes, folder.path.display());
    console.note(&format!("live: {what}, {} of trouble:\n{}", args.trouble, lines(&plan)));
    let stop = on_interrupt()?;
    let Tried { recording, interrupted } =
        trial.run(&folder.path, &stop).map_err(|error| Failure::new(error.to_string()))?;
    if recording.account.outcome() != Outcome::Holds && !interrupted {
        folder.is_kept = true;
    }
    if folder.is_kept {
        folder.keep(&prepared, args.seed, &recording)?;
    }
    outputs.write(&recording, &header(&prepared, args.seed), &args.telling, html, console)?;
    if folder.is_kept {
        console.note(&format!("the plan, the history, logs and data: {}", folder.path.display()));
    }
    if interrupted || stop.load(Ordering::Relaxed) {
        console.note("interrupted: what was heard until then is judged");
        return Ok(Exit::Interrupted);
    }
    let exit = Exit::of(&recording.account);
    Ok(if args.expect_violation { exit.swapped() } else { exit })
}

fn lines(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

impl Args {
    /// How servers are started.
    fn launch(&self) -> Result<Launch, Failure> {
        let Some(program) = &self.server else {
            let program = std::env::current_exe()
                .map_err(|error| Failure::new(format!("this program is not found: {error}")))?;
            return Ok(Launch { program, before: vec!["serve".to_owned()] });
        };
        if self.mutant.is_some() {
            has_mutants(program)?;
        }
        Ok(Launch { program: program.clone(), before: Vec::new() })
    }

    /// The command that makes such a trial again.
    fn replay(&self) -> String {
        let (nodes, seed) = (self.nodes.to_string(), self.seed.to_string());
        let (trouble, faults) = (self.trouble.to_string(), self.faults.to_string());
        let mut words = vec!["live", &self.scenario, "--nodes", &nodes, "--for", &trouble];
        words.extend(["--faults", &faults, "--seed", &seed]);
        if let Some(mutant) = &self.mutant {
            words.extend(["--mutant", mutant]);
        }
        program::command(&words)
    }
}

/// Refuses a server in which no bug can be planted.
fn has_mutants(program: &Path) -> Result<(), Failure> {
    let said = Command::new(program).arg("--version").output();
    let said = said.map_err(|error| Failure::file(program, "cannot be started", &error))?;
    if String::from_utf8_lossy(&said.stdout).contains("with planted bugs") {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{}: no planted bug is compiled into this server: leave --server out, or build it with the feature `mutants`",
        program.display()
    )))
}

/// Where a trial is made. It goes when this is dropped, unless it is kept.
struct Folder {
    path: PathBuf,
    is_kept: bool,
    /// The folders above it that were made for it, the innermost first.
    made: Vec<PathBuf>,
}

impl Folder {
    fn make(args: &Args, prepared: &Prepared) -> Result<Self, Failure> {
        let parent = args.out.clone().unwrap_or_else(|| PathBuf::from("target/seatrial"));
        let with = prepared.mutant().map_or_else(String::new, |mutant| format!("-{}", mutant.name));
        let stem = format!("live-{}{with}-{}", prepared.scenario().name, args.seed);
        let is_new = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
        let made = parent.ancestors().take_while(is_new).map(Path::to_owned).collect();
        let path = files::make_beside_others(&parent, &stem)?;
        // Servers are told where it is, wherever they are started.
        let path = fs::canonicalize(&path).unwrap_or(path);
        Ok(Self { path, is_kept: args.keep || args.out.is_some(), made })
    }

    fn write(&self, name: &str, text: &str) -> Result<(), Failure> {
        let mut file = Pending::create(&self.path.join(name))?;
        file.write(text)?;
        file.finish()
    }

    /// Puts beside the servers' directories what was heard, and what it came to.
    fn keep(&self, prepared: &Prepared, seed: u64, run: &Recording) -> Result<(), Failure> {
        let history = self.path.join("history.jsonl");
        let mut file = Pending::create(&history)?;
        file.write_with(|out| run.history.write_jsonl(Some(&header(prepared, seed)), out))?;
        file.finish()?;
        self.write("plan.txt", &lines(&run.account.plan))?;
        self.write("account.txt", &terminal::account(&run.account, &run.trace, &Paper::default()))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.is_kept {
            // A temporary folder that cannot be removed is all that is left of a trial that is over.
            let _ = fs::remove_dir_all(&self.path);
            for folder in &self.made {
                // Another trial may have come to be there.
                let _ = fs::remove_dir(folder);
            }
        }
    }
}
