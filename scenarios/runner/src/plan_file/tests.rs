//! Plans that are printed, edited, and refused.

use super::*;
use crate::Registry;

fn prepared(name: &str) -> Prepared {
    let scenario = Registry::ours().scenario(name).expect("it is in the library");
    Prepared::new(&Registry::ours(), scenario, None).expect("it makes sense")
}

const SMALL: &str = "seatrial_plan = 1
scenario = \"raft-kv\"
nodes = 3
clients = 2
heal_after = \"1s\"

[rates]
loss = 20000

[[faults]]
at = \"100ms\"
lasts = \"50ms\"
kind = \"crash\"
node = \"n1\"

[[faults]]
at = \"300ms\"
lasts = \"50ms\"
kind = \"isolate\"
node = \"leader\"
";

/// What is said of the small plan with this text in place of that.
fn refused(from: &str, to: &str) -> String {
    assert!(SMALL.contains(from), "{from}");
    let text = SMALL.replacen(from, to, 1);
    let read = PlanFile::parse("plan.toml", &text);
    let held = read.and_then(|plan| prepared("raft-kv").with_plan(&plan));
    held.err().unwrap_or_else(|| panic!("accepted:\n{text}")).to_string()
}

#[test]
fn a_plan_that_is_sound_is_accepted() {
    let plan = PlanFile::parse("plan.toml", SMALL).expect("it can be read");
    let prepared = prepared("raft-kv").with_plan(&plan).expect("it fits");
    assert_eq!(prepared.plan(5), plan.plan, "whatever the seed");
    assert_eq!(prepared.setup(5).members.len(), 3);
}

#[test]
fn every_printed_plan_is_read_as_it_was_and_gives_the_same_run() {
    for name in ["raft-kv", "swim", "eventual-leader", "uniform-broadcast", "echo"] {
        let swarm = prepared(name).with_faults("swarm".parse().expect("a word"), false);
        for prepared in [prepared(name), swarm.expect("it can be drawn")] {
            for seed in 0..100 {
                let printed = PlanFile::of(&prepared, seed);
                let text = printed.to_toml();
                let read = PlanFile::parse("plan.toml", &text).expect(&text);
                assert_eq!((&read.plan, read.seed), (&printed.plan, Some(seed)));
                let again =
                    prepared.clone().with_plan(&read).unwrap_or_else(|e| panic!("{e}\n{text}"));
                assert_eq!(again.plan(seed), printed.plan);
                if seed < 3 && printed.left_out.is_empty() {
                    assert_eq!(again.run(seed).hash, prepared.run(seed).hash, "{name} {seed}");
                }
            }
        }
    }
}

#[test]
fn a_seed_beyond_what_toml_counts_is_kept() {
    let printed = PlanFile::of(&prepared("echo"), u64::MAX);
    let read = PlanFile::parse("plan.toml", &printed.to_toml()).expect("it can be read");
    assert_eq!(read.seed, Some(u64::MAX));
}

#[test]
fn whoever_does_not_exist_is_named_with_the_line() {
    let error = refused("\"n1\"", "\"n7\"");
    assert!(error.starts_with("plan.toml:14: ") && error.contains("there is no n7"), "{error}");
    assert!(error.contains("n0 to n2"), "{error}");
    let error = refused("\"leader\"", "\"leder\"");
    assert!(error.starts_with("plan.toml:20: ") && error.contains("`leader`?"), "{error}");
    let error = refused("nodes = 3", "nodes = 9");
    assert!(error.starts_with("plan.toml:3: ") && error.contains("9 nodes"), "{error}");
}

#[test]
fn a_rate_above_one_is_refused_with_its_line() {
    let error = refused("loss = 20000", "loss = 1000001");
    assert!(error.starts_with("plan.toml:8: loss = 1000001"), "{error}");
    let buggify = "loss = 20000\nbuggify = { sites = 2000000, fires = 5 }";
    let error = refused("loss = 20000", buggify);
    assert!(error.contains("sites = 2000000: rates are parts in a million"), "{error}");
}

#[test]
fn what_no_world_can_be_made_of_is_refused_and_panics_nowhere() {
    let error = refused("heal_after", "core = [\"n1\", \"n1\"]\nheal_after");
    assert!(error.starts_with("plan.toml:5: ") && error.contains("n1 is named twice"), "{error}");
}

