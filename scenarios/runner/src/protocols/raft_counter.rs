//! A replicated counter: clients add and read.

use seatrial_counter::{Add, Counter, CounterRequest, CounterResponse, Op as CounterOp, Read, Sum};
use seatrial_history::Value;

use super::raft::{answer, config, over_raft, served};
use crate::outside::Service;
use crate::registry::{Protocol, WorkloadInfo};
use crate::workload::{Answer, Draw, Op, Session, Workload};

pub(super) fn protocol() -> Protocol {
    let info = WorkloadInfo {
        name: "counter",
        about: "add 1 to 4 and read the total",
        operations: &["add", "read"],
    };
    over_raft("raft-counter", "a linearizable counter over Raft, with client sessions")
        .with_wire::<Counter>()
        .with_workload::<Counter, CounterWorkload>(info, config, CounterWorkload::default)
        .with_service::<Counter, CounterWorkload>(SERVICE, CounterWorkload::default)
}

const SERVICE: Service = Service { name: "counter", workload: "counter", settings: served };

#[derive(Clone, Debug, Default)]
struct CounterWorkload {
    mix: Vec<(String, u32)>,
}

const READ: Op = Op { f: "read", key: Value::Null, value: Value::Null };

fn add(amount: i64) -> Op {
    Op { f: "add", key: Value::Null, value: Value::Int(amount) }
}

impl Workload<Counter> for CounterWorkload {
    fn begin(&mut self, _: u32, mix: &[(String, u32)]) {
        self.mix = mix.to_vec();
    }

    fn next(&mut self, draw: &mut Draw<'_>) -> Op {
        match draw.weighted("counter: operation", &self.mix) {
            Some("read") => READ,
            _ => add(draw.below("counter: amount", 4) as i64 + 1),
        }
    }

    fn last(&mut self, round: u32, _: &mut Draw<'_>) -> Option<Op> {
        match round {
            0 => Some(add(1)),
            1 => Some(READ),
            _ => None,
        }
    }

    fn request(&mut self, session: Session, op: &Op) -> CounterRequest {
        let what = match op.value.as_int() {
            Some(amount) if op.f == "add" => CounterOp::Command(Add(amount)),
            _ => CounterOp::Query(Read),
        };
        CounterRequest { client: session.client, seq: session.seq, op: what }
    }

    fn answer(&mut self, op: &Op, response: CounterResponse) -> Answer {
        answer(response, |sum| match (op.f, sum) {
            ("read", Sum::Total(total)) => Answer::Ok(Value::Int(total)),
            (_, Sum::Total(_)) => Answer::Ok(op.value.clone()),
            (_, Sum::Overflow) => Answer::Fail("overflow"),
        })
    }
}
