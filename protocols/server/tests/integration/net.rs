//! Maelstrom's part, played to the built binary over pipes: a network of lines between nodes, clients and services.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::support::PATIENCE;

/// Somebody on the network who is no node and no client: what it says, as lines for whoever has asked, whenever it is asked something.
pub(super) type Service = Box<dyn FnMut(&Value) -> Vec<Value> + Send>;

/// Nodes, and the network between them.
pub(super) struct Net {
    nodes: BTreeMap<String, (Child, ChildStdin)>,
    heard: Receiver<String>,
    way: Sender<String>,
    msg_id: u64,
    /// Nobody reaches this node, nor does it reach anybody but clients.
    pub(super) cut: Option<String>,
    /// By name.
    pub(super) services: BTreeMap<&'static str, Service>,
}

impl Net {
    /// No nodes yet.
    pub(super) fn empty() -> Self {
        let (way, heard) = channel();
        let (nodes, services) = (BTreeMap::new(), BTreeMap::new());
        Self { nodes, heard, way, msg_id: 0, cut: None, services }
    }

    /// So many nodes of this workload, initialised.
    pub(super) fn new(workload: &str, count: usize) -> Self {
        let mut net = Self::empty();
        let ids: Vec<String> = (1..=count).map(|id| format!("n{id}")).collect();
        for id in &ids {
            net.start(workload, id);
            let body = json!({ "type": "init", "node_id": id, "node_ids": ids });
            assert_eq!(net.ask(id, body)["type"], "init_ok");
        }
        net
    }

    pub(super) fn start(&mut self, workload: &str, id: &str) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_seatrial-maelstrom"));
        command.env("SEATRIAL_WORKLOAD", workload).env("SEATRIAL_LOG", "error");
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let way = self.way.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout.expect("a pipe")).lines().map_while(Result::ok) {
                let _ = way.send(line);
            }
        });
        self.nodes.insert(id.to_owned(), (child, stdin.expect("a pipe")));
    }

    pub(super) fn write(&mut self, node: &str, line: &str) {
        let (_, stdin) = self.nodes.get_mut(node).expect("it was started");
        writeln!(stdin, "{line}").expect("it reads");
    }

    /// Carries messages between nodes until there is one for a client.
    pub(super) fn next_for_client(&mut self, until: Instant) -> Option<Value> {
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let line = self.heard.recv_timeout(left).ok()?;
            let message: Value = serde_json::from_str(&line).expect("a node says nothing but JSON");
            let [src, dest] =
                ["src", "dest"].map(|end| message[end].as_str().expect("a name").to_owned());
            let is_carried = self.cut.as_ref().is_none_or(|cut| *cut != src && *cut != dest);
            if let Some(service) = self.services.get_mut(dest.as_str()) {
                let told = if is_carried { service(&message) } else { Vec::new() };
                told.iter().for_each(|told| self.write(&src, &told.to_string()));
                continue;
            }
            if !self.nodes.contains_key(&dest) {
                return Some(message);
            }
            if is_carried {
                self.write(&dest, &line);
            }
        }
    }

    /// Carries messages for a while.
    pub(super) fn carry(&mut self, span: Duration) {
        let until = Instant::now() + span;
        while self.next_for_client(until).is_some() {}
    }

    /// A client's request, and its number.
    pub(super) fn send(&mut self, node: &str, mut body: Value) -> u64 {
        self.msg_id += 1;
        body["msg_id"] = self.msg_id.into();
        self.write(node, &json!({ "src": "c1", "dest": node, "body": body }).to_string());
        self.msg_id
    }

    /// A client's request and its answer's body.
    pub(super) fn ask(&mut self, node: &str, body: Value) -> Value {
        let number = self.send(node, body.clone());
        let until = Instant::now() + PATIENCE;
        while let Some(message) = self.next_for_client(until) {
            if message["body"]["in_reply_to"] == number {
                assert_eq!((&message["src"], &message["dest"]), (&json!(node), &json!("c1")));
                return message["body"].clone();
            }
        }
        panic!("{node} does not answer {body}");
    }

    /// Asks again for as long as the node says that it cannot now.
    pub(super) fn ask_until_able(&mut self, node: &str, body: &Value) -> Value {
        loop {
            let answer = self.ask(node, body.clone());
            if answer["code"] != 11 {
                return answer;
            }
        }
    }

    /// Ends the input of a node, and waits until it has ended.
    pub(super) fn end(&mut self, node: &str) -> ExitStatus {
        let (mut child, stdin) = self.nodes.remove(node).expect("it was started");
        drop(stdin);
        child.wait().expect("it ends")
    }
}

impl Drop for Net {
    fn drop(&mut self) {
        for (child, _) in self.nodes.values_mut() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
