//! What a world is told before it begins.

use seatrial_node::{Duration, NodeId};

use crate::latency::Latency;
use crate::network::LinkException;
use crate::plan::FaultPlan;
use crate::queue::Order;

/// Everything about a world but its nodes' code, their configuration and its chance.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The nodes, in ascending order.
    pub members: Vec<NodeId>,
    /// How many clients there are.
    pub clients: u32,
    /// How long a message between nodes takes.
    pub latency: Latency,
    /// How long a request takes to a node, and an answer back.
    pub client_latency: Latency,
    /// Pairs that differ from that, by slot: nodes in order, then clients.
    pub exceptions: Vec<LinkException>,
    /// How long a disk takes to write. A disk does one thing after the other.
    pub disk_write: Latency,
    /// How long it takes to sync.
    pub disk_sync: Latency,
    /// How long it takes to read.
    pub disk_read: Latency,
    /// In which order pending events happen.
    pub order: Order,
    /// All the trouble.
    pub plan: FaultPlan,
    /// More events than this at one instant are a livelock.
    pub instant_limit: u64,
    /// More events than this end the run.
    pub event_limit: u64,
}

impl Setup {
    /// A calm world of nodes `n0`, `n1`, …: messages take 1 to 10 ms, a sync 1 to 5 ms, and nothing fails.
    pub fn new(nodes: u32) -> Self {
        let ms = Duration::from_millis;
        let us = Duration::from_micros;
        Self {
            members: (0..nodes).map(NodeId).collect(),
            clients: 0,
            latency: Latency::uniform(ms(1), ms(10)),
            client_latency: Latency::uniform(us(100), ms(1)),
            exceptions: Vec::new(),
            disk_write: Latency::constant(us(20)),
            disk_sync: Latency::uniform(ms(1), ms(5)),
            disk_read: Latency::uniform(us(50), us(500)),
            order: Order::Timed,
            plan: FaultPlan::calm(),
            instant_limit: 100_000,
            event_limit: u64::MAX,
        }
    }
}
