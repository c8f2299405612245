//! Clients that ask what they are told to.

use std::collections::VecDeque;

use seatrial_node::{Duration, Node, NodeId};

use crate::client::{ClientIo, Driver};

/// Clients of a schedule: each time one wakes, it sends its next request, whatever became of the one before. Answers are kept, and nobody
/// waits for them.
#[derive(Clone, Debug)]
pub struct Script<Q, A> {
    asks: Vec<VecDeque<(NodeId, Q)>>,
    /// What was answered, in the order in which it arrived: to which client, by which node, what.
    pub answers: Vec<(u32, NodeId, A)>,
}

impl<Q, A> Default for Script<Q, A> {
    fn default() -> Self {
        Self { asks: Vec::new(), answers: Vec::new() }
    }
}

impl<Q, A> Script<Q, A> {
    /// The same, where this client asks this node for one thing more.
    #[must_use]
    pub fn asking(mut self, client: u32, node: NodeId, request: Q) -> Self {
        let client = client as usize;
        if self.asks.len() <= client {
            self.asks.resize_with(client + 1, VecDeque::new);
        }
        self.asks[client].push_back((node, request));
        self
    }
}

impl<N: Node> Driver<N> for Script<N::Request, N::Response> {
    fn start(&mut self, io: &mut ClientIo<'_, N>) {
        io.sleep(Duration::ZERO);
    }

    fn wake(&mut self, io: &mut ClientIo<'_, N>) {
        let asks = self.asks.get_mut(io.client() as usize);
        if let Some((node, request)) = asks.and_then(VecDeque::pop_front) {
            io.send(node, request);
            io.sleep(Duration::ZERO);
        }
    }

    fn answer(&mut self, _: u64, from: NodeId, body: N::Response, io: &mut ClientIo<'_, N>) {
        self.answers.push((io.client(), from, body));
    }
}
