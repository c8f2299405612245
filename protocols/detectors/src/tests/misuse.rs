//! Settings that cannot work and hosts that break their word, for every detector alike.

use seatrial_node::{Disk, Duration, Effect, Input, NoStorage, Node, NodeId, OpenError, Probe};

use crate::{
    EventuallyPerfect, EventuallyPerfectConfig, Gossip, Heartbeat, MonarchicalLeader, Omega,
    Perfect, PerfectConfig, PhiAccrual, PhiAccrualConfig, Swim, SwimConfig, SwimMessage, Talk,
};

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn refusal<D: Node>(config: &D::Config) -> String {
    match D::open(config, &mut Disk::new(&mut NoStorage)) {
        Err(OpenError::Config(why)) => why,
        _ => panic!("not refused"),
    }
}

#[test]
fn every_detector_refuses_a_timeout_that_is_zero_or_shorter_than_its_period() {
    let refusals = |period, timeout| {
        let perfect = PerfectConfig { period, delta: timeout, ..PerfectConfig::default() };
        let eventually =
            EventuallyPerfectConfig { period, timeout, ..EventuallyPerfectConfig::default() };
        let accrual =
            PhiAccrualConfig { period, first_timeout: timeout, ..PhiAccrualConfig::default() };
        [
            refusal::<Perfect>(&perfect),
            refusal::<MonarchicalLeader<Perfect>>(&perfect),
            refusal::<EventuallyPerfect>(&eventually),
            refusal::<Omega<EventuallyPerfect>>(&eventually),
            refusal::<PhiAccrual>(&accrual),
        ]
    };
    for why in refusals(ms(0), ms(1)) {
        assert!(why.starts_with("period is 0s") && why.contains("longer than zero"), "{why}");
    }
    for why in refusals(ms(10), ms(0)) {
        assert!(why.contains("is 0s: nobody can answer in no time"), "{why}");
    }
    for why in refusals(ms(10), ms(9)) {
        assert!(why.contains("is 9ms, shorter than the period, 10ms"), "{why}");
    }
    let swim = SwimConfig { ack_timeout: ms(0), ..SwimConfig::default() };
    assert!(refusal::<Swim>(&swim).starts_with("ack_timeout is 0s"));
    let swim = SwimConfig { period: ms(0), ..SwimConfig::default() };
    assert!(refusal::<Swim>(&swim).starts_with("period is 0s"));
}

/// Starts node 9 among members that do not include it, and one of which is listed twice. It asks peers, answers one, and drops and counts what a
/// stranger says.
fn serves_the_listed<D: Node>(config: &D::Config, question: fn() -> D::Message) {
    let members = [NodeId(0), NodeId(1), NodeId(1)];
    let mut probe = Probe::<D>::new(NodeId(9), &members);
    let opened = D::open(config, &mut Disk::new(&mut NoStorage));
    let Ok(mut detector) = opened else { panic!("the settings are good") };
    probe.handle(&mut detector, Input::Start);
    let strange = Input::Message { from: NodeId(7), body: question() };
    assert!(probe.handle(&mut detector, strange).is_empty());
    let status = detector.status();
    assert_eq!(status.value("strangers"), Some(&1.into()), "{status}");
    let asked = Input::Message { from: NodeId(1), body: question() };
    let answers = probe.handle(&mut detector, asked);
    let is_answer = |effect: &Effect<D>| matches!(effect, Effect::Send { to: NodeId(1), .. });
    assert_eq!(answers.iter().filter(|effect| is_answer(effect)).count(), 1);
}

#[test]
fn a_node_that_its_host_has_left_out_of_the_list_still_serves_the_others() {
    let beat = || Heartbeat::Request { round: 1 };
    serves_the_listed::<Perfect>(&PerfectConfig::default(), beat);
    serves_the_listed::<MonarchicalLeader<Perfect>>(&PerfectConfig::default(), beat);
    serves_the_listed::<EventuallyPerfect>(&EventuallyPerfectConfig::default(), beat);
    serves_the_listed::<Omega<EventuallyPerfect>>(&EventuallyPerfectConfig::default(), beat);
    serves_the_listed::<PhiAccrual>(&PhiAccrualConfig::default(), beat);
    serves_the_listed::<Swim>(&SwimConfig::default(), || SwimMessage {
        talk: Talk::Ping { sequence: 1 },
        gossip: Gossip::new(),
    });
}
