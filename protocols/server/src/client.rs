//! The client of the command line: one operation, or everybody's status.

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};
use seatrial_counter::{Add, CounterState, Read, Sum};
use seatrial_hosts::ClusterFile;
use seatrial_hosts::tcp::{Callee, Caller};
use seatrial_kv::{Command, KvState, Output, Query};
use seatrial_node::Duration as Span;
use thiserror::Error;

use crate::serve::Protocol;
use crate::text::{OVERFLOW, shown};
use crate::{ClientError, ServiceClient};

/// Whom to ask for what.
#[derive(Args, Debug)]
pub struct ClientArgs {
    /// The cluster file: who the members are, and where
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
    /// How long to try, as "10s"
    #[arg(long, value_name = "TIME", default_value = "10s", global = true)]
    pub patience: Span,
    /// What to ask
    #[command(subcommand)]
    pub ask: Asked,
}

/// What can be asked.
#[derive(Clone, Debug, Subcommand)]
pub enum Asked {
    /// Give a key a value (raft-kv)
    Put {
        /// The key
        key: String,
        /// Its value from now on
        #[arg(allow_hyphen_values = true)]
        value: String,
    },
    /// Show a key's value (raft-kv), or without a key the total (counter)
    Get {
        /// The key
        key: Option<String>,
    },
    /// Give a key a value if it has the expected one (raft-kv)
    Cas {
        /// The key
        key: String,
        /// The value that it must have now
        #[arg(allow_hyphen_values = true)]
        old: String,
        /// Its value from then on
        #[arg(allow_hyphen_values = true)]
        new: String,
    },
    /// Take a key out (raft-kv)
    Del {
        /// The key
        key: String,
    },
    /// Add to the counter, and show the total (counter)
    Add {
        /// How much
        #[arg(allow_negative_numbers = true)]
        amount: i64,
    },
    /// Show what every member shows of itself
    Status,
}

/// How an operation ended that was not done, or not known to be.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Failure {
    /// The cluster file or the keys are no good.
    #[error("{0}")]
    Usage(String),
    /// It had no effect and never will have.
    #[error("{0}")]
    NotDone(String),
    /// Nobody knows what came of it.
    #[error("{0}")]
    Unknown(String),
    /// What is to be shown cannot be written.
    #[error("cannot write the answer: {0}")]
    Output(#[from] io::Error),
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::NotDone(_) => Self::NotDone(error.to_string()),
            ClientError::Unknown(_) => Self::Unknown(error.to_string()),
        }
    }
}

/// Does what is asked, and writes the answer.
///
/// # Errors
/// Where it was not done, or nobody knows.
pub fn ask(args: &ClientArgs, out: &mut impl Write) -> Result<(), Failure> {
    let usage = |error: &dyn std::error::Error| Failure::Usage(error.to_string());
    let file = ClusterFile::read(&args.config).map_err(|error| usage(&error))?;
    let patience = Duration::from(args.patience);
    let map = || ServiceClient::<KvState>::of(&file, Protocol::RaftKv.name(), patience);
    let counter = || ServiceClient::<CounterState>::of(&file, Protocol::Counter.name(), patience);
    let line = match args.ask.clone() {
        Asked::Put { key, value } => {
            map()?.command(Command::Write { key, value: value.as_str().into() }).map(told)??
        }
        Asked::Get { key: Some(key) } => map()?.query(Query { key }).map(told)??,
        Asked::Cas { key, old, new } => {
            let (from, to) = (old.as_str().into(), new.as_str().into());
            map()?.command(Command::CompareAndSet { key, from, to }).map(told)??
        }
        Asked::Del { key } => map()?.command(Command::Delete { key }).map(told)??,
        Asked::Get { key: None } => counter()?.query(Read).map(total)??,
        Asked::Add { amount } => counter()?.command(Add(amount)).map(total)??,
        Asked::Status => return status(&file, patience, out),
    };
    Ok(writeln!(out, "{line}")?)
}

fn told(output: Output) -> Result<String, Failure> {
    match output {
        Output::Value(value) => Ok(shown(&value)),
        Output::Written | Output::Deleted => Ok("ok".to_owned()),
        Output::Missing => Err(Failure::NotDone("there is no such key".to_owned())),
        Output::Mismatch(value) => Err(Failure::NotDone(format!("the value is {}", shown(&value)))),
    }
}

fn total(sum: Sum) -> Result<String, Failure> {
    match sum {
        Sum::Total(total) => Ok(total.to_string()),
        Sum::Overflow => Err(Failure::NotDone(OVERFLOW.to_owned())),
    }
}

/// The members of a cluster as a client calls them, in the order of their ids.
pub(crate) fn callees(file: &ClusterFile, protocol: Option<&str>) -> Result<Vec<Callee>, Failure> {
    let keys = file.client_keys().as_ref().map(seatrial_hosts::tcp::Keys::load).transpose();
    let keys = keys.map_err(|error| Failure::Usage(error.to_string()))?;
    let callee = |member: &seatrial_hosts::Member| Callee {
        node: member.id,
        address: member.client.clone(),
        cluster: file.cluster.clone(),
        protocol: protocol.map(str::to_owned),
        keys: keys.clone(),
    };
    Ok(file.members.iter().map(callee).collect())
}

impl<S: seatrial_service::StateMachine> ServiceClient<S> {
    /// A client of the cluster of this file.
    ///
    /// # Errors
    /// Where the cluster has keys and they cannot be used.
    pub fn of(file: &ClusterFile, protocol: &str, patience: Duration) -> Result<Self, Failure> {
        Ok(Self::new(callees(file, Some(protocol))?, patience))
    }
}

/// A line for each member: what it shows of itself, or why it shows nothing.
fn status(file: &ClusterFile, patience: Duration, out: &mut impl Write) -> Result<(), Failure> {
    let mut answered = 0;
    for callee in callees(file, None)? {
        let shown = Caller::connect(&callee, patience.min(Duration::from_secs(2)))
            .and_then(|mut caller| caller.status(patience));
        match shown {
            Ok(lines) => {
                answered += 1;
                let line: Vec<&str> = lines.lines().collect();
                writeln!(out, "{}  {}", callee.node, line.join(" "))?;
            }
            Err(why) => writeln!(out, "{}  down: {why}", callee.node)?,
        }
    }
    match answered {
        0 => Err(Failure::NotDone("no member answers".to_owned())),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Cli {
        #[command(flatten)]
        client: ClientArgs,
    }

    fn read(line: &str) -> ClientArgs {
        let line = format!("client --config cluster.toml {line}");
        Cli::try_parse_from(line.split_whitespace()).expect(&line).client
    }

    #[test]
    fn a_value_may_begin_with_a_hyphen_and_patience_may_come_last() {
        let asked = |line| format!("{:?}", read(line).ask);
        assert_eq!(asked("put n -5"), r#"Put { key: "n", value: "-5" }"#);
        assert_eq!(asked("put n --all"), r#"Put { key: "n", value: "--all" }"#);
        assert_eq!(asked("cas n -5 -x"), r#"Cas { key: "n", old: "-5", new: "-x" }"#);
        assert_eq!(asked("add -5 --patience 4s"), "Add { amount: -5 }");
        for line in ["--patience 4s put n 5", "put n 5 --patience 4s", "put n -5 --patience 4s"] {
            assert_eq!(read(line).patience, Span::from_secs(4), "{line}");
        }
    }
}
