//! A replicated counter: add and read, linearizable, over Raft.
//!
//! The smallest state machine that shows whether a command is applied once: a retried `add` that counts twice is seen by every
//! later read.
//!
//! ```
//! use seatrial_counter::{Add, CounterState, Sum};
//! use seatrial_service::StateMachine;
//!
//! let mut counter = CounterState::default();
//! assert_eq!(counter.apply(Add(5)), Sum::Total(5));
//! assert_eq!(counter.apply(Add(-2)), Sum::Total(3));
//! assert_eq!(counter.apply(Add(i64::MAX)), Sum::Overflow);
//! ```

use seatrial_node::WireError;
use seatrial_service::{StateMachine, decode, encode};
use serde::{Deserialize, Serialize};

#[cfg(feature = "mutants")]
pub use seatrial_service::Mutant;
pub use seatrial_service::{Config, Event, Op, RaftConfig, Request, Response};

/// Adds this much to the counter, if it has room for that. Answers the total that it makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Add(pub i64);

/// Asks for the total.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Read;

/// What a counter answers.
///
/// Its form in bytes is that of a whole number, the total; one that no counter has room for stands for an overflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "i128", into = "i128")]
pub enum Sum {
    /// The total.
    Total(i64),
    /// The sum would lie beyond `i64`: nothing was added.
    Overflow,
}

impl From<i128> for Sum {
    fn from(number: i128) -> Self {
        i64::try_from(number).map_or(Self::Overflow, Self::Total)
    }
}

impl From<Sum> for i128 {
    fn from(sum: Sum) -> Self {
        match sum {
            Sum::Total(total) => total.into(),
            Sum::Overflow => Self::from(i64::MAX) + 1,
        }
    }
}

/// A number that begins at zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CounterState {
    total: i64,
}

impl StateMachine for CounterState {
    type Command = Add;
    type Query = Read;
    type Output = Sum;

    fn apply(&mut self, Add(amount): Add) -> Sum {
        let Some(total) = self.total.checked_add(amount) else { return Sum::Overflow };
        self.total = total;
        Sum::Total(total)
    }

    fn query(&self, _: &Read) -> Sum {
        Sum::Total(self.total)
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

/// What a client of a [`Counter`] is answered: the total, or that it has no room.
pub type CounterResponse = Response<Sum>;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_the_counter_has_no_room_for_is_refused_and_changes_nothing() {
        let mut counter = CounterState::default();
        assert_eq!(counter.apply(Add(i64::MAX)), Sum::Total(i64::MAX));
        assert_eq!(counter.apply(Add(1)), Sum::Overflow);
        assert_eq!(counter.query(&Read), Sum::Total(i64::MAX));
        assert_eq!(counter.apply(Add(i64::MIN)), Sum::Total(-1));
        assert_eq!(counter.apply(Add(i64::MIN)), Sum::Overflow);
        assert_eq!(counter.query(&Read), Sum::Total(-1));
    }

    #[test]
    fn an_answer_has_the_form_of_a_number() {
        for total in [0, 1, -1, 300, i64::MAX, i64::MIN] {
            assert_eq!(encode(&Sum::Total(total)), encode(&total));
            assert_eq!(decode(&encode(&total)), Ok(Sum::Total(total)));
        }
        assert_eq!(decode(&encode(&Sum::Overflow)), Ok(Sum::Overflow));
    }

    proptest! {
        #[test]
        fn the_total_is_the_sum_and_survives_a_snapshot(amounts in prop::collection::vec(any::<i32>(), 0..40)) {
            let mut counter = CounterState::default();
            for amount in &amounts {
                counter.apply(Add(i64::from(*amount)));
                counter = CounterState::restore(&counter.snapshot()).expect("a snapshot");
            }
            let sum = amounts.iter().map(|a| i64::from(*a)).sum::<i64>();
            prop_assert_eq!(counter.query(&Read), Sum::Total(sum));
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
