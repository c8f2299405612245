//! What is still to happen, by slot: the queue knows when, this knows what.
//!
//! Bodies of messages stand apart from the rest. They may be large, and a message should be moved twice only: into its place when it
//! is sent, and out of it into the receiver's hands.

use seatrial_node::Node;

use crate::queue::Entry;
use crate::timers::TimerRef;

/// Something that will happen.
#[derive(Clone, Debug)]
pub(crate) enum Event<Q, A> {
    /// No event: a free place, and the next one.
    Free {
        next: u32,
    },
    /// The body is in the same place of the other list.
    Message {
        from: u32,
        to: u32,
        id: u64,
    },
    Request {
        client: u32,
        to: u32,
        attempt: u64,
        id: u64,
        body: Q,
    },
    Answer {
        from: u32,
        client: u32,
        attempt: u64,
        id: u64,
        body: A,
    },
    Timer {
        node: u32,
        timer: TimerRef,
    },
    Wake {
        client: u32,
        wish: u32,
    },
    Synced {
        node: u32,
        life: u32,
        token: u64,
        file: u32,
        upto: u64,
    },
    Read {
        node: u32,
        life: u32,
        token: u64,
        bytes: Vec<u8>,
    },
    Fault {
        index: u32,
    },
    FaultOver {
        index: u32,
    },
    Heal,
}

impl<Q, A> Event<Q, A> {
    /// The node that it happens to.
    #[inline]
    pub(crate) fn node(&self) -> Option<u32> {
        match self {
            Self::Message { to: node, .. }
            | Self::Request { to: node, .. }
            | Self::Timer { node, .. }
            | Self::Synced { node, .. }
            | Self::Read { node, .. } => Some(*node),
            _ => None,
        }
    }
}

pub(crate) type EventOf<N> = Event<<N as Node>::Request, <N as Node>::Response>;

/// Everything pending.
pub(crate) struct Events<N: Node> {
    places: Vec<EventOf<N>>,
    /// Of messages.
    bodies: Vec<Option<N::Message>>,
    /// The first free place.
    free: u32,
}

const NO_PLACE: u32 = u32::MAX;

impl<N: Node> Events<N> {
    pub(crate) const fn new() -> Self {
        Self { places: Vec::new(), bodies: Vec::new(), free: NO_PLACE }
    }

    /// Forgets everything, keeping memory.
    pub(crate) fn reset(&mut self) {
        self.places.clear();
        self.bodies.clear();
        self.free = NO_PLACE;
    }

    /// Keeps an event that is no message. Returns its slot.
    #[inline]
    pub(crate) fn keep(&mut self, event: EventOf<N>) -> u32 {
        let slot = self.free;
        if slot == NO_PLACE {
            return self.keep_in_new_place(event);
        }
        let place = &mut self.places[slot as usize];
        let Event::Free { next } = *place else {
            unreachable!("the list of free places names only free places");
        };
        self.free = next;
        *place = event;
        slot
    }

    #[cold]
    fn keep_in_new_place(&mut self, event: EventOf<N>) -> u32 {
        let slot = self.places.len();
        assert!(slot < Entry::MAX_SLOTS, "more than 16 million events are pending");
        self.places.push(event);
        self.bodies.push(None);
        slot as u32
    }

    #[inline]
    pub(crate) fn keep_message(&mut self, from: u32, to: u32, id: u64, body: N::Message) -> u32 {
        let slot = self.keep(Event::Message { from, to, id });
        self.bodies[slot as usize] = Some(body);
        slot
    }

    #[inline]
    pub(crate) fn peek(&self, slot: u32) -> &EventOf<N> {
        &self.places[slot as usize]
    }

    /// Takes an event out of its place, which is free then.
    #[inline]
    pub(crate) fn take(&mut self, slot: u32) -> EventOf<N> {
        let free = Event::Free { next: self.free };
        self.free = slot;
        std::mem::replace(&mut self.places[slot as usize], free)
    }

    /// Makes the place of an event free, where the event has been read already.
    #[inline]
    pub(crate) fn release(&mut self, slot: u32) {
        self.places[slot as usize] = Event::Free { next: self.free };
        self.free = slot;
    }

    /// The body of the message there.
    #[inline]
    pub(crate) fn message(&self, slot: u32) -> &N::Message {
        self.bodies[slot as usize].as_ref().expect("a message has a body")
    }

    /// Takes a message's body and makes its place free.
    #[inline]
    pub(crate) fn take_message(&mut self, slot: u32) -> N::Message {
        self.release(slot);
        self.bodies[slot as usize].take().expect("a message has a body")
    }
}
