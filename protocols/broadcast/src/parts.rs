//! A layer's messages and timers are its children's; this says whose an input is.

use seatrial_node::{Input, Node};

/// What one of two children sends or sets, the left or the right one; the right one is the failure detector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part<A, B> {
    /// Of the layer beneath.
    Below(A),
    /// Of the failure detector.
    Detector(B),
}

/// A timer of a layer over two children.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartTimer<A, B> {
    /// Of the layer beneath.
    Below(A),
    /// Of the failure detector.
    Detector(B),
    /// The layer's own: time to tell others how far it has come.
    Report,
}

/// Whose an input is.
pub(crate) enum Routed<A: Node, B: Node> {
    Below(Input<A>),
    Detector(Input<B>),
    Both(Input<A>, Input<B>),
    Report,
    Nobody,
}

/// Says whose an input of a layer over two children is.
pub(crate) fn route<N, A, B>(input: Input<N>) -> Routed<A, B>
where
    A: Node,
    B: Node,
    N: Node<Message = Part<A::Message, B::Message>, Timer = PartTimer<A::Timer, B::Timer>>,
{
    match input {
        Input::Start => Routed::Both(Input::Start, Input::Start),
        Input::Message { from, body: Part::Below(body) } => {
            Routed::Below(Input::Message { from, body })
        }
        Input::Message { from, body: Part::Detector(body) } => {
            Routed::Detector(Input::Message { from, body })
        }
        Input::Timer(PartTimer::Below(timer)) => Routed::Below(Input::Timer(timer)),
        Input::Timer(PartTimer::Detector(timer)) => Routed::Detector(Input::Timer(timer)),
        Input::Timer(PartTimer::Report) => Routed::Report,
        Input::Synced { token, result } => {
            Routed::Both(Input::Synced { token, result }, Input::Synced { token, result })
        }
        Input::Read { token, result } => Routed::Both(
            Input::Read { token, result: result.clone() },
            Input::Read { token, result },
        ),
        _ => Routed::Nobody,
    }
}

/// An input of a layer as its only child's. A request is nobody's: layers are asked by method.
pub(crate) fn pass_on<N, C>(input: Input<N>) -> Option<Input<C>>
where
    N: Node,
    C: Node<Message = N::Message, Timer = N::Timer>,
{
    Some(match input {
        Input::Start => Input::Start,
        Input::Message { from, body } => Input::Message { from, body },
        Input::Timer(timer) => Input::Timer(timer),
        Input::Synced { token, result } => Input::Synced { token, result },
        Input::Read { token, result } => Input::Read { token, result },
        _ => return None,
    })
}
