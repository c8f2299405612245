//! The node: Raft below, the replica above, and between them the way of a request to the leader and back.

use std::collections::VecDeque;
use std::fmt;

use seatrial_node::{
    Disk, Input, Instant, Io, Node, NodeId, OpenError, Outbox, RequestToken, Status,
};
use seatrial_raft::Raft;

use crate::codec::Entry;
use crate::desk::Desk;
use crate::intake::Intake;
use crate::message::Waiter;
use crate::relay::Relay;
use crate::replica::Replica;
use crate::{Config, Event, Job, Message, Op, Request, Response, StateMachine, Timer};

/// A member of a cluster that replicates the state machine `S`.
///
/// See the [crate's page](crate) for how it is used, and [`Request`] and [`Response`] for what clients may rely on.
pub struct Service<S: StateMachine> {
    pub(crate) config: Config,
    pub(crate) raft: Raft,
    pub(crate) heard: Outbox<Raft>,
    /// Memory for the events being handled.
    pub(crate) spare: Vec<seatrial_raft::Event>,
    pub(crate) replica: Replica<S>,
    /// The index of the latest snapshot.
    pub(crate) saved: u64,
    pub(crate) office: Office,
    pub(crate) desk: Desk<S::Query>,
    pub(crate) intake: Intake,
    pub(crate) relay: Relay,
    pub(crate) parked: VecDeque<Parked<S::Query>>,
    pub(crate) halted: bool,
    scratch: Vec<u8>,
}

/// Who leads, as far as this member knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Office {
    /// This member.
    Leading { term: u64 },
    /// Another one.
    Following { leader: NodeId, term: u64 },
    /// Nobody.
    Vacant,
}

/// A request that waits for a leader to be known.
#[derive(Clone, Debug)]
pub(crate) struct Parked<Q> {
    token: RequestToken,
    job: Job<Q>,
    deadline: Instant,
}

impl<S: StateMachine> Node for Service<S> {
    type Config = Config;
    type Message = Message<S::Query, S::Output>;
    type Timer = Timer;
    type Request = Request<S::Command, S::Query>;
    type Response = Response<S::Output>;
    type Event = Event;

    fn open(config: &Config, disk: &mut Disk<'_>) -> Result<Self, OpenError> {
        config.validate()?;
        let raft = Raft::open(&config.raft(), &mut disk.child("raft"))?;
        let replica = match raft.snapshot() {
            None => Replica::new(config),
            Some((meta, bytes)) => Replica::restore(config, meta.index, bytes)
                .map_err(|error| OpenError::Corrupt(format!("the snapshot: {error}")))?,
        };
        Ok(Self {
            config: config.clone(),
            raft,
            heard: Outbox::new(),
            spare: Vec::new(),
            saved: replica.applied,
            replica,
            office: Office::Vacant,
            desk: Desk::new(),
            intake: Intake::default(),
            relay: Relay::open(disk, config.raft.replaced_disk)?,
            parked: VecDeque::new(),
            halted: false,
            scratch: Vec::new(),
        })
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        if self.halted {
            if let Input::Request { token, .. } = input {
                io.reply(token, Response::Unavailable);
            }
            return;
        }
        match input {
            Input::Start => {
                self.begin_life(io);
                self.pass(Input::Start, io);
            }
            Input::Message { from, body: Message::Raft(body) } => {
                self.pass(Input::Message { from, body }, io);
            }
            Input::Message { from, body: Message::Forward { id, term, job } } => {
                self.take(from, id, term, job, io);
            }
            Input::Message { body: Message::Forwarded { id, response }, .. } => {
                self.hand_back(id, response, io);
            }
            Input::Timer(Timer::Raft(timer)) => self.pass(Input::Timer(timer), io),
            Input::Timer(Timer::Parked) => self.give_up_parked(io),
            Input::Timer(Timer::Forwarded) => self.give_up_forwarded(io),
            Input::Request { token, body } => {
                let job = self.job(body);
                self.route(token, job, io);
            }
            Input::Synced { token, result } => {
                if self.relay.synced(token, result) {
                    self.release_parked(io);
                } else {
                    self.pass(Input::Synced { token, result }, io);
                }
            }
            Input::Read { token, result } => self.pass(Input::Read { token, result }, io),
            _ => {}
        }
        self.settle(io);
    }

    /// Raft's status, and `applied`, `sessions` and `pending`: the index up to which the log is applied, how many sessions are
    /// remembered, and how many requests are under way here.
    fn status(&self) -> Status {
        let under_way = self.desk.proposals() + self.desk.reads() + self.relay.len();
        let status = self
            .raft
            .status()
            .with("applied", self.replica.applied)
            .with("sessions", self.replica.sessions() as u64)
            .with("pending", (under_way + self.parked.len()) as u64);
        if self.halted { status.with("halted", true) } else { status }
    }

