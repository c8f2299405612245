//! Nodes that each tell a few others something every so often, without listening: many messages in flight, many timers.

use seatrial_node::{Disk, Duration, Input, Io, Node, NodeId, OpenError};
use seatrial_sim::{FaultPlan, Latency, Rates, Setup};

/// How many others a node tells at a time.
pub const FANOUT: u32 = 3;

/// How often it does.
pub const EVERY: Duration = Duration::from_millis(10);

/// What it tells: 64 bytes.
pub type Rumour = [u64; 8];

/// One who gossips.
#[derive(Clone, Debug)]
pub struct Gossip {
    /// How many times it has told others.
    pub rounds: u64,
    /// The sum of what it has heard.
    pub heard: u64,
}

/// A world of so many of them, where messages take 1 to 50 ms and one in twenty is lost; it ends after so many events.
pub fn setup(nodes: u32, events: u64) -> Setup {
    let ms = Duration::from_millis;
    let rates = Rates { loss: 50_000, ..Rates::default() };
    Setup {
        latency: Latency::uniform(ms(1), ms(50)),
        plan: FaultPlan { heal_after: Duration::MAX, rates, ..FaultPlan::calm() },
        event_limit: events,
        ..Setup::new(nodes)
    }
}

impl Node for Gossip {
    type Config = ();
    type Message = Rumour;
    type Timer = ();
    type Request = ();
    type Response = ();
    type Event = ();

    fn open((): &(), _: &mut Disk<'_>) -> Result<Self, OpenError> {
        Ok(Self { rounds: 0, heard: 0 })
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        match input {
            // Nodes start together but do not tell together.
            Input::Start => {
                let phase = io.choose("gossip phase", EVERY.as_nanos());
                io.set_timer((), Duration::from_nanos(phase));
            }
            Input::Timer(()) => {
                self.rounds += 1;
                let me = io.me().0;
                let others = io.members().len() as u64 - 1;
                for _ in 0..FANOUT {
                    let place = io.choose("gossip peer", others) as u32;
                    let peer = place + u32::from(place >= me);
                    io.send(NodeId(peer), [self.rounds; 8]);
                }
                io.set_timer((), EVERY);
            }
            Input::Message { body, .. } => self.heard = self.heard.wrapping_add(body[0]),
            _ => {}
        }
    }

    fn digest(message: &Rumour) -> u64 {
        message[0]
    }
}
