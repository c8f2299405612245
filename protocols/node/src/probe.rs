//! The smallest host: hands a node one input and shows what it did. For unit tests of protocols.

use std::fmt;

use crate::{
    DiskWrite, Duration, FileName, Input, Instant, Io, Node, NodeId, Port, ReadToken, RequestToken,
    SyncToken, WallTime,
};

/// Something that a node has asked of its host.
pub enum Effect<N: Node> {
    /// [`Io::send`].
    Send {
        /// The receiver.
        to: NodeId,
        /// What was sent.
        body: N::Message,
    },
    /// [`Io::set_timer`].
    SetTimer {
        /// The timer's name.
        key: N::Timer,
        /// When it comes due.
        after: Duration,
    },
    /// [`Io::cancel_timer`].
    CancelTimer {
        /// The timer's name.
        key: N::Timer,
    },
    /// [`Io::reply`].
    Reply {
        /// The request that is answered.
        to: RequestToken,
        /// The answer.
        body: N::Response,
    },
    /// [`Io::append`], [`Io::write_at`], [`Io::truncate`] or [`Io::rename`], told as the file that it changed.
    Write {
        /// The file; the new name, where it was renamed.
        file: FileName,
    },
    /// [`Io::sync`].
    Sync {
        /// The file.
        file: FileName,
        /// Comes back in [`Input::Synced`].
        token: SyncToken,
    },
    /// [`Io::read`].
    Read {
        /// The file.
        file: FileName,
        /// Comes back in [`Input::Read`].
        token: ReadToken,
    },
    /// [`Io::announce`].
    Announce(N::Event),
}

impl<N: Node> fmt::Debug for Effect<N>
where
    N::Message: fmt::Debug,
    N::Timer: fmt::Debug,
    N::Response: fmt::Debug,
    N::Event: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Send { to, body } => write!(f, "send to {to}: {body:?}"),
            Self::SetTimer { key, after } => write!(f, "set timer {key:?} in {after}"),
            Self::CancelTimer { key } => write!(f, "cancel timer {key:?}"),
            Self::Reply { to, body } => write!(f, "reply to request {}: {body:?}", to.0),
            Self::Write { file } => write!(f, "write {file}"),
            Self::Sync { file, token } => write!(f, "sync {file} as {}", token.0),
            Self::Read { file, token } => write!(f, "read {file} as {}", token.0),
            Self::Announce(event) => write!(f, "announce {event:?}"),
        }
    }
}

/// A host without a network, a disk or a clock of its own: the test moves time, makes the choices and carries the messages.
///
/// ```
/// # use seatrial_node::{Disk, Duration, Effect, Input, Io, Node, NodeId, OpenError, Probe};
/// # struct Ticker;
/// # impl Node for Ticker {
/// #     type Config = (); type Message = (); type Timer = (); type Request = (); type Response = (); type Event = ();
/// #     fn open(_: &(), _: &mut Disk<'_>) -> Result<Self, OpenError> { Ok(Self) }
/// #     fn handle(&mut self, _: Input<Self>, io: &mut Io<'_, Self>) { io.set_timer((), Duration::from_secs(1)); }
/// # }
/// let mut probe = Probe::new(NodeId(1), &[NodeId(1), NodeId(2)]);
/// let mut ticker = Ticker;
/// let effects = probe.handle(&mut ticker, Input::Start);
/// assert!(matches!(effects[..], [Effect::SetTimer { after, .. }] if after == Duration::from_secs(1)));
/// ```
pub struct Probe<N: Node> {
    me: NodeId,
    now: Instant,
    members: Vec<NodeId>,
    choices: Vec<u64>,
    buggified: Option<&'static str>,
    effects: Vec<Effect<N>>,
    tokens: u64,
}

impl<N: Node> Probe<N> {
    /// A host for node `me` of these members, at instant zero.
    pub fn new(me: NodeId, members: &[NodeId]) -> Self {
        let members = members.to_vec();
        Self {
            me,
            now: Instant::ZERO,
            members,
            choices: Vec::new(),
            buggified: None,
            effects: Vec::new(),
            tokens: 0,
        }
    }

    /// Lets this much time pass.
    pub fn advance(&mut self, span: Duration) {
        self.now += span;
    }

    /// Makes the node's next choices these, in order, each cut down to what is possible; later ones are zero.
    pub fn script(&mut self, choices: &[u64]) {
        self.choices = choices.iter().rev().copied().collect();
    }

