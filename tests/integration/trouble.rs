//! Where faults come from: swarm, lists, plans from files; and what is excused.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::support::program::{Said, say};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

fn json(said: &Said) -> Value {
    serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {said:?}"))
}

/// The kinds of fault that a hunt asked for.
fn kinds(folder: &Path, line: &str) -> Vec<String> {
    let said = say(folder, &format!("{line} --json"));
    let hunt = json(&said);
    let faults = hunt["faults"].as_array().expect("a list of faults");
    faults.iter().map(|fault| fault["kind"].as_str().expect("a name").to_owned()).collect()
}

#[test]
fn every_kind_of_fault_is_shown_with_its_knobs_and_examples_that_can_be_read() {
    let folder = folder();
    let table = say(folder.path(), "faults");
    for words in ["network", "crash-stop", "a node loses all but its disk", "target"] {
        assert!(table.out.contains(words), "{words}: {table:?}");
    }
    assert!(table.out.lines().all(|line| line.chars().count() <= 100), "{}", table.out);
    let all = json(&say(folder.path(), "faults --json"));
    for kind in all.as_array().expect("a list") {
        let name = kind["kind"].as_str().expect("a name");
        let Some(plan) = kind["plan"].as_str() else { continue };
        let plan = format!("seatrial_plan = 1\nheal_after = \"2s\"\nnodes = 3\n\n{plan}\n");
        fs::write(folder.path().join("plan.toml"), &plan).expect("a file can be written");
        // An upgrade has to have a version to go to.
        let scenario = if name == "upgrade" { "raft-upgrade" } else { "raft-kv" };
        let line = format!("run {scenario} --plan plan.toml --print-plan --quiet");
        let said = say(folder.path(), &line);
        assert_eq!(said.code, Some(0), "{name}: {said:?}\n{plan}");
        let shown = say(folder.path(), &format!("faults {name}"));
        assert!(shown.out.contains("asked") && shown.out.contains("in a plan"), "{shown:?}");
    }
    let wrong = say(folder.path(), "faults crush");
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.err.contains("did you mean `crash`?"), "{wrong:?}");
}

#[test]
fn a_list_of_kinds_is_on_in_every_seed_and_nothing_else_is() {
    let folder = folder();
    let hunt = "hunt raft-kv --seeds 20 --faults";
    assert_eq!(kinds(folder.path(), &format!("{hunt} none")), Vec::<String>::new());
    let crashes = kinds(folder.path(), &format!("{hunt} crash,pause,-pause"));
    assert_eq!(crashes, ["crash", "lost-write", "torn-write"]);
    assert_eq!(kinds(folder.path(), &format!("{hunt} loss")), ["loss"]);
    let without = kinds(folder.path(), &format!("{hunt} swarm,-crash,-network"));
    assert!(!without.contains(&"crash".to_owned()), "{without:?}");
    assert!(!without.contains(&"isolate".to_owned()), "{without:?}");
    let wrong = say(folder.path(), &format!("{hunt} swarm,crash"));
    assert!(wrong.code == Some(2) && wrong.err.contains("swarm,-crash"), "{wrong:?}");
}

#[test]
fn swarm_draws_the_same_from_a_seed_on_any_number_of_threads_and_in_a_replay() {
    let folder = folder();
    let lines = |jobs: u32| {
        let hunt = "hunt raft-kv --faults swarm --seeds 30 --jsonl out.jsonl --jobs";
        assert_eq!(say(folder.path(), &format!("{hunt} {jobs}")).code, Some(0));
        fs::read_to_string(folder.path().join("out.jsonl")).expect("it was written")
    };
    assert_eq!(lines(1), lines(2));
    let run = json(&say(folder.path(), "run raft-kv --faults swarm --seed 3 --json"));
    let case = run["case"].as_str().expect("a case file");
    let again = json(&say(folder.path(), &format!("replay {case} --json")));
    for what in ["hash", "plan", "knobs"] {
        assert_eq!(run[what], again[what], "{what}");
    }
}

#[test]
fn a_plan_that_is_edited_by_hand_is_run_as_it_says() {
    let folder = folder();
    let printed = say(folder.path(), "run raft-kv --seed 7 --print-plan");
    assert_eq!(printed.code, Some(0), "{printed:?}");
    assert!(printed.out.starts_with("seatrial_plan = 1 "), "{printed:?}");
    let path = folder.path().join("plan.toml");
    let run = |plan: &str| {
        fs::write(&path, plan).expect("a file can be written");
        json(&say(folder.path(), "run raft-kv --plan plan.toml --json"))
    };
    let as_printed = run(&printed.out);
    let by_seed = json(&say(folder.path(), "run raft-kv --seed 7 --json"));
    assert_eq!(as_printed["hash"], by_seed["hash"], "a plan brings its seed along");
    let crash = "\n[[faults]]\nat = \"123ms\"\nlasts = \"45ms\"\nkind = \"crash\"\nnode = \"n1\"\n";
    let edited = run(&(printed.out.clone() + crash));
    assert_ne!(edited["hash"], by_seed["hash"]);
    let lines = edited["plan"].as_array().expect("a plan");
    let is_ours = |line: &&Value| line.as_str().is_some_and(|line| line.contains("123ms"));
    assert_eq!(lines.iter().filter(is_ours).count(), 1, "{lines:?}");
    let case = edited["case"].as_str().expect("a case file");
    let again = json(&say(folder.path(), &format!("replay {case} --json")));
    assert_eq!(edited["hash"], again["hash"]);

    fs::write(&path, printed.out.replace("seatrial_plan = 1", "seatrial_plan = 9"))
        .expect("written");
    let refused = say(folder.path(), "hunt raft-kv --plan plan.toml");
    assert_eq!(refused.code, Some(2));
    assert!(refused.err.contains("plan.toml:1: a plan of version 9"), "{refused:?}");
}

#[test]
fn what_breaks_beyond_a_budget_is_excused_and_told_and_no_failure() {
    let folder = folder();
    let hunt = "hunt uniform-broadcast --faults crash-stop --seeds 60 --keep-going";
    let inside = say(folder.path(), hunt);
    assert_eq!(inside.code, Some(0), "{inside:?}");
    assert!(!inside.out.contains("excused"), "{inside:?}");
    // Three of four are gone, and a majority must acknowledge.
    let plan = "seatrial_plan = 1\nnodes = 4\nheal_after = \"600ms\"\n".to_owned();
    let stop =
        |node| format!("\n[[faults]]\nat = \"10ms\"\nkind = \"crash-stop\"\nnode = \"n{node}\"\n");
    let plan = plan + &stop(1) + &stop(2) + &stop(3);
    fs::write(folder.path().join("plan.toml"), plan).expect("a file can be written");
    let beyond = say(folder.path(), "hunt uniform-broadcast --plan plan.toml --seeds 5");
    assert_eq!(beyond.code, Some(0), "{beyond:?}");
    let first = beyond.out.lines().next().unwrap_or_default();
    assert!(first.contains("outside of it and") && first.contains("excused"), "{first}");
    assert!(beyond.out.contains("nodes are gone for good, and 1 may be"), "{}", beyond.out);
    let told =
        json(&say(folder.path(), "hunt uniform-broadcast --plan plan.toml --seeds 5 --json"));
    assert!(told["excused"].as_u64() > Some(0) && told["violated"] == 0, "{told}");
}
