//! Echo in a small world. What clients ask and are answered is told as over a link from each node to itself, so that those who judge links
//! judge it: every text comes back, once, and to whoever said it.

use std::sync::Arc;

use seatrial_echo::{Config, Echo, Message, Mutant};
use seatrial_node::{Disk, Fact, Input, Io, Node, NodeId, OpenError, Outbox, RequestToken};
use seatrial_search::Exploration;

use crate::explore::{Bounds, ExplorationInfo};
use crate::registry::Protocol;

/// Adds the small world: n0 is asked to echo two texts, n1 two others, and so on, each at any time.
pub(in crate::protocols) fn with(protocol: Protocol) -> Protocol {
    let info = ExplorationInfo {
        checkers: &["links"],
        survives: |_| 0,
        restarts: false,
        losses: true,
        messages: Some(2),
        timers: Some(2),
    };
    protocol.with_exploration(info, |bounds: &Bounds, mutant: Option<&str>| {
        let mutant = mutant.map(|_| Mutant::AnswerOldest);
        let config = |_| Config { mutant, ..Config::default() };
        let small = Exploration::<Heard>::new(bounds.nodes, config).with_words(words, request);
        (0..bounds.messages.unwrap_or_default()).fold(small, |small, message| {
            let node = NodeId(message / 2 % bounds.nodes);
            small.asking(node, format!("ahoy {}", message + 1).into())
        })
    })
}

fn words(message: &Message) -> String {
    match message {
        Message::Say { text, .. } => format!("the question to say {text:?}"),
        Message::Said { text, .. } => format!("the answer {text:?}"),
    }
}

fn request(text: &Arc<str>) -> String {
    format!("echo {text:?}")
}

/// An echo node that tells what it is asked and what it answers.
#[derive(Clone, Debug, Hash)]
struct Heard {
    echo: Echo,
}

impl Node for Heard {
    type Config = Config;
    type Message = Message;
    type Timer = RequestToken;
    type Request = Arc<str>;
    type Response = Arc<str>;
    type Event = Fact;

    fn open(config: &Config, disk: &mut Disk<'_>) -> Result<Self, OpenError> {
        Ok(Self { echo: Echo::open(config, disk)? })
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        let me = io.me();
        let input = match input {
            Input::Start => Input::Start,
            Input::Message { from, body } => Input::Message { from, body },
            Input::Timer(token) => Input::Timer(token),
            Input::Request { token, body } => {
                let (message, digest) = (number(token), digest(&body));
                io.announce(Fact::Send { to: me, message, digest });
                Input::Request { token, body }
            }
            _ => return,
        };
        let mut outbox = Outbox::new();
        let echo = &mut self.echo;
        io.child("", |body| body, |timer| timer, &mut outbox, |io| echo.handle(input, io));
        for (token, text) in outbox.replies {
            let (message, digest) = (number(token), digest(&text));
            io.announce(Fact::Deliver { origin: me, message, digest });
        }
    }
}

/// The name of a request as a message's: in the first life, counted from one.
fn number(token: RequestToken) -> u64 {
    1 << 32 | (token.0 + 1)
}

/// FNV-1a: equal texts have equal ones.
fn digest(text: &str) -> u64 {
    let step = |sum: u64, byte: u8| (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    text.bytes().fold(0xcbf2_9ce4_8422_2325, step)
}
