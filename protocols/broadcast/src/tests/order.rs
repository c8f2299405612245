//! Order: FIFO and causal, over reliable and over uniform broadcasts.

use super::judge::{Property, RELIABLE, UNIFORM};
use super::promises::{Crashes, first_broken, holds};
use super::world::Warn;
use super::world::{Oracle, Wire, no_detector, over_oracle};
use crate::{
    AllAckUniform, CausalNoWaiting, CausalWaiting, EagerReliable, Fifo, Frame, LazyReliable,
    MajorityAckUniform, Numbered, Part, Timed, WithPast,
};
use seatrial_node::NodeId;

type Link<P> = Wire<Frame<P>>;
pub(super) type FifoEager = Fifo<u64, EagerReliable<Numbered<u64>, Link<Numbered<u64>>>>;
pub(super) type FifoLazy = Fifo<u64, LazyReliable<Numbered<u64>, Link<Numbered<u64>>, Oracle>>;
type FifoAllAck = Fifo<u64, AllAckUniform<Numbered<u64>, Link<Numbered<u64>>, Oracle>>;
pub(super) type Causal = CausalWaiting<u64, EagerReliable<Timed<u64>, Link<Timed<u64>>>>;
type CausalUniform = CausalWaiting<u64, MajorityAckUniform<Timed<u64>, Link<Timed<u64>>>>;
pub(super) type NoWaiting =
    CausalNoWaiting<u64, EagerReliable<WithPast<u64>, Link<WithPast<u64>>>, Oracle>;

no_detector!(FifoEager, Causal, CausalUniform);
over_oracle!(FifoLazy, FifoAllAck, NoWaiting);

fn and(properties: &[Property], more: Property) -> Vec<Property> {
    properties.iter().copied().chain([more]).collect()
}

#[test]
fn fifo_broadcast_keeps_its_promises_over_any_reliable_broadcast() {
    let reliable = and(RELIABLE, Property::Fifo);
    holds::<FifoEager>(&Default::default(), Crashes::AnyNumber, &reliable);
    holds::<FifoLazy>(&Default::default(), Crashes::AnyNumber, &reliable);
    holds::<FifoAllAck>(&Default::default(), Crashes::AnyNumber, &and(UNIFORM, Property::Fifo));
}

#[test]
fn reliable_broadcast_promises_no_order() {
    type Eager = EagerReliable<u64, Link<u64>>;
    let found = first_broken::<Eager>(&Default::default(), Crashes::None, &[Property::Fifo]);
    assert!(found.is_some());
}

#[test]
fn fifo_broadcast_does_not_promise_causal_order() {
    let found = first_broken::<FifoEager>(&Default::default(), Crashes::None, &[Property::Causal]);
    assert!(found.is_some());
}

#[test]
fn causal_broadcast_keeps_its_promises_by_waiting() {
    let reliable = and(RELIABLE, Property::Causal);
    holds::<Causal>(&Default::default(), Crashes::AnyNumber, &reliable);
    holds::<CausalUniform>(&Default::default(), Crashes::Minority, &and(UNIFORM, Property::Causal));
}

#[test]
fn causal_broadcast_keeps_its_promises_without_waiting() {
    let reliable = and(RELIABLE, Property::Causal);
    holds::<NoWaiting>(&Default::default(), Crashes::AnyNumber, &reliable);
}
