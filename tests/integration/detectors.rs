//! Failure detectors in scenarios of one's own: when nobody can say who is right, what makes no sense, and what is measured.

use std::sync::atomic::AtomicBool;

use seatrial::history::{Measured, Verdict};
use seatrial::{HuntOptions, LIBRARY, Prepared, Registry, Scenario, hunt};

/// A scenario of the library with parts of its text replaced.
fn with(name: &str, changes: &[(&str, &str)]) -> Result<Prepared, String> {
    let entry = LIBRARY.iter().find(|entry| entry.name == name).expect("it is in the library");
    let mut text = entry.text.to_owned();
    for (old, new) in changes {
        assert!(text.contains(old), "{name} has no {old}");
        text = text.replacen(old, new, 1);
    }
    let scenario = Scenario::parse("own.toml", &text).map_err(|error| error.to_string())?;
    Prepared::new(&Registry::ours(), scenario, None).map_err(|error| error.to_string())
}

const SYNCHRONOUS: &str = "synchronous = true ";
const SLOW: (&str, &str) = ("[faults]", "[faults]\nloss = \"20%\"");

#[test]
fn a_run_that_breaks_the_synchrony_bound_is_unknown_and_never_violated() {
    for (name, property) in
        [("perfect-failure-detector", "PFD2 strong accuracy"), ("leader-election", "LE2 accuracy")]
    {
        let prepared = with(name, &[(SYNCHRONOUS, "# "), SLOW]).expect("it makes sense");
        let mut broken = 0;
        for seed in 0..100 {
            let account = prepared.run(seed);
            for judgement in account.judgements {
                match judgement.verdict {
                    Verdict::Holds => {}
                    Verdict::Unknown { why } if why.starts_with("assumption broken") => {
                        broken += u32::from(judgement.property == property);
                    }
                    other => panic!("{name} {seed}: {}: {other:?}", judgement.property),
                }
            }
        }
        assert!(broken > 50, "{name}: only {broken} runs broke it");
    }
}

#[test]
fn a_scenario_cannot_say_that_it_keeps_a_bound_and_break_it() {
    let late = "{ kind = \"exponential\", min = \"1ms\", mean = \"1ms\" }";
    let crash = "crash = { count = 1, lasts = \"1ms\" }";
    for (breaking, old, new) in [
        ("`loss`", "[faults]", "[faults]\nloss = [\"0%\", \"1%\"]"),
        ("`crash`", "[faults]", &format!("[faults]\n{crash}")),
        ("`pause`", "[faults]", &format!("[faults]\n{}", crash.replace("crash", "pause"))),
        ("`latency`", "{ kind = \"constant\", time = \"10ms\" }", late),
    ] {
        let error = with("perfect-failure-detector", &[(old, new)]).expect_err(breaking);
        assert!(error.starts_with("own.toml:") && error.contains(breaking), "{error}");
    }
}

#[test]
fn what_a_detector_cannot_do_is_refused_with_what_to_write() {
    let clients = ("count = 0 ", "count = 2 ");
    let error = with("failure-detector", &[clients]).expect_err("nothing to ask");
    assert!(error.contains("nothing to ask of failure-detector: write count = 0"), "{error}");
    let impatient = ("timeout = [\"50ms\"", "timeout = [\"20ms\"");
    let error = with("failure-detector", &[impatient]).expect_err("shorter than the period");
    assert!(error.contains("timeout is 20ms, shorter than the period"), "{error}");
    let none = ("[clients]\ncount = 0", "[workload]\nname = \"broadcast\"\n[clients]\ncount = 0");
    let error = with("swim", &[none]).expect_err("no such workload");
    assert!(error.contains("workload of swim"), "{error}");
}

#[test]
fn detection_times_and_false_suspicions_are_told_of_a_run_and_of_a_hunt() {
    let prepared = with("failure-detector", &[]).expect("it makes sense");
    let options = HuntOptions { seeds: Some(50), ..HuntOptions::default() };
    let account = hunt(&prepared, &options, &AtomicBool::new(false), &mut |_, _| {}).account;
    let figure = |name: &str| {
        let figure = account.figures.iter().find(|figure| figure.name == name);
        match figure.expect("it was measured").measured {
            Measured::Distribution(distribution) => distribution,
            Measured::Amount { .. } => panic!("{name}: one amount of 50 runs"),
        }
    };
    assert!(figure("detection time").count > 50 && figure("mistake duration").count > 50);
    let mistakes = figure("false suspicions");
    assert_eq!(mistakes.count, 50, "one number of each run");
    assert!(mistakes.min < mistakes.max);
    let told = (0..50).filter(|seed| {
        let run = prepared.run(*seed);
        run.figures.iter().any(|figure| figure.name == "detection time")
    });
    assert!(told.count() > 20);
}
