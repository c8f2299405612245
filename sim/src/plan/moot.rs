//! Faults that do nothing in any world. A draw may come to one, in a cluster of one node for example, and the world lets it pass; in a
//! plan that somebody wrote it is a slip of the pen.

use seatrial_history::Endpoint;
use seatrial_node::Duration;

use super::{Fault, Shift, Target};

impl Fault {
    /// Why it does nothing in any world, if that is so: the field to blame, and a sentence for whoever wrote it.
    pub fn moot(&self) -> Option<(&'static str, String)> {
        let still = "the clock would be right";
        if let Some(twice) = self.twice() {
            return Some(twice);
        }
        let (field, what) = match self {
            Self::Partition { groups } if groups.iter().any(Vec::is_empty) => {
                ("groups", "a group is empty: name who is in it, or leave it out")
            }
            Self::OneWay { from, .. } if from.is_empty() => {
                ("from", "`from` is empty: name whose messages are lost")
            }
            Self::OneWay { to, .. } if to.is_empty() => {
                ("to", "`to` is empty: name whom they do not reach")
            }
            Self::Ring { order } if order.len() < 3 => {
                ("order", "a ring of fewer than three nodes cuts nothing: name more")
            }
            Self::Bridge { node, left, right } => {
                return one_side(node, left, right);
            }
            Self::LossBurst { enter: 0, .. } => ("enter", "enter = 0: no link ever turns bad"),
            Self::LossBurst { rate: 0, .. } => ("rate", "rate = 0: a bad link loses nothing"),
            Self::SlowTail { rate: 0, .. }
            | Self::Corrupt { rate: 0, .. }
            | Self::ReadError { rate: 0, .. } => ("rate", "rate = 0: it never strikes"),
            Self::ClockDrift { rate: 0, .. } => {
                return Some(("rate", format!("rate = 0: {still}")));
            }
            Self::WallOffset { by, .. }
            | Self::WallJump { by, .. }
            | Self::WallStrobe { by, .. }
                if *by == Shift::default() =>
            {
                return Some(("by", format!("by = \"{by}\": {still}")));
            }
            Self::SlowDisk { by: Duration::ZERO, .. } => {
                ("by", "by = \"0s\": an operation that takes no longer is not slow")
            }
            Self::Reset { node: Target::Node(node), peers }
                if peers.contains(&Endpoint::Node(*node)) =>
            {
                return Some((
                    "peers",
                    format!("{node} has no connection to itself: leave it out"),
                ));
            }
            Self::Isolate { clients, .. } if clients.iter().any(is_node) => {
                ("clients", "clients are cut off with it, and no other nodes: name c0, c1, …")
            }
            Self::Corrupt { from, .. } if from.iter().any(is_client) => {
                ("from", "what clients send has no bytes that could change: name nodes")
            }
            Self::Corrupt { to, .. } if to.iter().any(is_client) => {
                ("to", "what clients are sent has no bytes that could change: name nodes")
            }
            _ => return self.no_link().or_else(|| self.no_file()),
        };
        Some((field, what.to_owned()))
    }

    /// Whoever is named twice in one list.
    fn twice(&self) -> Option<(&'static str, String)> {
        let lists: [(&'static str, &[Endpoint]); 2] = match self {
            Self::Isolate { clients, .. } | Self::CutClients { clients } => {
                [("clients", clients), ("clients", &[])]
            }
            Self::Reset { peers, .. } => [("peers", peers), ("peers", &[])],
            Self::OneWay { from, to }
            | Self::LossBurst { from, to, .. }
            | Self::SlowTail { from, to, .. }
            | Self::SlowLink { from, to, .. }
            | Self::Throttle { from, to, .. }
            | Self::Clog { from, to }
            | Self::Corrupt { from, to, .. } => [("from", from), ("to", to)],
            _ => return None,
        };
        lists.into_iter().find_map(|(field, list)| {
            let again = |(i, who): (usize, &Endpoint)| list[..i].contains(who).then_some(*who);
            let who = list.iter().enumerate().find_map(again)?;
            Some((field, format!("{who} is named twice: leave one out")))
        })
    }

    /// From a node to itself, and between clients, there is no link that anything could happen to.
    fn no_link(&self) -> Option<(&'static str, String)> {
        let (Self::OneWay { from, to }
        | Self::LossBurst { from, to, .. }
        | Self::SlowTail { from, to, .. }
        | Self::SlowLink { from, to, .. }
        | Self::Throttle { from, to, .. }
        | Self::Clog { from, to }
        | Self::Corrupt { from, to, .. }) = self
        else {
            return None;
        };
        let linked =
            |one: &Endpoint, other: &Endpoint| one != other && (is_node(one) || is_node(other));
        let any = from.iter().any(|one| to.iter().any(|other| linked(one, other)));
        let everybody = from.is_empty() || to.is_empty();
        (!any && !everybody).then(|| {
            let what = "there is no link from these to those: name two that send to each other";
            ("to", what.to_owned())
        })
    }

    /// Whether the name of a file begins otherwise than any name can.
    fn no_file(&self) -> Option<(&'static str, String)> {
        let (Self::ReadError { file, .. }
        | Self::BitRot { file, .. }
        | Self::MisdirectedWrite { file, .. }
        | Self::SyncFailure { file, .. }) = self
        else {
            return None;
        };
        let allowed = |c: char| {
            c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.' | '/')
        };
        (!file.chars().all(allowed)).then(|| {
            let what = format!(
                "no file is called {file:?}: names have lower-case letters, digits, `-`, `_`, `.` and `/`"
            );
            ("file", what)
        })
    }
}

const fn is_node(who: &Endpoint) -> bool {
    matches!(who, Endpoint::Node(_))
}

const fn is_client(who: &Endpoint) -> bool {
    matches!(who, Endpoint::Client(_))
}

/// Which side of a bridge is empty, if one is, once whoever is the bridge is taken out of both.
fn one_side(
    node: &Target,
    left: &[Endpoint],
    right: &[Endpoint],
) -> Option<(&'static str, String)> {
    let bridge = match node {
        Target::Node(node) => Some(Endpoint::Node(*node)),
        Target::Role(_) => None,
    };
    let nobody = |side: &[Endpoint]| side.iter().all(|who| Some(*who) == bridge);
    let sides = [("left", left), ("right", right)];
    let (field, _) = sides.into_iter().find(|(_, side)| nobody(side))?;
    Some((
        field,
        format!("`{field}` has nobody but the bridge: name who reaches the others over it"),
    ))
}
