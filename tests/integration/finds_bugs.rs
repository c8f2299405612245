//! What Seatrial is for: planted bugs are found within their budget, wherever a hunt begins, and the correct protocols hold.

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use seatrial::history::HuntAccount;
use seatrial::{HuntOptions, Prepared, Registry, hunt};

use super::support::source::root;

/// Starting seeds far apart, so that no two hunts have a seed in common.
const STARTS: [u64; 3] = [0, 5_000_000_000, u64::MAX / 3];

fn hunted(scenario: &str, mutant: Option<&str>, first_seed: u64, seeds: u64) -> HuntAccount {
    let scenario = Registry::ours().scenario(scenario).expect("it is in the library");
    let prepared = Prepared::new(&Registry::ours(), scenario, mutant).expect("it makes sense");
    let jobs = std::thread::available_parallelism().map_or(1, usize::from);
    let options = HuntOptions { first_seed, seeds: Some(seeds), jobs, ..HuntOptions::default() };
    hunt(&prepared, &options, &AtomicBool::new(false), &mut |_, _| {}).account
}

/// How many executions a hunt may take, by the class of the bug.
fn budget(class: char) -> u64 {
    match class {
        'E' => 1_000,
        'M' => 20_000,
        'H' => 200_000,
        other => panic!("there is no class {other}"),
    }
}

/// The planted bugs of this protocol and class.
fn mutants(protocol: &str, class: char) -> Vec<&'static str> {
    let registry = Registry::ours();
    let known = registry.protocols().iter().find(|known| known.name() == protocol);
    let mutants = known.expect("it is one of ours").mutants();
    mutants.iter().filter(|mutant| mutant.class == class).map(|mutant| mutant.name).collect()
}

/// Holds that the default scenario finds every planted bug of this class in its budget from each start; says how many there are.
fn found_in_budget(protocol: &str, class: char) -> usize {
    let mutants = mutants(protocol, class);
    for mutant in &mutants {
        for first_seed in STARTS {
            let hunt = hunted(protocol, Some(mutant), first_seed, budget(class));
            let what = format!("{mutant} from {first_seed}, in {} runs", hunt.seeds);
            assert!(!hunt.failures.is_empty(), "not found: {what}");
        }
    }
    mutants.len()
}

#[test]
fn easy_bugs_are_found_within_a_thousand_runs_from_wherever_a_hunt_begins() {
    assert!(found_in_budget("raft-kv", 'E') >= 15);
    assert!(found_in_budget("echo", 'E') >= 1);
}

#[test]
fn medium_bugs_are_found_within_twenty_thousand_runs_from_wherever_a_hunt_begins() {
    assert!(found_in_budget("raft-kv", 'M') >= 6);
}

/// Those that keep a cluster from serving where one of its nodes stays broken, with how hard each is to find there.
const OF_THE_CORE: [(&str, char); 7] = [
    ("no-pre-vote", 'E'),
    ("votes-of-others", 'E'),
    ("last-not-applied", 'E'),
    ("leader-not-counted", 'E'),
    ("request-lost", 'E'),
    ("equal-match-only", 'M'),
    ("fixed-timeouts", 'M'),
];

#[test]
fn bugs_that_keep_a_cluster_from_serving_are_found_where_one_node_stays_broken() {
    for (mutant, class) in OF_THE_CORE {
        for first_seed in STARTS {
            let hunt = hunted("raft-core", Some(mutant), first_seed, budget(class));
            let failed = hunt.failures.first();
            let failed = failed.unwrap_or_else(|| panic!("{mutant} from {first_seed}: not found"));
            let broken = failed.judgements.iter().filter(|j| j.verdict.violation().is_some());
            for judgement in broken {
                let property = &judgement.property;
                assert!(property.ends_with("after healing"), "{mutant}: {property}");
            }
        }
    }
    holds_in("raft-core", 9_000_000_000, 4_000);
}

