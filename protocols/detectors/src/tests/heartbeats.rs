//! The perfect and the eventually perfect detector: completeness and accuracy, both ways.

use seatrial_node::{
    Disk, Duration, Effect, Fact, Input, Instant, NoStorage, Node, NodeId, OpenError, Probe,
};

use super::pump::Pump;
use crate::{
    ASSUMPTION_BROKEN, Detector, EventuallyPerfect, EventuallyPerfectConfig, Heartbeat,
    HeartbeatTimer, Perfect, PerfectConfig,
};

pub(super) const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

const fn suspect(node: u32) -> Fact {
    Fact::Suspect { node: NodeId(node) }
}

const BROKEN: Fact = Fact::Reached { mark: ASSUMPTION_BROKEN };

/// Links from and to this node take so long from then on, until that instant; others 10 ms.
pub(super) fn slow(
    slow: u32,
    takes: Duration,
    from: Duration,
    until: Duration,
) -> impl FnMut(NodeId, NodeId, Instant) -> Option<Duration> {
    move |a, b, now| {
        let is_slow = a == NodeId(slow) || b == NodeId(slow);
        let then = now >= Instant::ZERO + from && now < Instant::ZERO + until;
        Some(if is_slow && then { takes } else { ms(10) })
    }
}

/// Nodes with a perfect detector, of which `node` crashes after a second, for three seconds.
fn perfect_with_crash(config: &PerfectConfig, node: u32) -> Pump<Perfect> {
    let mut pump = Pump::<Perfect>::new(5, config).links(|_, _, _| Some(ms(90)));
    pump.run(ms(1_000));
    pump.crash(NodeId(node));
    pump.run(ms(2_000));
    pump
}

#[test]
fn a_perfect_detector_suspects_a_crashed_peer_within_period_and_delta_and_nobody_else() {
    let config = PerfectConfig::default();
    for crashed in 0..5 {
        let pump = perfect_with_crash(&config, crashed);
        let latest = Instant::ZERO + ms(1_000) + config.period + config.delta + ms(1);
        for at in (0..5).filter(|at| *at != crashed) {
            let when = pump.when(at, suspect(crashed)).expect("PFD1");
            assert!(when <= latest, "n{at} suspected n{crashed} at {when:?} only");
            assert_eq!(pump.suspected_by(at), [crashed], "PFD2 at n{at}");
            assert!(pump.node(at).suspects(NodeId(crashed)));
        }
        assert_eq!(pump.count(|fact| *fact == BROKEN), 0, "nothing broke the bound");
    }
}

#[test]
fn a_perfect_detector_suspects_nobody_while_answers_take_exactly_delta() {
    let mut pump =
        Pump::<Perfect>::new(4, &PerfectConfig::default()).links(|_, _, _| Some(ms(100)));
    pump.run(ms(5_000));
    assert!(pump.facts.is_empty(), "{:?}", pump.facts);
}

#[test]
fn a_perfect_detector_says_that_its_assumption_was_broken_and_never_restores() {
    let links = slow(2, ms(400), ms(1_000), ms(1_500));
    let mut pump = Pump::<Perfect>::new(3, &PerfectConfig::default()).links(links);
    pump.run(ms(5_000));
    for at in 0..2 {
        let (when, broken) = (pump.when(at, suspect(2)), pump.when(at, BROKEN));
        assert!(when.is_some() && when < broken, "suspected {when:?}, heard {broken:?}");
        assert_eq!(pump.suspected_by(at), [2]);
    }
    assert_eq!(pump.count(|fact| matches!(fact, Fact::Restore { .. })), 0);
    assert_eq!(pump.count(|fact| *fact == BROKEN), 4, "each pair that broke it, once");
}

#[test]
fn a_crashed_process_that_comes_back_breaks_the_crash_stop_model_and_is_told_as_such() {
    let config = PerfectConfig::default();
    let mut pump = perfect_with_crash(&config, 4);
    pump.start(NodeId(4), &config);
    pump.run(ms(1_000));
    assert_eq!(pump.suspected_by(0), [4]);
    assert!(pump.when(0, BROKEN).is_some());
    assert!(pump.suspected_by(4).is_empty(), "the new life begins with a clean slate");
}

/// An eventually perfect detector over links that are slow for node 2 from the first to the fourth second.
fn eventually_perfect_with_trouble(config: &EventuallyPerfectConfig) -> Pump<EventuallyPerfect> {
    let links = slow(2, ms(350), ms(1_000), ms(4_000));
    let mut pump = Pump::<EventuallyPerfect>::new(4, config).links(links);
    pump.run(ms(6_000));
    pump
}

