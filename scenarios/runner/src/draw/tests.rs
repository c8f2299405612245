//! What a drawn run tells of its trouble is what happens in it.

use crate::scenario::Knob;
use crate::{Faults, LIBRARY, PlanFile, Prepared, Registry};

fn raft(faults: &str, beyond: bool) -> Prepared {
    let scenario = Registry::ours().scenario("raft-kv").expect("it is in the library");
    let prepared = Prepared::new(&Registry::ours(), scenario, None).expect("it makes sense");
    let faults: Faults = faults.parse().expect("it names kinds");
    prepared.with_faults(faults, beyond).expect("they can be drawn")
}

#[test]
fn no_fault_is_planned_for_when_the_world_has_healed() {
    for (faults, beyond) in [("scenario", false), ("isolate", false), ("isolate", true)] {
        let prepared = raft(faults, beyond);
        for seed in 0..300 {
            let plan = prepared.plan(seed);
            let late = plan.faults.iter().find(|planned| planned.at >= plan.heal_after);
            assert_eq!(late, None, "{faults}, seed {seed}");
        }
    }
}

#[test]
fn where_nothing_goes_wrong_everybody_is_healed_and_no_knob_tells_of_trouble() {
    let prepared = raft("none", false);
    for seed in 0..50 {
        let drawn = prepared.drawn(seed);
        assert_eq!(drawn.setup.plan.core, None, "seed {seed}");
        let idle = drawn.knobs.iter().find(|(place, _)| place.starts_with("swarm."));
        assert_eq!(idle, None, "seed {seed}");
    }
}

#[test]
fn under_a_plan_from_a_file_the_knobs_are_those_of_the_plan() {
    let file = "seatrial_plan = 1\nheal_after = \"100ms\"\n[rates]\nloss = 25000\n";
    let file = PlanFile::parse("plan.toml", file).expect("it is a plan");
    let prepared = raft("scenario", false).with_plan(&file).expect("it fits");
    let knobs = prepared.drawn(7).knobs;
    let told: Vec<_> = knobs.iter().filter(|(place, _)| place.starts_with("plan.")).collect();
    let pair = |place: &str, value: &str| (place.to_owned(), value.to_owned());
    assert_eq!(told, [&pair("plan.heal_after", "100ms"), &pair("plan.rates.loss", "2.5%")]);
    assert!(knobs.iter().all(|(place, _)| !place.starts_with("faults.")), "{knobs:?}");
    assert!(knobs.iter().any(|(place, _)| place == "cluster.nodes"), "{knobs:?}");
}

/// Otherwise the replay of a case would tell other knobs than the run that it was written of.
#[test]
fn a_plan_that_is_the_drawn_one_leaves_the_knobs_as_they_were() {
    let prepared = raft("swarm", false);
    let drawn = prepared.drawn(7);
    let mut bent = drawn.clone();
    bent.bend(&drawn.setup.plan);
    assert_eq!(bent.knobs, drawn.knobs);
}

/// A cluster of one is small, but a cluster: shrinking looks at such worlds, and nobody writes their plans.
#[test]
fn what_is_drawn_for_a_node_all_alone_is_a_plan() {
    for entry in LIBRARY {
        let mut scenario = Registry::ours().scenario(entry.name).expect("it is in the library");
        scenario.cluster.nodes = Knob::Fixed(1);
        let registry = Registry::ours();
        let Ok(prepared) = Prepared::new(&registry, scenario, None) else { continue };
        for faults in ["scenario", "swarm"] {
            let faults: Faults = faults.parse().expect("it names kinds");
            let Ok(prepared) = prepared.clone().with_faults(faults, false) else { continue };
            for seed in 0..200 {
                let said = prepared.check_plan(seed);
                assert!(said.is_ok(), "{}, seed {seed}: {said:?}", entry.name);
            }
        }
    }
}
