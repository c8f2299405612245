//! What a handler asks others with, and waits for what they answer: Maelstrom's services, or any node of its network.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use seatrial_node::NodeId;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep, timeout_at};
use tracing::debug;

use super::rpc::{Body, Incoming, RpcError};

/// What was asked of another node. It is on its way already; who awaits this waits for the answer, and who drops it does not want it.
pub type Call<T> = Pin<Box<dyn Future<Output = Result<T, RpcError>>>>;

/// How long a call waits for its answer unless [`Network::within`] says otherwise: Maelstrom's clients wait five times as long for us.
const PATIENCE: Duration = Duration::from_secs(1);

/// Maelstrom's network, as a handler sees it. Clones are the same network.
#[derive(Clone, Debug)]
pub struct Network {
    me: NodeId,
    members: Rc<[NodeId]>,
    patience: Duration,
    way: mpsc::UnboundedSender<Said>,
    calls: Rc<RefCell<Calls>>,
}

/// To whom, and what.
pub(super) type Said = (String, Body);

/// The calls that wait for an answer.
#[derive(Debug, Default)]
struct Calls {
    made: u64,
    waiting: BTreeMap<u64, Waiting>,
}

/// Who was called, and where the answer is to go.
#[derive(Debug)]
struct Waiting {
    dest: String,
    answer: oneshot::Sender<Body>,
}

impl Network {
    /// A network, and what is said to it.
    pub(super) fn new(me: NodeId, members: &[NodeId]) -> (Self, mpsc::UnboundedReceiver<Said>) {
        let (way, said) = mpsc::unbounded_channel();
        let calls = Rc::default();
        (Self { me, members: members.into(), patience: PATIENCE, way, calls }, said)
    }

    /// Who this node is.
    pub const fn me(&self) -> NodeId {
        self.me
    }

    /// The members of the cluster, this node included, in ascending order.
    pub fn members(&self) -> &[NodeId] {
        &self.members
    }

    /// The same network for calls that wait so long for their answer, instead of a second.
    #[must_use]
    pub fn within(&self, patience: Duration) -> Self {
        Self { patience, ..self.clone() }
    }

    /// Asks any node or service, by its name; the body has its `type`, and gets its `msg_id` here.
    ///
    /// # Errors
    /// The call's answer, where that is an error; where none comes in time, one of number [`RpcError::TIMEOUT`], which says nothing about
    /// what was done. An answer that comes later, or once more, or from somebody else, is left alone.
    pub fn call(&self, dest: &str, mut body: Body) -> Call<Body> {
        let (way, answer) = oneshot::channel();
        let number = {
            let mut calls = self.calls.borrow_mut();
            calls.made += 1;
            let number = calls.made;
            calls.waiting.insert(number, Waiting { dest: dest.to_owned(), answer: way });
            number
        };
        body.insert("msg_id".to_owned(), number.into());
        // Where the host is gone, no answer comes either.
        let _ = self.way.send((dest.to_owned(), body));
        let wanted = Wanted { calls: self.calls.clone(), number };
        let (dest, patience) = (dest.to_owned(), self.patience);
        let until = Instant::now() + patience;
        Box::pin(async move {
            let _wanted = wanted;
            match timeout_at(until, answer).await {
                Ok(Ok(body)) if body.get("type").and_then(Value::as_str) == Some("error") => {
                    Err(RpcError::read(&body))
                }
                Ok(Ok(body)) => Ok(body),
                Ok(Err(_)) | Err(_) => {
                    let why = format!("{dest} has not answered within {patience:?}");
                    Err(RpcError::new(RpcError::TIMEOUT, why))
                }
            }
        })
    }

    /// Waits for so long, while others are served.
    pub async fn pause(&self, span: Duration) {
        sleep(span).await;
    }

