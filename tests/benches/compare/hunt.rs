//! The main scenario as a user hunts it: drawn knobs, faults, clients, all judges, one thread.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use seatrial::{HuntOptions, Prepared, Registry, hunt};

use crate::harness::{Contender, Outcome, Target, Workload};

pub(crate) struct Hunt;

impl Workload for Hunt {
    fn name(&self) -> String {
        "hunt".into()
    }

    fn title(&self) -> String {
        "hunt raft-kv, the main scenario".into()
    }

    fn unit(&self) -> &'static str {
        "seeds"
    }

    fn amount(&self, contender: Contender) -> Option<u64> {
        (contender == Contender::Seatrial).then_some(1_000)
    }

    fn run(&self, _: Contender, amount: u64) -> Outcome {
        let scenario = Registry::ours().scenario("raft-kv").expect("it is in the library");
        let prepared = Prepared::new(&Registry::ours(), scenario, None).expect("it makes sense");
        let options = HuntOptions { seeds: Some(amount), ..HuntOptions::default() };
        let mut fingerprint = 0_u64;
        let account = hunt(&prepared, &options, &AtomicBool::new(false), &mut |ran, _| {
            let hash = u64::from_str_radix(&ran.result().hash, 16).expect("a hash in hexadecimal");
            fingerprint = fingerprint.rotate_left(1) ^ hash;
        })
        .account;
        assert_eq!(account.violated, 0, "the correct build holds");
        let simulated = Duration::from_nanos(account.virtual_time.as_nanos());
        Outcome { amount: account.seeds, simulated, fingerprint }
    }

    fn targets(&self) -> Vec<Target> {
        vec![Target::Rate(1_000.0)]
    }
}
