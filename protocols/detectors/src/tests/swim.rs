//! SWIM: completeness, accuracy with help and refutation, joining, leaving, and its load.

use seatrial_node::{
    Disk, Duration, Fact, Input, Instant, NoStorage, Node, NodeId, OpenError, Probe,
};

use super::heartbeats::ms;
use super::pump::Pump;
use crate::{
    CONFIRMED, Detector, Gossip, Standing, Swim, SwimConfig, SwimMessage, SwimTimer, Talk, Update,
};

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

const CONFIRM: Fact = Fact::Reached { mark: CONFIRMED };

/// A link that loses this many of a hundred messages, by a fixed pattern.
fn lossy(percent: u64) -> impl FnMut() -> bool {
    let mut state = 7_u64;
    move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % 100 < percent
    }
}

#[test]
fn a_crashed_member_is_suspected_and_confirmed_by_all_and_nobody_else_is() {
    let mut pump = Pump::<Swim>::new(8, &SwimConfig::default());
    pump.run(secs(5));
    pump.crash(NodeId(3));
    // A pass of the round-robin, the time to refute (16 periods), and the gossip.
    pump.run(secs(30));
    for at in (0..8).filter(|at| *at != 3) {
        assert_eq!(pump.suspected_by(at), [3], "at n{at}");
        assert_eq!(pump.node(at).standing(NodeId(3)), Some(Standing::Failed));
        assert!(pump.when(at, CONFIRM).is_some());
        assert!((0..8).all(|node| pump.node(at).suspects(NodeId(node)) == (node == 3)));
    }
}

#[test]
fn helpers_save_a_member_from_suspicion_over_one_dead_link_and_without_them_it_is_suspected() {
    for helpers in [3, 0] {
        let config = SwimConfig { helpers, ..SwimConfig::default() };
        let mut pump = Pump::<Swim>::new(6, &config).links(|from, to, _| {
            let dead = from.0.min(to.0) == 0 && from.0.max(to.0) == 1;
            (!dead).then_some(ms(20))
        });
        pump.run(secs(60));
        let suspicions = pump.count(|fact| matches!(fact, Fact::Suspect { .. }));
        assert_eq!(suspicions > 0, helpers == 0, "{suspicions} suspicions with {helpers} helpers");
        assert_eq!(
            pump.count(|fact| *fact == CONFIRM),
            0,
            "a suspicion is refuted by way of others"
        );
    }
}

/// Members of which `n2` hears and says nothing for two seconds, with time to refute afterwards.
fn with_a_pause(config: &SwimConfig) -> Pump<Swim> {
    let mut pump = Pump::<Swim>::new(5, config).links(|from, to, now| {
        let paused = (secs(5)..secs(8)).contains(&now.since(Instant::ZERO));
        (!(paused && (from == NodeId(2) || to == NodeId(2)))).then_some(ms(10))
    });
    pump.run(secs(40));
    pump
}

#[test]
fn a_member_that_was_silent_for_a_while_refutes_with_a_new_incarnation_and_is_restored() {
    let pump = with_a_pause(&SwimConfig::default());
    assert!(pump.count(|fact| *fact == Fact::Suspect { node: NodeId(2) }) > 0, "it was suspected");
    assert_eq!(pump.count(|fact| *fact == CONFIRM), 0, "nobody's time to refute was over");
    for at in 0..5 {
        assert!(pump.suspected_by(at).is_empty(), "at n{at}");
        assert!((0..5).all(|node| !pump.node(at).suspects(NodeId(node))));
    }
    assert!(pump.node(2).status().value("incarnation") > Some(&0.into()));
}

#[test]
fn under_loss_every_suspicion_is_taken_back_in_the_end() {
    let mut lost = lossy(30);
    let mut pump = Pump::<Swim>::new(10, &SwimConfig::default()).links(move |_, _, now| {
        let lost = now < Instant::ZERO + secs(120) && lost();
        (!lost).then_some(ms(15))
    });
    pump.run(secs(180));
    assert!(pump.count(|fact| matches!(fact, Fact::Suspect { .. })) > 0, "the loss was felt");
    assert!((0..10).all(|at| pump.suspected_by(at).is_empty()));
}

#[test]
fn two_halves_that_gave_each_other_up_find_together_again() {
    let mut pump = Pump::<Swim>::new(6, &SwimConfig::default()).links(|from, to, now| {
        let apart = (secs(5)..secs(60)).contains(&now.since(Instant::ZERO));
        (!(apart && from.0 % 2 != to.0 % 2)).then_some(ms(10))
    });
    pump.run(secs(60));
    assert_eq!(pump.node(0).standing(NodeId(1)), Some(Standing::Failed));
    assert_eq!(pump.suspected_by(0).len(), 3);
    pump.run(secs(60));
    assert!((0..6).all(|at| pump.suspected_by(at).is_empty()), "{:?}", pump.suspected_by(0));
}

