//! A register's servers and clients as nodes of our own, and the search through them.

use seatrial_history::Violation;
use seatrial_node::{Disk, Fact, Input, Io, Node, NodeId, OpenError};
use seatrial_search::{Arrivals, Exploration, Extent, Identity, Reduction};

use super::Counted;
use super::history::{is_linearizable, take};
use super::register::{Message, Place, Server};

/// A server, or a client that writes once and then reads once.
#[derive(Clone, Debug, Hash)]
struct Member<S> {
    servers: u32,
    role: Role<S>,
}

#[derive(Clone, Debug, Hash)]
enum Role<S> {
    /// Not started yet.
    None,
    Server(S),
    Client {
        /// The request that is to be answered.
        awaiting: Option<u64>,
        /// How many requests it has made.
        count: u64,
    },
}

impl<S: Server> Node for Member<S> {
    /// How many servers there are; the other nodes are clients.
    type Config = u32;
    type Message = Message<S::Internal>;
    type Timer = ();
    type Request = ();
    type Response = ();
    type Event = Fact;

    fn open(servers: &u32, _: &mut Disk<'_>) -> Result<Self, OpenError> {
        Ok(Self { servers: *servers, role: Role::None })
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        let (me, servers) = (io.me().0, self.servers);
        match (input, &mut self.role) {
            (Input::Start, role) if me < servers => *role = Role::Server(S::new(me)),
            (Input::Start, role) => {
                let value = char::from(b'A' + (me - servers) as u8);
                *role = Role::Client { awaiting: Some(me.into()), count: 1 };
                invoke(io, me % servers, Message::Put(me.into(), value));
            }
            (Input::Message { from, body }, Role::Server(state)) => {
                let mut state = state;
                let mut send = |to, message| io.send(NodeId(to), message);
                S::receive(&mut state, Place { me, servers }, from.0, body, &mut send);
            }
            (Input::Message { from, body }, Role::Client { awaiting, count }) => match body {
                Message::PutOk(request) if *awaiting == Some(request) => {
                    let next = (*count + 1) * u64::from(me);
                    let server = (u64::from(me) + *count) % u64::from(servers);
                    (*awaiting, *count) = (Some(next), *count + 1);
                    complete(io, from, request, 0);
                    invoke(io, server as u32, Message::Get(next));
                }
                Message::GetOk(request, value) if *awaiting == Some(request) => {
                    (*awaiting, *count) = (None, *count + 1);
                    complete(io, from, request, value.into());
                }
                _ => {}
            },
            _ => {}
        }
    }
}

fn invoke<S: Server>(io: &mut Io<'_, Member<S>>, server: u32, message: Message<S::Internal>) {
    let (request, digest) = match message {
        Message::Put(request, value) => (request, value.into()),
        Message::Get(request) => (request, 0),
        _ => unreachable!("a client writes and reads"),
    };
    io.announce(Fact::Send { to: NodeId(server), message: request, digest });
    io.send(NodeId(server), message);
}

fn complete<S: Server>(io: &mut Io<'_, Member<S>>, origin: NodeId, message: u64, digest: u64) {
    io.announce(Fact::Deliver { origin, message, digest });
}

/// Searches through the register, and judges in every state whether it is linearizable.
pub(crate) fn register<S: Server>(servers: u32, clients: u32) -> Counted {
    let small = Exploration::<Member<S>>::new(servers + clients, |_| servers)
        .with_identity(Identity::By(take))
        .with_arrivals(Arrivals::OnceHeeded)
        .without_counting_executions();
    let explored = small.explore(Reduction::States, |sight| {
        let wrong = sight.news > 0 && !is_linearizable(sight.told);
        wrong.then(|| violation("linearizability"))
    });
    assert!(matches!(explored.extent, Extent::Complete | Extent::Violation));
    Counted { unique: explored.states, holds: explored.holds() }
}

pub(crate) fn violation(property: &'static str) -> Violation {
    let explanation = "a state in which it does not hold".to_owned();
    Violation { property, source: "the model", explanation, at: None, evidence: Vec::new() }
}
