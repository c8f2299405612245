//! Protocols in small worlds, for searches through every order of events. Here, broadcasts: over links and detectors that are assumed, so that nothing is
//! ordered but what the broadcasts themselves send.

pub(super) mod echo;

use seatrial_broadcast::{
    AllAckUniform, BestEffort, Broadcast, CausalWaiting, DetectedConfig, EagerReliable, Fifo,
    Frame, LinkedConfig, MajorityAckUniform, MessageId, Mutant, Numbered, OrderConfig, Part,
    Process, ProcessConfig, Request, Timed,
};
use seatrial_detectors::{Assumed as Detector, Crashed};
use seatrial_links::Assumed as Link;
use seatrial_node::{Node, NodeId};
use seatrial_search::{Explorable, Exploration};

use crate::explore::{Bounds, ExplorationInfo};
use crate::registry::Protocol;

type Over<P> = Link<Frame<P>>;
type Eager<P> = EagerReliable<P, Over<P>>;
type Small<B> = Exploration<Process<u64, B>>;

pub(super) fn best_effort(protocol: Protocol) -> Protocol {
    type Stack = BestEffort<u64, Over<u64>>;
    with::<Stack>(protocol, &["best-effort-broadcast"], all_but_one, linked, |small| small)
}

pub(super) fn reliable(protocol: Protocol) -> Protocol {
    with::<Eager<u64>>(protocol, &["reliable-broadcast"], all_but_one, linked, |small| small)
}

pub(super) fn uniform(protocol: Protocol) -> Protocol {
    type Stack = MajorityAckUniform<u64, Over<u64>>;
    with::<Stack>(protocol, &["uniform-broadcast"], minority, linked, |small| small)
}

pub(super) fn all_ack_uniform(protocol: Protocol) -> Protocol {
    type Stack = AllAckUniform<u64, Over<u64>, Detector>;
    let config = |mutant| DetectedConfig { link: (), detector: (), mutant };
    with::<Stack>(protocol, &["uniform-broadcast"], all_but_one, config, |small| {
        small.with_notices(|_| Part::Detector(Crashed))
    })
}

pub(super) fn fifo(protocol: Protocol) -> Protocol {
    type Stack = Fifo<u64, Eager<Numbered<u64>>>;
    with::<Stack>(protocol, &["fifo-broadcast"], all_but_one, ordered, |small| small)
}

pub(super) fn causal(protocol: Protocol) -> Protocol {
    type Stack = CausalWaiting<u64, Eager<Timed<u64>>>;
    with::<Stack>(protocol, &["causal-broadcast"], all_but_one, ordered, |small| small)
}

fn linked(mutant: Option<Mutant>) -> LinkedConfig<()> {
    LinkedConfig { link: (), mutant }
}

fn ordered(mutant: Option<Mutant>) -> OrderConfig<LinkedConfig<()>> {
    OrderConfig { broadcast: linked(None), mutant }
}

const fn minority(nodes: u32) -> u32 {
    nodes.saturating_sub(1) / 2
}

const fn all_but_one(nodes: u32) -> u32 {
    nodes.saturating_sub(1)
}

/// Adds the small world: n0, n1 and so on, and then n0 again, are asked to broadcast, each at any time.
fn with<B>(
    protocol: Protocol,
    checkers: &'static [&'static str],
    survives: fn(u32) -> u32,
    config: fn(Option<Mutant>) -> B::Config,
    adapt: fn(Small<B>) -> Small<B>,
) -> Protocol
where
    B: Broadcast<u64, Config: Default, Message: Words> + 'static,
    Process<u64, B>: Explorable
        + Node<Config = ProcessConfig<B::Config, u64>, Message = B::Message, Request = Request<u64>>,
{
    let info = ExplorationInfo {
        checkers,
        survives,
        restarts: false,
        losses: false,
        messages: Some(2),
        timers: None,
    };
    protocol.with_exploration(info, move |bounds: &Bounds, mutant: Option<&str>| {
        let planted = Mutant::ALL.iter().copied().find(|known| Some(known.id()) == mutant);
        let config = |_| ProcessConfig { broadcast: config(planted), ..ProcessConfig::default() };
        let small = Exploration::new(bounds.nodes, config);
        let small = adapt(small.with_words(Words::words, request));
        (0..bounds.messages.unwrap_or_default()).fold(small, |small, message| {
            small.asking(NodeId(message % bounds.nodes), Request::Broadcast(u64::from(message) + 1))
        })
    })
}

fn request(_: &Request<u64>) -> String {
    "broadcast".to_owned()
}

/// A message in words.
trait Words {
    fn words(&self) -> String;
}

impl<P> Words for Frame<P> {
    fn words(&self) -> String {
        match self {
            Self::Data { id, .. } => title(*id),
            Self::Delivered(_) => "a report".to_owned(),
        }
    }
}

impl<A: Words> Words for Part<A, Crashed> {
    fn words(&self) -> String {
        match self {
            Self::Below(message) => message.words(),
            Self::Detector(Crashed) => "word of a crash".to_owned(),
        }
    }
}

fn title(id: MessageId) -> String {
    format!("message {} of {}", id.sequence(), id.origin)
}
