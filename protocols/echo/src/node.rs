//! The echo node itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use seatrial_node::{Disk, Input, Io, Node, NodeId, OpenError, RequestToken, Status};

use crate::Config;

/// A node that says back what it is told, by way of its neighbour.
#[derive(Clone, Debug, Hash)]
pub struct Echo {
    config: Config,
    /// What clients wait for.
    waiting: BTreeMap<RequestToken, Arc<str>>,
}

/// What echo nodes send each other.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Message {
    /// Say this.
    Say {
        /// The request that it is for, at the sender.
        token: RequestToken,
        /// What is to be said.
        text: Arc<str>,
    },
    /// This has been said.
    Said {
        /// The request that it was for.
        token: RequestToken,
        /// What has been said.
        text: Arc<str>,
    },
}

impl Node for Echo {
    type Config = Config;
    type Message = Message;
    /// One timer for each request under way.
    type Timer = RequestToken;
    type Request = Arc<str>;
    type Response = Arc<str>;
    type Event = ();

    fn open(config: &Config, _: &mut Disk<'_>) -> Result<Self, OpenError> {
        Ok(Self { config: config.clone(), waiting: BTreeMap::new() })
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        match input {
            Input::Request { token, body } => {
                self.waiting.insert(token, body);
                self.ask(token, io);
            }
            Input::Timer(token) => self.ask(token, io),
            Input::Message { from, body: Message::Say { token, text } } => {
                io.send(from, Message::Said { token, text });
            }
            Input::Message { body: Message::Said { token, text }, .. } => {
                self.answer(token, text, io);
            }
            _ => {}
        }
    }

    fn status(&self) -> Status {
        Status::new().with("waiting", self.waiting.len() as u64)
    }

    fn digest(message: &Message) -> u64 {
        let (kind, token, text) = match message {
            Message::Say { token, text } => (1, token, text),
            Message::Said { token, text } => (2, token, text),
        };
        text.bytes().fold(token.0 << 2 | kind, |sum, byte| {
            (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        })
    }
}

impl Echo {
    /// Asks the neighbour, and once more if that takes too long.
    fn ask(&self, token: RequestToken, io: &mut Io<'_, Self>) {
        let Some(text) = self.waiting.get(&token) else {
            return;
        };
        io.send(neighbour(io.me(), io.members()), Message::Say { token, text: text.clone() });
        io.set_timer(token, self.config.retry_after);
    }

    fn answer(&mut self, token: RequestToken, text: Arc<str>, io: &mut Io<'_, Self>) {
        let token = self.answered(token);
        // An answer to a question asked twice may come twice, and one to a former life for nobody.
        if self.waiting.remove(&token).is_some() {
            io.cancel_timer(&token);
            io.reply(token, text);
        }
    }

    #[cfg(feature = "mutants")]
    fn answered(&self, token: RequestToken) -> RequestToken {
        match self.config.mutant {
            Some(crate::Mutant::AnswerOldest) => {
                self.waiting.keys().next().copied().unwrap_or(token)
            }
            _ => token,
        }
    }

    #[cfg(not(feature = "mutants"))]
    #[expect(clippy::unused_self, reason = "a planted bug reads the configuration")]
    fn answered(&self, token: RequestToken) -> RequestToken {
        token
    }
}

/// The next member of the ring.
fn neighbour(me: NodeId, members: &[NodeId]) -> NodeId {
    let next = members.iter().copied().find(|member| *member > me);
    next.or_else(|| members.first().copied()).unwrap_or(me)
}

#[cfg(test)]
mod tests {
    use seatrial_node::{Effect, NoStorage, Probe};

    use super::*;

    fn echo() -> (Echo, Probe<Echo>) {
        let members = [NodeId(0), NodeId(1), NodeId(2)];
        let mut storage = NoStorage;
        let echo = Echo::open(&Config::default(), &mut Disk::new(&mut storage)).expect("opens");
        (echo, Probe::new(NodeId(2), &members))
    }

    #[test]
    fn the_last_member_asks_the_first() {
        let (mut echo, mut probe) = echo();
        let token = RequestToken(1);
        let effects = probe.handle(&mut echo, Input::Request { token, body: "ahoy".into() });
        assert!(matches!(effects[0], Effect::Send { to: NodeId(0), .. }), "{effects:?}");
    }

    #[test]
    fn an_answer_that_comes_twice_is_given_once() {
        let (mut echo, mut probe) = echo();
        let token = RequestToken(1);
        probe.handle(&mut echo, Input::Request { token, body: "ahoy".into() });
        let said = || Input::Message {
            from: NodeId(0),
            body: Message::Said { token, text: "ahoy".into() },
        };
        let replies = |effects: Vec<Effect<Echo>>| {
            effects.iter().filter(|effect| matches!(effect, Effect::Reply { .. })).count()
        };
        assert_eq!(replies(probe.handle(&mut echo, said())), 1);
        assert_eq!(replies(probe.handle(&mut echo, said())), 0);
    }
}
