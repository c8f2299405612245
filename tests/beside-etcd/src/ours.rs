//! A client of `raft-kv`: frames on a socket, one request under way.

use std::net::SocketAddr;

use seatrial_hosts::random;
use seatrial_hosts::tcp::{Ask, Frames, Hello, Role, Told, Welcome};
use seatrial_kv::{Command, KvState};
use seatrial_node::{Wire, seal};
use seatrial_service::{Op, Request, Response, StateMachine};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::load::Writes;

/// A connection with a session.
pub(crate) struct Client {
    stream: TcpStream,
    frames: Frames,
    session: u64,
    number: u64,
    out: Vec<u8>,
}

type Query = <KvState as StateMachine>::Query;
type Output = <KvState as StateMachine>::Output;

impl Client {
    pub(crate) async fn connect(address: SocketAddr) -> Result<Self, String> {
        let stream = TcpStream::connect(address).await.map_err(|error| error.to_string())?;
        stream.set_nodelay(true).map_err(|error| error.to_string())?;
        let (frames, out) = (Frames::new(1 << 20), Vec::new());
        let mut client = Self { stream, frames, session: random() >> 1, number: 0, out };
        let (cluster, protocol) = ("beside-etcd".to_owned(), "raft-kv".to_owned());
        client.say(&Hello { cluster, protocol, role: Role::Client }).await?;
        match client.hear().await? {
            Welcome::Come(_) => Ok(client),
            Welcome::Refused(refusal) => Err(refusal.to_string()),
        }
    }

    async fn say(&mut self, value: &impl Wire) -> Result<(), String> {
        self.out.clear();
        seal(value, &mut self.out);
        self.stream.write_all(&self.out).await.map_err(|error| error.to_string())
    }

    async fn hear<T: Wire>(&mut self) -> Result<T, String> {
        loop {
            if let Some(frame) = self.frames.take().map_err(|error| error.to_string())? {
                return T::decode(frame).map_err(|error| error.to_string());
            }
            match self.stream.read_buf(self.frames.room()).await {
                Ok(0) => return Err("the connection ended".to_owned()),
                Ok(_) => {}
                Err(error) => return Err(error.to_string()),
            }
        }
    }
}

impl Writes for Client {
    async fn put(&mut self, key: &str, value: &str) -> Result<(), String> {
        self.number += 1;
        let op: Op<Command, Query> =
            Op::Command(Command::Write { key: key.to_owned(), value: value.into() });
        let mut body = Vec::new();
        Request { client: self.session, seq: self.number, op }.encode(&mut body);
        let number = self.number;
        self.say(&Ask::Request { number, body }).await?;
        match self.hear().await? {
            Told::Answer { number: answered, body } if answered == number => {
                match Response::<Output>::decode(&body).map_err(|error| error.to_string())? {
                    Response::Done(_) => Ok(()),
                    other => Err(format!("{other:?}")),
                }
            }
            other => Err(format!("{other:?}")),
        }
    }
}
