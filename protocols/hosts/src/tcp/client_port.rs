//! The port for clients. One that begins with a frame speaks frames, with many requests under way; any other speaks lines of text, one
//! request after the other, so that `nc` is a client.
//!
//! A line may begin with `@SESSION.NUMBER `: then it is that command of that session, and sent again, by way of any member, it counts once.
//! Without that, each connection is a session of its own.

use std::sync::Arc;
use std::time::Duration;

use seatrial_node::{Wire, seal};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::accept::Door;
use super::ask::{Ask, Told};
use super::hello::{HELLO_LIMIT, Hello, Refusal, Role, Welcome};
use super::lane::Lane;
use super::lines::{LINE_LIMIT, Line, Lines};
use super::socket::{Broken, Reading, Stream, Writing, halves};
use super::wires::Event;
use crate::speech::Session;

/// The longest request of a client, in bytes.
const REQUEST_LIMIT: usize = 16 << 20;

/// How many bytes of answers may wait for one client.
const ANSWER_LIMIT: usize = 16 << 20;

/// How long somebody may be silent before it is known what it speaks.
const SILENCE: Duration = Duration::from_secs(60);

/// A client's connection, until it ends.
pub(crate) async fn client(door: Arc<Door>, stream: TcpStream) -> Result<(), Broken> {
    let (mut stream, _) = door.secure(stream).await?;
    let mut begun = Vec::new();
    match timeout(SILENCE, stream.read_buf(&mut begun)).await {
        Err(_) => return Err(Broken::Slow(SILENCE)),
        Ok(read) => _ = read?,
    }
    match begun.first() {
        None => Ok(()),
        // No line of text begins with it: commands are written small.
        Some(b'S') => frames(&door, stream, &begun).await,
        Some(_) => lines(&door, stream, begun).await,
    }
}

async fn frames(door: &Arc<Door>, stream: Box<dyn Stream>, begun: &[u8]) -> Result<(), Broken> {
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
    let ended = tokio::select! {
        ended = answer(&lane, &mut writing) => ended,
        ended = ask(door, hello.role, &mut reading, &lane) => ended,
    };
    lane.close();
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
    lane: &Arc<Lane>,
) -> Result<(), Broken> {
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
        if !reading.more().await? {
            return Ok(());
        }
    }
}

/// The node has stopped: says so, rather than nothing.
fn refuse(event: Event, lane: &Lane) {
    if let Event::Request { number, .. } | Event::Status { number, .. } = event {
        tell(lane, number, "this member is stopping");
    }
}

fn tell(lane: &Lane, number: u64, why: &str) {
    let told = Told::Refused { number, why: why.to_owned() };
    // One that does not read its answers loses them.
    let _ = lane.push(|out| seal(&told, out));
}

async fn lines(door: &Door, mut stream: Box<dyn Stream>, begun: Vec<u8>) -> Result<(), Broken> {
    door.meter.accepted.inc();
    let mut session = Session::fresh();
    let mut lines = Lines::new(begun);
    loop {
        let text = loop {
            match lines.next() {
                Line::Whole(text) => break text,
                Line::TooLong => {
                    let why = format!("error: a line has at most {LINE_LIMIT} bytes\n");
                    stream.write_all(why.as_bytes()).await?;
                    stream.shutdown().await?;
                    return Ok(());
                }
                Line::Unfinished if stream.read_buf(lines.room()).await? == 0 => {
                    if lines.is_within() {
                        let why = "error: the last line has no end, so it was not done\n";
                        stream.write_all(why.as_bytes()).await?;
                    }
                    stream.shutdown().await?;
                    return Ok(());
                }
                Line::Unfinished => {}
            }
        };
        let told = match session.read(&text) {
            Ok((session, command)) => {
                let (answer, told) = oneshot::channel();
                let event = Event::Line { session, text: command.to_owned(), answer };
                // Where the node has stopped, `told` says so by ending.
                let _ = door.events.send(event).await;
                told.await.unwrap_or_else(|_| "error: this member is stopping".to_owned())
            }
            Err(why) => format!("error: {why}"),
        };
        stream.write_all(format!("{told}\n").as_bytes()).await?;
        stream.flush().await?;
    }
}
