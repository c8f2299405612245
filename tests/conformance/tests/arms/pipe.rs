//! Subjects behind pipes: what each says is carried to whom it is for.

use std::io::{BufReader, Write};
use std::process::ChildStdin;
use std::sync::mpsc::{Receiver, Sender, channel};

use seatrial_conformance::{Answer, Arm, Asked, Fault, Promises, Ticket};
use seatrial_hosts::pipe::{Parcel, read_parcel, write_parcel};
use seatrial_node::Wire;

use super::Kind;
use super::cluster::{Cluster, Host, WHILE};

const MESSAGE: u8 = 1;
const REQUEST: u8 = 3;

/// A cluster of processes, and the ways to their standard inputs.
pub(crate) struct PipeArm {
    cluster: Cluster,
    inputs: [Option<ChildStdin>; 3],
    way: Sender<(u32, Result<Parcel, String>)>,
    heard: Receiver<(u32, Result<Parcel, String>)>,
    /// Answers to earlier requests are nobody's.
    hung_up: u64,
    asked: u64,
}

impl PipeArm {
    pub(crate) fn new(fault: Option<Fault>) -> Self {
        let (way, heard) = channel();
        let cluster = Cluster::new(Kind::Pipe, fault);
        let inputs = [None, None, None];
        let mut arm = Self { cluster, inputs, way, heard, hung_up: 0, asked: 0 };
        for node in 1..=3 {
            arm.start(node);
        }
        arm
    }

    fn put(&mut self, node: u32, kind: u8, number: u64, bytes: &[u8]) {
        let mut frame = Vec::new();
        write_parcel(kind, number, bytes, &mut frame);
        if let Some(input) = &mut self.inputs[node as usize - 1] {
            // One that was killed hears nothing.
            let _ = input.write_all(&frame).and_then(|()| input.flush());
        }
    }

    /// Carries what a node has said to whom it is for.
    fn carry(&mut self, from: u32, said: Parcel) -> Result<Option<(Ticket, Answer)>, String> {
        match said.kind {
            MESSAGE => {
                let to = u32::try_from(said.number).map_err(|error| error.to_string())?;
                self.put(to, MESSAGE, from.into(), &said.bytes);
                Ok(None)
            }
            REQUEST if said.number <= self.hung_up => Ok(None),
            REQUEST => {
                let answer = Answer::decode(&said.bytes).map_err(|error| error.to_string())?;
                Ok(Some((Ticket(said.number), answer)))
            }
            other => Err(format!("n{from} says something of kind {other}")),
        }
    }
}

impl Arm for PipeArm {
    fn promises(&self) -> Promises {
        Kind::Pipe.promises()
    }

    fn ask(&mut self, node: u32, ticket: Ticket, asked: Asked) {
        self.asked = ticket.0;
        let mut bytes = Vec::new();
        asked.encode(&mut bytes);
        self.put(node, REQUEST, ticket.0, &bytes);
    }

    fn answers(&mut self) -> Result<Vec<(Ticket, Answer)>, String> {
        let first = self.heard.recv_timeout(WHILE);
        let said: Vec<_> = first.into_iter().chain(self.heard.try_iter()).collect();
        let mut answers = Vec::new();
        for (from, said) in said {
            answers.extend(self.carry(from, said?)?);
        }
        Ok(answers)
    }

    fn kill(&mut self, node: u32) {
        self.cluster.kill(node);
        self.inputs[node as usize - 1] = None;
    }

    fn start(&mut self, node: u32) {
        let child = self.cluster.start(node);
        self.inputs[node as usize - 1] = child.stdin.take();
        let mut output = BufReader::new(child.stdout.take().expect("it is a pipe"));
        let way = self.way.clone();
        std::thread::spawn(move || {
            // One that is killed is cut off within a frame.
            while let Ok(Some(parcel)) = read_parcel(&mut output) {
                if way.send((node, Ok(parcel))).is_err() {
                    break;
                }
            }
        });
    }

    /// There are no connections of clients: whoever carries the answers drops them.
    fn hang_up(&mut self, _: u32) {
        self.hung_up = self.asked;
    }

    fn told(&mut self, node: u32) -> Vec<u64> {
        self.cluster.told(node)
    }
}
