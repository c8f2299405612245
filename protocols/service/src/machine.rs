//! What a user writes: the state machine that is replicated.

use seatrial_node::WireError;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A deterministic state machine (Schneider 1990). Every member runs one, from the same initial state, through the same
/// commands in the same order, so all of them go through the same states.
///
/// "Deterministic" is the user's part of the bargain: the same state and the same command give the same state and the same
/// output, on every member and in every life. No clock, no chance, no unordered map, no address.
///
/// [`Default::default`] is the initial state. Commands, queries and outputs cross the network and outlive processes, so they
/// have a byte form through serde; a type whose `Serialize` fails, or that `Deserialize` does not read back, breaks the bargain.
/// The [crate's page](crate) has a complete state machine.
pub trait StateMachine: Default {
    /// What changes the state.
    type Command: Clone + Serialize + DeserializeOwned;
    /// What only looks at it.
    type Query: Clone + Serialize + DeserializeOwned;
    /// What a client is answered to either. The service keeps the last one of each session, so cloning one should be cheap.
    type Output: Clone + Serialize + DeserializeOwned;

    /// Applies one committed command. Refuse a bad command by an output that says so, never by a panic: a panic would take down
    /// every member, and again after every restart.
    fn apply(&mut self, command: Self::Command) -> Self::Output;

    /// Answers a query from the state as it is.
    fn query(&self, query: &Self::Query) -> Self::Output;

    /// The whole state in bytes. Equal states must give equal bytes: a checker compares members by them. [`encode`](crate::encode)
    /// does that for a type of ordered collections.
    fn snapshot(&self) -> Vec<u8>;

    /// The state whose snapshot these bytes are. Never panics, whatever the bytes are.
    ///
    /// # Errors
    /// Where the bytes are not a snapshot of any state.
    fn restore(bytes: &[u8]) -> Result<Self, WireError>;
}