#[test]
fn times_that_make_no_sense_are_refused_with_their_lines() {
    let error = refused("at = \"300ms\"", "at = \"1s\"");
    assert!(error.starts_with("plan.toml:17: ") && error.contains("healed at 1s"), "{error}");
    let error = refused("lasts = \"50ms\"", "lasts = \"0ms\"");
    assert!(error.starts_with("plan.toml:12: ") && error.contains("over before it"), "{error}");
    let error = refused("lasts = \"50ms\"", "lasts = \"-50ms\"");
    assert!(error.starts_with("plan.toml:1"), "{error}");
    let error = refused("lasts = \"50ms\"\n", "");
    assert!(error.starts_with("plan.toml:1") && error.contains("lasts"), "{error}");
}

#[test]
fn faults_that_contradict_are_refused_with_both_their_lines() {
    let stop = "[[faults]]\nat = \"50ms\"\nkind = \"crash-stop\"\nnode = \"n1\"\n\n[[faults]]";
    let error = refused("[[faults]]", stop);
    let says =
        "plan.toml:16: the crash of n1 at 100ms contradicts its crash-stop at 50ms (line 11): ";
    assert!(error.starts_with(says), "{error}");
    let error = refused("heal_after", &format!("core = [\"n1\", \"n2\"]\n\n{stop}X"));
    assert!(error.starts_with("plan.toml:"), "{error}");
}

#[test]
fn what_repeats_another_fault_is_refused_with_both_lines_and_accepted_as_drawn() {
    let crash = "[[faults]]\nat = \"90ms\"\nlasts = \"1s\"\nkind = \"crash\"\nnode = \"n1\"\n\n";
    let cut =
        "[[faults]]\nat = \"300ms\"\nlasts = \"50ms\"\nkind = \"isolate\"\nnode = \"leader\"\n\n";
    for (first, says) in [
        (
            crash,
            "plan.toml:17: the crash at 100ms repeats the crash at 90ms (line 11): n1 is down by then",
        ),
        (
            cut,
            "plan.toml:23: the isolate at 300ms repeats the isolate at 300ms (line 11): that is the same",
        ),
    ] {
        let error = refused("[[faults]]", &format!("{first}[[faults]]"));
        assert!(error.starts_with(says), "{error}");
        assert!(error.contains("take one of the two out") && error.contains("`overlaps = true`"));
        let text = format!(
            "overlaps = true\n{}",
            SMALL.replacen("[[faults]]", &format!("{first}[[faults]]"), 1)
        );
        let plan = PlanFile::parse("plan.toml", &text).expect("it can be read");
        assert!(prepared("raft-kv").with_plan(&plan).is_ok(), "{text}");
    }
}

#[test]
fn what_can_never_come_is_refused_with_its_line() {
    let looped = |span: &str| format!("kind = \"crash-loop\"\n{span}");
    let up = "up_for = \"1h\"\ndown_for = \"1ms\"";
    let error = refused("kind = \"crash\"", &looped(up));
    assert!(
        error.starts_with("plan.toml:14: up_for = \"3600s\": the trouble is over after 1s"),
        "{error}"
    );
    let down = "up_for = \"1ms\"\ndown_for = \"1s\"";
    assert!(refused("kind = \"crash\"", &looped(down)).starts_with("plan.toml:15: down_for"));
    let midway = "kind = \"crash-midway\"\nafter = 1000000000";
    let error = refused("kind = \"crash\"", midway);
    assert!(error.starts_with("plan.toml:14: after = 1000000000: no input has so many"), "{error}");
    let crash = "kind = \"crash\"\nlasts = \"1ms\"\nnode = \"n1\"";
    let awaited =
        format!("[[awaited]]\nwhen = {{ fact = \"commit\", times = 1000000000 }}\n{crash}\n\n");
    let error = refused("[[faults]]", &format!("{awaited}[[faults]]"));
    assert!(error.starts_with("plan.toml:11: times = 1000000000: a run ends after"), "{error}");
    let late = awaited.replace(", times = 1000000000 }", " }\nat = \"1h\"");
    let error = refused("[[faults]]", &format!("{late}[[faults]]"));
    assert!(error.starts_with("plan.toml:12: a fault 3600s after what it waits for"), "{error}");
    let text = format!("overlaps = true\n{}", SMALL.replacen("kind = \"crash\"", &looped(up), 1));
    let plan = PlanFile::parse("plan.toml", &text).expect("it can be read");
    assert!(prepared("raft-kv").with_plan(&plan).is_ok(), "as drawn where trouble is short");
}

