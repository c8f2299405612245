//! What may go wrong, how far a search goes, and when two states count as one.

use seatrial_history::Violation;
use seatrial_node::{Fact, NodeId};

use super::nodes::{Do, Doer, asked, collect, fine, number};
use crate::{Arrivals, Exploration, Extent, Identity, Reduction, Sight, Told};

/// All that is told at ends of executions, in order and once each.
fn ends(small: &Exploration<Doer>) -> Vec<Vec<u64>> {
    let mut told = Vec::new();
    small.explore(Reduction::Nothing, collect(&mut told));
    told.sort_unstable();
    told.dedup();
    told
}

/// How many executions and states there are; the same ones, whatever is left out.
fn counts(small: &Exploration<Doer>) -> (u128, u64) {
    let [all, classes, merged] = [Reduction::Nothing, Reduction::Classes, Reduction::States]
        .map(|how| small.explore(how, fine));
    assert_eq!((all.states, all.ends_digest), (merged.states, merged.ends_digest));
    assert_eq!((all.states, all.ends_digest), (classes.states, classes.ends_digest));
    assert_eq!(all.executions, merged.executions);
    (all.executions.expect("all of them end"), all.states)
}

#[test]
fn a_message_may_be_lost_as_often_as_is_allowed() {
    let two = || asked(2, &[(0, Do::Tell(NodeId(1), 1)), (0, Do::Tell(NodeId(1), 2))]);
    assert_eq!(ends(&two()), [[1, 2], [2, 1]]);
    let one_lost = [vec![1], vec![1, 2], vec![2], vec![2, 1]];
    assert_eq!(ends(&two().with_losses(1)), one_lost);
    assert_eq!(ends(&two().with_losses(2)).len(), 1 + one_lost.len());
    // Asked, and then delivered or lost.
    let one = asked(2, &[(0, Do::Tell(NodeId(1), 1))]).with_losses(1);
    assert_eq!(counts(&one), (2, 1 + 1 + 2));
}

/// r for the request, c for a crash and s for a start: r; r c; r c s; c; c s r. A crash need not be followed by a start. With a second crash
/// also r c s c; c s c; c s r c.
#[test]
fn who_has_crashed_may_start_again_as_often_as_is_allowed() {
    let small = || asked(1, &[(0, Do::Draw(1))]).with_crashes(1);
    assert_eq!(counts(&small()).0, 3);
    assert_eq!(counts(&small().with_restarts(1)).0, 5);
    assert_eq!(counts(&small().with_crashes(2).with_restarts(1)).0, 8);
}

/// Whether somewhere something is told by n1 in a life after its first.
fn hears_after_restart(small: &Exploration<Doer>) -> bool {
    let mut heard = false;
    small.explore(Reduction::States, |sight| {
        let of_n1: Vec<Fact> =
            sight.told.iter().filter(|told| told.node == NodeId(1)).map(|told| told.fact).collect();
        heard |= of_n1.ends_with(&[Fact::Started { life: 2 }, number(7)]);
        None
    });
    heard
}

#[test]
fn what_is_under_way_to_a_node_that_is_down_may_find_it_up_again() {
    let small = || asked(2, &[(0, Do::Tell(NodeId(1), 7))]).with_crashes(1);
    assert!(!hears_after_restart(&small()));
    assert!(hears_after_restart(&small().with_restarts(1)));
}

#[test]
fn what_a_crash_leaves_of_what_was_not_synced_is_left_to_chance() {
    let states = |small: Exploration<Doer>| small.explore(Reduction::States, fine).states;
    let small = || asked(1, &[(0, Do::Sync)]).with_crashes(1);
    // Down before the request, and after it with none, one or both of the syncs done.
    let down = 4;
    assert_eq!(states(small()), 4 + down);
    // Where the disk is done at once, there is nothing to lose. r, c and s as above: nothing; r; c; r c; c s; r c s; c s r.
    assert_eq!(states(small().with_restarts(1).with_prompt_disks()), 7);
    // Else each of two files that were made, written and not synced is there, or empty, or not there.
    assert!(states(small().with_restarts(1)) > 7 + 9);
}

