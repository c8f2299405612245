//! Failure detectors and leader detectors. Nobody asks anything of them: they are judged by whom they suspect and trust.

use std::fmt::Debug;

use seatrial_detectors::{
    Detector, EventuallyPerfect, EventuallyPerfectConfig, MonarchicalLeader, Mutant, Omega,
    Perfect, PerfectConfig, PhiAccrual, PhiAccrualConfig, Swim, SwimConfig,
};
use seatrial_node::{Disk, Duration, NoStorage, Node, NodeId};

use super::marks;
use crate::registry::{MutantInfo, Protocol, Settings};

/// All of them.
pub(super) fn protocols() -> Vec<Protocol> {
    vec![
        failure_detector(),
        perfect_failure_detector(),
        phi_accrual_detector(),
        swim(),
        leader_election(),
        eventual_leader(),
    ]
}

fn failure_detector() -> Protocol {
    let about = "an eventually perfect failure detector: suspects too soon, restores, waits longer";
    let protocol = protocol("failure-detector", about, &[Mutant::EVENTUALLY_PERFECT]);
    detector::<EventuallyPerfect>(with_growing_timeout(protocol), eventually_perfect)
}

fn perfect_failure_detector() -> Protocol {
    let about =
        "a perfect failure detector: suspects whoever is silent for longer than a known bound";
    let protocol = protocol("perfect-failure-detector", about, &[Mutant::PERFECT]);
    detector::<Perfect>(with_bound(protocol), perfect)
}

fn phi_accrual_detector() -> Protocol {
    let about = "suspects a peer once its silence is too improbable (Hayashibara et al. 2004)";
    let protocol = protocol("phi-accrual-detector", about, &[Mutant::EVENTUALLY_PERFECT])
        .with_setting("period", "how often every peer is asked for a heartbeat")
        .with_setting("threshold", "the φ at which a peer is suspected")
        .with_setting("window", "of how many times between heartbeats the distribution is made")
        .with_setting("min_deviation", "the least deviation that is assumed")
        .with_setting("first_timeout", "how long a peer may be silent before there is one");
    detector::<PhiAccrual>(protocol, phi_accrual)
}

fn swim() -> Protocol {
    let about =
        "a membership that probes at random and spreads its news by gossip (Das et al. 2002)";
    let protocol = protocol("swim", about, &[Mutant::SWIM])
        .with_setting("period", "how often each member probes another")
        .with_setting("ack_timeout", "how long it waits before it asks others to try")
        .with_setting("helpers", "how many others it asks")
        .with_setting("retransmit", "how often news is passed on, times the cluster's logarithm")
        .with_setting("suspicion", "how many periods a suspicion lasts, times that logarithm")
        .with_setting("reconnect", "in how many periods a failed member is probed once")
        .with_setting(
            "join_after",
            "how long after its start n2 joins; 0s: a member from the first",
        )
        .with_setting("leave_after", "how long after its start n1 leaves; 0s: never");
    detector::<Swim>(protocol, swim_config)
}

fn leader_election() -> Protocol {
    let about = "monarchical leader election (LE) over a perfect failure detector";
    let bugs = [Mutant::PERFECT, Mutant::MONARCH];
    let protocol = with_bound(protocol("leader-election", about, &bugs));
    protocol.without_clients::<MonarchicalLeader<Perfect>>(checked::<Perfect>(perfect))
}

fn eventual_leader() -> Protocol {
    let about = "eventual leader detection (Ω) over an eventually perfect failure detector";
    let bugs = [Mutant::EVENTUALLY_PERFECT, Mutant::OMEGA];
    let protocol = with_growing_timeout(protocol("eventual-leader", about, &bugs));
    let config = checked::<EventuallyPerfect>(eventually_perfect);
    protocol.without_clients::<Omega<EventuallyPerfect>>(config)
}

fn protocol(name: &'static str, about: &'static str, bugs: &[&[Mutant]]) -> Protocol {
    let protocol = Protocol::new(name, about).with_marks(&marks::DETECTORS).with_roles(&[]);
    bugs.iter().copied().flatten().fold(protocol, |protocol, mutant| {
        protocol.with_mutant(MutantInfo {
            id: mutant.id(),
            name: mutant.name(),
            about: mutant.about(),
            class: match mutant.class() {
                seatrial_detectors::Class::E => 'E',
            },
        })
    })
}

