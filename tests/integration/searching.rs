//! The commands that search beyond a hunt: what chooses runs, when a failure became inevitable, and the benchmark of planted bugs.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use super::support::program::{Said, say};

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

/// Holds that the program refuses this line and says all of that.
fn refused(folder: &TempDir, line: &str, says: &[&str]) {
    let said = say(folder.path(), line);
    assert_eq!(said.code, Some(2), "{line}\n{said:?}");
    for words in says {
        assert!(said.err.contains(words), "{line}: no {words:?} in\n{}", said.err);
    }
}

fn json(said: &Said) -> Value {
    serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {said:?}"))
}

#[test]
fn a_hunt_says_what_found_a_bug_and_a_single_run_is_no_portfolio() {
    let folder = folder();
    let said = say(folder.path(), "hunt raft-kv --mutant vote-not-persisted --seed 70 --quiet");
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.out.contains("\n    found by "), "{}", said.out);
    assert!(said.out.contains("\nstrategies  "), "{}", said.out);
    let told = say(folder.path(), "hunt raft-kv --mutant vote-not-persisted --seed 70 --json -q");
    let told = json(&told);
    let names = told["strategies"].as_array().expect("a list");
    let names: Vec<&str> = names.iter().filter_map(|strategy| strategy["name"].as_str()).collect();
    assert_eq!(names, ["random", "pct:3", "pctcp:3", "delay:2", "pos", "guided"]);
    assert!(told["failures"][0]["found_by"].is_string());
    for strategy in ["guided", "portfolio"] {
        let line = format!("run raft-kv --strategy {strategy}");
        refused(&folder, &line, &["chooses a run by those before it", "take random, pct:3"]);
    }
}

#[test]
fn the_likelihood_of_a_failure_is_told_from_its_case_and_a_small_one_is_refused() {
    let folder = folder();
    let line = "hunt raft-kv --mutant vote-not-persisted --seed 70 --quiet --out .";
    let said = say(folder.path(), line);
    assert_eq!(said.code, Some(1), "{said:?}");
    let found = fs::read_dir(folder.path()).expect("a folder").find_map(|entry| {
        let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
        name.ends_with(".case").then_some(name)
    });
    let case = found.expect("its case is there");
    let line = format!("likelihood {case} --points 5 --runs 20");
    let one = say(folder.path(), &format!("{line} --jobs 1"));
    assert_eq!(one.code, Some(1), "{one:?}");
    assert!(one.out.contains("\ninevitable: step "), "{}", one.out);
    assert_eq!(say(folder.path(), &format!("{line} --jobs 3")).out, one.out);
    let told = json(&say(folder.path(), &format!("{line} --json")));
    let points = told["points"].as_array().expect("a list");
    assert!(points.len() >= 6, "{told}");
    assert_eq!(points[points.len() - 1]["failed"], 20, "where it happens it is certain");
    assert!(say(folder.path(), &format!("shrink {case} --out small.case -q")).code == Some(1));
    refused(&folder, "likelihood small.case", &["small.case", "the case that it was shrunk from"]);
    let mended = fs::read_to_string(folder.path().join(&case)).expect("it can be read");
    let mended = mended.replace("mutant = \"vote-not-persisted\"\n", "");
    fs::write(folder.path().join("mended.case"), mended).expect("it can be written");
    refused(&folder, "likelihood mended.case", &["mended.case", "breaks no property"]);
}

