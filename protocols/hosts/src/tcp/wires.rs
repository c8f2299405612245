//! What the node's own task knows of connections: a lane to each member, and who waits for which answer.

use std::collections::BTreeMap;
use std::sync::Arc;

use prometheus_client::metrics::counter::Counter;
use seatrial_node::{Node, NodeId, RequestToken, Wire, seal, seal_with};
use tokio::sync::oneshot;
use tracing::warn;

use super::ask::{Told, put_answer};
use super::lane::{Lane, Pushed};
use super::meter::{Meter, status_lines};
use crate::engine::{Carrier, Engine};
use crate::speech::{Session, Speech};

/// Something that has come over a connection.
#[derive(Debug)]
pub(crate) enum Event {
    /// A member's messages.
    Messages { from: NodeId, bodies: Vec<Vec<u8>> },
    /// A client's request, to be answered on this lane.
    Request { number: u64, body: Vec<u8>, lane: Arc<Lane> },
    /// A question for the node's status.
    Status { number: u64, lane: Arc<Lane> },
    /// A client's request as a line of text.
    Line { session: Session, text: String, answer: oneshot::Sender<String> },
    /// A question for everything that is counted.
    Metrics { answer: oneshot::Sender<String> },
}

/// How many requests may wait for answers. One more is refused.
const WAITING_LIMIT: usize = 100_000;

/// All connections, as the node's task sees them.
pub(crate) struct Wires<N: Node> {
    pub(crate) ways: BTreeMap<NodeId, Way>,
    pub(crate) text: Option<Box<dyn Speech<N>>>,
    pub(crate) meter: Arc<Meter>,
    pub(crate) waiting: BTreeMap<RequestToken, Waiter>,
    /// Answers that are to be said as lines, once the node is so far.
    pub(crate) lines: Vec<Unsaid<N>>,
    /// New requests are refused, because the node is about to stop.
    pub(crate) is_closing: bool,
}

/// The way to another member.
#[derive(Debug)]
pub(crate) struct Way {
    pub(crate) lane: Arc<Lane>,
    pub(crate) sent: Counter,
}

/// Who waits for an answer.
#[derive(Debug)]
pub(crate) enum Waiter {
    Frame { number: u64, lane: Arc<Lane> },
    Line { asked: String, answer: oneshot::Sender<String> },
}

/// An answer that is to be said as a line.
pub(crate) struct Unsaid<N: Node> {
    asked: String,
    response: N::Response,
    answer: oneshot::Sender<String>,
}

impl Waiter {
    fn refuse(self, why: String) {
        match self {
            Self::Frame { number, lane } => {
                tell(&lane, &Told::Refused { number, why });
            }
            // Where it has gone, nobody waits.
            Self::Line { answer, .. } => _ = answer.send(format!("error: {why}")),
        }
    }
}

/// Tells a client something; one that does not read its answers loses them.
fn tell(lane: &Lane, told: &Told) {
    let _ = lane.push(|out| seal(told, out));
}

impl<N: Node> Wires<N>
where
    N::Message: Wire,
    N::Request: Wire,
    N::Response: Wire,
{
    /// Turns what has come into inputs of the node.
    pub(crate) fn take(&mut self, event: Event, engine: &mut Engine<N>) {
        match event {
            Event::Messages { from, bodies } => {
                for body in bodies {
                    match N::Message::decode(&body) {
                        Ok(body) => engine.message(from, body),
                        Err(error) => {
                            self.meter.drop_message("unreadable");
                            warn!(peer = %from, %error, "a message cannot be read");
                        }
                    }
                }
            }
            Event::Request { number, body, lane } => {
                let read = N::Request::decode(&body).map_err(|error| error.to_string());
                self.ask(read, Waiter::Frame { number, lane }, engine);
            }
            Event::Line { session, text, answer } => {
                let read = match &mut self.text {
                    None => Err("this protocol has no form in text".to_owned()),
                    Some(speech) => speech.read(&text, session),
                };
                self.ask(read, Waiter::Line { asked: text, answer }, engine);
            }
            Event::Status { number, lane } => {
                let text = status_lines(&engine.node().status());
                tell(&lane, &Told::Status { number, text });
            }
            Event::Metrics { answer } => {
                // Where it has gone, nobody waits.
                let _ = answer.send(self.meter.text(&engine.node().status()));
            }
        }
    }

    /// Says what is to be said as lines, as far as the node is.
    pub(crate) fn speak(&mut self, node: &N) {
        let Some(speech) = &mut self.text else { return };
        for unsaid in std::mem::take(&mut self.lines) {
            match speech.write(&unsaid.asked, &unsaid.response, node) {
                // Where it has gone, nobody waits.
                Some(line) => _ = unsaid.answer.send(line),
                None => self.lines.push(unsaid),
            }
        }
    }

    /// Tells those who wait as lines that nobody knows what becomes of what they asked. One who speaks frames learns it from the end.
    pub(crate) fn give_up(&mut self) {
        for (_, waiter) in std::mem::take(&mut self.waiting) {
            if let Waiter::Line { answer, .. } = waiter {
                let told = "unknown: it may have been done, or may yet be: this member is stopping";
                // Where it has gone, nobody waits.
                let _ = answer.send(told.to_owned());
            }
        }
        self.lines.clear();
    }

    /// Whether nobody waits for an answer.
    pub(crate) fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.lines.is_empty()
    }

    fn ask(&mut self, read: Result<N::Request, String>, waiter: Waiter, engine: &mut Engine<N>) {
        self.meter.requests.inc();
        let why = match read {
            Err(why) => why,
            Ok(_) if self.is_closing => "this member is stopping".to_owned(),
            Ok(_) if self.waiting.len() >= WAITING_LIMIT => "too many requests wait".to_owned(),
            Ok(request) => {
                let token = engine.request(request);
                self.waiting.insert(token, waiter);
                return;
            }
        };
        waiter.refuse(why);
    }
}

impl<N: Node> Carrier<N> for Wires<N>
where
    N::Message: Wire,
    N::Response: Wire,
{
    fn send(&mut self, to: NodeId, body: N::Message) {
        let Some(way) = self.ways.get(&to) else {
            return self.meter.drop_message("no member");
        };
        match way.lane.push(|out| seal_with(out, |out| body.encode(out))) {
            Pushed::Queued => _ = way.sent.inc(),
            Pushed::Unconnected => self.meter.drop_message("unconnected"),
            Pushed::Full => self.meter.drop_message("full"),
        }
    }

    fn reply(&mut self, to: RequestToken, body: N::Response) {
        let Some(waiter) = self.waiting.remove(&to) else { return };
        self.meter.answers.inc();
        match waiter {
            Waiter::Frame { number, lane } => {
                // A client that does not read its answers loses them.
                let _ = lane.push(|out| seal_with(out, |out| put_answer(out, number, &body)));
            }
            Waiter::Line { asked, answer } => {
                self.lines.push(Unsaid { asked, response: body, answer });
            }
        }
    }
}