/// What a disk completes late is judged where disks are slow.
#[test]
fn slow_disks_show_what_comes_too_late_to_count_and_the_correct_map_holds_over_them() {
    for first_seed in STARTS {
        let hunt =
            hunted("raft-slow-disks", Some("ack-after-term-change"), first_seed, budget('M'));
        assert!(!hunt.failures.is_empty(), "not found from {first_seed}");
    }
    holds_in("raft-slow-disks", 9_000_000_000, 4_000);
}

/// The broadcasts, each with a scenario of its name.
const BROADCASTS: [&str; 11] = [
    "best-effort-broadcast",
    "reliable-broadcast",
    "lazy-reliable-broadcast",
    "uniform-broadcast",
    "all-ack-uniform-broadcast",
    "fifo-broadcast",
    "causal-broadcast",
    "no-waiting-causal-broadcast",
    "gossip-broadcast",
    "total-order-broadcast",
    "sequencer-broadcast",
];

/// Failure detectors and leader detectors, each with a scenario of its name and so many bugs.
const DETECTORS: [(&str, usize); 6] = [
    ("failure-detector", 4),
    ("perfect-failure-detector", 2),
    ("phi-accrual-detector", 4),
    ("swim", 2),
    ("leader-election", 4),
    ("eventual-leader", 7),
];

#[test]
fn every_bug_of_a_broadcast_is_found_within_a_thousand_runs_and_none_without_one() {
    for broadcast in BROADCASTS {
        assert!(found_in_budget(broadcast, 'E') >= 1, "{broadcast}");
        silent(broadcast);
    }
}

/// The links, each with a scenario of its name. The fair-loss link is the network as it is, and has no decision to plant a bug in.
const LINKS: [&str; 4] = ["fair-loss-link", "stubborn-link", "perfect-link", "fifo-link"];

#[test]
fn every_bug_of_a_link_is_found_within_a_thousand_runs_and_none_without_one() {
    for link in LINKS {
        let bugs = found_in_budget(link, 'E');
        assert_eq!(bugs == 0, link == "fair-loss-link", "{link}");
        silent(link);
    }
}

#[test]
fn every_bug_of_a_clock_is_found_within_a_thousand_runs_and_none_without_one() {
    assert!(found_in_budget("logical-clocks", 'E') >= 5);
    silent("logical-clocks");
}

#[test]
fn every_bug_of_a_detector_is_found_within_a_thousand_runs_and_none_without_one() {
    for (detector, bugs) in DETECTORS {
        assert_eq!(found_in_budget(detector, 'E'), bugs, "{detector}");
        let hunt = silent(detector);
        let figures: Vec<&str> = hunt.figures.iter().map(|figure| figure.name.as_str()).collect();
        assert!(figures.contains(&"detection time"), "{detector}: {figures:?}");
        assert!(figures.contains(&"false suspicions"), "{detector}: {figures:?}");
    }
}

/// Holds that 300 runs keep every promise, and that faults that are often asked for bite.
fn silent(scenario: &str) -> HuntAccount {
    let hunt = hunted(scenario, None, 3_000_000_000, 300);
    let said: Vec<_> = hunt.failures.iter().flat_map(|failed| &failed.judgements).collect();
    assert_eq!((hunt.seeds, hunt.violated, hunt.unknown), (300, 0, 0), "{scenario}: {said:?}");
    let vain = hunt.faults.iter().find(|fault| fault.asked > 100 && fault.bit == 0);
    assert_eq!(vain, None, "{scenario}");
    hunt
}

/// A hunt of 200,000 takes minutes, so this one begins shortly before the first seed that finds the bug. After a change of the library's
/// scenario, `BLESS=1 cargo test -p seatrial-tests hard_bugs` makes the whole hunt from seed 0 and notes where that is.
#[test]
fn hard_bugs_are_found_within_two_hundred_thousand_runs() {
    const AHEAD: u64 = 1_000;
    let path = root().join("tests/golden/hard-bugs.txt");
    let blessed = std::env::var("BLESS").is_ok_and(|bless| bless == "1");
    let first_seeds = if blessed { vec![0] } else { noted(&path) };
    let budget = if blessed { budget('H') } else { 2 * AHEAD };
    let mut note =
        "# first seeds for hunts of hard bugs; see tests/integration/finds_bugs.rs\n".to_owned();
    let hard = mutants("raft-kv", 'H');
    assert!(!hard.is_empty(), "no bug is hard");
    for (nth, mutant) in hard.into_iter().enumerate() {
        let first_seed = first_seeds[nth.min(first_seeds.len() - 1)];
        let hunt = hunted("raft-kv", Some(mutant), first_seed, budget);
        let failed = hunt.failures.first().map(|failed| failed.seed);
        let seed = failed.unwrap_or_else(|| panic!("{mutant}: not found in {} runs", hunt.seeds));
        assert!(seed < self::budget('H'), "{mutant}: only at seed {seed}");
        note.push_str(&format!("{mutant} {}\n", seed.saturating_sub(AHEAD)));
    }
    if blessed {
        fs::write(&path, note).expect("the note can be written");
    }
}

