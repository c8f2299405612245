//! The points of semantics on which checkers have been wrong or differ, a test each.

use std::cell::Cell;

use seatrial_history::{History, Value, Verdict};

use super::super::{CasFail, CheckError, Limits, Model, Options, check};
use super::generate::{Chance, Shape, generate};
use super::{history, holds, holds_with, outcome};

#[test]
fn one_an_unknown_operation_may_take_effect_at_any_later_time_or_never() {
    let text = |read: &str| {
        format!(
            "1 invoke write 7\n1 info write null\n2 invoke read\n2 ok read {read}\n3 invoke read\n3 ok read 7"
        )
    };
    assert!(holds(Model::Register, &text("null")), "after the info event, which bounds nothing");
    assert!(holds(Model::Register, &text("7")));
    assert!(
        holds(Model::Register, &text("7").replace("1 info write null\n", "")),
        "no completion is the same"
    );
    let never = "1 invoke write 7\n1 info write null\n2 invoke read\n2 ok read null";
    assert!(holds(Model::Register, never));
    let early = "2 invoke read\n2 ok read 7\n1 invoke write 7\n1 info write null";
    assert!(!holds(Model::Register, early), "but not before its invocation");
    let back = "1 invoke write 7\n1 info write null\n2 invoke read\n2 ok read 7\n2 invoke read\n2 ok read null";
    assert!(!holds(Model::Register, back), "and only once");
}

#[test]
fn two_a_failed_cas_is_an_observation_or_nothing_as_the_option_says() {
    let text = "1 invoke write 7\n1 ok write 7\n2 invoke cas [7,8]\n2 fail cas [7,8]";
    let with = |cas_fail| Options { cas_fail, ..Options::default() };
    assert!(!holds_with(Model::CasRegister, text, &with(CasFail::Observed)));
    assert!(holds_with(Model::CasRegister, text, &with(CasFail::NoEffect)));
    let concurrent = "2 invoke cas [7,8]\n1 invoke write 7\n1 ok write 7\n2 fail cas [7,8]";
    assert!(holds_with(Model::CasRegister, concurrent, &with(CasFail::Observed)));
}

#[test]
fn two_an_unanswered_write_that_nobody_reads_can_still_explain_a_failed_cas() {
    let text =
        "1 invoke write 7\n1 ok write 7\n3 invoke write 9\n2 invoke cas [7,8]\n2 fail cas [7,8]";
    assert!(holds(Model::CasRegister, text));
}

#[test]
fn three_an_unanswered_read_says_nothing() {
    let text = "1 invoke read\n1 info read 99\n2 invoke read\n2 fail read 98\n3 invoke read";
    assert!(holds(Model::Register, text));
}

#[test]
fn four_null_is_a_value_and_matches_no_other() {
    let text = "1 invoke write 7\n1 ok write 7\n2 invoke read\n2 ok read null";
    assert!(!holds(Model::CasRegister, text));
    let written = "1 invoke write null\n1 ok write null\n2 invoke read\n2 ok read null";
    assert!(holds(Model::CasRegister, written));
}

#[test]
fn five_the_initial_value_is_the_models_or_the_one_that_is_given() {
    let zero = Options { init: Some(Value::Int(0)), ..Options::default() };
    let reads_zero = "1 invoke read\n1 ok read 0";
    assert!(!holds(Model::CasRegister, reads_zero));
    assert!(holds_with(Model::CasRegister, reads_zero, &zero));
    assert!(!holds_with(Model::CasRegister, "1 invoke read\n1 ok read null", &zero));
    assert!(holds(Model::KvString, "1 invoke x:get\n1 ok x:get \"\""));
    assert!(holds_with(
        Model::Counter,
        "1 invoke read\n1 ok read 5",
        &Options { init: Some(Value::Int(5)), ..Options::default() }
    ));
    let error = check(&History::default(), Model::Queue, &zero).expect_err("no such option");
    assert_eq!(error.to_string(), "the model `queue` takes no initial value as its initial state");
}

