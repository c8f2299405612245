//! The program as a user meets it: exit codes, what is said about bad input, and files that are whole or not there.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use super::support::program::{Said, say};
use super::support::source::root;

/// An empty folder to be in.
fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

fn write(folder: &TempDir, name: &str, text: &str) {
    fs::write(folder.path().join(name), text).expect("a file can be written");
}

fn read(folder: &TempDir, name: &str) -> String {
    let path = folder.path().join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder can be read");
    let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    let mut names: Vec<String> = entries.filter_map(Result::ok).map(name).collect();
    names.sort();
    names
}

/// Holds that the program refuses this line, says all of that on standard error, and leaves nothing behind.
fn refused(folder: &TempDir, line: &str, says: &[&str]) {
    let before = files(folder.path());
    let said = say(folder.path(), line);
    assert_eq!(said.code, Some(2), "{line}\n{said:?}");
    assert_eq!(said.out, "", "{line}");
    for words in says {
        assert!(said.err.contains(words), "{line}: no {words:?} in\n{}", said.err);
    }
    assert_eq!(files(folder.path()), before, "{line} left something behind");
}

/// A scenario that is soon done.
const SMALL: &str = r#"name = "small"
about = "soon done"
protocol = "echo"

[cluster]
nodes = 2

[clients]
count = 1
operations = 2

[workload]
name = "echo"

[judge]
checkers = ["echo"]
"#;

#[test]
fn what_there_is_can_be_listed() {
    let folder = folder();
    for (what, named) in [
        ("", &["raft-kv", "vote-not-persisted", "cas-register", "log matching"][..]),
        ("protocols", &["echo", "raft-kv", "raft-counter"]),
        ("mutants", &["O1", "vote-not-persisted", "O14", "no-client-dedup"]),
        ("workloads", &["kv", "counter", "echo"]),
        ("models", &["register", "cas-register", "append-list"]),
        ("checkers", &["linearizability", "raft", "progress"]),
        ("scenarios", &["echo", "raft-kv", "raft-counter", "raft-upgrade"]),
    ] {
        let said = say(folder.path(), &format!("list {what}"));
        assert_eq!(said.code, Some(0), "{said:?}");
        for name in named {
            assert!(said.out.contains(name), "list {what}: no {name} in\n{}", said.out);
        }
    }
    refused(&folder, "list modles", &["modles", "models"]);
}

#[test]
fn a_run_that_holds_ends_with_0_and_can_be_replayed_from_its_case() {
    let folder = folder();
    let said = say(folder.path(), "run echo --seed 1");
    assert_eq!(said.code, Some(0), "{said:?}");
    let again = say(folder.path(), "replay target/seatrial/echo-1.case");
    assert_eq!((again.code, again.out), (said.code, said.out));
}

#[test]
fn what_does_not_exist_is_refused_with_what_was_meant() {
    let folder = folder();
    refused(&folder, "run ecko", &["ecko", "did you mean `echo`?"]);
    refused(&folder, "hunt no/such/place.toml", &["no/such/place.toml", "there is"]);
    let mutant = "run echo --mutant answer-eldest";
    refused(&folder, mutant, &["answer-eldest", "did you mean `answer-oldest`?"]);
    refused(&folder, "check h.jsonl --model cas-registr", &["cas-registr", "cas-register"]);
    refused(&folder, "check h.jsonl --model register", &["h.jsonl", "is the path right?"]);
    refused(&folder, "replay no.case", &["no.case", "cannot be read"]);
    refused(&folder, "replay echo", &["echo is a scenario; run it with: seatrial run echo"]);
    refused(&folder, "hnt echo", &["hnt", "hunt"]);
    refused(&folder, "", &["Usage"]);
}

#[test]
fn a_seed_that_is_no_number_is_refused_with_what_to_write() {
    let folder = folder();
    for line in ["run echo --seed", "hunt echo --seed"] {
        for seed in ["forty-two", "-1", "1.5", "18446744073709551616", "0xsea"] {
            refused(&folder, &format!("{line} {seed}"), &[seed, "write a whole number"]);
        }
    }
    refused(&folder, "hunt echo --seeds none", &["none", "write a whole number"]);
    refused(&folder, "hunt echo --jobs 0", &["write a whole number, 1 or more"]);
    refused(&folder, "hunt echo --for soon", &["soon", "150ms"]);
}