/// The seeds in the second column of a file.
fn noted(path: &Path) -> Vec<u64> {
    let text = fs::read_to_string(path).expect("the note is there: make it with BLESS=1");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let seed = |line: &str| line.split(' ').nth(1)?.parse().ok();
    lines.map(|line| seed(line).expect("a bug and a seed")).collect()
}

#[test]
fn a_command_that_is_applied_twice_shows_in_a_counter() {
    for first_seed in STARTS {
        let hunt = hunted("raft-counter", Some("no-client-dedup"), first_seed, budget('E'));
        let failed = hunt.failures.first().expect("it is found");
        let broken = failed.judgements.iter().filter(|j| j.verdict.violation().is_some());
        let broken: Vec<&str> = broken.map(|judgement| judgement.property.as_str()).collect();
        assert_eq!(broken, ["linearizability"], "from {first_seed}: {failed:?}");
    }
}

/// Holds that 2,000 runs keep every promise, that every kind of fault that the scenario asks for has bitten, and that the clients got
/// what they came for.
fn holds(scenario: &str, first_seed: u64) {
    holds_in(scenario, first_seed, 2_200);
}

/// The same, in so many events a run at most.
fn holds_in(scenario: &str, first_seed: u64, most: u64) {
    let hunt = hunted(scenario, None, first_seed, 2_000);
    let said: Vec<_> = hunt.failures.iter().flat_map(|failed| &failed.judgements).collect();
    assert_eq!((hunt.seeds, hunt.violated, hunt.unknown), (2_000, 0, 0), "{scenario}: {said:?}");
    for fault in &hunt.faults {
        assert!(fault.bit > 0, "{scenario}: {} was asked for and never bit", fault.kind);
    }
    assert!(hunt.faults.len() >= 5, "{scenario}: {:?}", hunt.faults);
    assert!(hunt.events / hunt.seeds <= most, "{} events a run", hunt.events / hunt.seeds);
}

#[test]
fn two_thousand_runs_of_the_correct_echo_hold() {
    holds("echo", 0);
}

#[test]
fn two_thousand_runs_of_the_correct_map_over_raft_hold() {
    holds("raft-kv", 7_000_000_000);
}

#[test]
fn two_thousand_runs_of_the_correct_counter_over_raft_hold() {
    holds("raft-counter", 7_000_000_000);
}

/// Where clocks are wrong by as much as is declared, a lease without a margin is found, and one with it holds.
#[test]
fn leases_are_judged_by_clocks_that_are_wrong() {
    let hunt = hunted("raft-kv-leases", Some("skewed-lease"), 0, budget('M'));
    assert!(!hunt.failures.is_empty(), "not found in {} runs", hunt.seeds);
    holds_in("raft-kv-leases", 9_000_000_000, 3_300);
}

/// A leader that was deposed is asked before it knows.
#[test]
fn reads_are_judged_where_leaders_are_deposed() {
    let hunt = hunted("raft-kv-reads", Some("unconfirmed-read"), 0, budget('M'));
    assert!(!hunt.failures.is_empty(), "not found in {} runs", hunt.seeds);
    holds_in("raft-kv-reads", 9_000_000_000, 5_000);
}

#[test]
fn two_thousand_runs_under_upgrades_and_failing_zones_hold() {
    holds("raft-upgrade", 7_000_000_000);
}
