//! What one has to say to serve a workload of Maelstrom with a node.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;

use seatrial_node::{Disk, Input, Io, Node, NodeId, OpenError};

use super::network::Network;
use super::rpc::{Body, RpcError};

/// How a node speaks a workload: the workload's messages as the node's requests, and the node's answers as the workload's.
///
/// ```
/// use seatrial_hosts::maelstrom::{Asked, Body, RpcError, Workload, field, speak};
/// use seatrial_node::{Disk, Input, Io, Node, NodeId, OpenError};
/// use serde_json::{Value, json};
///
/// /// Answers at once with what it is told.
/// struct Parrot;
///
/// impl Node for Parrot {
/// #   type Config = (); type Message = (); type Timer = (); type Request = Value; type Response = Value; type Event = ();
/// #   fn open(_: &(), _: &mut Disk<'_>) -> Result<Self, OpenError> { Ok(Self) }
///     // …
///     fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
///         if let Input::Request { token, body } = input {
///             io.reply(token, body);
///         }
///     }
/// }
///
/// struct Echo;
///
/// impl Workload for Echo {
///     type Node = Parrot;
///     type Kind = ();
///
///     fn config(&self, _: NodeId) {}
///
///     fn ask(&mut self, kind: &str, _: &str, body: &Body) -> Asked<Self> {
///         match (kind, field(body, "echo")) {
///             ("echo", Ok(echo)) => Asked::Node { request: echo.clone(), kind: () },
///             (_, Err(error)) => Asked::Now(Err(error)),
///             _ => Asked::unknown(kind),
///         }
///     }
///
///     fn tell(&mut self, (): (), answer: Value) -> Result<Body, RpcError> {
///         Ok(Body::from_iter([("type".into(), "echo_ok".into()), ("echo".into(), answer)]))
///     }
/// }
///
/// let input = r#"{"src":"c0","dest":"n1","body":{"type":"init","msg_id":1,"node_id":"n1","node_ids":["n1"]}}
/// {"src":"c1","dest":"n1","body":{"type":"echo","msg_id":1,"echo":"ahoy"}}"#;
/// let mut output = Vec::new();
/// speak(Echo, input.as_bytes(), &mut output)?;
/// let said: Vec<Value> = output.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect();
/// assert_eq!(said[1]["body"], json!({ "type": "echo_ok", "echo": "ahoy", "in_reply_to": 1 }));
/// # Ok::<(), std::io::Error>(())
/// ```
pub trait Workload: Sized {
    /// The node that does the work.
    type Node: Node;
    /// What has to be known of a request when its answer comes.
    type Kind;

    /// The node's configuration.
    fn config(&self, me: NodeId) -> <Self::Node as Node>::Config;

    /// What this client's message of this type asks.
    fn ask(&mut self, kind: &str, client: &str, body: &Body) -> Asked<Self>;

    /// The answer's body.
    ///
    /// # Errors
    /// Where the answer is that it was not done.
    fn tell(
        &mut self,
        kind: Self::Kind,
        answer: <Self::Node as Node>::Response,
    ) -> Result<Body, RpcError>;
}

/// The node of a workload whose handlers do all of it, with what the network has.
#[derive(Clone, Copy, Debug)]
pub struct NoNode;

impl Node for NoNode {
    type Config = ();
    type Message = ();
    type Timer = ();
    type Request = Infallible;
    type Response = Infallible;
    type Event = ();

    fn open((): &(), _: &mut Disk<'_>) -> Result<Self, OpenError> {
        Ok(Self)
    }

    fn handle(&mut self, _: Input<Self>, _: &mut Io<'_, Self>) {}
}

/// What a message is answered, once it is known.
pub type Answer = Pin<Box<dyn Future<Output = Result<Body, RpcError>>>>;

/// What becomes of a client's message.
pub enum Asked<W: Workload> {
    /// The node is asked this.
    Node {
        /// The request.
        request: <W::Node as Node>::Request,
        /// What has to be known when it is answered.
        kind: W::Kind,
    },
    /// It is answered at once.
    Now(Result<Body, RpcError>),
    /// It is answered by a handler, which may ask others first; meanwhile others are served. See [`Asked::later`].
    Later(Box<dyn FnOnce(Network) -> Answer>),
}

impl<W: Workload> fmt::Debug for Asked<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Node { .. } => f.write_str("Node"),
            Self::Now(answer) => f.debug_tuple("Now").field(answer).finish(),
            Self::Later(_) => f.write_str("Later"),
        }
    }
}

impl<W: Workload> Asked<W> {
    /// A handler: what it returns is the answer. It runs on the node's own thread, where nothing else runs until it waits.
    ///
    /// ```
    /// use seatrial_hosts::maelstrom::{Asked, Body, Kv, NoNode, RpcError, Swap, Workload, body, number, speak};
    /// use seatrial_node::NodeId;
    /// use serde_json::{Value, json};
    ///
    /// /// Numbers that nobody else is given, by way of the service lin-kv.
    /// struct Tickets;
    ///
    /// impl Workload for Tickets {
    ///     type Node = NoNode;
    ///     type Kind = ();
    ///
    ///     fn config(&self, _: NodeId) {}
    ///
    ///     fn ask(&mut self, kind: &str, _: &str, _: &Body) -> Asked<Self> {
    ///         if kind != "ticket" {
    ///             return Asked::unknown(kind);
    ///         }
    ///         Asked::later(|network| async move {
    ///             let kv = Kv::lin(&network);
    ///             loop {
    ///                 let last = kv.read("last").await?.unwrap_or(0);
    ///                 if kv.cas_or_create("last", &last, &(last + 1)).await? == Swap::Done {
    ///                     return Ok(body("ticket_ok", json!({ "number": last + 1 })));
    ///                 }
    ///             }
    ///         })
    ///     }
    ///
    ///     fn tell(&mut self, (): (), answer: std::convert::Infallible) -> Result<Body, RpcError> {
    ///         match answer {}
    ///     }
    /// }
    ///
    /// let input = r#"{"src":"c0","dest":"n1","body":{"type":"init","msg_id":1,"node_id":"n1","node_ids":["n1"]}}
    /// {"src":"c1","dest":"n1","body":{"type":"ticket","msg_id":1}}
    /// {"src":"lin-kv","dest":"n1","body":{"type":"read_ok","in_reply_to":1,"value":6}}
    /// {"src":"lin-kv","dest":"n1","body":{"type":"cas_ok","in_reply_to":2}}"#;
    /// let mut output = Vec::new();
    /// speak(Tickets, input.as_bytes(), &mut output)?;
    /// let said: Vec<Value> = output.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect();
    /// assert_eq!(said[1]["dest"], "lin-kv");
    /// assert_eq!(said[3]["body"], json!({ "type": "ticket_ok", "number": 7, "in_reply_to": 1 }));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn later<F>(handler: impl FnOnce(Network) -> F + 'static) -> Self
    where
        F: Future<Output = Result<Body, RpcError>> + 'static,
    {
        Self::Later(Box::new(|network| Box::pin(handler(network))))
    }

    /// The answer to a message of a type that the workload does not have.
    pub fn unknown(kind: &str) -> Self {
        let why = format!("there is no operation {kind:?} here");
        Self::Now(Err(RpcError::new(RpcError::NOT_SUPPORTED, why)))
    }
}

impl<W: Workload> From<RpcError> for Asked<W> {
    fn from(error: RpcError) -> Self {
        Self::Now(Err(error))
    }
}