#[test]
fn a_member_that_was_confirmed_as_failed_is_restored_when_it_restarts() {
    let config = SwimConfig::default();
    let mut pump = Pump::<Swim>::new(5, &config);
    pump.run(secs(3));
    pump.crash(NodeId(4));
    pump.run(secs(30));
    assert_eq!(pump.suspected_by(0), [4]);
    pump.start(NodeId(4), &config);
    pump.run(secs(30));
    assert!((0..5).all(|at| pump.suspected_by(at).is_empty()));
    assert_eq!(pump.node(0).standing(NodeId(4)), Some(Standing::Alive));
}

#[test]
fn members_join_and_leave_and_all_hear_of_it() {
    let config = SwimConfig {
        joins: vec![(NodeId(5), secs(3)), (NodeId(6), secs(3))],
        leaves: vec![(NodeId(1), secs(20)), (NodeId(6), secs(20))],
        ..SwimConfig::default()
    };
    let mut pump = Pump::<Swim>::new(7, &config);
    pump.run(secs(2));
    assert_eq!(pump.node(0).standing(NodeId(5)), Some(Standing::Absent));
    assert!(pump.node(0).suspects(NodeId(5)), "nobody counts on a node that is not there yet");
    pump.run(secs(60));
    for at in 0..7 {
        for joiner in [5, 6] {
            let join = pump.when(at, Fact::Join { node: NodeId(joiner) });
            assert!(join.is_some_and(|when| when < Instant::ZERO + secs(15)), "n{joiner} at n{at}");
        }
    }
    for at in [0, 2, 3, 4, 5] {
        for leaver in [1, 6] {
            let leave = pump.when(at, Fact::Leave { node: NodeId(leaver) });
            assert!(leave >= Some(Instant::ZERO + secs(20)), "n{leaver} at n{at}");
            assert_eq!(pump.node(at).standing(NodeId(leaver)), Some(Standing::Left));
        }
        assert!(pump.node(at).standing(NodeId(5)) == Some(Standing::Alive) || at == 5);
    }
    assert_eq!(pump.count(|fact| matches!(fact, Fact::Suspect { .. })), 0, "leaving is no failure");
}

#[test]
fn a_member_that_was_cut_off_while_another_joined_hears_of_it_from_that_one() {
    let config = SwimConfig { joins: vec![(NodeId(4), secs(3))], ..SwimConfig::default() };
    let mut pump = Pump::<Swim>::new(5, &config).links(|from, to, now| {
        let cut = (secs(2)..secs(40)).contains(&now.since(Instant::ZERO));
        (!(cut && (from == NodeId(0) || to == NodeId(0)))).then_some(ms(10))
    });
    pump.run(secs(40));
    assert_eq!(pump.node(0).standing(NodeId(4)), Some(Standing::Absent));
    assert!((1..4).all(|at| pump.node(at).status().value("rumours") == Some(&0.into())));
    pump.run(secs(40));
    assert_eq!(pump.node(0).standing(NodeId(4)), Some(Standing::Alive));
}

#[test]
fn a_member_that_has_left_is_let_in_again_when_it_restarts() {
    let config = SwimConfig {
        joins: vec![(NodeId(3), secs(1))],
        leaves: vec![(NodeId(3), secs(10))],
        ..SwimConfig::default()
    };
    let mut pump = Pump::<Swim>::new(4, &config);
    pump.run(secs(40));
    assert_eq!(pump.node(0).standing(NodeId(3)), Some(Standing::Left));
    pump.crash(NodeId(3));
    pump.start(NodeId(3), &config);
    pump.run(secs(6));
    assert!((0..3).all(|at| pump.node(at).standing(NodeId(3)) == Some(Standing::Alive)));
}

#[test]
fn the_load_of_a_node_does_not_grow_with_the_cluster() {
    for n in [8, 64] {
        let mut pump = Pump::<Swim>::new(n, &SwimConfig::default());
        pump.run(secs(20));
        let each = pump.messages as f64 / f64::from(n) / 20.0;
        assert!((1.9..=2.1).contains(&each), "a ping and an answer a period, but {each}");
    }
}

#[test]
fn news_reaches_a_hundred_members_within_a_few_periods_and_is_forgotten_then() {
    let config = SwimConfig { leaves: vec![(NodeId(0), secs(3))], ..SwimConfig::default() };
    let mut pump = Pump::<Swim>::new(100, &config);
    pump.run(secs(60));
    let last = (1..100).filter_map(|at| pump.when(at, Fact::Leave { node: NodeId(0) })).max();
    assert_eq!(pump.count(|fact| *fact == Fact::Leave { node: NodeId(0) }), 100);
    assert!(last <= Some(Instant::ZERO + secs(3 + 10)), "the last heard at {last:?}");
    assert!((1..100).all(|at| pump.node(at).status().value("rumours") == Some(&0.into())));
}

