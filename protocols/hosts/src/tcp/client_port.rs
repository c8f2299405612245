//! The port for clients. One that begins with a frame speaks frames, with many requests under way; any other speaks lines of text, one
//! request after the other, so that `nc` is a client.
//!
//! A line may begin with `@SESSION.NUMBER `: then it is that command of that session, and sent again, by way of any member, it counts once.
//! Without that, each connection is a session of its own.
//!
//! Where all places are taken, the connection that has been silent longest [makes room](super::places).
//!
//! When the member stops, what a client has said by then is answered first, then the connection ends in both ways, one after the other.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use seatrial_node::{Wire, seal};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{oneshot, watch};
use tokio::time::timeout;
use tracing::debug;

use super::accept::Door;
use super::ask::{Ask, Told};
use super::hello::{HELLO_LIMIT, Hello, Refusal, Role, Welcome};
use super::lane::Lane;
use super::lines::{LINE_LIMIT, Line, Lines};
use super::places::Guest;
use super::socket::{
    Broken, QUIET, Reading, Stream, TLS, WRITE, Writing, halves, linger, stopping,
};
use super::wires::Event;
use crate::speech::Session;

/// The longest request of a client, in bytes.
const REQUEST_LIMIT: usize = 16 << 20;

/// How many bytes of answers may wait for one client.
const ANSWER_LIMIT: usize = 16 << 20;

/// What is told of requests that come too late.
const STOPPING: &str = "this member is stopping";

/// What is told to one that makes room.
const DISPLACED: &str = "this was silent longest, and there is no place left: connect again";

/// How long somebody may be silent before it is known what it speaks.
const SILENCE: Duration = Duration::from_secs(60);

/// A client's connection, until it ends.
pub(crate) async fn client(door: Arc<Door>, stream: TcpStream, guest: Guest) -> Result<(), Broken> {
    let (stream, _) = tokio::select! {
        secured = door.secure(stream) => secured?,
        () = guest.is_sent_away() => return Err(Broken::Displaced),
    };
    serve(&door, stream, SILENCE, &guest).await
}

async fn serve(
    door: &Arc<Door>,
    mut stream: Box<dyn Stream>,
    silence: Duration,
    guest: &Guest,
) -> Result<(), Broken> {
    let (mut begun, mut stop) = (Vec::new(), door.stop.clone());
    let why = tokio::select! {
        first = timeout(silence, stream.read_buf(&mut begun)) => match first {
            Ok(read) => { read?; None }
            Err(_) => Some(format!("nothing was said for {} s", silence.as_secs())),
        },
        () = stopping(&mut stop) => Some(STOPPING.to_owned()),
        () = guest.is_sent_away() => return give_way(&mut stream).await,
    };
    if let Some(why) = why {
        debug!(why, "a client that has said nothing is let go");
        return farewell(&mut stream, &why).await;
    }
    match begun.first() {
        None => Ok(()),
        Some(&TLS) => {
            stream.shutdown().await?;
            linger(&mut stream).await;
            Err(Broken::Tls)
        }
        // No line of text begins with it: commands are written small.
        Some(b'S') => frames(door, stream, &begun, guest).await,
        Some(_) => lines(door, stream, begun, guest).await,
    }
}

async fn frames(
    door: &Arc<Door>,
    stream: Box<dyn Stream>,
    begun: &[u8],
    guest: &Guest,
) -> Result<(), Broken> {
    guest.spoke(false);
    let (mut reading, mut writing) = halves(stream, HELLO_LIMIT);
    reading.begin_with(begun);
    let hello: Hello = match reading.greeting().await {
        Err(broken @ (Broken::Frame(_) | Broken::Wire(_))) => {
            let refusal = Refusal::Unreadable(broken.to_string());
            writing.say(&Welcome::Refused(refusal)).await?;
            return Err(broken);
        }
        heard => heard?,
    };
    let checked = match hello.role {
        Role::Client | Role::Observer => door.check(&hello, None),
        Role::Member { .. } => Err(Refusal::Stranger),
    };
    if let Err(refusal) = checked {
        writing.say(&Welcome::Refused(refusal.clone())).await?;
        writing.end().await;
        return Err(Broken::Refused(refusal));
    }
    writing.say(&Welcome::Come(door.me)).await?;
    door.meter.accepted.inc();
    reading.set_limit(REQUEST_LIMIT);
    let lane = Arc::new(Lane::new(ANSWER_LIMIT));
    lane.open();
    guest.is_answered_on(&lane);
    let ended = {
        let mut answers = pin!(answer(&lane, &mut writing));
        tokio::select! {
            ended = &mut answers => ended,
            asked = ask(door, hello.role, &mut reading, (&lane, guest)) => match asked {
                Ok(()) if *door.stop.borrow() => {
                    lane.end();
                    answers.await
                }
                asked => asked,
            },
        }
    };
    lane.close();
    if ended.is_ok() && *door.stop.borrow() {
        writing.end().await;
        reading.linger().await;
    }
    ended
}

async fn answer(lane: &Lane, writing: &mut Writing) -> Result<(), Broken> {
    let mut bytes = Vec::new();
    while lane.take(&mut bytes).await {
        writing.write(&bytes).await?;
    }
    Ok(())
}

