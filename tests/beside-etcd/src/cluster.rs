//! Three processes in an empty folder, all of them gone when it is dropped.

use std::error::Error;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use clap::ValueEnum;
use seatrial_hosts::tcp::{Callee, Caller};
use seatrial_node::NodeId;
use tempfile::TempDir;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum System {
    Seatrial,
    Etcd,
}

impl System {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Seatrial => "seatrial",
            Self::Etcd => "etcd",
        }
    }
}

/// A cluster of three.
pub(crate) struct Cluster {
    system: System,
    members: Vec<Member>,
    running: Vec<Child>,
    /// Gone after the processes are.
    folder: TempDir,
}

/// Where a member listens.
#[derive(Clone, Copy, Debug)]
struct Member {
    peer: SocketAddr,
    client: SocketAddr,
}

/// Builds the server as a user builds it, and says where it is.
pub(crate) fn build_server() -> Result<PathBuf, Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--release", "--package", "seatrial-server", "--bin", "seatrial-server"])
        .current_dir(&root)
        .status()?;
    if !built.success() {
        return Err("the server does not build".into());
    }
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    Ok(target.join("release/seatrial-server"))
}

impl Cluster {
    /// Starts three members of a new cluster with their files in a new folder below this one.
    pub(crate) fn start(
        system: System,
        program: &Path,
        base: &Path,
    ) -> Result<Self, Box<dyn Error>> {
        let folder = TempDir::with_prefix_in("beside-etcd-", base)?;
        let (members, running) = (Member::free(3), Vec::new());
        let mut cluster = Self { system, members, running, folder };
        let file = cluster.cluster_file()?;
        for place in 0..3 {
            let mut command = Command::new(program);
            match system {
                System::Seatrial => Self::seatrial(place, &file, &mut command),
                System::Etcd => cluster.etcd(place, &mut command),
            }
            let log = File::create(cluster.path(&format!("log{place}")))?;
            let child = command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn();
            let child = child.map_err(|error| format!("{}: {error}", program.display()))?;
            cluster.running.push(child);
        }
        Ok(cluster)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The cluster file of `seatrial-server`.
    fn cluster_file(&self) -> Result<PathBuf, Box<dyn Error>> {
        let mut file = "cluster = \"beside-etcd\"\n".to_owned();
        for (id, Member { peer, client }) in (1..).zip(&self.members) {
            writeln!(file, "[[member]]\nid = {id}\npeer = \"{peer}\"\nclient = \"{client}\"")?;
        }
        let path = self.path("cluster.toml");
        fs::write(&path, file)?;
        Ok(path)
    }

    fn seatrial(place: usize, file: &Path, command: &mut Command) {
        command.arg("raft-kv").arg("--config").arg(file).args(["--id", &(place + 1).to_string()]);
    }

    fn etcd(&self, place: usize, command: &mut Command) {
        let Member { peer, client } = self.members[place];
        let all = (1..).zip(&self.members);
        let all: Vec<_> = all.map(|(id, member)| format!("n{id}=http://{}", member.peer)).collect();
        command
            .arg("--name")
            .arg(format!("n{}", place + 1))
            .arg("--data-dir")
            .arg(self.path(&format!("data{place}")))
            .args(["--listen-peer-urls", &format!("http://{peer}")])
            .args(["--initial-advertise-peer-urls", &format!("http://{peer}")])
            .args(["--listen-client-urls", &format!("http://{client}")])
            .args(["--advertise-client-urls", &format!("http://{client}")])
            .args(["--initial-cluster", &all.join(",")])
            .args(["--initial-cluster-state", "new", "--logger", "zap", "--log-level", "error"]);
    }

    /// Where clients reach the members.
    pub(crate) fn clients(&self) -> Vec<SocketAddr> {
        self.members.iter().map(|member| member.client).collect()
    }

    /// Where clients reach the leader.
    pub(crate) async fn leader(&self) -> Result<SocketAddr, Box<dyn Error>> {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(30) {
            if let Some(leader) = self.clients().into_iter().find(|client| self.leads(*client)) {
                return Ok(leader);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err("nobody leads".into())
    }

    fn leads(&self, client: SocketAddr) -> bool {
        match self.system {
            System::Seatrial => {
                let callee = Callee {
                    node: NodeId(0),
                    address: client.to_string(),
                    cluster: "beside-etcd".to_owned(),
                    protocol: None,
                    keys: None,
                };
                let second = Duration::from_secs(1);
                let status =
                    Caller::connect(&callee, second).and_then(|mut caller| caller.status(second));
                status.is_ok_and(|lines| lines.contains("role=leader\n"))
            }
            System::Etcd => {
                let asked = Command::new("etcdctl")
                    .env("ETCDCTL_API", "3")
                    .args([
                        "--endpoints",
                        &client.to_string(),
                        "endpoint",
                        "status",
                        "-w",
                        "fields",
                    ])
                    .output();
                let text = asked.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
                let text = text.unwrap_or_default();
                let field = |name: &str| {
                    text.lines().find_map(|line| line.strip_prefix(name).map(str::to_owned))
                };
                let (member, leader) = (field("\"MemberID\" : "), field("\"Leader\" : "));
                member.is_some() && member == leader
            }
        }
    }

    /// What the members have written to their logs.
    pub(crate) fn logs(&self) -> String {
        let log = |place| fs::read_to_string(self.path(&format!("log{place}"))).unwrap_or_default();
        (0..3).map(log).collect::<Vec<_>>().join("\n")
    }

    /// What the processes have taken of the processors, in seconds.
    pub(crate) fn cpu_seconds(&self) -> f64 {
        let ticks = |child: &Child| {
            let stat = fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap_or_default();
            let after_name = stat.rsplit(')').next().unwrap_or_default().to_owned();
            let fields = after_name.split_whitespace().skip(11).take(2);
            fields.filter_map(|field| field.parse::<f64>().ok()).sum::<f64>()
        };
        // The system counts a hundredth of a second as one.
        self.running.iter().map(ticks).sum::<f64>() / 100.0
    }
}

impl Member {
    /// So many members with ports that nobody has now, and that the system gives nobody: it gives out those from 32,768 on.
    fn free(count: usize) -> Vec<Self> {
        let first = (std::process::id() % 20_000) as u16;
        let address =
            |port: u16| SocketAddr::from(([127, 0, 0, 1], 10_000 + (first + port) % 20_000));
        let mut free =
            (0..20_000).map(address).filter(|address| TcpListener::bind(address).is_ok());
        (0..count).map_while(|_| Some(Self { peer: free.next()?, client: free.next()? })).collect()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for child in &mut self.running {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
