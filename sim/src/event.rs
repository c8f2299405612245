//! What is still to happen, by slot: the queue knows when, this knows what.
//!
//! The place of an event says what will happen between whom. What messages, requests and answers say may be large, and should be
//! moved twice only, into its place when it is sent and out of it into the receiver's hands: a message's body is beside its event,
//! so that both are fetched at once, and what rarer events carry stands apart.

use seatrial_node::DiskError;

use crate::counts::FaultKind;
use crate::queue::Entry;
use crate::timers::TimerRef;

/// Something that will happen. Where it has a `body`, that is a place among the bodies of its kind.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Event {
    /// No event: a free place, and the next one.
    Free { next: u32 },
    /// A node's message to a node.
    Message { from: u32, to: u32, id: u64, marks: Marks },
    /// A client's request.
    Request { client: u32, to: u32, body: u32, attempt: u64, id: u64, marks: Marks },
    /// The answer to it.
    Answer { from: u32, client: u32, body: u32, attempt: u64, id: u64, marks: Marks },
    /// A link of limited bandwidth may be free again.
    Depart { fault: u32, from: u32, to: u32 },
    /// A timer's entry in the queue.
    Timer { node: u32, timer: TimerRef },
    /// A client wakes up, if it still wishes.
    Wake { client: u32, wish: u32 },
    /// A disk has synced a file.
    Synced { node: u32, life: u32, file: u32, token: u64, upto: u64 },
    /// A disk has read; the body is the bytes, or why there are none.
    Read { node: u32, life: u32, body: u32, token: u64 },
    /// A fault of the plan begins.
    Fault { index: u32 },
    /// A fault of the plan ends.
    FaultOver { index: u32 },
    /// A fault that goes on and off takes its next turn.
    FaultTurn { index: u32 },
    /// All trouble is over.
    Heal,
    /// Nothing: what was to happen was lost on its way.
    Gone,
    /// A node that could not open tries again.
    Reopen { node: u32 },
}

const _: () = assert!(size_of::<Event>() == 32, "two events fit a cache line");

impl Event {
    /// The node that it happens to.
    #[inline]
    pub(crate) fn node(&self) -> Option<u32> {
        match *self {
            Self::Message { to: node, .. }
            | Self::Request { to: node, .. }
            | Self::Timer { node, .. }
            | Self::Synced { node, .. }
            | Self::Read { node, .. } => Some(node),
            _ => None,
        }
    }
}

/// What faults have done to something that is under way, so that it can be counted when it is given to its receiver.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Marks(u16);

impl Marks {
    /// Nothing.
    pub(crate) const NONE: Self = Self(0);

    /// It is lost already, and waits only to be forgotten.
    const LOST: u16 = 1 << 15;

    /// Its bytes will be found changed.
    const CORRUPT: FaultKind = FaultKind::Corrupt;

    /// The kinds that leave a mark, by its place.
    const KINDS: [FaultKind; 8] = [
        FaultKind::Duplicate,
        FaultKind::Reorder,
        FaultKind::SlowLink,
        FaultKind::SlowTail,
        FaultKind::Throttle,
        FaultKind::Clog,
        FaultKind::SwizzleClog,
        Self::CORRUPT,
    ];

    /// The mark of one kind.
    pub(crate) fn of(kind: FaultKind) -> Self {
        let mut marks = Self::NONE;
        marks.add(kind);
        marks
    }

    pub(crate) fn add(&mut self, kind: FaultKind) {
        let place = Self::KINDS.iter().position(|marked| *marked == kind);
        self.0 |= 1 << place.expect("only kinds that leave a mark are marked");
    }

    pub(crate) fn lose(&mut self) {
        self.0 |= Self::LOST;
    }

    pub(crate) const fn is_lost(self) -> bool {
        self.0 & Self::LOST != 0
    }

    pub(crate) fn is_corrupt(self) -> bool {
        self.kinds().any(|kind| kind == Self::CORRUPT)
    }

    /// The kinds that have left one.
    pub(crate) fn kinds(self) -> impl Iterator<Item = FaultKind> {
        let is_set = move |(place, _): &(usize, FaultKind)| self.0 >> place & 1 == 1;
        Self::KINDS.into_iter().enumerate().filter(is_set).map(|(_, kind)| kind)
    }
}

/// Everything pending: messages `M`, requests `Q`, answers `A` and the rest.
pub(crate) struct Events<M, Q, A> {
    places: Vec<Place<M>>,
    /// The first free place.
    free: u32,
    pub(crate) requests: Bodies<Q>,
    pub(crate) answers: Bodies<A>,
    pub(crate) reads: Bodies<Result<Vec<u8>, DiskError>>,
}

/// An event and, where it is a message, what that says.
#[derive(Clone)]
struct Place<M> {
    event: Event,
    body: Option<M>,
}

const NO_PLACE: u32 = u32::MAX;

impl<M, Q, A> Events<M, Q, A> {
    pub(crate) const fn new() -> Self {
        Self {
            places: Vec::new(),
            free: NO_PLACE,
            requests: Bodies::new(),
            answers: Bodies::new(),
            reads: Bodies::new(),
        }
    }

