//! How many writes a cluster of `raft-kv` does, and how long one takes: `cargo run --release -p seatrial-server --example load -- cluster.toml
//! 64 10`, with so many clients, each with one write of 64 bytes under way, for so many seconds.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;
use hdrhistogram::Histogram;
use seatrial_hosts::ClusterFile;
use seatrial_kv::{Command, KvState};
use seatrial_server::ServiceClient;

const VALUE: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// How many writes a cluster of raft-kv does, and how long one takes.
#[derive(Parser)]
struct Arguments {
    /// The cluster file
    #[arg(value_name = "CLUSTER_FILE")]
    config: PathBuf,
    /// How many clients write, one value of 64 bytes at a time each
    clients: u64,
    /// For how many seconds
    seconds: u64,
}

fn main() -> ExitCode {
    let Arguments { config, clients, seconds } = Arguments::parse();
    let file = match ClusterFile::read(&config) {
        Ok(file) => file,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error}");
            return ExitCode::from(2);
        }
    };
    let end = Instant::now() + Duration::from_secs(seconds);
    let work = |client: u64| {
        let mut micros = Histogram::<u64>::new(3).expect("three digits are possible");
        let patience = Duration::from_secs(10);
        let map = ServiceClient::<KvState>::of(&file, "raft-kv", patience);
        let mut map = map.expect("the keys, if any, can be used");
        for number in 0_u64.. {
            let begun = Instant::now();
            if begun >= end {
                break;
            }
            let key = format!("{client}-{}", number % 1_000);
            map.command(Command::Write { key, value: VALUE.into() }).expect("a majority lives");
            micros.record(begun.elapsed().as_micros() as u64).expect("it grows as needed");
        }
        micros
    };
    let mut all = Histogram::<u64>::new(3).expect("three digits are possible");
    thread::scope(|scope| {
        let clients: Vec<_> = (0..clients)
            .map(|client| {
                scope.spawn({
                    let work = &work;
                    move || work(client)
                })
            })
            .collect();
        for client in clients {
            all.add(client.join().expect("it ends")).expect("they have the same form");
        }
    });
    let told = writeln!(
        std::io::stdout(),
        "{} writes/s  p50 {} us  p99 {} us  max {} us",
        all.len() / seconds.max(1),
        all.value_at_quantile(0.5),
        all.value_at_quantile(0.99),
        all.max()
    );
    if told.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
