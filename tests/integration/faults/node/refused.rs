//! Faults of nodes that make no sense are refused before anything runs, with a reason.

use seatrial::sim::{Fault, Setup, Target};
use seatrial::{LIBRARY, Scenario};
use seatrial_node::{Duration, NodeId};

use super::{N2, each, ms, plan};

fn refused(fault: Fault) -> String {
    let plan = plan([(ms(1), ms(1), fault)]);
    Setup { plan, ..Setup::new(3) }.check().expect_err("no world").to_string()
}

#[test]
fn a_plan_that_names_nobody_or_makes_no_sense_is_refused_with_a_reason() {
    let node = || Target::Node(N2);
    let stranger = || Target::Node(NodeId(7));
    let us = Duration::from_micros;
    for (fault, reason) in [
        (Fault::Wipe { node: stranger() }, "the wipe at 1ms: there is no n7"),
        (Fault::CrashWriting { node: stranger() }, "there is no n7"),
        (Fault::SlowCpu { node: stranger(), takes: ms(1) }, "there is no n7"),
        (Fault::SlowCpu { node: node(), takes: ms(0) }, "takes no time is not slow"),
        (Fault::Upgrade { node: node(), version: 0 }, "versions begin at 1"),
        (Fault::CrashMidway { node: node(), after: 0 }, "one stands at least"),
        (
            Fault::CrashLoop { node: node(), up_for: ms(1), down_for: us(1) },
            "both are at least 10us",
        ),
        (Fault::CrashLoop { node: node(), up_for: us(0), down_for: ms(1) }, "up_for = \"0s\""),
        (Fault::CrashZone { zone: "a".into(), nodes: Vec::new() }, "nobody in the zone"),
        (Fault::CrashZone { zone: "a".into(), nodes: vec![N2, N2] }, "n2 is in the zone twice"),
        (Fault::CrashZone { zone: "a".into(), nodes: vec![N2, NodeId(9)] }, "there is no n9"),
    ] {
        let told = refused(fault);
        assert!(told.contains(reason), "{told}");
    }
}

/// The library's `raft-kv` with this added to its faults, and this at its end.
fn raft_kv(faults: &str, end: &str) -> Result<Scenario, String> {
    let entry = LIBRARY.iter().find(|entry| entry.name == "raft-kv").expect("it is in the library");
    let text = entry.text.replace("[faults]\n", &format!("[faults]\n{faults}\n"));
    Scenario::parse("kv.toml", &format!("{text}\n{end}\n")).map_err(|error| error.to_string())
}

#[test]
fn an_upgrade_to_a_version_that_nobody_declares_is_refused_with_its_line() {
    let upgrade = r#"upgrade = { count = 1, lasts = "5ms" }"#;
    let two = "[cluster.versions.2]\nsnapshot_every = 7";
    let told = raft_kv(upgrade, "").expect_err("no version");
    assert!(told.contains("kv.toml:") && told.contains("[cluster.versions.2]"), "{told}");
    assert!(raft_kv(upgrade, two).is_ok());
    let three = upgrade.replace("1,", "1, version = 3,");
    let told = raft_kv(&three, two).expect_err("no version 3");
    assert!(told.contains("there is no version 3"), "{told}");
    let first = "[cluster.versions.1]\nsnapshot_every = 7";
    let told = raft_kv(upgrade, first).expect_err("version 1 is the first");
    assert!(told.contains("version 1 is what [cluster.settings] say"), "{told}");
    let script = "[[faults.script]]\nat = \"5ms\"\nlasts = \"5ms\"\nkind = \"upgrade\"\nnode = \"n1\"\nversion = 4";
    let told = raft_kv("", &format!("{two}\n{script}")).expect_err("no version 4");
    assert!(told.contains("there is no version 4"), "{told}");
}

#[test]
fn a_plan_in_a_file_says_each_fault_as_a_person_would_write_it() {
    let script = r#"
[[faults.script]]
at = "5ms"
lasts = "20ms"
kind = "crash-loop"
node = "n1"
up_for = "3ms"
down_for = "1ms"

[[faults.script]]
at = "6ms"
lasts = "20ms"
kind = "slow-cpu"
node = "leader"
takes = "150us"

[[faults.script]]
at = "7ms"
lasts = "20ms"
kind = "crash-zone"
zone = "rack 1"
nodes = ["n0", "n2"]
"#;
    let scenario = raft_kv("", script).expect("it makes sense");
    let told: Vec<String> =
        scenario.faults.script.iter().map(|planned| planned.fault.to_string()).collect();
    assert_eq!(
        told,
        [
            "n1, up for 3ms and down for 1ms",
            "whoever is leader takes 150us for each input",
            "rack 1: n0 n2"
        ]
    );
    let again = Scenario::parse("again.toml", &scenario.to_toml()).expect("it is whole");
    assert_eq!(again.faults.script, scenario.faults.script);
    assert!(each().iter().all(|fault| !fault.to_string().is_empty()));
}
