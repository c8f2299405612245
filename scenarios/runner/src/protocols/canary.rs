//! The canary: a register with one bug, the oldest that there is. It answers a write before the disk has it.
//!
//! It is here to be caught. A hunt that finds nothing in it has a blind spot: no crash came, no write was lost, or nobody judged.

use seatrial_history::Value;
use seatrial_node::{Disk, FileName, Input, Io, Node, OpenError};

use crate::registry::{Protocol, WorkloadInfo};
use crate::workload::{Answer, Draw, Op, Session, Workload};

pub(super) fn protocol() -> Protocol {
    let info = WorkloadInfo {
        name: "register",
        about: "read and write one register; no value is written twice",
        operations: &[],
    };
    Protocol::new("canary", "a register that answers before its disk does: every hunt must find it")
        .with_roles(&[])
        .with_workload::<Canary, Register>(info, |_, _| Ok(()), Register::default)
}

const FILE: FileName = FileName::new("value");

/// A register, each node by itself.
struct Canary {
    /// Zero where nothing was written.
    value: i64,
}

#[derive(Clone, Copy, Debug)]
enum Request {
    Read,
    Write(i64),
}

impl Node for Canary {
    type Config = ();
    type Message = ();
    type Timer = ();
    type Request = Request;
    type Response = i64;
    type Event = ();

    fn open((): &(), disk: &mut Disk<'_>) -> Result<Self, OpenError> {
        let mut bytes = [0; 8];
        disk.read(FILE, 0, &mut bytes)?;
        Ok(Self { value: i64::from_le_bytes(bytes) })
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        let Input::Request { token, body } = input else {
            return;
        };
        if let Request::Write(value) = body {
            self.value = value;
            io.write_at(FILE, 0, &value.to_le_bytes());
            io.sync(FILE);
            // The bug: an honest register waits here for `Input::Synced`.
        }
        io.reply(token, self.value);
    }
}

/// Clients that read and write.
#[derive(Clone, Debug, Default)]
struct Register {
    written: i64,
}

impl Workload<Canary> for Register {
    fn begin(&mut self, _: u32, _: &[(String, u32)]) {
        self.written = 0;
    }

    fn next(&mut self, draw: &mut Draw<'_>) -> Op {
        if draw.below("canary: read or write", 2) == 0 {
            return Op::bare("read");
        }
        self.written += 1;
        Op::new("write", self.written)
    }

    fn request(&mut self, _: Session, op: &Op) -> Request {
        op.value.as_int().map_or(Request::Read, Request::Write)
    }

    fn answer(&mut self, op: &Op, value: i64) -> Answer {
        match op.f {
            "read" if value == 0 => Answer::Ok(Value::Null),
            "read" => Answer::Ok(Value::Int(value)),
            _ => Answer::Ok(op.value.clone()),
        }
    }
}
