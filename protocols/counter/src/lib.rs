//! A replicated counter: add and read, linearizable, over Raft.
//!
//! The smallest state machine that shows whether a command is applied once: a retried `add` that counts twice is seen by every
//! later read.
//!
//! ```
//! use seatrial_counter::{Add, CounterState};
//! use seatrial_service::StateMachine;
//!
//! let mut counter = CounterState::default();
//! assert_eq!(counter.apply(Add(5)), 5);
//! assert_eq!(counter.apply(Add(-2)), 3);
//! ```

use seatrial_node::WireError;
use seatrial_service::{StateMachine, decode, encode};
use serde::{Deserialize, Serialize};

#[cfg(feature = "mutants")]
pub use seatrial_service::Mutant;
pub use seatrial_service::{Config, Event, Op, RaftConfig, Request, Response};

/// Adds this much to the counter, which wraps around at the ends of `i64`. Answers the total that it makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Add(pub i64);

/// Asks for the total.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Read;

/// A number that begins at zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CounterState {
    total: i64,
}

impl StateMachine for CounterState {
    type Command = Add;
    type Query = Read;
    type Output = i64;

    fn apply(&mut self, Add(amount): Add) -> i64 {
        self.total = self.total.wrapping_add(amount);
        self.total
    }

    fn query(&self, _: &Read) -> i64 {
        self.total
    }

    fn snapshot(&self) -> Vec<u8> {
        encode(&self.total)
    }

    fn restore(bytes: &[u8]) -> Result<Self, WireError> {
        Ok(Self { total: decode(bytes)? })
    }
}

/// A member of a cluster that replicates a counter.
pub type Counter = seatrial_service::Service<CounterState>;

/// What a client asks of a [`Counter`].
pub type CounterRequest = Request<Add, Read>;

/// What a client of a [`Counter`] is answered: the total.
pub type CounterResponse = Response<i64>;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_counter_wraps_around_and_does_not_panic() {
        let mut counter = CounterState::default();
        counter.apply(Add(i64::MAX));
        assert_eq!(counter.apply(Add(1)), i64::MIN);
        assert_eq!(counter.query(&Read), i64::MIN);
    }

    proptest! {
        #[test]
        fn the_total_is_the_sum_and_survives_a_snapshot(amounts in prop::collection::vec(any::<i32>(), 0..40)) {
            let mut counter = CounterState::default();
            for amount in &amounts {
                counter.apply(Add(i64::from(*amount)));
                counter = CounterState::restore(&counter.snapshot()).expect("a snapshot");
            }
            prop_assert_eq!(counter.query(&Read), amounts.iter().map(|a| i64::from(*a)).sum::<i64>());
        }

        #[test]
        fn no_bytes_make_decoding_panic(bytes in prop::collection::vec(any::<u8>(), 0..20)) {
            let _ = CounterState::restore(&bytes);
            if let Ok(add) = decode::<Add>(&bytes) {
                prop_assert_eq!(decode(&encode(&add)), Ok(add));
            }
        }
    }
}
