//! Hunts that are parts of one campaign, put together: the same report as of one hunt, and a word about files that do not fit.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::support::program::{Said, say};

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

/// Hunts so many seeds and leaves them in a file.
fn hunt(folder: &Path, how: &str, from: u64, seeds: u64, file: &str) {
    let line = format!("hunt {how} --keep-going --seed {from} --seeds {seeds} --jsonl {file} -q");
    let said = say(folder, &line);
    assert!(matches!(said.code, Some(0 | 1)), "{said:?}");
}

/// The report of these files, in each of its forms.
fn report(folder: &Path, files: &str) -> (Said, String, String) {
    let text = say(folder, &format!("report {files} --html page.html"));
    let json = say(folder, &format!("report {files} --json"));
    assert_eq!(text.code, json.code, "{text:?}");
    let page = fs::read_to_string(folder.join("page.html")).expect("a page was written");
    (text, json.out, page)
}

#[test]
fn a_campaign_split_over_machines_reports_what_one_run_does_to_the_byte() {
    let folder = folder();
    let at = folder.path();
    for how in ["echo --mutant E1 --strategy random", "echo --strategy pos"] {
        hunt(at, how, 0, 200, "all.jsonl");
        let whole = report(at, "all.jsonl");
        assert!(whole.0.out.contains("0 to 199"), "{}", whole.0.out);
        for middle in [100, 37] {
            hunt(at, how, 0, middle, "a.jsonl");
            hunt(at, how, middle, 200 - middle, "b.jsonl");
            assert_eq!(report(at, "a.jsonl b.jsonl"), whole, "{how}, split at {middle}");
            assert_eq!(report(at, "b.jsonl a.jsonl"), whole, "{how}, split at {middle}");
        }
        hunt(at, how, 60, 100, "c.jsonl");
        assert_eq!(report(at, "c.jsonl all.jsonl"), whole, "{how}, with seeds that two have");
    }
}

#[test]
fn a_report_counts_what_the_hunt_itself_counts() {
    let folder = folder();
    hunt(folder.path(), "echo --mutant E1", 0, 150, "h.jsonl");
    let file = fs::read_to_string(folder.path().join("h.jsonl")).expect("it was written");
    let last = file.lines().last().expect("a summary");
    let summary = &parsed(last)["summary"];
    let told = parsed(&report(folder.path(), "h.jsonl").1);
    for what in [
        "outcome",
        "seeds",
        "violated",
        "unknown",
        "outside",
        "excused",
        "repeated",
        "unrepeated",
        "events",
        "virtual_time",
        "traffic",
        "reached",
    ] {
        assert_eq!(told[what], summary[what], "{what}");
    }
    for what in ["seen", "once", "sampled"] {
        assert_eq!(told["states"][what], summary["states"][what], "{what}");
    }
    let by_kind = |faults: &serde_json::Value| {
        let mut faults = faults.as_array().expect("a list").clone();
        faults.sort_by_key(|fault| fault["kind"].to_string());
        faults
    };
    assert_eq!(by_kind(&told["faults"]), by_kind(&summary["faults"]));
    let strategies = |of: &serde_json::Value| {
        let share = |share: &serde_json::Value| {
            ["name", "runs", "states", "violated"].map(|what| share[what].to_string())
        };
        let mut all: Vec<_> =
            of["strategies"].as_array().expect("a list").iter().map(share).collect();
        all.sort();
        all
    };
    let used = |share: &[String; 4]| share[1] != "0";
    let hunted: Vec<_> = strategies(summary).into_iter().filter(used).collect();
    assert_eq!(strategies(&told), hunted);
}

