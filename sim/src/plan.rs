//! Faults as data: a plan is drawn before a run or written by hand, and nothing else can do the system harm.
//!
//! A plan can be read, saved, edited, replayed and made smaller. Every fault in it stands by itself: it begins at a time and lasts
//! for a while, so that taking any one out leaves a plan that still makes sense.

use std::fmt;

use seatrial_history::Endpoint;
use seatrial_node::{Duration, NodeId};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::counts::FaultKind;
use crate::tape::MILLION;

/// All the trouble of one run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultPlan {
    /// How long the trouble goes on. Then every fault ends, whatever is down and is to come back starts, and from there on the
    /// system must make progress.
    pub heal_after: Duration,
    /// What links do to any message, until then.
    #[serde(default)]
    pub rates: Rates,
    /// Faults at their times.
    #[serde(default)]
    pub faults: Vec<PlannedFault>,
}

/// What links between nodes, and between clients and nodes, do to messages. Rates are parts in a million.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rates {
    /// How many messages are lost.
    pub loss: u32,
    /// How many messages between nodes arrive twice.
    pub duplicate: u32,
    /// How many messages are held back.
    pub reorder: u32,
    /// For how long at most a message is held back.
    pub reorder_delay: Duration,
}

/// One fault: what, when, for how long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct PlannedFault {
    /// How long after the run's beginning it begins.
    pub at: Duration,
    /// How long it lasts; it ends when the world heals, if not before. Of no meaning for what [lasts for ever](Fault::is_for_ever);
    /// there it is [`Duration::MAX`], and a file leaves it out.
    pub lasts: Duration,
    /// What happens.
    pub fault: Fault,
}

/// A fault as files hold it.
#[derive(Serialize, Deserialize)]
struct Written {
    at: Duration,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lasts: Option<Duration>,
    #[serde(flatten)]
    fault: Fault,
}

impl TryFrom<Written> for PlannedFault {
    type Error = String;

    fn try_from(Written { at, lasts, fault }: Written) -> Result<Self, String> {
        let kind = fault.kind();
        let lasts = match (lasts, fault.is_for_ever()) {
            (Some(lasts), false) => lasts,
            (None, true) => Duration::MAX,
            (None, false) => return Err(format!("missing field `lasts` of the {kind} at {at}")),
            (Some(_), true) => {
                return Err(format!("the {kind} at {at} never ends: leave `lasts` out"));
            }
        };
        Ok(Self { at, lasts, fault })
    }
}

impl From<PlannedFault> for Written {
    fn from(PlannedFault { at, lasts, fault }: PlannedFault) -> Self {
        Self { at, lasts: (!fault.is_for_ever()).then_some(lasts), fault }
    }
}

/// What can go wrong at a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
#[non_exhaustive]
pub enum Fault {
    /// Nobody in a group reaches anybody in another. Whoever is named in no group reaches all.
    Partition {
        /// Two groups or more.
        groups: Vec<Vec<Endpoint>>,
    },
    /// One node reaches no other node, and they do not reach it. Clients named in `clients` are cut off with it: they reach it
    /// and nobody else; all other clients reach everybody but it.
    Isolate {
        /// Who.
        node: Target,
        /// Clients on its side.
        #[serde(default)]
        clients: Vec<Endpoint>,
    },
    /// Messages from here to there are lost; the other way they pass.
    OneWay {
        /// From whom.
        from: Vec<Endpoint>,
        /// To whom.
        to: Vec<Endpoint>,
    },
    /// The nodes stand in a ring, and each reaches only those near it: a majority, but no two the same one (Jepsen's majorities
    /// ring; with five nodes, two neighbours on each side). Of four nodes or fewer no such ring exists; a bridge is made
    /// instead: two halves that reach each other only through the first node named.
    Ring {
        /// The nodes, in the order of the ring.
        order: Vec<NodeId>,
    },
    /// A node loses all but its disk, and of that what was not synced may be lost or torn. It starts again when the fault ends.
    Crash {
        /// Who.
        node: Target,
    },
    /// A node crashes and never starts again, not even when the world heals: the processes of the crash-stop model (Cachin,
    /// Guerraoui and Rodrigues, §2.2.2). One that is down already stays down.
    CrashStop {
        /// Who.
        node: Target,
    },
    /// A node stands still while the world goes on; what arrives waits.
    Pause {
        /// Who.
        node: Target,
    },
}