#[test]
fn a_scenario_that_makes_no_sense_is_refused_with_file_and_line() {
    let folder = folder();
    write(&folder, "small.toml", SMALL);
    assert_eq!(say(folder.path(), "run small.toml").code, Some(0), "the sample itself");
    for (good, bad, says) in [
        ("protocol = \"echo\"", "protocol = \"ehco\"", &["ehco", "did you mean `echo`?"][..]),
        ("count = 1", "cuont = 1", &["bad.toml:9: ", "cuont", "did you mean `count`?"]),
        ("nodes = 2", "nodes = \"two\"", &["bad.toml:6: "]),
        ("nodes = 2", "nodes = 0", &["bad.toml:6: ", "at least one node"]),
        ("nodes = 2", "nodes = 2\n[cluster.settings]\nretry = \"1ms\"", &["retry_after"]),
        ("[judge]", "[jugde]", &["bad.toml:15: ", "did you mean `judge`?"]),
        ("[\"echo\"]", "[\"ecko\"]", &["ecko", "did you mean `echo`?"]),
        ("[\"echo\"]", "[\"linearizability\"]", &["needs a model", "cas-register"]),
        ("[\"echo\"]", "[\"linearizability\"]\nmodel = \"registr\"", &["did you mean `register`?"]),
        ("name = \"echo\"", "name = \"talk\"", &["talk", "echo"]),
        ("[cluster]", "[cluster", &["bad.toml:5: "]),
        ("count = 1", "count = 1\ntimeout = \"0ms\"", &["bad.toml:10: ", "would never wait"]),
        ("count = 1", "count = 1\ntimeout = 300", &["bad.toml:10: ", "a time with its unit"]),
        ("[judge]", "[faults]\nloss = 0.2\n[judge]", &["bad.toml:16: ", "a percentage"]),
        ("name = \"echo\"", "name = \"echo\"\nmix = { read = 1 }", &["bad.toml:14: ", "`read`"]),
        ("name = \"echo\"", "name = \"echo\"\nkeys = 0", &["bad.toml:14: ", "at least one"]),
        (
            "[judge]",
            &script("at = \"2s\"\nnode = \"n0\""),
            &["bad.toml:16: ", "trouble is over after 1s"],
        ),
        ("[judge]", &script("at = \"1ms\"\nnode = \"n7\""), &["there is no n7"]),
        ("[judge]", &stop("keep = 2"), &["bad.toml:16: ", "nobody could crash"]),
        ("[judge]", &stop("keep = 0"), &["bad.toml:16: ", "keep one at least"]),
        ("[judge]", &stop("keep = \"most\""), &["bad.toml:16: ", "\"majority\" or a number"]),
        ("[judge]", &stop("keep = 1, target = \"n2\""), &["bad.toml:16: ", "there is no n2"]),
        ("[judge]", &script("at = \"1ms\"\nnode = \"boss\""), &["`boss`", "there is any"]),
    ] {
        write(&folder, "bad.toml", &SMALL.replacen(good, bad, 1));
        for command in ["run bad.toml", "hunt bad.toml --jsonl out.jsonl --junit out.xml"] {
            refused(&folder, command, &[&["bad"], says].concat());
        }
    }
}

/// A crash in the script, before the table of judges.
fn script(when_and_whom: &str) -> String {
    format!("[[faults.script]]\n{when_and_whom}\nkind = \"crash\"\nlasts = \"1ms\"\n[judge]")
}

/// A crash for good, before the table of judges.
fn stop(whom: &str) -> String {
    format!("[faults]\ncrash_stop = {{ count = 1, {whom} }}\n[judge]")
}

