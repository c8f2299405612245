//! The host: a thread reads frames, another drives the node, a third has the disk.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use seatrial_node::{Node, NodeId, RequestToken, Wire, seal, unseal};
use tracing::{info, warn};

use super::codec::{Parcel, PipeError, read_parcel, write_parcel};
use crate::disk::{Done, Keeper};
use crate::engine::{Carrier, Engine};
use crate::speech::{Session, Speech};
use crate::station::{Opened, ServeError, Served, Station};
use crate::tcp::status_lines;

const MESSAGE: u8 = 1;
const LINE: u8 = 2;
const REQUEST: u8 = 3;
const REFUSED: u8 = 4;
const STATUS: u8 = 5;

/// What has happened.
enum Event {
    Came(Parcel),
    Disk(Vec<Done>),
    /// The input has ended, or is no use any more.
    Ended(Result<(), PipeError>),
}

/// Serves on these until `input` ends. The station's ports are not used.
///
/// # Errors
/// Where this process cannot be that member, and where what comes or goes over the pipe makes no sense.
pub fn serve_pipe<N: Node>(
    station: &Station,
    served: Served<N>,
    mut input: impl Read + Send + 'static,
    output: &mut impl Write,
) -> Result<(), ServeError>
where
    N::Message: Wire,
    N::Request: Wire,
    N::Response: Wire,
{
    let Opened { mut engine, files, text, .. } = Opened::new(station, served)?;
    let (way, events) = channel();
    let disk = way.clone();
    // Where the node has stopped, nobody waits for its disk or its input.
    let keeper = Keeper::start(files, move |done| _ = disk.send(Event::Disk(done)))?;
    let read = move || {
        let ended = loop {
            match read_parcel(&mut input) {
                Ok(Some(parcel)) => {
                    if way.send(Event::Came(parcel)).is_err() {
                        break Ok(());
                    }
                }
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        let _ = way.send(Event::Ended(ended));
    };
    thread::Builder::new().name("stdin".into()).spawn(read)?;
    let mut post = Post { text, out: Vec::new(), waiting: BTreeMap::new(), lines: Vec::new() };
    drive(&mut engine, &mut post, &keeper, &events, output)
}

fn drive<N: Node>(
    engine: &mut Engine<N>,
    post: &mut Post<N>,
    keeper: &Keeper,
    events: &Receiver<Event>,
    output: &mut impl Write,
) -> Result<(), ServeError>
where
    N::Message: Wire,
    N::Request: Wire,
    N::Response: Wire,
{
    let mut is_over = None;
    loop {
        let more = engine.turn(post);
        let jobs = engine.take_jobs();
        if !jobs.is_empty() {
            keeper.ask(jobs);
        }
        post.speak(engine.node());
        output.write_all(&post.out).and_then(|()| output.flush())?;
        post.out.clear();
        if let Some(ended) = is_over {
            info!("the input has ended");
            return ended;
        }
        let patience = engine.until_due().unwrap_or(Duration::from_secs(60));
        let first = match events.recv_timeout(if more { Duration::ZERO } else { patience }) {
            Ok(event) => event,
            Err(RecvTimeoutError::Timeout) => continue,
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        };
        for event in std::iter::once(first).chain(events.try_iter()) {
            match event {
                Event::Came(parcel) => post.take(parcel, engine),
                Event::Disk(done) => done.into_iter().for_each(|done| engine.done(done)),
                // What can be answered at once still is.
                Event::Ended(ended) => {
                    is_over = Some(ended.map_err(|error| ServeError::Pipe(error.to_string())));
                }
            }
        }
    }
}

/// What comes in and goes out.
struct Post<N: Node> {
    text: Option<Box<dyn Speech<N>>>,
    /// Frames to be written.
    out: Vec<u8>,
    waiting: BTreeMap<RequestToken, Waiter>,
    /// Answers that are to be said as lines: to which number, to what, and the answer.
    lines: Vec<(u64, String, N::Response)>,
}

enum Waiter {
    Line { number: u64, asked: String },
    Request(u64),
}

impl<N: Node> Post<N>
where
    N::Message: Wire,
    N::Request: Wire,
    N::Response: Wire,
{
    fn take(&mut self, Parcel { kind, number, bytes }: Parcel, engine: &mut Engine<N>) {
        match kind {
            MESSAGE => match message(number, &bytes, &engine.life().members) {
                Ok((from, body)) => engine.message(from, body),
                Err(why) => warn!(from = number, why, "a message cannot be read"),
            },
            LINE => {
                let line = String::from_utf8_lossy(&bytes).into_owned();
                // Without a name of its own each line is a session by itself.
                let mut session = Session::fresh();
                let read = session.read(&line).and_then(|(session, command)| {
                    let speech = self.text.as_mut().ok_or("this protocol has no form in text")?;
                    Ok((speech.read(command, session)?, command.to_owned()))
                });
                match read {
                    Ok((request, asked)) => {
                        self.waiting
                            .insert(engine.request(request), Waiter::Line { number, asked });
                    }
                    Err(why) => self.put(LINE, number, format!("error: {why}").as_bytes()),
                }
            }
            REQUEST => match N::Request::decode(&bytes) {
                Ok(request) => {
                    self.waiting.insert(engine.request(request), Waiter::Request(number));
                }
                Err(why) => self.put(REFUSED, number, why.to_string().as_bytes()),
            },
            STATUS => {
                let text = status_lines(&engine.node().status());
                self.put(STATUS, number, text.as_bytes());
            }
            other => {
                let why = format!("kind {other}; there are {MESSAGE} to {REQUEST}, and {STATUS}");
                self.put(REFUSED, number, why.as_bytes());
            }
        }
    }

    /// Says what is to be said as lines, as far as the node is.
    fn speak(&mut self, node: &N) {
        let Some(speech) = &mut self.text else { return };
        for (number, asked, answer) in std::mem::take(&mut self.lines) {
            match speech.write(&asked, &answer, node) {
                Some(line) => write_parcel(LINE, number, line.as_bytes(), &mut self.out),
                None => self.lines.push((number, asked, answer)),
            }
        }
    }

    fn put(&mut self, kind: u8, number: u64, bytes: &[u8]) {
        write_parcel(kind, number, bytes, &mut self.out);
    }
}

fn message<M: Wire>(from: u64, bytes: &[u8], members: &[NodeId]) -> Result<(NodeId, M), String> {
    let from = u32::try_from(from).map(NodeId).ok().filter(|from| members.contains(from));
    let from = from.ok_or("the sender is no member")?;
    Ok((from, unseal(bytes).map_err(|error| error.to_string())?))
}

impl<N: Node> Carrier<N> for Post<N>
where
    N::Message: Wire,
    N::Response: Wire,
{
    fn send(&mut self, to: NodeId, body: N::Message) {
        let mut frame = Vec::new();
        seal(&body, &mut frame);
        write_parcel(MESSAGE, to.0.into(), &frame, &mut self.out);
    }

    fn reply(&mut self, to: RequestToken, body: N::Response) {
        match self.waiting.remove(&to) {
            None => {}
            Some(Waiter::Line { number, asked }) => self.lines.push((number, asked, body)),
            Some(Waiter::Request(number)) => {
                let mut bytes = Vec::new();
                body.encode(&mut bytes);
                write_parcel(REQUEST, number, &bytes, &mut self.out);
            }
        }
    }
}