#[test]
fn two_runs_are_told_apart_by_the_first_event_the_choice_and_the_faults() {
    let folder = folder();
    let line = "run raft-kv --mutant vote-not-persisted --out . --quiet --seed";
    assert_eq!(say(folder.path(), &format!("{line} 129")).code, Some(1));
    assert_eq!(say(folder.path(), &format!("{line} 128")).code, Some(0));
    let case = |seed: u32| format!("raft-kv-vote-not-persisted-{seed}.case");
    let failing = fs::read_to_string(folder.path().join(case(129))).expect("it was saved");
    // The same case without its first fault.
    let (head, rest) = failing.split_once("faults = [\n").expect("it has faults");
    let (_, rest) = rest.split_once('\n').expect("a fault a line");
    let edited = format!("{head}faults = [\n{rest}");
    fs::write(folder.path().join("edited.case"), edited).expect("it can be written");

    let said = say(folder.path(), &format!("diff {} edited.case", case(129)));
    assert_eq!(said.code, Some(0), "{said:?}");
    for words in
        ["trouble that only A has\n  23.55ms  ring", "  A     step 5 at 23.55068ms: !! ring"]
    {
        assert!(said.out.contains(words), "no {words:?} in\n{}", said.out);
    }
    assert!(said.out.contains("the cases themselves differ"), "{}", said.out);
    let told = json(&say(folder.path(), &format!("diff {} {} --json", case(129), case(128))));
    let outcomes =
        [0, 1].map(|run: usize| told["runs"][run]["outcome"].as_str().map(str::to_owned));
    assert_eq!(outcomes, ["violated", "holds"].map(|outcome| Some(outcome.to_owned())));
    assert!(told["choice"]["site"].is_string() && told["parts"][0]["step"].is_number(), "{told}");
    assert!(told["decisive"].as_array().is_some_and(|all| !all.is_empty()), "{told}");
    let same = say(folder.path(), &format!("diff {0} {0}", case(129)));
    assert!(same.out.contains("the two runs are the same"), "{}", same.out);
    refused(&folder, &format!("diff {} no.case", case(129)), &["no.case", "cannot be read"]);
}

#[test]
fn the_benchmark_goes_on_where_it_was_stopped_and_draws_its_gallery() {
    let folder = folder();
    let line = "bench bugs --bugs E1,O9 --strategy random,portfolio --campaigns 2 --out b.jsonl -q";
    let first = say(folder.path(), &format!("{line} --gallery b.html"));
    assert_eq!(first.code, Some(0), "{first:?}");
    assert!(first.out.contains("apply-before-commit"), "{}", first.out);
    let path = folder.path().join("b.jsonl");
    let lines = fs::read_to_string(&path).expect("results are there");
    assert_eq!(lines.lines().count(), 8);
    let page = fs::read_to_string(folder.path().join("b.html")).expect("the gallery is there");
    assert!(page.contains("<svg") && page.contains("apply-before-commit"), "{page}");
    // Cut off in the midst of a line: that one is measured again, and no other.
    let cut = lines.trim_end().rfind('\n').expect("several lines") + 20;
    fs::write(&path, &lines[..cut]).expect("it can be written");
    let again = say(folder.path(), line);
    let now = fs::read_to_string(&path).expect("results are there");
    assert_eq!(now.lines().count(), 8);
    assert_eq!(now.lines().take(7).collect::<Vec<_>>(), lines.lines().take(7).collect::<Vec<_>>());
    let plain = |text: &str| text.split("; ").next().map(str::to_owned);
    assert_eq!(plain(&again.out), plain(&first.out));
    // What was measured is said to be so; other campaigns have other seeds, and a strategy that is named twice has each of them once.
    let line = "bench bugs --bugs O9 --strategy random,random --no-shrink --out b.jsonl";
    let known = say(folder.path(), &format!("{line} --campaigns 2"));
    assert!(known.err.contains("2 of 2 hunts were in b.jsonl already"), "{}", known.err);
    say(folder.path(), &format!("{line} --campaigns 1 --first 7"));
    let now = fs::read_to_string(&path).expect("results are there");
    let last: Value = serde_json::from_str(now.lines().nth(8).expect("one more")).expect("JSON");
    assert_eq!((now.lines().count(), &last["first_seed"]), (9, &80_000_000_000_u64.into()));
    // What was found later than is asked for now was not found by then.
    let limited = say(folder.path(), &format!("{line} --campaigns 2 --limit 1"));
    assert_eq!(limited.code, Some(1), "{}", limited.out);
    let took =
        |line: &str| serde_json::from_str::<Value>(line).map(|line| line["executions"].as_u64());
    assert!(
        now.lines()
            .filter(|line| line.contains("\"O9\""))
            .all(|line| took(line).ok() > Some(Some(1)))
    );
    assert!(limited.out.contains("0 of 2"), "{}", limited.out);
    fs::write(&path, now.replace("\"limit\":1000", "\"limit\":1")).expect("it can be written");
    refused(&folder, line, &["has more executions than its limit"]);
}