#[test]
fn what_is_wrong_with_raft_kv_is_told_at_its_own_line() {
    let folder = folder();
    let sample = fs::read_to_string(root().join("scenarios/library/raft-kv.toml"));
    let sample = sample.expect("the library has it");
    let crash = sample.lines().find(|line| line.starts_with("crash = ")).expect("it crashes nodes");
    for (good, bad, says) in [
        ("cas = 3", "csa = 3", &["csa", "did you mean `cas`?"][..]),
        ("snapshot_every = [0, 5, 20]", "snapshot_every = \"often\"", &["often"]),
        ("snapshot_every = [0, 5, 20]", "snapshot_every = -5", &["less than zero"]),
        ("entries_per_append = [1, 1, 2, 8, \"unlimited\"]", "entries_per_append = 0", &[]),
        ("model = \"kv\"", "model = \"vk\"", &["vk", "did you mean `kv`?"]),
        ("model = \"kv\"", "model = \"counter\"", &["`write`", "kv fits"]),
        (crash, "crash = { count = 1, lasts = \"1ms\", target = \"laeder\" }", &["`leader`"]),
        (
            crash,
            "crash = { count = 1, lasts = \"1ms\", target = \"n17\" }",
            &["no n17", "n0 to n2"],
        ),
        (crash, "bit_rot = { count = 1, file = \"makr\" }", &["no file of raft-kv", "`mark`"]),
    ] {
        let text = sample.replacen(good, bad, 1);
        let line = text.lines().position(|line| line.contains(bad)).expect("it is there") + 1;
        write(&folder, "bad.toml", &text);
        let place = format!("bad.toml:{line}: ");
        refused(&folder, "hunt bad.toml", &[&[place.as_str()], says].concat());
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_refused_before_anything_is_tried() {
    let folder = folder();
    write(&folder, "small.toml", SMALL);
    write(&folder, "taken", "");
    for command in ["run small.toml", "hunt small.toml --jsonl out.jsonl"] {
        refused(&folder, &format!("{command} --out taken/cases"), &["taken/cases", "no file"]);
    }
}

#[test]
fn a_checker_that_has_nothing_to_judge_says_so() {
    let folder = folder();
    write(&folder, "raft.toml", &SMALL.replace("[\"echo\"]", "[\"raft\"]"));
    let said = say(folder.path(), "hunt raft.toml --seeds 3");
    assert_eq!(said.code, Some(3), "{said:?}");
    let said = say(folder.path(), "run raft.toml");
    assert_eq!(said.code, Some(3), "{said:?}");
    assert!(said.out.contains("no node announced anything that Raft does"), "{}", said.out);
    write(&folder, "empty.jsonl", "");
    let said = say(folder.path(), "check empty.jsonl --model register");
    assert_eq!(said.code, Some(3), "{said:?}");
    assert!(said.out.contains("no operation to judge"), "{}", said.out);
}

/// An event of a history.
fn event(process: u32, kind: &str, value: &str) -> String {
    format!(r#"{{"process":{process},"type":"{kind}","f":"read","value":{value}}}"#)
}

#[test]
fn a_broken_history_is_refused_with_file_line_and_what_to_do() {
    let folder = folder();
    let (invoke, ok) = (event(0, "invoke", "null"), event(0, "ok", "null"));
    for (name, lines, says) in [
        ("stray", vec![&invoke, &ok, &event(1, "ok", "7")], &["bad.jsonl:3: ", "invoke"][..]),
        ("twice", vec![&invoke, &invoke], &["bad.jsonl:2: ", "process 0"]),
        ("type", vec![&invoke, &event(0, "okay", "1")], &["bad.jsonl:2:", "okay", "ok"]),
        ("cut", vec![&invoke, &ok[..20].to_owned()], &["bad.jsonl:2:"]),
        ("json", vec![&invoke, &ok, &"nonsense".to_owned()], &["bad.jsonl:3:"]),
    ] {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        write(&folder, "bad.jsonl", &text);
        refused(&folder, "check bad.jsonl --model register", says);
        assert_eq!(read(&folder, "bad.jsonl"), text, "{name} was written over");
    }
    write(&folder, "good.jsonl", &format!("{invoke}\n{ok}\n"));
    refused(&folder, "check good.jsonl", &["good.jsonl", "--model"]);
    assert_eq!(say(folder.path(), "check good.jsonl --model register").code, Some(0));
}

#[test]
fn a_history_from_elsewhere_is_judged() {
    let folder = folder();
    let write_of =
        |kind: &str, value: u32| event(0, kind, &value.to_string()).replace("read", "write");
    let mut lines = vec![write_of("invoke", 1), write_of("ok", 1)];
    lines.extend([event(1, "invoke", "null"), event(1, "ok", "1")]);
    write(&folder, "good.jsonl", &lines.join("\n"));
    let good = say(folder.path(), "check good.jsonl --model register");
    assert_eq!(good.code, Some(0), "{good:?}");
    lines.extend([write_of("invoke", 2), write_of("ok", 2)]);
    lines.extend([event(1, "invoke", "null"), event(1, "ok", "1")]);
    write(&folder, "stale.jsonl", &lines.join("\n"));
    let stale = say(folder.path(), "check stale.jsonl --model register");
    assert_eq!(stale.code, Some(1), "{stale:?}");
    let edn = "{:process 0, :type :invoke, :f :read, :value nil}\n{:process 0, :type :ok, :f :read, :value 3}";
    write(&folder, "history.edn", edn);
    assert_eq!(say(folder.path(), "check history.edn --model register --init 3").code, Some(0));
    assert_eq!(say(folder.path(), "check history.edn --model register --init 4").code, Some(1));
}

/// The echo node's planted bug, found and saved; gives the case's name.
fn found(folder: &TempDir) -> (Said, String) {
    let said = say(folder.path(), "hunt echo --mutant E1 --seeds 1000 --out cases --jobs 1");
    assert_eq!(said.code, Some(1), "{said:?}");
    let cases = files(&folder.path().join("cases"));
    assert_eq!(cases.len(), 1, "{cases:?}");
    let case = format!("cases/{}", cases[0]);
    assert!(said.out.contains(&format!("replay {case}")), "{}", said.out);
    (said, case)
}

#[test]
fn a_case_replays_from_an_empty_folder_as_it_ran() {
    let first = folder();
    let (_, case) = found(&first);
    let seed = case.rsplit('-').next().and_then(|end| end.strip_suffix(".case"));
    let line = format!("run echo --mutant E1 --out cases --seed {}", seed.expect("a seed"));
    let elsewhere = folder();
    let run = say(elsewhere.path(), &line);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert_eq!(read(&elsewhere, &case), read(&first, &case), "run and hunt save the same case");

    let empty = folder();
    fs::create_dir(empty.path().join("cases")).expect("a folder can be made");
    write(&empty, &case, &read(&first, &case));
    let replayed = say(empty.path(), &format!("replay {case}"));
    assert_eq!((replayed.code, replayed.out), (run.code, run.out));
    assert_eq!(files(empty.path()), ["cases"]);
    assert_eq!(files(&empty.path().join("cases")).len(), 1);
}

#[test]
fn a_case_of_another_version_or_cut_in_half_is_refused() {
    let folder = folder();
    let (_, case) = found(&folder);
    let text = read(&folder, &case);
    let other = text.replace("seatrial_case = 1", "seatrial_case = 2");
    write(&folder, "other.case", &other);
    refused(&folder, "replay other.case", &["other.case", "version 2", "version 1"]);
    for (name, part) in [("half", text.len() / 2), ("most", text.len() - 5)] {
        write(&folder, &format!("{name}.case"), &text[..part]);
        let line = format!("replay {name}.case");
        refused(&folder, &line, &[&format!("{name}.case"), "cut off", "get the whole file"]);
        assert_eq!(read(&folder, &format!("{name}.case")), text[..part], "written over");
    }
    write(&folder, "none.case", "");
    refused(&folder, "replay none.case", &["none.case", "seatrial_case = 1"]);
    write(&folder, "field.case", &text.replacen("\nseed = ", "\nsede = ", 1));
    refused(&folder, "replay field.case", &["field.case:", "sede", "did you mean `seed`?"]);
    let alien = text.replacen("protocol = \"echo\"", "protocol = \"paxos\"", 1);
    write(&folder, "alien.case", &alien);
    refused(&folder, "replay alien.case", &["alien.case:", "paxos", "raft-kv"]);
    let fault = "{ at = \"1ms\", lasts = \"1ms\", kind = \"crash\", node = \"boss\" }";
    let plan = format!("faults = [{fault}, ");
    write(&folder, "boss.case", &text.replacen("faults = [", &plan, 1));
    refused(&folder, "replay boss.case", &["boss.case:", "`boss`"]);
    refused(&folder, &format!("run {case}"), &[":2: this is a case", "seatrial replay"]);
    refused(&folder, &format!("hunt {case}"), &[":2: this is a case", "seatrial replay"]);
    let choice = "choices = [{ site = \"latnecy\", occurrence = 0, value = 1 }]";
    write(&folder, "site.case", &text.replacen("\nseed = ", &format!("\n{choice}\nseed = "), 1));
    let said = say(folder.path(), "replay site.case");
    assert!(said.out.contains("note    ") && said.out.contains("site.case:3: "), "{said:?}");
    assert!(said.out.contains("`latency`?"), "{said:?}");
    let formed = say(folder.path(), "replay site.case --format edn");
    assert!(formed.err.contains("site.case:3: "), "where the form has no place for it: {formed:?}");
}

#[test]
fn an_expected_violation_swaps_0_and_1() {
    let folder = folder();
    let line = "hunt echo --seeds 1000 --expect-violation --quiet";
    assert_eq!(say(folder.path(), &format!("{line} --mutant E1")).code, Some(0));
    let none = say(folder.path(), "hunt echo --seeds 20 --expect-violation");
    assert_eq!(none.code, Some(1), "{none:?}");
    assert!(none.err.contains("none was found"), "{}", none.err);
    assert_eq!(say(folder.path(), "hunt echo --seeds 20 --quiet").code, Some(0));
    refused(&folder, "hunt ecko --expect-violation", &["ecko"]);
}

#[test]
fn a_hunt_writes_the_same_bytes_with_one_job_and_with_two() {
    let folder = folder();
    for (mutant, keep_going) in [("", ""), (" --mutant E1", ""), (" --mutant E1", " --keep-going")]
    {
        let line = |jobs: u32| {
            format!(
                "hunt echo --seeds 200 --out cases --jobs {jobs} --jsonl {jobs}.jsonl --junit {jobs}.xml{mutant}{keep_going}"
            )
        };
        let (one, two) = (say(folder.path(), &line(1)), say(folder.path(), &line(2)));
        assert_eq!((one.code, one.out), (two.code, two.out));
        assert_eq!(read(&folder, "1.jsonl"), read(&folder, "2.jsonl"));
        assert_eq!(read(&folder, "1.xml"), read(&folder, "2.xml"));
        well_formed(&read(&folder, "1.xml"));
        let seeds = read(&folder, "1.jsonl").lines().count() - 2;
        assert_eq!(mutant.is_empty() || !keep_going.is_empty(), seeds == 200, "{seeds} seeds");
    }
}

#[test]
fn what_is_written_is_never_what_is_read() {
    let folder = folder();
    write(&folder, "small.toml", SMALL);
    refused(&folder, "hunt small.toml --jsonl small.toml", &["small.toml"]);
    refused(&folder, "run small.toml --history small.toml", &["small.toml"]);
    refused(&folder, "hunt small.toml --jsonl a.out --junit a.out", &["a.out"]);
    assert_eq!(read(&folder, "small.toml"), SMALL);
    refused(&folder, "hunt echo --seeds 5 --jsonl small.toml/x.jsonl", &["small.toml/x.jsonl"]);
}

/// Holds that each line is JSON, from the header to the summary, and gives the summary.
fn summary(jsonl: &str) -> Value {
    let lines: Vec<Value> = jsonl
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    assert!(jsonl.ends_with('\n') && lines.len() >= 2, "{jsonl}");
    lines.last().cloned().expect("there are lines")
}

/// Holds that every element of an XML document is closed by its own name.
fn well_formed(xml: &str) {
    assert!(xml.starts_with("<?xml "), "{xml}");
    let mut open = Vec::new();
    for tag in xml.split('<').skip(2) {
        let (inside, text) = tag.split_once('>').expect("every tag ends");
        assert!(!text.contains('>') || !text.contains('<'), "{tag}");
        let name = |tag: &str| {
            tag.trim_start_matches('/')
                .split([' ', '/', '\n'])
                .next()
                .unwrap_or_default()
                .to_owned()
        };
        if inside.starts_with('/') {
            assert_eq!(open.pop(), Some(name(inside)), "{xml}");
        } else if !inside.ends_with('/') {
            open.push(name(inside));
        }
    }
    assert_eq!(open, Vec::<String>::new());
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_a_valid_report_of_what_was_done() {
    use std::io::Read;
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    let folder = folder();
    let mut program = super::support::program::seatrial(folder.path());
    program.args("hunt echo --for 10m --jobs 1 --jsonl h.jsonl --junit h.xml".split(' '));
    let mut hunt = program.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
    // What it has written of its seeds shows that it listens for the signal by now.
    let written = || {
        let files = fs::read_dir(folder.path()).expect("a folder can be read");
        files.filter_map(|file| file.ok()?.metadata().ok()).any(|file| file.len() > 0)
    };
    let begun = Instant::now();
    while !written() && begun.elapsed() < Duration::from_secs(60) {
        std::thread::yield_now();
    }
    let mut kill = Command::new("kill");
    let sent = kill.args(["-INT", &hunt.id().to_string()]).status().expect("kill can be started");
    assert!(sent.success());
    let mut out = String::new();
    hunt.stdout.take().expect("it is piped").read_to_string(&mut out).expect("it is UTF-8");
    let status = hunt.wait().expect("it ends");
    assert_eq!(status.code(), Some(130), "{out}");
    let summary = summary(&read(&folder, "h.jsonl"));
    assert!(summary.to_string().contains("\"interrupted\":true"), "{summary}");
    well_formed(&read(&folder, "h.xml"));
    assert!(out.contains("interrupted"), "{out}");
}
