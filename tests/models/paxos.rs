//! A register that is written once, by consensus: single-decree paxos, where whoever is asked to write leads a ballot (Lamport 1998, *The
//! part-time parliament*). Who knows what was decided answers reads, and nobody else does.

use std::collections::{BTreeMap, BTreeSet};

use super::register::{Held, Message, Place, Server};

/// A round, and who leads it.
type Ballot = (u32, u32);
/// A request, its client, and the value.
type Proposal = (u64, u32, char);
type Accepted = Option<(Ballot, Proposal)>;
type Send<'a> = &'a mut dyn FnMut(u32, Message<Internal>);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Internal {
    Prepare(Ballot),
    Prepared(Ballot, Accepted),
    Accept(Ballot, Proposal),
    Accepted(Ballot),
    Decided(Ballot, Proposal),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Paxos {
    ballot: Ballot,
    proposal: Option<Proposal>,
    prepared: BTreeMap<u32, Accepted>,
    accepts: BTreeSet<u32>,
    accepted: Accepted,
    is_decided: bool,
}

impl Server for Paxos {
    type Internal = Internal;

    fn new(_: u32) -> Self {
        Self {
            ballot: (0, 0),
            proposal: None,
            prepared: BTreeMap::new(),
            accepts: BTreeSet::new(),
            accepted: None,
            is_decided: false,
        }
    }

    fn receive(
        state: &mut impl Held<Self>,
        place: Place,
        from: u32,
        message: Message<Internal>,
        send: Send<'_>,
    ) {
        match message {
            Message::Get(request) if state.is_decided => {
                let (_, (_, _, value)) = state.accepted.expect("what was decided was accepted");
                send(from, Message::GetOk(request, value));
            }
            _ if state.is_decided => {}
            Message::Put(request, value) if state.proposal.is_none() => {
                lead(state.change(), place, (request, from, value), send);
            }
            Message::Internal(Internal::Prepare(ballot)) if state.ballot < ballot => {
                state.change().ballot = ballot;
                send(from, Message::Internal(Internal::Prepared(ballot, state.accepted)));
            }
            Message::Internal(Internal::Prepared(ballot, last)) if ballot == state.ballot => {
                on_prepared(state.change(), place, (from, last), send);
            }
            Message::Internal(Internal::Accept(ballot, proposal)) if state.ballot <= ballot => {
                let state = state.change();
                state.ballot = ballot;
                state.accepted = Some((ballot, proposal));
                send(from, Message::Internal(Internal::Accepted(ballot)));
            }
            Message::Internal(Internal::Accepted(ballot)) if ballot == state.ballot => {
                on_accepted(state.change(), place, from, send);
            }
            Message::Internal(Internal::Decided(ballot, proposal)) => {
                let state = state.change();
                state.ballot = ballot;
                state.accepted = Some((ballot, proposal));
                state.is_decided = true;
            }
            _ => {}
        }
    }
}

/// Begins a ballot of one's own, with one's own promise.
fn lead(state: &mut Paxos, place: Place, proposal: Proposal, send: Send<'_>) {
    state.proposal = Some(proposal);
    state.ballot = (state.ballot.0 + 1, place.me);
    state.prepared = BTreeMap::from([(place.me, state.accepted)]);
    state.accepts.clear();
    for peer in place.peers() {
        send(peer, Message::Internal(Internal::Prepare(state.ballot)));
    }
}

/// With the promises of a majority, asks to accept what the newest of them has accepted, or else one's own.
fn on_prepared(state: &mut Paxos, place: Place, (from, last): (u32, Accepted), send: Send<'_>) {
    state.prepared.insert(from, last);
    if state.prepared.len() != place.majority() {
        return;
    }
    let newest = state.prepared.values().max().copied().flatten();
    let proposal = newest.map(|(_, proposal)| proposal).or(state.proposal);
    let proposal = proposal.expect("who leads has something to propose");
    state.proposal = Some(proposal);
    state.accepted = Some((state.ballot, proposal));
    state.accepts.insert(place.me);
    for peer in place.peers() {
        send(peer, Message::Internal(Internal::Accept(state.ballot, proposal)));
    }
}

fn on_accepted(state: &mut Paxos, place: Place, from: u32, send: Send<'_>) {
    state.accepts.insert(from);
    if state.accepts.len() != place.majority() {
        return;
    }
    state.is_decided = true;
    let proposal = state.proposal.expect("what was accepted was proposed");
    for peer in place.peers() {
        send(peer, Message::Internal(Internal::Decided(state.ballot, proposal)));
    }
    let (request, client, _) = proposal;
    send(client, Message::PutOk(request));
}
