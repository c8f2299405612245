//! How many writes a cluster of three does on this machine, and how long one takes: `raft-kv` and etcd, in turns, with the same clients.
//!
//! Both are real processes on loopback with the settings that they come with. A turn starts a cluster in an empty folder, lets the clients
//! warm it up, measures, and ends it; turns go A B A B, so that what else the machine does meanwhile falls on both. What counts is the
//! ratio of the medians. The clients of both are tasks of this one thread; that of etcd speaks HTTP/2 itself, without a library for gRPC,
//! so that it costs as little as it can.

mod cluster;
mod etcd;
mod load;
mod ours;

use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};

use self::cluster::{Cluster, System};
use self::load::{Load, Measured};

/// The server beside etcd on this machine
#[derive(Clone, Debug, Parser)]
#[command(version)]
struct Arguments {
    /// How many turns each of the two has
    #[arg(long, default_value_t = 5)]
    turns: usize,
    /// How many seconds a turn is measured
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// How many seconds a cluster is warmed up before
    #[arg(long, default_value_t = 2)]
    warm_up: u64,
    /// How many clients there are, each with one write under way
    #[arg(long, default_value_t = 64)]
    clients: usize,
    /// How many bytes a value has
    #[arg(long, default_value_t = 64)]
    value: usize,
    /// Whom the clients ask
    #[arg(long, value_enum, default_value_t = Whom::Any)]
    ask: Whom,
    /// Only with or without a disk that has to be waited for
    #[arg(long, value_enum)]
    only: Option<Durability>,
    /// Only one of the two
    #[arg(long, value_enum)]
    system: Option<System>,
    /// A folder on a real disk
    #[arg(long, default_value = "target/beside-etcd")]
    disk: PathBuf,
    /// A folder in memory
    #[arg(long, default_value = "/dev/shm")]
    memory: PathBuf,
    /// The server; built where it is not given
    #[arg(long)]
    server: Option<PathBuf>,
    /// The program of etcd
    #[arg(long, default_value = "etcd")]
    etcd: PathBuf,
}

/// Whom clients ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Whom {
    /// All members, a third of the clients each
    Any,
    /// The leader
    Leader,
}

/// Where files are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Durability {
    /// On a disk: an acknowledged write survives a failure of power
    Fsync,
    /// In memory: the same system calls, and no disk to wait for
    Memory,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = Arguments::parse();
    if arguments.server.is_none() {
        arguments.server = Some(cluster::build_server()?);
    }
    std::fs::create_dir_all(&arguments.disk)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    println!(
        "{}, {} clients, {} bytes, asking {:?}",
        load_of_machine(),
        arguments.clients,
        arguments.value,
        arguments.ask
    );
    for durability in [Durability::Fsync, Durability::Memory] {
        if arguments.only.is_none_or(|only| only == durability) {
            runtime.block_on(compare(&arguments, durability))?;
        }
    }
    Ok(())
}

/// Lets both have their turns, and tells the medians.
async fn compare(arguments: &Arguments, durability: Durability) -> Result<(), Box<dyn Error>> {
    let systems: Vec<System> = [System::Seatrial, System::Etcd]
        .into_iter()
        .filter(|system| arguments.system.is_none_or(|only| only == *system))
        .collect();
    let mut turns: Vec<Vec<Measured>> = systems.iter().map(|_| Vec::new()).collect();
    for turn in 1..=arguments.turns {
        for (system, measured) in systems.iter().zip(&mut turns) {
            let one = take_turn(arguments, durability, *system).await?;
            println!("{durability:?} turn {turn} {:9} {one}", system.name());
            measured.push(one);
        }
    }
    let medians: Vec<Measured> = turns.iter().map(|turns| Measured::median(turns)).collect();
    for (system, median) in systems.iter().zip(&medians) {
        println!("{durability:?} median {:9} {median}", system.name());
        let key = format!("{}-{durability:?}", system.name()).to_lowercase();
        println!("figure {key}-ops {} 1/s", median.rate);
        println!("figure {key}-p50 {} us", median.p50);
        println!("figure {key}-p99 {} us", median.p99);
    }
    if let [ours, etcds] = medians[..] {
        let ratio = |a: u64, b: u64| a as f64 / b.max(1) as f64;
        println!(
            "{durability:?}: {:.2} times etcd's writes, p50 {:.2} times, p99 {:.2} times as long",
            ratio(ours.rate, etcds.rate),
            ratio(ours.p50, etcds.p50),
            ratio(ours.p99, etcds.p99)
        );
    }
    Ok(())
}

async fn take_turn(
    arguments: &Arguments,
    durability: Durability,
    system: System,
) -> Result<Measured, Box<dyn Error>> {
    let base = match durability {
        Durability::Fsync => &arguments.disk,
        Durability::Memory => &arguments.memory,
    };
    let program = match system {
        System::Seatrial => arguments.server.as_ref().ok_or("there is no server")?,
        System::Etcd => &arguments.etcd,
    };
    let cluster = Cluster::start(system, program, base)?;
    let asked = match arguments.ask {
        Whom::Any => cluster.clients(),
        Whom::Leader => vec![cluster.leader().await?],
    };
    let load = Load {
        clients: arguments.clients,
        value: "v".repeat(arguments.value),
        warm_up: Duration::from_secs(arguments.warm_up),
        measured: Duration::from_secs(arguments.seconds),
        asked,
    };
    let measured = match system {
        System::Seatrial => load.run(ours::Client::connect).await,
        System::Etcd => load.run(etcd::Client::connect).await,
    };
    let mut measured = measured.map_err(|why| format!("{why}\n{}", cluster.logs()))?;
    measured.server_cpu = cluster.cpu_seconds();
    Ok(measured)
}

/// What else the machine does.
fn load_of_machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    format!("{cores} cores, load before {}", load.split(' ').next().unwrap_or("unknown"))
}
