//! Clients that ask one server, each again as soon as it is answered: as few messages in flight as there are clients.

use seatrial_node::{Disk, Duration, Input, Io, Node, NodeId, OpenError};
use seatrial_sim::{Latency, Setup};

/// The node that answers.
pub const SERVER: NodeId = NodeId(0);

/// The server, or a client, depending on its name.
#[derive(Clone, Debug)]
pub struct ClosedLoop {
    /// How many answers this client has had.
    pub answers: u64,
}

/// A calm world of one server and so many clients, where messages take 1 to 10 ms; it ends after so many events.
pub fn setup(clients: u32, events: u64) -> Setup {
    let ms = Duration::from_millis;
    let latency = Latency::uniform(ms(1), ms(10));
    Setup { latency, event_limit: events, ..Setup::new(clients + 1) }
}

impl Node for ClosedLoop {
    type Config = ();
    /// Which question of that client it is.
    type Message = u64;
    type Timer = ();
    type Request = ();
    type Response = ();
    type Event = ();

    fn open((): &(), _: &mut Disk<'_>) -> Result<Self, OpenError> {
        Ok(Self { answers: 0 })
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        match input {
            Input::Start if io.me() != SERVER => io.send(SERVER, 0),
            Input::Message { from, body } if io.me() == SERVER => io.send(from, body),
            Input::Message { body, .. } => {
                self.answers += 1;
                io.send(SERVER, body + 1);
            }
            _ => {}
        }
    }

    fn digest(message: &u64) -> u64 {
        *message
    }
}
