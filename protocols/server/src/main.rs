//! The binary `seatrial-server`: one member of a cluster, without planted bugs where it is built by itself.

use std::process::ExitCode;

use clap::Parser;
use seatrial_server::VERSION;
use seatrial_server::serve::{ServeArgs, exit, serve};

/// Serves a protocol as one member of a cluster.
#[derive(Debug, Parser)]
#[command(name = "seatrial-server", version = VERSION, max_term_width = 100, after_help = EXAMPLES)]
struct Cli {
    #[command(flatten)]
    serve: ServeArgs,
}

const EXAMPLES: &str = "\
Examples:
  seatrial-server raft-kv --config cluster.toml --id 1
  seatrial-server counter --config cluster.toml --id 2 --log json

Ends with 0 when it was asked to stop (SIGTERM, SIGINT), with 2 where it cannot serve.";

fn main() -> ExitCode {
    exit(serve(&Cli::parse().serve))
}
