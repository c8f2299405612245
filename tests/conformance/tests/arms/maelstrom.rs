//! Subjects under Maelstrom, whose part is played here: lines of JSON, carried to whom they are for.

use std::io::{BufRead, BufReader, Write};
use std::process::ChildStdin;
use std::sync::mpsc::{Receiver, channel};

use seatrial_conformance::{Answer, Arm, Asked, Fault, Promises, Ticket};
use serde_json::{Value, json};

use super::Kind;
use super::cluster::{Cluster, Host, WHILE};

/// A cluster of processes, and the ways to their standard inputs.
pub(crate) struct MaelstromArm {
    cluster: Cluster,
    inputs: Vec<ChildStdin>,
    heard: Receiver<String>,
    /// The client's name, another one after each time that it has hung up.
    client: u64,
}

impl MaelstromArm {
    pub(crate) fn new(fault: Option<Fault>) -> Self {
        let mut cluster = Cluster::new(Kind::Maelstrom, fault);
        let (way, heard) = channel();
        let mut inputs = Vec::new();
        for node in 1..=3 {
            let child = cluster.start(node);
            inputs.push(child.stdin.take().expect("it is a pipe"));
            let output = BufReader::new(child.stdout.take().expect("it is a pipe"));
            let way = way.clone();
            std::thread::spawn(move || {
                for line in output.lines().map_while(Result::ok) {
                    if way.send(line).is_err() {
                        break;
                    }
                }
            });
        }
        let mut arm = Self { cluster, inputs, heard, client: 1 };
        for node in ["n1", "n2", "n3"] {
            let ids = ["n1", "n2", "n3"];
            let body = json!({ "type": "init", "msg_id": 0, "node_id": node, "node_ids": ids });
            arm.put(&json!({ "src": "c0", "dest": node, "body": body }));
        }
        arm
    }

    /// Gives a message to the node that it is for.
    fn put(&mut self, message: &Value) {
        let dest = message["dest"].as_str().unwrap_or_default();
        let node = ["n1", "n2", "n3"].iter().position(|node| *node == dest);
        if let Some(input) = node.map(|node| &mut self.inputs[node]) {
            // One that was killed hears nothing.
            let _ = writeln!(input, "{message}").and_then(|()| input.flush());
        }
    }

    /// Carries what a node has said to whom it is for.
    fn carry(&mut self, line: &str) -> Result<Option<(Ticket, Answer)>, String> {
        let message: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
        let body = &message["body"];
        match (body["type"].as_str().unwrap_or_default(), body["in_reply_to"].as_u64()) {
            ("seatrial", _) => {
                self.put(&message);
                Ok(None)
            }
            ("init_ok", _) => Ok(None),
            ("done", Some(_)) if message["dest"] != format!("c{}", self.client) => Ok(None),
            ("done", Some(number)) => {
                let answer = serde_json::from_value(body["answer"].clone());
                Ok(Some((Ticket(number), answer.map_err(|error| error.to_string())?)))
            }
            _ => Err(format!("a node says {line}")),
        }
    }
}

impl Arm for MaelstromArm {
    fn promises(&self) -> Promises {
        Kind::Maelstrom.promises()
    }

    fn ask(&mut self, node: u32, ticket: Ticket, asked: Asked) {
        let body = json!({ "type": "do", "msg_id": ticket.0, "acts": asked });
        let (src, dest) = (format!("c{}", self.client), format!("n{node}"));
        self.put(&json!({ "src": src, "dest": dest, "body": body }));
    }

    fn answers(&mut self) -> Result<Vec<(Ticket, Answer)>, String> {
        let first = self.heard.recv_timeout(WHILE);
        let said: Vec<String> = first.into_iter().chain(self.heard.try_iter()).collect();
        let mut answers = Vec::new();
        for line in said {
            answers.extend(self.carry(&line)?);
        }
        Ok(answers)
    }

    fn kill(&mut self, node: u32) {
        self.cluster.kill(node);
    }

    fn start(&mut self, node: u32) {
        panic!("n{node} had its one life");
    }

    fn hang_up(&mut self, _: u32) {
        self.client += 1;
    }

    fn told(&mut self, node: u32) -> Vec<u64> {
        self.cluster.told(node)
    }
}
