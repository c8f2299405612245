//! Judging a history: 10,000 operations of ten clients on one register, every value written once; sound, or with one stale read.

use std::time::Duration;

use seatrial_checkers::linearizability::{Model, Options, check};
use seatrial_history::{History, OpEvent, OpKind, Process, Value, Verdict};
use seatrial_node::Instant;
use seatrial_sim::{Tape, WORLD};

use crate::harness::{Contender, Outcome, Target, Workload};

pub(crate) struct Register {
    pub(crate) stale: bool,
}

const OPERATIONS: u64 = 10_000;
const CLIENTS: u64 = 10;

impl Workload for Register {
    fn name(&self) -> String {
        if self.stale { "register-stale".into() } else { "register-sound".into() }
    }

    fn title(&self) -> String {
        let how = if self.stale { "one stale read" } else { "sound" };
        format!("10k operations, {how}")
    }

    fn unit(&self) -> &'static str {
        "histories"
    }

    fn amount(&self, contender: Contender) -> Option<u64> {
        (contender == Contender::Seatrial).then_some(40)
    }

    fn run(&self, _: Contender, amount: u64) -> Outcome {
        let history = history(self.stale);
        for _ in 0..amount {
            let outcome =
                check(&history, Model::Register, &Options::default()).expect("well formed");
            let violated = matches!(outcome.verdict, Verdict::Violated(_));
            assert_eq!(violated, self.stale, "{:?}", outcome.verdict);
        }
        Outcome { amount, simulated: Duration::ZERO, fingerprint: history.events.len() as u64 }
    }

    /// Fifty milliseconds each.
    fn targets(&self) -> Vec<Target> {
        vec![Target::Rate(20.0)]
    }
}

/// Clients whose operations overlap and take effect when they end.
fn history(stale: bool) -> History {
    let mut tape = Tape::seeded(7);
    let (who, what) = (tape.site("client"), tape.site("operation"));
    let mut open: Vec<Option<i64>> = vec![None; CLIENTS as usize];
    let (mut value, mut written, mut old) = (0, 0, 0);
    let mut events = Vec::new();
    let mut done = 0;
    while done < OPERATIONS {
        let client = tape.choose(who, WORLD, CLIENTS);
        let mut event = |kind, f: &'static str, value| {
            let (process, key) = (Process(client), Value::Null);
            events.push(OpEvent {
                process,
                kind,
                f: f.into(),
                key,
                value,
                time: Instant::ZERO,
                error: None,
            });
        };
        match open[client as usize].take() {
            None if tape.choose(what, WORLD, 2) == 0 && written > 0 => {
                open[client as usize] = Some(0);
                event(OpKind::Invoke, "read", Value::Null);
            }
            None => {
                written += 1;
                open[client as usize] = Some(written);
                event(OpKind::Invoke, "write", Value::Int(written));
            }
            Some(0) => {
                done += 1;
                let stale = stale && done > OPERATIONS / 2 && std::mem::replace(&mut old, -1) > 0;
                let seen = if stale { 1 } else { value };
                let seen = if seen == 0 { Value::Null } else { Value::Int(seen) };
                event(OpKind::Ok, "read", seen);
            }
            Some(new) => {
                done += 1;
                value = new;
                old = if old < 0 { old } else { new };
                event(OpKind::Ok, "write", Value::Int(new));
            }
        }
    }
    History { events }
}
