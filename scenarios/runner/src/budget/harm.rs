//! What each kind of fault takes from a node, as far as a budget bounds it.

use seatrial_node::NodeId;
use seatrial_sim::{Fault, FaultKind, MILLION, PausedClock};

/// What a kind of fault takes from a node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Harm {
    /// Its life.
    pub(super) crashes: bool,
    /// Not at its time, but from then on at a moment that nobody knows beforehand.
    pub(super) waits: bool,
    /// The soundness of what its disk holds.
    pub(super) damages: bool,
    /// All that its disk holds.
    pub(super) wipes: bool,
    /// Nothing that a bound on time rests on.
    pub(super) keeps_time: bool,
}

/// What this kind takes.
pub(super) fn of(kind: FaultKind) -> Harm {
    let none = Harm::default();
    let crashes = Harm { crashes: true, ..none };
    let damages = Harm { damages: true, ..none };
    match kind.name() {
        "crash" | "crash-loop" | "crash-zone" | "upgrade" => crashes,
        "crash-writing" | "crash-midway" => Harm { waits: true, ..crashes },
        "crash-stop" => Harm { keeps_time: true, ..crashes },
        "wipe" => Harm { damages: true, wipes: true, ..crashes },
        "disk-swap" | "swap" => Harm { damages: true, ..crashes },
        "bit-rot" | "misdirected-write" | "misdirect" => damages,
        "duplicate" | "wall-offset" | "wall-jump" | "wall-strobe" => {
            Harm { keeps_time: true, ..none }
        }
        _ => none,
    }
}

/// Every node that the fault names.
pub(super) fn named(fault: &Fault) -> Vec<NodeId> {
    let table = toml::Table::try_from(fault).expect("every fault is a table");
    let mut nodes = Vec::new();
    table.values().for_each(|value| gather(value, &mut nodes));
    nodes.sort_unstable();
    nodes.dedup();
    nodes
}

fn gather(value: &toml::Value, nodes: &mut Vec<NodeId>) {
    match value {
        toml::Value::String(text) => nodes.extend(text.parse::<NodeId>().ok()),
        toml::Value::Array(values) => values.iter().for_each(|value| gather(value, nodes)),
        _ => {}
    }
}

/// By how many parts in a million a clock drifts, either way, where the fault is that. One that stands still loses all of them.
pub(super) fn drift(fault: &Fault) -> Option<u32> {
    if let Fault::Pause { clock: PausedClock::Stands, .. } = fault {
        return Some(MILLION);
    }
    if fault.kind().name() != "clock-drift" {
        return None;
    }
    let table = toml::Table::try_from(fault).expect("every fault is a table");
    let rate = table.get("rate").and_then(toml::Value::as_integer)?;
    u32::try_from(rate.unsigned_abs()).ok()
}
