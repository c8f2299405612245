//! What is told of violations, word for word where it matters.

use seatrial_history::{Moment, Observer, Verdict};
use seatrial_node::Instant;

use super::super::{Linearizability, Model, Options};
use super::{history, outcome};
use crate::{Checker, Cluster};

fn sentence(model: Model, text: &str) -> String {
    let lines: Vec<usize> = (1..100).collect();
    let options = Options { lines: Some(&lines), ..Options::default() };
    outcome(model, text, &options).verdict.violation().expect("a violation").explanation.clone()
}

const STALE: &str =
    "1 invoke write 7\n1 ok write 7\n2 invoke write 9\n2 ok write 9\n3 invoke read\n3 ok read 7";

#[test]
fn a_stale_read_is_told_with_the_write_that_it_missed() {
    assert_eq!(
        sentence(Model::Register, STALE),
        "the read completed at line 6 returned 7, but 7 was overwritten by the write of 9 (line 3 to line 4), which was invoked \
         after the write of 7 (line 1 to line 2) had returned, and had itself returned at line 4, before line 5, where it was \
         invoked"
    );
}

#[test]
fn each_bad_pattern_has_its_sentence() {
    let cases = [
        (
            Model::AppendList,
            "1 invoke append 1\n1 ok append 1\n2 invoke read\n2 ok read []",
            "the read completed at line 4 returned [] without the append of 1 (line 1 to line 2), although the append of 1 (line 1 to line 2) had returned before the read that returned [] (line 3 to line 4) was invoked",
        ),
        (
            Model::Queue,
            "1 invoke enqueue 1\n1 ok enqueue 1\n1 invoke enqueue 2\n1 ok enqueue 2\n2 invoke dequeue\n2 ok dequeue 2",
            "but only the latter was taken, by the dequeue that returned 2 (line 5 to line 6)",
        ),
        (
            Model::Queue,
            "1 invoke enqueue 1\n1 ok enqueue 1\n2 invoke dequeue\n2 ok dequeue null",
            "found the queue empty, but at every moment of it something was there",
        ),
        (
            Model::Counter,
            "1 invoke add 1\n1 ok add 1\n1 invoke add 1\n1 ok add 1\n2 invoke read\n2 ok read 1",
            "returned 1, but the adds that had returned before it was invoked at line 5 make at least 2",
        ),
        (
            Model::Mutex,
            "1 invoke acquire\n1 ok acquire\n2 invoke acquire\n2 ok acquire",
            "the acquire completed at line 4, but no order of the operations lets it take effect after line 3: before its completion the lock could be held",
        ),
        (
            Model::Register,
            "1 invoke write 1\n2 invoke write 2\n3 invoke read\n3 ok read 1\n3 invoke read\n3 ok read 2\n4 invoke read\n4 ok read 1",
            "returned 1, but",
        ),
    ];
    for (model, text, part) in cases {
        let said = sentence(model, text);
        assert!(said.contains(part), "{model}: {said}");
    }
}

#[test]
fn an_explanation_names_the_bad_operation_the_core_the_states_and_the_way_there() {
    let text = format!("4 invoke write 1\n4 ok write 1\n{STALE}\n5 invoke read\n5 ok read 9");
    let outcome = outcome(Model::Register, &text, &Options::default());
    let explained = outcome.explanation.expect("a violation");
    assert_eq!((explained.first_bad.invoked_at, explained.first_bad.completed_at), (6, Some(7)));
    let core: Vec<usize> = explained.core.iter().map(|op| op.invoked_at).collect();
    assert_eq!(core, [2, 4, 6], "the write, the write that hid it and the read");
    assert_eq!(explained.states, ["9"]);
    let steps = &explained.partial[0].steps;
    let told: Vec<_> =
        steps.iter().map(|step| (step.operation.invoked_at, step.state.as_str())).collect();
    assert_eq!(told, [(0, "1"), (2, "7"), (4, "9")]);
    let evidence = &outcome.verdict.violation().expect("a violation").evidence;
    assert_eq!(evidence[0].text, "event 2 to event 3: process 1: write of 7");
}

#[test]
fn the_checker_judges_one_execution_after_the_other() {
    let mut checker = Linearizability::new(Model::Register);
    let moment = |step| Moment { step, time: Instant::from_nanos(step * 10) };
    for good in [false, true, false] {
        checker.begin(&Cluster::default());
        assert!(checker.violation().is_none());
        let text = if good { STALE.replace("read 7", "read 9") } else { STALE.to_owned() };
        for (i, event) in history(&text).events.iter().enumerate() {
            checker.op(moment(i as u64 + 1), event);
        }
        let verdict = checker.verdict(moment(100));
        assert_eq!(verdict == Verdict::Holds, good);
        assert_eq!(verdict.violation(), checker.violation());
        assert_eq!(
            checker.violation().map(|violation| violation.at),
            (!good).then(|| Some(moment(6)))
        );
    }
    assert_eq!(checker.property(), "linearizability");
}

#[test]
fn a_malformed_execution_is_unknown_to_the_checker() {
    let mut checker = Linearizability::new(Model::Register);
    checker.begin(&Cluster::default());
    checker.op(Moment::default(), &history(STALE).events[0]);
    checker.op(Moment::default(), &history(STALE).events[0]);
    assert!(
        matches!(checker.verdict(Moment::default()), Verdict::Unknown { why } if why.contains("cannot be judged"))
    );
}
