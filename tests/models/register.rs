//! What a server of a register is, whoever hosts it.

use std::borrow::Cow;
use std::fmt::Debug;
use std::hash::Hash;
use std::ops::Deref;

/// What clients and servers say, in stateright's words.
pub(crate) type Message<I> = stateright::actor::register::RegisterMsg<u64, char, I>;

/// A server: its state, and what it does with a message.
pub(crate) trait Server: Clone + Debug + Eq + Hash + Send + Sync + 'static {
    /// What servers say to each other.
    type Internal: Clone + Debug + Eq + Ord + Hash + Send + Sync + 'static;

    /// The state of this server at first.
    fn new(me: u32) -> Self;

    /// Handles a message. The state is asked for to be changed only where it is changed: stateright takes a message for ignored where it was
    /// not and nothing was sent.
    fn receive(
        state: &mut impl Held<Self>,
        place: Place,
        from: u32,
        message: Message<Self::Internal>,
        send: &mut dyn FnMut(u32, Message<Self::Internal>),
    );
}

/// Which server it is, and of how many; they are named from zero.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) me: u32,
    pub(crate) servers: u32,
}

impl Place {
    pub(crate) fn peers(self) -> impl Iterator<Item = u32> {
        (0..self.servers).filter(move |server| *server != self.me)
    }

    pub(crate) const fn majority(self) -> usize {
        self.servers as usize / 2 + 1
    }
}

/// A state as its host holds it: looked at for nothing, changed on demand.
pub(crate) trait Held<S>: Deref<Target = S> {
    fn change(&mut self) -> &mut S;
}

impl<S: Clone> Held<S> for Cow<'_, S> {
    fn change(&mut self) -> &mut S {
        self.to_mut()
    }
}

impl<S> Held<S> for &mut S {
    fn change(&mut self) -> &mut S {
        self
    }
}
