//! The way of a request from member to leader and back.
//!
//! What a client is told must be true however often a message is delivered and whoever crashes: see
//! [`Intake`](crate::intake::Intake) for how a leader takes a request at most once, and [`Relay`](crate::relay::Relay) for how
//! answers find their request.

use seatrial_node::{Io, NodeId, RequestToken};
use seatrial_raft::MAX_COMMAND;

use crate::desk::Read;
use crate::intake::Arrival;
use crate::message::{self, Waiter};
use crate::node::Office;
use crate::relay::PassedOn;
use crate::{ForwardId, Job, Message, Response, Service, StateMachine, Timer};

impl<S: StateMachine> Service<S> {
    /// Passes a client's request on to the leader.
    pub(crate) fn forward(
        &mut self,
        token: RequestToken,
        job: Job<S::Query>,
        leader: NodeId,
        term: u64,
        io: &mut Io<'_, Self>,
    ) {
        if self.config.loses_requests() {
            return;
        }
        let is_busy = io.buggify("service: too busy to forward");
        if is_busy || self.relay.len() >= self.config.max_in_flight {
            return io.reply(token, Response::Busy);
        }
        if !self.relay.timer_set {
            self.relay.timer_set = true;
            io.set_timer(Timer::Forwarded, self.config.forward_timeout);
        }
        let deadline = io.now() + self.config.forward_timeout;
        let is_command = job.is_command();
        let id = self.relay.pass_on(PassedOn { token, is_command, term, deadline });
        io.send(leader, Message::Forward { id, term, job });
    }

    /// Takes a request that another member has passed on, if this node leads the term for which it is meant.
    pub(crate) fn take(
        &mut self,
        from: NodeId,
        id: ForwardId,
        term: u64,
        job: Job<S::Query>,
        io: &mut Io<'_, Self>,
    ) {
        let waiter = Waiter::Remote { origin: from, id };
        match self.intake.arrive(from, term, id) {
            Arrival::First if self.office == (Office::Leading { term }) => {
                self.serve(waiter, job, io);
            }
            // Led in this life, but no more: it was not taken before, and never will be.
            Arrival::First => Self::answer(waiter, Response::Unavailable, io),
            // The first copy is, or was, answered.
            Arrival::Again => {}
            Arrival::Unknown => Self::answer(waiter, job.lost(), io),
        }
    }

    /// Begins to do what was asked; this node leads.
    pub(crate) fn serve(&mut self, waiter: Waiter, job: Job<S::Query>, io: &mut Io<'_, Self>) {
        let refusal = match job {
            Job::Command(entry) if entry.len() > MAX_COMMAND => Response::TooLarge,
            _ if io.buggify("service: too busy to serve") => Response::Busy,
            Job::Command(_) if self.desk.proposals() >= self.config.max_in_flight => Response::Busy,
            Job::Query(_) if self.desk.reads() >= self.config.max_in_flight => Response::Busy,
            Job::Command(entry) => match self.ask_raft(io, |raft, io| raft.propose(entry, io)) {
                Ok(position) => return self.desk.propose(position, waiter),
                Err(_) => Response::Unavailable,
            },
            Job::Query(query) => match self.ask_raft(io, |raft, io| raft.read_index(io)) {
                Ok(ticket) => return self.desk.read(ticket, Read { waiter, query }),
                Err(_) => Response::Unavailable,
            },
        };
        Self::answer(waiter, refusal, io);
    }

    /// Hands the leader's answer back to the client, if it still waits.
    pub(crate) fn hand_back(
        &mut self,
        id: ForwardId,
        response: Response<S::Output>,
        io: &mut Io<'_, Self>,
    ) {
        if let Some(request) = self.relay.answered(id) {
            io.reply(request.token, response);
        }
    }

    /// The oldest request, if it is still there, has waited for the leader's answer long enough.
    pub(crate) fn give_up_forwarded(&mut self, io: &mut Io<'_, Self>) {
        self.abandon_forwarded(0, io);
        self.relay.timer_set = false;
        if let Some(deadline) = self.relay.next_deadline() {
            self.relay.timer_set = true;
            io.set_timer(Timer::Forwarded, deadline.since(io.now()));
        }
    }

    /// Gives up waiting for answers that are late, or that leaders of terms before `term` owe: they lead no more.
    pub(crate) fn abandon_forwarded(&mut self, term: u64, io: &mut Io<'_, Self>) {
        while let Some(request) = self.relay.give_up(io.now(), term) {
            io.reply(request.token, message::lost(request.is_command));
        }
    }
}
