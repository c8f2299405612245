//! Who may depend on whom, and what nobody may name: the walls of ARCHITECTURE.md, held by reading every Cargo.toml and every source.
//!
//! Each rule is a function of plain data, and is shown a bad sample beside the workspace itself: a rule that cannot fail holds nothing.

use std::collections::BTreeMap;

use cargo_metadata::{MetadataCommand, Package};

use super::support::source::{code, enclosed, has_word, root, shipped};

/// What nodes are made of.
const PROTOCOLS: [&str; 9] = [
    "seatrial-echo",
    "seatrial-links",
    "seatrial-clocks",
    "seatrial-detectors",
    "seatrial-broadcast",
    "seatrial-raft",
    "seatrial-service",
    "seatrial-kv",
    "seatrial-counter",
];

/// Everything below these folders judges, draws, simulates or is simulated: it sees no machine.
const PURE: [&str; 5] =
    ["protocols", "sim/src", "scenarios/checkers/src", "scenarios/search/src", "reports/src"];

/// What stands among the protocols and carries them on a real machine.
const ON_MACHINES: [&str; 2] = ["protocols/hosts/", "protocols/server/"];

/// A crate, as far as the rules look at it.
#[derive(Clone, Debug, Default)]
struct Crate {
    name: String,
    dependencies: Vec<Dependency>,
    features: BTreeMap<String, Vec<String>>,
}

/// A dependency of any kind: normal, for tests, for the build.
#[derive(Clone, Debug, Default)]
struct Dependency {
    name: String,
    features: Vec<String>,
}

/// The crates of the workspace that a crate may name, or nothing where the table does not know the crate.
fn arrows(name: &str) -> Option<Vec<&'static str>> {
    let words = ["seatrial-node", "seatrial-history"];
    let allowed = match name {
        "seatrial-node" | "seatrial-macros" => vec![],
        "seatrial-history" | "seatrial-wal" => vec!["seatrial-node"],
        name if PROTOCOLS.contains(&name) => {
            [&["seatrial-node", "seatrial-wal"][..], &PROTOCOLS].concat()
        }
        "seatrial-sim" | "seatrial-checkers" | "seatrial-reports" => words.to_vec(),
        "seatrial-search" => [&words[..], &["seatrial-sim"]].concat(),
        "seatrial" => {
            let below = ["seatrial-sim", "seatrial-search", "seatrial-checkers", "seatrial-macros"];
            [&words[..], &below, &PROTOCOLS].concat()
        }
        "seatrial-hosts" => [&words[..], &["seatrial-wal"]].concat(),
        "seatrial-server" => [&words[..], &["seatrial-hosts"], &PROTOCOLS].concat(),
        "seatrial-live" => [&words[..], &["seatrial", "seatrial-hosts"]].concat(),
        "seatrial-cli" => {
            let below = ["seatrial", "seatrial-checkers", "seatrial-live", "seatrial-reports"];
            [&words[..], &below, &["seatrial-server"]].concat()
        }
        _ => return None,
    };
    Some(allowed)
}

/// Dependencies within the workspace that no arrow allows.
fn wrong_arrows(crates: &[Crate]) -> Vec<String> {
    let ours = |name: &str| crates.iter().any(|known| known.name == name);
    let mut wrong = Vec::new();
    for krate in crates.iter().filter(|krate| !MAY_SEE_ALL.contains(&krate.name.as_str())) {
        let Some(allowed) = arrows(&krate.name) else {
            wrong.push(format!("{} has no place in the table of arrows", krate.name));
            continue;
        };
        let inside = krate.dependencies.iter().filter(|dependency| ours(&dependency.name));
        let strangers = inside.filter(|dependency| !allowed.contains(&dependency.name.as_str()));
        wrong.extend(strangers.map(|stranger| format!("{} -> {}", krate.name, stranger.name)));
    }
    wrong
}

/// Tests see everything.
const MAY_SEE_ALL: [&str; 3] =
    ["seatrial-tests", "seatrial-conformance", "seatrial-without-mutants"];

