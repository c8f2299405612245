//! `seatrial run`: one seed, told as an account that a person can read.

use std::path::{Path, PathBuf};

use seatrial::{Case, PlanFile, Prepared, Registry, Strategy};
use seatrial_history::Account;

use crate::args::{Telling, Trouble};
use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::page::Page;
use crate::seed::seed;
use crate::vacuous::Demands;
use crate::{files, program, tell};

const EXAMPLES: &str = "\
Examples:
  seatrial run raft-kv --seed 42
  seatrial run raft-kv --seed 0x2a --mutant vote-not-persisted
  seatrial run raft-kv --seed 7 --print-plan > plan.toml
  seatrial run raft-kv --plan plan.toml
  seatrial run my-scenario.toml --seed 7 --trace=n1,faults --history history.jsonl
  seatrial run raft-kv --seed 42 --format perfetto --output run.json";

/// What `run` takes.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// A scenario's name, or the path of its TOML file
    pub(crate) scenario: String,
    /// The seed, in decimal or as 0x2a [default: 0, or that of the plan]
    #[arg(long, value_name = "N", value_parser = seed)]
    #[arg(allow_negative_numbers = true)]
    seed: Option<u64>,
    /// Plant a bug, by its name or its id
    #[arg(long, value_name = "MUTANT")]
    mutant: Option<String>,
    /// Where the run's case file goes
    #[arg(long, value_name = "DIR", default_value = "target/seatrial")]
    out: PathBuf,
    #[command(flatten)]
    trouble: Trouble,
    /// Write the plan of the run's faults as TOML, to be edited and run with --plan, and do not run it
    #[arg(long, conflicts_with_all = ["trace", "history", "json", "format", "html"])]
    print_plan: bool,
    #[command(flatten)]
    demands: Demands,
    #[command(flatten)]
    pub(crate) telling: Telling,
}

/// Runs one seed and saves its case file, good or bad.
pub(crate) fn run(args: &Args, registry: &Registry, console: &Console) -> Result<Exit, Failure> {
    files::keep_apart(Path::new(&args.scenario), &args.telling.outputs())?;
    let scenario = registry.scenario(&args.scenario)?;
    let prepared = Prepared::new(registry, scenario, args.mutant.as_deref())?;
    let (prepared, plan) = args.trouble.apply(prepared, Strategy::Random)?;
    if !prepared.strategy().is_of_one_run() {
        let what = format!(
            "--strategy {} chooses a run by those before it, and here is one alone: take random, pct:3, pctcp:3, delay:2 or pos, or hunt",
            prepared.strategy()
        );
        return Err(Failure::new(what));
    }
    let seed = args.seed.or_else(|| plan?.seed).unwrap_or(0);
    if args.print_plan {
        console.out(&PlanFile::of(&prepared, seed).to_toml())?;
        if prepared.strategy() != Strategy::Random {
            let strategy = prepared.strategy();
            console.note(&format!(
                "a plan is of faults alone: in which order things happen by --strategy {strategy} is not in it"
            ));
        }
        return Ok(Exit::Holds);
    }
    files::can_be_made(&args.out)?;
    let expected = prepared.expected_marks();
    let (mut faults, mut missed) = (Vec::new(), Vec::new());
    let page = Page::asked(&args.telling, None, registry, console)?;
    let exit = tell::tell(&prepared, seed, &args.telling, page, console, |account| {
        faults.clone_from(&account.faults);
        let is_missed = |mark: &&String| account.reached.iter().all(|(known, _)| known != *mark);
        missed.extend(expected.iter().filter(is_missed).map(String::as_str));
        save(&prepared, account, &args.out)
    })?;
    Ok(args.demands.hold(exit, &prepared, &faults, &missed, console))
}

/// Saves the case of a run, and says in the account where it is and how it is replayed.
pub(crate) fn save(prepared: &Prepared, account: &mut Account, out: &Path) -> Result<(), Failure> {
    let case = Case::new(prepared, account.seed, Some(account.hash.clone()));
    let path = files::save_beside_others(out, &stem(account), "case", &case.to_toml())?;
    account.replay = program::replay(&path);
    account.case = Some(path.to_string_lossy().into_owned());
    Ok(())
}

/// The name of a case's file, without its extension: `raft-kv-vote-not-persisted-42`.
fn stem(account: &Account) -> String {
    match &account.mutant {
        Some(mutant) => format!("{}-{mutant}-{}", account.scenario, account.seed),
        None => format!("{}-{}", account.scenario, account.seed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::tests::judged;

    #[test]
    fn a_case_is_named_by_what_was_run() {
        let account = judged(&[]);
        assert_eq!(stem(&account), "raft-kv-42");
        let mutant = Account { mutant: Some("vote-not-persisted".into()), ..account };
        assert_eq!(stem(&mutant), "raft-kv-vote-not-persisted-42");
    }
}
