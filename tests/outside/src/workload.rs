//! What clients do.

use seatrial::history::Value;
use seatrial::{Answer, Draw, Op, Session, Workload};

use crate::{Request, Tidemark};

/// Clients raise the mark by one each time, and read it.
#[derive(Debug, Default)]
pub struct RaisesAndReads {
    raised: u64,
}

impl Workload<Tidemark> for RaisesAndReads {
    fn begin(&mut self, _: u32, _: &[(String, u32)]) {
        self.raised = 0;
    }

    fn next(&mut self, draw: &mut Draw<'_>) -> Op {
        if draw.below("raise or read", 2) == 1 {
            return Op::bare("read");
        }
        self.raised += 1;
        Op::new("raise", self.raised as i64)
    }

    fn request(&mut self, _: Session, op: &Op) -> Request {
        op.value.as_int().map_or(Request::Read, |mark| Request::Raise(mark as u64))
    }

    fn answer(&mut self, _: &Op, mark: u64) -> Answer {
        Answer::Ok(Value::Int(mark as i64))
    }
}
