//! The host: a thread reads lines, another drives the node, and what it says are lines again.

use std::collections::BTreeMap;
use std::io::{BufRead, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;
use std::{io, thread};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use seatrial_node::{Node, NodeId, RequestToken, Wire, seal, unseal};
use serde_json::{Value, json};
use tracing::{debug, warn};

use super::rpc::{Body, Incoming, Malformed, RpcError, line, object, read_init};
use super::workload::{Asked, Workload};
use crate::chance;
use crate::disk::Memory;
use crate::engine::{Carrier, Engine, Life};

/// The type of the messages between our own nodes.
const FRAME: &str = "seatrial";

/// Speaks the protocol on these until `input` ends. What is malformed is answered with an error, and changes nothing.
///
/// # Errors
/// Where `output` cannot be written, or the node does not open.
pub fn speak<W: Workload>(
    workload: W,
    input: impl BufRead + Send + 'static,
    output: &mut impl Write,
) -> io::Result<()>
where
    <W::Node as Node>::Message: Wire,
{
    let (way, lines) = channel();
    let read = move || {
        for line in input.split(b'\n').map_while(Result::ok) {
            if way.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                break;
            }
        }
    };
    // It ends with the input; nobody has to wait for it.
    thread::Builder::new().name("stdin".into()).spawn(read)?;
    let mut post =
        Post { workload, me: String::new(), lines: String::new(), waiting: BTreeMap::new() };
    let Some(engine) = begin(&mut post, &lines, output)? else { return Ok(()) };
    run(engine, &mut post, &lines, output)
}

/// Waits to be told who this node is. Returns nothing where the input ends before.
fn begin<W: Workload>(
    post: &mut Post<W>,
    lines: &Receiver<String>,
    output: &mut impl Write,
) -> io::Result<Option<(Engine<W::Node>, Memory)>>
where
    <W::Node as Node>::Message: Wire,
{
    for text in lines {
        let message = match Incoming::read(&text) {
            Ok(message) => message,
            Err(malformed) => {
                post.refuse(malformed);
                post.flush(output)?;
                continue;
            }
        };
        // Until it is told, it is whoever it is taken for.
        post.me.clone_from(&message.dest);
        if message.kind() != "init" {
            let why = "this node is not initialised";
            post.answer(&message, Err(RpcError::new(RpcError::TEMPORARILY_UNAVAILABLE, why)));
            post.flush(output)?;
            continue;
        }
        match read_init(&message.body) {
            Err(error) => post.answer(&message, Err(error)),
            Ok((me, members)) => {
                post.me = me.to_string();
                let life = Life { me, members, number: chance::random() >> 44 };
                let (config, mut disk) = (post.workload.config(me), Memory::default());
                let engine = Engine::open(life, &config, &mut disk).map_err(io::Error::other)?;
                post.answer(&message, Ok(object(json!({ "type": "init_ok" }))));
                post.flush(output)?;
                return Ok(Some((engine, disk)));
            }
        }
        post.flush(output)?;
    }
    Ok(None)
}

