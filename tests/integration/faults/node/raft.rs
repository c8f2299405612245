//! Faults of nodes in scenarios: they are drawn with their knobs, and Raft lives through all that leave it its disks.

use seatrial::history::Outcome;
use seatrial::sim::{Fault, FaultPlan};
use seatrial::{LIBRARY, Prepared, Registry, Scenario};

/// The library's `raft-kv` with nothing but this trouble, and this at its end.
fn raft_kv(trouble: &str, end: &str) -> Prepared {
    let entry = LIBRARY.iter().find(|entry| entry.name == "raft-kv").expect("it is in the library");
    let (before, rest) = entry.text.split_once("[faults]").expect("it has troubles");
    let (_, judge) = rest.split_once("[judge]").expect("it has judges");
    let text = format!(
        "{before}[faults]\ntrouble = \"600ms\"\nburst = \"40ms\"\n{trouble}\n[judge]{judge}\n{end}"
    );
    let scenario = Scenario::parse("raft-kv.toml", &text).expect("it makes sense");
    Prepared::new(&Registry::ours(), scenario, None).expect("it makes sense")
}

/// Makes runs and holds that they hold, and that this kind bit. Returns their plans.
fn survives(prepared: &Prepared, kind: &str, seeds: u64) -> Vec<FaultPlan> {
    let mut bit = 0;
    for seed in 0..seeds {
        let account = prepared.run(seed);
        assert_eq!(account.outcome(), Outcome::Holds, "{kind} at seed {seed}: {account:?}");
        bit += account.faults.iter().find(|f| f.kind == kind).map_or(0, |f| f.bit);
    }
    assert!(bit > 0, "{kind} bit");
    (0..seeds).map(|seed| prepared.plan(seed)).collect()
}

#[test]
fn raft_survives_each_kind_that_leaves_it_its_disks() {
    for (key, more) in [
        ("crash_loop", r#", up = "20ms", down = { min = "1ms", max = "10ms" }"#),
        ("crash_zone", ""),
        ("crash_writing", r#", target = ["any", "leader"]"#),
        ("crash_midway", r#", target = ["any", "leader"], after = { min = 1, max = 5 }"#),
        ("slow_cpu", r#", by = { min = "1ms", max = "8ms" }"#),
        ("pause", r#", clock = ["runs", "stands"]"#),
    ] {
        let lasts = r#"lasts = { min = "5ms", max = "120ms" }"#;
        let trouble = format!("{key} = {{ count = {{ min = 1, max = 4 }}, {lasts}{more} }}");
        survives(&raft_kv(&trouble, ""), &key.replace('_', "-"), 30);
    }
}

#[test]
fn a_cluster_of_several_versions_stays_one() {
    let upgrade =
        r#"upgrade = { count = { min = 2, max = 8 }, lasts = { min = "1ms", max = "30ms" } }"#;
    let versions = "[cluster.versions.2]\nsnapshot_every = [3, 50]\nentries_per_append = 1\npre_vote = true\n\
                    [cluster.versions.3]\nforward = false\n";
    let prepared = raft_kv(upgrade, versions);
    let plans = survives(&prepared, "upgrade", 30);
    let mut seen = [0; 3];
    for planned in plans.iter().flat_map(|plan| &plan.faults) {
        let Fault::Upgrade { version, .. } = planned.fault else { unreachable!("nothing else") };
        seen[version as usize - 1] += 1;
    }
    assert!(seen.iter().all(|seen| *seen > 10), "{seen:?}");
    let knobs = prepared.run(0).knobs;
    let told = knobs.iter().find(|(place, _)| place == "versions.2.snapshot_every");
    assert!(told.is_some_and(|(_, value)| value == "3" || value == "50"), "{knobs:?}");
}
