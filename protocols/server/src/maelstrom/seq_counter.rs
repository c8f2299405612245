//! `g-counter` over Maelstrom's service seq-kv: the nodes say nothing to each other, and the service has all.
//!
//! Each node has a key in the service for the sum of what was added at it, and nobody else writes it. That sum never falls, so replacing
//! the last known one by a greater one can be asked again when no answer has come: a replacement that is late finds another sum, and is
//! refused. Whatever is added meanwhile goes along with the next replacement. A node lives once, as Maelstrom has it.

use std::cell::RefCell;
use std::convert::Infallible;
use std::rc::Rc;
use std::time::Duration;

use seatrial_hosts::maelstrom::{
    self, Asked, Body, Call, Kv, Network, NoNode, RpcError, Swap, body, number,
};
use seatrial_node::NodeId;
use serde_json::{Value, json};

use super::broadcast::BELOW_ZERO;

/// How often a sum is offered to the service before the client is told that nobody knows: with a second for each, before the client stops
/// waiting, which it does after five.
const ATTEMPTS: u32 = 4;

/// How long between two attempts where the service has answered at once that it cannot.
const PAUSE: Duration = Duration::from_millis(100);

#[derive(Debug, Default)]
pub(super) struct Workload {
    tally: Rc<RefCell<Tally>>,
}

/// What was added at this node.
#[derive(Debug, Default)]
struct Tally {
    /// All of it.
    added: i64,
    /// As much of it as the service is known to have.
    stored: i64,
    /// How many reads there were.
    reads: u64,
}

impl maelstrom::Workload for Workload {
    type Node = NoNode;
    type Kind = ();

    fn config(&self, _: NodeId) {}

    fn ask(&mut self, kind: &str, _: &str, body: &Body) -> Asked<Self> {
        let tally = self.tally.clone();
        match kind {
            "read" => Asked::later(|network| read(network, tally)),
            "add" => match number(body, "delta").and_then(|delta| tally.borrow_mut().add(delta)) {
                Ok(sum) => Asked::later(move |network| store(network, tally, sum)),
                Err(error) => error.into(),
            },
            _ => Asked::unknown(kind),
        }
    }

    fn tell(&mut self, (): (), answer: Infallible) -> Result<Body, RpcError> {
        match answer {}
    }
}

impl Tally {
    /// The sum with this.
    fn add(&mut self, delta: i64) -> Result<i64, RpcError> {
        if delta < 0 {
            return Err(RpcError::malformed(BELOW_ZERO));
        }
        let sum = self.added.checked_add(delta);
        self.added = sum.ok_or_else(|| RpcError::malformed("`delta` is beyond what fits in"))?;
        Ok(self.added)
    }

    /// The service has this sum. Returns whether that is more than was known.
    fn has(&mut self, sum: i64) -> bool {
        let is_more = sum > self.stored;
        self.stored = self.stored.max(sum);
        is_more
    }
}

/// Answers once the service has this sum. Once it was added, it may get there with a later one: no failure is definite.
async fn store(network: Network, tally: Rc<RefCell<Tally>>, sum: i64) -> Result<Body, RpcError> {
    let (kv, key) = (Kv::seq(&network), key(network.me()));
    let mut failed = 0;
    loop {
        let (stored, added) = (tally.borrow().stored, tally.borrow().added);
        if stored >= sum {
            return Ok(body("add_ok", Value::Null));
        }
        let outcome = match kv.cas_or_create(&key, &stored, &added).await {
            Ok(Swap::Done) => Ok(Some(added)),
            // An earlier attempt was done after all, or another request's.
            Ok(Swap::Missing | Swap::Mismatch) => kv.read(&key).await,
            Err(error) => Err(error),
        };
        let failure = match outcome {
            Ok(sum) if tally.borrow_mut().has(sum.unwrap_or(0)) => continue,
            Ok(sum) => RpcError::new(
                RpcError::CRASH,
                format!("seq-kv has {sum:?} where it had {stored}, and does not take {added}"),
            ),
            Err(error) => error,
        };
        failed += 1;
        if failed == ATTEMPTS {
            return Err(RpcError::new(RpcError::TIMEOUT, failure.text));
        }
        // Who has not waited for an answer waits before he asks again.
        if failure.code != RpcError::TIMEOUT {
            network.pause(PAUSE).await;
        }
    }
}

/// The sum of all nodes' sums. Who only reads may be told of a state long gone; who has written sees nothing older than that.
async fn read(network: Network, tally: Rc<RefCell<Tally>>) -> Result<Body, RpcError> {
    let kv = Kv::seq(&network);
    let count = {
        let mut tally = tally.borrow_mut();
        tally.reads += 1;
        tally.reads
    };
    let unable = |error: RpcError| RpcError::new(RpcError::TEMPORARILY_UNAVAILABLE, error.text);
    kv.write(&format!("{}-reads", network.me()), &count).await.map_err(unable)?;
    let calls: Vec<Call<Option<i64>>> =
        network.members().iter().map(|member| kv.read(&key(*member))).collect();
    let mut value: i64 = 0;
    for call in calls {
        value = value.saturating_add(call.await.map_err(unable)?.unwrap_or(0));
    }
    Ok(body("read_ok", json!({ "value": value })))
}

/// The key of a node's sum.
fn key(node: NodeId) -> String {
    format!("{node}-sum")
}
