//! Subjects on sockets, each a process of its own.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Instant;

use seatrial_conformance::{Answer, Arm, Asked, Fault, Promises, Ticket};
use seatrial_hosts::tcp::{Ask, Frames, Hello, Role, Told, Welcome};
use seatrial_node::{Wire, seal};

use super::Kind;
use super::cluster::{Cluster, Host, PATIENCE, WHILE};

/// A cluster of processes, and a client's connection to each.
pub(crate) struct TcpArm {
    pub(crate) cluster: Cluster,
    connections: [Option<TcpStream>; 3],
    way: Sender<Result<(Ticket, Answer), String>>,
    heard: Receiver<Result<(Ticket, Answer), String>>,
}

impl TcpArm {
    pub(crate) fn new(fault: Option<Fault>) -> Self {
        let mut arm = Self::unstarted(fault);
        for node in 1..=3 {
            arm.start(node);
        }
        arm
    }

    /// A cluster whose members are not started yet.
    pub(crate) fn unstarted(fault: Option<Fault>) -> Self {
        let (way, heard) = channel();
        let cluster = Cluster::new(Kind::Tcp, fault);
        Self { cluster, connections: [None, None, None], way, heard }
    }

    /// A client comes to this node.
    pub(crate) fn connect(&mut self, node: u32) {
        let port = self.cluster.ports[node as usize - 1][1];
        let begun = Instant::now();
        let mut stream = loop {
            match TcpStream::connect(("127.0.0.1", port)) {
                Ok(stream) => break stream,
                Err(error) => assert!(begun.elapsed() < PATIENCE, "n{node}: {error}"),
            }
            std::thread::sleep(WHILE);
        };
        stream.set_nodelay(true).expect("it is a socket");
        let hello = Hello {
            cluster: "conformance".to_owned(),
            protocol: "conformance".to_owned(),
            role: Role::Client,
        };
        say(&mut stream, &hello).expect("it listens");
        let (reading, way) = (stream.try_clone().expect("a socket"), self.way.clone());
        std::thread::spawn(move || listen(reading, &way));
        self.connections[node as usize - 1] = Some(stream);
    }
}

fn say(stream: &mut TcpStream, value: &impl Wire) -> std::io::Result<()> {
    let mut frame = Vec::new();
    seal(value, &mut frame);
    stream.write_all(&frame)
}

/// Hears what a member says, until the connection ends.
fn listen(mut stream: TcpStream, way: &Sender<Result<(Ticket, Answer), String>>) {
    let mut frames = Frames::new(1 << 20);
    let mut is_welcome = false;
    let mut bytes = [0; 4_096];
    while let Ok(count @ 1..) = stream.read(&mut bytes) {
        frames.room().extend_from_slice(&bytes[..count]);
        while let Some(frame) = frames.take().expect("a member speaks frames") {
            if !std::mem::replace(&mut is_welcome, true) {
                let welcome = Welcome::decode(frame).expect("it is a greeting");
                assert!(matches!(welcome, Welcome::Come(_)), "{welcome:?}");
                continue;
            }
            let heard = match Told::decode(frame) {
                Ok(Told::Answer { number, body }) => Answer::decode(&body)
                    .map(|answer| (Ticket(number), answer))
                    .map_err(|error| error.to_string()),
                other => Err(format!("{other:?}")),
            };
            if way.send(heard).is_err() {
                return;
            }
        }
    }
}

impl Arm for TcpArm {
    fn promises(&self) -> Promises {
        Kind::Tcp.promises()
    }

    fn ask(&mut self, node: u32, ticket: Ticket, asked: Asked) {
        let mut body = Vec::new();
        asked.encode(&mut body);
        let stream = self.connections[node as usize - 1].as_mut().expect("there is a client");
        say(stream, &Ask::Request { number: ticket.0, body }).expect("it listens");
    }

    fn answers(&mut self) -> Result<Vec<(Ticket, Answer)>, String> {
        let first = self.heard.recv_timeout(WHILE);
        first.into_iter().chain(self.heard.try_iter()).collect()
    }

    fn kill(&mut self, node: u32) {
        self.cluster.kill(node);
        self.connections[node as usize - 1] = None;
    }

    fn start(&mut self, node: u32) {
        self.cluster.start(node);
        self.connect(node);
    }

    fn hang_up(&mut self, node: u32) {
        if let Some(stream) = self.connections[node as usize - 1].take() {
            stream.shutdown(Shutdown::Both).expect("it is connected");
        }
        self.connect(node);
    }

    fn told(&mut self, node: u32) -> Vec<u64> {
        self.cluster.told(node)
    }
}
