//! `seatrial explore`, as a user meets it.

use super::super::support::program::{Said, say};

fn explore(line: &str) -> Said {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    say(folder.path(), &format!("explore {line}"))
}

#[test]
fn what_holds_ends_with_0_and_says_how_much_was_looked_at() {
    let said = explore("causal-broadcast --messages 1");
    assert_eq!(said.code, Some(0), "{said:?}");
    for what in ["HOLDS  causal-broadcast, 3 nodes", "  executions    565 ", "  states        100 "]
    {
        assert!(said.out.contains(what), "{what:?} in {}", said.out);
    }
}

#[test]
fn what_is_violated_ends_with_1_and_is_told_step_by_step() {
    let line = "uniform-broadcast --messages 1 --mutant O15";
    let said = explore(line);
    assert_eq!(said.code, Some(1), "{said:?}");
    let order = [
        "VIOLATED  uniform-broadcast with urb-early",
        "n1, which never crashed, has not delivered message 1 of n0 by the end",
        "  seen    step 1",
        " explore uniform-broadcast --mutant urb-early --nodes 3 --messages 1 --crashes 1",
        "the schedule, 3 steps, and none is shorter",
        "   1  n0 is asked to broadcast",
        "   2  n0 receives message 1 of n0 from itself",
        "   3  n0 crashes",
        "\nexploration\n",
    ];
    let place =
        |what: &str| said.out.find(what).unwrap_or_else(|| panic!("{what:?} in {}", said.out));
    assert!(order.map(place).is_sorted(), "{}", said.out);
    let expected = explore(&format!("{line} --expect-violation"));
    assert_eq!((expected.code, expected.out), (Some(0), said.out));
}

#[test]
fn a_search_that_gives_up_ends_with_3() {
    let said = explore("uniform-broadcast --limit 100");
    assert_eq!(said.code, Some(3), "{said:?}");
    assert!(said.out.contains("UNKNOWN") && said.out.contains("it gave up after 100 states"));
}

#[test]
fn what_cannot_be_explored_is_refused_with_what_can() {
    for (line, says) in [
        ("echo", "there is no exhaustive search of `echo`"),
        ("uniform-brodcast", "did you mean `uniform-broadcast`"),
        ("uniform-broadcast --mutant urb-erly", "did you mean `urb-early`"),
        ("uniform-broadcast --crashes 2", "let 1 crash at most"),
        ("uniform-broadcast --nodes 9", "has 1 to 8"),
        ("uniform-broadcast --messages 0", "there are 1 to 8"),
        ("uniform-broadcast --limit 0", "1 or more"),
    ] {
        let said = explore(line);
        assert_eq!(said.code, Some(2), "{line}: {said:?}");
        assert!(said.err.contains(says), "{says:?} in {}", said.err);
    }
}
