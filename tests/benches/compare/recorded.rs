//! What it costs to keep all that happens in a run, as `run` and `replay` do for whoever wants to look at it.

use std::time::Duration;

use seatrial::{Prepared, Registry};

use crate::harness::{Contender, Outcome, Target, Workload};

/// Runs of the main scenario, judged: seeds a CPU second, kept or not.
pub(crate) struct Recorded {
    pub(crate) kept: bool,
}

const PLAIN: &str = "run";
const KEPT: &str = "run-recorded";

impl Workload for Recorded {
    fn name(&self) -> String {
        if self.kept { KEPT.into() } else { PLAIN.into() }
    }

    fn title(&self) -> String {
        let how = if self.kept { "all of it kept" } else { "judged" };
        format!("runs of raft-kv, {how}")
    }

    fn unit(&self) -> &'static str {
        "seeds"
    }

    fn amount(&self, contender: Contender) -> Option<u64> {
        (contender == Contender::Seatrial).then_some(400)
    }

    fn run(&self, _: Contender, amount: u64) -> Outcome {
        let scenario = Registry::ours().scenario("raft-kv").expect("it is in the library");
        let prepared = Prepared::new(&Registry::ours(), scenario, None).expect("it makes sense");
        let (mut simulated, mut fingerprint) = (0, 0);
        for seed in 0..amount {
            let account = match self.kept {
                true => prepared.record(seed).account,
                false => prepared.run(seed),
            };
            simulated += account.end.time.as_nanos();
            fingerprint ^= account.end.step.rotate_left((seed % 64) as u32);
        }
        Outcome { amount, simulated: Duration::from_nanos(simulated), fingerprint }
    }

    fn targets(&self) -> Vec<Target> {
        // At most three times a plain run.
        if self.kept { vec![Target::Of(PLAIN, 1.0 / 3.0)] } else { Vec::new() }
    }
}
