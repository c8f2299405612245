//! What a run is written as for other tools is opened by those tools.
//!
//! Our own reader of Jepsen's histories is always there. Where there is no xmllint, Graphviz or Mermaid, their tests say so and pass, unless
//! `SEATRIAL_TOOLS` asks for them: `.ci/run` installs them and asks.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::support::program::{Said, say};
use super::support::source::root;

const BAD: &str = "raft-kv --seed 2 --mutant stale-read";
const GOOD: &str = "raft-kv --seed 3";
/// A planted bug as a schedule of a few steps.
const SMALL: &str = "tests/schedules/vote-not-persisted.case";

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

/// Runs it, and gives what it was written as.
fn written(folder: &TempDir, command: &str, format: &str, violated: bool) -> String {
    let name = format!("out.{format}");
    let said = say(folder.path(), &format!("{command} --format {format} --output {name}"));
    assert_eq!(said.code, Some(i32::from(violated)), "{said:?}");
    assert!(said.out.contains(if violated { "VIOLATED" } else { "HOLDS" }), "{said:?}");
    fs::read_to_string(folder.path().join(name)).expect("it was written")
}

fn small() -> String {
    format!("replay {}", root().join(SMALL).display())
}

fn refused(said: &Said, words: &[&str]) {
    assert_eq!(said.code, Some(2), "{said:?}");
    assert!(words.iter().all(|word| said.err.contains(word)), "{said:?}");
}

#[test]
fn a_run_written_as_jepsen_does_is_judged_as_the_run_was() {
    let folder = folder();
    for (run, violated) in [(BAD, true), (GOOD, false)] {
        let text = written(&folder, &format!("run {run}"), "edn", violated);
        assert!(text.contains(":process :nemesis, :f :start"), "{text}");
        let check = say(folder.path(), "check out.edn --model kv");
        assert_eq!(check.code, Some(i32::from(violated)), "{run}: {check:?}");
        say(folder.path(), &format!("run {run} --history history.edn"));
        let history = fs::read_to_string(folder.path().join("history.edn")).expect("a history");
        assert_eq!(history, text, "{run}");
    }
}

#[test]
fn a_form_goes_to_standard_output_or_to_a_file_and_is_the_same_there() {
    let folder = folder();
    for format in ["json", "junit", "shiviz", "perfetto", "mermaid", "edn", "dot"] {
        let text = written(&folder, &small(), format, true);
        let said = say(folder.path(), &format!("{} --format {format}", small()));
        assert_eq!(said.out, text, "{format}");
        if ["json", "perfetto"].contains(&format) {
            serde_json::from_str::<serde_json::Value>(&text).expect(format);
        }
    }
    let short = say(folder.path(), &format!("{} --json", small()));
    assert_eq!(short.out, written(&folder, &small(), "json", true));
}

#[test]
fn a_form_that_does_not_exist_or_has_no_place_is_refused() {
    let folder = folder();
    let said = say(folder.path(), &format!("{} --format pdf", small()));
    refused(&said, &["pdf", "json, junit, shiviz, perfetto, mermaid, edn, dot"]);
    refused(&say(folder.path(), "replay a.case --format dot --trace"), &["--trace"]);
    refused(&say(folder.path(), "diff a.case b.case --format dot"), &["dot", "json, shiviz"]);
    refused(&say(folder.path(), &format!("{} --output a", small())), &["--format"]);
    fs::copy(root().join(SMALL), folder.path().join("a.case")).expect("it can be copied");
    let nowhere = say(folder.path(), &format!("{} --format dot --output a.case/a.dot", small()));
    refused(&nowhere, &["a.case/a.dot", "its folder cannot be made"]);
    let over = say(folder.path(), "replay a.case --format dot --output a.case");
    refused(&over, &["a.case", "written over"]);
    let over = say(folder.path(), "diff a.case a.case --format shiviz --output a.case");
    refused(&over, &["a.case", "written over"]);
}

#[test]
fn two_runs_are_one_log_of_shiviz() {
    let folder = folder();
    fs::copy(root().join(SMALL), folder.path().join("a.case")).expect("it can be copied");
    let said = say(folder.path(), "diff a.case a.case --format shiviz");
    assert_eq!(said.code, Some(0), "{said:?}");
    let log = said.out.lines().skip(2);
    let borders = log.filter(|line| line.starts_with("=== "));
    assert_eq!(borders.count(), 2, "{said:?}");
    let both = say(folder.path(), "diff a.case a.case --format shiviz --output two.log");
    assert!(both.out.contains("the two runs are the same"), "{both:?}");
    let log = fs::read_to_string(folder.path().join("two.log")).expect("it was written");
    assert_eq!(log, said.out);
}

/// Set where all these programs are to be there.
const DEMAND: &str = "SEATRIAL_TOOLS";

/// Whether this program is there. Where it is asked for and is not, that is an error.
#[expect(clippy::print_stderr, reason = "who runs the tests is to know what was not tried")]
fn is_there(program: &str, at: Option<&Path>) -> bool {
    let found = match at {
        Some(folder) => folder.is_dir(),
        None => Command::new(program).arg("-V").output().is_ok(),
    };
    assert!(
        found || std::env::var_os(DEMAND).is_none(),
        "{DEMAND} is set, and there is no {program}"
    );
    if !found {
        eprintln!("no {program}: nothing was tried; install it, or set {DEMAND} to fail");
    }
    found
}

/// Lets a program look at files in this folder.
fn opens(folder: &Path, program: &str, arguments: &[&str]) {
    let said = Command::new(program).args(arguments).current_dir(folder).output();
    let said =
        Said::from(said.unwrap_or_else(|error| panic!("{program}: {error}; .ci/run installs it")));
    assert!(said.code == Some(0) && said.err.is_empty(), "{program}: {said:?}");
}

#[test]
fn xmllint_takes_what_is_written_as_junit() {
    if !is_there("xmllint", None) {
        return;
    }
    let folder = folder();
    for (run, violated) in [(small(), true), (format!("run {GOOD}"), false)] {
        written(&folder, &run, "junit", violated);
        opens(folder.path(), "xmllint", &["--noout", "out.junit"]);
    }
}

#[test]
fn graphviz_draws_the_causes_of_a_failure() {
    if !is_there("dot", None) {
        return;
    }
    let folder = folder();
    for (run, violated) in
        [(small(), true), (format!("run {BAD}"), true), (format!("run {GOOD}"), false)]
    {
        let text = written(&folder, &run, "dot", violated);
        opens(folder.path(), "dot", &["-Tsvg", "-oout.svg", "out.dot"]);
        let drawn = fs::read_to_string(folder.path().join("out.svg")).expect("a picture");
        let acts =
            text.lines().filter(|line| line.trim().starts_with('a') && line.contains("tooltip="));
        assert_eq!(drawn.matches("class=\"node\"").count(), acts.count(), "{run}");
    }
}

#[test]
fn mermaid_reads_the_sequence_diagrams() {
    let viewers = root().join("target/viewers");
    if !is_there("Mermaid", Some(&viewers.join("node_modules"))) {
        return;
    }
    let folder = folder();
    for (run, violated) in
        [(small(), true), (format!("run {BAD}"), true), (format!("run {GOOD}"), false)]
    {
        let text = written(&folder, &run, "mermaid", violated);
        assert!(text.lines().count() <= 60, "{run}: {text}");
        let diagram = folder.path().join("out.mermaid").display().to_string();
        opens(&viewers, "node", &["mermaid.js", &diagram]);
    }
}
