//! The worlds: broadcasts over a network that is assumed to be perfect, and the judge of what they promise.

use seatrial_broadcast::{
    AllAckUniform, BestEffort, Broadcast, CausalWaiting, DetectedConfig, EagerReliable, Frame,
    LinkedConfig, MajorityAckUniform, Mutant, OrderConfig, Part, Process, ProcessConfig, Request,
    Timed,
};
use seatrial_checkers::delivery::{DeliveryProperties, Property};
use seatrial_checkers::{Checker, Cluster};
use seatrial_detectors::{Assumed as Detector, Crashed};
use seatrial_history::{Moment, Observer, Violation};
use seatrial_links::Assumed as Link;
use seatrial_node::{Duration, Node, NodeId};
use seatrial_search::{Explorable, Exploration, Sight};

pub(super) type BestEffortMember = Process<u64, BestEffort<u64, Link<Frame<u64>>>>;
pub(super) type MajorityMember = Process<u64, MajorityAckUniform<u64, Link<Frame<u64>>>>;
pub(super) type AllAckMember = Process<u64, AllAckUniform<u64, Link<Frame<u64>>, Detector>>;
type Eager<P> = EagerReliable<P, Link<Frame<P>>>;
pub(super) type EagerMember = Process<u64, Eager<u64>>;
pub(super) type CausalMember = Process<u64, CausalWaiting<u64, Eager<Timed<u64>>>>;

pub(super) fn best_effort(nodes: u32) -> Exploration<BestEffortMember> {
    Exploration::new(nodes, |_| process(linked(None)))
}

pub(super) fn reliable(nodes: u32, mutant: Option<Mutant>) -> Exploration<EagerMember> {
    Exploration::new(nodes, |_| process(linked(mutant)))
}

pub(super) fn majority(nodes: u32, mutant: Option<Mutant>) -> Exploration<MajorityMember> {
    Exploration::new(nodes, |_| process(linked(mutant)))
}

pub(super) fn all_ack(nodes: u32, mutant: Option<Mutant>) -> Exploration<AllAckMember> {
    Exploration::new(nodes, |_| process(DetectedConfig { link: (), detector: (), mutant }))
        .with_notices(|_| Part::Detector(Crashed))
}

pub(super) fn causal(nodes: u32, mutant: Option<Mutant>) -> Exploration<CausalMember> {
    Exploration::new(nodes, |_| process(OrderConfig { broadcast: linked(None), mutant }))
}

fn linked(mutant: Option<Mutant>) -> LinkedConfig<()> {
    LinkedConfig { link: (), mutant }
}

fn process<B: Default>(broadcast: B) -> ProcessConfig<B, u64> {
    ProcessConfig { broadcast, ..ProcessConfig::default() }
}

/// Lets n0, n1, … broadcast a message each, at any time.
pub(super) fn messages<B>(
    small: Exploration<Process<u64, B>>,
    count: u32,
) -> Exploration<Process<u64, B>>
where
    B: Broadcast<u64>,
    Process<u64, B>: Explorable + Node<Request = Request<u64>>,
{
    (0..count).fold(small, |small, n| small.asking(NodeId(n), Request::Broadcast(u64::from(n) + 1)))
}

/// The same, before anything else happens.
pub(super) fn first_messages<B>(
    small: Exploration<Process<u64, B>>,
    count: u32,
) -> Exploration<Process<u64, B>>
where
    B: Broadcast<u64>,
    Process<u64, B>: Explorable + Node<Request = Request<u64>>,
{
    (0..count)
        .fold(small, |small, n| small.having_asked(NodeId(n), Request::Broadcast(u64::from(n) + 1)))
}

/// Judges these properties in every state, and what must happen in the end when an execution is over.
pub(super) fn judge<N: Explorable>(
    properties: &'static [Property],
) -> impl FnMut(&Sight<'_, N>) -> Option<Violation> {
    let mut judge = DeliveryProperties::only(properties, Duration::ZERO);
    move |sight| {
        if sight.news == 0 && !sight.is_over {
            return None;
        }
        judge.begin(&Cluster { members: sight.members().to_vec() });
        judge.healed(Moment::default());
        for told in sight.told {
            let at = Moment { step: told.step, ..Moment::default() };
            judge.fact(at, told.node, &told.fact);
        }
        let found = judge.violation().cloned();
        found.or_else(|| {
            let end =
                Moment { step: sight.told.last().map_or(0, |told| told.step), ..Moment::default() };
            let verdict = sight.is_over.then(|| judge.verdict(end));
            verdict.and_then(|verdict| verdict.violation().cloned())
        })
    }
}

/// The properties of uniform broadcast.
pub(super) const UNIFORM: &[Property] =
    &[Property::Urb1, Property::Urb2, Property::Urb3, Property::Urb4];
/// Those of best-effort broadcast.
pub(super) const BEST_EFFORT: &[Property] = &[Property::Beb1, Property::Beb2, Property::Beb3];
/// Those of reliable broadcast.
pub(super) const RELIABLE: &[Property] =
    &[Property::Rb1, Property::Rb2, Property::Rb3, Property::Rb4];
/// Those of causal broadcast.
pub(super) const CAUSAL: &[Property] =
    &[Property::Rb1, Property::Rb2, Property::Rb3, Property::Rb4, Property::Crb5];
