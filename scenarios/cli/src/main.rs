//! The binary `seatrial`: the command line with the protocols that come with it.

use std::process::ExitCode;

fn main() -> ExitCode {
    seatrial_cli::main(seatrial::Registry::ours())
}
