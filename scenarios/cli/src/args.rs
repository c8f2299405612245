//! What can be asked for on the command line.

use std::path::{Path, PathBuf};

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{ArgGroup, Args, ColorChoice, Parser, Subcommand};
use seatrial::{Faults, PlanFile, Prepared, Strategy};
use seatrial_reports::formats::Format;
use seatrial_reports::trace::Filter;

use crate::failure::Failure;
use crate::{
    bench, check, debug, diff, explore, faults, hunt, likelihood, list, replay, report, run, shrink,
};
#[cfg(feature = "protocols")]
use crate::{client, live, serve};

/// Takes distributed protocols out to sea: simulated runs from seeds, judged, and replayed to the byte.
#[derive(Debug, Parser)]
#[command(name = "seatrial", version, after_help = EXAMPLES, arg_required_else_help = true)]
#[command(max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  seatrial list scenarios
  seatrial hunt raft-kv --seeds 1000
  seatrial hunt raft-kv --faults swarm
  seatrial run raft-kv --seed 42
  seatrial replay target/seatrial/raft-kv-42.case
  seatrial debug target/seatrial/raft-kv-42.case
  seatrial shrink target/seatrial/raft-kv-42.case
  seatrial diff target/seatrial/raft-kv-42.case target/seatrial/raft-kv-43.case
  seatrial likelihood target/seatrial/raft-kv-42.case
  seatrial explore uniform-broadcast --nodes 3 --messages 1
  seatrial check history.jsonl --model cas-register
  seatrial live raft-kv --nodes 5 --for 60s --faults kill,pause,partition
  seatrial report hunt.jsonl --html campaign.html

Exit codes: 0 holds, 1 violated, 2 bad usage or input, 3 unknown, 4 not deterministic, 130 interrupted";

/// What every command takes.
#[derive(Args, Debug)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// When to write colours; NO_COLOR is honoured
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: ColorChoice,
    /// Write nothing but errors to standard error
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List what there is: protocols, settings, mutants, workloads, models, checkers, figures, marks, scenarios
    List(list::Args),
    /// Show every kind of fault: what it does, how it is counted, its knobs
    Faults(faults::Args),
    /// Run one seed and tell what happened
    Run(run::Args),
    /// Run many seeds and look for one that breaks a property
    Hunt(hunt::Args),
    /// Try every order of events, and every crash point, of a small world
    Explore(explore::Args),
    /// Run a failing seed again, from its case file
    Replay(replay::Args),
    /// Make a failing run small: leave out all that its failure does not need
    Shrink(shrink::Args),
    /// Go through a run event by event, at a terminal or by a script: forward, back, and what if
    Debug(debug::Args),
    /// Tell where two runs part, and what sets them apart
    Diff(diff::Args),
    /// Tell when the failure of a run became inevitable
    Likelihood(likelihood::Args),
    /// Put hunts together: the ways to fail, the faults that go with them, what was reached
    Report(report::Args),
    /// Measure the search: how many executions it takes to find each planted bug
    Bench(bench::Args),
    /// Judge a recorded history, from anywhere
    Check(check::Args),
    /// Try a scenario on real processes, sockets and files, under real kills and partitions
    #[cfg(feature = "protocols")]
    Live(live::Args),
    /// Serve a protocol on real sockets and files, as one member of a cluster
    #[cfg(feature = "protocols")]
    Serve(serve::Args),
    /// Ask a cluster that is served
    #[cfg(feature = "protocols")]
    Client(client::Args),
}

