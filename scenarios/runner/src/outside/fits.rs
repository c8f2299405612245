//! Whether a scenario can be tried outside of a world, and why not.

use super::{MakeCrew, Service};
use crate::judges;
use crate::prepared::Prepared;

/// How the scenario's protocol is served, and who makes its clients.
pub(super) fn service(prepared: &Prepared) -> Result<(Service, &MakeCrew), String> {
    let scenario = prepared.scenario();
    prepared.protocol().service(&scenario.workload.name).ok_or_else(|| {
        format!(
            "{} is of the protocol {}, of which no server is made: it runs in a world only; raft-kv and raft-counter can be tried live",
            scenario.name, scenario.protocol
        )
    })
}

/// Whether real processes can do, and be judged by, all that the scenario says.
pub(super) fn check(prepared: &Prepared) -> Result<(), String> {
    let scenario = prepared.scenario();
    let name = &scenario.name;
    if !scenario.cluster.versions.is_empty() {
        return Err(format!(
            "{name} upgrades its nodes from version to version, and servers have one: it runs in a world only"
        ));
    }
    if scenario.clients.count.greatest() == 0 {
        return Err(format!(
            "{name} has no clients, so that nothing would be asked of real servers"
        ));
    }
    if !scenario.judge.bounds.is_empty() {
        return Err(format!(
            "{name} bounds figures, which are measured in a world only: take [judge.bounds] out of a copy"
        ));
    }
    let checkers = &scenario.judge.checkers;
    match checkers.iter().find(|checker| !judges::judges_outside(checker)) {
        Some(checker) => Err(format!(
            "{name} is judged by `{checker}`, which needs what only a world tells: take it out of a copy"
        )),
        None => Ok(()),
    }
}
