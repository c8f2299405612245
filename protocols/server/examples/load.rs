//! How many writes a cluster of `raft-kv` does, and how long one takes: `cargo run --release -p seatrial-server --example load -- cluster.toml
//! 64 10`, with so many clients, each with one write of 64 bytes under way, for so many seconds.

use std::io::Write;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use seatrial_hosts::ClusterFile;
use seatrial_kv::{Command, KvState};
use seatrial_server::ServiceClient;

const VALUE: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, file, clients, seconds] = arguments.as_slice() else { return ExitCode::from(2) };
    let (Ok(clients), Ok(seconds)) = (clients.parse::<u64>(), seconds.parse::<u64>()) else {
        return ExitCode::from(2);
    };
    let file = match ClusterFile::read(file.as_ref()) {
        Ok(file) => file,
        Err(error) => panic!("{error}"),
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
