//! A client's connection to one member, for callers that wait: a request, then its answer.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

use seatrial_node::{NodeId, Wire, WireError, seal};
use thiserror::Error;

use super::ask::{Ask, Told};
use super::frames::{FrameError, Frames};
use super::hello::{Hello, Refusal, Role, Welcome};
use super::tls::Keys;

/// Whom a client calls, and as what.
#[derive(Clone, Debug)]
pub struct Callee {
    /// Which member.
    pub node: NodeId,
    /// Where it listens for clients, as `host:port`.
    pub address: String,
    /// The name of its cluster.
    pub cluster: String,
    /// The protocol that it serves; who names none can ask for the status only.
    pub protocol: Option<String>,
    /// The caller's keys, where the cluster has any.
    pub keys: Option<Keys>,
}

/// Why a call brought no answer.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CallError {
    /// **Definite**: the request did not reach the node, and never will.
    #[error("{0}")]
    NotAsked(String),
    /// **Definite, and for good**: this member refuses such a caller, and will the next time.
    #[error("{0}")]
    Unwelcome(String),
    /// **Not definite**: the request was sent, and nobody knows what became of it.
    #[error("{0}")]
    NotAnswered(String),
}

impl CallError {
    /// Whether it is certain that the request had no effect and never will have.
    pub const fn is_definite(&self) -> bool {
        matches!(self, Self::NotAsked(_) | Self::Unwelcome(_))
    }
}

/// A connection to one member, met and welcome.
pub struct Caller {
    stream: Box<dyn Both>,
    /// The same connection, for its time limits.
    clock: TcpStream,
    frames: Frames,
    number: u64,
    /// Whether it goes through TLS.
    secured: bool,
}

trait Both: Read + Write + Send {}

impl<S: Read + Write + Send> Both for S {}

impl std::fmt::Debug for Caller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Caller").field("peer", &self.clock.peer_addr()).finish_non_exhaustive()
    }
}

/// The longest answer, in bytes.
pub(super) const ANSWER_LIMIT: usize = 80 << 20;

/// Why nothing could be read.
#[derive(Debug, Error)]
enum Unheard {
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("{0}")]
    Frame(#[from] FrameError),
    #[error("{0}")]
    Wire(#[from] WireError),
    #[error("the connection ended")]
    Ended,
    #[error("no answer in time")]
    Late,
    #[error("refused: {0}")]
    Refused(Refusal),
    #[error(
        "the connection cannot be secured: {0}; do the keys and the [tls] of the cluster file fit this member?"
    )]
    Insecure(io::Error),
}

impl Unheard {
    /// Whether meeting again would end like this again.
    fn is_final(&self) -> bool {
        match self {
            Self::Frame(_) | Self::Wire(_) | Self::Refused(_) => true,
            // What is left of a server that was killed looks like one that does not speak TLS.
            Self::Insecure(error) => error.kind() == io::ErrorKind::InvalidData,
            Self::Io(_) | Self::Ended | Self::Late => false,
        }
    }
}

impl Caller {
    /// Connects and greets, within this time.
    ///
    /// # Errors
    /// [`CallError::NotAsked`] where that fails, [`CallError::Unwelcome`] where it would fail again.
    pub fn connect(callee: &Callee, within: Duration) -> Result<Self, CallError> {
        let deadline = Instant::now() + within;
        let met = Self::meet(callee, deadline);
        met.map_err(|why| {
            let told = format!("{} at {}: {why}", callee.node, callee.address);
            if why.is_final() { CallError::Unwelcome(told) } else { CallError::NotAsked(told) }
        })
    }

