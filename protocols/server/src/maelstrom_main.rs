//! The binary `seatrial-maelstrom`: a node for Maelstrom's workloads.

use std::io::{self, BufReader, Write};
use std::process::ExitCode;

use clap::Parser;
use seatrial_hosts::{LogForm, begin_log};
use seatrial_server::VERSION;
use seatrial_server::maelstrom::{Workload, serve};

/// Speaks Maelstrom's protocol on standard input and output, as a node of this workload.
#[derive(Debug, Parser)]
#[command(name = "seatrial-maelstrom", version = VERSION, max_term_width = 100, after_help = EXAMPLES)]
struct Cli {
    /// Which workload; where it is not named here, the environment's SEATRIAL_WORKLOAD names it
    #[arg(env = "SEATRIAL_WORKLOAD")]
    workload: Workload,
}

const EXAMPLES: &str = "\
Examples:
  maelstrom test -w lin-kv --bin seatrial-maelstrom --time-limit 20 --concurrency 6n -- lin-kv
  maelstrom test -w broadcast --bin seatrial-maelstrom --node-count 5 --nemesis partition -- broadcast
  maelstrom test -w g-counter --bin seatrial-maelstrom --node-count 3 --nemesis partition -- g-counter-seq-kv";

fn main() -> ExitCode {
    let Cli { workload } = Cli::parse();
    let begun = begin_log(LogForm::Text).map_err(io::Error::other);
    let serve = || serve(workload, BufReader::new(io::stdin()), &mut io::stdout().lock());
    match begun.and_then(|()| serve()) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever listened has gone.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::from(2)
        }
    }
}
