//! One member of a cluster, as the command line asks for it.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use seatrial_counter::Counter;
use seatrial_echo::Echo;
use seatrial_hosts::pipe::serve_pipe;
use seatrial_hosts::{
    ClusterFile, ConfigError, Configure, LogForm, ServeError, Served, Settings, Station, TextForm,
    begin_log, die_with_parent, tcp,
};
use seatrial_kv::Kv;
use seatrial_node::{Boot, Duration, Node, NodeId, Wire};
use seatrial_service::Config;
use thiserror::Error;

use crate::{mesh, text};

/// The protocols that can be served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Protocol {
    /// A replicated map over Raft: put, get, cas, del
    RaftKv,
    /// A replicated counter over Raft: incr, add, get
    Counter,
    /// Says back what it is told, by way of another member
    Echo,
    /// Uniform broadcast with a failure detector: say TEXT, and every member delivers it
    Mesh,
}

impl Protocol {
    /// The name that members tell each other.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RaftKv => "raft-kv",
            Self::Counter => "counter",
            Self::Echo => "echo",
            Self::Mesh => "mesh",
        }
    }
}

/// How lines of the log look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Log {
    /// For people
    Text,
    /// An object of JSON each
    Json,
}

/// What to serve, and as whom.
#[derive(Args, Debug)]
pub struct ServeArgs {
    /// What to serve
    pub protocol: Protocol,
    /// The cluster file: who the members are, and where
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
    /// Which member of the cluster file this process is
    #[arg(long, value_name = "ID")]
    pub id: u32,
    /// This member has lived before with another disk, which is gone: it asks the others what it may have promised
    #[arg(long)]
    pub replaced_disk: bool,
    /// Speak on standard input and output, with whoever carries the messages, and leave the ports alone
    #[arg(long)]
    pub pipe: bool,
    /// How lines of the log look; the environment's SEATRIAL_LOG says what is told (info, debug, …)
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub log: Log,
    /// A new file for what the node announces, of which a live trial judges it
    #[arg(long, value_name = "FILE", hide = true)]
    pub facts: Option<PathBuf>,
    /// The process that has started this one, and that this one is not to outlive
    #[arg(long, value_name = "PID", hide = true)]
    pub parent: Option<u32>,
    /// A bug to plant, by its name
    #[cfg(feature = "mutants")]
    #[arg(long, value_name = "MUTANT", hide = true)]
    pub mutant: Option<String>,
}

/// Why nothing is served.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Failure {
    /// The cluster file is no good.
    #[error("{0}")]
    Config(#[from] ConfigError),
    /// The environment is no good.
    #[error("{0}")]
    Environment(String),
    /// This process cannot be that member.
    #[error("{0}")]
    Serve(#[from] ServeError),
    /// This process would outlive who has started it.
    #[error("--parent: {0}")]
    Parent(std::io::Error),
    /// There is no such bug to plant.
    #[error("--mutant: {0}")]
    Mutant(String),
}

/// Serves until the process is told to stop.
///
/// # Errors
/// Where this process cannot be that member.
pub fn serve(args: &ServeArgs) -> Result<(), Failure> {
    let log = match args.log {
        Log::Text => LogForm::Text,
        Log::Json => LogForm::Json,
    };
    if let Some(parent) = args.parent {
        die_with_parent(parent).map_err(Failure::Parent)?;
    }
    begin_log(log).map_err(Failure::Environment)?;
    let mut file = ClusterFile::read(&args.config)?;
    let settings = std::mem::take(&mut file.settings);
    let mut station = file.station(NodeId(args.id), args.replaced_disk)?;
    station.facts.clone_from(&args.facts);
    match args.protocol {
        Protocol::RaftKv => {
            let config = planted(service_config(settings)?, args)?;
            let config = Box::new(move |boot: &Boot| of_life(config, boot));
            carry::<Kv>(args, &station, config, text::KV)
        }
        Protocol::Counter => {
            let config = planted(service_config(settings)?, args)?;
            let config = Box::new(move |boot: &Boot| of_life(config, boot));
            carry::<Counter>(args, &station, config, text::COUNTER)
        }
        Protocol::Echo => {
            without_mutants(args)?;
            settings.end(&[])?;
            let config = Box::new(|_: &Boot| seatrial_echo::Config::default());
            carry::<Echo>(args, &station, config, text::ECHO)
        }
        Protocol::Mesh => {
            without_mutants(args)?;
            let config = mesh::config(settings)?;
            carry::<mesh::Mesh>(args, &station, Box::new(move |_| config), mesh::TEXT)
        }
    }
}

/// How a server's process ends: with 0 when it was asked to, with 2 where it cannot serve, and says why.
pub fn exit(served: Result<(), Failure>) -> ExitCode {
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Where even that cannot be written, the exit code has to do.
            let _ = writeln!(std::io::stderr(), "error: {failure}");
            ExitCode::from(2)
        }
    }
}

