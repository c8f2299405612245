//! Safety, then liveness: only a core is healed, what is broken outside stays so, and the core has to go on without it.

use std::fmt::Write as _;

use seatrial::history::{Account, Moment, Observer, Outcome};
use seatrial::sim::{Fault, FaultPlan, PausedClock, PlannedFault, Setup, Tape, Target, World};
use seatrial::{Case, LIBRARY, Prepared, Registry, Scenario};
use seatrial_node::{Fact, Instant, NodeId};

use super::{NODES, Teller, ms, nodes, run, teller};

fn for_long(at: u64, fault: Fault) -> PlannedFault {
    PlannedFault { at: ms(at), lasts: ms(10_000), fault }
}

/// What is told of who is left as it is.
#[derive(Default)]
struct Ear(Vec<String>);

impl Observer for Ear {
    fn fact(&mut self, _: Moment, node: NodeId, fact: &Fact) {
        match fact {
            Fact::Abandoned => self.0.push(format!("{node} abandoned")),
            Fact::StillBroken { fault, toward: None } => self.0.push(format!("{node} {fault}")),
            Fact::StillBroken { fault, toward: Some(to) } => {
                self.0.push(format!("{node} {fault} toward {to}"));
            }
            _ => {}
        }
    }

    fn healed(&mut self, _: Moment) {
        self.0.push("healed".to_owned());
    }
}

#[test]
fn the_core_is_healed_and_what_is_broken_outside_stays_so() {
    let one = |node| Target::Node(NodeId(node));
    let faults = vec![
        for_long(100, Fault::Crash { node: one(0) }),
        for_long(100, Fault::Pause { node: one(1), clock: PausedClock::Runs }),
        for_long(100, Fault::Partition { groups: vec![nodes(&[0, 2]), nodes(&[1])] }),
        for_long(100, Fault::Crash { node: one(3) }),
        for_long(100, Fault::OneWay { from: nodes(&[4]), to: nodes(&[2]) }),
        for_long(100, Fault::SlowDisk { node: one(4), by: ms(1) }),
        for_long(100, Fault::SlowCpu { node: one(4), takes: ms(1) }),
        for_long(100, Fault::SlowCpu { node: one(2), takes: ms(1) }),
    ];
    let core = Some(vec![NodeId(0), NodeId(1), NodeId(2)]);
    let plan = FaultPlan { heal_after: ms(600), core, faults, ..FaultPlan::calm() };
    let mut world: World<Teller> = World::new();
    world.reset(&Setup { plan, ..Setup::new(NODES) }, Tape::seeded(1), |_| ());
    let mut ear = Ear::default();
    world.run(Instant::ZERO + ms(1_000), &mut (), &mut ear);
    run(&mut world, ms(1_203));
    let broken = ["n3 crash", "n4 slow-cpu", "n4 slow-disk", "n4 one-way toward n2"];
    assert_eq!(ear.0[..2], ["n3 abandoned", "n4 abandoned"]);
    assert_eq!(ear.0[2..6], broken);
    assert_eq!(ear.0[6..], ["healed"]);
    for (from, to) in [(0, 1), (1, 0), (0, 2), (2, 0), (1, 2), (2, 1), (4, 0)] {
        let heard = teller(&world, to).from(NodeId(from), ms(620), ms(1_203));
        assert!(heard.len() > 50, "n{to} from n{from}: {heard:?}");
    }
    assert!(world.node(NodeId(3)).is_none(), "it stays down");
    assert!(teller(&world, 2).from(NodeId(4), ms(120), ms(1_203)).is_empty(), "a cut stays");
}

