//! A replicated map: read, write, compare-and-set and delete, linearizable, over Raft.
//!
//! Keys are texts. Values are bytes behind a shared pointer ([`Value`]): a value of any length is copied once where it enters a
//! member, and only pointed at in the map, in answers and in the session table.
//!
//! ```
//! use seatrial_kv::{KvRequest, KvState, Output, compare_and_set, delete, read, write};
//! use seatrial_service::{Op, StateMachine};
//!
//! // What a client sends to any member of a cluster of `Kv`.
//! let request: KvRequest = KvRequest { client: 1, seq: 1, op: write("harbour", "Brest") };
//!
//! // What the members then do to the map.
//! let mut map = KvState::default();
//! let mut act = |op| match op {
//!     Op::Command(command) => map.apply(command),
//!     Op::Query(query) => map.query(&query),
//!     Op::Open => unreachable!("it is about sessions, not about the map"),
//! };
//! assert_eq!(act(request.op), Output::Written);
//! assert_eq!(act(read("harbour")), Output::Value("Brest".into()));
//! assert_eq!(act(compare_and_set("harbour", "Brest", "Cork")), Output::Written);
//! assert_eq!(act(compare_and_set("harbour", "Brest", "Oban")), Output::Mismatch("Cork".into()));
//! assert_eq!(act(compare_and_set("wharf", "Brest", "Oban")).error_code(), Some(20));
//! assert_eq!(act(delete("harbour")), Output::Deleted);
//! ```

mod map;
#[cfg(test)]
mod tests;
mod value;

pub use map::{
    Command, KvOp, KvRequest, KvResponse, KvState, Output, Query, compare_and_set, delete, read,
    write,
};
#[cfg(feature = "mutants")]
pub use seatrial_service::Mutant;
pub use seatrial_service::{Config, Event, Op, RaftConfig, Request, Response};
pub use value::Value;

/// A member of a cluster that replicates a map.
pub type Kv = seatrial_service::Service<KvState>;
