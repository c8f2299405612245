//! The φ-accrual detector.

use seatrial_node::{Disk, Fact, Instant, NoStorage, Node, NodeId, OpenError};

use super::heartbeats::{ms, slow};
use super::pump::Pump;
use crate::{Detector, PhiAccrual, PhiAccrualConfig};

/// Detectors whose links take 10 ms and up to this much more, by a fixed pattern.
fn jittery(config: &PhiAccrualConfig, jitter: u64) -> Pump<PhiAccrual> {
    let mut tick = 0_u64;
    Pump::<PhiAccrual>::new(3, config).links(move |_, _, _| {
        tick = tick.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        Some(ms(10 + (tick >> 33) % (jitter + 1)))
    })
}

/// How long after its crash node 2 is suspected by node 0.
fn detection_ms(jitter: u64) -> u64 {
    let mut pump = jittery(&PhiAccrualConfig::default(), jitter);
    pump.run(ms(20_000));
    assert!(pump.facts.is_empty(), "accuracy under steady jitter: {:?}", pump.facts);
    pump.crash(NodeId(2));
    pump.run(ms(20_000));
    assert_eq!((pump.suspected_by(0), pump.suspected_by(1)), (vec![2], vec![2]), "completeness");
    let when = pump.when(0, Fact::Suspect { node: NodeId(2) }).expect("as just seen");
    when.since(Instant::ZERO + ms(20_000)).as_millis()
}

#[test]
fn the_more_regular_the_peer_the_sooner_its_crash_is_noticed() {
    let (steady, rough) = (detection_ms(0), detection_ms(80));
    assert!(steady <= 100 + 20 + 6 * 20, "mean + z · least deviation, but {steady} ms");
    assert!(rough > steady + 50, "{rough} ms and {steady} ms");
}

#[test]
fn a_peer_that_was_only_slow_is_restored_and_the_window_learns_from_it() {
    let links = slow(2, ms(900), ms(5_000), ms(15_000));
    let mut pump = Pump::<PhiAccrual>::new(3, &PhiAccrualConfig::default()).links(links);
    pump.run(ms(30_000));
    assert!(
        pump.when(0, Fact::Suspect { node: NodeId(2) }).is_some(),
        "the links were slow enough"
    );
    assert!((0..3).all(|at| pump.suspected_by(at).is_empty()));
}

#[test]
fn a_peer_that_never_spoke_is_suspected_after_the_first_timeout() {
    let mut pump = Pump::<PhiAccrual>::new(3, &PhiAccrualConfig::default());
    pump.crash(NodeId(1));
    pump.run(ms(1_000));
    assert_eq!(pump.when(0, Fact::Suspect { node: NodeId(1) }), Some(Instant::ZERO + ms(500)));
}

#[test]
fn phi_grows_with_the_silence_and_reaches_the_threshold_at_the_suspicion() {
    let mut pump = jittery(&PhiAccrualConfig::default(), 40);
    pump.run(ms(10_000));
    pump.crash(NodeId(2));
    pump.run(ms(5_000));
    let when = pump.when(0, Fact::Suspect { node: NodeId(2) }).expect("completeness");
    let detector = pump.node(0);
    let phi = |at| detector.phi(NodeId(2), at).expect("the window is full");
    assert!((phi(when) - 8.0).abs() < 0.01, "phi is {} at the suspicion", phi(when));
    assert!(phi(when + ms(10)) > phi(when));
    assert_eq!(detector.phi(NodeId(9), when), None);
    assert!(detector.suspects(NodeId(2)) && !detector.suspects(NodeId(9)));
}

#[test]
fn settings_that_cannot_work_are_refused_with_a_reason() {
    let refused = |change: &dyn Fn(&mut PhiAccrualConfig)| {
        let mut config = PhiAccrualConfig::default();
        change(&mut config);
        match PhiAccrual::open(&config, &mut Disk::new(&mut NoStorage)) {
            Err(OpenError::Config(why)) => why,
            other => panic!("not refused: {other:?}"),
        }
    };
    for threshold in [0.0, -1.0, 0.4, 100.1, f64::NAN, f64::INFINITY] {
        assert!(refused(&|config| config.threshold = threshold).starts_with("threshold is"));
    }
    for window in [0, 1, 1_001] {
        assert!(refused(&|config| config.window = window).starts_with("window is"));
    }
    assert!(refused(&|config| config.min_deviation = ms(0)).starts_with("min_deviation is 0s"));
    assert!(refused(&|config| config.first_timeout = ms(99)).contains("shorter than the period"));
}

#[cfg(feature = "mutants")]
#[test]
fn a_silent_restore_hides_what_a_node_thinks() {
    let mutant = Some(crate::Mutant::SilentRestore);
    let config = PhiAccrualConfig { mutant, ..PhiAccrualConfig::default() };
    let mut pump =
        Pump::<PhiAccrual>::new(3, &config).links(slow(2, ms(900), ms(5_000), ms(15_000)));
    pump.run(ms(30_000));
    assert!(pump.suspected_by(0).contains(&2) && !pump.node(0).suspects(NodeId(2)));
}
