//! Nodes that are alike, and nodes that only seem so.

use seatrial_node::NodeId;

use super::nodes::{CRASHED, Do, asked, fine, number};
use crate::{Explored, Extent, Reduction, Sight};
use seatrial_history::Violation;

const ALL: [NodeId; 4] = [NodeId(0), NodeId(1), NodeId(2), NodeId(3)];

/// None, one, two or three have crashed, whoever they are.
#[test]
fn states_in_which_alike_nodes_have_changed_places_are_one() {
    let small = || asked(4, &[]).with_crashes(3);
    let whole = small().explore(Reduction::States, fine);
    assert_eq!(whole.states, 1 + 4 + 6 + 4);
    let reduced = small().with_symmetry(&ALL).explore(Reduction::States, fine);
    assert_eq!((reduced.states, reduced.depth, reduced.extent), (4, 3, Extent::Complete));
    assert_eq!(reduced.executions, None, "they are not counted by state");
    // n0 stays in its place: it is up or down, and so many of the others are down.
    let but_one = small().with_symmetry(&ALL[1..]).explore(Reduction::States, fine);
    assert_eq!(but_one.states, 4 + 3);
}

/// Of three nodes that hear of crashes, in any order: what each has told counts, and the names in it change places, too.
#[test]
fn what_was_told_changes_places_with_who_told_it() {
    let small = || asked(3, &[]).with_crashes(2).with_notices(|_| CRASHED);
    let whole = small().explore(Reduction::States, fine);
    let reduced = small().with_symmetry(&ALL[..3]).explore(Reduction::States, fine);
    // No crash; one, and of two others each told or not; two, of which one was told of the other, or the other of it, or neither, and the
    // third told of each or not.
    assert_eq!(whole.states, 1 + 3 * 4 + 3 * 3 * 4);
    // Up to names: no crash; one, and none, one or both told; two, neither told, and the third told of none, one or both; or one told, and
    // the third told of each or not.
    assert_eq!(reduced.states, 1 + 3 + 3 + 4);
}

fn forbids(sight: &Sight<'_, super::nodes::Doer>) -> Option<Violation> {
    let told = sight.told.iter().filter(|told| told.fact == number(CRASHED)).count();
    (told == 2).then(|| Violation {
        property: "two notices",
        source: "this test",
        explanation: "two nodes were told".to_owned(),
        at: None,
        evidence: Vec::new(),
    })
}

#[test]
fn what_is_wrong_is_found_up_to_symmetry_in_as_few_steps() {
    let small = || asked(3, &[]).with_crashes(1).with_notices(|_| CRASHED);
    let steps = |explored: Explored| explored.counterexample.map(|found| found.lines.len());
    let whole = steps(small().explore(Reduction::States, forbids));
    let reduced = small().with_symmetry(&ALL[..3]);
    let explored = reduced.explore(Reduction::States, forbids);
    let lines = explored.counterexample.clone().expect("two are told").lines;
    assert!(reduced.replay(&lines, forbids).expect("it can be made again").is_some());
    assert_eq!((whole, steps(explored)), (Some(3), Some(3)));
}

/// n0 sends to n1 first and to n2 later, so those are not alike, whatever was said.
#[test]
fn nodes_that_only_seem_alike_are_found_out() {
    let asks = [(0, Do::Tell(NodeId(1), 7)), (0, Do::Tell(NodeId(2), 7))];
    let explored = asked(3, &asks).with_symmetry(&ALL[1..3]).explore(Reduction::States, fine);
    assert_eq!(explored.extent, Extent::Unlike);
    assert!(!explored.holds());
    // Who is asked is not alike to anybody, and is left out.
    let explored = asked(3, &asks).with_symmetry(&ALL[..2]).explore(Reduction::States, fine);
    assert!(explored.holds());
}