#[test]
fn six_an_unanswered_get_need_not_return_the_empty_text() {
    let text = "1 invoke x:put \"a\"\n1 ok x:put \"a\"\n2 invoke x:get null\n3 invoke x:get null\n3 info x:get null";
    assert!(holds(Model::KvString, text));
}

#[test]
fn seven_a_value_that_nobody_wrote_is_reported_as_such() {
    let cases = [
        (Model::Register, "1 invoke read\n1 ok read 9", "returned 9, which nobody ever wrote"),
        (
            Model::CasRegister,
            "1 invoke cas [9,1]\n1 ok cas [9,1]",
            "found 9, which nobody ever wrote",
        ),
        (Model::Kv, "1 invoke x:read\n1 ok x:read 9", "returned 9, which nobody ever wrote"),
        (
            Model::Kv,
            "2 invoke y:write 9\n2 fail y:write 9\n1 invoke x:write 9\n1 fail x:write 9\n1 invoke x:read\n1 ok x:read 9",
            "returned 9, which only the write (event 2 to event 3) was to write, and that was told that it had failed",
        ),
        (Model::Queue, "1 invoke dequeue\n1 ok dequeue 9", "which nobody ever enqueued"),
        (Model::Stack, "1 invoke pop\n1 ok pop 9", "which nobody ever pushed"),
        (Model::AppendList, "1 invoke read\n1 ok read [9]", "value 9, which nobody ever appended"),
        (
            Model::Set,
            "1 invoke contains 9\n1 ok contains [9,true]",
            "nobody ever added that element",
        ),
        (Model::Mutex, "1 invoke release\n1 ok release", "nobody ever acquired the lock"),
        (
            Model::KvString,
            "1 invoke x:put \"a\"\n1 ok x:put \"a\"\n2 invoke x:get\n2 ok x:get \"b\"",
            "which nobody can have put together",
        ),
    ];
    for (model, text, part) in cases {
        let outcome = outcome(model, text, &Options::default());
        let violation = outcome.verdict.violation().expect("a violation");
        assert!(violation.explanation.contains(part), "{model}: {}", violation.explanation);
    }
    let failed = "2 invoke write 9\n2 fail write 9\n1 invoke read\n1 ok read 9";
    assert!(!holds(Model::Register, failed), "a write that failed wrote nothing");
}

#[test]
fn eight_a_malformed_history_is_an_error_and_no_verdict() {
    let event = |line: &str| {
        let mut history = history("1 invoke write 7\n1 ok write 7");
        history.events.truncate(1);
        history.events.extend(super::history(&format!("{line}\n")).events);
        history
    };
    let twice = event("1 invoke write 8");
    let error = check(&twice, Model::Register, &Options::default()).expect_err("two open");
    assert!(matches!(error, CheckError::Malformed(_)));
    assert_eq!(
        error.shown(&[10, 20]),
        "line 20: an invocation by process 1, whose operation of line 10 is still under way; complete an operation before \
         the next one of its process, with `info` if its outcome is unknown"
    );
}

#[test]
fn eight_an_operation_that_the_model_does_not_know_is_an_error_and_no_verdict() {
    let cases = [
        (Model::Register, "1 invoke cas [1,2]", "no operation `cas`"),
        (Model::CasRegister, "1 invoke cas 7", "takes [from, to]"),
        (Model::Counter, "1 invoke add \"x\"", "whole numbers"),
        (Model::KvString, "1 invoke x:put 7", "about texts"),
        (Model::AppendList, "1 invoke read\n1 ok read 7", "returns a list"),
        (Model::Set, "1 invoke contains 7\n1 ok contains 8", "returns [x, bool]"),
    ];
    for (model, text, part) in cases {
        let error = check(&history(text), model, &Options::default()).expect_err(text);
        assert!(error.to_string().contains(part), "{model}: {error}");
    }
}

