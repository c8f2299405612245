//! A replicated counter in three closures: `cargo run -p seatrial-server --example tally -- cluster.toml 1`, and the same with 2 and 3.

use std::process::ExitCode;

use seatrial_server::{Kind, Replicated};

fn main() -> ExitCode {
    let tally = Replicated::new("tally", 0_i64)
        .classify(|line| match line {
            "get" => Ok(Kind::Read),
            "incr" => Ok(Kind::Write),
            _ => Err("write incr or get".to_owned()),
        })
        .on_read(|total, _| total.to_string())
        .on_write(|total, _| {
            *total += 1;
            total.to_string()
        });
    tally.main()
}
