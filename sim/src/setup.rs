//! What a world is told before it begins.

use std::fmt;

use seatrial_node::{Duration, MembersError, NodeId};

use crate::latency::Latency;
use crate::network::LinkException;
use crate::plan::FaultPlan;
use crate::queue::Order;
use crate::strategy::Steering;
use crate::touch::Touch;

/// Everything about a world but its nodes' code, their configuration and its chance.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The nodes, in ascending order, each of them once.
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
    /// In which order pending events happen, where nobody steers.
    pub order: Order,
    /// A strategy that chooses what happens next, in place of `order`.
    pub steering: Option<Steering>,
    /// All the trouble.
    pub plan: FaultPlan,
    /// What is done to the run by hand, in order.
    pub touches: Vec<Touch>,
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
            steering: None,
            plan: FaultPlan::calm(),
            touches: Vec::new(),
            instant_limit: 100_000,
            event_limit: u64::MAX,
        }
    }

    /// Whether a world can be made of it. [`World::reset`](crate::World::reset) refuses where not.
    ///
    /// # Errors
    /// What is wrong, as a sentence for whoever wrote it.
    pub fn check(&self) -> Result<(), SetupError> {
        MembersError::check_all(&self.members).map_err(SetupError::Members)?;
        let latencies = [
            ("latency", &self.latency),
            ("client_latency", &self.client_latency),
            ("disk_write", &self.disk_write),
            ("disk_sync", &self.disk_sync),
            ("disk_read", &self.disk_read),
        ];
        let exceptions = self.exceptions.iter().map(|link| ("exceptions", &link.latency));
        for (field, latency) in latencies.into_iter().chain(exceptions) {
            if let Some(problem) = latency.problem() {
                return Err(SetupError::Latency { field, problem });
            }
        }
        if let Some(pair) = self.touches.windows(2).find(|pair| pair[1].after < pair[0].after) {
            return Err(SetupError::Touches(pair[1].to_string()));
        }
        self.plan
            .problem(&self.members, self.clients)
            .map_or(Ok(()), |problem| Err(SetupError::Plan(problem)))
    }
}

/// Why no world can be made of a setup.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SetupError {
    /// The members are no cluster.
    Members(MembersError),
    /// A latency makes no sense.
    Latency {
        /// Which field of the setup.
        field: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// The plan of faults does not fit the world; the text says why.
    Plan(String),
    /// What is done by hand is not in order: this comes too late in the list.
    Touches(String),
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Members(error) => write!(f, "the members are no cluster: {error}"),
            Self::Latency { field, problem } => write!(f, "{field} makes no sense: {problem}"),
            Self::Plan(problem) => write!(f, "the fault plan makes no sense: {problem}"),
            Self::Touches(late) => {
                write!(f, "what is done by hand is not in order: put \"{late}\" further up")
            }
        }
    }
}

impl std::error::Error for SetupError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Fault, FaultPlan, PlannedFault, Target};

    fn refused(change: impl FnOnce(&mut Setup)) -> String {
        let mut setup = Setup::new(3);
        change(&mut setup);
        setup.check().expect_err("no world").to_string()
    }

    #[test]
    fn a_setup_of_which_no_world_can_be_made_is_refused_with_a_reason() {
        assert_eq!(Setup::new(3).check(), Ok(()));
        assert_eq!(Setup::new(0).check(), Err(SetupError::Members(MembersError::Empty)));
        let twice = refused(|setup| setup.members.push(NodeId(2)));
        assert_eq!(
            twice,
            "the members are no cluster: n2 is listed twice; every member is named once"
        );
        let backwards = refused(|setup| setup.members.reverse());
        assert!(backwards.contains("n2 is listed before n1"), "{backwards}");
        let ms = Duration::from_millis;
        let slow = refused(|setup| setup.disk_sync = Latency::uniform(ms(5), ms(1)));
        assert!(slow.starts_with("disk_sync makes no sense: the shortest, 5ms"), "{slow}");
        let nobody = refused(|setup| {
            let fault = Fault::Crash { node: Target::Node(NodeId(7)) };
            let planned = PlannedFault { at: ms(1), lasts: ms(1), fault };
            setup.plan = FaultPlan { faults: vec![planned], ..FaultPlan::calm() };
        });
        assert!(nobody.contains("there is no n7"), "{nobody}");
    }
}
