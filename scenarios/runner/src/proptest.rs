//! Strategies for proptest: trials, their trouble, and what their clients ask.
//!
//! What proptest draws is a seed, or a plan drawn from one. What it shrinks is made small by [`Shrink`](seatrial_search::Shrink), one
//! candidate after the other, with the test as the judge: so a test may judge a run by whatever it likes.
//!
//! ```
//! use proptest::prelude::*;
//! use seatrial::proptest::trials;
//! use seatrial::{Trial, checking::Echo};
//! # use seatrial::history::Value;
//! # use seatrial::node::{Disk, Input, Io, Node, OpenError};
//! # use seatrial::{Answer, Draw, Op, Session, Workload};
//! # struct Parrot;
//! # impl Node for Parrot {
//! #   type Config = (); type Message = (); type Timer = (); type Request = i64; type Response = i64; type Event = ();
//! #   fn open(_: &(), _: &mut Disk<'_>) -> Result<Self, OpenError> { Ok(Self) }
//! #   fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
//! #       if let Input::Request { token, body } = input { io.reply(token, body); }
//! #   }
//! # }
//! # #[derive(Default)] struct Talk;
//! # impl Workload<Parrot> for Talk {
//! #   fn next(&mut self, draw: &mut Draw<'_>) -> Op { Op::new("echo", draw.below("word", 100) as i64) }
//! #   fn request(&mut self, _: Session, op: &Op) -> i64 { op.value.as_int().unwrap_or_default() }
//! #   fn answer(&mut self, _: &Op, response: i64) -> Answer { Answer::Ok(Value::Int(response)) }
//! # }
//!
//! fn trial() -> Trial<Parrot> {
//!     Trial::new(|| ()).clients(2, Talk::default).loss("10%").crashes(2).judge("echo", Echo::new)
//! }
//!
//! proptest! {
//!     # #![proptest_config(ProptestConfig::with_cases(10))]
//!     # /*
//!     #[test]
//!     # */
//!     fn every_answer_equals_its_request(run in trials(trial())) {
//!         let account = run.check()?;
//!         prop_assert!(account.end.step < 100_000);
//!     }
//! }
//! # every_answer_equals_its_request();
//! ```

mod draws;
mod run;
mod tree;

use std::fmt::Debug;

use proptest::collection::vec;
use proptest::strategy::Strategy;
use seatrial_node::Node;

pub use self::draws::{Plans, Trials};
pub use self::run::TrialRun;
use crate::case::Case;
use crate::trial::{Environment, Trial};
use crate::workload::{Op, Operations};

/// Runs of this trial, each from a seed of its own. In the environment `SEATRIAL_SEED=17` makes them all of this seed, and
/// `SEATRIAL_CASE=FILE` all of the case in this file.
///
/// # Panics
/// Where the trial makes no sense, or the environment asks for a case that cannot be run.
#[track_caller]
pub fn trials<N>(trial: Trial<N>) -> Trials
where
    N: Node + 'static,
    N::Message: Debug,
    N::Timer: Debug,
    N::Request: Debug,
    N::Response: Debug,
{
    let (registry, prepared) = trial.prepared();
    let Environment { seed, case, .. } = Environment::read();
    let Some(path) = case else { return Trials { registry, prepared, seed } };
    let kept = Case::read(&path)
        .and_then(|case| case.prepare_kept(&registry).map_err(|error| error.in_file(&path)));
    match kept {
        Ok((prepared, seed, _)) => Trials { registry, prepared, seed: Some(seed) },
        Err(error) => panic!("{error}"),
    }
}

/// Plans of trouble, as this trial would draw them: for [`Trial::plan`]. They shrink to fewer faults, and to weaker ones.
///
/// # Panics
/// Where the trial makes no sense.
#[track_caller]
pub fn plans<N>(trial: Trial<N>) -> Plans
where
    N: Node + 'static,
    N::Message: Debug,
    N::Timer: Debug,
    N::Request: Debug,
    N::Response: Debug,
{
    let (_, prepared) = trial.prepared();
    Plans { prepared }
}

/// What so many clients ask, up to so many operations each: for [`Trial::operations`]. They shrink to fewer operations, and to simpler ones.
pub fn workloads(
    op: impl Strategy<Value = Op> + Clone,
    clients: u32,
    most: usize,
) -> impl Strategy<Value = Operations> {
    vec(vec(op, 0..=most), clients as usize).prop_map(Operations::new)
}