    /// Forgets everything, keeping memory.
    pub(crate) fn reset(&mut self) {
        self.places.clear();
        self.free = NO_PLACE;
        self.requests.reset();
        self.answers.reset();
        self.reads.reset();
    }

    /// Keeps an event. Returns its slot.
    #[inline(always)]
    pub(crate) fn keep(&mut self, event: Event) -> u32 {
        self.occupy(event).0
    }

    /// Keeps a message. Returns its slot.
    #[inline(always)]
    pub(crate) fn keep_message(
        &mut self,
        from: u32,
        to: u32,
        id: u64,
        marks: Marks,
        body: M,
    ) -> u32 {
        let (slot, place) = self.occupy(Event::Message { from, to, id, marks });
        *place = Some(body);
        slot
    }

    /// Puts an event into a free place. Returns its slot, and where a message's body goes.
    ///
    /// Inlined always, so that the event is made in its place: one that is made elsewhere and moved here at once waits until its
    /// parts have gone through the processor's store buffer.
    #[inline(always)]
    fn occupy(&mut self, event: Event) -> (u32, &mut Option<M>) {
        if self.free == NO_PLACE {
            self.grow();
        }
        let slot = self.free;
        let place = &mut self.places[slot as usize];
        let Event::Free { next } = place.event else {
            unreachable!("the list of free places names only free places");
        };
        self.free = next;
        place.event = event;
        (slot, &mut place.body)
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self) {
        let slot = self.places.len();
        assert!(slot < Entry::MAX_SLOTS - 1, "more than 16 million events are pending");
        self.places.push(Place { event: Event::Free { next: NO_PLACE }, body: None });
        self.free = slot as u32;
    }

    #[inline]
    pub(crate) fn peek(&self, slot: u32) -> &Event {
        &self.places[slot as usize].event
    }

    /// What faults have done to what is under way there.
    pub(crate) fn marks(&mut self, slot: u32) -> Option<&mut Marks> {
        match &mut self.places[slot as usize].event {
            Event::Message { marks, .. }
            | Event::Request { marks, .. }
            | Event::Answer { marks, .. } => Some(marks),
            _ => None,
        }
    }

    /// All places, the free ones too.
    pub(crate) fn slots(&self) -> std::ops::Range<u32> {
        0..self.places.len() as u32
    }

    /// What the message there says.
    #[inline]
    pub(crate) fn peek_message(&self, slot: u32) -> &M {
        self.places[slot as usize].body.as_ref().expect("a message has a body")
    }

    /// Takes the body of the message there and makes its place free.
    #[inline(always)]
    pub(crate) fn take_message(&mut self, slot: u32) -> M {
        let place = &mut self.places[slot as usize];
        place.event = Event::Free { next: self.free };
        self.free = slot;
        place.body.take().expect("a message has a body")
    }

    /// Makes nothing of the event there, while the queue still names its place. Its body, if that stands apart, must have been taken.
    pub(crate) fn bury(&mut self, slot: u32) {
        let place = &mut self.places[slot as usize];
        place.event = Event::Gone;
        place.body = None;
    }

    /// Makes the place of an event free. Its body, if it has one, must have been taken.
    #[inline]
    pub(crate) fn release(&mut self, slot: u32) {
        self.places[slot as usize].event = Event::Free { next: self.free };
        self.free = slot;
    }
}

/// By hand, so that a copy that goes back to another keeps its memory.
impl<M: Clone, Q: Clone, A: Clone> Clone for Events<M, Q, A> {
    fn clone(&self) -> Self {
        let mut copy = Self::new();
        copy.clone_from(self);
        copy
    }

    fn clone_from(&mut self, other: &Self) {
        self.places.clone_from(&other.places);
        self.free = other.free;
        self.requests.clone_from(&other.requests);
        self.answers.clone_from(&other.answers);
        self.reads.clone_from(&other.reads);
    }
}

/// What rarer kinds of events carry.
#[derive(Clone)]
pub(crate) struct Bodies<T> {
    places: Vec<Option<T>>,
    free: Vec<u32>,
}

impl<T> Bodies<T> {
    const fn new() -> Self {
        Self { places: Vec::new(), free: Vec::new() }
    }

    fn reset(&mut self) {
        self.places.clear();
        self.free.clear();
    }

    /// Keeps a body. Returns its place.
    #[inline]
    pub(crate) fn keep(&mut self, body: T) -> u32 {
        if self.free.is_empty() {
            self.grow();
        }
        let place = self.free.pop().expect("one has just been added, if there was none");
        self.places[place as usize] = Some(body);
        place
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self) {
        self.free.push(self.places.len() as u32);
        self.places.push(None);
    }

    /// The body that is kept there.
    pub(crate) fn peek(&self, place: u32) -> Option<&T> {
        self.places[place as usize].as_ref()
    }

    #[inline]
    pub(crate) fn take(&mut self, place: u32) -> T {
        self.free.push(place);
        self.places[place as usize].take().expect("an event's body is in its place")
    }
}