/// More than the thousand that a hunt runs where nothing is planted.
#[test]
fn a_bug_that_is_hard_to_find_is_given_the_runs_that_it_may_take() {
    let folder = folder();
    let said = say(folder.path(), "hunt raft-kv --mutant commit-old-term --quiet --json --out .");
    assert_eq!(said.code, Some(1), "{said:?}");
    let account = json(&said);
    assert_eq!(account["asked"], 200_000);
    assert!(account["seeds"].as_u64() > Some(1_000), "{}", account["seeds"]);
    assert!(account["failures"][0]["found_by"].is_string(), "{}", account["failures"][0]);
    // By itself that run stays long, and chance finds no other in a smaller world.
    let case = account["failures"][0]["case"].as_str().expect("its case");
    let small = say(folder.path(), &format!("shrink {case} --max-runs 4000 -q"));
    assert!(small.out.contains("took its place: it fails in the same way"), "{}", small.out);
}

#[test]
fn what_a_benchmark_found_is_made_small_once_that_is_wanted() {
    let folder = folder();
    let line = "bench bugs --bugs O9 --strategy random --campaigns 1 --out b.jsonl -q";
    let rows = || {
        let text = fs::read_to_string(folder.path().join("b.jsonl")).expect("results are there");
        let is_small = |row: &str| !row.contains("\"shrunk\":null");
        text.lines().map(is_small).collect::<Vec<_>>()
    };
    for (more, small) in [
        (" --no-shrink", vec![false]),
        ("", vec![false, true]),
        ("", vec![false, true]),
        (" --no-shrink", vec![false, true]),
    ] {
        assert_eq!(say(folder.path(), &format!("{line}{more}")).code, Some(0));
        assert_eq!(rows(), small, "{more}");
    }
}

#[test]
fn what_cannot_be_measured_is_refused_with_what_to_write() {
    let folder = folder();
    refused(&folder, "bench bugs --bugs O99", &["no bug `O99`", "list mutants"]);
    let hunted = "its runs that fail become cases with: seatrial hunt echo";
    refused(&folder, "shrink echo", &["echo is a scenario", hunted]);
    refused(&folder, "bench bugs --class Z", &["no class `Z`", "E, M, H, X or C"]);
    refused(&folder, "bench bugs --bugs O3 --class E", &["none of these bugs"]);
    refused(&folder, "bench bugs --strategy greedy", &["greedy", "portfolio"]);
    refused(&folder, "bench bugs --quick --campaigns 3", &["--campaigns"]);
    refused(&folder, "bench bugs --campaigns 99999999999", &["--campaigns", "10000 at most"]);
    refused(&folder, "bench bugs --first -1", &["--first", "1000000 at most"]);
    fs::write(folder.path().join("b.jsonl"), "{\"id\":1}\n").expect("it can be written");
    refused(&folder, "bench bugs --out b.jsonl", &["b.jsonl:1", "name another file with --out"]);
    // What ends without a line's end may be a result that was cut off, but not this.
    fs::write(folder.path().join("notes"), "to do").expect("it can be written");
    refused(&folder, "bench bugs --out notes", &["notes:1", "name another file with --out"]);
    let notes = fs::read_to_string(folder.path().join("notes"));
    assert_eq!(notes.expect("it is there"), "to do");
}

