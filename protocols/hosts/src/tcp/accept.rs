//! Whoever comes to a member's ports: let in, or refused with a reason and counted.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use seatrial_node::{NodeId, seal};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, timeout};
use tracing::{debug, info, warn};

use super::hello::{HELLO_LIMIT, Hello, Refusal, Role, Welcome};
use super::meter::{Meter, Peer};
use super::places::{Guest, Places};
use super::socket::{Broken, GREETING, Stream, TLS, halves, linger, stopping};
use super::throttle::Throttle;
use super::tls::{Keys, Shown};
use super::wires::Event;
use crate::disk::{Home, Met};

/// The longest message of a member, in bytes: a write-ahead log's longest record, and what comes with it.
const MESSAGE_LIMIT: usize = 80 << 20;

/// How many connections the ports have at a time. Together they leave room below the usual limit of 1,024 open files, which the disk has to
/// share.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Room {
    Members = 128,
    Clients = 700,
    Metrics = 32,
}

/// Who listens.
pub(crate) struct Door {
    pub(crate) cluster: String,
    pub(crate) protocol: &'static str,
    pub(crate) me: NodeId,
    pub(crate) members: Vec<NodeId>,
    pub(crate) keys: Option<Arc<Keys>>,
    pub(crate) meter: Arc<Meter>,
    pub(crate) met: Arc<Mutex<Met>>,
    pub(crate) events: mpsc::Sender<Event>,
    /// Says that nothing new is read any more, because the node has stopped.
    pub(crate) stop: watch::Receiver<bool>,
}

