//! Faults of clocks in plans and scenarios: drawn, written, read again, and refused where they make no sense.

use seatrial::sim::{Fault, FaultKind, PlannedFault, Setup, Shift};
use seatrial::{Case, LIBRARY, Prepared, Registry, Scenario};
use seatrial_node::Duration;

use super::{alone, ms, n};

fn refused(fault: Fault) -> String {
    let setup = Setup { plan: alone(fault), ..Setup::new(3) };
    setup.check().expect_err("no such clock").to_string()
}

#[test]
fn a_clock_that_cannot_be_is_refused_with_a_reason() {
    let drift = |rate| refused(Fault::ClockDrift { node: n(1), rate });
    assert!(
        drift(-1_000_000).contains("the clock-drift at 100ms: a rate of -1000000 in a million")
    );
    assert!(drift(1_000_001).contains("twice as fast"));
    let by = Shift::ahead(ms(1));
    let still = refused(Fault::WallStrobe { node: n(1), by, period: Duration::ZERO });
    assert!(still.contains("a period of no time"), "{still}");
    let nobody = refused(Fault::WallOffset { node: n(7), by });
    assert!(nobody.contains("there is no n7"), "{nobody}");
}

/// The library's clocks with these faults besides its own.
fn scenario(faults: &str) -> Result<Scenario, String> {
    let entry = LIBRARY.iter().find(|entry| entry.name == "logical-clocks");
    let text = entry.expect("it is in the library").text;
    let text = text.replacen("[faults]\n", &format!("[faults]\n{faults}\n"), 1);
    assert!(text.contains(faults), "the scenario has no faults to add to");
    Scenario::parse("clocks.toml", &text).map_err(|error| error.to_string())
}

const ALL: &str = r#"clock_drift = { count = 2, lasts = "100ms", rate = "1%" }
wall_offset = { count = 1, lasts = "100ms", by = "3s" }
wall_jump = { count = 2, target = "n1" }
wall_strobe = { count = 1, lasts = { min = "10ms", max = "200ms" }, by = ["1s", "2s"], period = "7ms" }"#;

#[test]
fn a_scenario_draws_faults_of_clocks_and_its_case_replays_them() {
    let scenario = scenario(ALL).expect("it makes sense");
    let prepared = Prepared::new(&Registry::ours(), scenario, None).expect("it makes sense");
    let plan = prepared.plan(3);
    let of = |kind| plan.faults.iter().filter(move |planned| planned.fault.kind() == kind);
    assert_eq!(of(FaultKind::ClockDrift).count(), 2);
    for planned in of(FaultKind::ClockDrift) {
        assert!(matches!(planned.fault, Fault::ClockDrift { rate: 10_000 | -10_000, .. }));
    }
    assert_eq!(of(FaultKind::WallJump).count(), 2);
    let account = prepared.run(3);
    let text = Case::new(&prepared, 3, None).to_toml();
    let case = Case::parse("a.case", &text).expect("it is whole");
    let (again, seed) = case.prepare(&Registry::ours()).expect("it fits");
    assert_eq!(again.run(seed).hash, account.hash, "{text}");
    let told =
        account.plan.iter().any(|line| line.contains("wall-jump") && line.contains("at once"));
    assert!(told, "{:?}", account.plan);
}

#[test]
fn what_happens_at_once_has_no_length_and_what_does_not_has_one() {
    let error =
        scenario("wall_jump = { count = 1, lasts = \"1s\" }").expect_err("a jump has no end");
    assert!(error.contains("clocks.toml:") && error.contains("leave `lasts` out"), "{error}");
    let error = scenario("wall_offset = { count = 1 }").expect_err("it must end");
    assert!(error.contains("missing field `lasts`"), "{error}");
    let scenario = scenario(&format!("script = [{JUMP}]")).expect("it makes sense");
    let jump = Fault::WallJump { node: n(1), by: Shift::behind(ms(250)) };
    assert_eq!(scenario.faults.script, [PlannedFault { at: ms(100), lasts: ms(0), fault: jump }]);
    assert!(scenario.to_toml().contains("by = \"-250ms\""), "{}", scenario.to_toml());
    assert_eq!(Scenario::parse("again.toml", &scenario.to_toml()), Ok(scenario));
    let ending = JUMP.replace("kind =", "lasts = \"1s\", kind =");
    let error = self::scenario(&format!("script = [{ending}]")).expect_err("it has no end");
    assert!(error.contains("happens at once: leave `lasts` out"), "{error}");
}

const JUMP: &str = r#"{ at = "100ms", kind = "wall-jump", node = "n1", by = "-250ms" }"#;
