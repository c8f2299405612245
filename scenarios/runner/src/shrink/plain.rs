//! What a scenario says that the failure does not need, so that a case has little to read.

use seatrial_search::Subject;

use super::oracle::{Oracle, Run};
use crate::scenario::{ClientSpec, Scenario, WorkloadSpec};

/// Something that a scenario may do without.
type Change = Box<dyn Fn(&mut Scenario)>;

/// Leaves out of the scenario what it fails without, and says what the run then comes to.
pub(super) fn plain<'r>(oracle: Oracle<'r>, best: &Subject) -> (Oracle<'r>, Subject) {
    let (mut oracle, mut best) = (oracle, best.clone());
    for change in changes(oracle.scenario(), &best) {
        let mut scenario = oracle.scenario().clone();
        change(&mut scenario);
        if scenario == *oracle.scenario() {
            continue;
        }
        let plainer = oracle.pinned(scenario);
        let Some(Run { wishes, .. }) = plainer.judge(&best) else { continue };
        let steps = |wishes: &Option<Vec<_>>| wishes.as_ref().map_or(0, Vec::len);
        if steps(&wishes) <= steps(&best.schedule) {
            best.schedule = wishes;
            oracle = plainer;
        }
    }
    (oracle, best)
}

fn changes(scenario: &Scenario, best: &Subject) -> Vec<Change> {
    let mut changes: Vec<Change> = vec![
        Box::new(|scenario| scenario.network = Default::default()),
        Box::new(|scenario| scenario.network.client_latency = usual().client_latency),
        Box::new(|scenario| scenario.network.latency = usual().latency),
        Box::new(|scenario| scenario.disk = Default::default()),
        Box::new(|scenario| scenario.cluster.zones = None),
        Box::new(|scenario| scenario.cluster.versions.clear()),
        Box::new(|scenario| scenario.judge.reached.clear()),
        Box::new(|scenario| scenario.judge.bounds.clear()),
    ];
    if best.clients == 0 {
        changes.push(Box::new(|scenario| {
            let count = scenario.clients.count.clone();
            scenario.clients = ClientSpec { count, ..ClientSpec::default() };
            scenario.workload =
                WorkloadSpec { mix: Default::default(), ..scenario.workload.clone() };
        }));
    } else {
        changes.push(Box::new(|scenario| scenario.clients.think = ClientSpec::default().think));
        changes.push(Box::new(|scenario| scenario.clients.timeout = ClientSpec::default().timeout));
        changes.push(Box::new(|scenario| scenario.clients.give_up = ClientSpec::default().give_up));
    }
    let names: Vec<String> = scenario.cluster.settings.keys().cloned().collect();
    for name in names {
        changes.push(Box::new(move |scenario| {
            scenario.cluster.settings.remove(&name);
        }));
    }
    changes
}

fn usual() -> crate::scenario::NetworkSpec {
    Default::default()
}
