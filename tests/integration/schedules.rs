//! Cases that say what happens, and cases made small, as a user meets them.

use std::fs;
use std::path::Path;

use super::support::program::{Said, say};

/// The canary answers a write before its disk has it, crashes, and gives an old answer.
const LOST: &str = r#"seatrial_case = 1
seed = 3
schedule = [
    "c0 wakes",
    "c0 -> n0",
    "n0 -> c0",
    "crash n0 losing writes",
    "restart n0",
    "c0 wakes",
    "c0 -> n0",
    "n0 -> c0",
]
choices = [
    { site = "canary: read or write", source = 1, occurrence = 0, value = 1 },
]

[scenario]
name = "canary"
about = "a register that answers before its disk does, and must be caught"
protocol = "canary"
cluster = { nodes = 1 }
clients = { count = 1 }
workload = { name = "register" }
judge = { checkers = ["linearizability"], model = "register" }

# end of case
"#;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

fn write(folder: &Path, name: &str, text: &str) {
    fs::write(folder.join(name), text).expect("a file can be written");
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).expect("a file can be read")
}

fn replay(text: &str) -> Said {
    let folder = folder();
    write(folder.path(), "a.case", text);
    say(folder.path(), "replay a.case")
}

#[test]
fn a_schedule_written_by_hand_is_performed_and_judged() {
    let said = replay(LOST);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.out.contains("VIOLATED  linearizability"), "{}", said.out);
    let kept = replay(&LOST.replace(" losing writes", ""));
    assert_eq!(kept.code, Some(0), "{kept:?}");
    let other_seed = replay(&LOST.replace("seed = 3", "seed = 4"));
    let hash = |said: &Said| said.out.lines().find(|line| line.contains("hash")).map(str::to_owned);
    assert_eq!(hash(&other_seed), hash(&said), "the seed does not matter");
}

#[test]
fn what_needs_a_whole_run_to_be_judged_is_not_judged_by_a_schedule() {
    let text = LOST.replace("[\"linearizability\"]", "[\"linearizability\", \"answers\"]");
    let said = replay(&text);
    assert!(!said.out.contains("answers"), "{}", said.out);
}

#[test]
fn a_schedule_that_cannot_be_performed_is_refused_with_the_line_and_what_could_happen_there() {
    let lines: Vec<&str> = LOST.lines().collect();
    let line_of = |what: &str| lines.iter().position(|line| line.contains(what)).expect(what) + 1;
    for (from, to, at, says) in [
        // A delivery before its send.
        (
            "\"c0 wakes\",\n    \"c0 -> n0\"",
            "\"c0 -> n0\",\n    \"c0 wakes\"",
            "c0 wakes",
            "nothing is under way from c0 to n0; what could happen there: \"c0 wakes\"",
        ),
        ("restart n0", "restart n7", "restart n0", "there is no n7"),
        ("restart n0", "n0 timer Election", "restart n0", "n0 is down"),
        ("\"crash n0 losing writes\"", "\"n0 timer Election\"", "crash n0", "n0 has set no timer"),
        (
            "crash n0 losing writes",
            "crsh n0",
            "crash n0",
            "\"crsh n0\" is no step of a schedule: write it as",
        ),
        ("crash n0 losing writes", "begin disk-full", "crash n0", "the plan has no such disk-full"),
    ] {
        let said = replay(&LOST.replacen(from, to, 1));
        assert_eq!(said.code, Some(2), "{to}: {said:?}");
        let place = format!("a.case:{}: ", line_of(at));
        assert!(said.err.contains(&place) && said.err.contains(says), "{to}: {}", said.err);
        assert!(!said.err.contains("the case was edited"), "it was written by hand: {}", said.err);
    }
    let made = LOST.replacen("seed = 3\n", "seed = 3\nhash = \"0123456789abcdef\"\n", 1);
    let said = replay(&made.replacen("restart n0", "restart n7", 1));
    assert!(said.err.contains("the case was edited (its steps, its mutant"), "{}", said.err);
}

#[test]
fn simple_sites_of_a_case_take_their_simplest_value() {
    let folder = folder();
    say(folder.path(), "run echo --seed 1 --out cases");
    let text = read(&folder.path().join("cases"), "echo-1.case");
    let plain = say(folder.path(), "replay cases/echo-1.case");
    let simple = text.replacen("\nseed = 1\n", "\nseed = 1\nsimple = [\"latency\"]\n", 1);
    write(folder.path(), "simple.case", &simple);
    let said = say(folder.path(), "replay simple.case");
    assert_eq!(said.code, plain.code, "{said:?}");
    assert!(said.out.contains("this is not the run that the case was written of"), "{}", said.out);
}

/// The canary's failure, found by a hunt.
fn found(folder: &Path) -> String {
    let said = say(folder, "hunt canary --seeds 200 --out cases --jobs 1 --quiet");
    assert_eq!(said.code, Some(1), "{said:?}");
    let case = fs::read_dir(folder.join("cases")).expect("there are cases").next();
    let case = case.expect("there is one").expect("it can be seen").file_name();
    format!("cases/{}", case.to_string_lossy())
}

