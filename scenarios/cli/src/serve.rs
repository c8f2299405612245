//! `seatrial serve`: what `seatrial-server` does. Planted bugs are compiled into this program; only a live trial has one planted.

use seatrial_server::VERSION;
use seatrial_server::serve::ServeArgs;

use crate::exit::Exit;
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  seatrial serve raft-kv --config cluster.toml --id 1
  seatrial serve counter --config cluster.toml --id 2 --log json";

/// What `serve` takes.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES, version = VERSION)]
pub(crate) struct Args {
    #[command(flatten)]
    serve: ServeArgs,
}

/// Serves until it is told to stop.
pub(crate) fn serve(args: &Args) -> Result<Exit, Failure> {
    let served = seatrial_server::serve::serve(&args.serve);
    served.map(|()| Exit::Holds).map_err(|failure| Failure::new(failure.to_string()))
}
