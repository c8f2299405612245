//! The processes of a trial: each a member with a directory, a cluster file and a log of its own. None outlives the trial.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use seatrial::Outside;
use seatrial_hosts::relay::Relay;
use seatrial_hosts::tcp::Callee;
use seatrial_node::NodeId;

use crate::{TrialError, ports};

/// The name of every trial's cluster. Its ports are its own, so no other one hears of it.
const CLUSTER: &str = "trial";

/// How servers are started.
#[derive(Clone, Debug)]
pub struct Launch {
    /// The program.
    pub program: PathBuf,
    /// What stands before a server's own arguments: `serve`, where the program does other things as well.
    pub before: Vec<String>,
}

/// The member of this place. Members are named from 1, as in a cluster file that a person writes.
pub(crate) const fn member(place: u32) -> NodeId {
    NodeId(place + 1)
}

/// A trial's members.
pub(crate) struct Cluster {
    launch: Launch,
    protocol: &'static str,
    mutant: Option<&'static str>,
    pub(crate) members: Vec<Process>,
    pub(crate) relay: Relay,
}

/// One member.
pub(crate) struct Process {
    pub(crate) id: NodeId,
    client: String,
    folder: PathBuf,
    child: Option<Child>,
    starts: u32,
    /// Where each of its lives announces facts, in order.
    pub(crate) facts: Vec<PathBuf>,
    pub(crate) is_stopped: bool,
}

impl Process {
    /// Whether it was started and has not been killed.
    pub(crate) const fn is_up(&self) -> bool {
        self.child.is_some()
    }

    fn pid(&self) -> Option<Pid> {
        Some(Pid::from_child(self.child.as_ref()?))
    }

    fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// The last lines of its log.
    pub(crate) fn last_words(&self) -> Vec<String> {
        const LINES: usize = 5;
        let log = fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(LINES)..].iter().map(|line| (*line).to_owned()).collect()
    }
}

impl Cluster {
    /// Prepares members in this folder, as the run wants them, and starts none.
    ///
    /// # Errors
    /// Where there are no ports, or the folder cannot be written.
    pub(crate) fn new(
        outside: &Outside,
        nodes: u32,
        folder: &Path,
        launch: Launch,
    ) -> Result<Self, TrialError> {
        let ports = ports::free(nodes as usize * 2, ports::RANGE)?;
        let address = |port: &u16| format!("127.0.0.1:{port}");
        let peers: Vec<(NodeId, String)> =
            (0..nodes).map(member).zip(ports.iter().map(address)).collect();
        let clients = ports[nodes as usize..].iter().map(address);
        let relay = Relay::begin(&peers).map_err(TrialError::Relay)?;
        let process = |((id, _), client): (&(NodeId, String), String)| Process {
            id: *id,
            client,
            folder: folder.join(id.to_string()),
            child: None,
            starts: 0,
            facts: Vec::new(),
            is_stopped: false,
        };
        let members: Vec<Process> = peers.iter().zip(clients).map(process).collect();
        let protocol = outside.service().name;
        let cluster = Self { launch, protocol, mutant: outside.mutant(), members, relay };
        for (id, peer) in &peers {
            cluster.write_file(*id, peer, &peers, outside.settings())?;
        }
        Ok(cluster)
    }

