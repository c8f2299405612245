//! Every command of `seatrial`, for the nodes of this crate: `cargo run -- hunt tidemark --mutant hasty`.

fn main() -> std::process::ExitCode {
    seatrial_cli::main(tidemark::registry())
}
