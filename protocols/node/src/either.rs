//! A node that is one of two, as its configuration says: two versions of a protocol in one cluster, or nodes of two kinds.

use crate::{
    Announce, Disk, DiskWrite, Duration, Fact, FileName, Input, Io, Load, Node, NodeId, OpenError,
    Port, ReadToken, RequestToken, Status, SyncToken, WallTime,
};

/// One of two: of two nodes, and of their configurations, timers and events.
///
/// Both nodes speak the same messages, and answer the same requests in the same way; they share a disk, from one life to the next. So a
/// member can be upgraded: it crashes as the one and begins its next life as the other, while its peers still are what they were. Where
/// versions differ in their messages, one type holds both forms, as it does in what comes off a wire.
///
/// ```
/// use seatrial_node::{Boot, Disk, Either, FileName, Input, Io, Node, NodeId, NoStorage, OpenError, Probe, Effect};
///
/// /// Counts what it hears, in steps of one.
/// struct Old(u64);
/// /// The same in steps of ten.
/// struct New(u64);
///
/// impl Node for Old {
/// #   type Config = (); type Message = u64; type Timer = (); type Request = (); type Response = u64; type Event = ();
/// #   fn open(_: &(), _: &mut Disk<'_>) -> Result<Self, OpenError> { Ok(Self(0)) }
///     // …
///     fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
///         match input {
///             Input::Message { body, .. } => self.0 += body,
///             Input::Request { token, .. } => io.reply(token, self.0),
///             _ => {}
///         }
///     }
/// }
/// # impl Node for New {
/// #   type Config = u64; type Message = u64; type Timer = (); type Request = (); type Response = u64; type Event = ();
/// #   fn open(_: &u64, _: &mut Disk<'_>) -> Result<Self, OpenError> { Ok(Self(0)) }
/// #   fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
/// #       match input {
/// #           Input::Message { body, .. } => self.0 += body * 10,
/// #           Input::Request { token, .. } => io.reply(token, self.0),
/// #           _ => {}
/// #       }
/// #   }
/// # }
///
/// /// A member of either version, and how a host configures it for a life that begins.
/// type Member = Either<Old, New>;
/// let config = |boot: Boot| if boot.version == 1 { Either::First(()) } else { Either::Second(10) };
///
/// let second = config(Boot { version: 2, life: 2, ..Boot::first(NodeId(0)) });
/// let mut member = Member::open(&second, &mut Disk::new(&mut NoStorage))?;
/// let mut probe = Probe::new(NodeId(0), &[NodeId(0), NodeId(1)]);
/// probe.handle(&mut member, Input::Message { from: NodeId(1), body: 7 });
/// let token = seatrial_node::RequestToken(1);
/// let effects = probe.handle(&mut member, Input::Request { token, body: () });
/// assert!(matches!(effects[..], [Effect::Reply { body: 70, .. }]));
/// # Ok::<(), OpenError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Either<A, B> {
    /// The one.
    First(A),
    /// The other.
    Second(B),
}

impl<A, B> Node for Either<A, B>
where
    A: Node,
    B: Node<Message = A::Message, Request = A::Request, Response = A::Response>,
{
    type Config = Either<A::Config, B::Config>;
    type Message = A::Message;
    type Timer = Either<A::Timer, B::Timer>;
    type Request = A::Request;
    type Response = A::Response;
    type Event = Either<A::Event, B::Event>;

    fn open(config: &Self::Config, disk: &mut Disk<'_>) -> Result<Self, OpenError> {
        match config {
            Either::First(config) => A::open(config, disk).map(Self::First),
            Either::Second(config) => B::open(config, disk).map(Self::Second),
        }
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        match self {
            Self::First(node) => {
                let timer = |timer| match timer {
                    Either::First(timer) => Some(timer),
                    Either::Second(_) => None,
                };
                if let Some(input) = as_input(input, timer) {
                    io.within(Either::First, Either::First, |io| node.handle(input, io));
                }
            }
            Self::Second(node) => {
                let timer = |timer| match timer {
                    Either::First(_) => None,
                    Either::Second(timer) => Some(timer),
                };
                if let Some(input) = as_input(input, timer) {
                    io.within(Either::Second, Either::Second, |io| node.handle(input, io));
                }
            }
        }
    }

    fn status(&self) -> Status {
        match self {
            Self::First(node) => node.status(),
            Self::Second(node) => node.status(),
        }
    }

    fn digest(message: &Self::Message) -> u64 {
        A::digest(message)
    }

    fn load(message: &Self::Message) -> Load {
        A::load(message)
    }
}

impl<A: Announce, B: Announce> Announce for Either<A, B> {
    fn fact(&self) -> Option<Fact> {
        match self {
            Self::First(event) => event.fact(),
            Self::Second(event) => event.fact(),
        }
    }
}

/// The same input for another node of the same wire; none, where it is a timer of a kind that this node has not set.
fn as_input<P, C>(
    input: Input<P>,
    timer: impl FnOnce(P::Timer) -> Option<C::Timer>,
) -> Option<Input<C>>
where
    P: Node,
    C: Node<Message = P::Message, Request = P::Request>,
{
    Some(match input {
        Input::Start => Input::Start,
        Input::Message { from, body } => Input::Message { from, body },
        Input::Timer(key) => Input::Timer(timer(key)?),
        Input::Request { token, body } => Input::Request { token, body },
        Input::Synced { token, result } => Input::Synced { token, result },
        Input::Read { token, result } => Input::Read { token, result },
    })
}

/// Passes the effects of a node on to the host of another one that speaks as it does.
pub(crate) struct WithinPort<'a, P: Node, T, E> {
    pub(crate) host: &'a mut dyn Port<P>,
    pub(crate) timer: T,
    pub(crate) event: E,
}

impl<P, C, T, E> Port<C> for WithinPort<'_, P, T, E>
where
    P: Node,
    C: Node<Message = P::Message, Response = P::Response>,
    T: Fn(C::Timer) -> P::Timer,
    E: Fn(C::Event) -> P::Event,
{
    fn send(&mut self, to: NodeId, body: C::Message) {
        self.host.send(to, body);
    }

    fn set_timer(&mut self, key: C::Timer, after: Duration) {
        self.host.set_timer((self.timer)(key), after);
    }

    fn cancel_timer(&mut self, key: &C::Timer) {
        self.host.cancel_timer(&(self.timer)(key.clone()));
    }

    fn reply(&mut self, to: RequestToken, body: C::Response) {
        self.host.reply(to, body);
    }

    fn write(&mut self, write: DiskWrite<'_>) {
        self.host.write(write);
    }

    fn sync(&mut self, file: FileName) -> SyncToken {
        self.host.sync(file)
    }

    fn read(&mut self, file: FileName, offset: u64, len: usize) -> ReadToken {
        self.host.read(file, offset, len)
    }

    fn announce(&mut self, event: C::Event) {
        self.host.announce((self.event)(event));
    }

    fn choose(&mut self, site: &'static str, bound: u64) -> u64 {
        self.host.choose(site, bound)
    }

    fn wall(&mut self) -> WallTime {
        self.host.wall()
    }

    fn buggify(&mut self, site: &'static str) -> bool {
        self.host.buggify(site)
    }
}
