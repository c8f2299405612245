//! The host: a thread reads lines, another drives the node and the handlers, and what they say are lines again.

use std::collections::BTreeMap;
use std::io::{BufRead, Write};
use std::time::Duration;
use std::{io, panic, thread};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use seatrial_node::{Node, NodeId, RequestToken, Wire, seal, unseal};
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::{JoinError, JoinSet, LocalSet, yield_now};
use tracing::{debug, warn};

use super::network::{Network, Said};
use super::rpc::{Body, Incoming, Malformed, RpcError, body, line, object, read_init};
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
    let (way, mut lines) = unbounded_channel();
    let read = move || {
        for line in input.split(b'\n').map_while(Result::ok) {
            if way.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                break;
            }
        }
    };
    // It ends with the input; nobody has to wait for it.
    thread::Builder::new().name("stdin".into()).spawn(read)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    LocalSet::new().block_on(&runtime, async {
        let mut post = Post {
            workload,
            me: String::new(),
            lines: String::new(),
            waiting: BTreeMap::new(),
            handlers: JoinSet::new(),
        };
        match begin(&mut post, &mut lines, output).await? {
            Some(begun) => run(begun, &mut post, &mut lines, output).await,
            None => Ok(()),
        }
    })
}

/// A node that knows who it is.
struct Begun<N: Node> {
    engine: Engine<N>,
    disk: Memory,
    network: Network,
    /// What handlers say to others.
    said: UnboundedReceiver<Said>,
}

/// Waits to be told who this node is. Returns nothing where the input ends before.
async fn begin<W: Workload>(
    post: &mut Post<W>,
    lines: &mut UnboundedReceiver<String>,
    output: &mut impl Write,
) -> io::Result<Option<Begun<W::Node>>>
where
    <W::Node as Node>::Message: Wire,
{
    while let Some(text) = lines.recv().await {
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
                let (network, said) = Network::new(me, &members);
                let life = Life { me, members, number: chance::random() >> 44 };
                let (config, mut disk) = (post.workload.config(me), Memory::default());
                let engine = Engine::open(life, &config, &mut disk).map_err(io::Error::other)?;
                post.answer(&message, Ok(body("init_ok", Value::Null)));
                post.flush(output)?;
                return Ok(Some(Begun { engine, disk, network, said }));
            }
        }
        post.flush(output)?;
    }
    Ok(None)
}

