//! `seatrial client`: one operation on a cluster that is served. It ends with 1 where the operation was not done, and with 3 where nobody
//! knows.

use seatrial_server::client::{ClientArgs, Failure as Unanswered, ask};

use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  seatrial client --config cluster.toml put harbour Brest
  seatrial client --config cluster.toml get harbour
  seatrial client --config cluster.toml cas harbour Brest Cork
  seatrial client --config cluster.toml add 5
  seatrial client --config cluster.toml status

Exit codes: 0 done, 1 not done, 2 bad usage or input, 3 nobody knows whether it was done";

/// What `client` takes.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    client: ClientArgs,
}

/// Asks, and shows the answer.
pub(crate) fn client(args: &Args, console: &Console) -> Result<Exit, Failure> {
    let mut answer = Vec::new();
    let asked = ask(&args.client, &mut answer);
    console.out(&String::from_utf8_lossy(&answer))?;
    let (exit, why) = match asked {
        Ok(()) => return Ok(Exit::Holds),
        Err(why @ Unanswered::NotDone(_)) => (Exit::Violated, why),
        Err(why @ Unanswered::Unknown(_)) => (Exit::Unknown, why),
        Err(why) => return Err(Failure::new(why.to_string())),
    };
    console.error(&Failure::new(why.to_string()));
    Ok(exit)
}
