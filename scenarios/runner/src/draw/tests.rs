//! What a drawn run tells of its trouble is what happens in it.

use seatrial_history::TraceLine;
use seatrial_node::{Duration, Instant};
use seatrial_search::{Recipe, Storm};
use seatrial_sim::{FaultPlan, PlannedFault, Turn};

use crate::scenario::Knob;
use crate::{Faults, LIBRARY, PlanFile, Prepared, Recording, Registry};

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

/// The run of a seed whose trouble is that of others from these moments on, in milliseconds.
fn struck(seed: u64, storms: &[(u64, u64)]) -> Recipe {
    let storm = |(ms, seed): &(u64, u64)| Storm { after: Duration::from_millis(*ms), seed: *seed };
    Recipe { storms: storms.iter().map(storm).collect(), ..Recipe::plain(seed, None) }
}

fn begun(plan: &FaultPlan, until: Duration) -> Vec<&PlannedFault> {
    plan.faults.iter().filter(|planned| planned.at <= until).collect()
}

#[test]
fn a_storm_leaves_what_has_begun_brings_other_trouble_soon_and_stays_within_the_budget() {
    for faults in ["scenario", "swarm"] {
        let prepared = raft(faults, false);
        let (mut others, mut soon, mut late) = (0, 0, 0);
        for seed in 0..200 {
            let plan = prepared.plan(seed);
            let storms = [(100, seed + 1_000), (300, seed + 2_000)];
            let drawn = prepared.clone().made_by(struck(seed, &storms)).drawn(seed);
            let other = &drawn.setup.plan;
            let moment = Duration::from_millis(100);
            assert_eq!(begun(other, moment), begun(&plan, moment), "{faults}, seed {seed}");
            assert!(other.heal_after >= plan.heal_after, "{faults}, seed {seed}");
            assert!(other.faults.iter().all(|planned| planned.at < other.heal_after));
            assert_eq!(prepared.excuses(&drawn.setup), Vec::<String>::new(), "seed {seed}");
            others += u32::from(other.faults != plan.faults);
            let after = |planned: &&PlannedFault| planned.at > Duration::from_millis(300);
            for planned in other.faults.iter().filter(after) {
                let half = planned.at < Duration::from_millis(300) + other.heal_after / 4;
                *(if half { &mut soon } else { &mut late }) += 1;
            }
            let told = drawn.knobs.iter().filter(|(place, _)| place == "other trouble");
            assert_eq!(told.count(), 2, "{:?}", drawn.knobs);
        }
        assert!(others > 150, "{faults}: {others}");
        assert!(soon > late, "{faults}: {soon} soon, {late} late");
    }
}

#[test]
fn trouble_that_is_over_does_not_begin_again() {
    let prepared = raft("swarm", false);
    for seed in 0..50 {
        let plan = prepared.plan(seed);
        let healed = plan.heal_after.as_millis() + 1;
        let drawn = prepared.clone().made_by(struck(seed, &[(healed, seed + 1)])).drawn(seed);
        assert_eq!(drawn.setup.plan, plan, "seed {seed}");
    }
}

#[test]
fn a_run_that_turns_under_a_storm_is_its_parent_up_to_there() {
    let prepared = raft("swarm", false);
    let mut differ = 0;
    for seed in 0..20 {
        let Recording { trace, .. } = prepared.record(seed);
        let at = trace[trace.len() / 4].at;
        let turns = vec![Turn { step: at.step, seed: seed + 500 }];
        let storms = vec![Storm { after: at.time - Instant::ZERO, seed: seed + 500 }];
        let recipe = Recipe { turns, storms, ..Recipe::plain(seed, None) };
        let made = prepared.clone().made_by(recipe);
        let moment = at.time - Instant::ZERO;
        let (parents, own) = (prepared.plan(seed), made.plan(seed));
        assert_eq!(begun(&own, moment), begun(&parents, moment), "seed {seed}");
        let child = made.record(seed).trace;
        // What is no event of its own has the number of the one before it, and its own time.
        let before = |line: &&TraceLine| line.at.step <= at.step && line.at.time <= at.time;
        let both = [&trace, &child].map(|trace| trace.iter().take_while(before).count());
        let differs = (0..both[0].max(both[1])).find(|line| trace[*line] != child[*line]);
        let lines = differs.map(|line| (at, &trace[line], &child[line]));
        assert_eq!(lines, None, "seed {seed}");
        differ += u32::from(trace != child);
    }
    assert!(differ > 15, "{differ}");
}