    /// An answer has come. It goes to the call that waits for it, if any does.
    pub(super) fn hear(&self, message: Incoming) {
        let waiting = &mut self.calls.borrow_mut().waiting;
        let number = message.in_reply_to().and_then(Value::as_u64);
        let number = number.filter(|number| {
            waiting.get(number).is_some_and(|waiting| waiting.dest == message.src)
        });
        match number.and_then(|number| waiting.remove(&number)) {
            // It may have been dropped meanwhile.
            Some(waiting) => _ = waiting.answer.send(message.body),
            None => debug!(src = message.src, body = ?message.body, "nobody waits for this answer"),
        }
    }
}

/// That somebody waits for this call. Where he does no more, the call is forgotten.
struct Wanted {
    calls: Rc<RefCell<Calls>>,
    number: u64,
}

impl Drop for Wanted {
    fn drop(&mut self) {
        self.calls.borrow_mut().waiting.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tokio::runtime::Builder;

    use super::super::rpc::body;
    use super::*;

    fn network() -> (Network, mpsc::UnboundedReceiver<Said>) {
        Network::new(NodeId(1), &[NodeId(1), NodeId(2)])
    }

    fn answer(src: &str, body: Value) -> Incoming {
        let line = json!({ "src": src, "dest": "n1", "body": body }).to_string();
        Incoming::read(&line).expect("a message")
    }

    fn run<T>(test: impl Future<Output = T>) -> T {
        let runtime = Builder::new_current_thread().enable_time().build();
        runtime.expect("a runtime").block_on(test)
    }

    #[test]
    fn an_answer_goes_to_its_call_whatever_the_order_and_once() {
        run(async {
            let (network, mut said) = network();
            let calls = ["a", "b"].map(|kind| network.call("seq-kv", body(kind, Value::Null)));
            for (number, kind) in [(1, "a"), (2, "b")] {
                let (dest, body) = said.recv().await.expect("it was said");
                assert_eq!((dest.as_str(), &body["type"]), ("seq-kv", &json!(kind)));
                assert_eq!(body["msg_id"], number);
            }
            for number in [2, 1, 1] {
                let body = json!({ "type": "x", "in_reply_to": number, "value": number });
                network.hear(answer("seq-kv", body));
            }
            for (call, value) in calls.into_iter().zip([1, 2]) {
                assert_eq!(call.await.expect("an answer")["value"], value);
            }
            assert!(network.calls.borrow().waiting.is_empty());
        });
    }

    #[test]
    fn what_is_no_answer_to_a_call_is_left_alone() {
        run(async {
            let (network, _said) = network();
            let call = network.call("seq-kv", body("read", Value::Null));
            for (src, number) in [
                ("seq-kv", json!(7)),
                ("seq-kv", json!("1")),
                ("seq-kv", json!(-1)),
                ("seq-kv", json!(null)),
                ("lin-kv", json!(1)),
            ] {
                network.hear(answer(src, json!({ "type": "bad", "in_reply_to": number })));
            }
            network.hear(answer("seq-kv", json!({ "type": "good", "in_reply_to": 1 })));
            assert_eq!(call.await.expect("an answer")["type"], "good");
        });
    }

    #[test]
    fn a_call_that_is_not_answered_ends_without_saying_what_was_done_and_is_forgotten() {
        run(async {
            let (network, _said) = network();
            let call = network.within(Duration::from_millis(5)).call("seq-kv", Body::new());
            let error = call.await.expect_err("nobody answers");
            assert_eq!((error.code, error.is_definite()), (RpcError::TIMEOUT, false));
            assert_eq!(error.text, "seq-kv has not answered within 5ms");
            drop(network.call("seq-kv", Body::new()));
            assert!(network.calls.borrow().waiting.is_empty());
            network.hear(answer("seq-kv", json!({ "type": "late", "in_reply_to": 1 })));
        });
    }

    #[test]
    fn an_error_is_an_error_by_its_number() {
        run(async {
            let (network, _said) = network();
            let call = network.call("lin-kv", body("cas", Value::Null));
            let error = json!({ "type": "error", "in_reply_to": 1, "code": 11, "text": "no" });
            network.hear(answer("lin-kv", error));
            let error = call.await.expect_err("it says so");
            assert_eq!((error.code, error.is_definite()), (11, true));
        });
    }
}
