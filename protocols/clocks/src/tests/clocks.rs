//! The laws of Lamport, vector and hybrid clocks.

use std::cmp::Ordering;

use proptest::prelude::*;
use seatrial_node::{Duration, NodeId, WallTime};

use super::{NODES, Step, for_all_pairs, history};
use crate::{HybridClock, HybridTime, LamportClock, LimitError, VectorClock};

fn id(node: usize) -> NodeId {
    NodeId(u32::try_from(node).expect("a few nodes"))
}

fn lamport(steps: &[Step]) -> Vec<u64> {
    let mut clocks = [LamportClock::new(); NODES];
    let mut times: Vec<u64> = Vec::new();
    for step in steps {
        let clock = &mut clocks[step.node];
        let time = match step.receives {
            None => clock.tick(),
            Some(sent) => clock.receive(times[sent]).expect("far from the limit"),
        };
        times.push(time);
    }
    times
}

fn vector(steps: &[Step]) -> Vec<VectorClock> {
    let mut clocks = vec![VectorClock::new(); NODES];
    let mut times: Vec<VectorClock> = Vec::new();
    for step in steps {
        let clock = &mut clocks[step.node];
        match step.receives {
            None => clock.tick(id(step.node)),
            Some(sent) => clock.receive(id(step.node), &times[sent]),
        };
        times.push(clock.clone());
    }
    times
}

const SKEW: u64 = 50;

/// Hybrid times, and the largest wall clock of any node at each event. Wall clocks differ by up to the skew, and jump within it.
fn hybrid(steps: &[Step]) -> Vec<(HybridTime, WallTime)> {
    let mut clocks = [HybridClock::new(Duration::from_nanos(SKEW)); NODES];
    let mut times: Vec<(HybridTime, WallTime)> = Vec::new();
    let (mut now, mut largest) = (1_000, WallTime::default());
    for (index, step) in steps.iter().enumerate() {
        now += step.pause;
        let offset = (index as u64 * 31 + step.node as u64 * 17) % (SKEW + 1);
        let wall = WallTime::from_unix_nanos(now + offset);
        largest = largest.max(wall);
        let clock = &mut clocks[step.node];
        let time = match step.receives {
            None => clock.tick(wall),
            Some(sent) => clock.receive(times[sent].0, wall).expect("skews are within the bound"),
        };
        times.push((time, largest));
    }
    times
}

fn any_vector() -> impl Strategy<Value = VectorClock> {
    proptest::collection::vec((0_u32..5, 0_u64..4), 0..5)
        .prop_map(|numbers| numbers.into_iter().map(|(node, n)| (NodeId(node), n)).collect())
}

fn merged(a: &VectorClock, b: &VectorClock) -> VectorClock {
    let mut merged = a.clone();
    merged.merge(b);
    merged
}

proptest! {
    #[test]
    fn lamport_times_of_events_in_causal_order_are_in_that_order(steps in history()) {
        let times = lamport(&steps);
        for_all_pairs(&steps, |a, b, before| {
            prop_assert!(!before || times[a] < times[b]);
            Ok(())
        })?;
    }

    #[test]
    fn vector_times_are_in_order_exactly_where_events_are(steps in history()) {
        let times = vector(&steps);
        for_all_pairs(&steps, |a, b, before| {
            prop_assert_eq!(before, times[a] < times[b]);
            Ok(())
        })?;
    }

    #[test]
    fn hybrid_times_of_events_in_causal_order_are_in_that_order(steps in history()) {
        let times = hybrid(&steps);
        for_all_pairs(&steps, |a, b, before| {
            prop_assert!(!before || times[a].0 < times[b].0);
            Ok(())
        })?;
    }

    #[test]
    fn a_hybrid_time_is_never_ahead_of_the_largest_wall_clock(steps in history()) {
        for (time, largest) in hybrid(&steps) {
            prop_assert!(time.wall <= largest);
            prop_assert!(time.count as usize <= steps.len());
        }
    }

    #[test]
    fn a_hybrid_clock_survives_any_times(
        times in proptest::collection::vec((any::<u64>(), any::<u32>(), any::<u64>()), 1..20),
        drift in any::<u64>(),
    ) {
        let mut clock = HybridClock::new(Duration::from_nanos(drift));
        for (sent, count, wall) in times {
            let (before, wall) = (clock.latest(), WallTime::from_unix_nanos(wall));
            let sent = HybridTime { wall: WallTime::from_unix_nanos(sent), count };
            match clock.receive(sent, wall) {
                Ok(time) => prop_assert!(time > before && time > sent && time.wall >= wall),
                Err(error) => {
                    prop_assert!(error.ahead > error.max_drift);
                    prop_assert_eq!(clock.latest(), before);
                }
            }
        }
    }

    #[test]
    fn vector_clocks_are_partially_ordered(a in any_vector(), b in any_vector(), c in any_vector()) {
        prop_assert_eq!(a.partial_cmp(&a), Some(Ordering::Equal));
        prop_assert_eq!(a.partial_cmp(&b), b.partial_cmp(&a).map(Ordering::reverse));
        prop_assert_eq!(a <= b && b <= a, a == b);
        prop_assert!(!(a <= b && b <= c) || a <= c);
        let by_numbers = (0..5).all(|node| a.get(NodeId(node)) <= b.get(NodeId(node)));
        prop_assert_eq!(a <= b, by_numbers);
        prop_assert_eq!(a.is_concurrent_with(&b), ![a <= b, b <= a].contains(&true));
    }

    #[test]
    fn merging_vector_clocks_is_a_join(a in any_vector(), b in any_vector(), c in any_vector()) {
        let join = merged(&a, &b);
        prop_assert!(a <= join && b <= join);
        prop_assert!(!(a <= c && b <= c) || join <= c, "it is the least upper bound");
        prop_assert_eq!(&join, &merged(&b, &a));
        prop_assert_eq!(merged(&join, &c), merged(&a, &merged(&b, &c)));
        prop_assert_eq!(merged(&a, &a), a);
    }
}

#[test]
fn numbers_at_their_limits_are_refused_or_stand_still() {
    let mut clock = LamportClock::new();
    assert_eq!(clock.receive(u64::MAX), Err(LimitError { time: u64::MAX }));
    assert_eq!(clock.time(), 0);
    assert_eq!(clock.receive(LamportClock::LIMIT - 1), Ok(LamportClock::LIMIT));
    assert_eq!(clock.tick(), LamportClock::LIMIT + 1);
    let mut clock: VectorClock = [(NodeId(0), u64::MAX)].into_iter().collect();
    assert_eq!(clock.tick(NodeId(0)), u64::MAX);
}
