//! A membership of a thousand: SWIM nodes that probe each other once a second, in a calm world and in one that loses a tenth of all
//! messages and in which nodes crash and come back.

use std::time::Duration as WallDuration;

use seatrial_detectors::{Swim as Member, SwimConfig};
use seatrial_node::{Duration, Instant, NodeId};
use seatrial_sim::{
    Fault, FaultPlan, PlannedFault, Rates, Setup, Stop, Tape, Target as Whom, World,
};

use crate::harness::{Contender, Outcome, Target, Workload};

const SEED: u64 = 1;
const NODES: u32 = 1_000;
/// A minute of the simulated world …
const SIMULATED: u64 = 60;
/// … in two seconds of a CPU.
const WITHIN: u64 = 2;
/// One in ten, in a million.
const LOSS: u32 = 100_000;
/// How many nodes crash, three seconds one after the other.
const CRASHES: u32 = 10;

pub(crate) struct Swim {
    pub(crate) calm: bool,
}

impl Workload for Swim {
    fn name(&self) -> String {
        if self.calm { "swim.calm" } else { "swim.lossy" }.into()
    }

    fn title(&self) -> String {
        let trouble = if self.calm { "calm" } else { "10 % loss, crashes" };
        format!("SWIM of {NODES}, {trouble}")
    }

    fn unit(&self) -> &'static str {
        "virtual-s"
    }

    fn amount(&self, contender: Contender) -> Option<u64> {
        (contender == Contender::Seatrial).then_some(SIMULATED)
    }

    fn run(&self, _: Contender, amount: u64) -> Outcome {
        let mut world: World<Member> = World::new();
        let plan = if self.calm { FaultPlan::calm() } else { trouble() };
        let setup = Setup { plan, ..Setup::new(NODES) };
        world.reset(&setup, Tape::seeded(SEED), |_| SwimConfig::default());
        let end = Instant::ZERO + Duration::from_secs(amount);
        assert_eq!(world.run(end, &mut (), &mut ()), Stop::Time);
        let simulated = WallDuration::from_secs(amount);
        Outcome { amount, simulated, fingerprint: world.counts().sent }
    }

    fn targets(&self) -> Vec<Target> {
        vec![Target::Rate((SIMULATED / WITHIN) as f64)]
    }

    fn fingerprint_counts(&self) -> Option<&'static str> {
        Some("messages")
    }
}

/// Every crashed node is down for long enough to be confirmed as failed by some, and is restored.
fn trouble() -> FaultPlan {
    let crash = |nth: u32| PlannedFault {
        at: Duration::from_secs(5 + 3 * u64::from(nth)),
        lasts: Duration::from_secs(20),
        fault: Fault::Crash { node: Whom::Node(NodeId(nth * NODES / CRASHES)) },
    };
    let rates = Rates { loss: LOSS, ..Rates::default() };
    let faults = (0..CRASHES).map(crash).collect();
    FaultPlan { heal_after: Duration::MAX, rates, faults, ..FaultPlan::calm() }
}