/// Lets everybody in who comes to this port and has a place, each in a task of its own that runs `serve`, until the node stops.
pub(crate) async fn listen<F>(
    door: Arc<Door>,
    listener: TcpListener,
    places: Arc<Places>,
    serve: impl Fn(Arc<Door>, TcpStream, Guest) -> F,
) where
    F: Future<Output = Result<(), Broken>> + Send + 'static,
{
    let throttle = Arc::new(Mutex::new(Throttle::default()));
    let mut stop = door.stop.clone();
    loop {
        let come = tokio::select! {
            come = listener.accept() => come,
            () = stopping(&mut stop) => return,
        };
        let (stream, address) = match come {
            Ok(come) => come,
            Err(error) => {
                // Too many open files, as a rule: some will close.
                warn!(%error, "a connection cannot be accepted");
                sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let Some(guest) = places.admit(Instant::now()) else {
            door.meter.refuse("too many");
            debug!(%address, "too many connections");
            continue;
        };
        let (meter, served) = (door.meter.clone(), serve(door.clone(), stream, guest));
        let throttle = throttle.clone();
        tokio::spawn(async move {
            if let Err(broken) = served.await {
                meter.refuse(broken.word());
                // Nobody panics while holding it.
                let mut throttle = throttle.lock().unwrap_or_else(PoisonError::into_inner);
                match throttle.admit(broken.word(), Instant::now()) {
                    Some(more) => {
                        info!(%address, why = %broken, more, "a connection was refused or broken off");
                    }
                    None => {
                        debug!(%address, why = %broken, "a connection was refused or broken off")
                    }
                }
            }
        });
    }
}

impl Door {
    /// Secures a connection, where this cluster has keys.
    pub(crate) async fn secure(
        &self,
        stream: TcpStream,
    ) -> Result<(Box<dyn Stream>, Option<Shown>), Broken> {
        stream.set_nodelay(true)?;
        let Some(keys) = &self.keys else { return Ok((Box::new(stream), None)) };
        let first = timeout(GREETING, first_byte(&stream)).await;
        match first.unwrap_or(Err(Broken::Slow(GREETING)))? {
            TLS => {}
            first => return Err(refuse_plain(stream, first).await),
        }
        let secured = timeout(GREETING, keys.accept(stream)).await;
        let (stream, shown) = secured.unwrap_or(Err(Broken::Slow(GREETING)))?;
        Ok((stream, Some(shown)))
    }

    /// Whether this member may come with this directory.
    fn meet(&self, member: NodeId, home: Home) -> Result<(), Refusal> {
        // Nobody panics while holding it.
        let met = self.met.lock().unwrap_or_else(PoisonError::into_inner).meet(member, home);
        match met {
            Ok(true) => Ok(()),
            Ok(false) => {
                warn!(peer = %member, "it comes with another directory than before, and was not started with --replaced-disk: it is not let in");
                Err(Refusal::Directory)
            }
            Err(error) => {
                warn!(peer = %member, %error, "the directory with which it comes cannot be written down");
                Ok(())
            }
        }
    }

    /// Whether such a caller, with such a certificate, is welcome.
    pub(crate) fn check(&self, hello: &Hello, shown: Option<&Shown>) -> Result<(), Refusal> {
        hello.check(&self.cluster, self.protocol, self.me, &self.members)?;
        match (hello.role, shown) {
            (Role::Member { from, .. }, Some(shown)) => shown.is_of(from).map_err(Refusal::Key),
            _ => Ok(()),
        }
    }
}

/// With what a caller begins.
async fn first_byte(stream: &TcpStream) -> Result<u8, Broken> {
    let mut first = [0];
    match stream.peek(&mut first).await? {
        0 => Err(Broken::Cut),
        _ => Ok(first[0]),
    }
}

fn is_tls(first: Result<u8, Broken>) -> bool {
    first.is_ok_and(|first| first == TLS)
}

/// Tells one who speaks without TLS that it is spoken here: in a frame, or in a line.
async fn refuse_plain(mut stream: TcpStream, first: u8) -> Broken {
    let mut told = Vec::new();
    match first {
        b'S' => seal(&Welcome::Refused(Refusal::Plain), &mut told),
        _ => told.extend_from_slice(format!("error: {}\n", Refusal::Plain).as_bytes()),
    }
    // Whether it hears it or has gone already, it is refused.
    if timeout(GREETING, stream.write_all(&told)).await.is_ok_and(|sent| sent.is_ok()) {
        let _ = stream.shutdown().await;
        linger(&mut stream).await;
    }
    Broken::Refused(Refusal::Plain)
}

/// Another member's connection: its messages, until it ends.
pub(crate) async fn member(door: Arc<Door>, stream: TcpStream, _: Guest) -> Result<(), Broken> {
    if door.keys.is_none() && timeout(GREETING, first_byte(&stream)).await.is_ok_and(is_tls) {
        let mut stream = stream;
        stream.shutdown().await?;
        linger(&mut stream).await;
        return Err(Broken::Tls);
    }
    let (stream, shown) = door.secure(stream).await?;
    let (mut reading, mut writing) = halves(stream, HELLO_LIMIT);
    let hello: Hello = match reading.greeting().await {
        Err(broken @ (Broken::Frame(_) | Broken::Wire(_))) => {
            // It may be a member of another version: tell it.
            let refusal = Refusal::Unreadable(broken.to_string());
            writing.say(&Welcome::Refused(refusal)).await?;
            return Err(broken);
        }
        heard => heard?,
    };
    let from = match (door.check(&hello, shown.as_ref()), hello.role) {
        (Ok(()), Role::Member { from, home, .. }) => door.meet(from, home).map(|()| from),
        (checked, _) => Err(checked.err().unwrap_or(Refusal::Stranger)),
    };
    let from = match from {
        Ok(from) => from,
        Err(refusal) => {
            writing.say(&Welcome::Refused(refusal.clone())).await?;
            writing.end().await;
            return Err(Broken::Refused(refusal));
        }
    };
    writing.say(&Welcome::Come(door.me)).await?;
    door.meter.accepted.inc();
    info!(peer = %from, "a member has connected");
    reading.set_limit(MESSAGE_LIMIT);
    let received = door.meter.received.get_or_create(&Peer { peer: from.0 }).clone();
    loop {
        let mut bodies = Vec::new();
        while let Some(frame) = reading.next()? {
            bodies.push(frame.to_vec());
        }
        received.inc_by(bodies.len() as u64);
        if !bodies.is_empty() && door.events.send(Event::Messages { from, bodies }).await.is_err() {
            // The node stops.
            return Ok(());
        }
        if !reading.more().await? {
            debug!(peer = %from, "a member's connection has ended");
            return Ok(());
        }
    }
}