/// Crates from outside that only some may name: which, and who.
const RESERVED: [(&str, &[&str]); 17] = [
    ("clap", &["seatrial-cli", "seatrial-server"]),
    ("indicatif", &["seatrial-cli"]),
    ("ctrlc", &["seatrial-cli"]),
    ("ratatui", &["seatrial-cli"]),
    ("tokio", &["seatrial-hosts", "seatrial-tests"]),
    ("rustls", &["seatrial-hosts"]),
    ("turmoil", &["seatrial-tests"]),
    ("rand_chacha", &["seatrial-sim", "seatrial-tests"]),
    ("rand_core", &["seatrial-sim", "seatrial-tests"]),
    ("rand", &[]),
    ("getrandom", &["seatrial-hosts"]),
    ("rayon", &[]),
    ("crossbeam", &[]),
    ("async-std", &[]),
    ("futures", &[]),
    ("chrono", &[]),
    ("time", &[]),
];

/// Dependencies on what is reserved for others.
fn reserved(crates: &[Crate]) -> Vec<String> {
    let mut wrong = Vec::new();
    for krate in crates {
        for dependency in &krate.dependencies {
            let rule = RESERVED.iter().find(|(name, _)| *name == dependency.name);
            if rule.is_some_and(|(_, may)| !may.contains(&krate.name.as_str())) {
                wrong.push(format!("{} -> {}", krate.name, dependency.name));
            }
        }
    }
    wrong
}

/// Ways by which a planted bug would be compiled in where nobody asked for it.
fn unasked_mutants(crates: &[Crate]) -> Vec<String> {
    let plants = |feature: &String| feature.rsplit('/').next() == Some("mutants");
    let mut wrong = Vec::new();
    for krate in crates {
        if reached(&krate.features, "default").iter().any(plants) {
            wrong.push(format!("{}: `mutants` is among the default features", krate.name));
        }
        if HARNESS.contains(&krate.name.as_str()) {
            continue;
        }
        for dependency in &krate.dependencies {
            if dependency.features.iter().any(plants) {
                wrong.push(format!("{} -> {} with `mutants`", krate.name, dependency.name));
            }
        }
    }
    wrong
}

/// Who plants bugs.
const HARNESS: [&str; 3] = ["seatrial", "seatrial-cli", "seatrial-tests"];

/// All that a feature switches on, itself included.
fn reached(features: &BTreeMap<String, Vec<String>>, from: &str) -> Vec<String> {
    let mut reached = vec![from.to_owned()];
    let mut next = 0;
    while next < reached.len() {
        for feature in features.get(&reached[next]).into_iter().flatten() {
            if !reached.contains(feature) {
                reached.push(feature.clone());
            }
        }
        next += 1;
    }
    reached
}

/// What in this code would make two runs of a seed differ.
fn impurities(code: &str) -> Vec<String> {
    let mut found: Vec<String> = ["HashMap", "HashSet", "RandomState"]
        .iter()
        .filter(|word| has_word(code, word))
        .map(|word| (*word).to_owned())
        .collect();
    for (at, _) in code.match_indices("std::") {
        let rest = &code[at + "std::".len()..];
        let named = match rest.starts_with('{') {
            true => members(enclosed(rest, '{', '}')),
            false => vec![rest],
        };
        found.extend(named.into_iter().filter_map(machine).map(|module| format!("std::{module}")));
    }
    found
}

/// The parts of `{a, b::{c, d}}`.
fn members(group: &str) -> Vec<&str> {
    let inside = group.trim_start_matches('{').trim_end_matches('}');
    let mut depth = 0;
    let parts = inside.split(|c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    });
    parts.map(str::trim).collect()
}

/// The module of the standard library that sees the machine, if this path goes there. A span of time is no clock.
fn machine(path: &str) -> Option<&'static str> {
    if path.starts_with("time::Duration") {
        return None;
    }
    let modules = ["time", "thread", "fs", "net", "env", "process", "os"];
    let first = path.split(|c: char| !c.is_alphanumeric() && c != '_').next();
    modules.into_iter().find(|module| first == Some(module))
}