/// Serves this node as the arguments say.
fn carry<N: Node<Message: Wire, Request: Wire, Response: Wire> + 'static>(
    args: &ServeArgs,
    station: &Station,
    config: Configure<N>,
    text: TextForm<N>,
) -> Result<(), Failure> {
    let served = Served { name: args.protocol.name(), config, text: Some(Box::new(text)) };
    if args.pipe {
        serve_pipe(station, served, std::io::stdin(), &mut std::io::stdout().lock())?;
    } else {
        tcp::serve(station, served)?;
    }
    Ok(())
}

/// The names of a service's settings in a cluster file.
const SETTINGS: [&str; 6] = [
    "election_timeout_min",
    "election_timeout_max",
    "heartbeat",
    "snapshot_every",
    "leader_wait",
    "forward_timeout",
];

/// The usual configuration of a service. Its times leave room for a disk that takes tens of milliseconds to sync, and for a busy machine.
pub(crate) fn usual_config() -> Config {
    let ms = Duration::from_millis;
    let mut config = Config::default();
    config.raft.election_timeout_min = ms(400);
    config.raft.election_timeout_max = ms(800);
    config.raft.heartbeat_interval = ms(80);
    config.leader_wait = ms(3_000);
    config.forward_timeout = ms(3_000);
    config
}

/// The same with what the cluster file says.
pub(crate) fn service_config(mut given: Settings) -> Result<Config, ConfigError> {
    let (mut config, written) = (usual_config(), given.clone());
    let [least, most, heartbeat, snapshot_every, leader_wait, forward_timeout] = SETTINGS;
    let raft = &mut config.raft;
    raft.election_timeout_min = given.take(least, raft.election_timeout_min)?;
    raft.election_timeout_max = given.take(most, raft.election_timeout_max)?;
    raft.heartbeat_interval = given.take(heartbeat, raft.heartbeat_interval)?;
    config.snapshot_every = given.take(snapshot_every, config.snapshot_every)?;
    config.leader_wait = given.take(leader_wait, config.leader_wait)?;
    config.forward_timeout = given.take(forward_timeout, config.forward_timeout)?;
    given.end(&SETTINGS)?;
    check(&config, &written)?;
    Ok(config)
}

/// Whether these settings make sense together, as they are written in the cluster file.
fn check(config: &Config, written: &Settings) -> Result<(), ConfigError> {
    let [least, most, heartbeat, _, _, forward_timeout] = SETTINGS;
    let (raft, zero) = (&config.raft, Duration::ZERO);
    let refuse = |names: &[&str], why: String| Err(written.mistake(names, why));
    let (beat, min, max) =
        (raft.heartbeat_interval, raft.election_timeout_min, raft.election_timeout_max);
    if beat == zero {
        return refuse(&[heartbeat], format!("`{heartbeat}` is {beat}; it must be longer"));
    }
    if min <= beat {
        let why = format!("`{least}`, {min}, must be longer than `{heartbeat}`, {beat}");
        return refuse(&[heartbeat, least], why);
    }
    if max < min {
        let why = format!("`{most}`, {max}, must not be shorter than `{least}`, {min}");
        return refuse(&[most, least], why);
    }
    if config.forward_timeout == zero {
        let why = format!("`{forward_timeout}` is {zero}; it must be longer");
        return refuse(&[forward_timeout], why);
    }
    Ok(())
}

/// The same with the bug that is to be planted.
#[cfg(feature = "mutants")]
fn planted(mut config: Config, args: &ServeArgs) -> Result<Config, Failure> {
    use seatrial_service::Mutant;
    if let Some(name) = &args.mutant {
        let is = |mutant: &Mutant| mutant.name() == name || mutant.id() == name;
        let found = Mutant::all().find(is);
        let none = || {
            Failure::Mutant(format!("there is no planted bug {name} in {}", args.protocol.name()))
        };
        config.mutant = Some(found.ok_or_else(none)?);
        tracing::warn!(mutant = name, "a bug is planted in this server");
    }
    Ok(config)
}

/// Without the feature `mutants` there is none to plant.
#[cfg(not(feature = "mutants"))]
fn planted(config: Config, _: &ServeArgs) -> Result<Config, Failure> {
    Ok(config)
}

/// Refuses to plant a bug where there are none.
#[cfg(feature = "mutants")]
fn without_mutants(args: &ServeArgs) -> Result<(), Failure> {
    let none = |name| {
        Failure::Mutant(format!("there is no planted bug {name} in {}", args.protocol.name()))
    };
    args.mutant.as_ref().map_or(Ok(()), |name| Err(none(name)))
}

/// Without the feature `mutants` there is none to plant.
#[cfg(not(feature = "mutants"))]
fn without_mutants(_: &ServeArgs) -> Result<(), Failure> {
    Ok(())
}

pub(crate) fn of_life(mut config: Config, boot: &Boot) -> Config {
    config.raft.replaced_disk = boot.replaced_disk;
    config
}
