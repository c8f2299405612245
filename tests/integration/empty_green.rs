//! A hunt says what it proved: which faults did something, which places were reached, whether more seeds still teach. And what is to be
//! caught is caught.

use std::sync::atomic::AtomicBool;

use seatrial::history::HuntAccount;
use seatrial::{HuntOptions, LIBRARY, Prepared, Registry, hunt, told_from_facts};

use super::support::program::say;

fn hunted(name: &str, seeds: u64, jobs: usize) -> HuntAccount {
    let scenario = Registry::ours().scenario(name).expect("it is in the library");
    let prepared = Prepared::new(&Registry::ours(), scenario, None).expect("it makes sense");
    let options = HuntOptions { seeds: Some(seeds), jobs, ..HuntOptions::default() };
    hunt(&prepared, &options, &AtomicBool::new(false), &mut |_, _| {}).account
}

fn declares_what_it_reached(registry: &Registry, hunt: &HuntAccount) {
    let known = registry.protocols().iter().find(|known| known.name() == hunt.protocol);
    let declared = known.expect("it is one of ours").marks();
    let told = told_from_facts();
    for (mark, _) in &hunt.reached {
        let is_known = declared.iter().chain(&told).any(|known| known.name == mark);
        assert!(is_known, "{}: {mark:?} is not declared: Protocol::with_mark", hunt.scenario);
    }
}

#[test]
fn every_mark_that_a_protocol_announces_is_declared() {
    let registry = Registry::ours();
    for entry in LIBRARY {
        declares_what_it_reached(&registry, &hunted(entry.name, 60, 2));
    }
}

#[test]
fn every_mark_that_trouble_drawn_by_swarm_reaches_is_declared() {
    let registry = Registry::ours();
    for entry in LIBRARY {
        let scenario = Registry::ours().scenario(entry.name).expect("it is in the library");
        let prepared = Prepared::new(&registry, scenario, None).expect("it makes sense");
        let swarm = "swarm".parse().expect("a word of ours");
        let prepared = prepared.with_faults(swarm, false).expect("it can be drawn");
        let options = HuntOptions { seeds: Some(300), jobs: 2, ..HuntOptions::default() };
        let hunt = hunt(&prepared, &options, &AtomicBool::new(false), &mut |_, _| {}).account;
        declares_what_it_reached(&registry, &hunt);
    }
}

#[test]
fn the_curve_of_new_states_is_the_same_on_any_number_of_threads_and_falls() {
    let one = hunted("raft-kv", 400, 1).states.expect("states were seen");
    assert_eq!(Some(&one), hunted("raft-kv", 400, 3).states.as_ref());
    assert_eq!(one.fresh.iter().sum::<u64>(), one.seen);
    assert!(one.fresh[0] > one.fresh[2], "{one:?}");
}

#[test]
fn each_kind_of_fault_counts_the_seeds_in_which_it_was_on() {
    let hunt = hunted("echo", 200, 2);
    let crash = hunt.faults.iter().find(|fault| fault.kind == "crash").expect("it is asked for");
    let seeds = crash.seeds.expect("a hunt counts seeds");
    assert!(0 < seeds.bit && seeds.bit <= seeds.on && seeds.on < 200, "{seeds:?}");
    assert!(seeds.on <= crash.asked && seeds.bit <= crash.bit, "{crash:?}");
}

#[test]
fn the_canary_is_caught_within_a_hundred_seeds() {
    assert!(!hunted("canary", 100, 1).failures.is_empty());
}

const LAME: &str = r#"name = "lame"
about = "a pause that is never drawn, and a mark that is never reached"
protocol = "echo"
[cluster]
nodes = 2
[workload]
name = "echo"
[faults]
pause = { every = "10m", lasts = "10ms" }
[judge]
checkers = ["echo"]
reached = [{ mark = "somebody led", fact = "lead" }]
"#;

#[test]
fn a_hunt_that_proves_too_little_ends_with_3_where_that_is_asked_for() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    std::fs::write(folder.path().join("lame.toml"), LAME).expect("a file can be written");
    let plain = say(folder.path(), "hunt lame.toml --seeds 3");
    assert_eq!(plain.code, Some(0), "{plain:?}");
    assert!(plain.out.contains("never drawn") && plain.out.contains("never reached"), "{plain:?}");
    let bite = say(folder.path(), "hunt lame.toml --seeds 3 --require-bite");
    assert_eq!(bite.code, Some(3), "{bite:?}");
    assert!(bite.err.contains("pause (never drawn): no seed drew it: run more seeds"), "{bite:?}");
    for command in ["hunt", "run"] {
        let said = say(folder.path(), &format!("{command} lame.toml --require-reached"));
        assert_eq!(said.code, Some(3), "{said:?}");
        assert!(said.err.contains("never reached: somebody led"), "{said:?}");
    }
    let violated = say(folder.path(), "hunt canary --require-bite --require-reached");
    assert_eq!(violated.code, Some(1), "violated beats too little: {violated:?}");
}

#[test]
fn to_bite_is_asked_of_the_kinds_that_were_named_and_of_nothing_else() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for line in [
        // Nobody reads a wall clock here, so nothing comes of a jump that bites.
        "hunt raft-kv --seeds 20 --faults wall-jump,bit-rot --require-bite",
        "run raft-kv --seed 12 --faults crash --require-bite",
    ] {
        let said = say(folder.path(), line);
        assert_eq!(said.code, Some(0), "{line}: {said:?}");
        assert!(said.out.contains("no effect") || said.out.contains("never bit"), "{said:?}");
    }
    let idle = say(folder.path(), "run echo --faults crash,disk-full --require-bite");
    assert_eq!(idle.code, Some(3), "echo has no disk: {idle:?}");
    assert!(idle.err.contains("disk-full (asked") && !idle.err.contains("crash ("), "{idle:?}");
}

#[test]
fn a_mark_or_a_fact_that_does_not_exist_is_refused_with_what_was_meant() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for (wrong, meant) in [
        (r#"["a leader crashd"]"#, "did you mean `a leader crashed`?"),
        (r#"[{ mark = "x", fact = "comit" }]"#, "did you mean `commit`?"),
        (r#"[{ mark = "x", fakt = "commit" }]"#, "a mark is a name, or a table as"),
    ] {
        let text = LAME.replace(r#"[{ mark = "somebody led", fact = "lead" }]"#, wrong);
        std::fs::write(folder.path().join("wrong.toml"), text).expect("a file can be written");
        let said = say(folder.path(), "run wrong.toml");
        assert_eq!(said.code, Some(2), "{said:?}");
        assert!(said.err.contains("wrong.toml:12") && said.err.contains(meant), "{said:?}");
    }
}