/// Whether this code writes to the terminal.
fn prints(code: &str) -> Vec<&'static str> {
    let macros = ["println!", "eprintln!", "print!", "eprint!", "dbg!"];
    macros.into_iter().filter(|name| has_word_before(code, name)).collect()
}

fn has_word_before(code: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).any(|(at, _)| !code[..at].ends_with(part))
}

/// Code that ships, up to its tests.
fn without_tests(code: &str) -> &str {
    code.split("#[cfg(test)]\nmod tests {").next().unwrap_or(code)
}

fn workspace() -> Vec<Crate> {
    let mut command = MetadataCommand::new();
    command.manifest_path(root().join("Cargo.toml")).no_deps();
    command.other_options(["--offline".to_owned()]);
    let metadata = command.exec().expect("cargo can tell of the workspace");
    let krate = |package: &Package| Crate {
        name: package.name.to_string(),
        dependencies: package
            .dependencies
            .iter()
            .map(|d| Dependency { name: d.name.clone(), features: d.features.clone() })
            .collect(),
        features: package.features.clone().into_iter().collect(),
    };
    metadata.packages.iter().map(krate).collect()
}

const NONE: [&str; 0] = [];

#[test]
fn every_crate_names_only_those_that_the_architecture_allows() {
    let crates = workspace();
    assert!(crates.len() >= 14, "{} crates", crates.len());
    assert_eq!(wrong_arrows(&crates), NONE);
    assert_eq!(reserved(&crates), NONE);
}

#[test]
fn planted_bugs_are_compiled_in_only_for_the_harness() {
    let crates = workspace();
    let plants = crates.iter().filter(|krate| krate.features.contains_key("mutants"));
    assert!(plants.count() >= 4, "the feature is gone, and this test with it");
    assert_eq!(unasked_mutants(&crates), NONE);
}

#[test]
fn nothing_that_decides_a_run_or_a_verdict_sees_the_machine() {
    let is_pure = |path: &str| !ON_MACHINES.iter().any(|folder| path.starts_with(folder));
    for source in shipped(&PURE).into_iter().filter(|source| is_pure(&source.path)) {
        let code = code(&source.text);
        let code = without_tests(&code);
        assert_eq!(impurities(code), NONE, "{}", source.path);
        assert_eq!(prints(code), NONE, "{}", source.path);
    }
}

#[test]
fn only_the_command_line_prints_and_exits() {
    // A test that passes has no other way to say that a case which is kept for it is another run by now.
    let mut shipped = shipped(&["scenarios/runner/src"]);
    shipped.retain(|source| source.path != "scenarios/runner/src/regression.rs");
    for source in shipped {
        let code = code(&source.text);
        let code = without_tests(&code);
        assert_eq!(prints(code), NONE, "{}", source.path);
        assert!(!has_word(code, "exit"), "{}", source.path);
    }
}

/// A workspace of a node, a world, a protocol and the command line, and one crate that depends so.
fn sample(name: &str, on: &[&str]) -> Vec<Crate> {
    let named = |name: &&str| Crate { name: (*name).to_owned(), ..Crate::default() };
    let others = ["seatrial-node", "seatrial-sim", "seatrial-checkers", "seatrial-raft"];
    let mut crates: Vec<Crate> = others.iter().filter(|n| **n != name).map(named).collect();
    let dependency = |name: &&str| Dependency { name: (*name).to_owned(), features: vec![] };
    crates.push(Crate { dependencies: on.iter().map(dependency).collect(), ..named(&name) });
    crates
}

#[test]
fn a_wrong_arrow_is_seen() {
    let wrong = |name, on: &[&str]| wrong_arrows(&sample(name, on));
    assert_eq!(wrong("seatrial-raft", &["seatrial-node", "serde"]), NONE);
    assert_eq!(wrong("seatrial-raft", &["seatrial-sim"]), ["seatrial-raft -> seatrial-sim"]);
    assert_eq!(wrong("seatrial-sim", &["seatrial-raft"]), ["seatrial-sim -> seatrial-raft"]);
    let judge = wrong("seatrial-sim", &["seatrial-checkers"]);
    assert_eq!(judge, ["seatrial-sim -> seatrial-checkers"]);
    let judge = wrong("seatrial-checkers", &["seatrial-sim"]);
    assert_eq!(judge, ["seatrial-checkers -> seatrial-sim"]);
    let drawing = wrong("seatrial-reports", &["seatrial-sim"]);
    assert_eq!(drawing, ["seatrial-reports -> seatrial-sim"]);
    assert_eq!(wrong("seatrial-cli", &["seatrial-raft"]), ["seatrial-cli -> seatrial-raft"]);
    let unplaced = wrong("seatrial-new", &[]);
    assert_eq!(unplaced, ["seatrial-new has no place in the table of arrows"]);
}

