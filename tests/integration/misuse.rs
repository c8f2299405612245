//! Bad input and misuse, as a user meets them: refused before anything runs, with a sentence that says what to do.

use seatrial::scenario::{ClientSpec, Knob};
use seatrial::{LIBRARY, Prepared, Registry, Scenario, Trial};
use seatrial_detectors::{Perfect as Detector, PerfectConfig as DetectorConfig};
use seatrial_node::Duration;

/// What a panic of this says.
fn refused(act: impl FnOnce() + std::panic::UnwindSafe) -> String {
    let payload = std::panic::catch_unwind(act).expect_err("it makes no sense");
    let text = payload.downcast_ref::<String>().cloned();
    text.or_else(|| payload.downcast_ref::<&str>().map(ToString::to_string)).expect("a text")
}

#[test]
fn a_trial_that_makes_no_sense_is_refused_before_its_first_run() {
    let trial = || Trial::<Detector>::new(DetectorConfig::default);
    let nobody = refused(move || _ = trial().nodes(0).check());
    assert_eq!(nobody, "the trial makes no sense: a cluster has at least one node");
    let never = ClientSpec { timeout: Knob::Fixed(Duration::ZERO), ..ClientSpec::default() };
    let never = refused(move || _ = trial().client_spec(never).check());
    assert!(never.contains("timeout may be no time at all"), "{never}");
    let untried = refused(move || _ = trial().seeds(0).check());
    assert!(untried.contains("with no seeds nothing is tried"), "{untried}");
}

#[test]
fn a_node_that_refuses_its_settings_fails_its_trial_with_the_setting_and_the_way_out() {
    let trial = Trial::<Detector>::new(|| DetectorConfig {
        period: Duration::from_secs(1),
        delta: Duration::from_millis(500),
        ..DetectorConfig::default()
    });
    let failed = trial.check().expect_err("a timeout shorter than the period");
    let told = failed.to_string();
    assert!(told.contains("could not open"), "{told}");
    assert!(told.contains("delta is 500ms, shorter than the period, 1s"), "{told}");
    assert!(told.contains("make it at least 1s, or shorten the period"), "{told}");
    assert_eq!(failed.account.seed, 0, "at once");
}

/// The error of a scenario of the library, with these lines among its settings.
fn scenario_error(name: &str, settings: &str) -> String {
    let library = LIBRARY.iter().find(|entry| entry.name == name).expect("it is in the library");
    let head = "[cluster.settings]\n";
    let given: Vec<&str> = settings.lines().filter_map(|line| line.split(' ').next()).collect();
    let lines =
        library.text.lines().filter(|line| !given.contains(&line.split(' ').next().unwrap_or("")));
    let text = lines.collect::<Vec<_>>().join("\n").replace(head, &format!("{head}{settings}\n"));
    let scenario = Scenario::parse("mine.toml", &text).expect("it can be read");
    let error = Prepared::new(&Registry::ours(), scenario, None).expect_err("it makes no sense");
    error.to_string()
}

#[test]
fn a_setting_that_cannot_work_is_an_error_of_the_scenario_with_its_line() {
    for (name, settings, says) in [
        ("perfect-link", "resend_after = \"0s\"", "the link would send without end"),
        ("perfect-link", "window = 65", "set it to at most 64"),
        ("stubborn-link", "capacity = 0", "set it to at least 1"),
        ("fifo-link", "hold = 1", "is less than window = "),
        ("logical-clocks", "tick = \"0s\"", "set it to 1ns for the finest"),
        ("uniform-broadcast", "max_in_flight = 0", "every request would be refused"),
        ("all-ack-uniform-broadcast", "period = \"0s\"", "make it longer than zero"),
        ("all-ack-uniform-broadcast", "delta = \"0s\"", "nobody can answer in no time"),
        ("lazy-reliable-broadcast", "delta = \"1ms\"", "shorter than the period"),
    ] {
        let error = scenario_error(name, settings);
        let key = settings.split(' ').next().unwrap_or_default();
        assert!(error.starts_with("mine.toml:"), "{name} {key}: {error}");
        assert!(error.contains(says), "{name} {key}: {error}");
    }
}

#[test]
fn more_than_a_run_has_room_for_is_refused_with_its_line() {
    let text = "name = \"big\"\nabout = \"it has room\"\nprotocol = \"echo\"\n\n[cluster]\nnodes = 2\n\n[clients]\ncount = 1\n\n\
                [workload]\nname = \"echo\"\nkeys = 1\n\n[judge]\ncheckers = [\"echo\"]\n";
    Scenario::parse("big.toml", text).expect("the sample itself");
    for (good, bad, says) in [
        ("nodes = 2", "nodes = 20000", "big.toml:6: 20000 nodes; at most 10000 can be simulated"),
        ("count = 1", "count = 20000", "big.toml:9: 20000 clients; at most 10000 can be simulated"),
        (
            "keys = 1",
            "keys = [1, 4000000000]",
            "big.toml:13: 4000000000 keys; there may be 1000000 at most",
        ),
    ] {
        let error = Scenario::parse("big.toml", &text.replacen(good, bad, 1)).expect_err(bad);
        assert_eq!(error.to_string(), says);
    }
}