#[test]
fn a_plan_whose_loops_outlast_its_trouble_is_printed_so_that_it_can_be_read() {
    let entry = crate::LIBRARY.iter().find(|entry| entry.name == "raft-kv");
    let text = entry.expect("it is in the library").text;
    let mut scenario = crate::Scenario::parse("kv.toml", text).expect("it can be read");
    let ms = Duration::from_millis;
    scenario.faults = crate::scenario::FaultSpec {
        trouble: crate::scenario::Knob::Fixed(ms(20)),
        crash_loop: Some(crate::scenario::Recurring::new(
            crate::scenario::Knob::Fixed(1),
            crate::scenario::Knob::Fixed(ms(9)),
        )),
        ..Default::default()
    };
    let prepared = Prepared::new(&Registry::ours(), scenario, None).expect("it makes sense");
    let mut long = 0;
    for seed in 0..20 {
        let printed = PlanFile::of(&prepared, seed);
        long += u32::from(printed.overlaps);
        let read = PlanFile::parse("plan.toml", &printed.to_toml()).expect("it can be read");
        assert!(prepared.clone().with_plan(&read).is_ok(), "{}", printed.to_toml());
    }
    assert!(long > 0, "some loop has a life that is longer than the trouble");
}

#[test]
fn a_core_of_strangers_of_the_stopped_or_of_nobody_is_refused() {
    let core = |core: &str| refused("heal_after", &format!("core = [{core}]\nheal_after"));
    assert!(core("").starts_with("plan.toml:5: nobody is in the core"), "{}", core(""));
    assert!(core("\"n5\"").contains("the core names n5"));
}

#[test]
fn a_kind_that_does_not_exist_is_answered_with_the_one_that_was_meant() {
    let error = refused("\"crash\"", "\"crush\"");
    assert!(error.starts_with("plan.toml:13: ") && error.contains("`crash`?"), "{error}");
    let error = refused("\"crash\"", "\"loss\"");
    assert!(error.contains("under [rates]"), "{error}");
    let error = refused("\"crash\"", "\"torn-write\"");
    assert!(error.contains("comes with a crash"), "{error}");
}

#[test]
fn a_field_that_a_fault_has_not_is_refused_with_its_line() {
    let error = refused("node = \"n1\"", "nod = \"n1\"");
    assert!(error.starts_with("plan.toml:14: ") && error.contains("nod"), "{error}");
}

#[test]
fn a_plan_of_another_version_says_which_program_reads_it() {
    let error = refused("seatrial_plan = 1", "seatrial_plan = 2");
    let says = "plan.toml:1: a plan of version 2; this program, seatrial ";
    assert!(
        error.starts_with(says) && error.ends_with(": use the program that wrote it"),
        "{error}"
    );
    assert!(error.contains("writes and reads version 1"), "{error}");
    let error = refused("seatrial_plan = 1", "seatrial_plan = 0 # written by seatrial 0.0.1");
    assert!(error.ends_with(": use seatrial 0.0.1, which wrote it"), "{error}");
    let printed = PlanFile::of(&prepared("echo"), 0).to_toml();
    assert!(printed.lines().next().is_some_and(|line| line.contains(PROGRAM)), "{printed}");
    let error = refused("seatrial_plan = 1", "");
    assert!(error.contains("there is no line `seatrial_plan = 1`"), "{error}");
}

#[test]
fn a_plan_that_begins_with_a_byte_order_mark_is_read() {
    let plan = PlanFile::parse("plan.toml", &format!("\u{feff}{SMALL}")).expect("it can be read");
    assert_eq!(plan.plan.faults.len(), 2);
}

#[test]
fn a_plan_for_another_scenario_is_refused() {
    let error = refused("\"raft-kv\"", "\"nope\"");
    assert!(error.starts_with("plan.toml:2: the plan is for the scenario nope"), "{error}");
    assert!(!error.contains("did you mean"), "{error}");
    let error = refused("\"raft-kv\"", "\"raft-kx\"");
    assert!(error.contains("raft-kv is run: did you mean `raft-kv`?"), "{error}");
}

