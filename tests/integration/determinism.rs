//! One seed, one run: in one process and in two, with one thread and with two, in any build, with bugs compiled in or not.

use std::fmt::Write;
use std::fs;
use std::process::Command;
use std::sync::atomic::AtomicBool;

use seatrial::history::{HuntAccount, SeedResult};
use seatrial::{HuntOptions, Prepared, Ran, Registry, hunt};

use super::support::program::{build, say};
use super::support::source::root;

/// The same worlds as in a build without planted bugs; here they are compiled in.
#[path = "../without-mutants/src/worlds.rs"]
mod worlds;

const SCENARIOS: [&str; 4] = ["echo", "raft-kv", "raft-counter", "raft-upgrade"];

fn prepared(name: &str) -> Prepared {
    let scenario = Registry::ours().scenario(name).expect("it is in the library");
    Prepared::new(&Registry::ours(), scenario, None).expect("it makes sense")
}

fn results(prepared: &Prepared, first_seed: u64, seeds: u64, jobs: usize) -> Vec<SeedResult> {
    let options = HuntOptions {
        first_seed,
        seeds: Some(seeds),
        jobs,
        stop_at_first: false,
        ..HuntOptions::default()
    };
    let mut results = Vec::new();
    let mut keep = |ran: &Ran<'_>, _: &HuntAccount| results.push(ran.result().clone());
    let account = hunt(prepared, &options, &AtomicBool::new(false), &mut keep).account;
    assert_eq!(account.seeds, seeds);
    results
}

#[test]
fn a_seed_gives_the_same_account_to_the_byte_when_it_is_run_again() {
    for name in SCENARIOS {
        let prepared = prepared(name);
        for seed in [0, 1, 2, u64::MAX] {
            let account = || format!("{:#?}", prepared.run(seed));
            let first = account();
            assert_eq!(first, account(), "{name} {seed}");
            let recorded = prepared.record(seed);
            assert_eq!(
                first,
                format!("{:#?}", recorded.account),
                "{name} {seed}: who looks, changes"
            );
            assert_eq!(recorded.trace, prepared.record(seed).trace, "{name} {seed}");
        }
    }
}

#[test]
fn a_seed_gives_the_same_result_from_a_worker_that_has_made_others() {
    for name in SCENARIOS {
        let prepared = prepared(name);
        for used in results(&prepared, 0, 40, 1) {
            let fresh = prepared.run(used.seed);
            let fresh = (fresh.hash.as_str(), fresh.end.step, fresh.outcome());
            assert_eq!((used.hash.as_str(), used.events, used.outcome), fresh, "{name}");
        }
    }
}

#[test]
fn two_threads_find_what_one_finds_in_the_same_order() {
    for name in SCENARIOS {
        let prepared = prepared(name);
        let one = results(&prepared, 1_000, 150, 1);
        assert_eq!(one, results(&prepared, 1_000, 150, 2), "{name}");
        let hashes = one.windows(2).filter(|pair| pair[0].hash != pair[1].hash).count();
        assert_eq!(hashes, 149, "{name}: seeds that give the same run");
    }
}

#[test]
fn two_processes_say_the_same() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for name in SCENARIOS {
        for form in ["", " --trace", " --json"] {
            let line = format!("run {name} --seed 3{form}");
            let (first, second) = (say(folder.path(), &line), say(folder.path(), &line));
            assert_eq!((first.code, first.out.as_str()), (Some(0), second.out.as_str()), "{line}");
            let hash = prepared(name).run(3).hash;
            assert!(first.out.contains(&hash) || form == " --trace", "{line}: no {hash}");
        }
    }
}

/// What seeds mean is frozen for a version of case files, in every profile and on every machine. Where this fails on purpose, because
/// a scenario of the library or a protocol has changed, `BLESS=1 cargo test -p seatrial-tests golden` writes the file anew; where it
/// fails because the world or the tape has changed, raise the version of case files and say so in the changelog.
#[test]
fn hashes_are_those_of_the_golden_file() {
    let path = root().join("tests/golden/hashes.txt");
    let mut now = "# scenario seed events hash; see tests/integration/determinism.rs\n".to_owned();
    for name in SCENARIOS {
        for result in results(&prepared(name), 0, 8, 1) {
            let SeedResult { seed, events, hash, .. } = result;
            writeln!(now, "{name} {seed} {events} {hash}").expect("a text can be written to");
        }
    }
    if std::env::var("BLESS").is_ok_and(|bless| bless == "1") {
        fs::write(&path, &now).expect("the golden file can be written");
    }
    let golden = fs::read_to_string(&path).expect("the golden file is there");
    assert_eq!(now, golden, "see the comment at this test");
}

#[test]
fn bugs_that_are_compiled_in_and_not_chosen_change_nothing() {
    // That they are compiled in here, this line holds: the name is there only with the feature.
    assert!(seatrial_kv::Mutant::all().count() > 10);
    let here: String = worlds::hashes().iter().map(|line| format!("{line}\n")).collect();
    let program = build("seatrial-without-mutants", "without-mutants");
    let said = Command::new(program).output().expect("it can be started");
    assert!(said.status.success(), "{said:?}");
    assert_eq!(here, String::from_utf8_lossy(&said.stdout));
    for line in here.lines() {
        let answered = line.split([' ', ':']).nth(3).and_then(|count| count.parse::<u64>().ok());
        assert!(answered.is_some_and(|answered| answered > 20), "too little happened: {line}");
    }
}