async fn run<W: Workload>(
    Begun { mut engine, mut disk, network, mut said }: Begun<W::Node>,
    post: &mut Post<W>,
    lines: &mut UnboundedReceiver<String>,
    output: &mut impl Write,
) -> io::Result<()>
where
    <W::Node as Node>::Message: Wire,
{
    let mut is_over = false;
    loop {
        while engine.turn(post) || !engine.is_settled() {
            for done in disk.perform(engine.take_jobs()) {
                engine.done(done);
            }
        }
        post.flush(output)?;
        if is_over {
            return Ok(());
        }
        let patience = engine.until_due().unwrap_or(Duration::from_secs(60));
        tokio::select! {
            text = lines.recv() => match text {
                Some(text) => {
                    post.take(&text, &mut engine, &network).await;
                    while let Ok(text) = lines.try_recv() {
                        post.take(&text, &mut engine, &network).await;
                    }
                }
                None => is_over = true,
            },
            Some((dest, body)) = said.recv() => post.say(&dest, None, body),
            Some(answered) = post.handlers.join_next() => post.finish(answered),
            () = tokio::time::sleep(patience) => {}
        }
        // What handlers have said by now goes out with the rest.
        while let Ok((dest, body)) = said.try_recv() {
            post.say(&dest, None, body);
        }
        while let Some(answered) = post.handlers.try_join_next() {
            post.finish(answered);
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
    handlers: JoinSet<Answered>,
}

/// Whom a handler answers, which request of his, and what.
type Answered = (String, Option<u64>, Result<Body, RpcError>);

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
    /// Takes a line. Handlers that go on because of it have done so when this returns.
    async fn take(&mut self, text: &str, engine: &mut Engine<W::Node>, network: &Network) {
        self.sort(text, engine, network);
        if !self.handlers.is_empty() {
            yield_now().await;
        }
    }

    /// A line to whom it is for.
    fn sort(&mut self, text: &str, engine: &mut Engine<W::Node>, network: &Network) {
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
            _ if message.in_reply_to().is_some() => network.hear(message),
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
                    Asked::Later(handler) => {
                        let (src, msg_id) = (message.src.clone(), message.msg_id());
                        let answer = handler(network.clone());
                        let work = async move { (src, msg_id, answer.await) };
                        self.handlers.spawn_local(work);
                    }
                }
            }
        }
    }

    /// A handler has ended. One that has panicked is not to be taken for a slow one.
    fn finish(&mut self, answered: Result<Answered, JoinError>) {
        match answered {
            Ok((src, msg_id, answer)) => {
                self.say(&src, msg_id, answer.unwrap_or_else(RpcError::body));
            }
            Err(error) => match error.try_into_panic() {
                Ok(panicked) => panic::resume_unwind(panicked),
                Err(error) => warn!(%error, "a handler has not ended"),
            },
        }
    }

    fn refuse(&mut self, malformed: Malformed) {
        let Malformed { src, msg_id, is_answer, error } = malformed;
        debug!(src, text = error.text, "a line is no message");
        if is_answer {
            return;
        }
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

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::super::workload::NoNode;
    use super::*;

    /// Handlers that wait for somebody, or have a bug.
    struct Handlers;

    impl Workload for Handlers {
        type Node = NoNode;
        type Kind = ();

        fn config(&self, _: NodeId) {}

        fn ask(&mut self, kind: &str, _: &str, _: &Body) -> Asked<Self> {
            match kind {
                "now" => Asked::Now(Ok(body("now_ok", Value::Null))),
                "wait" => Asked::later(|network| async move {
                    network.call("c9", body("are you there", Value::Null)).await
                }),
                "bug" => Asked::later(|_| async { panic!("a bug") }),
                _ => Asked::unknown(kind),
            }
        }

        fn tell(&mut self, (): (), answer: Infallible) -> Result<Body, RpcError> {
            match answer {}
        }
    }

    /// What is said to a client's messages of these types, and to what another says.
    fn said(kinds: &[&str], told: Value) -> Vec<Value> {
        let line = |src: &str, body: Value| line(src, "n1", object(body));
        let init = json!({ "type": "init", "node_id": "n1", "node_ids": ["n1"] });
        let asked = kinds.iter().map(|kind| line("c1", json!({ "type": kind, "msg_id": 7 })));
        let input = line("c0", init) + &asked.collect::<String>() + &line("c9", told);
        let mut out = Vec::new();
        speak(Handlers, io::Cursor::new(input), &mut out).expect("a vector takes all");
        let lines = out.split(|byte| *byte == b'\n').skip(1).filter(|line| !line.is_empty());
        lines.map(|line| serde_json::from_slice(line).expect("it says JSON")).collect()
    }

    #[test]
    fn others_are_served_while_a_handler_waits() {
        let told = json!({ "type": "yes", "in_reply_to": 1 });
        let said = said(&["wait", "now"], told);
        let to = |dest: &str| -> Vec<&Value> {
            said.iter().filter(|line| line["dest"] == dest).map(|line| &line["body"]).collect()
        };
        assert_eq!(to("c9"), [&json!({ "type": "are you there", "msg_id": 1 })]);
        let now = json!({ "type": "now_ok", "in_reply_to": 7 });
        assert_eq!(to("c1"), [&now, &json!({ "type": "yes", "in_reply_to": 7 })]);
    }

    #[test]
    #[should_panic(expected = "a bug")]
    fn a_handler_that_panics_ends_its_node() {
        said(&["bug", "now"], json!({ "type": "now" }));
    }
}