#[test]
fn a_value_of_another_type_is_told_at_its_line_in_words_of_a_plan() {
    for (from, to, says) in [
        (
            "nodes = 3",
            "nodes = -3",
            "3: -3 stands where a whole number, from 0 to 4294967295, is wanted",
        ),
        ("clients = 2", "clients = \"two\"", "4: clients: \"two\" stands where a whole number"),
        ("node = \"n1\"", "node = 17", "14: 17 stands where a text in quotes is wanted"),
        (
            "kind = \"crash\"",
            "kind = \"crash-midway\"\nafter = \"many\"",
            "14: \"many\" stands where a whole",
        ),
        (
            "kind = \"crash\"\nnode = \"n1\"",
            "kind = \"disk-swap\"\nbetween = [\"n0\"]",
            "10: a list of two is",
        ),
        (
            "at = \"100ms\"",
            "at = \"99999999999999h\"",
            "11: \"99999999999999h\" is too long: \"5124095h\"",
        ),
    ] {
        let error = refused(from, to);
        assert!(error.starts_with(&format!("plan.toml:{says}")), "{error}");
    }
}

#[test]
fn a_rate_that_is_no_whole_number_is_told_how_rates_are_written() {
    for rate in ["1.5", "\"5%\"", "-1"] {
        let error = refused("loss = 20000", &format!("loss = {rate}"));
        assert!(error.starts_with("plan.toml:8: "), "{error}");
        assert!(error.contains("parts of a million") && error.contains("50000 for 5%"), "{error}");
    }
}

#[test]
fn an_upgrade_to_no_version_is_refused_with_its_line() {
    let error = refused("kind = \"crash\"", "kind = \"upgrade\"\nversion = 9");
    assert!(error.starts_with("plan.toml:14: there is no version 9"), "{error}");
}

#[test]
fn what_waits_is_held_to_what_there_is() {
    let awaited = |rest: &str| refused("[[faults]]", &format!("[[awaited]]\n{rest}\n[[faults]]"));
    let crash = "kind = \"crash\"\nlasts = \"1ms\"";
    let error = awaited(&format!("when = {{ reached = \"nonsense\" }}\nnode = \"n1\"\n{crash}"));
    assert!(error.starts_with("plan.toml:11: there is no mark of raft-kv `nonsense`"), "{error}");
    let error = awaited(&format!("when = {{ role = \"leder\" }}\nnode = \"n1\"\n{crash}"));
    assert!(error.starts_with("plan.toml:11: ") && error.contains("`leader`?"), "{error}");
    let error = awaited(&format!("when = {{ fact = \"commit\" }}\nnode = \"n9\"\n{crash}"));
    assert!(error.starts_with("plan.toml:12: ") && error.contains("there is no n9"), "{error}");
}

#[test]
fn faults_at_once_that_cannot_both_be_are_refused_unless_they_were_drawn() {
    let fault = |rest: &str| format!("[[faults]]\nat = \"1ms\"\nlasts = \"90ms\"\n{rest}\n");
    let crash = "kind = \"crash\"\nnode = \"n1\"";
    for (first, second) in [
        ("kind = \"pause\"\nnode = \"n1\"", "kind = \"pause\"\nnode = \"n1\"\nclock = \"stands\""),
        (
            "kind = \"clock-drift\"\nnode = \"n1\"\nrate = 10",
            "kind = \"clock-drift\"\nnode = \"n1\"\nrate = -9",
        ),
        ("kind = \"disk-swap\"\nbetween = [\"n0\", \"n1\"]", "kind = \"wipe\"\nnode = \"n1\""),
        (
            "kind = \"disk-swap\"\nbetween = [\"n0\", \"n1\"]",
            "kind = \"disk-swap\"\nbetween = [\"n1\", \"n2\"]",
        ),
    ] {
        let both = fault(first) + &fault(second);
        let error = refused("[[faults]]", &format!("{both}\n[[faults]]"));
        assert!(error.contains(" at 1ms contradicts the "), "{error}");
        let apart = both.replacen("90ms", "1us", 1).replacen("1ms", "0ms", 1);
        for text in [format!("{SMALL}{apart}"), format!("overlaps = true\n{SMALL}{both}")] {
            let plan = PlanFile::parse("plan.toml", &text).expect(&text);
            assert!(prepared("raft-kv").with_plan(&plan).is_ok(), "{text}");
        }
    }
    let error = refused(
        crash,
        &format!("{crash}\n{}", fault("kind = \"ring\"\norder = [\"n0\", \"n0\", \"n1\"]")),
    );
    assert!(error.contains("n0 is in two places"), "{error}");
}