fn with_bound(protocol: Protocol) -> Protocol {
    protocol
        .with_setting("period", "how often every peer is asked")
        .with_setting("delta", "the synchrony bound: how long a question and its answer may take")
}

fn with_growing_timeout(protocol: Protocol) -> Protocol {
    protocol
        .with_setting("period", "how often every peer is asked")
        .with_setting("timeout", "how long a peer may be silent at first")
        .with_setting("increment", "by how much that grows at each false suspicion")
}

type Configure<C> = fn(&Settings, Option<Mutant>) -> Result<C, String>;

/// Runs the detector by itself.
fn detector<D>(protocol: Protocol, config: Configure<D::Config>) -> Protocol
where
    D: Detector<Request = (), Response = ()> + 'static,
    D::Message: Debug,
    D::Timer: Debug,
    D::Config: 'static,
{
    protocol.without_clients::<D>(checked::<D>(config))
}

/// The configuration from a scenario's settings and the id of a mutant, refused where a node would not open with it.
fn checked<D: Node + 'static>(
    config: Configure<D::Config>,
) -> impl Fn(&Settings, Option<&str>) -> Result<D::Config, String> + Send + Sync {
    move |settings, mutant| {
        let planted = Mutant::ALL.iter().copied().find(|known| Some(known.id()) == mutant);
        let config = config(settings, planted)?;
        let opened = D::open(&config, &mut Disk::new(&mut NoStorage));
        opened.map_err(|error| error.to_string())?;
        Ok(config)
    }
}

fn eventually_perfect(
    settings: &Settings,
    mutant: Option<Mutant>,
) -> Result<EventuallyPerfectConfig, String> {
    let default = EventuallyPerfectConfig::default();
    Ok(EventuallyPerfectConfig {
        period: settings.time("period", default.period)?,
        timeout: settings.time("timeout", default.timeout)?,
        increment: settings.time("increment", default.increment)?,
        mutant,
    })
}

fn perfect(settings: &Settings, mutant: Option<Mutant>) -> Result<PerfectConfig, String> {
    let default = PerfectConfig::default();
    Ok(PerfectConfig {
        period: settings.time("period", default.period)?,
        delta: settings.time("delta", default.delta)?,
        mutant,
    })
}

fn phi_accrual(settings: &Settings, mutant: Option<Mutant>) -> Result<PhiAccrualConfig, String> {
    let default = PhiAccrualConfig::default();
    let threshold = settings.count("threshold", 8)?;
    Ok(PhiAccrualConfig {
        period: settings.time("period", default.period)?,
        threshold: f64::from(small(threshold, "threshold")?),
        window: settings.limit("window", default.window)?,
        min_deviation: settings.time("min_deviation", default.min_deviation)?,
        first_timeout: settings.time("first_timeout", default.first_timeout)?,
        mutant,
    })
}

fn swim_config(settings: &Settings, mutant: Option<Mutant>) -> Result<SwimConfig, String> {
    let default = SwimConfig::default();
    let count = |name, default: u32| small(settings.count(name, default.into())?, name);
    let at = |name, node| -> Result<Vec<(NodeId, Duration)>, String> {
        let after = settings.time(name, Duration::ZERO)?;
        Ok((after > Duration::ZERO).then_some((NodeId(node), after)).into_iter().collect())
    };
    Ok(SwimConfig {
        period: settings.time("period", default.period)?,
        ack_timeout: settings.time("ack_timeout", default.ack_timeout)?,
        helpers: settings.limit("helpers", default.helpers)?,
        retransmit: count("retransmit", default.retransmit)?,
        suspicion: count("suspicion", default.suspicion)?,
        reconnect: count("reconnect", default.reconnect)?,
        joins: at("join_after", 2)?,
        leaves: at("leave_after", 1)?,
        mutant,
    })
}

fn small(count: u64, name: &str) -> Result<u32, String> {
    u32::try_from(count).map_err(|_| format!("{name} = {count} is too many"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn detectors_and_judges_mean_the_same_mark() {
        let judges = seatrial_checkers::detection::ASSUMPTION_BROKEN;
        assert_eq!(seatrial_detectors::ASSUMPTION_BROKEN, judges);
    }
}