#[test]
fn a_failure_becomes_a_few_steps_and_stays_the_same_failure() {
    let folder = folder();
    let case = found(folder.path());
    let said = say(folder.path(), &format!("shrink {case} --jobs 1 --rust"));
    assert_eq!(said.code, Some(1), "{said:?}");
    let small = case.replace(".case", ".min.case");
    for what in [
        "VIOLATED  linearizability",
        &format!("replay {small}"),
        "what happens, by steps of the run\n    2  c0 wakes\n         process 0   invoke ",
        "without it the run passes",
        "replayed 100 of 100 times alike",
        "#[test]\nfn canary_",
        "seatrial::regression(include_str!(\"canary-",
    ] {
        assert!(said.out.contains(what), "{what:?} in {}", said.out);
    }
    assert!(!said.out.contains("fails all the same"), "{}", said.out);
    let text = read(folder.path(), &small);
    let steps = text.lines().filter(|line| line.starts_with("    \"")).count();
    assert!(steps <= 8, "{text}");
    let scenario = text.find("[scenario]").expect("it has a scenario");
    assert!(scenario < 600, "{text}");
    let replayed = say(folder.path(), &format!("replay {small}"));
    assert_eq!(replayed.code, Some(1), "{replayed:?}");
    assert!(!replayed.err.contains("not the run"), "{}", replayed.err);
    // As many threads as one likes, and once more: the same to the byte.
    for line in ["--jobs 3 --out three.case", "--jobs 1 --out one.case"] {
        say(folder.path(), &format!("shrink {case} {line}"));
    }
    assert_eq!(read(folder.path(), "three.case"), text);
    assert_eq!(read(folder.path(), "one.case"), text);
}

#[test]
fn a_case_that_somebody_has_edited_is_kept() {
    let folder = folder();
    let case = found(folder.path());
    let [small, first, second] =
        [".min.case", ".min-1.case", ".min-2.case"].map(|end| case.replace(".case", end));
    let shrink = |more: &str| say(folder.path(), &format!("shrink {case} --max-runs 40{more}"));
    assert!(!shrink("").err.contains("was another case"), "nothing was there");
    let text = read(folder.path(), &small);
    assert!(!shrink("").err.contains("was another case"), "the same was there");
    for (edited, aside) in [("one", first), ("two", second)] {
        write(folder.path(), &small, edited);
        let said = shrink("");
        assert!(said.err.contains(&format!("{small} was another case: it is {aside}")), "{said:?}");
        assert_eq!(read(folder.path(), &aside), edited);
        assert_eq!(read(folder.path(), &small), text);
    }
    let said = shrink(&format!(" --out {case}.again"));
    assert!(!said.err.contains("was another case"), "{said:?}");
}

#[test]
fn a_shrinking_that_is_cut_short_says_so_and_gives_what_it_has() {
    let folder = folder();
    let case = found(folder.path());
    let said = say(folder.path(), &format!("shrink {case} --max-runs 3 --out some.case"));
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.out.contains("cut short after 3 runs"), "{}", said.out);
    assert_eq!(say(folder.path(), "replay some.case").code, Some(1));
}

#[test]
fn a_shrinking_that_gets_nowhere_gives_back_the_case() {
    let folder = folder();
    let case = found(folder.path());
    let said =
        say(folder.path(), &format!("shrink {case} --this-run --max-runs 1 --out same.case"));
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.out.contains("nothing smaller was found"), "{}", said.out);
    assert_eq!(read(folder.path(), "same.case"), read(folder.path(), &case));
}

#[test]
fn what_cannot_be_shrunk_is_refused_and_the_case_stays_as_it_is() {
    let folder = folder();
    let case = found(folder.path());
    let text = read(folder.path(), &case);
    let edits = [
        ("half", text[..text.len() / 2].to_owned(), "cut off"),
        ("version", text.replace("seatrial_case = 1", "seatrial_case = 9"), "version 9"),
        (
            "protocol",
            text.replace("protocol = \"canary\"", "protocol = \"cannery\""),
            "did you mean `canary`?",
        ),
        ("plan", text.replacen("node = \"n0\"", "node = \"n4\"", 1), "n4"),
        ("nonsense", LOST.replacen("\"c0 wakes\",", "", 1), "nothing is under way from c0 to n0"),
        ("passes", LOST.replace(" losing writes", ""), "the failure does not reproduce"),
    ];
    for (name, text, says) in edits {
        let name = format!("{name}.case");
        write(folder.path(), &name, &text);
        let said = say(folder.path(), &format!("shrink {name}"));
        assert_eq!(said.code, Some(2), "{name}: {said:?}");
        assert!(said.err.contains(&name) && said.err.contains(says), "{name}: {}", said.err);
        assert_eq!(read(folder.path(), &name), text, "{name} was written over");
    }
    let left: Vec<_> = fs::read_dir(folder.path()).expect("a folder").flatten().collect();
    let is_small = |name: &str| name.ends_with(".min.case");
    assert!(!left.iter().any(|file| is_small(&file.file_name().to_string_lossy())), "{left:?}");
}

#[test]
fn a_case_that_is_kept_as_a_test_fails_while_the_bug_is_there_and_says_where_it_no_longer_applies()
{
    let ours = seatrial::Registry::ours();
    let broken = seatrial::try_regression(&ours, LOST).expect_err("the canary is broken");
    assert!(broken.contains("linearizability is violated"), "{broken}");
    seatrial::regression(&LOST.replace(" losing writes", ""));
    let moved = LOST.replacen("n0 -> c0", "n0 -> c0 Refused", 1);
    let parted =
        seatrial::try_regression(&ours, &moved).expect("what is left of it breaks nothing");
    let parts_at = parted.parts_at.expect("it is another run");
    assert!(parts_at.contains("step 3 of the schedule"), "{parts_at}");
}
