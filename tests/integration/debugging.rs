//! The debugger as a user meets it: scripts with their answers, and keys at a terminal.

mod terminal;

use std::fs;
use std::path::Path;

use super::support::program::{Said, say};
use super::support::source::root;

/// A schedule that drives a planted bug to what it breaks.
fn case() -> String {
    root().join("tests/schedules/ack-before-fsync.case").display().to_string()
}

/// Debugs a case by these lines.
fn debug(folder: &Path, case: &str, lines: &[&str]) -> Said {
    fs::write(folder.join("script.txt"), lines.join("\n")).expect("a file can be written");
    say(folder, &format!("debug {case} --commands script.txt"))
}

/// What is gone through in the golden transcript.
const SCRIPT: [&str; 33] = [
    "# A node acknowledges an entry that its disk does not have.",
    "info",
    "violation",
    "state",
    "list 2",
    "verdict",
    "",
    "# How it came to that.",
    "break role changes",
    "break deliver n1 Append",
    "goto start",
    "watch n1.role",
    "continue",
    "continue",
    "where",
    "inflight",
    "timers n0",
    "disk n0",
    "back",
    "prev timer",
    "breaks",
    "delete all",
    "",
    "# What if.",
    "next deliver n1 Append",
    "crash n1",
    "changes",
    "undo",
    "drop #16",
    "inflight n1",
    "save changed.case",
    "help drop",
    "quit",
];

#[test]
fn a_script_is_written_with_its_answers() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let said = debug(folder.path(), &case(), &SCRIPT);
    // Without the acknowledgement nothing breaks, and the exit code is that of the run as the script leaves it.
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{said:?}");
    let path = root().join("tests/golden/debug.txt");
    if std::env::var("BLESS").is_ok_and(|bless| bless == "1") {
        fs::write(&path, &said.out).expect("the golden file can be written");
    }
    let golden = fs::read_to_string(&path).expect("the golden file is there");
    assert_eq!(said.out, golden, "BLESS=1 writes it anew");
}

#[test]
fn a_changed_run_is_a_case_that_replays_to_the_byte() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let drop = ["next send Append", "inflight"];
    for case in [case(), failing(folder.path())] {
        let seen = debug(folder.path(), &case, &drop).out;
        let name = seen.rsplit_once('#').expect("an append is under way").1;
        let name = name.split_whitespace().next().expect("its number");
        let lines =
            [drop[0], &format!("drop #{name}"), "step 3", "crash n1", "info", "save new.case"];
        let _ = fs::remove_file(folder.path().join("new.case"));
        let changed = debug(folder.path(), &case, &lines);
        assert_eq!(changed.err, "", "{changed:?}");
        let hash = changed.out.split_once(", hash ").expect("a hash").1;
        let hash = hash.split_whitespace().next().expect("it");
        let again = say(folder.path(), "replay new.case --quiet");
        assert!(again.out.contains(hash), "{hash} is not in\n{}", again.out);
        assert_eq!((again.code, again.err.as_str()), (changed.code, ""), "{case}");
    }
}

/// The case of a run by time, which fails.
fn failing(folder: &Path) -> String {
    let hunt = "hunt raft-kv --mutant commit-falls-back --seeds 1000 --out found --quiet";
    let said = say(folder, hunt);
    assert_eq!(said.code, Some(1), "{said:?}");
    let mut found = fs::read_dir(folder.join("found")).expect("a case");
    let path = found.find_map(|file| {
        let path = file.expect("it can be read").path();
        path.extension().is_some_and(|extension| extension == "case").then_some(path)
    });
    path.expect("the hunt has saved one").display().to_string()
}

#[test]
fn what_cannot_be_done_ends_the_script_with_its_line() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for (line, says) in [
        ("stpe", "did you mean `step`?"),
        ("goto 9999", "there is no step 9999: the run ends at step "),
        ("break n1.trem > 3", "no node shows a field `trem`; did you mean `term`?"),
        ("drop #9999", "there is no message #9999"),
        ("save script.txt", "is there already; name another file"),
    ] {
        let said = debug(folder.path(), &case(), &["step", "", line, "step"]);
        assert_eq!(said.code, Some(2), "{line}: {said:?}");
        let error = format!("script.txt:3: {says}");
        assert!(
            said.err.contains("script.txt:3: ") && said.err.contains(says),
            "{error}: {said:?}"
        );
        assert_eq!(said.out.matches("> step").count(), 1, "nothing is done after it");
    }
    let none = say(folder.path(), &format!("debug {} --commands none.txt", case()));
    assert_eq!(none.code, Some(2));
    assert!(none.err.contains("none.txt") && none.err.contains("is the path right?"), "{none:?}");
}

#[test]
fn a_file_that_is_no_case_is_refused_before_anything_is_done() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let whole = fs::read_to_string(case()).expect("it is there");
    let half = &whole[..whole.len() / 2];
    let other = whole.replace("seatrial_case = 1", "seatrial_case = 99");
    let unknown = whole.replace("protocol = \"raft-kv\"", "protocol = \"raft-vk\"");
    for (text, says) in [
        (half, "the file is cut off"),
        (&other, "a case of version 99; this program reads version 1"),
        (&unknown, "did you mean `raft-kv`?"),
    ] {
        fs::write(folder.path().join("bad.case"), text).expect("a file can be written");
        let said = debug(folder.path(), "bad.case", &["step"]);
        assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{said:?}");
        assert!(said.err.contains("bad.case") && said.err.contains(says), "{said:?}");
    }
}

#[test]
fn without_a_terminal_it_says_what_to_do() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let said = say(folder.path(), &format!("debug {}", case()));
    assert_eq!(said.code, Some(2));
    assert!(
        said.err.contains("there is no terminal") && said.err.contains("--commands"),
        "{said:?}"
    );
    fs::write(folder.path().join("half.case"), "seatrial_case = 1\n").expect("it can be written");
    let said = say(folder.path(), "debug half.case");
    assert!(
        said.err.contains("the file is cut off"),
        "what is wrong with the case first: {said:?}"
    );
}