#[test]
fn what_comes_from_strangers_or_tells_of_them_or_is_impossible_is_counted_and_dropped() {
    let members = [NodeId(0), NodeId(1), NodeId(2)];
    let mut swim = open(&SwimConfig::default()).expect("a good configuration");
    let mut probe = Probe::new(NodeId(0), &members);
    probe.handle(&mut swim, Input::Start);
    let mut hear = |swim: &mut Swim, from, talk, updates: &[Update]| {
        let mut gossip = Gossip::new();
        updates.iter().for_each(|update| gossip.push(*update));
        probe.handle(swim, Input::Message { from, body: SwimMessage { talk, gossip } }).len()
    };
    let stranger = NodeId(u32::MAX);
    for talk in [Talk::Join, Talk::Ping { sequence: 0 }, Talk::Welcome([].into())] {
        assert_eq!(hear(&mut swim, stranger, talk, &[]), 0);
    }
    let request = Talk::PingRequest { sequence: u64::MAX, target: stranger };
    assert_eq!(hear(&mut swim, NodeId(1), request, &[]), 0);
    let vouch = Talk::Vouch { sequence: 0, target: stranger };
    assert_eq!(hear(&mut swim, NodeId(1), vouch, &[]), 0);
    assert_eq!(swim.status().value("strangers"), Some(&5.into()));

    let standings = [Standing::Absent, Standing::Alive, Standing::Suspect, Standing::Failed];
    for node in [0, 2] {
        for standing in standings {
            let update = Update { node: NodeId(node), incarnation: u32::MAX, standing };
            hear(&mut swim, NodeId(1), Talk::Ack { sequence: 0 }, &[update]);
        }
    }
    assert_eq!(swim.status().value("outdated"), Some(&8.into()));
    for _ in 0..3 {
        let incarnation = u32::MAX - 2;
        let failed = Update { node: NodeId(2), incarnation, standing: Standing::Failed };
        hear(&mut swim, NodeId(1), Talk::Ack { sequence: 0 }, &[failed]);
        hear(&mut swim, NodeId(2), Talk::Join, &[]);
    }
    assert_eq!(swim.standing(NodeId(2)), Some(Standing::Alive));
    let old = Update { node: NodeId(2), incarnation: 3, standing: Standing::Failed };
    hear(&mut swim, NodeId(1), Talk::Ack { sequence: 0 }, &[old]);
    assert_eq!(swim.standing(NodeId(2)), Some(Standing::Alive), "of an older incarnation");
}

#[test]
fn a_node_alone_has_nobody_to_probe_and_may_leave() {
    let config = SwimConfig { leaves: vec![(NodeId(0), secs(2))], ..SwimConfig::default() };
    let mut pump = Pump::<Swim>::new(1, &config);
    pump.run(secs(5));
    assert_eq!(pump.messages, 0);
    assert_eq!(pump.facts.len(), 1);
    pump.act(NodeId(0), |swim, io| swim.handle(Input::Timer(SwimTimer::Ack), io));
}

fn open(config: &SwimConfig) -> Result<Swim, OpenError> {
    Swim::open(config, &mut Disk::new(&mut NoStorage))
}

#[test]
fn settings_that_cannot_work_are_refused_with_a_reason() {
    let refused = |change: &dyn Fn(&mut SwimConfig)| {
        let mut config = SwimConfig::default();
        change(&mut config);
        match open(&config) {
            Err(OpenError::Config(why)) => why,
            other => panic!("not refused: {other:?}"),
        }
    };
    assert!(refused(&|config| config.period = ms(0)).starts_with("period is 0s"));
    assert!(refused(&|config| config.ack_timeout = ms(0)).starts_with("ack_timeout is 0s"));
    assert!(refused(&|config| config.ack_timeout = secs(1)).contains("shorter than the period"));
    assert!(refused(&|config| config.helpers = 9).starts_with("helpers is 9"));
    assert!(refused(&|config| config.retransmit = 0).starts_with("retransmit is 0"));
    assert!(refused(&|config| config.suspicion = 101).starts_with("suspicion is 101"));
    assert!(refused(&|config| config.reconnect = 0).starts_with("reconnect is 0"));
    let twice = vec![(NodeId(1), secs(1)), (NodeId(1), secs(2))];
    assert!(refused(&|config| config.joins = twice.clone()).contains("lists n1 twice"));
}

#[cfg(feature = "mutants")]
mod planted {
    use super::*;
    use crate::Mutant;

    fn with(mutant: Mutant) -> SwimConfig {
        SwimConfig { mutant: Some(mutant), ..SwimConfig::default() }
    }

    #[test]
    fn without_restoring_a_refuted_suspicion_stays() {
        let pump = with_a_pause(&with(Mutant::FdNoUnsuspect));
        let stays = |at| pump.suspected_by(at).contains(&2) && pump.node(at).suspects(NodeId(2));
        assert!((0..5).any(stays));
    }

    #[test]
    fn a_silent_restore_hides_what_a_node_thinks() {
        let pump = with_a_pause(&with(Mutant::SilentRestore));
        let hides = |at| pump.suspected_by(at).contains(&2) && !pump.node(at).suspects(NodeId(2));
        assert!((0..5).any(hides));
    }
}