#[test]
fn a_crate_that_is_reserved_for_others_is_seen() {
    let wrong = |name, on: &[&str]| reserved(&sample(name, on));
    assert_eq!(wrong("seatrial-sim", &["rand_chacha"]), NONE);
    assert_eq!(wrong("seatrial-raft", &["tokio"]), ["seatrial-raft -> tokio"]);
    assert_eq!(wrong("seatrial-raft", &["rand"]), ["seatrial-raft -> rand"]);
    assert_eq!(wrong("seatrial-raft", &["rand_core"]), ["seatrial-raft -> rand_core"]);
    assert_eq!(wrong("seatrial", &["clap"]), ["seatrial -> clap"]);
    assert_eq!(wrong("seatrial-reports", &["indicatif"]), ["seatrial-reports -> indicatif"]);
}

#[test]
fn a_planted_bug_that_nobody_asked_for_is_seen() {
    let mut crates = sample("seatrial-kv", &["seatrial-raft"]);
    let features = |list: &[(&str, &str)]| {
        let feature = |(name, on): &(&str, &str)| ((*name).to_owned(), vec![(*on).to_owned()]);
        list.iter().map(feature).collect::<BTreeMap<_, _>>()
    };
    let kv = crates.len() - 1;
    crates[kv].features = features(&[("mutants", "seatrial-raft/mutants")]);
    assert_eq!(unasked_mutants(&crates), NONE);
    crates[kv].features = features(&[("default", "all"), ("all", "seatrial-raft/mutants")]);
    assert_eq!(unasked_mutants(&crates).len(), 1);
    crates[kv].features = features(&[("default", "mutants")]);
    assert_eq!(unasked_mutants(&crates).len(), 1);
    crates[kv].features.clear();
    crates[kv].dependencies[0].features.push("mutants".into());
    assert_eq!(unasked_mutants(&crates), ["seatrial-kv -> seatrial-raft with `mutants`"]);
}

#[test]
fn a_look_at_the_machine_is_seen_however_it_is_written() {
    let found = |text| impurities(&code(text));
    assert_eq!(found("use std::collections::BTreeMap; // not a HashMap"), NONE);
    assert_eq!(found("fn f(t: std::time::Duration) { x(\"std::fs\") }"), NONE);
    assert_eq!(found("struct MyHashMap;"), NONE);
    assert_eq!(found("use std::collections::{BTreeMap, HashMap};"), ["HashMap"]);
    assert_eq!(found("let x: HashSet<u8>;"), ["HashSet"]);
    assert_eq!(found("let t = std::time::Instant::now();"), ["std::time"]);
    assert_eq!(found("use std::time::{Duration, Instant};"), ["std::time"]);
    assert_eq!(found("use std::{fmt, thread};"), ["std::thread"]);
    assert_eq!(found("use std::{fmt::{self, Debug},\n    fs::File};"), ["std::fs"]);
    assert_eq!(found("std::net::TcpStream::connect(a)"), ["std::net"]);
    assert_eq!(found("std::env::var(\"X\")"), ["std::env"]);
}

#[test]
fn printing_is_seen() {
    let found = |text| prints(&code(text)).len();
    assert_eq!(found("// println!(\"x\")\nwriteln!(out, \"println!\")"), 0);
    assert_eq!(found("println!(\"x\")"), 1);
    assert_eq!(found("std::eprintln!()"), 1);
    let tested = "fn f() {}\n#[cfg(test)]\nmod tests {\n println!() }";
    assert_eq!(prints(without_tests(tested)), NONE);
}
