//! Hosts that break their word: no broadcast panics or goes deaf over them.

use seatrial_detectors::Perfect as Detector;
use seatrial_links::{Perfect as Link, PerfectConfig as LinkConfig};
use seatrial_node::{
    Disk, Duration, Effect, Input, NoStorage, Node, NodeId, OpenError, Probe, RequestToken,
};

use crate::{
    AllAckUniform, BestEffort, Broadcast, CausalNoWaiting, CausalWaiting, EagerReliable, Fifo,
    Frame, Gossip, LazyReliable, LinkedConfig, MajorityAckUniform, Numbered, OrderConfig, Process,
    ProcessConfig, Request, Response, Rumour, Timed, WithPast,
};

type LinkOf<P> = Link<Frame<P>>;
type Eager<P> = EagerReliable<P, LinkOf<P>>;

/// Runs a member through its start and a broadcast, among these members.
fn survives<B>(me: NodeId, members: &[NodeId])
where
    B: Broadcast<u64>,
    B::Config: Default,
{
    type Member<B> = Process<u64, B>;
    let mut storage = NoStorage;
    let opened = Member::<B>::open(&ProcessConfig::default(), &mut Disk::new(&mut storage));
    let Ok(mut member) = opened else { panic!("the defaults are good") };
    let mut probe = Probe::<Member<B>>::new(me, members);
    let mut pending = probe.handle(&mut member, Input::Start);
    let body = Request::Broadcast(7);
    pending.extend(probe.handle(&mut member, Input::Request { token: RequestToken(1), body }));
    let (mut answered, mut steps) = (false, 0);
    while let Some(effect) = pending.pop() {
        steps += 1;
        assert!(steps < 10_000, "it keeps itself busy");
        pending.extend(match effect {
            Effect::Sync { token, .. } => {
                probe.handle(&mut member, Input::Synced { token, result: Ok(()) })
            }
            Effect::Send { to, body } if to == me => {
                probe.handle(&mut member, Input::Message { from: me, body })
            }
            Effect::Reply { body, .. } => {
                answered |= matches!(body, Response::Sent(_));
                Vec::new()
            }
            _ => Vec::new(),
        });
    }
    assert!(answered, "a client is answered");
}

#[test]
fn a_member_that_is_left_out_listed_twice_or_alone_serves_its_clients() {
    let lists: [&[NodeId]; 4] =
        [&[NodeId(0), NodeId(1)], &[NodeId(8), NodeId(9), NodeId(9)], &[NodeId(9)], &[]];
    for members in lists {
        let me = NodeId(9);
        survives::<BestEffort<u64, LinkOf<u64>>>(me, members);
        survives::<Eager<u64>>(me, members);
        survives::<LazyReliable<u64, LinkOf<u64>, Detector>>(me, members);
        survives::<AllAckUniform<u64, LinkOf<u64>, Detector>>(me, members);
        survives::<MajorityAckUniform<u64, LinkOf<u64>>>(me, members);
        survives::<Gossip<u64, Link<Rumour<u64>>>>(me, members);
        survives::<Fifo<u64, Eager<Numbered<u64>>>>(me, members);
        survives::<CausalWaiting<u64, Eager<Timed<u64>>>>(me, members);
        survives::<CausalNoWaiting<u64, Eager<WithPast<u64>>, Detector>>(me, members);
    }
}

#[test]
fn a_layer_s_bad_setting_is_the_whole_stack_s_error_with_the_way_out() {
    type Member = Process<u64, Fifo<u64, Eager<Numbered<u64>>>>;
    let link = LinkConfig { resend_after: Duration::ZERO, ..LinkConfig::default() };
    let broadcast = LinkedConfig { link, ..LinkedConfig::default() };
    let broadcast = OrderConfig { broadcast, ..OrderConfig::default() };
    let config = ProcessConfig { broadcast, ..ProcessConfig::default() };
    let opened = Member::open(&config, &mut Disk::new(&mut NoStorage));
    let Err(OpenError::Config(why)) = opened else { panic!("not refused") };
    assert!(why.starts_with("resend_after = 0s") && why.contains("set it to"), "{why}");
}
