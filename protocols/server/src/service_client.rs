//! A client of a replicated service: it finds a member that answers, tries again, and says what it knows.

use std::time::{Duration, Instant};

use seatrial_hosts::tcp::{CallError, Callee, Caller};
use seatrial_service::{Op, Request, Response, StateMachine};
use thiserror::Error;

use crate::text::refusal;

/// Why an operation was not seen to be done.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ClientError {
    /// **Definite**: it had no effect and never will have.
    #[error("not done: {0}")]
    NotDone(String),
    /// **Not definite**: it may have been done, or may yet be.
    #[error("nobody knows whether it was done: {0}")]
    Unknown(String),
}

/// A client with a session of its own: however often a command is tried, at whichever members, it is applied once.
///
/// ```no_run
/// use std::time::Duration;
/// use seatrial_counter::{Add, CounterState, Read};
/// use seatrial_hosts::ClusterFile;
/// use seatrial_server::ServiceClient;
///
/// let file = ClusterFile::read("cluster.toml".as_ref())?;
/// let mut counter = ServiceClient::<CounterState>::of(&file, "counter", Duration::from_secs(10))?;
/// counter.command(Add(5))?;
/// let total = counter.query(Read)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct ServiceClient<S> {
    callees: Vec<Callee>,
    /// Which of them is asked now.
    at: usize,
    caller: Option<Caller>,
    patience: Duration,
    client: u64,
    seq: u64,
    machine: std::marker::PhantomData<fn() -> S>,
}

/// How long one attempt may take before another member is asked.
const ATTEMPT: Duration = Duration::from_secs(4);

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(1);

/// How long to wait after an attempt that was refused.
const PAUSE: Duration = Duration::from_millis(20);

impl<S: StateMachine> ServiceClient<S> {
    /// A client of these members that tries each operation for so long.
    ///
    /// # Panics
    /// Where there are no members.
    pub fn new(callees: Vec<Callee>, patience: Duration) -> Self {
        assert!(!callees.is_empty(), "a client has somebody to ask");
        let client = seatrial_hosts::random() >> 1;
        let at = (client % callees.len() as u64) as usize;
        let machine = std::marker::PhantomData;
        Self { callees, at, caller: None, patience, client, seq: 0, machine }
    }

    /// Changes the state.
    ///
    /// # Errors
    /// Where it was not seen to be done in time; at once where no member can be asked and one refuses such a client for good: it means
    /// another cluster or protocol, or has no key.
    pub fn command(&mut self, command: S::Command) -> Result<S::Output, ClientError> {
        self.seq += 1;
        let op = Op::Command(command);
        let request = Request { client: self.client, seq: self.seq, op };
        self.try_until_done(&request, true)
    }

    /// Looks at the state, linearizably. A query that fails had no effect in any case.
    ///
    /// # Errors
    /// Where nobody answered in time.
    pub fn query(&mut self, query: S::Query) -> Result<S::Output, ClientError> {
        let request = Request { client: self.client, seq: 0, op: Op::Query(query) };
        self.try_until_done(&request, false)
    }

    fn try_until_done(
        &mut self,
        request: &Request<S::Command, S::Query>,
        has_effect: bool,
    ) -> Result<S::Output, ClientError> {
        let deadline = Instant::now() + self.patience;
        // How many members in a row could not be asked, and why one of them will not be.
        let (mut may_be_done, mut unmet, mut unwelcome) = (false, 0, None);
        let error = |may_be_done: bool, why: String| {
            if may_be_done && has_effect {
                Err(ClientError::Unknown(why))
            } else {
                Err(ClientError::NotDone(why))
            }
        };
        loop {
            let why = match self.attempt(request, deadline) {
                Ok(Response::Done(output)) => return Ok(output),
                Ok(Response::Redirect { leader }) => {
                    let place = self.callees.iter().position(|callee| callee.node == leader);
                    self.turn_to(place.unwrap_or(self.at + 1));
                    format!("{leader} leads")
                }
                Ok(response @ (Response::Unknown | Response::Unavailable | Response::Busy)) => {
                    may_be_done |= matches!(response, Response::Unknown);
                    unmet = 0;
                    refusal(&response)
                }
                // Trying again would not help.
                Ok(response) => return error(may_be_done, refusal(&response)),
                Err(failed) => {
                    may_be_done |= !failed.is_definite();
                    self.turn_to(self.at + 1);
                    unmet += 1;
                    if matches!(failed, CallError::Unwelcome(_)) {
                        unwelcome = Some(failed.to_string());
                    }
                    failed.to_string()
                }
            };
            // Another may know better than one who refuses: all are asked once.
            if let Some(why) = unwelcome.take_if(|_| unmet >= self.callees.len()) {
                return error(may_be_done, why);
            }
            if Instant::now() + PAUSE >= deadline {
                return error(may_be_done, why);
            }
            std::thread::sleep(PAUSE);
        }
    }

    fn attempt(
        &mut self,
        request: &Request<S::Command, S::Query>,
        deadline: Instant,
    ) -> Result<Response<S::Output>, CallError> {
        let left = |most: Duration| deadline.saturating_duration_since(Instant::now()).min(most);
        let caller = match &mut self.caller {
            Some(caller) => caller,
            none => none.insert(Caller::connect(&self.callees[self.at], left(CONNECT))?),
        };
        caller.request(request, left(ATTEMPT))
    }

    fn turn_to(&mut self, place: usize) {
        self.at = place % self.callees.len();
        self.caller = None;
    }
}