/// Whom a fault is aimed at. As text, a node's name (`n3`) or else a role (`leader`).
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// Says who is meant: `n0 n1 c0 | n2`, or `whoever is leader`.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Partition { groups } => {
                let groups: Vec<String> = groups.iter().map(|group| list(group)).collect();
                f.write_str(&groups.join(" | "))
            }
            Self::Isolate { node, clients } if clients.is_empty() => node.fmt(f),
            Self::Isolate { node, clients } => write!(f, "{node} with {}", list(clients)),
            Self::OneWay { from, to } => write!(f, "{} cannot send to {}", list(from), list(to)),
            Self::Ring { order } => f.write_str(&list(order)),
            Self::Crash { node } | Self::CrashStop { node } | Self::Pause { node } => node.fmt(f),
        }
    }
}

fn list(endpoints: &[impl ToString]) -> String {
    endpoints.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

impl Fault {
    /// Which kind it is counted as.
    pub const fn kind(&self) -> FaultKind {
        match self {
            Self::Partition { .. } => FaultKind::Partition,
            Self::Isolate { .. } => FaultKind::Isolate,
            Self::OneWay { .. } => FaultKind::OneWay,
            Self::Ring { .. } => FaultKind::Ring,
            Self::Crash { .. } => FaultKind::Crash,
            Self::CrashStop { .. } => FaultKind::CrashStop,
            Self::Pause { .. } => FaultKind::Pause,
        }
    }

    /// Whether it never ends, not even when the world heals.
    pub const fn is_for_ever(&self) -> bool {
        matches!(self, Self::CrashStop { .. })
    }

    /// Whom it is aimed at, where that is one node.
    pub const fn target(&self) -> Option<&Target> {
        match self {
            Self::Isolate { node, .. }
            | Self::Crash { node }
            | Self::CrashStop { node }
            | Self::Pause { node } => Some(node),
            Self::Partition { .. } | Self::OneWay { .. } | Self::Ring { .. } => None,
        }
    }
}

impl FaultPlan {
    /// A plan without any trouble.
    pub fn calm() -> Self {
        Self::default()
    }

    /// What is wrong with it in a world of these nodes and so many clients, if anything: a sentence for whoever wrote it.
    pub fn problem(&self, members: &[NodeId], clients: u32) -> Option<String> {
        let rates = [
            ("loss", self.rates.loss),
            ("duplicate", self.rates.duplicate),
            ("reorder", self.rates.reorder),
        ];
        if let Some((name, rate)) = rates.iter().find(|(_, rate)| *rate > MILLION) {
            return Some(format!("a {name} rate of {rate} in a million"));
        }
        let world = Inhabitants { members, clients };
        self.faults.iter().find_map(|planned| {
            let problem = planned.fault.problem(&world)?;
            Some(format!("the {} at {}: {problem}", planned.fault.kind(), planned.at))
        })
    }
}

struct Inhabitants<'a> {
    members: &'a [NodeId],
    clients: u32,
}

impl Inhabitants<'_> {
    fn stranger(&self, endpoints: &[Endpoint]) -> Option<String> {
        let unknown = |endpoint: &&Endpoint| match endpoint {
            Endpoint::Node(node) => !self.members.contains(node),
            Endpoint::Client(client) => *client >= self.clients,
        };
        endpoints.iter().find(unknown).map(|endpoint| format!("there is no {endpoint}"))
    }

    fn no_target(&self, target: &Target) -> Option<String> {
        match target {
            Target::Node(node) => self.stranger(&[Endpoint::Node(*node)]),
            Target::Role(_) => None,
        }
    }
}

impl Fault {
    fn problem(&self, world: &Inhabitants<'_>) -> Option<String> {
        match self {
            Self::Partition { groups } if groups.len() < 2 => {
                Some("a partition has two groups or more".into())
            }
            Self::Partition { groups } => {
                let all: Vec<Endpoint> = groups.iter().flatten().copied().collect();
                let twice = |(i, e): (usize, &Endpoint)| all[..i].contains(e).then_some(*e);
                let twice = all.iter().enumerate().find_map(twice);
                let twice = twice.map(|endpoint| format!("{endpoint} is in two places"));
                twice.or_else(|| world.stranger(&all))
            }
            Self::Isolate { node, clients } => {
                world.no_target(node).or_else(|| world.stranger(clients))
            }
            Self::OneWay { from, to } => world.stranger(from).or_else(|| world.stranger(to)),
            Self::Ring { order } => {
                let nodes: Vec<Endpoint> = order.iter().map(|node| Endpoint::Node(*node)).collect();
                world.stranger(&nodes)
            }
            Self::Crash { node } | Self::CrashStop { node } | Self::Pause { node } => {
                world.no_target(node)
            }
        }
    }
}
