//! The replicated counter of `tally`, with a state that is saved: `cargo run -p seatrial-server --example saved_tally -- cluster.toml 1`, and
//! the same with 2 and 3.

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
        })
        .saved_by(
            |total| total.to_be_bytes().to_vec(),
            |bytes| bytes.try_into().map(i64::from_be_bytes).map_err(|_| "not 8 bytes".to_owned()),
        );
    tally.main()
}