#[test]
fn an_eventually_perfect_detector_restores_whom_it_suspected_falsely() {
    let pump = eventually_perfect_with_trouble(&EventuallyPerfectConfig::default());
    assert!(pump.when(0, suspect(2)).is_some(), "the links were slow enough");
    for at in 0..4 {
        assert!(pump.suspected_by(at).is_empty(), "EPFD2 at n{at}");
        assert!((0..4).all(|node| !pump.node(at).suspects(NodeId(node))));
    }
}

#[test]
fn an_eventually_perfect_detector_stops_erring_once_its_timeout_has_outgrown_the_delay() {
    let config = EventuallyPerfectConfig::default();
    let mut pump = Pump::<EventuallyPerfect>::new(3, &config).links(|_, _, now| {
        // A link that goes quiet for 0.9 s out of every 2 s.
        (now.as_nanos() / 1_000_000 % 2_000 >= 900).then_some(ms(10))
    });
    pump.run(ms(60_000));
    let early = pump.count(|fact| matches!(fact, Fact::Suspect { .. }));
    assert!(early >= 6, "it errs at first");
    let half = pump.now();
    pump.run(ms(60_000));
    assert!(pump.facts.iter().all(|told| told.0 <= half), "EPFD2: {:?}", pump.facts.last());
}

#[test]
fn an_eventually_perfect_detector_suspects_a_crashed_peer_for_good() {
    let mut pump = Pump::<EventuallyPerfect>::new(4, &EventuallyPerfectConfig::default());
    pump.run(ms(1_000));
    pump.crash(NodeId(1));
    pump.run(ms(10_000));
    for at in [0, 2, 3] {
        assert_eq!(pump.suspected_by(at), [1], "EPFD1 at n{at}");
        assert!(pump.when(at, suspect(1)) <= Some(Instant::ZERO + ms(1_000 + 200 + 100 + 21)));
    }
}

#[test]
fn an_eventually_perfect_detector_restores_a_process_that_has_restarted() {
    let config = EventuallyPerfectConfig::default();
    let mut pump = Pump::<EventuallyPerfect>::new(3, &config);
    pump.run(ms(1_000));
    pump.crash(NodeId(1));
    pump.run(ms(1_000));
    assert_eq!(pump.suspected_by(0), [1]);
    pump.start(NodeId(1), &config);
    pump.run(ms(1_000));
    assert!((0..3).all(|at| pump.suspected_by(at).is_empty()));
}

fn open_perfect(config: &PerfectConfig) -> Result<Perfect, OpenError> {
    Perfect::open(config, &mut Disk::new(&mut NoStorage))
}

#[test]
fn what_comes_from_strangers_other_lives_and_impossible_rounds_is_counted_and_dropped() {
    let mut probe = Probe::new(NodeId(0), &[NodeId(0), NodeId(1)]);
    probe.advance(ms(50));
    let mut perfect = open_perfect(&PerfectConfig::default()).expect("a good configuration");
    probe.handle(&mut perfect, Input::Start);
    let round = ms(50).as_nanos();
    let from = |node, body| Input::Message { from: NodeId(node), body };
    for stranger in [0, 7, u32::MAX] {
        for body in [Heartbeat::Request { round }, Heartbeat::Reply { round }] {
            assert!(probe.handle(&mut perfect, from(stranger, body)).is_empty());
        }
    }
    for round in [0, round - 1, round + 1, u64::MAX] {
        probe.handle(&mut perfect, from(1, Heartbeat::Reply { round }));
    }
    let status = perfect.status();
    assert_eq!(status.value("strangers"), Some(&6.into()));
    assert_eq!(status.value("stale"), Some(&4.into()));

    let effects = probe.handle(&mut perfect, from(1, Heartbeat::Request { round: u64::MAX }));
    let answer = Heartbeat::Reply { round: u64::MAX };
    assert!(matches!(effects[..], [Effect::Send { to: NodeId(1), body }] if body == answer));
    probe.advance(PerfectConfig::default().delta + ms(1));
    probe.handle(&mut perfect, Input::Timer(HeartbeatTimer::Deadline));
    assert!(perfect.suspects(NodeId(1)), "none of them counted as an answer");
}

