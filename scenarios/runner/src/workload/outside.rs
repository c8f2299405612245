//! The clients of a run on a host that is no world: what they say goes as bytes, and what comes back is read here.

use std::marker::PhantomData;

use seatrial_history::OpEvent;
use seatrial_node::{Duration, Instant, Node, NodeId, Wire};
use seatrial_sim::Tape;

use super::shore::Shore;
use super::{Answer, Clients, Workload};
use crate::draw::ClientPlan;

/// What a host of real processes does for clients.
pub trait ClientHost {
    /// When this is, since the run began.
    fn now(&self) -> Instant;

    /// Sends a request, in its protocol's own form, and says which attempt it is: later ones have greater numbers.
    fn send(&mut self, client: u32, to: NodeId, body: Vec<u8>) -> u64;

    /// Has the client woken after a while, in place of an earlier wish.
    fn sleep(&mut self, client: u32, span: Duration);

    /// Puts one end of an operation into the history. Its time is to be filled in.
    fn record(&mut self, event: OpEvent);
}

/// Clients, whatever the type of the nodes that they ask.
pub(crate) trait Crew {
    /// A run begins, and there is trouble until then.
    fn begin(&mut self, plan: &ClientPlan, count: u32, members: &[NodeId], healed: Instant);

    /// The client's part begins; called once for each client, in order.
    fn start(&mut self, client: u32, host: &mut dyn ClientHost);

    /// The client has slept as long as it wanted.
    fn wake(&mut self, client: u32, host: &mut dyn ClientHost);

    /// An answer to this attempt has arrived.
    fn answer(&mut self, client: u32, attempt: u64, body: &[u8], host: &mut dyn ClientHost);

    /// There will be no answer to this attempt. Where it was not asked, it has no effect.
    fn unanswered(&mut self, client: u32, attempt: u64, asked: bool, host: &mut dyn ClientHost);

    /// Whether every client has done all that it was to do.
    fn finished(&self) -> bool;
}

/// The clients of nodes of one type.
pub(crate) struct Party<N, W> {
    clients: Clients<W>,
    members: Vec<NodeId>,
    tape: Tape,
    node: PhantomData<fn() -> N>,
}

impl<N: Node, W: Workload<N>> Party<N, W> {
    /// Clients who make their choices by this tape.
    pub(crate) fn new(workload: W, tape: Tape) -> Self {
        Self { clients: Clients::new(workload), members: Vec::new(), tape, node: PhantomData }
    }

    /// The clients, and one of them ashore.
    fn ashore<'a>(
        &'a mut self,
        client: u32,
        host: &'a mut dyn ClientHost,
    ) -> (&'a mut Clients<W>, Ashore<'a>) {
        let Self { clients, members, tape, .. } = self;
        (clients, Ashore { client, members, tape, host })
    }
}

impl<N, W> Crew for Party<N, W>
where
    N: Node<Request: Wire, Response: Wire>,
    W: Workload<N>,
{
    fn begin(&mut self, plan: &ClientPlan, count: u32, members: &[NodeId], healed: Instant) {
        self.members = members.to_vec();
        self.clients.begin::<N>(plan, count, Some(healed), None);
    }

    fn start(&mut self, client: u32, host: &mut dyn ClientHost) {
        let (clients, mut shore) = self.ashore(client, host);
        clients.start::<N, _>(&mut shore);
    }

    fn wake(&mut self, client: u32, host: &mut dyn ClientHost) {
        let (clients, mut shore) = self.ashore(client, host);
        clients.wake::<N, _>(&mut shore);
    }

    fn answer(&mut self, client: u32, attempt: u64, body: &[u8], host: &mut dyn ClientHost) {
        let (clients, mut shore) = self.ashore(client, host);
        match N::Response::decode(body) {
            Ok(body) => clients.answer::<N, _>(attempt, body, &mut shore),
            Err(_) => clients.take::<N, _>(attempt, Answer::GiveUp("unreadable"), &mut shore),
        }
    }

    fn unanswered(&mut self, client: u32, attempt: u64, asked: bool, host: &mut dyn ClientHost) {
        let (clients, mut shore) = self.ashore(client, host);
        let answer = match asked {
            true => Answer::Unknown("connection-lost"),
            false => Answer::Refused("not-asked"),
        };
        clients.take::<N, _>(attempt, answer, &mut shore);
    }

    fn finished(&self) -> bool {
        self.clients.finished()
    }
}

/// One client, and who carries what it says.
struct Ashore<'a> {
    client: u32,
    members: &'a [NodeId],
    tape: &'a mut Tape,
    host: &'a mut dyn ClientHost,
}

impl<N: Node<Request: Wire>> Shore<N> for Ashore<'_> {
    fn client(&self) -> u32 {
        self.client
    }

    fn now(&self) -> Instant {
        self.host.now()
    }

    fn members(&self) -> &[NodeId] {
        self.members
    }

    fn send(&mut self, to: NodeId, body: N::Request) -> u64 {
        let mut bytes = Vec::new();
        body.encode(&mut bytes);
        self.host.send(self.client, to, bytes)
    }

    fn sleep(&mut self, span: Duration) {
        self.host.sleep(self.client, span);
    }

    fn choose(&mut self, site: &'static str, bound: u64) -> u64 {
        let site = self.tape.site(site);
        self.tape.choose(site, self.client, bound)
    }

    fn record(&mut self, event: OpEvent) {
        self.host.record(event);
    }
}
