//! What is at one node, apart from the world that it is in: where it stands.
//!
//! A search that tries what may happen to a node keeps thousands of these, and one world to put them into. A copy of the world would be the
//! same, and ten times as large.

use seatrial_node::{Instant, Node, NodeId};

use crate::buggify::Point;
use crate::core::Body;
use crate::event::Events;
use crate::incident::Incident;
use crate::queue::Standing;
use crate::world::World;

type Pending<N> = Events<<N as Node>::Message, <N as Node>::Request, <N as Node>::Response>;

/// See the module. Made by [`World::standpoint`], and gone back to by [`World::stand_at`].
pub struct Standpoint<N: Node> {
    id: NodeId,
    slot: u32,
    node: Option<N>,
    body: Body<N::Timer>,
    queue: Standing,
    /// What is to happen, if anything is.
    pending: Option<Box<Pending<N>>>,
    points: Vec<Point>,
    incident: Option<Box<Incident>>,
    now: Instant,
    step: u64,
    odd: u32,
    attempts: u64,
    tokens: u64,
}

impl<N: Node> Standpoint<N> {
    /// Whose it is.
    pub const fn id(&self) -> NodeId {
        self.id
    }

    /// The node, if it is up.
    pub const fn node(&self) -> Option<&N> {
        self.node.as_ref()
    }
}

impl<N> World<N>
where
    N: Node<Request: Clone, Response: Clone> + Clone,
{
    /// Where a node stands in a world in which nothing else is to happen than at this node.
    ///
    /// # Panics
    /// Where there is no such node, or events happen by time.
    pub fn standpoint(&self, node: NodeId) -> Standpoint<N> {
        let slot = self.core.slot(node).expect("only members stand somewhere");
        let queue = self.core.queue.standing();
        let pending = (!queue.is_empty()).then(|| Box::new(self.core.events.clone()));
        Standpoint {
            id: node,
            slot,
            node: self.nodes[slot as usize].clone(),
            body: self.core.bodies[slot as usize].clone(),
            queue,
            pending,
            points: self.core.points.clone(),
            incident: self.incident.clone().map(Box::new),
            now: self.core.now,
            step: self.core.step,
            odd: self.core.odd,
            attempts: self.core.attempts,
            tokens: self.core.tokens,
        }
    }

    /// Goes to where a node stood, in this world or a copy of it. What else is in the world stays as it is, and what is to happen to others is
    /// forgotten. So are the choices made: [`World::script`] says the next ones.
    pub fn stand_at(&mut self, point: &Standpoint<N>) {
        let slot = point.slot as usize;
        self.nodes[slot].clone_from(&point.node);
        self.core.bodies[slot].clone_from(&point.body);
        self.core.queue.stand_at(&point.queue);
        match &point.pending {
            Some(events) => self.core.events.clone_from(events),
            None => self.core.events.reset(),
        }
        self.core.points.clone_from(&point.points);
        self.incident = point.incident.as_deref().cloned();
        self.core.now = point.now;
        self.core.step = point.step;
        self.core.odd = point.odd;
        self.core.attempts = point.attempts;
        self.core.tokens = point.tokens;
    }
}