/// Where the trouble comes from, and in which order things happen.
#[derive(Args, Debug)]
pub(crate) struct Trouble {
    /// Where trouble comes from: scenario, none, swarm (each seed draws which kinds are on), or a list of kinds and groups, such as
    /// disk,clock; a minus drops one: swarm,-pause. A kind that is on comes as the scenario asks for it, its [[faults.script]] included, or
    /// else as is usual; what waits for something, and phases, are left out
    #[arg(long, value_name = "WHAT", default_value = "scenario", allow_hyphen_values = true)]
    pub(crate) faults: Faults,
    /// Take the trouble from FILE, as `run --print-plan` writes it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["faults", "beyond_budget"])]
    pub(crate) plan: Option<PathBuf>,
    /// Draw trouble without regard to what the protocol promises to survive; runs outside of that are excused
    #[arg(long)]
    pub(crate) beyond_budget: bool,
    /// How runs are chosen: random (by seeds alone), pct:3 and pctcp:3 (events by priorities of nodes, or of chains of causes, for bugs of
    /// that depth), delay:2 (so many events are delayed), pos (partial-order sampling), guided (by the states that former runs came past),
    /// portfolio (all of these, each as often as it shows something new) [default: portfolio for a hunt, random for one run]
    #[arg(long, value_name = "HOW")]
    pub(crate) strategy: Option<Strategy>,
}

impl Trouble {
    /// The same runs with this trouble.
    pub(crate) fn apply(
        &self,
        prepared: Prepared,
        usual: Strategy,
    ) -> Result<(Prepared, Option<PlanFile>), Failure> {
        let how = self.strategy.unwrap_or(usual);
        let strategy = |prepared: Prepared| prepared.with_strategy(how).map_err(Failure::new);
        let Some(path) = &self.plan else {
            let prepared = prepared.with_faults(self.faults.clone(), self.beyond_budget);
            return Ok((strategy(prepared.map_err(Failure::new)?)?, None));
        };
        let plan = PlanFile::read(path)?;
        Ok((strategy(prepared.with_plan(&plan)?)?, Some(plan)))
    }
}

/// How one run is to be told.
#[derive(Args, Debug)]
#[command(group = ArgGroup::new("form").args(["format", "json"]))]
pub(crate) struct Telling {
    /// Show everything that happened, or only nodes, clients and kinds: --trace=n1,c0,messages,faults
    #[arg(long, value_name = "WHAT", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "all", conflicts_with_all = ["json", "format"])]
    pub(crate) trace: Option<Filter>,
    /// Write the clients' operations to FILE, as JSON lines, or as Jepsen's EDN where its name ends in .edn
    #[arg(long, value_name = "FILE")]
    pub(crate) history: Option<PathBuf>,
    /// Tell the run in a form that another tool opens
    #[arg(long, value_name = "FORMAT", value_parser = format())]
    format: Option<Format>,
    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Write that form to FILE, and the account to the terminal
    #[arg(long, value_name = "FILE", requires = "form")]
    output: Option<PathBuf>,
    /// Write the run to FILE as a page for a browser: one file that fetches nothing
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Show the run of this case beside the other on the page [default: NAME.min.case beside NAME.case, if it is there]
    #[arg(long, value_name = "FILE.case", requires = "html")]
    pub(crate) beside: Option<PathBuf>,
}

impl Telling {
    /// The form that was asked for.
    pub(crate) fn form(&self) -> Option<Format> {
        self.format.or_else(|| self.json.then_some(Format::Json))
    }

    /// The files that it writes: the history, the form, the page.
    pub(crate) fn outputs(&self) -> [Option<&Path>; 3] {
        [self.history.as_deref(), self.output.as_deref(), self.html.as_deref()]
    }
}

