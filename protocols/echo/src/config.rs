//! The settings of an echo node.

use seatrial_node::Duration;

/// How an echo node behaves.
#[derive(Clone, Debug, Hash)]
pub struct Config {
    /// How long it waits for its neighbour before it asks again.
    pub retry_after: Duration,
    /// The bug that is planted, if any.
    #[cfg(feature = "mutants")]
    pub mutant: Option<Mutant>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            retry_after: Duration::from_millis(100),
            #[cfg(feature = "mutants")]
            mutant: None,
        }
    }
}

/// Bugs that can be planted, to see that they are found.
#[cfg(feature = "mutants")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mutant {
    /// An answer is not matched with its request, but given to whoever has waited longest.
    AnswerOldest,
}
