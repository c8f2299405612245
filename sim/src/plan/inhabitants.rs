//! Who lives in the world that a plan is for.

use seatrial_history::Endpoint;
use seatrial_node::NodeId;

use super::Target;

pub(super) struct Inhabitants<'a> {
    pub(super) members: &'a [NodeId],
    pub(super) clients: u32,
}

impl Inhabitants<'_> {
    pub(super) fn stranger(&self, endpoints: &[Endpoint]) -> Option<String> {
        let unknown = |endpoint: &&Endpoint| match endpoint {
            Endpoint::Node(node) => !self.members.contains(node),
            Endpoint::Client(client) => *client >= self.clients,
        };
        endpoints.iter().find(unknown).map(|endpoint| format!("there is no {endpoint}"))
    }

    pub(super) fn no_target(&self, target: &Target) -> Option<String> {
        match target {
            Target::Node(node) => self.stranger(&[Endpoint::Node(*node)]),
            Target::Role(_) => None,
        }
    }
}

pub(super) fn list(endpoints: &[impl ToString]) -> String {
    endpoints.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}
