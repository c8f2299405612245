//! Three processes that are subjects, in a folder of their own, all of them gone when it is dropped.

use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering::Relaxed};
use std::time::Duration;

use seatrial_conformance::{Fault, Promises};
use tempfile::TempDir;

use super::{Kind, world};

/// How long a little while is.
pub(crate) const WHILE: Duration = Duration::from_millis(10);

/// How long a process may take to begin, on a machine that has a lot to do.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// What a kind of host promises.
pub(crate) trait Host {
    fn promises(self) -> Promises;
}

impl Host for Kind {
    fn promises(self) -> Promises {
        match self {
            Self::World => world::PROMISES,
            Self::Tcp | Self::Pipe => Promises { in_order: true, lives: true },
            // A process is one life.
            Self::Maelstrom => Promises { in_order: true, lives: false },
        }
    }
}

/// The processes of a cluster.
pub(crate) struct Cluster {
    folder: TempDir,
    kind: Kind,
    fault: Option<Fault>,
    /// By member, from 1: the ports for members and for clients.
    pub(crate) ports: Vec<[u16; 2]>,
    running: Vec<Option<Child>>,
}

impl Cluster {
    /// Members that are not started yet.
    pub(crate) fn new(kind: Kind, fault: Option<Fault>) -> Self {
        let folder = TempDir::new().expect("a folder");
        let ports: Vec<[u16; 2]> = (0..3).map(|_| free_ports()).collect();
        let mut text = "cluster = \"conformance\"\n".to_owned();
        for (id, [peer, client]) in (1..).zip(&ports) {
            writeln!(
                text,
                "[[member]]\nid = {id}\npeer = \"127.0.0.1:{peer}\"\nclient = \"127.0.0.1:{client}\""
            )
            .expect("a text takes all");
        }
        fs::write(folder.path().join("cluster.toml"), text).expect("it is written");
        Self { folder, kind, fault, ports, running: vec![None, None, None] }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The arguments that make a process this member.
    pub(crate) fn arguments(&self, node: u32) -> Vec<String> {
        let cluster = || vec![self.path("cluster.toml").display().to_string(), node.to_string()];
        let mut arguments = match self.kind {
            Kind::Maelstrom => vec!["maelstrom".to_owned()],
            Kind::Pipe => [vec!["pipe".to_owned()], cluster()].concat(),
            Kind::Tcp | Kind::World => [vec!["tcp".to_owned()], cluster()].concat(),
        };
        arguments.extend(self.fault.map(|fault| format!("{fault:?}")));
        arguments
    }

    /// Starts this member; its standard input and output are pipes.
    pub(crate) fn start(&mut self, node: u32) -> &mut Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_conformance-member"));
        command.args(self.arguments(node));
        self.launch(node, command)
    }

    /// Starts this member by another command.
    pub(crate) fn launch(&mut self, node: u32, mut command: Command) -> &mut Child {
        let log = self.path(&format!("n{node}.log"));
        let log = OpenOptions::new().create(true).append(true).open(log).expect("a log");
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log);
        let child = command.spawn().expect("it starts");
        self.running[node as usize - 1].insert(child)
    }

    /// Ends this member as a failure of power would end its process.
    pub(crate) fn kill(&mut self, node: u32) {
        let mut child = self.running[node as usize - 1].take().expect("it runs");
        child.kill().expect("it is ours");
        child.wait().expect("it is dead");
    }

    /// What this member has announced, by its log.
    pub(crate) fn told(&self, node: u32) -> Vec<u64> {
        let log = fs::read_to_string(self.path(&format!("n{node}.log"))).unwrap_or_default();
        let number = |line: &str| {
            let (_, rest) = line.split_once("announced fact=Lead { term: ")?;
            rest.split_once(' ')?.0.parse().ok()
        };
        log.lines().filter_map(number).collect()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for mut child in self.running.drain(..).flatten() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Ports that nobody has now, and that the system gives nobody: it gives out those from 32,768 on.
fn free_ports() -> [u16; 2] {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Test programs that run at the same time begin at other places.
    let first = (std::process::id() % 20_000) as u16;
    let mut free = (0..u16::MAX).filter_map(|_| {
        let port = 10_000 + (first + NEXT.fetch_add(1, Relaxed)) % 20_000;
        TcpListener::bind(("127.0.0.1", port)).is_ok().then_some(port)
    });
    [(); 2].map(|()| free.next().expect("a machine has free ports"))
}