    /// Writes a member's own cluster file, in which every other member is where the relay is.
    fn write_file(
        &self,
        me: NodeId,
        peer: &str,
        peers: &[(NodeId, String)],
        settings: &[(&'static str, String)],
    ) -> Result<(), TrialError> {
        let mut text = format!("cluster = \"{CLUSTER}\"\n");
        for (process, (id, _)) in self.members.iter().zip(peers) {
            let there =
                if *id == me { peer.to_owned() } else { self.relay.address(me, *id).to_string() };
            let client = &process.client;
            write!(
                text,
                "\n[[member]]\nid = {}\npeer = \"{there}\"\nclient = \"{client}\"\n",
                id.0
            )
            .expect("a text takes all");
        }
        text.push_str("\n[settings]\n");
        for (name, value) in settings {
            writeln!(text, "{name} = \"{value}\"").expect("a text takes all");
        }
        let folder = &self.process(me).folder;
        let path = folder.join("cluster.toml");
        let written = fs::create_dir_all(folder).and_then(|()| fs::write(&path, text));
        written.map_err(|error| TrialError::Folder { path, error })
    }

    pub(crate) fn process(&self, id: NodeId) -> &Process {
        &self.members[id.0 as usize - 1]
    }

    fn process_mut(&mut self, id: NodeId) -> &mut Process {
        &mut self.members[id.0 as usize - 1]
    }

    /// The members as clients call them.
    pub(crate) fn callees(&self) -> Vec<Callee> {
        let callee = |process: &Process| Callee {
            node: process.id,
            address: process.client.clone(),
            cluster: CLUSTER.to_owned(),
            protocol: Some(self.protocol.to_owned()),
            keys: None,
        };
        self.members.iter().map(callee).collect()
    }

    /// Starts a member, on what it has on its disk.
    ///
    /// # Errors
    /// Where the program cannot be started.
    pub(crate) fn start(&mut self, id: NodeId) -> Result<(), TrialError> {
        let Launch { program, before } = self.launch.clone();
        let (protocol, mutant) = (self.protocol, self.mutant);
        let process = self.process_mut(id);
        process.starts += 1;
        let facts = process.folder.join(format!("facts-{}.jsonl", process.starts));
        let log = OpenOptions::new().create(true).append(true).open(process.log());
        let log = log.map_err(|error| TrialError::Folder { path: process.log(), error })?;
        let mut command = Command::new(&program);
        command.args(before).arg(protocol).arg("--config").arg(process.folder.join("cluster.toml"));
        command.args(["--id", &id.0.to_string(), "--parent", &std::process::id().to_string()]);
        command.arg("--facts").arg(&facts);
        if let Some(mutant) = mutant {
            command.args(["--mutant", mutant]);
        }
        // What the environment says of a cluster file is not meant for this one.
        let of_servers = |name: &OsString| name.to_string_lossy().starts_with("SEATRIAL_SERVER_");
        for (name, _) in std::env::vars_os().filter(|(name, _)| of_servers(name)) {
            command.env_remove(name);
        }
        // A group of its own: the terminal's Ctrl-C is for the trial, which ends its servers itself.
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).process_group(0);
        let child = command.spawn().map_err(|error| TrialError::Start { program, error })?;
        process.facts.push(facts);
        process.child = Some(child);
        Ok(())
    }

    /// Ends a member as `kill -9` does, whatever it is doing, and waits until it is gone. Returns whether it was there.
    pub(crate) fn kill(&mut self, id: NodeId) -> bool {
        let process = self.process_mut(id);
        process.is_stopped = false;
        process.child.take().is_some_and(|mut child| {
            // Of one that has ended already there is only the waiting left.
            let killed = child.kill().is_ok();
            child.wait().is_ok() && killed
        })
    }

    /// Stops a member, or lets it go on. Returns whether it was there.
    pub(crate) fn pause(&mut self, id: NodeId, is_stopped: bool) -> bool {
        let process = self.process_mut(id);
        let signal = if is_stopped { Signal::STOP } else { Signal::CONT };
        let told = process.pid().is_some_and(|pid| kill_process(pid, signal).is_ok());
        process.is_stopped = is_stopped && told;
        told
    }

    /// A member that has ended by itself, and how.
    pub(crate) fn ended(&mut self) -> io::Result<Option<(NodeId, ExitStatus)>> {
        for process in &mut self.members {
            if let Some(child) = &mut process.child
                && let Some(status) = child.try_wait()?
            {
                process.child = None;
                return Ok(Some((process.id, status)));
            }
        }
        Ok(None)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for place in 0..self.members.len() as u32 {
            self.kill(member(place));
        }
    }
}
