//! Hand-written schedules, one a file of `tests/schedules`: each drives a planted bug event by event to what it breaks. That proves the bug
//! live, without chance; and its length is what a failing run that was made small is measured against.
//!
//! Bugs that keep a cluster from serving have schedules that end with `heal`: what follows is fair to everybody, and nothing good comes of it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use seatrial::history::Account;
use seatrial::{BY_HAND, Case, Registry};
use seatrial_sim::Step;

use super::support::source::root;

/// Planted bugs over Raft that have no schedule. They need a clock that is wrong or a disk that is damaged; and to `equal-match-only` much has to
/// happen at once, again and again.
const WITHOUT: [&str; 5] = [
    "equal-match-only",
    "promise-forgotten",
    "recall-majority",
    "short-log-trusted",
    "skewed-lease",
];

/// The schedules by the bug that they show.
fn cases() -> BTreeMap<String, Case> {
    let folder = root().join("tests/schedules");
    let files = fs::read_dir(folder).expect("the folder is there");
    let read = |file: std::io::Result<fs::DirEntry>| {
        let path = file.expect("it can be read").path();
        let case = Case::read(&path).unwrap_or_else(|error| panic!("{error}"));
        let stem = path.file_stem().and_then(|stem| stem.to_str()).expect("a name").to_owned();
        assert_eq!(case.mutant.as_ref(), Some(&stem), "it is named like its bug");
        (stem, case)
    };
    files.map(read).collect()
}

/// The run of a case, unless its schedule cannot go on.
fn run(case: Case) -> Option<Account> {
    let (prepared, seed) = case.prepare(&Registry::ours()).ok()?;
    Some(prepared.run(seed))
}

/// What a run broke.
fn broken(account: &Account) -> Vec<&str> {
    let broken = account.judgements.iter().filter(|j| j.verdict.violation().is_some());
    broken.map(|judgement| judgement.property.as_str()).collect()
}

/// How long a schedule is: in deliveries, timers, requests, completions of a disk, crashes and restarts. That a client wakes is part of
/// its request.
fn events(case: &Case) -> usize {
    let schedule = case.schedule.as_ref().expect("it is a schedule");
    schedule.steps.iter().filter(|step| !matches!(step, Step::Wake { .. })).count()
}

#[test]
fn every_schedule_shows_its_bug_with_its_last_step_and_nothing_without_the_bug() {
    let mut table = "# bug events what-is-broken; see tests/integration/by_hand.rs\n".to_owned();
    for (mutant, case) in cases() {
        let with = run(case.clone()).unwrap_or_else(|| panic!("{mutant}: it cannot go on"));
        assert!(!broken(&with).is_empty(), "{mutant}: nothing is broken");
        let known = BY_HAND.iter().find(|(name, _)| *name == mutant).map(|(_, events)| *events);
        assert_eq!(known, Some(events(&case) as u64), "{mutant}: what the benchmark goes by");
        writeln!(table, "{mutant} {} {}", events(&case), broken(&with).join(", "))
            .expect("a text can be written to");

        let mut shorter = case.clone();
        shorter.schedule.as_mut().expect("it is a schedule").steps.pop();
        let early = run(shorter).expect("its beginning can go on");
        assert_eq!(broken(&early), [""; 0], "{mutant}: a step too long");

        let mut sound = case;
        sound.mutant = None;
        let sound = run(sound);
        let said = sound.as_ref().map(broken).unwrap_or_default();
        assert_eq!(said, [""; 0], "{mutant}: broken without the bug");
    }
    assert_eq!(table.lines().count() - 1, BY_HAND.len(), "the benchmark goes by no other");
    let path = root().join("tests/golden/schedules.txt");
    if std::env::var("BLESS").is_ok_and(|bless| bless == "1") {
        fs::write(&path, &table).expect("the golden file can be written");
    }
    let golden = fs::read_to_string(&path).expect("the golden file is there");
    assert_eq!(table, golden, "BLESS=1 writes it anew");
}

#[test]
fn every_bug_over_raft_has_a_schedule_or_is_known_to_have_none() {
    let registry = Registry::ours();
    let known = registry.protocols().iter().find(|known| known.name() == "raft-kv");
    let mutants = known.expect("it is one of ours").mutants();
    let cases = cases();
    for mutant in mutants {
        let has = cases.contains_key(mutant.name);
        assert_ne!(has, WITHOUT.contains(&mutant.name), "{}: {has}", mutant.name);
    }
}