#[test]
fn no_more_timers_come_due_than_are_allowed_and_what_waits_for_one_is_not_over() {
    let small = || asked(1, &[(0, Do::Wait(1)), (0, Do::Wait(2))]);
    assert_eq!(ends(&small().with_timers(2)), ends(&small()));
    assert_eq!(ends(&small().with_timers(1)), Vec::<Vec<u64>>::new());
    let mut told = 0;
    small().with_timers(1).explore(Reduction::States, |sight| {
        told = told.max(sight.told.len());
        None
    });
    assert_eq!(told, 2, "the start, and one timer");
}

/// n1 may hear a message or not before it crashes; the world is the same afterwards, but two steps old or one.
#[test]
fn a_bound_on_depth_leaves_out_what_lies_deeper_and_nothing_else() {
    let small = || {
        asked(3, &[(2, Do::Draw(1)), (2, Do::Draw(1)), (0, Do::Draw(1))])
            .having_asked(NodeId(0), Do::Tell(NodeId(1), 7))
            .with_crashes(1)
            .with_identity(Identity::World)
    };
    let whole = small().explore(Reduction::States, fine);
    assert_eq!((whole.extent, whole.depth), (Extent::Complete, 5));
    for depth in 1..=6 {
        let bounded = small().with_depth(depth);
        let all = bounded.explore(Reduction::Nothing, fine);
        let merged = bounded.explore(Reduction::States, fine);
        assert_eq!(merged.states, all.states, "within {depth} steps");
        assert_eq!(merged.extent, all.extent);
        assert_eq!(merged.extent == Extent::Complete, depth >= 5);
        assert_eq!(merged.executions.is_some(), depth >= 5, "not all are known");
        assert_eq!(merged.depth, depth.min(5));
    }
    assert_eq!(small().with_depth(6).explore(Reduction::States, fine).states, whole.states);
}

/// Two messages to one node, each from another: what it has heard, in which order, or only what is left.
#[test]
fn states_are_told_apart_by_as_much_of_the_past_as_is_said() {
    let asks = [(0, Do::Tell(NodeId(2), 1)), (1, Do::Tell(NodeId(2), 2))];
    let states =
        |identity| asked(3, &asks).with_identity(identity).explore(Reduction::States, fine).states;
    assert_eq!(states(Identity::Told), 1 + 4 + 5);
    // Nobody's own state changes: for each message it counts whether it was asked for, and whether it is under way.
    assert_eq!(states(Identity::World), 3 * 3);
    let how_many: fn(&[Told], &mut dyn std::hash::Hasher) =
        |told, hasher| hasher.write_usize(told.len());
    assert_eq!(states(Identity::By(how_many)), 3 * 3);
    let last: fn(&[Told], &mut dyn std::hash::Hasher) = |told, hasher| {
        if let Some(Told { fact: Fact::Commit { index }, .. }) = told.last() {
            hasher.write_u64(*index);
        }
    };
    assert_eq!(states(Identity::By(last)), 3 * 3 + 1);
}

#[test]
fn equal_messages_that_arrive_often_are_one() {
    let twice = [(0, Do::Tell(NodeId(1), 7)), (0, Do::Tell(NodeId(1), 7))];
    let states = |arrivals| {
        let small = asked(2, &twice).with_identity(Identity::World).with_arrivals(arrivals);
        small.explore(Reduction::States, fine).states
    };
    // None asked; one asked, and under way or not; both, and two, one or none under way.
    assert_eq!(states(Arrivals::Once), 1 + 2 + 3);
    // None, one or both asked: what was sent once is under way for ever.
    assert_eq!(states(Arrivals::Often), 3);
}

#[test]
fn an_execution_is_over_when_nobody_heeds_what_is_left() {
    let small =
        |arrivals| asked(2, &[(0, Do::Tell(NodeId(1), Doer::IGNORED))]).with_arrivals(arrivals);
    let over = |arrivals| {
        let mut over = 0;
        let explored = small(arrivals).explore(Reduction::States, |sight: &Sight<'_, Doer>| {
            over += u32::from(sight.is_over);
            None::<Violation>
        });
        (explored.states, explored.executions, over)
    };
    assert_eq!(over(Arrivals::Once), (3, Some(1), 1));
    assert_eq!(over(Arrivals::OnceHeeded), (2, Some(1), 1));
    assert_eq!(over(Arrivals::Often), (2, Some(1), 1));
}
