//! Faults as data: a plan is drawn before a run or written by hand, and nothing else can do the system harm.
//!
//! A plan can be read, saved, edited, replayed and made smaller. Every fault in it stands by itself: it begins at a time and lasts
//! for a while, so that taking any one out leaves a plan that still makes sense.

mod awaited;
mod clock;
mod disk;
mod fault;
mod inhabitants;
mod moot;
mod network;
mod node;
mod parts;
mod paused_clock;
mod rename;
mod shift;
mod sort;
mod target;

use seatrial_history::Endpoint;
use seatrial_node::{Boot, Duration, NodeId};
use serde::{Deserialize, Serialize};

pub use self::awaited::{Awaited, When};
pub use self::fault::Fault;
use self::inhabitants::Inhabitants;
pub use self::paused_clock::PausedClock;
pub use self::shift::Shift;
pub use self::target::Target;
use crate::tape::MILLION;

/// All the trouble of one run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultPlan {
    /// How long the trouble goes on. Then every fault ends, whatever is down and is to come back starts, and from there on the
    /// system must make progress.
    pub heal_after: Duration,
    /// Who is healed then: these nodes, their disks, and the links among them and with clients. Whatever is broken elsewhere stays so
    /// for ever: who is down stays down, and who is cut off stays cut off. Everybody, where nobody is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub core: Option<Vec<NodeId>>,
    /// What links do to any message, until then.
    #[serde(default)]
    pub rates: Rates,
    /// Faults at their times.
    #[serde(default)]
    pub faults: Vec<PlannedFault>,
    /// Faults that wait for something.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub awaited: Vec<Awaited>,
}

/// What links between nodes, and between clients and nodes, do to messages. Rates are parts in a million.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rates {
    /// How many messages are lost.
    #[serde(deserialize_with = "parts::read")]
    pub loss: u32,
    /// How many messages between nodes arrive twice.
    #[serde(deserialize_with = "parts::read")]
    pub duplicate: u32,
    /// How many messages are held back.
    #[serde(deserialize_with = "parts::read")]
    pub reorder: u32,
    /// For how long at most a message is held back.
    pub reorder_delay: Duration,
    /// What fault points in the nodes' code do.
    #[serde(skip_serializing_if = "Buggify::is_off")]
    pub buggify: Buggify,
}

/// How often fault points in the nodes' code fire ([`Io::buggify`](seatrial_node::Io::buggify)). Rates are parts in a million.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Buggify {
    /// How likely a point is on in a run. Where it is zero, none is, and a point costs nothing.
    #[serde(deserialize_with = "parts::read")]
    pub sites: u32,
    /// How often one fires that is on, of the times that a node comes past.
    #[serde(deserialize_with = "parts::read")]
    pub fires: u32,
}

impl Buggify {
    /// Whether no point is ever on.
    pub const fn is_off(&self) -> bool {
        self.sites == 0
    }
}

impl Rates {
    /// Whether none of them ever does anything.
    const fn are_calm(&self) -> bool {
        let Self { loss, duplicate, reorder, buggify, .. } = self;
        *loss == 0 && *duplicate == 0 && *reorder == 0 && buggify.is_off()
    }
}

/// One fault: what, when, for how long.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct PlannedFault {
    /// How long after the run's beginning it begins.
    pub at: Duration,
    /// How long it lasts; it ends when the world heals, if not before. What [lies in wait](Fault::lies_in_wait) lasts so long from its
    /// moment on. Of no meaning for what [lasts for ever](Fault::is_for_ever), where it is [`Duration::MAX`], and what is
    /// [over at once](Fault::is_instant), where it is zero; a file leaves it out there.
    pub lasts: Duration,
    /// What happens.
    pub fault: Fault,
}

/// A fault as files hold it.
#[derive(Serialize, Deserialize)]
struct Written {
    /// Told of only to be refused: what waits stands in another list.
    #[serde(default, skip_serializing)]
    when: Option<When>,
    at: Duration,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lasts: Option<Duration>,
    #[serde(flatten)]
    fault: Fault,
}

impl TryFrom<Written> for PlannedFault {
    type Error = String;

