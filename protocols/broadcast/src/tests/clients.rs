//! The whole node: what clients are answered, and when its user is called.

use std::cell::RefCell;

use seatrial_node::{Disk, Effect, Input, NoStorage, Node, NodeId, Probe, RequestToken};

use super::world::{Lengths, Wire};
use crate::{
    Answer, BroadcastEvent, EagerReliable, Frame, LinkedConfig, MessageId, OnDeliver, Process,
    ProcessConfig, Recovery, Request, Response,
};

type Member = Process<u64, EagerReliable<u64, Wire<Frame<u64>>>>;
type Config = ProcessConfig<LinkedConfig<()>, u64>;

const ME: NodeId = NodeId(0);

fn started(config: &Config) -> (Member, Probe<Member>) {
    let mut member = Member::open(config, &mut Disk::new(&mut NoStorage)).expect("opens");
    let mut probe = Probe::new(ME, &[ME, NodeId(1)]);
    let effects = probe.handle(&mut member, Input::Start);
    let Some(Effect::Sync { token, .. }) = effects.last() else { panic!("{effects:?}") };
    probe.handle(&mut member, Input::Synced { token: *token, result: Ok(()) });
    (member, probe)
}

fn ask(payload: u64) -> Input<Member> {
    Input::Request { token: RequestToken(payload), body: Request::Broadcast(payload) }
}

fn copy(from: u32, number: u32, payload: u64) -> Input<Member> {
    let id = MessageId::new(ME, 1, number);
    Input::Message { from: NodeId(from), body: Frame::Data { id, payload } }
}

fn replies(effects: &[Effect<Member>]) -> Vec<(u64, Response)> {
    let reply = |effect: &Effect<Member>| match effect {
        Effect::Reply { to, body } => Some((to.0, *body)),
        _ => None,
    };
    effects.iter().filter_map(reply).collect()
}

#[test]
fn a_client_is_answered_when_the_message_is_sent_or_when_it_is_delivered() {
    let first = MessageId::new(ME, 1, 1);
    let (mut member, mut probe) = started(&Config::default());
    let effects = probe.handle(&mut member, ask(7));
    assert_eq!(replies(&effects), [(7, Response::Sent(first))]);
    assert!(replies(&probe.handle(&mut member, copy(0, 1, 7))).is_empty());

    let config = Config { answer: Answer::WhenDelivered, ..Config::default() };
    let (mut member, mut probe) = started(&config);
    assert!(replies(&probe.handle(&mut member, ask(7))).is_empty());
    let effects = probe.handle(&mut member, copy(0, 1, 7));
    assert_eq!(replies(&effects), [(7, Response::Delivered(first))]);
}

#[test]
fn one_request_too_many_is_refused() {
    let config = Config { max_in_flight: 2, ..Config::default() };
    let (mut member, mut probe) = started(&config);
    probe.handle(&mut member, ask(1));
    probe.handle(&mut member, ask(2));
    let effects = probe.handle(&mut member, ask(3));
    assert_eq!(replies(&effects), [(3, Response::Busy)]);
    assert_eq!(effects.len(), 1, "nothing is sent: {effects:?}");
    probe.handle(&mut member, copy(0, 1, 1));
    assert!(matches!(replies(&probe.handle(&mut member, ask(4)))[..], [(4, Response::Sent(_))]));
}

thread_local! {
    static CALLED: RefCell<Vec<(NodeId, MessageId, u64)>> = const { RefCell::new(Vec::new()) };
}

#[test]
fn the_user_is_called_at_each_delivery_and_never_at_a_receipt() {
    let on_deliver =
        |me, id, payload: &u64| CALLED.with_borrow_mut(|all| all.push((me, id, *payload)));
    let on_deliver = Some(OnDeliver::new(on_deliver));
    let config = Config { on_deliver, ..Config::default() };
    let (mut member, mut probe) = started(&config);
    probe.handle(&mut member, ask(7));
    assert!(CALLED.take().is_empty());
    probe.handle(&mut member, copy(0, 1, 7));
    assert_eq!(CALLED.take(), [(ME, MessageId::new(ME, 1, 1), 7)]);
    probe.handle(&mut member, copy(1, 1, 7));
    assert!(CALLED.take().is_empty(), "a second copy is no second delivery");
}

#[test]
fn a_member_that_has_crashed_takes_no_part_if_it_is_told_so() {
    let mut disk = Lengths::with("broadcast/incarnation", 1);
    let config = Config { recovery: Recovery::Stop, ..Config::default() };
    let mut member = Member::open(&config, &mut Disk::new(&mut disk)).expect("opens");
    let mut probe = Probe::new(ME, &[ME, NodeId(1)]);
    assert!(probe.handle(&mut member, Input::Start).is_empty());
    assert_eq!(replies(&probe.handle(&mut member, ask(1))), [(1, Response::Stopped)]);
    assert!(probe.handle(&mut member, copy(1, 1, 7)).is_empty());

    let mut member = Member::open(&Config::default(), &mut Disk::new(&mut disk)).expect("opens");
    assert!(!probe.handle(&mut member, Input::Start).is_empty(), "it may rejoin");
}

#[test]
fn what_happens_is_announced_in_its_order() {
    let (mut member, mut probe) = started(&Config::default());
    let effects = probe.handle(&mut member, ask(7));
    let announced = effects.iter().filter(|effect| {
        matches!(effect, Effect::Announce(BroadcastEvent::Broadcast { digest: 7, .. }))
    });
    assert_eq!(announced.count(), 1);
    let effects = probe.handle(&mut member, copy(0, 1, 7));
    assert!(effects.iter().any(|effect| {
        matches!(effect, Effect::Announce(BroadcastEvent::Deliver { payload: 7, .. }))
    }));
}

#[test]
fn a_process_without_room_for_a_broadcast_is_refused() {
    let config = Config { max_in_flight: 0, ..Config::default() };
    let error = Member::open(&config, &mut Disk::new(&mut NoStorage)).expect_err("refused");
    assert!(error.to_string().contains("max_in_flight"));
}
