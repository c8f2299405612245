//! The history of the clients of a register, as their nodes tell it: what of it counts for a state, and whether it is linearizable.

use std::hash::{Hash, Hasher};

use seatrial_node::Fact;
use seatrial_search::Told;

/// So many clients are told apart.
const CLIENTS: usize = 8;

/// An operation of a client, which has no two at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Op {
    client: usize,
    /// What it writes; none where it reads.
    write: Option<u64>,
    /// What it has returned, if it has: for a read the value, and zero for a write.
    returned: Option<u64>,
    /// How many operations each client had completed when this one was invoked: those precede it (Herlihy and Wing 1990, §2.1).
    before: [u8; CLIENTS],
}

/// Takes into the hasher each client's operations in their order, with what preceded each in real time.
pub(crate) fn take(told: &[Told], mut hasher: &mut dyn Hasher) {
    let operations = operations(told);
    for client in 0..CLIENTS {
        for op in operations.iter().filter(|op| op.client == client) {
            (client, op.write, op.returned, op.before).hash(&mut hasher);
        }
    }
}

/// Whether there is an order of these operations that a register of one value allows, the order in real time kept.
pub(crate) fn is_linearizable(told: &[Told]) -> bool {
    let operations = operations(told);
    can_go_on(&operations, 0, 0, [0; CLIENTS])
}

fn operations(told: &[Told]) -> Vec<Op> {
    let first = told.iter().map(|told| told.node.0).min().unwrap_or_default();
    let mut operations: Vec<Op> = Vec::with_capacity(told.len());
    let mut done = [0; CLIENTS];
    for Told { node, fact, .. } in told {
        let client = (node.0 - first) as usize;
        match *fact {
            Fact::Send { digest, .. } => {
                let write = (digest != 0).then_some(digest);
                operations.push(Op { client, write, returned: None, before: done });
            }
            Fact::Deliver { digest, .. } => {
                let open = operations.iter_mut().rev().find(|op| op.client == client);
                open.expect("an answer follows a request").returned = Some(digest);
                done[client] += 1;
            }
            _ => {}
        }
    }
    operations
}

/// Whether what is left of the operations can follow, where these, a bit each, have taken effect, so many of each client, and the value is this.
fn can_go_on(operations: &[Op], taken: u32, value: u64, counts: [u8; CLIENTS]) -> bool {
    let is_open = |place: usize| taken & (1 << place) == 0;
    let is_done = |(place, op): (usize, &Op)| !is_open(place) || op.returned.is_none();
    if operations.iter().enumerate().all(is_done) {
        return true;
    }
    operations.iter().enumerate().any(|(place, op)| {
        let may_come = is_open(place)
            && (0..CLIENTS)
                .all(|client| client == op.client || op.before[client] <= counts[client])
            && op.before[op.client] == counts[op.client];
        let fits = op.write.is_some() || op.returned.is_none_or(|read| read == value);
        let mut after = counts;
        after[op.client] += 1;
        let value = op.write.unwrap_or(value);
        may_come && fits && can_go_on(operations, taken | 1 << place, value, after)
    })
}