    fn meet(callee: &Callee, deadline: Instant) -> Result<Self, Unheard> {
        let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
        for address in callee.address.to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, left(deadline)?) {
                Ok(stream) => return Self::greet(stream, callee, deadline),
                Err(error) => last = error,
            }
        }
        Err(last.into())
    }

    fn greet(tcp: TcpStream, callee: &Callee, deadline: Instant) -> Result<Self, Unheard> {
        tcp.set_nodelay(true)?;
        let clock = tcp.try_clone()?;
        let stream: Box<dyn Both> = match &callee.keys {
            None => Box::new(tcp),
            Some(keys) => {
                let secured = keys.connect_blocking(tcp, callee.node);
                Box::new(secured.map_err(io::Error::other)?)
            }
        };
        let frames = Frames::new(ANSWER_LIMIT);
        let secured = callee.keys.is_some();
        let mut caller = Self { stream, clock, frames, number: 0, secured };
        let role = if callee.protocol.is_some() { Role::Client } else { Role::Observer };
        let Callee { cluster, protocol, .. } = callee.clone();
        let hello = Hello { cluster, protocol: protocol.unwrap_or_default(), role };
        // The first that is said secures the connection.
        let told = caller.say(&hello, deadline).and_then(|()| caller.hear(deadline));
        match told.map_err(|why| caller.of_securing(why))? {
            Welcome::Come(here) if here == callee.node => Ok(caller),
            Welcome::Come(here) => Err(Unheard::Refused(Refusal::Node { here })),
            Welcome::Refused(refusal) => Err(Unheard::Refused(refusal)),
        }
    }

    /// The trouble in meeting, where it may be one of keys.
    fn of_securing(&self, why: Unheard) -> Unheard {
        let is_of_keys = |error: &io::Error| {
            matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof)
        };
        match why {
            Unheard::Io(error) if self.secured && is_of_keys(&error) => Unheard::Insecure(error),
            why => why,
        }
    }

    /// Asks something of the protocol, and waits so long for the answer. After an error the connection is of no more use.
    ///
    /// # Errors
    /// Where there is no answer.
    pub fn request<Q: Wire, A: Wire>(
        &mut self,
        request: &Q,
        within: Duration,
    ) -> Result<A, CallError> {
        let deadline = Instant::now() + within;
        self.number += 1;
        let mut body = Vec::new();
        request.encode(&mut body);
        match self.told(&Ask::Request { number: self.number, body }, deadline) {
            Ok(Told::Answer { body, .. }) => {
                let read = A::decode(&body);
                read.map_err(|why| CallError::NotAnswered(format!("the answer: {why}")))
            }
            Ok(Told::Refused { why, .. }) => Err(CallError::NotAsked(why)),
            Ok(Told::Status { .. }) => Err(CallError::NotAnswered("no answer but a status".into())),
            Err(why) => Err(CallError::NotAnswered(why.to_string())),
        }
    }

    /// Asks for the node's status: lines of names and values.
    ///
    /// # Errors
    /// Where there is no answer.
    pub fn status(&mut self, within: Duration) -> Result<String, CallError> {
        let deadline = Instant::now() + within;
        self.number += 1;
        match self.told(&Ask::Status { number: self.number }, deadline) {
            Ok(Told::Status { text, .. }) => Ok(text),
            Ok(told) => Err(CallError::NotAsked(format!("no status but {told:?}"))),
            // A question for the status has no effect in any case.
            Err(why) => Err(CallError::NotAsked(why.to_string())),
        }
    }

    /// Says this and waits for what is told about it.
    fn told(&mut self, ask: &Ask, deadline: Instant) -> Result<Told, Unheard> {
        self.say(ask, deadline)?;
        loop {
            let told = self.hear(deadline)?;
            let (Told::Answer { number, .. }
            | Told::Status { number, .. }
            | Told::Refused { number, .. }) = &told;
            if *number == self.number {
                return Ok(told);
            }
        }
    }

    fn say(&mut self, value: &impl Wire, deadline: Instant) -> Result<(), Unheard> {
        let mut frame = Vec::new();
        seal(value, &mut frame);
        self.clock.set_write_timeout(Some(left(deadline)?))?;
        // Securing a connection reads, too.
        self.clock.set_read_timeout(Some(left(deadline)?))?;
        self.stream.write_all(&frame)?;
        Ok(self.stream.flush()?)
    }

    fn hear<T: Wire>(&mut self, deadline: Instant) -> Result<T, Unheard> {
        let mut piece = vec![0; 16 << 10];
        loop {
            if let Some(frame) = self.frames.take()? {
                return Ok(T::decode(frame)?);
            }
            self.clock.set_read_timeout(Some(left(deadline)?))?;
            match self.stream.read(&mut piece) {
                Ok(0) => return Err(Unheard::Ended),
                Ok(count) => self.frames.room().extend_from_slice(&piece[..count]),
                Err(error) => match error.kind() {
                    io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => {
                        return Err(Unheard::Late);
                    }
                    io::ErrorKind::Interrupted => {}
                    _ => return Err(error.into()),
                },
            }
        }
    }
}

/// How long there is until then.
fn left(deadline: Instant) -> Result<Duration, Unheard> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(Unheard::Late) } else { Ok(left) }
}
