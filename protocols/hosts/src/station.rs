//! What a process has to know and to have to be a member of a cluster, whatever carries its messages.

use std::path::PathBuf;

use seatrial_node::{Boot, MembersError, Node, NodeId, OpenError};
use thiserror::Error;
use tracing::{info, warn};

use crate::disk::{DataDir, DataDirError, Files, Home, Met, Owner};
use crate::engine::{Engine, Life};
use crate::facts::FactLog;
use crate::speech::Speech;
use crate::tcp::{KeyError, KeyFiles};

/// A member of a cluster, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who it is.
    pub id: NodeId,
    /// Where other members reach it, as `host:port`.
    pub peer: String,
    /// Where clients reach it.
    pub client: String,
    /// Where its counts are to be had, if anywhere.
    pub metrics: Option<String>,
}

/// All that a process has to know to be a member.
#[derive(Clone, Debug)]
pub struct Station {
    /// The cluster's name. Members of another one are refused.
    pub cluster: String,
    /// Which member this is.
    pub me: NodeId,
    /// All members, in ascending order of their ids.
    pub members: Vec<Member>,
    /// The directory of this member's files.
    pub data: PathBuf,
    /// Whether a sync is a sync. If not, a power failure may take anything.
    pub durable: bool,
    /// Whether this member has lived before with another disk, which is gone.
    pub replaced_disk: bool,
    /// Its keys, where the cluster has any.
    pub keys: Option<KeyFiles>,
    /// A new file for all that the node announces, where somebody is to judge it by that; [`read_facts`](crate::read_facts) reads it.
    pub facts: Option<PathBuf>,
}

/// Makes the configuration for a life of a node.
pub type Configure<N> = Box<dyn FnOnce(&Boot) -> <N as Node>::Config>;

/// A protocol as it is served.
pub struct Served<N: Node> {
    /// Its name, which members tell each other.
    pub name: &'static str,
    /// The configuration for a life of its node.
    pub config: Configure<N>,
    /// Its requests and answers as text, for clients that speak lines.
    pub text: Option<Box<dyn Speech<N>>>,
}

impl<N: Node> std::fmt::Debug for Served<N> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Served").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Why a process cannot be a member.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The list of members is no cluster.
    #[error("{0}")]
    Members(#[from] MembersError),
    /// A port cannot be listened on.
    #[error("{address}: cannot listen there for {what}: {error}; {}", advice(error))]
    Port {
        /// Which.
        address: String,
        /// For whom it was meant.
        what: &'static str,
        /// What the system says.
        error: std::io::Error,
    },
    /// The data directory cannot be used.
    #[error("{0}")]
    DataDir(#[from] DataDirError),
    /// The keys cannot be used.
    #[error("{0}")]
    Keys(#[from] KeyError),
    /// The node does not open.
    #[error("{}: {error}; none of its files was changed", path.display())]
    Open {
        /// Its files.
        path: PathBuf,
        /// Why not.
        error: OpenError,
    },
    /// The node has opened, and lines cannot be served with what it has.
    #[error("{}: {why}", path.display())]
    Speech {
        /// Its files.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// Another member has met this one with another directory.
    #[error(
        "{}: {by} knows this member by another directory, which is gone or was left behind. Put that one back; or take this one away and start \
         the member with --replaced-disk, so that it promises nothing before the others have told it what it may have promised",
        path.display()
    )]
    Disowned {
        /// The directory.
        path: PathBuf,
        /// Who says so.
        by: NodeId,
    },
    /// What comes over a pipe makes no sense.
    #[error("the pipe: {0}")]
    Pipe(String),
    /// The system gives no thread, or no signals.
    #[error("the system refuses what a server needs: {0}")]
    System(#[from] std::io::Error),
}

fn advice(error: &std::io::Error) -> &'static str {
    match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            "another process has that port: stop it, or choose another in the cluster file"
        }
        std::io::ErrorKind::AddrNotAvailable => "this machine does not have that address",
        std::io::ErrorKind::PermissionDenied => "choose a port above 1023",
        _ => "look at the address in the cluster file",
    }
}

/// A member whose life begins.
pub(crate) struct Opened<N: Node> {
    pub(crate) engine: Engine<N>,
    pub(crate) files: Files,
    pub(crate) text: Option<Box<dyn Speech<N>>>,
    pub(crate) home: Home,
    pub(crate) met: Met,
}

impl<N: Node> Opened<N> {
    /// Takes the member's directory and opens its node.
    pub(crate) fn new(station: &Station, served: Served<N>) -> Result<Self, ServeError> {
        let members: Vec<NodeId> = station.members.iter().map(|member| member.id).collect();
        MembersError::check(station.me, &members)?;
        let owner = Owner { cluster: &station.cluster, protocol: served.name, node: station.me };
        let directory = DataDir::open(&station.data, &owner, station.replaced_disk)?;
        let boot = Boot {
            node: station.me,
            life: directory.life(),
            version: 1,
            replaced_disk: directory.is_replaced(),
        };
        let (home, met) = (directory.home(), Met::read(directory.path())?);
        let life = Life { me: station.me, members, number: boot.life };
        let mut files = Files::new(directory, station.me, station.durable);
        let mut text = served.text;
        let mut engine = Engine::<N>::open(life, &(served.config)(&boot), &mut files)
            .map_err(|error| ServeError::Open { path: station.data.clone(), error })?;
        if let Some(speech) = &mut text {
            let path = || station.data.clone();
            speech.begin(engine.node()).map_err(|why| ServeError::Speech { path: path(), why })?;
        }
        if let Some(path) = &station.facts {
            engine.announce_to(FactLog::create(path)?);
        }
        info!(
            cluster = station.cluster, protocol = served.name, node = %station.me, life = boot.life,
            data = %station.data.display(), tls = station.keys.is_some(), status = %engine.node().status(), "serving"
        );
        if !station.durable {
            warn!("fsync is off: a power failure may take what was acknowledged");
        }
        Ok(Self { engine, files, text, home, met })
    }
}
