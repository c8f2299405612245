//! Leader detectors, each over the detector that it is meant for.

use seatrial_node::{Duration, Fact, Instant, NodeId};

use super::heartbeats::{ms, slow};
use super::pump::Pump;
use crate::{
    EventuallyPerfect, EventuallyPerfectConfig, LeaderDetector, MonarchicalLeader, Omega, Perfect,
    PerfectConfig,
};

const fn trust(leader: u32) -> Fact {
    Fact::Trust { leader: NodeId(leader) }
}

fn elect(config: &PerfectConfig) -> Pump<MonarchicalLeader<Perfect>> {
    let mut pump = Pump::<MonarchicalLeader<Perfect>>::new(4, config);
    pump.run(ms(1_000));
    pump.crash(NodeId(0));
    pump.run(ms(1_000));
    pump.crash(NodeId(1));
    pump.run(ms(1_000));
    pump
}

#[test]
fn a_monarch_follows_a_crashed_one_and_all_trust_the_same() {
    let pump = elect(&PerfectConfig::default());
    for at in 2..4 {
        let reigns: Vec<_> = (0..4).map(|leader| pump.when(at, trust(leader))).collect();
        assert_eq!(reigns[0], Some(Instant::ZERO), "LE1 from the first");
        assert!(reigns[1] > Some(Instant::ZERO + ms(1_000)), "LE2: n0 had crashed");
        assert!(reigns[2] > Some(Instant::ZERO + ms(2_000)), "LE2: n1 had crashed");
        assert_eq!(reigns[3], None);
        assert_eq!(pump.node(at).leader(), Some(NodeId(2)));
    }
    assert!(pump.when(2, Fact::Suspect { node: NodeId(0) }).is_some(), "the detector is heard too");
}

/// Ω over links that are slow for node 0 from the first to the fourth second.
fn omega(config: &EventuallyPerfectConfig) -> Pump<Omega<EventuallyPerfect>> {
    let links = slow(0, ms(350), ms(1_000), ms(4_000));
    let mut pump = Pump::<Omega<EventuallyPerfect>>::new(4, config).links(links);
    pump.run(ms(6_000));
    pump
}

#[test]
fn omega_comes_back_to_a_leader_that_was_only_slow() {
    let pump = omega(&EventuallyPerfectConfig::default());
    assert!(pump.when(1, trust(1)).is_some(), "the links were slow enough");
    assert!((0..4).all(|at| pump.node(at).leader() == Some(NodeId(0))), "ELD1 and ELD2");
}

#[test]
fn omega_settles_on_a_correct_process_when_its_leader_crashes() {
    let mut pump = Pump::<Omega<EventuallyPerfect>>::new(5, &EventuallyPerfectConfig::default());
    pump.run(ms(500));
    pump.crash(NodeId(0));
    pump.run(Duration::from_secs(5));
    assert!((1..5).all(|at| pump.node(at).leader() == Some(NodeId(1))), "ELD1 and ELD2");
}

#[cfg(feature = "mutants")]
mod planted {
    use super::*;
    use crate::Mutant;

    #[test]
    fn over_a_detector_whose_crash_is_contagious_a_monarch_is_deposed_alive() {
        let mutant = Some(Mutant::ContagiousCrash);
        let pump = elect(&PerfectConfig { mutant, ..PerfectConfig::default() });
        let deposed = pump.when(2, trust(2)).expect("n2 trusts itself at last");
        assert!(deposed < Instant::ZERO + ms(2_000), "LE2 breaks: n1 had not crashed yet");
    }

    #[test]
    fn over_a_detector_that_never_restores_omega_ends_in_disagreement() {
        let mutant = Some(Mutant::FdNoUnsuspect);
        let config = EventuallyPerfectConfig { mutant, ..EventuallyPerfectConfig::default() };
        let pump = omega(&config);
        let leaders: Vec<_> = (0..4).map(|at| pump.node(at).leader()).collect();
        assert!(leaders.iter().any(|leader| *leader != leaders[0]), "ELD2 breaks: {leaders:?}");
    }
}
