//! A register that survives a minority of its servers: each operation asks a majority what it has, and then tells a majority (Attiya, Bar-Noy
//! and Dolev 1995, *Sharing memory robustly in message-passing systems*).

use std::collections::{BTreeMap, BTreeSet};

use super::register::{Held, Message, Place, Server};

/// A value's place in the order of writes: its number and its writer's server.
type Stamp = (u64, u32);
type Send<'a> = &'a mut dyn FnMut(u32, Message<Internal>);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Internal {
    Ask(u64),
    Has(u64, Stamp, char),
    Take(u64, Stamp, char),
    Took(u64),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Abd {
    stamp: Stamp,
    value: char,
    phase: Phase,
}

/// How far this server is with the operation that it carries out, one at a time.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Phase {
    Idle,
    Asking {
        request: u64,
        client: u32,
        /// What to write; none to read.
        write: Option<char>,
        answers: BTreeMap<u32, (Stamp, char)>,
    },
    Telling {
        request: u64,
        client: u32,
        read: Option<char>,
        acks: BTreeSet<u32>,
    },
}

impl Server for Abd {
    type Internal = Internal;

    fn new(me: u32) -> Self {
        Self { stamp: (0, me), value: char::default(), phase: Phase::Idle }
    }

    fn receive(
        state: &mut impl Held<Self>,
        place: Place,
        from: u32,
        message: Message<Internal>,
        send: Send<'_>,
    ) {
        match message {
            Message::Put(request, value) => begin(state, place, (request, from), Some(value), send),
            Message::Get(request) => begin(state, place, (request, from), None, send),
            Message::Internal(Internal::Ask(request)) => {
                let has = Internal::Has(request, state.stamp, state.value);
                send(from, Message::Internal(has));
            }
            Message::Internal(Internal::Has(request, stamp, value)) => {
                on_answer(state, place, (from, request), (stamp, value), send);
            }
            Message::Internal(Internal::Take(request, stamp, value)) => {
                send(from, Message::Internal(Internal::Took(request)));
                if stamp > state.stamp {
                    let state = state.change();
                    (state.stamp, state.value) = (stamp, value);
                }
            }
            Message::Internal(Internal::Took(request)) => on_ack(state, place, from, request, send),
            Message::PutOk(_) | Message::GetOk(..) => {}
        }
    }
}

fn begin(
    state: &mut impl Held<Abd>,
    place: Place,
    (request, client): (u64, u32),
    write: Option<char>,
    send: Send<'_>,
) {
    if state.phase != Phase::Idle {
        return;
    }
    for peer in place.peers() {
        send(peer, Message::Internal(Internal::Ask(request)));
    }
    let answers = BTreeMap::from([(place.me, (state.stamp, state.value))]);
    state.change().phase = Phase::Asking { request, client, write, answers };
}

fn on_answer(
    state: &mut impl Held<Abd>,
    place: Place,
    (from, request): (u32, u64),
    answer: (Stamp, char),
    send: Send<'_>,
) {
    if !matches!(state.phase, Phase::Asking { request: asked, .. } if asked == request) {
        return;
    }
    let state = state.change();
    let Phase::Asking { client, write, answers, .. } = &mut state.phase else { return };
    answers.insert(from, answer);
    if answers.len() < place.majority() {
        return;
    }
    let newest = answers.values().max_by_key(|(stamp, _)| *stamp).copied();
    let (stamp, value) = newest.expect("a majority is somebody");
    let ((stamp, value), read) = match *write {
        Some(written) => (((stamp.0 + 1, place.me), written), None),
        None => ((stamp, value), Some(value)),
    };
    for peer in place.peers() {
        send(peer, Message::Internal(Internal::Take(request, stamp, value)));
    }
    let acks = BTreeSet::from([place.me]);
    state.phase = Phase::Telling { request, client: *client, read, acks };
    if stamp > state.stamp {
        (state.stamp, state.value) = (stamp, value);
    }
}

fn on_ack(state: &mut impl Held<Abd>, place: Place, from: u32, request: u64, send: Send<'_>) {
    let is_new = |acks: &BTreeSet<u32>| !acks.contains(&from);
    if !matches!(&state.phase, Phase::Telling { request: told, acks, .. } if *told == request && is_new(acks))
    {
        return;
    }
    let state = state.change();
    let Phase::Telling { client, read, acks, .. } = &mut state.phase else { return };
    acks.insert(from);
    if acks.len() == place.majority() {
        match *read {
            Some(value) => send(*client, Message::GetOk(request, value)),
            None => send(*client, Message::PutOk(request)),
        }
        state.phase = Phase::Idle;
    }
}
