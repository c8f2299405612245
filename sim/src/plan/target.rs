//! Whom a fault is aimed at.

use std::fmt;

use seatrial_node::NodeId;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Whom a fault is aimed at. As text, a node's name (`n3`) or else a role (`leader`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// This node.
    Node(NodeId),
    /// Whichever node shows `role` as this text in its status when the fault begins; one of them by chance, where several do, and
    /// nobody, where none does.
    Role(String),
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Node(node) => serializer.collect_str(node),
            Self::Role(role) => serializer.serialize_str(role),
        }
    }
}

impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ok(text.parse().map_or(Self::Role(text), Self::Node))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Node(node) => node.fmt(f),
            Self::Role(role) => write!(f, "whoever is {role}"),
        }
    }
}