fn run<W: Workload>(
    (mut engine, mut disk): (Engine<W::Node>, Memory),
    post: &mut Post<W>,
    lines: &Receiver<String>,
    output: &mut impl Write,
) -> io::Result<()>
where
    <W::Node as Node>::Message: Wire,
{
    loop {
        while engine.turn(post) || !engine.is_settled() {
            for done in disk.perform(engine.take_jobs()) {
                engine.done(done);
            }
        }
        post.flush(output)?;
        match lines.recv_timeout(engine.until_due().unwrap_or(Duration::from_secs(60))) {
            Ok(text) => {
                post.take(&text, &mut engine);
                for text in lines.try_iter() {
                    post.take(&text, &mut engine);
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        }
    }
}

/// What comes in and goes out.
struct Post<W: Workload> {
    workload: W,
    /// This node's name; empty until it is told.
    me: String,
    /// Lines to be written.
    lines: String,
    waiting: BTreeMap<RequestToken, Waiter<W::Kind>>,
}

/// Who waits for an answer, and what its request was about.
struct Waiter<K> {
    src: String,
    msg_id: Option<u64>,
    kind: K,
}

impl<W: Workload> Post<W>
where
    <W::Node as Node>::Message: Wire,
{
    fn take(&mut self, text: &str, engine: &mut Engine<W::Node>) {
        let message = match Incoming::read(text) {
            Ok(message) => message,
            Err(malformed) => return self.refuse(malformed),
        };
        match message.kind() {
            FRAME => match read_frame(&message, engine.life()) {
                Ok((from, body)) => engine.message(from, body),
                Err(why) => warn!(src = message.src, why, "a message cannot be read"),
            },
            "init" => {
                let why = "this node is initialised already";
                self.answer(&message, Err(RpcError::malformed(why)));
            }
            // Somebody tells us that what we said made no sense; it is no question.
            "error" => warn!(src = message.src, body = ?message.body, "an error"),
            kind => {
                let kind = kind.to_owned();
                match self.workload.ask(&kind, &message.src, &message.body) {
                    Asked::Node { request, kind } => {
                        let token = engine.request(request);
                        let (src, msg_id) = (message.src.clone(), message.msg_id());
                        self.waiting.insert(token, Waiter { src, msg_id, kind });
                    }
                    Asked::Now(answer) => self.answer(&message, answer),
                }
            }
        }
    }

    fn refuse(&mut self, malformed: Malformed) {
        let Malformed { src, msg_id, error } = malformed;
        debug!(text = error.text, "a line is no message");
        // Who sent it may not be known, and it is said all the same.
        self.say(src.as_deref().unwrap_or("unknown"), msg_id, error.body());
    }

    fn answer(&mut self, message: &Incoming, answer: Result<Body, RpcError>) {
        let body = answer.unwrap_or_else(RpcError::body);
        self.say(&message.src, message.msg_id(), body);
    }

    fn say(&mut self, dest: &str, in_reply_to: Option<u64>, mut body: Body) {
        if let Some(number) = in_reply_to {
            body.insert("in_reply_to".to_owned(), number.into());
        }
        self.lines.push_str(&line(&self.me, dest, body));
    }

    fn flush(&mut self, output: &mut impl Write) -> io::Result<()> {
        if self.lines.is_empty() {
            return Ok(());
        }
        output.write_all(self.lines.as_bytes())?;
        self.lines.clear();
        output.flush()
    }
}

/// Another member's message, by one that is a member.
fn read_frame<M: Wire>(message: &Incoming, life: &Life) -> Result<(NodeId, M), String> {
    let from: NodeId = message.src.parse().map_err(|error| format!("{error}"))?;
    if !life.members.contains(&from) {
        return Err("the sender is no member".to_owned());
    }
    let text = message.body.get("frame").and_then(Value::as_str).unwrap_or_default();
    let frame = BASE64.decode(text).map_err(|error| error.to_string())?;
    Ok((from, unseal(&frame).map_err(|error| error.to_string())?))
}

impl<W: Workload> Carrier<W::Node> for Post<W>
where
    <W::Node as Node>::Message: Wire,
{
    fn send(&mut self, to: NodeId, body: <W::Node as Node>::Message) {
        let mut frame = Vec::new();
        seal(&body, &mut frame);
        let body = json!({ "type": FRAME, "frame": BASE64.encode(frame) });
        self.say(&to.to_string(), None, object(body));
    }

    fn reply(&mut self, to: RequestToken, body: <W::Node as Node>::Response) {
        let Some(Waiter { src, msg_id, kind }) = self.waiting.remove(&to) else { return };
        let answer = self.workload.tell(kind, body).unwrap_or_else(RpcError::body);
        self.say(&src, msg_id, answer);
    }
}
