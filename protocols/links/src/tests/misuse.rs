//! What no correct member sends, and hosts that break their word: dropped and counted, and the link is not deaf afterwards.

use seatrial_node::{Disk, Effect, Input, NoStorage, Node, NodeId, Probe, RequestToken};

use crate::{
    Body, Delivered, Fifo, FifoConfig, Frame, Letter, Link, Messenger, MessengerConfig,
    MessengerRequest, MessengerResponse, Numbered, Payload, Perfect, PerfectConfig,
};

const ME: NodeId = NodeId(0);
const PEER: NodeId = NodeId(1);

fn open<L: Node>(config: &L::Config) -> L {
    L::open(config, &mut Disk::new(&mut NoStorage)).expect("good settings")
}

/// The completions of what a node has asked of its disk, which has done it.
fn synced<L: Node>(effects: Vec<Effect<L>>) -> Vec<Input<L>> {
    let token = |effect| if let Effect::Sync { token, .. } = effect { Some(token) } else { None };
    let done = |token| Input::Synced { token, result: Ok(()) };
    effects.into_iter().filter_map(token).map(done).collect()
}

/// A link of this node that has begun its first life, with these members.
fn begun<L: Node>(config: &L::Config, members: &[NodeId]) -> (L, Probe<L>) {
    let (mut link, mut probe) = (open::<L>(config), Probe::new(ME, members));
    for input in synced(probe.handle(&mut link, Input::Start)) {
        probe.handle(&mut link, input);
    }
    (link, probe)
}

fn data<P>(lives: (u32, u32), number: u64, payload: P) -> Frame<P> {
    Frame { life: lives.0, to: lives.1, body: Body::Data { number, payload } }
}

fn delivered<P: Payload, L: Link<P>>(effects: Vec<Effect<L>>) -> Vec<P> {
    let payload = |effect| match effect {
        Effect::Announce(Delivered { payload, .. }) => Some(payload),
        _ => None,
    };
    effects.into_iter().filter_map(payload).collect()
}

/// Gives a perfect link a frame, and says what it counts under that name then.
fn count(
    (link, probe): &mut (Perfect<u64>, Probe<Perfect<u64>>),
    from: NodeId,
    frame: Frame<u64>,
    name: &str,
) -> String {
    let effects = probe.handle(link, Input::Message { from, body: frame });
    assert_eq!(delivered(effects), [] as [u64; 0], "{name}");
    link.status().value(name).expect("it is shown").to_string()
}

#[test]
fn a_perfect_link_drops_and_counts_what_no_member_can_mean_and_is_not_deaf_then() {
    let mut link = begun::<Perfect<u64>>(&PerfectConfig::default(), &[ME, PEER]);
    assert_eq!(count(&mut link, NodeId(9), data((1, 1), 1, 7), "strangers"), "1");
    assert_eq!(count(&mut link, PEER, data((2, 1), 0, 7), "malformed"), "1", "no number");
    assert_eq!(count(&mut link, PEER, data((2, 1), u64::MAX, 7), "malformed"), "2");
    let arrived = Body::Arrived { up_to: u64::MAX, beyond: u64::MAX };
    let never_sent = Frame { life: 2, to: 1, body: arrived };
    assert_eq!(count(&mut link, PEER, never_sent, "malformed"), "3");
    assert_eq!(count(&mut link, PEER, data((1, 1), 1, 7), "stale"), "1", "of an older life");
    assert_eq!(count(&mut link, PEER, data((0, 1), 1, 7), "stale"), "2", "of no life");
    assert_eq!(count(&mut link, PEER, data((2, 9), 1, 7), "stale"), "3", "for another life");
    let (mut link, mut probe) = link;
    let good = Input::Message { from: PEER, body: data((2, 1), 1, 7) };
    assert_eq!(delivered(probe.handle(&mut link, good)), [7], "reception goes on");
}

#[test]
fn who_writes_to_a_former_life_is_told_of_the_present_one() {
    let (mut link, mut probe) = begun::<Perfect<u64>>(&PerfectConfig::default(), &[ME, PEER]);
    let old = Input::Message { from: PEER, body: data((2, 9), 1, 7) };
    let effects = probe.handle(&mut link, old);
    let [Effect::Send { to: PEER, body: Frame { life: 1, to: 2, body: Body::Welcome } }] =
        effects[..]
    else {
        panic!("{effects:?}")
    };
}

#[test]
fn a_fifo_link_drops_what_was_meant_for_another_life_or_came_after_its_turn() {
    type Link = Fifo<u64, Perfect<Numbered<u64>>>;
    let (mut link, mut probe) = begun::<Link>(&FifoConfig::default(), &[ME, PEER]);
    let mut hear = |number, to, place| {
        let payload = Numbered { life: 1, to, first: 1, number: place, payload: place };
        let body = data((1, 1), number, payload);
        delivered(probe.handle(&mut link, Input::Message { from: PEER, body }))
    };
    assert_eq!(hear(1, 1, 1), [1]);
    assert_eq!(hear(2, 9, 2), [], "for another life");
    assert_eq!(hear(3, 1, 1), [], "after its turn");
    assert_eq!(hear(4, 1, u64::MAX), [], "far ahead of its turn");
    assert_eq!(hear(5, 1, 2), [2], "reception goes on");
    assert_eq!(link.status().value("fifo_stale"), Some(&2.into()));
}

type Post = Messenger<Perfect<Letter>>;

fn ask(node: &mut Post, probe: &mut Probe<Post>, to: NodeId) -> Option<MessengerResponse> {
    let body = MessengerRequest::Send { to, text: "ahoy".into() };
    let effects = probe.handle(node, Input::Request { token: RequestToken(1), body });
    effects.into_iter().find_map(|effect| match effect {
        Effect::Reply { body, .. } => Some(body),
        _ => None,
    })
}

#[test]
fn a_client_that_names_no_member_is_told_so() {
    let (mut node, mut probe) = begun::<Post>(&MessengerConfig::default(), &[ME, PEER]);
    assert_eq!(ask(&mut node, &mut probe, NodeId(9)), Some(MessengerResponse::UnknownMember));
    assert!(matches!(ask(&mut node, &mut probe, PEER), Some(MessengerResponse::Sent { .. })));
}

#[test]
fn a_node_that_its_host_has_left_out_of_the_list_still_serves_the_others() {
    let (mut node, mut probe) =
        begun::<Post>(&MessengerConfig::default(), &[PEER, PEER, NodeId(2)]);
    assert_eq!(ask(&mut node, &mut probe, ME), Some(MessengerResponse::UnknownMember));
    assert!(matches!(ask(&mut node, &mut probe, PEER), Some(MessengerResponse::Sent { .. })));
    let letter = Letter { number: 1, text: "ahoy".into() };
    let body = data((1, 1), 1, letter);
    let effects = probe.handle(&mut node, Input::Message { from: NodeId(2), body });
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Announce(_))), "{effects:?}");
}
