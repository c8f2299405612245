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
        ("raft-kv", "there is no exhaustive search of `raft-kv`"),
        (
            "raft-election --messages 1",
            "nobody asks raft-election for anything: leave the messages out",
        ),
        ("raft-election --crashes 1 --restarts 2", "2 restarts of 1 crashes: only who has crashed"),
        ("raft-election --depth 0", "has 1 step or more"),
        (
            "uniform-broadcast --restarts 1",
            "nothing of nodes that start again: leave the restarts out",
        ),
        ("uniform-broadcast --losses 1", "nothing where messages are lost: leave the losses out"),
        ("uniform-broadcast --timers 1", "has no timers here: leave them out"),
        ("echo --crashes 1", "let 0 crash at most"),
        ("uniform-brodcast", "did you mean `uniform-broadcast`"),
        ("uniform-broadcast --mutant urb-erly", "did you mean `urb-early`"),
        ("uniform-broadcast --crashes 2", "let 1 crash at most"),
        ("uniform-broadcast --nodes 9", "has 1 to 8"),
        ("uniform-broadcast --messages 0", "there are 1 to 8"),
        ("uniform-broadcast --limit 0", "1 or more"),
        (concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"), "takes the name of a protocol"),
    ] {
        let said = explore(line);
        assert_eq!(said.code, Some(2), "{line}: {said:?}");
        assert!(said.err.contains(says), "{says:?} in {}", said.err);
    }
}

#[test]
fn raft_elects_one_leader_a_term_and_one_that_forgets_its_vote_does_not() {
    let said = explore("raft-election --crashes 0");
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.out.starts_with("HOLDS  raft-election, 3 nodes, no crash, 2 timers at most"));
    for (mutant, again, line) in [
        (
            "vote-not-persisted",
            "   3  n0 starts again",
            "   5  n0 receives a request to vote in term 1 from n1",
        ),
        ("term-not-persisted", "   4  n1 starts again", "   5  a timer of n1 comes due"),
    ] {
        let said = explore(&format!("raft-election --mutant {mutant}"));
        assert_eq!(said.code, Some(1), "{said:?}");
        let order = [
            "1 crash at most, 1 restart at most, 2 timers at most: one vote a term",
            "--nodes 3 --crashes 1 --restarts 1 --timers 2",
            "the schedule, 5 steps, and none is shorter",
            "   1  a timer of n0 comes due",
            again,
            line,
        ];
        let place =
            |what: &str| said.out.find(what).unwrap_or_else(|| panic!("{what:?} in {}", said.out));
        assert!(order.map(place).is_sorted(), "{}", said.out);
    }
}

#[test]
fn echo_answers_with_what_was_said_though_a_message_is_lost() {
    let said = explore("echo --losses 1");
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.out.contains("echo, 3 nodes, 2 messages, no crash, 1 loss at most, 2 timers"));
    let said = explore("echo --mutant answer-oldest");
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.out.contains("   4  n0 receives the answer \"ahoy 2\" from n1"), "{}", said.out);
}

#[test]
fn a_search_that_goes_no_deeper_says_that_something_was_left_out() {
    let said = explore("uniform-broadcast --messages 1 --depth 5");
    assert_eq!(said.code, Some(3), "{said:?}");
    assert!(said.out.contains("some executions go on after 5 steps"), "{}", said.out);
    assert!(said.out.contains("  depth           5  steps"), "{}", said.out);
}

#[test]
fn a_search_up_to_symmetry_finds_the_same_in_fewer_states() {
    let said = explore("uniform-broadcast --nodes 4 --messages 1 --symmetry");
    assert_eq!(said.code, Some(0), "{said:?}");
    let states = said.out.lines().find_map(|line| line.strip_prefix("  states")).map(str::trim);
    let states = states.and_then(|line| line.split_whitespace().next()).expect("it counts states");
    let states: u64 = states.replace(',', "").parse().expect("a number");
    // Of 31,817, three nodes change places.
    assert!((31_817 / 6..31_817 / 4).contains(&states), "{states}");
    let said = explore("uniform-broadcast --messages 1 --mutant O15 --symmetry");
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.out.contains("the schedule, 3 steps, and none is shorter"), "{}", said.out);
    assert!(said.out.contains("--crashes 1 --symmetry\n"), "{}", said.out);
}