async fn ask(
    door: &Door,
    role: Role,
    reading: &mut Reading,
    (lane, guest): (&Arc<Lane>, &Guest),
) -> Result<(), Broken> {
    let mut stop = door.stop.clone();
    loop {
        while let Some(frame) = reading.next()? {
            let event = match Ask::decode(frame)? {
                Ask::Request { number, .. } if role == Role::Observer => {
                    tell(lane, number, "an observer asks for the status only");
                    continue;
                }
                Ask::Request { number, body } => {
                    Event::Request { number, body, lane: lane.clone() }
                }
                Ask::Status { number } => Event::Status { number, lane: lane.clone() },
            };
            if let Err(unsent) = door.events.send(event).await {
                refuse(unsent.0, lane);
            }
        }
        let more = tokio::select! {
            more = reading.more_before(&mut stop) => more?,
            () = guest.is_sent_away() => return Err(Broken::Displaced),
        };
        if !more {
            return Ok(());
        }
        guest.spoke(false);
    }
}

/// The node has stopped: says so, rather than nothing.
fn refuse(event: Event, lane: &Lane) {
    if let Event::Request { number, .. } | Event::Status { number, .. } = event {
        tell(lane, number, STOPPING);
    }
}

fn tell(lane: &Lane, number: u64, why: &str) {
    let told = Told::Refused { number, why: why.to_owned() };
    // One that does not read its answers loses them.
    let _ = lane.push(|out| seal(&told, out));
}

async fn lines(
    door: &Door,
    mut stream: Box<dyn Stream>,
    begun: Vec<u8>,
    guest: &Guest,
) -> Result<(), Broken> {
    door.meter.accepted.inc();
    guest.spoke(false);
    let (mut session, mut stop) = (Session::fresh(), door.stop.clone());
    let mut lines = Lines::new(begun);
    loop {
        let text = loop {
            match lines.next() {
                Line::Whole(text) => break text,
                Line::TooLong => {
                    let why = format!("a line has at most {LINE_LIMIT} bytes");
                    return farewell(&mut stream, &why).await;
                }
                Line::Unfinished => {
                    let read = tokio::select! {
                        read = more(&mut stream, lines.room(), &mut stop) => read?,
                        () = guest.is_sent_away() => return give_way(&mut stream).await,
                    };
                    match read {
                        Some(1..) => guest.spoke(false),
                        None => return farewell(&mut stream, STOPPING).await,
                        Some(0) if lines.is_within() => {
                            let why = "the last line has no end, so it was not done";
                            return farewell(&mut stream, why).await;
                        }
                        Some(0) => return Ok(stream.shutdown().await?),
                    }
                }
            }
        };
        guest.spoke(true);
        let told = match session.read(&text) {
            Ok((session, command)) => {
                let (answer, told) = oneshot::channel();
                let event = Event::Line { session, text: command.to_owned(), answer };
                // Where the node has stopped, `told` says so by ending.
                let _ = door.events.send(event).await;
                told.await.unwrap_or_else(|_| format!("error: {STOPPING}"))
            }
            Err(why) => format!("error: {why}"),
        };
        let write = async {
            stream.write_all(format!("{told}\n").as_bytes()).await?;
            stream.flush().await
        };
        // One that does not read its answers does not keep its place by that.
        timeout(WRITE, write).await.map_err(|_| Broken::Slow(WRITE))??;
        guest.spoke(false);
    }
}

/// Ends the connection of one whose place is another's by now.
async fn give_way(stream: &mut Box<dyn Stream>) -> Result<(), Broken> {
    farewell(stream, DISPLACED).await?;
    Err(Broken::Displaced)
}

/// Waits for some bytes, or the end: `Some(0)`. Once the member stops, only for those that were on their way: `None` when there are no more.
async fn more(
    stream: &mut Box<dyn Stream>,
    room: &mut Vec<u8>,
    stop: &mut watch::Receiver<bool>,
) -> Result<Option<usize>, Broken> {
    tokio::select! {
        read = stream.read_buf(room) => return Ok(Some(read?)),
        () = stopping(stop) => {}
    }
    match timeout(QUIET, stream.read_buf(room)).await {
        Ok(read) => Ok(Some(read?)),
        Err(_) => Ok(None),
    }
}

/// A last line, and the end.
async fn farewell(stream: &mut Box<dyn Stream>, why: &str) -> Result<(), Broken> {
    stream.write_all(format!("error: {why}\n").as_bytes()).await?;
    stream.shutdown().await?;
    linger(stream).await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use seatrial_node::NodeId;
    use tokio::net::TcpListener;
    use tokio::sync::mpsc;
    use tokio::time::Instant;

    use super::*;
    use crate::tcp::places::Places;

    #[tokio::test]
    async fn a_client_that_says_nothing_is_told_why_it_is_let_go() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("it has one");
        let mut caller = TcpStream::connect(address).await.expect("somebody listens");
        let (stream, _) = listener.accept().await.expect("somebody comes");
        let ((events, _heard), (_stop, stopped)) = (mpsc::channel(1), watch::channel(false));
        let door = Arc::new(Door {
            cluster: "harbour".to_owned(),
            protocol: "echo",
            me: NodeId(1),
            members: vec![NodeId(1)],
            keys: None,
            meter: Arc::default(),
            met: Arc::default(),
            events,
            stop: stopped,
        });
        let guest = Places::new(1, true).admit(Instant::now()).expect("a place");
        let silence = Duration::from_millis(20);
        serve(&door, Box::new(stream), silence, &guest).await.expect("it is no error");
        let mut told = String::new();
        caller.read_to_string(&mut told).await.expect("an answer");
        assert_eq!(told, "error: nothing was said for 0 s\n");
    }
}