/// A history that takes far more steps than the tests below allow.
fn hard() -> History {
    let shape = Shape {
        model: Model::Stack,
        operations: 400,
        clients: 20,
        keys: 1,
        values: 3,
        unanswered: 20,
        lies: 0,
    };
    generate(shape, &mut Chance(5))
}

#[test]
fn nine_and_ten_limits_of_steps_and_of_bytes_make_a_verdict_unknown() {
    let history = hard();
    let limited = |steps, bytes| {
        let limits = Limits { steps, bytes };
        let options = Options { limits, ..Options::default() };
        check(&history, Model::Stack, &options).expect("a stack's history")
    };
    let few_steps = limited(20_000, 1 << 30);
    assert_eq!(
        few_steps.verdict,
        Verdict::Unknown { why: "the budget of 20000 steps is spent".to_owned() }
    );
    assert!(few_steps.stats.steps < 25_000, "{:?}", few_steps.stats);
    let few_bytes = limited(u64::MAX / 2, 1 << 20);
    assert_eq!(
        few_bytes.verdict,
        Verdict::Unknown { why: "the budget of 1 MiB is spent".to_owned() }
    );
    assert!(few_bytes.stats.peak_bytes < 2 << 20, "{:?}", few_bytes.stats);
    assert_eq!(limited(20_000, 1 << 30), few_steps, "counted, not measured");
}

#[test]
fn nine_more_under_way_than_a_search_can_hold_is_unknown_and_says_so() {
    let enqueues: String = (0..1_100).map(|i| format!("{i} invoke enqueue 7\n")).collect();
    let text = enqueues + "2000 invoke dequeue null\n2000 ok dequeue 7\n";
    let outcome = outcome(Model::Queue, &text, &Options::default());
    let Verdict::Unknown { why } = outcome.verdict else { panic!("{:?}", outcome.verdict) };
    let under_way = "1101 operations on one object are under way at one time";
    assert!(why.starts_with(under_way), "{why}");
}

#[test]
fn nine_the_limits_hold_while_explaining() {
    let shape = Shape {
        model: Model::CasRegister,
        operations: 2000,
        clients: 20,
        keys: 1,
        values: 4,
        unanswered: 20,
        lies: 20,
    };
    let history = generate(shape, &mut Chance(3));
    let check_within = |steps| {
        let limits = Limits { steps, bytes: 1 << 28 };
        check(&history, Model::CasRegister, &Options { limits, ..Options::default() })
            .expect("fits")
    };
    let decided = check_within(10_000_000);
    assert!(decided.verdict.violation().is_some());
    // With no more than deciding needs, the violation stands and is explained less.
    let enough = (8..40)
        .map(|power| 1 << power)
        .find(|steps| check_within(*steps).verdict.violation().is_some());
    let enough = enough.expect("some number of steps is enough");
    assert!(enough < decided.stats.steps, "explaining took steps too");
    assert!(check_within(enough).stats.steps < enough + 20_000);
}

#[test]
fn nine_a_check_can_be_cancelled_from_outside() {
    let asked = Cell::new(0);
    let cancelled = || {
        asked.set(asked.get() + 1);
        asked.get() > 5
    };
    let options = Options { cancelled: Some(&cancelled), ..Options::default() };
    let outcome = check(&hard(), Model::Stack, &options).expect("a stack's history");
    assert!(matches!(outcome.verdict, Verdict::Unknown { why } if why.contains("stopped")));
    assert!(outcome.stats.steps < 100_000, "{:?}", outcome.stats);
}

#[test]
fn eleven_two_checks_of_one_history_say_the_same_to_the_letter() {
    for model in Model::ALL {
        let shape = Shape {
            model,
            operations: 60,
            clients: 5,
            keys: 3,
            values: 4,
            unanswered: 20,
            lies: 100,
        };
        let history = generate(shape, &mut Chance(9));
        let once = check(&history, model, &Options::default());
        assert_eq!(once, check(&history, model, &Options::default()), "{model}");
    }
}
