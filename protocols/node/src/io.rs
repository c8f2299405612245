//! The one way from a node to the world around it.

use std::fmt;

use crate::child::{ChildPort, Outbox};
use crate::either::WithinPort;
use crate::{
    DiskWrite, Duration, FileName, Instant, Node, NodeId, Port, ReadToken, RequestToken, SyncToken,
    WallTime,
};

/// What a node may ask of its host while it handles one input.
pub struct Io<'a, N: Node> {
    me: NodeId,
    now: Instant,
    members: &'a [NodeId],
    port: &'a mut dyn Port<N>,
}

impl<'a, N: Node> Io<'a, N> {
    /// For hosts: the `Io` of node `me` for one input that it handles at `now`.
    pub fn new(me: NodeId, now: Instant, members: &'a [NodeId], port: &'a mut dyn Port<N>) -> Self {
        Self { me, now, members, port }
    }

    /// Who this node is.
    pub fn me(&self) -> NodeId {
        self.me
    }

    /// The members of the cluster in the configuration that it boots with, this node included, in ascending order, each of them once. A
    /// host sees to that before it starts a node: [`MembersError::check`](crate::MembersError::check).
    pub fn members(&self) -> &'a [NodeId] {
        self.members
    }

    /// All members but this node.
    pub fn peers(&self) -> impl Iterator<Item = NodeId> + use<'a, N> {
        let me = self.me;
        self.members.iter().copied().filter(move |member| *member != me)
    }

    /// The node's monotonic clock. It stands still while one input is handled.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// The node's wall clock, right or wrong.
    pub fn wall(&mut self) -> WallTime {
        self.port.wall()
    }

    /// A number from zero to `bound - 1`, by chance. `site` says what is decided, as `"election timeout"`: a replay finds its
    /// recorded choices by that name, so keep it when the code around it changes.
    ///
    /// # Panics
    /// Where `bound` is zero: there is nothing to choose from.
    pub fn choose(&mut self, site: &'static str, bound: u64) -> u64 {
        assert!(bound > 0, "choose({site:?}, 0): there is nothing to choose from");
        self.port.choose(site, bound)
    }

    /// Whether to do here what is legal but rare: send a smaller batch, leave an answer unsent, drop a cache. Such a fault point makes
    /// likely what a test would hardly ever meet (FoundationDB's `BUGGIFY`); what it guards must keep every promise of the protocol.
    ///
    /// In a simulated world a point is on in a run or not, by chance, and one that is on fires by chance; it costs a comparison where the
    /// plan asks for none. On a real host it never fires, unless that was asked for. `site` names the point, as
    /// `"raft: one entry to a message"`; give it a name that no [`choose`](Io::choose) has, and keep it when the code around it changes.
    pub fn buggify(&mut self, site: &'static str) -> bool {
        self.port.buggify(site)
    }

    /// Sends a message to a member, this node included. It may be lost, and nobody will say so.
    pub fn send(&mut self, to: NodeId, body: N::Message) {
        self.port.send(to, body);
    }

    /// Asks for [`Input::Timer`](crate::Input::Timer) with this key after a while, in place of one with the same key.
    pub fn set_timer(&mut self, key: N::Timer, after: Duration) {
        self.port.set_timer(key, after);
    }

    /// Takes a timer back; nothing happens where it is not set.
    pub fn cancel_timer(&mut self, key: &N::Timer) {
        self.port.cancel_timer(key);
    }

    /// Answers a client's request. Where the client has gone, or has been answered, nothing happens.
    pub fn reply(&mut self, to: RequestToken, body: N::Response) {
        self.port.reply(to, body);
    }

    /// Adds bytes at the end of a file, which is made if it does not exist. Lasts once [`Io::sync`] has completed.
    pub fn append(&mut self, file: FileName, bytes: &[u8]) {
        self.port.write(DiskWrite::Append { file, bytes });
    }

    /// Puts bytes at a place in a file, which grows as needed. Lasts once [`Io::sync`] has completed.
    pub fn write_at(&mut self, file: FileName, offset: u64, bytes: &[u8]) {
        self.port.write(DiskWrite::WriteAt { file, offset, bytes });
    }

    /// Cuts a file to this length, or fills it up with zeros. Lasts once [`Io::sync`] has completed.
    pub fn truncate(&mut self, file: FileName, len: u64) {
        self.port.write(DiskWrite::Truncate { file, len });
    }

    /// Gives a file another name, atomically; a file that had that name is gone. Lasts once a sync of `to` has completed.
    pub fn rename(&mut self, from: FileName, to: FileName) {
        self.port.write(DiskWrite::Rename { from, to });
    }

    /// Asks the disk to make all earlier writes to this file last; [`Input::Synced`](crate::Input::Synced) tells when it has.
    /// A node that promises durability sends its promise then, not before.
    pub fn sync(&mut self, file: FileName) -> SyncToken {
        self.port.sync(file)
    }

    /// Asks for bytes of a file; [`Input::Read`](crate::Input::Read) brings them. It sees all earlier writes, synced or not.
    pub fn read(&mut self, file: FileName, offset: u64, len: usize) -> ReadToken {
        self.port.read(file, offset, len)
    }

    /// Tells the parent layer, or an observer, of something that has happened.
    pub fn announce(&mut self, event: N::Event) {
        self.port.announce(event);
    }

    /// Lets a child node act within this one.
    ///
    /// The child's messages and timers are wrapped into this node's by `message` and `timer`, its files are in `folder`, and its
    /// events and replies are left in `outbox` for this node to take. Wrapping closures may hold a key, so that one node runs
    /// many instances of another. Nothing is allocated once the outbox has grown to its working size.
    ///
    /// A parent passes [`Input::Synced`](crate::Input::Synced) and [`Input::Read`](crate::Input::Read) on to its children; see
    /// [`SyncToken`].
    ///
    /// ```
    /// # use seatrial_node::{Disk, Duration, Input, Io, Node, NodeId, OpenError, Outbox};
    /// # struct Heartbeat;
    /// # impl Node for Heartbeat {
    /// #     type Config = (); type Message = (); type Timer = (); type Request = (); type Response = (); type Event = ();
    /// #     fn open(_: &(), _: &mut Disk<'_>) -> Result<Self, OpenError> { Ok(Self) }
    /// #     fn handle(&mut self, _: Input<Self>, io: &mut Io<'_, Self>) { io.set_timer((), Duration::from_secs(1)); }
    /// # }
    /// struct Server { heartbeat: Heartbeat, heard: Outbox<Heartbeat> }
    ///
    /// #[derive(Clone)]
    /// enum Message { Heartbeat(()) }
    ///
    /// #[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
    /// enum Timer { Heartbeat(()) }
    ///
    /// impl Node for Server {
    /// #   type Config = (); type Message = Message; type Timer = Timer; type Request = (); type Response = (); type Event = ();
    /// #   fn open(config: &(), disk: &mut Disk<'_>) -> Result<Self, OpenError> {
    /// #       Ok(Self { heartbeat: Heartbeat::open(config, &mut disk.child("heartbeat"))?, heard: Outbox::new() })
    /// #   }
    ///     // …
    ///     fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
    ///         let input = match input {
    ///             Input::Start => Input::Start,
    ///             Input::Message { from, body: Message::Heartbeat(body) } => Input::Message { from, body },
    ///             Input::Timer(Timer::Heartbeat(timer)) => Input::Timer(timer),
    ///             _ => return,
    ///         };
    ///         let child = &mut self.heartbeat;
    ///         io.child("heartbeat", Message::Heartbeat, Timer::Heartbeat, &mut self.heard, |io| child.handle(input, io));
    ///         for _event in self.heard.events.drain(..) { /* act on it */ }
    ///     }
    /// }
    /// ```
    pub fn child<C: Node, R>(
        &mut self,
        folder: &'static str,
        message: impl Fn(C::Message) -> N::Message,
        timer: impl Fn(C::Timer) -> N::Timer,
        outbox: &mut Outbox<C>,
        act: impl FnOnce(&mut Io<'_, C>) -> R,
    ) -> R {
        let mut port = ChildPort { parent: &mut *self.port, folder, message, timer, outbox };
        act(&mut Io { me: self.me, now: self.now, members: self.members, port: &mut port })
    }

    /// Lets another node of the same wire act in place of this one.
    pub(crate) fn within<C>(
        &mut self,
        timer: impl Fn(C::Timer) -> N::Timer,
        event: impl Fn(C::Event) -> N::Event,
        act: impl FnOnce(&mut Io<'_, C>),
    ) where
        C: Node<Message = N::Message, Response = N::Response>,
    {
        let mut port = WithinPort { host: &mut *self.port, timer, event };
        act(&mut Io { me: self.me, now: self.now, members: self.members, port: &mut port });
    }
}

impl<N: Node> fmt::Debug for Io<'_, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Io").field("me", &self.me).field("now", &self.now).finish_non_exhaustive()
    }
}
