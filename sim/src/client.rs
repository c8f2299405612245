//! Clients: whoever asks the nodes for something, from outside the cluster.
//!
//! The world carries a client's requests over links as it carries messages, with the same losses and cuts. What clients ask, how long
//! they wait and what they make of an answer is a [`Driver`]'s business.

use seatrial_history::{Endpoint, Moment, Observer, OpEvent};
use seatrial_node::{Duration, Node, NodeId};

use crate::core::Core;
use crate::tape::Site;

/// Acts for the clients of a world.
pub trait Driver<N: Node> {
    /// The run begins; called once for each client.
    fn start(&mut self, io: &mut ClientIo<'_, N>);

    /// The client has slept as long as it wanted.
    fn wake(&mut self, io: &mut ClientIo<'_, N>);

    /// All trouble is over; called once for each client.
    fn healed(&mut self, _: &mut ClientIo<'_, N>) {}

    /// An answer has arrived: to which attempt, from which node. It may be late, and the client may long have gone on.
    fn answer(&mut self, attempt: u64, from: NodeId, body: N::Response, io: &mut ClientIo<'_, N>);
}

/// Nobody asks anything.
impl<N: Node> Driver<N> for () {
    fn start(&mut self, _: &mut ClientIo<'_, N>) {}

    fn wake(&mut self, _: &mut ClientIo<'_, N>) {}

    fn answer(&mut self, _: u64, _: NodeId, _: N::Response, _: &mut ClientIo<'_, N>) {}
}

/// What a client may do at one moment.
pub struct ClientIo<'a, N: Node> {
    pub(crate) client: u32,
    pub(crate) core: &'a mut Core<N>,
    pub(crate) observer: &'a mut dyn Observer,
}

impl<N: Node> ClientIo<'_, N> {
    /// Which client acts, from 0.
    pub fn client(&self) -> u32 {
        self.client
    }

    /// When this is, by the world's clock.
    pub fn now(&self) -> Moment {
        self.core.moment()
    }

    /// The nodes of the cluster, in ascending order.
    pub fn members(&self) -> &[NodeId] {
        &self.core.members
    }

    /// Sends a request and says which attempt it is; the answer names it. Nothing says whether it ever arrives.
    pub fn send(&mut self, to: NodeId, body: N::Request) -> u64 {
        self.core.request(self.client, to, body)
    }

    /// Asks for [`Driver::wake`] after a while, in place of an earlier wish.
    pub fn sleep(&mut self, span: Duration) {
        self.core.sleep(self.client, span);
    }

    /// A number below `bound`, which is not zero, by chance; see [`Tape::choose`](crate::Tape::choose).
    pub fn choose(&mut self, site: Site, bound: u64) -> u64 {
        let source = self.core.client_slot(self.client);
        self.core.tape.choose(site, source, bound)
    }

    /// The site of this name, for [`ClientIo::choose`].
    pub fn site(&mut self, name: &'static str) -> Site {
        self.core.tape.site(name)
    }

    /// Puts one end of an operation into the history. Its time is filled in.
    pub fn record(&mut self, mut event: OpEvent) {
        let at = self.core.moment();
        event.time = at.time;
        self.observer.op(at, &event);
        self.core.heard = true;
    }

    /// This client, as the network knows it.
    pub fn endpoint(&self) -> Endpoint {
        Endpoint::Client(self.client)
    }
}

impl<N: Node> std::fmt::Debug for ClientIo<'_, N> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClientIo").field("client", &self.client).finish_non_exhaustive()
    }
}