    /// Lets this fault point fire whenever the node comes past, and no other.
    pub fn buggify(&mut self, site: &'static str) {
        self.buggified = Some(site);
    }

    /// Lets the node handle one input and returns what it did, in order.
    pub fn handle(&mut self, node: &mut N, input: Input<N>) -> Vec<Effect<N>> {
        self.act(node, |node, io| node.handle(input, io))
    }

    /// Lets the node do anything that needs an [`Io`], such as a method of a layer that is not an input.
    pub fn act<R>(
        &mut self,
        node: &mut N,
        act: impl FnOnce(&mut N, &mut Io<'_, N>) -> R,
    ) -> Vec<Effect<N>> {
        let members = std::mem::take(&mut self.members);
        act(node, &mut Io::new(self.me, self.now, &members, self));
        self.members = members;
        std::mem::take(&mut self.effects)
    }

    fn token(&mut self) -> u64 {
        self.tokens += 1;
        self.tokens
    }
}

impl<N: Node> fmt::Debug for Probe<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Probe")
            .field("me", &self.me)
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}

impl<N: Node> Port<N> for Probe<N> {
    fn send(&mut self, to: NodeId, body: N::Message) {
        self.effects.push(Effect::Send { to, body });
    }

    fn set_timer(&mut self, key: N::Timer, after: Duration) {
        self.effects.push(Effect::SetTimer { key, after });
    }

    fn cancel_timer(&mut self, key: &N::Timer) {
        self.effects.push(Effect::CancelTimer { key: key.clone() });
    }

    fn reply(&mut self, to: RequestToken, body: N::Response) {
        self.effects.push(Effect::Reply { to, body });
    }

    fn write(&mut self, write: DiskWrite<'_>) {
        let (DiskWrite::Append { file, .. }
        | DiskWrite::WriteAt { file, .. }
        | DiskWrite::Truncate { file, .. }
        | DiskWrite::Rename { to: file, .. }) = write;
        self.effects.push(Effect::Write { file });
    }

    fn sync(&mut self, file: FileName) -> SyncToken {
        let token = SyncToken(self.token());
        self.effects.push(Effect::Sync { file, token });
        token
    }

    fn read(&mut self, file: FileName, _offset: u64, _len: usize) -> ReadToken {
        let token = ReadToken(self.token());
        self.effects.push(Effect::Read { file, token });
        token
    }

    fn announce(&mut self, event: N::Event) {
        self.effects.push(Effect::Announce(event));
    }

    fn choose(&mut self, _site: &'static str, bound: u64) -> u64 {
        self.choices.pop().unwrap_or(0).min(bound - 1)
    }

    fn wall(&mut self) -> WallTime {
        WallTime::from_unix_nanos(self.now.as_nanos())
    }

    fn buggify(&mut self, site: &'static str) -> bool {
        self.buggified == Some(site)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Disk, OpenError, Outbox};

    /// Sends, but for its fault point; as a parent it lets a child do so.
    struct Sender {
        child: Option<(Box<Self>, Outbox<Self>)>,
    }

    impl Node for Sender {
        type Config = ();
        type Message = ();
        type Timer = ();
        type Request = ();
        type Response = ();
        type Event = ();

        fn open((): &(), _: &mut Disk<'_>) -> Result<Self, OpenError> {
            Ok(Self { child: None })
        }

        fn handle(&mut self, _: Input<Self>, io: &mut Io<'_, Self>) {
            match &mut self.child {
                Some((child, outbox)) => {
                    io.child(
                        "child",
                        |()| (),
                        |()| (),
                        outbox,
                        |io| child.handle(Input::Start, io),
                    );
                }
                None if io.buggify("sender: sends nothing") => {}
                None => io.send(NodeId(2), ()),
            }
        }
    }

    #[test]
    fn a_fault_point_fires_where_the_test_says_so_in_a_child_too() {
        let child = Some((Box::new(Sender { child: None }), Outbox::new()));
        for mut sender in [Sender { child: None }, Sender { child }] {
            let mut probe = Probe::new(NodeId(1), &[NodeId(1), NodeId(2)]);
            assert_eq!(probe.handle(&mut sender, Input::Start).len(), 1);
            probe.buggify("sender: sends too late");
            assert_eq!(probe.handle(&mut sender, Input::Start).len(), 1, "another point");
            probe.buggify("sender: sends nothing");
            assert!(probe.handle(&mut sender, Input::Start).is_empty());
        }
    }
}