#[test]
fn a_peer_that_is_listed_twice_is_asked_once() {
    let mut probe = Probe::new(NodeId(0), &[NodeId(0), NodeId(1), NodeId(1)]);
    let mut perfect = open_perfect(&PerfectConfig::default()).expect("a good configuration");
    let effects = probe.handle(&mut perfect, Input::Start);
    let asked = effects.iter().filter(|effect| matches!(effect, Effect::Send { .. })).count();
    assert_eq!(asked, 1, "{effects:?}");
}

#[test]
fn settings_that_cannot_work_are_refused_with_a_reason() {
    let refused = |period, delta| {
        let mut config = PerfectConfig::default();
        (config.period, config.delta) = (period, delta);
        match open_perfect(&config) {
            Err(OpenError::Config(why)) => why,
            other => panic!("not refused: {other:?}"),
        }
    };
    assert!(refused(ms(0), ms(1)).starts_with("period is 0s"));
    assert!(refused(ms(1), ms(0)).starts_with("delta is 0s"));
    assert!(refused(ms(100), ms(99)).contains("shorter than the period, 100ms"));
    assert!(refused(ms(1), ms(1_001)).contains("more than 1000 periods"));
    let still = EventuallyPerfectConfig { increment: ms(0), ..Default::default() };
    let opened = EventuallyPerfect::open(&still, &mut Disk::new(&mut NoStorage));
    assert!(matches!(opened, Err(OpenError::Config(why)) if why.starts_with("increment is 0s")));
}

#[cfg(feature = "mutants")]
mod planted {
    use super::*;
    use crate::Mutant;

    fn perfect(mutant: Mutant) -> PerfectConfig {
        PerfectConfig { mutant: Some(mutant), ..PerfectConfig::default() }
    }

    fn eventually_perfect(mutant: Mutant) -> EventuallyPerfectConfig {
        EventuallyPerfectConfig { mutant: Some(mutant), ..EventuallyPerfectConfig::default() }
    }

    #[test]
    fn a_contagious_crash_breaks_strong_accuracy() {
        let pump = perfect_with_crash(&perfect(Mutant::ContagiousCrash), 4);
        assert!(pump.suspected_by(0).len() > 1, "{:?}", pump.facts);
    }

    #[test]
    fn sequential_probes_break_strong_accuracy() {
        let pump = perfect_with_crash(&perfect(Mutant::SequentialProbes), 1);
        assert!(pump.suspected_by(0).len() > 1, "{:?}", pump.facts);
    }

    #[test]
    fn a_perfect_detector_with_a_silent_restore_restores() {
        let links = slow(2, ms(400), ms(1_000), ms(1_500));
        let mut pump = Pump::<Perfect>::new(3, &perfect(Mutant::SilentRestore)).links(links);
        pump.run(ms(5_000));
        assert!(pump.count(|fact| matches!(fact, Fact::Restore { .. })) > 0);
        assert_eq!(pump.count(|fact| *fact == BROKEN), 0);
    }

    #[test]
    fn an_eventually_perfect_detector_with_a_silent_restore_hides_what_it_thinks() {
        let pump = eventually_perfect_with_trouble(&eventually_perfect(Mutant::SilentRestore));
        assert!(!pump.node(0).suspects(NodeId(2)));
        assert!(pump.suspected_by(0).contains(&2), "as far as anybody was told");
    }

    #[test]
    fn without_restoring_a_false_suspicion_is_never_taken_back() {
        let pump = eventually_perfect_with_trouble(&eventually_perfect(Mutant::FdNoUnsuspect));
        assert_eq!(pump.suspected_by(0), [2]);
        assert!(pump.node(0).suspects(NodeId(2)));
    }

    #[test]
    fn a_contagious_crash_breaks_eventual_accuracy_too() {
        let config = eventually_perfect(Mutant::ContagiousCrash);
        let mut pump = Pump::<EventuallyPerfect>::new(4, &config);
        pump.run(ms(1_000));
        pump.crash(NodeId(1));
        pump.run(ms(10_000));
        assert!(pump.suspected_by(0).len() > 1, "{:?}", pump.suspected_by(0));
    }

    #[test]
    fn every_mutant_has_an_id_and_a_name_of_its_own() {
        let mut names: Vec<_> =
            Mutant::ALL.iter().flat_map(|mutant| [mutant.id(), mutant.name()]).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 2 * Mutant::ALL.len());
        assert!(Mutant::ALL.iter().all(|mutant| !mutant.about().is_empty()));
    }
}