/// A form by its name.
fn format() -> impl TypedValueParser<Value = Format> {
    let names = Format::ALL.map(|(name, _, about)| PossibleValue::new(name).help(about));
    PossibleValuesParser::new(names).try_map(|name| Format::named(&name).ok_or("no such format"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use clap::error::ErrorKind;

    use super::*;

    fn refused(line: &str) -> (ErrorKind, String) {
        let error = Cli::try_parse_from(line.split_whitespace()).expect_err(line);
        (error.kind(), error.to_string())
    }

    #[test]
    fn the_definition_of_the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_shows_examples() {
        for command in Cli::command().get_subcommands() {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains("Examples:\n  seatrial "), "{}", command.get_name());
        }
    }

    #[test]
    fn a_bad_value_is_answered_with_what_to_write() {
        let (_, error) = refused("seatrial run echo --seed forty");
        assert!(error.contains("write a whole number") && error.contains("0x2a"), "{error}");
        let (_, error) = refused("seatrial run echo --seed -1");
        assert!(error.contains("write a whole number"), "{error}");
        let (_, error) = refused("seatrial hunt echo --jobs 0");
        assert!(error.contains("1 or more"), "{error}");
        let (_, error) = refused("seatrial hunt echo --jobs 257");
        assert!(error.contains("256 at most"), "{error}");
        let (_, error) = refused("seatrial hunt echo --seeds 0");
        assert!(error.contains("1 or more"), "{error}");
        let (_, error) = refused("seatrial hunt echo --seeds 99999999999999999999");
        assert!(error.contains("18446744073709551615 at most"), "{error}");
        let (_, error) = refused("seatrial hunt echo --for 10");
        assert!(error.contains("as \"150ms\""), "{error}");
        let (_, error) = refused("seatrial run echo --trace=mesages");
        assert!(error.contains("messages, timers"), "{error}");
    }

    #[test]
    fn a_run_is_told_in_one_form_and_an_output_needs_one() {
        let (_, error) = refused("seatrial replay a.case --format pdf");
        assert!(error.contains("json, junit, shiviz, perfetto, mermaid, edn, dot"), "{error}");
        for both in ["--format dot --trace", "--format dot --json", "--format json --json"] {
            let (kind, _) = refused(&format!("seatrial replay a.case {both}"));
            assert_eq!(kind, ErrorKind::ArgumentConflict, "{both}");
        }
        let (_, error) = refused("seatrial replay a.case --output a.dot");
        assert!(error.contains("--format <FORMAT>"), "{error}");
        let (kind, _) = refused("seatrial run echo --print-plan --format dot");
        assert_eq!(kind, ErrorKind::ArgumentConflict);
        let told = |line: &str| match Cli::try_parse_from(line.split(' ')).expect(line).command {
            Command::Run(args) => {
                args.telling.form().map(|form| (form, args.telling.outputs()[1].is_some()))
            }
            _ => None,
        };
        assert_eq!(told("seatrial run echo --json"), Some((Format::Json, false)));
        assert_eq!(told("seatrial run echo --json --output a.json"), Some((Format::Json, true)));
        assert_eq!(told("seatrial run echo --format dot"), Some((Format::Dot, false)));
        assert_eq!(told("seatrial run echo"), None);
    }

    #[test]
    fn a_hunt_is_bounded_by_seeds_or_by_time() {
        let (kind, _) = refused("seatrial hunt echo --seeds 10 --for 10s");
        assert_eq!(kind, ErrorKind::ArgumentConflict);
    }

    #[test]
    fn a_misspelt_command_or_option_is_answered_with_the_one_that_was_meant() {
        let (_, error) = refused("seatrial hnt echo");
        assert!(error.contains("hunt"), "{error}");
        let (_, error) = refused("seatrial hunt echo --mutnt O1");
        assert!(error.contains("--mutant"), "{error}");
        let (_, error) = refused("seatrial list modles");
        assert!(error.contains("models"), "{error}");
    }

    #[test]
    fn the_trace_may_be_asked_for_whole_or_in_part() {
        let parse = |line: &str| {
            let cli = Cli::try_parse_from(line.split_whitespace()).expect(line);
            let Command::Run(args) = cli.command else { panic!("not run") };
            (args.scenario, args.telling.trace)
        };
        assert_eq!(parse("seatrial run --trace echo"), ("echo".into(), Some(Filter::default())));
        let (_, filter) = parse("seatrial run --trace=ops echo");
        assert_eq!(filter.expect("a filter").kinds.len(), 1);
        assert_eq!(parse("seatrial run echo").1, None);
    }
}
