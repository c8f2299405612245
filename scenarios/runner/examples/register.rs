//! A node of one's own, with a bug, and the trial that finds it.
//!
//! A register is kept by node `n0`, the primary. The other nodes pass writes on to it, and hear of each new value. They also answer
//! reads, from what they heard last, and that is the bug: the news may be late.
//!
//! `cargo run --release -p seatrial --example register` finds it; `-- --fixed` passes reads on as well, and it is gone.

#![expect(clippy::print_stdout, reason = "it shows what it finds")]

use std::process::ExitCode;

use seatrial::checking::linearizability::Model;
use seatrial::history::Value;
use seatrial::node::{Disk, Input, Io, Node, NodeId, OpenError, RequestToken};
use seatrial::{Answer, Draw, Op, Session, Trial, Workload};

const PRIMARY: NodeId = NodeId(0);

/// One node. `FIXED` passes reads on to the primary.
struct Register<const FIXED: bool> {
    value: i64,
}

#[derive(Clone, Copy, Debug)]
enum Request {
    Read,
    Write(i64),
}

#[derive(Clone, Debug)]
enum Message {
    /// To the primary: a client has asked me this.
    Ask { token: RequestToken, request: Request },
    /// From the primary: tell that client this.
    Answer { token: RequestToken, value: i64 },
    /// From the primary: the value is this now.
    News(i64),
}

impl<const FIXED: bool> Node for Register<FIXED> {
    type Config = ();
    type Message = Message;
    type Timer = ();
    type Request = Request;
    type Response = i64;
    type Event = ();

    fn open(_: &(), _: &mut Disk<'_>) -> Result<Self, OpenError> {
        Ok(Self { value: 0 })
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        match input {
            Input::Request { token, body: Request::Read } if !FIXED => io.reply(token, self.value),
            Input::Request { token, body } => {
                io.send(PRIMARY, Message::Ask { token, request: body });
            }
            Input::Message { from, body: Message::Ask { token, request } } => {
                self.serve(request, io);
                io.send(from, Message::Answer { token, value: self.value });
            }
            Input::Message { body: Message::Answer { token, value }, .. } => io.reply(token, value),
            Input::Message { body: Message::News(value), .. } => self.value = value,
            _ => {}
        }
    }
}

impl<const FIXED: bool> Register<FIXED> {
    fn serve(&mut self, request: Request, io: &mut Io<'_, Self>) {
        if let Request::Write(value) = request {
            self.value = value;
            for peer in io.peers() {
                io.send(peer, Message::News(value));
            }
        }
    }
}

/// Clients read and write; no value is written twice.
#[derive(Default)]
struct ReadsAndWrites {
    written: i64,
}

impl<const FIXED: bool> Workload<Register<FIXED>> for ReadsAndWrites {
    fn begin(&mut self, _: u32, _: &[(String, u32)]) {
        self.written = 0;
    }

    fn next(&mut self, draw: &mut Draw<'_>) -> Op {
        if draw.below("read or write", 2) == 0 {
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
            // The model's register begins with nothing in it; ours with a zero.
            "read" if value == 0 => Answer::Ok(Value::Null),
            "read" => Answer::Ok(Value::Int(value)),
            _ => Answer::Ok(op.value.clone()),
        }
    }
}

fn trial<const FIXED: bool>() -> Trial<Register<FIXED>> {
    Trial::new(|| ())
        .nodes(3)
        .clients(3, ReadsAndWrites::default)
        .linearizable(Model::Register)
        .seeds(1_000)
}

fn main() -> ExitCode {
    let fixed = std::env::args().any(|arg| arg == "--fixed");
    let outcome = if fixed { trial::<true>().check() } else { trial::<false>().check() };
    match outcome {
        Ok(passed) => {
            println!("{} runs, {} events: linearizable", passed.runs, passed.events);
            ExitCode::SUCCESS
        }
        Err(failed) => {
            println!("{failed}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_from_a_copy_are_stale_sooner_or_later() {
        let failed = trial::<false>().check().expect_err("the bug is found");
        let told = failed.to_string();
        assert!(told.starts_with("linearizability is violated"), "{told}");
        assert!(told.contains("replay: SEATRIAL_SEED="), "{told}");
        assert!(told.contains("reads_from_a_copy_are_stale_sooner_or_later"), "{told}");
    }

    #[test]
    fn reads_from_the_primary_are_linearizable() {
        assert_eq!(trial::<true>().run().runs, 1_000);
    }
}
