//! Who carries what clients say, and tells them the time: a world, or a host of real processes.

use seatrial_history::OpEvent;
use seatrial_node::{Duration, Instant, Node, NodeId};
use seatrial_sim::{ClientIo, Driver};

use super::{Clients, Workload};

/// What one client may do at one moment.
pub(crate) trait Shore<N: Node> {
    /// Which client acts, from 0.
    fn client(&self) -> u32;

    /// When this is.
    fn now(&self) -> Instant;

    /// The nodes of the cluster, in ascending order.
    fn members(&self) -> &[NodeId];

    /// Sends a request and says which attempt it is: later ones have greater numbers.
    fn send(&mut self, to: NodeId, body: N::Request) -> u64;

    /// Asks to be woken after a while, in place of an earlier wish.
    fn sleep(&mut self, span: Duration);

    /// A number below `bound`, which is not zero, by chance, under this name.
    fn choose(&mut self, site: &'static str, bound: u64) -> u64;

    /// Puts one end of an operation into the history. Its time is filled in.
    fn record(&mut self, event: OpEvent);
}

impl<N: Node> Shore<N> for ClientIo<'_, N> {
    fn client(&self) -> u32 {
        ClientIo::client(self)
    }

    fn now(&self) -> Instant {
        ClientIo::now(self).time
    }

    fn members(&self) -> &[NodeId] {
        ClientIo::members(self)
    }

    fn send(&mut self, to: NodeId, body: N::Request) -> u64 {
        ClientIo::send(self, to, body)
    }

    fn sleep(&mut self, span: Duration) {
        ClientIo::sleep(self, span);
    }

    fn choose(&mut self, site: &'static str, bound: u64) -> u64 {
        let site = self.site(site);
        ClientIo::choose(self, site, bound)
    }

    fn record(&mut self, event: OpEvent) {
        ClientIo::record(self, event);
    }
}

impl<N: Node, W: Workload<N>> Driver<N> for Clients<W> {
    fn start(&mut self, io: &mut ClientIo<'_, N>) {
        Self::start(self, io);
    }

    fn wake(&mut self, io: &mut ClientIo<'_, N>) {
        Self::wake(self, io);
    }

    fn healed(&mut self, io: &mut ClientIo<'_, N>) {
        self.heal(io);
    }

    fn answer(&mut self, attempt: u64, _: NodeId, body: N::Response, io: &mut ClientIo<'_, N>) {
        Self::answer(self, attempt, body, io);
    }
}
