//! A cluster of server processes in a folder of its own, all of them gone when it is dropped.

use std::fmt::Write as _;
use std::fs;
use std::io::Read;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU16, Ordering::Relaxed};
use std::time::{Duration, Instant};

use seatrial_hosts::ClusterFile;
use seatrial_hosts::tcp::{Callee, Caller, Keys};
use seatrial_node::NodeId;
use tempfile::TempDir;

/// A cluster of three on this machine.
pub(crate) struct Cluster {
    folder: TempDir,
    protocol: &'static str,
    /// By member, from 1: the ports for members, clients and metrics.
    ports: Vec<[u16; 3]>,
    running: Vec<Option<Child>>,
    launch: Launch,
    /// How long each member's log was when it was started last.
    logged: [usize; 3],
}

/// Makes the command that makes a process a member.
type Launch = Box<dyn Fn(&Cluster, usize) -> Command + Send>;

impl Cluster {
    /// Three members, not started, with this at the end of their cluster file.
    pub(crate) fn new(protocol: &'static str, more: &str) -> Self {
        let folder = TempDir::new().expect("a folder");
        let ports: Vec<[u16; 3]> = (0..3).map(|_| free_ports()).collect();
        let mut text = "cluster = \"harbour\"\n".to_owned();
        for (i, [peer, client, metrics]) in ports.iter().enumerate() {
            let id = i + 1;
            let (peer, client) = (address(*peer), address(*client));
            writeln!(text, "[[member]]\nid = {id}\npeer = \"{peer}\"\nclient = \"{client}\"")
                .expect("a text takes all");
            writeln!(text, "metrics = \"{}\"", address(*metrics)).expect("a text takes all");
        }
        fs::write(folder.path().join("cluster.toml"), text + more).expect("it is written");
        let running = vec![None, None, None];
        Self { folder, protocol, ports, running, launch: Box::new(Self::command), logged: [0; 3] }
    }

    /// The same, started.
    pub(crate) fn started(protocol: &'static str) -> Self {
        let mut cluster = Self::new(protocol, "");
        for id in 1..=3 {
            cluster.start(id);
        }
        cluster
    }

    /// Has members started by other commands.
    pub(crate) fn launch_by(&mut self, launch: impl Fn(&Self, usize) -> Command + Send + 'static) {
        self.launch = Box::new(launch);
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn file(&self) -> ClusterFile {
        ClusterFile::read(&self.path("cluster.toml")).expect("it is good")
    }

    /// The command that makes a process this member.
    pub(crate) fn command(&self, id: usize) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_seatrial-server"));
        command.arg(self.protocol).arg("--config").arg(self.path("cluster.toml"));
        command.args(["--id", &id.to_string()]).stdin(Stdio::null());
        command
    }

    pub(crate) fn start(&mut self, id: usize) {
        let log =
            fs::OpenOptions::new().create(true).append(true).open(self.path(&format!("n{id}.log")));
        self.logged[id - 1] = self.log(id).len();
        let mut command = (self.launch)(self, id);
        let child = command.stderr(log.expect("a log")).spawn().expect("it starts");
        self.running[id - 1] = Some(child);
    }

    /// Ends this member as a power failure of its process would.
    pub(crate) fn kill(&mut self, id: usize) {
        let mut child = self.running[id - 1].take().expect("it runs");
        child.kill().expect("it is ours");
        child.wait().expect("it is dead");
    }

    /// Asks this member to stop, and waits until it has.
    pub(crate) fn stop(&mut self, id: usize) -> ExitStatus {
        let mut child = self.running[id - 1].take().expect("it runs");
        let number = child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &number]).status();
        assert!(told.expect("there is a kill").success());
        let begun = Instant::now();
        loop {
            if let Some(status) = child.try_wait().expect("it is ours") {
                return status;
            }
            if begun.elapsed() > PATIENCE {
                let _ = child.kill();
                panic!("n{id} does not stop:\n{}", self.log(id));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    pub(crate) fn log(&self, id: usize) -> String {
        fs::read_to_string(self.path(&format!("n{id}.log"))).expect("a log")
    }

    /// Waits until this is in the newest life's part of the member's log: what was logged since it was started last.
    pub(crate) fn has_logged(&self, id: usize, words: &str) {
        let begun = Instant::now();
        while !self.log(id)[self.logged[id - 1]..].contains(words) {
            assert!(begun.elapsed() < PATIENCE, "n{id} does not say {words:?}:\n{}", self.log(id));
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub(crate) fn port(&self, id: usize, which: Port) -> TcpStream {
        let address = SocketAddr::from(([127, 0, 0, 1], self.ports[id - 1][which as usize]));
        let begun = Instant::now();
        loop {
            match TcpStream::connect(address) {
                Ok(stream) => {
                    let limit = Some(Duration::from_secs(20));
                    stream.set_read_timeout(limit).expect("a limit");
                    return stream;
                }
                Err(error) if begun.elapsed() > PATIENCE => panic!("{address}: {error}"),
                Err(_) => std::thread::sleep(Duration::from_millis(20)),
            }
        }
    }

    /// What this member shows of itself, if it answers.
    pub(crate) fn status(&self, id: usize, keys: Option<Keys>) -> Result<String, String> {
        let callee = Callee {
            node: NodeId(u32::try_from(id).expect("a small number")),
            address: address(self.ports[id - 1][Port::Client as usize]),
            cluster: "harbour".to_owned(),
            protocol: None,
            keys,
        };
        let second = Duration::from_secs(1);
        let asked = Caller::connect(&callee, second).and_then(|mut caller| caller.status(second));
        asked.map_err(|error| error.to_string())
    }

    /// The member that leads.
    pub(crate) fn leader(&self) -> usize {
        let begun = Instant::now();
        loop {
            let leads = |id: &usize| {
                self.status(*id, None).is_ok_and(|lines| lines.contains("role=leader\n"))
            };
            if let Some(leader) = (1..=3).find(leads) {
                return leader;
            }
            assert!(begun.elapsed() < PATIENCE, "nobody leads:\n{}", self.log(1));
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Everything that this member counts.
    pub(crate) fn metrics(&self, id: usize) -> String {
        let mut stream = self.port(id, Port::Metrics);
        std::io::Write::write_all(&mut stream, b"GET /metrics HTTP/1.1\r\n\r\n").expect("sent");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("an answer");
        text
    }
}

/// How long anything may take on a machine that has a lot to do.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A port of a member.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Port {
    Peer = 0,
    Client = 1,
    Metrics = 2,
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for mut child in self.running.drain(..).flatten() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn address(port: u16) -> String {
    format!("127.0.0.1:{port}")
}

/// Ports that nobody has now, and that the system gives nobody: it gives out those from 32,768 on.
fn free_ports() -> [u16; 3] {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Test programs that run at the same time begin at other places.
    let first = (std::process::id() % 20_000) as u16;
    let mut free = (0..u16::MAX).filter_map(|_| {
        let port = 10_000 + (first + NEXT.fetch_add(1, Relaxed)) % 20_000;
        TcpListener::bind(("127.0.0.1", port)).is_ok().then_some(port)
    });
    [(); 3].map(|()| free.next().expect("a machine has free ports"))
}