    fn digest(message: &Self::Message) -> u64 {
        message.digest()
    }
}

impl<S: StateMachine> fmt::Debug for Service<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Service({})", self.status())
    }
}

impl<S: StateMachine> Service<S> {
    /// The state as this member knows it: committed, but perhaps not the latest. Ask [`Op::Query`] for the latest.
    pub fn state(&self) -> &S {
        self.replica.state()
    }

    /// Raft, to look at.
    pub fn raft(&self) -> &Raft {
        &self.raft
    }

    /// The index up to which the log is applied.
    pub fn applied(&self) -> u64 {
        self.replica.applied
    }

    /// Makes a number for this life durable, under which requests are passed on.
    fn begin_life(&mut self, io: &mut Io<'_, Self>) {
        if self.config.forward && io.members().len() > 1 {
            self.relay.begin(io);
        }
    }

    /// Lets Raft handle an input.
    fn pass(&mut self, input: Input<Raft>, io: &mut Io<'_, Self>) {
        let Self { raft, heard, .. } = self;
        io.child("raft", Message::Raft, Timer::Raft, heard, |io| raft.handle(input, io));
    }

    /// Lets Raft do something that is not an input.
    pub(crate) fn ask_raft<R>(
        &mut self,
        io: &mut Io<'_, Self>,
        ask: impl FnOnce(&mut Raft, &mut Io<'_, Raft>) -> R,
    ) -> R {
        let Self { raft, heard, .. } = self;
        io.child("raft", Message::Raft, Timer::Raft, heard, |io| ask(raft, io))
    }

    fn job(&mut self, request: Request<S::Command, S::Query>) -> Job<S::Query> {
        let Request { client, seq, op } = request;
        let entry = match op {
            Op::Query(query) => return Job::Query(query),
            Op::Command(command) => Entry::Command { client, seq, command },
            Op::Open => Entry::Open,
        };
        Job::Command(entry.to_shared(&mut self.scratch))
    }

    /// Brings a client's request to where it can be done.
    fn route(&mut self, token: RequestToken, job: Job<S::Query>, io: &mut Io<'_, Self>) {
        match (self.office, self.relay.is_open()) {
            (Office::Leading { .. }, _) => self.serve(Waiter::Local(token), job, io),
            (Office::Following { leader, term }, Some(true)) => {
                self.forward(token, job, leader, term, io);
            }
            (Office::Following { leader, .. }, Some(false)) => {
                io.reply(token, Response::Redirect { leader });
            }
            (Office::Following { .. }, None) | (Office::Vacant, _) => self.park(token, job, io),
        }
    }

    /// Keeps a request until a leader is known.
    fn park(&mut self, token: RequestToken, job: Job<S::Query>, io: &mut Io<'_, Self>) {
        if self.parked.len() >= self.config.max_in_flight {
            return io.reply(token, Response::Busy);
        }
        if self.parked.is_empty() {
            io.set_timer(Timer::Parked, self.config.leader_wait);
        }
        let deadline = io.now() + self.config.leader_wait;
        self.parked.push_back(Parked { token, job, deadline });
    }

    /// Brings on the requests that have waited for a leader, or for this life to begin.
    pub(crate) fn release_parked(&mut self, io: &mut Io<'_, Self>) {
        let (office, is_open) = (self.office, self.relay.is_open());
        let must_wait = office == Office::Vacant
            || (matches!(office, Office::Following { .. }) && is_open.is_none());
        if must_wait || self.parked.is_empty() {
            return;
        }
        while let Some(Parked { token, job, .. }) = self.parked.pop_front() {
            self.route(token, job, io);
        }
        io.cancel_timer(&Timer::Parked);
    }

    fn give_up_parked(&mut self, io: &mut Io<'_, Self>) {
        while let Some(oldest) = self.parked.front() {
            if oldest.deadline > io.now() {
                return io.set_timer(Timer::Parked, oldest.deadline.since(io.now()));
            }
            io.reply(oldest.token, Response::Unavailable);
            self.parked.pop_front();
        }
    }

    /// Answers whoever waits.
    pub(crate) fn answer(waiter: Waiter, response: Response<S::Output>, io: &mut Io<'_, Self>) {
        match waiter {
            Waiter::Local(token) => io.reply(token, response),
            Waiter::Remote { origin, id } => io.send(origin, Message::Forwarded { id, response }),
        }
    }
}
