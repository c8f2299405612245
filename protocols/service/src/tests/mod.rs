//! A state machine to try the service with, a small cluster to run it in, and what must hold there.

mod cluster;
mod faults;
mod forwarding;
mod requests;
mod storage;

use std::collections::BTreeMap;

use seatrial_node::WireError;

use crate::{StateMachine, decode, encode};

/// Adds up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally(u64);

impl StateMachine for Tally {
    type Command = u64;
    type Query = ();
    type Output = u64;

    fn apply(&mut self, amount: u64) -> u64 {
        self.0 = self.0.wrapping_add(amount);
        self.0
    }

    fn query(&self, (): &()) -> u64 {
        self.0
    }

    fn snapshot(&self) -> Vec<u8> {
        encode(&self.0)
    }

    fn restore(bytes: &[u8]) -> Result<Self, WireError> {
        decode(bytes).map(Self)
    }
}

/// Counts how often it has applied each command; answers how often that was now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ledger(pub(crate) BTreeMap<u64, u64>);

impl StateMachine for Ledger {
    type Command = u64;
    type Query = u64;
    type Output = u64;

    fn apply(&mut self, id: u64) -> u64 {
        let times = self.0.entry(id).or_default();
        *times += 1;
        *times
    }

    fn query(&self, id: &u64) -> u64 {
        self.0.get(id).copied().unwrap_or(0)
    }

    fn snapshot(&self) -> Vec<u8> {
        encode(&self.0)
    }

    fn restore(bytes: &[u8]) -> Result<Self, WireError> {
        decode(bytes).map(Self)
    }
}
