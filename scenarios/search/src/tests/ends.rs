//! How a search ends, and what it finds.

use seatrial_history::Violation;
use seatrial_node::{Fact, NodeId};

use super::nodes::Doer;
use super::nodes::{CRASHED, Do, asked, fine, number};
use crate::{Choice, Extent, Reduction, Sight};

/// Wrong is whatever announces this number.
fn forbids(index: u64) -> impl FnMut(&Sight<'_, Doer>) -> Option<Violation> {
    move |sight| {
        let told = sight.told.iter().find(|told| told.fact == number(index))?;
        Some(Violation {
            property: "forbidden",
            source: "this test",
            explanation: format!("{} announces {index}", told.node),
            at: None,
            evidence: Vec::new(),
        })
    }
}

#[test]
fn the_shortest_schedule_is_found_and_replays() {
    let asks = [
        (0, Do::Tell(NodeId(1), 1)),
        (0, Do::Tell(NodeId(2), 2)),
        (1, Do::Tell(NodeId(2), 3)),
        (2, Do::Draw(5)),
    ];
    let small = asked(3, &asks);
    for how in [Reduction::Nothing, Reduction::Classes, Reduction::States] {
        let explored = small.explore(how, forbids(2));
        assert!(explored.is_shortest && !explored.holds());
        assert_eq!(explored.extent, Extent::Violation);
        let found = explored.counterexample.expect("it can be drawn at once");
        let [line] = &found.lines[..] else { panic!("{found}") };
        assert_eq!(
            (line.choice, &line.chance[..]),
            (Choice::Ask { index: 3, node: NodeId(2) }, &[2][..])
        );
        assert_eq!(line.told.len(), 1);
        assert_eq!(small.replay(&found.lines, forbids(2)), Ok(Some(found.violation.clone())));
        assert_eq!(small.replay(&found.lines, forbids(9)), Ok(None));
        let twice = [line.clone(), line.clone()];
        assert_eq!(small.replay(&twice, fine), Err(1), "it is asked that once only");
    }
}

#[test]
fn a_nodes_panic_is_found() {
    let small = asked(2, &[(0, Do::Tell(NodeId(1), 1)), (1, Do::Fail)]);
    let explored = small.explore(Reduction::States, fine);
    let found = explored.counterexample.expect("it panics");
    assert_eq!((found.violation.property, found.lines.len()), ("no panic", 1));
    assert!(found.to_string().ends_with("1  n1 is asked to do something"), "{found}");
}

#[test]
fn a_search_that_gives_up_says_so() {
    let small = asked(3, &[(0, Do::Tell(NodeId(1), 1)), (1, Do::Tell(NodeId(2), 2))]);
    let states = small.explore(Reduction::States, fine).states;
    let explored = small.with_limit(states - 1).explore(Reduction::States, fine);
    assert_eq!((explored.extent, explored.executions), (Extent::Limit, None));
}

#[test]
fn a_choice_of_too_many_values_leaves_the_search_incomplete() {
    let explored = asked(1, &[(0, Do::Draw(1_000))]).explore(Reduction::States, fine);
    assert_eq!(explored.extent, Extent::Chance("dice"));
    assert!(!explored.holds());
}

/// What a crashed node has sent may come or not; what others have sent must.
#[test]
fn what_a_crashed_node_has_sent_may_be_lost() {
    let ends = |crashes| {
        let mut ends = Vec::new();
        let small = asked(2, &[(0, Do::Tell(NodeId(1), 7))]).with_crashes(crashes);
        small.explore(Reduction::States, |sight| {
            let up = |node| sight.node(NodeId(node)).is_some();
            let heard = sight.told.iter().any(|told| told.fact == number(7));
            if sight.is_over && up(1) {
                ends.push((up(0), heard));
            }
            None
        });
        ends.sort_unstable();
        ends.dedup();
        ends
    };
    assert_eq!(ends(0), [(true, true)]);
    assert_eq!(ends(1), [(false, false), (false, true), (true, true)]);
}

#[test]
fn every_node_that_is_up_is_told_of_every_crash() {
    let small = asked(3, &[]).with_crashes(2).with_notices(|_| CRASHED);
    let explored = small.explore(Reduction::States, |sight| {
        let crashes = sight.told.iter().filter(|told| told.fact == Fact::Crashed).count();
        let count = |node| {
            let notice =
                |told: &&crate::Told| told.node == NodeId(node) && told.fact == number(CRASHED);
            sight.told.iter().filter(notice).count()
        };
        let missed =
            (0..3).find(|node| sight.node(NodeId(*node)).is_some() && count(*node) != crashes);
        let missed = missed.filter(|_| sight.is_over)?;
        Some(Violation {
            property: "notice",
            source: "this test",
            explanation: format!("n{missed} was told {} times of {crashes} crashes", count(missed)),
            at: None,
            evidence: Vec::new(),
        })
    });
    assert!(explored.holds(), "{explored:?}");
}
