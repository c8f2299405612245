//! The laws of version vectors, and dotted version vectors against sets of updates written out in full.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use seatrial_node::NodeId;

use crate::{Dot, Siblings, VersionVector};

fn any_version() -> impl Strategy<Value = VersionVector> {
    proptest::collection::vec((0_u32..5, 0_u64..4), 0..5)
        .prop_map(|numbers| numbers.into_iter().map(|(node, n)| (NodeId(node), n)).collect())
}

fn merged(a: &VersionVector, b: &VersionVector) -> VersionVector {
    let mut merged = a.clone();
    merged.merge(b);
    merged
}

/// What happens at a store with three replicas and a few clients.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// A client reads from a replica, and knows that in place of what it knew.
    Read { client: usize, replica: usize },
    /// A client writes at a replica, knowing what it has read.
    Write { client: usize, replica: usize },
    /// A replica takes in the siblings of another.
    Sync { from: usize, to: usize },
}

const REPLICAS: usize = 3;
const CLIENTS: usize = 3;

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (0..CLIENTS, 0..REPLICAS).prop_map(|(client, replica)| Step::Read { client, replica }),
        (0..CLIENTS, 0..REPLICAS).prop_map(|(client, replica)| Step::Write { client, replica }),
        (0..REPLICAS, 0..REPLICAS).prop_map(|(from, to)| Step::Sync { from, to }),
    ];
    proptest::collection::vec(step, 1..40)
}

/// The store, and beside it the truth: for each write the set of writes that its writer knew.
#[derive(Default)]
struct Store {
    replicas: [Siblings<Dot>; REPLICAS],
    clients: [VersionVector; CLIENTS],
    known_to_client: [BTreeSet<Dot>; CLIENTS],
    seen_at_replica: [BTreeSet<Dot>; REPLICAS],
    known_to_writer: BTreeMap<Dot, BTreeSet<Dot>>,
}

impl Store {
    fn run(steps: &[Step]) -> Self {
        let mut store = Self::default();
        steps.iter().for_each(|step| store.take(*step));
        store
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Read { client, replica } => {
                self.clients[client] = self.replicas[replica].context();
                self.known_to_client[client] = self.seen_at_replica[replica].clone();
            }
            Step::Write { client, replica } => {
                let node = NodeId(u32::try_from(replica).expect("a few replicas"));
                let dot = self.replicas[replica].put(
                    node,
                    &self.clients[client],
                    Dot { node, number: 0 },
                );
                let known = self.known_to_client[client].clone();
                self.seen_at_replica[replica].extend(known.iter().copied());
                self.seen_at_replica[replica].insert(dot);
                let twice = self.known_to_writer.insert(dot, known);
                assert!(twice.is_none(), "{dot:?} names two writes");
            }
            Step::Sync { from, to } => {
                let theirs = self.replicas[from].clone();
                self.replicas[to].merge(theirs);
                let seen = self.seen_at_replica[from].clone();
                self.seen_at_replica[to].extend(seen);
            }
        }
    }

    /// The writes seen at a replica that no writer of another one seen there knew.
    fn expected(&self, replica: usize) -> Vec<Dot> {
        let seen = &self.seen_at_replica[replica];
        let replaced =
            |dot: &Dot| seen.iter().any(|other| self.known_to_writer[other].contains(dot));
        seen.iter().copied().filter(|dot| !replaced(dot)).collect()
    }
}

fn dots<T>(siblings: &Siblings<T>) -> Vec<Dot> {
    siblings.iter().map(|(version, _)| version.dot).collect()
}

fn synced(a: &Siblings<Dot>, b: &Siblings<Dot>) -> Siblings<Dot> {
    let mut synced = a.clone();
    synced.merge(b.clone());
    synced
}

proptest! {
    #[test]
    fn merging_version_vectors_is_a_join(a in any_version(), b in any_version(), c in any_version()) {
        let join = merged(&a, &b);
        prop_assert!(join.descends(&a) && join.descends(&b));
        prop_assert!(!(c.descends(&a) && c.descends(&b)) || c.descends(&join));
        prop_assert_eq!(&join, &merged(&b, &a));
        prop_assert_eq!(merged(&join, &c), merged(&a, &merged(&b, &c)));
        prop_assert_eq!(merged(&a, &a), a);
    }

    #[test]
    fn a_version_vector_descends_where_it_contains_every_update(a in any_version(), b in any_version()) {
        let updates = |(node, last)| (1..=last).map(move |number| Dot { node, number });
        prop_assert_eq!(a.descends(&b), b.iter().flat_map(updates).all(|dot| a.contains(dot)));
        prop_assert_eq!(a.is_concurrent_with(&b), !a.descends(&b) && !b.descends(&a));
    }

    #[test]
    fn siblings_are_exactly_the_writes_that_nobody_replaced(steps in steps()) {
        let store = Store::run(&steps);
        for replica in 0..REPLICAS {
            prop_assert_eq!(dots(&store.replicas[replica]), store.expected(replica));
        }
    }

    #[test]
    fn siblings_are_concurrent_and_their_context_replaces_them_all(steps in steps()) {
        for mut siblings in Store::run(&steps).replicas {
            let versions: Vec<_> = siblings.iter().map(|(version, _)| version.clone()).collect();
            for (at, version) in versions.iter().enumerate() {
                prop_assert!(versions[..at].iter().all(|other| other.is_concurrent_with(version)));
                prop_assert!(siblings.context().descends(&version.known()));
            }
            let dot = siblings.put(NodeId(9), &siblings.context(), Dot { node: NodeId(9), number: 1 });
            prop_assert_eq!(dots(&siblings), [dot]);
        }
    }

    #[test]
    fn syncing_replicas_is_a_join(steps in steps()) {
        let [a, b, c] = &Store::run(&steps).replicas;
        prop_assert_eq!(synced(a, b), synced(b, a));
        prop_assert_eq!(synced(&synced(a, b), c), synced(a, &synced(b, c)));
        prop_assert_eq!(&synced(a, a), a);
    }
}