    fn try_from(Written { when, at, lasts, fault }: Written) -> Result<Self, String> {
        let kind = fault.kind();
        if when.is_some() {
            return Err(format!("the {kind} waits for something: put it under `awaited`"));
        }
        let has_end = !fault.is_for_ever() && !fault.is_instant();
        let lasts = match (lasts, has_end) {
            (Some(lasts), true) => lasts,
            (None, false) if fault.is_instant() => Duration::ZERO,
            (None, false) => Duration::MAX,
            (None, true) => return Err(format!("missing field `lasts` of the {kind} at {at}")),
            (Some(_), false) if fault.is_instant() => {
                return Err(format!("the {kind} at {at} happens at once: leave `lasts` out"));
            }
            (Some(_), false) => {
                return Err(format!("the {kind} at {at} never ends: leave `lasts` out"));
            }
        };
        Ok(Self { at, lasts, fault })
    }
}

impl From<PlannedFault> for Written {
    fn from(PlannedFault { at, lasts, fault }: PlannedFault) -> Self {
        let has_end = !fault.is_for_ever() && !fault.is_instant();
        Self { when: None, at, lasts: has_end.then_some(lasts), fault }
    }
}

fn core_problem(core: &[NodeId], world: &Inhabitants<'_>) -> Option<String> {
    if core.is_empty() {
        return Some("nobody is in it; leave it out for everybody".to_owned());
    }
    let twice = core.iter().enumerate().find(|(place, node)| core[..*place].contains(node));
    let nodes: Vec<Endpoint> = core.iter().copied().map(Endpoint::Node).collect();
    twice.map(|(_, node)| format!("{node} is named twice")).or_else(|| world.stranger(&nodes))
}

impl FaultPlan {
    /// A plan without any trouble.
    pub fn calm() -> Self {
        Self::default()
    }

    /// Whether anything ever goes wrong under it.
    pub fn has_trouble(&self) -> bool {
        !self.faults.is_empty() || !self.awaited.is_empty() || !self.rates.are_calm()
    }

    /// The ways, besides the first, in which a node may begin a life under this plan: as another version, or with another disk. In order
    /// of version, the first disk before another.
    pub(crate) fn other_boots(&self, node: NodeId) -> Vec<Boot> {
        let hits = |target: &Target| match target {
            Target::Node(hit) => *hit == node,
            Target::Role(_) => true,
        };
        let (mut versions, mut wiped) = (vec![1], false);
        for planned in &self.faults {
            match &planned.fault {
                Fault::Upgrade { node, version } if hits(node) => versions.push(*version),
                Fault::Wipe { node } => wiped |= hits(node),
                _ => {}
            }
        }
        versions.sort_unstable();
        versions.dedup();
        let disks = |version| [(version, false), (version, true)];
        let all = versions.into_iter().flat_map(disks).filter(|(_, other)| wiped || !other);
        all.skip(1)
            .map(|(version, replaced_disk)| Boot { node, life: 2, version, replaced_disk })
            .collect()
    }

    /// Whether any node may begin a life otherwise than its first.
    pub(crate) fn has_other_boots(&self) -> bool {
        let other = |fault: &Fault| matches!(fault, Fault::Upgrade { .. } | Fault::Wipe { .. });
        self.faults.iter().any(|planned| other(&planned.fault))
    }

    /// What is wrong with it in a world of these nodes and so many clients, if anything: a sentence for whoever wrote it.
    pub fn problem(&self, members: &[NodeId], clients: u32) -> Option<String> {
        let rates = [
            ("loss", self.rates.loss),
            ("duplicate", self.rates.duplicate),
            ("reorder", self.rates.reorder),
            ("buggify.sites", self.rates.buggify.sites),
            ("buggify.fires", self.rates.buggify.fires),
        ];
        if let Some((name, rate)) = rates.iter().find(|(_, rate)| *rate > MILLION) {
            return Some(format!("a {name} rate of {rate} in a million"));
        }
        let world = Inhabitants { members, clients };
        if let Some(problem) = self.core.as_ref().and_then(|core| core_problem(core, &world)) {
            return Some(format!("the core: {problem}"));
        }
        let planned = self.faults.iter().find_map(|planned| {
            let problem = planned.fault.problem(&world)?;
            Some(format!("the {} at {}: {problem}", planned.fault.kind(), planned.at))
        });
        planned.or_else(|| self.awaited.iter().find_map(|awaited| awaited.problem(&world)))
    }
}
