//! What is right holds under real trouble, and what is wrong is found by it.

use super::support::{folder, left, say, servers_in};

#[test]
fn a_correct_cluster_holds_under_kills_pauses_and_partitions_and_its_history_can_be_checked() {
    let folder = folder();
    let said = say(
        folder.path(),
        "live raft-kv --nodes 3 --for 8s --faults kill,pause,partition --history h.jsonl --json --output a.json",
    );
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.out.starts_with("HOLDS  raft-kv"), "{}", said.out);
    let account = std::fs::read_to_string(folder.path().join("a.json")).expect("it is written");
    let account: serde_json::Value = serde_json::from_str(&account).expect("it is JSON");
    let judgements = account["judgements"].as_array().expect("a list");
    let holds = |property: &str| {
        let of = |judgement: &&serde_json::Value| judgement["property"] == property;
        judgements.iter().find(of).is_some_and(|judgement| judgement["verdict"] == "holds")
    };
    for property in ["linearizability", "commit durable on a quorum", "progress after healing"] {
        assert!(holds(property), "{property} in {judgements:?}");
    }
    for fault in account["faults"].as_array().expect("a list") {
        assert!(fault["bit"].as_u64() > Some(0), "{fault}");
    }
    assert_eq!(account["faults"].as_array().map(Vec::len), Some(3));
    let checked = say(folder.path(), "check h.jsonl");
    assert_eq!(checked.code, Some(0), "{checked:?}");
    assert!(checked.out.contains("as kv"), "the history says of which object it is: {checked:?}");
    assert_eq!(servers_in(folder.path()), [0; 0]);
    assert_eq!(left(folder.path()), [""; 0], "nothing is kept of what holds");
}

#[test]
fn a_counter_holds_under_every_kind_of_trouble_on_five_nodes() {
    let folder = folder();
    let said = say(
        folder.path(),
        "live raft-counter --nodes 5 --for 14s --faults all --seed 3 --out kept",
    );
    assert_eq!(said.code, Some(0), "{said:?}");
    let kept = folder.path().join("kept/live-raft-counter-3");
    for name in ["plan.txt", "history.jsonl", "account.txt", "n5/log", "n1/facts-1.jsonl"] {
        assert!(kept.join(name).exists(), "{name}");
    }
    let plan = std::fs::read_to_string(kept.join("plan.txt")).expect("it is written");
    assert!(plan.contains("kill ") && plan.contains(" bytes withheld"), "{plan}");
}

#[test]
fn a_planted_bug_is_found_and_the_servers_logs_are_kept() {
    let folder = folder();
    let said = say(
        folder.path(),
        "live raft-kv --for 20s --faults partition,pause --mutant apply-before-commit",
    );
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.out.starts_with("VIOLATED  raft-kv with apply-before-commit"), "{}", said.out);
    assert_eq!(left(folder.path()), ["live-raft-kv-apply-before-commit-0"]);
    let kept = folder.path().join("target/seatrial/live-raft-kv-apply-before-commit-0");
    let log = std::fs::read_to_string(kept.join("n1/log")).expect("a log");
    assert!(log.contains("a bug is planted in this server"), "{log}");
}

#[test]
fn a_trial_without_trouble_holds_and_says_that_there_was_none() {
    let folder = folder();
    let said = say(folder.path(), "live raft-kv --for 3s --faults none");
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(!said.out.contains("partition"), "{}", said.out);
}