fn parsed(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn the_first_and_the_smallest_run_of_a_way_to_fail_can_be_replayed() {
    let folder = folder();
    hunt(folder.path(), "echo --mutant E1 --max-failures 1", 0, 300, "h.jsonl");
    let told = parsed(&report(folder.path(), "h.jsonl").1);
    let way = &told["ways"][0];
    assert!(way["seeds"].as_u64() > Some(1) && way["first"] != way["smallest"], "{way}");
    for case in ["first_case", "smallest_case"] {
        let case = way[case].as_str().expect("its case was kept");
        assert_eq!(say(folder.path(), &format!("replay {case}")).code, Some(1));
    }
}

#[test]
fn time_is_written_down_only_where_it_is_asked_for() {
    let folder = folder();
    hunt(folder.path(), "echo --timed", 0, 20, "timed.jsonl");
    let (text, _, page) = report(folder.path(), "timed.jsonl");
    assert!(text.out.contains("seeds a second") && page.contains("Slowest seeds"), "{}", text.out);
    hunt(folder.path(), "echo", 0, 20, "plain.jsonl");
    let plain = fs::read_to_string(folder.path().join("plain.jsonl")).expect("it was written");
    assert!(!plain.contains("wall"), "{plain}");
    assert_eq!(say(folder.path(), "hunt echo --timed").code, Some(2));
}

#[test]
fn files_that_do_not_belong_together_or_are_broken_are_refused_by_file_and_line() {
    let folder = folder();
    let at = folder.path();
    hunt(at, "echo --strategy random", 0, 20, "echo.jsonl");
    hunt(at, "echo --mutant E1 --strategy random", 20, 20, "mutant.jsonl");
    hunt(at, "echo --strategy random --faults loss", 20, 20, "loss.jsonl");
    hunt(at, "canary --strategy random", 20, 20, "canary.jsonl");
    let echo = fs::read_to_string(at.join("echo.jsonl")).expect("it was written");
    let other = echo.replacen("\"hash\":\"", "\"hash\":\"x", 7);
    let write = |name: &str, text: &str| fs::write(at.join(name), text).expect("it can be written");
    write("other.jsonl", &other);
    write("broken.jsonl", &echo.replacen("{\"seed\":4", "{\"seed\"4", 1));
    fs::write(at.join("bytes.jsonl"), b"\xff\xfe\n").expect("it can be written");
    write("empty.jsonl", "");
    let refused = [
        (
            "echo.jsonl canary.jsonl",
            "canary.jsonl:1: the scenario is canary, and of echo.jsonl is echo",
        ),
        ("echo.jsonl mutant.jsonl", "mutant.jsonl:1: the planted bug is "),
        ("echo.jsonl loss.jsonl", "loss.jsonl:1: --faults is loss, and of echo.jsonl is scenario"),
        ("echo.jsonl other.jsonl", "other.jsonl:2: seed 0 came to something else in echo.jsonl"),
        ("broken.jsonl", "broken.jsonl:6: no JSON"),
        ("bytes.jsonl", "bytes.jsonl:1: not UTF-8"),
        ("empty.jsonl", "empty.jsonl: a hunt's file begins with a header"),
        ("none.jsonl", "none.jsonl: cannot be read"),
        (".", "name a file, not a folder"),
        ("echo.jsonl --html echo.jsonl", "would be written over another file"),
        ("", "FILE.jsonl"),
    ];
    for (files, says) in refused {
        let said = say(at, &format!("report {files}"));
        assert!(said.code == Some(2) && said.out.is_empty(), "{files}: {said:?}");
        assert!(said.err.contains(says), "{files}: {}", said.err);
    }
    assert_eq!(fs::read_to_string(at.join("echo.jsonl")).expect("it is there"), echo);
}

#[test]
fn a_file_that_was_cut_off_is_told_as_far_as_it_goes_and_is_no_pass() {
    let folder = folder();
    hunt(folder.path(), "echo", 0, 20, "h.jsonl");
    let file = fs::read_to_string(folder.path().join("h.jsonl")).expect("it was written");
    let cut = file.lines().take(12).map(str::len).sum::<usize>() + 11;
    fs::write(folder.path().join("h.jsonl"), &file[..cut - 9]).expect("it can be written");
    let said = say(folder.path(), "report h.jsonl");
    assert_eq!(said.code, Some(3), "{said:?}");
    assert!(said.err.contains("h.jsonl: cut off after seed 9"), "{}", said.err);
    assert!(
        said.out
            .starts_with("UNKNOWN  echo: 10 seeds, none broke a property; 1 hunt was not finished")
    );
}
