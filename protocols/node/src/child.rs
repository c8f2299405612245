//! Composition: the port through which a child node acts inside its parent.

use std::fmt;

use crate::{
    DiskWrite, Duration, FileName, Node, NodeId, Port, ReadToken, RequestToken, SyncToken, WallTime,
};

/// What a child has told its parent and the parent has not yet taken. Kept by the parent, so that its memory is reused.
pub struct Outbox<C: Node> {
    /// Events that the child has announced, oldest first.
    pub events: Vec<C::Event>,
    /// Answers that the child has given to requests which its parent had passed on, oldest first.
    pub replies: Vec<(RequestToken, C::Response)>,
}

impl<C: Node> Outbox<C> {
    /// An outbox with nothing in it.
    pub const fn new() -> Self {
        Self { events: Vec::new(), replies: Vec::new() }
    }
}

impl<C: Node> Default for Outbox<C> {
    fn default() -> Self {
        Self::new()
    }
}

/// Written by hand: a derived one would ask it of the child itself.
impl<C: Node> Clone for Outbox<C>
where
    C::Event: Clone,
    C::Response: Clone,
{
    fn clone(&self) -> Self {
        Self { events: self.events.clone(), replies: self.replies.clone() }
    }
}

impl<C: Node> fmt::Debug for Outbox<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbox")
            .field("events", &self.events.len())
            .field("replies", &self.replies.len())
            .finish()
    }
}

/// Turns a child's effects into its parent's.
pub(crate) struct ChildPort<'a, P: Node, C: Node, M, T> {
    pub(crate) parent: &'a mut dyn Port<P>,
    pub(crate) folder: &'static str,
    pub(crate) message: M,
    pub(crate) timer: T,
    pub(crate) outbox: &'a mut Outbox<C>,
}

impl<P, C, M, T> Port<C> for ChildPort<'_, P, C, M, T>
where
    P: Node,
    C: Node,
    M: Fn(C::Message) -> P::Message,
    T: Fn(C::Timer) -> P::Timer,
{
    fn send(&mut self, to: NodeId, body: C::Message) {
        self.parent.send(to, (self.message)(body));
    }

    fn set_timer(&mut self, key: C::Timer, after: Duration) {
        self.parent.set_timer((self.timer)(key), after);
    }

    fn cancel_timer(&mut self, key: &C::Timer) {
        self.parent.cancel_timer(&(self.timer)(key.clone()));
    }

    fn reply(&mut self, to: RequestToken, body: C::Response) {
        self.outbox.replies.push((to, body));
    }

    fn write(&mut self, write: DiskWrite<'_>) {
        self.parent.write(write.within(self.folder));
    }

    fn sync(&mut self, file: FileName) -> SyncToken {
        self.parent.sync(file.within(self.folder))
    }

    fn read(&mut self, file: FileName, offset: u64, len: usize) -> ReadToken {
        self.parent.read(file.within(self.folder), offset, len)
    }

    fn announce(&mut self, event: C::Event) {
        self.outbox.events.push(event);
    }

    fn choose(&mut self, site: &'static str, bound: u64) -> u64 {
        self.parent.choose(site, bound)
    }

    fn wall(&mut self) -> WallTime {
        self.parent.wall()
    }

    fn buggify(&mut self, site: &'static str) -> bool {
        self.parent.buggify(site)
    }
}