#[test]
fn a_core_of_nobody_of_strangers_or_of_one_twice_is_refused() {
    let problem = |core: &[u32]| {
        let core = Some(core.iter().copied().map(NodeId).collect());
        FaultPlan { core, ..FaultPlan::calm() }.problem(&[NodeId(0), NodeId(1)], 0)
    };
    assert_eq!(problem(&[1]), None);
    let told = problem(&[]).expect("nobody");
    assert_eq!(told, "the core: nobody is in it; leave it out for everybody");
    assert_eq!(problem(&[1, 7]).as_deref(), Some("the core: there is no n7"));
    assert_eq!(problem(&[1, 1]).as_deref(), Some("the core: n1 is named twice"));
    let error = raft_kv("core = [\"n0\", \"n9\"]", "").expect_err("five nodes").to_string();
    assert!(error.contains("the core: there is no n9"), "{error}");
}

/// The library's raft-kv with five nodes, this core, and this script.
fn raft_kv(core: &str, script: &str) -> Result<Scenario, seatrial::ScenarioError> {
    let entry = LIBRARY.iter().find(|entry| entry.name == "raft-kv").expect("it is in the library");
    let text = entry.text.replace("nodes = [3, 3, 4, 5]", "nodes = 5");
    let text = text.replace("[faults]\n", &format!("[faults]\n{core}\n"));
    assert!(text.contains("nodes = 5\n") && text.contains(core), "the scenario has changed");
    Scenario::parse("raft-kv.toml", &format!("{text}\n{script}"))
}

/// Faults of these kinds at these nodes, from half a second on.
fn script(faults: &[(&str, u32)]) -> String {
    let mut script = String::new();
    for (kind, node) in faults {
        let fault = format!("kind = \"{kind}\"\nnode = \"n{node}\"");
        let lasts = if *kind == "crash-stop" { "" } else { "lasts = \"60s\"\n" };
        write!(script, "[[faults.script]]\nat = \"500ms\"\n{lasts}{fault}\n\n")
            .expect("a string takes everything");
    }
    script
}

fn runs(core: &str, faults: &[(&str, u32)], seeds: u64) -> (Prepared, Vec<Account>) {
    let scenario = raft_kv(core, &script(faults)).expect("it makes sense");
    let prepared = Prepared::new(&Registry::ours(), scenario, None).expect("it makes sense");
    let accounts = (0..seeds).map(|seed| prepared.run(seed)).collect();
    (prepared, accounts)
}

#[test]
fn raft_kv_goes_on_with_a_majority_for_its_core() {
    let core = "core = [\"n0\", \"n2\", \"n4\"]";
    for faults in [[("crash", 1), ("isolate", 3)], [("pause", 1), ("disk-stall", 3)]] {
        let (prepared, accounts) = runs(core, &faults, 30);
        for account in &accounts {
            let told = (account.seed, &account.judgements);
            assert_eq!(account.outcome(), Outcome::Holds, "{faults:?} {told:?}");
        }
        let heals = "n0 n2 n4 heal, and whatever is broken elsewhere stays so";
        assert!(accounts[0].plan.iter().any(|line| line.contains(heals)), "{:?}", accounts[0].plan);
        let text = Case::new(&prepared, 3, None).to_toml();
        let case = Case::parse("a.case", &text).expect("it is whole");
        let (again, seed) = case.prepare(&Registry::ours()).expect("it fits");
        assert_eq!(again.run(seed).hash, accounts[3].hash, "{text}");
    }
}

#[test]
fn raft_kv_makes_no_progress_with_a_minority_for_its_core_and_says_who_waits_for_whom() {
    let faults = [("crash-stop", 2), ("crash-stop", 3), ("isolate", 4)];
    let (_, accounts) = runs("core = [\"n0\", \"n1\"]", &faults, 10);
    let mut isolated = 0;
    for account in &accounts {
        let broken: Vec<_> =
            account.judgements.iter().filter_map(|j| j.verdict.violation()).collect();
        let [violation] = broken[..] else { panic!("seed {}: {broken:?}", account.seed) };
        assert_eq!(violation.property, "progress after healing");
        let evidence = violation.to_string();
        assert!(evidence.contains("waits for"), "{evidence}");
        assert!(evidence.contains("n2 is outside the core and is down; still broken: crash-stop"));
        isolated += u64::from(evidence.contains("isolate toward n0"));
    }
    assert!(isolated >= 5, "{isolated} of 10 say that n4 is cut off");
}