#[test]
fn what_cannot_be_read_is_refused_with_what_to_do() {
    let folder = folder();
    fs::write(folder.path().join("noise"), [0xff, 0xfe]).expect("it can be written");
    fs::create_dir(folder.path().join("folder")).expect("a folder can be made");
    for command in ["shrink", "replay", "run", "run echo --plan", "bench bugs --out"] {
        refused(&folder, &format!("{command} noise"), &["noise: ", "; name a file of text"]);
        refused(
            &folder,
            &format!("{command} folder"),
            &["folder: ", "; name a file, not a folder"],
        );
    }
    refused(&folder, "shrink no.case", &["no.case: ", "; is the path right?"]);
    let hunted = say(folder.path(), "hunt raft-kv --mutant truncate-always -q --json --out .");
    let case = json(&hunted)["failures"][0]["case"].as_str().expect("its case").to_owned();
    let text = fs::read_to_string(folder.path().join(&case)).expect("it is there");
    fs::write(folder.path().join("more.case"), text.clone() + "nodes = 3\n")
        .expect("it can be written");
    refused(&folder, "shrink more.case", &["more.case:", "something stands after the last line"]);
    // However early it is cut short, what it comes to is no more than what was given.
    for runs in [1, 20, 200] {
        let small = say(folder.path(), &format!("shrink {case} --max-runs {runs} --out m.case -q"));
        let sizes = small.out.lines().find(|line| line.trim_start().starts_with("bytes"));
        let sizes = sizes.unwrap_or_default().split_whitespace().skip(1);
        let sizes: Vec<u64> = sizes.map(|size| size.parse().expect("a number")).collect();
        assert!(sizes.len() == 2 && sizes[1] <= sizes[0], "{runs} runs:\n{}", small.out);
    }
}

#[test]
fn an_exploration_can_be_told_as_json() {
    let folder = folder();
    let said = say(folder.path(), "explore uniform-broadcast --messages 1 --json");
    assert_eq!(said.code, Some(0), "{said:?}");
    let told = json(&said);
    assert_eq!((told["outcome"].as_str(), told["complete"].as_bool()), (Some("holds"), Some(true)));
    assert!(told["states"].as_u64().is_some_and(|states| states > 100), "{told}");
    let line = "explore uniform-broadcast --mutant urb-early --json";
    let told = json(&say(folder.path(), line));
    assert!(told["found"]["steps"].as_array().is_some_and(|steps| steps.len() > 3), "{told}");
}

#[test]
fn a_failure_is_shown_in_a_smaller_world_unless_that_very_run_is_asked_for() {
    let folder = folder();
    let hunted = "hunt raft-kv --mutant heartbeat-underflow --seed 1 --quiet --out .";
    assert_eq!(say(folder.path(), hunted).code, Some(1));
    let case = "raft-kv-heartbeat-underflow-1.case";
    let shrunk = |more: &str| {
        let said =
            say(folder.path(), &format!("shrink {case} --max-runs 60 --out min.case {more}"));
        assert_eq!(said.code, Some(1), "{said:?}");
        (said.out, fs::read_to_string(folder.path().join("min.case")).expect("it was written"))
    };
    let (said, small) = shrunk("--jobs 1");
    assert!(said.contains("took its place") && small.contains("nodes = 2"), "{said}\n{small}");
    assert_eq!(shrunk("--jobs 3").1, small, "the threads make no difference");
    let (said, kept) = shrunk("--this-run");
    assert!(!said.contains("took its place") && kept.contains("\nseed = 1\n"), "{said}\n{kept}");
    // What somebody wrote is not drawn anew.
    let text = fs::read_to_string(folder.path().join(case)).expect("it was saved");
    fs::write(folder.path().join(case), text.replacen("duplicate = 2", "duplicate = 1", 1))
        .expect("written");
    assert!(!shrunk("").0.contains("took its place"));
}
