//! Clients in a closed loop: each does one operation at a time, and an operation stays open while it is tried again.
//!
//! An operation whose answer never comes is unknown, never failed: it may have taken effect, or may yet. The client then goes on
//! under another process number, as a history demands.

use std::borrow::Cow;

use seatrial_history::{OpEvent, OpKind, Process, Value};
use seatrial_node::{Duration, Instant, Node, NodeId};

use super::shore::Shore;
use super::{Answer, Draw, Op, Session, Workload};
use crate::draw::ClientPlan;

/// The clients of one run.
#[derive(Clone, Debug)]
pub(crate) struct Clients<W> {
    workload: W,
    plan: Option<ClientPlan>,
    /// When the trouble is over, where that is known beforehand or has come.
    healed: Option<Instant>,
    /// Whom they ask from then on; anybody, where it is empty.
    core: Vec<NodeId>,
    clients: Vec<Client>,
    processes: u64,
    open: usize,
    /// Whether no operation begins any more.
    closing: bool,
}

#[derive(Clone, Debug)]
struct Client {
    process: Process,
    seq: u64,
    /// Whom it asks first.
    node: usize,
    done: u32,
    last_round: u32,
    doing: Option<Doing>,
    /// It has nothing to do until the trouble is over, and nobody knows when that will be.
    resting: bool,
    finished: bool,
}

/// An operation under way.
#[derive(Clone, Debug)]
struct Doing {
    op: Op,
    began: Instant,
    /// The attempt whose answer counts. Older ones are of the same operation, and their success counts as well.
    attempt: u64,
    first_attempt: u64,
    /// Some attempt may have taken effect.
    uncertain: bool,
    waiting: bool,
}

/// How long a client whose attempt was refused waits before it tries again.
const BACKOFF: Duration = Duration::from_millis(20);

/// How soon after healing a client goes on. Not at the very instant: what begins then may begin before it.
const AFTER_HEALING: Duration = Duration::from_millis(1);

impl<W> Clients<W> {
    pub(crate) fn new(workload: W) -> Self {
        let healed = None;
        let (clients, core) = (Vec::new(), Vec::new());
        Self { workload, plan: None, healed, core, clients, processes: 0, open: 0, closing: false }
    }

    /// Another run begins.
    pub(crate) fn begin<N: Node>(
        &mut self,
        plan: &ClientPlan,
        count: u32,
        healed: Option<Instant>,
        core: Option<&[NodeId]>,
    ) where
        W: Workload<N>,
    {
        self.workload.begin(plan.keys, &plan.mix);
        self.plan = Some(plan.clone());
        self.healed = healed;
        self.core.clear();
        self.core.extend(core.into_iter().flatten());
        self.clients.clear();
        self.processes = 0;
        self.open = count as usize;
        self.closing = false;
    }

    /// Lets no operation begin any more.
    pub(crate) const fn close(&mut self) {
        self.closing = true;
    }

    /// Whether no operation begins any more.
    pub(crate) const fn closing(&self) -> bool {
        self.closing
    }

    /// Whether every client has done all that it was to do.
    pub(crate) fn finished(&self) -> bool {
        self.open == 0
    }

    fn plan(&self) -> &ClientPlan {
        self.plan.as_ref().expect("a run has begun")
    }

    /// Whether the client has more to do while there is trouble.
    fn goes_on(&self, client: u32, now: Instant) -> bool {
        let (plan, done) = (self.plan(), self.clients[client as usize].done);
        match &plan.script {
            Some(script) => done < script.count(client),
            None if plan.endless => self.healed.is_none_or(|healed| now < healed),
            None => done < plan.operations,
        }
    }

    fn client(&mut self, client: u32) -> &mut Client {
        &mut self.clients[client as usize]
    }

    fn fresh_process(&mut self) -> Process {
        self.processes += 1;
        Process(self.processes - 1)
    }

    /// Thinks, or waits for the trouble to be over, and then goes on.
    fn rest<N: Node, S: Shore<N>>(&mut self, io: &mut S)
    where
        W: Workload<N>,
    {
        let now = io.now();
        if self.goes_on(io.client(), now) {
            let think = self.think(io);
            return io.sleep(think);
        }
        match self.healed {
            None => self.client(io.client()).resting = true,
            Some(healed) if now <= healed => io.sleep(healed - now + AFTER_HEALING),
            Some(_) => io.sleep(Duration::ZERO),
        }
    }

    fn think<N: Node, S: Shore<N>>(&self, io: &mut S) -> Duration {
        use crate::scenario::Knob;
        match &self.plan().think {
            Knob::Fixed(time) => *time,
            Knob::OneOf(times) => times[io.choose("client: think", times.len() as u64) as usize],
            Knob::Between { min, max } => {
                let span = max.as_nanos() - min.as_nanos();
                *min + Duration::from_nanos(io.choose("client: think", span + 1))
            }
        }
    }

    /// The next operation, if there is one.
    fn next_op<N: Node, S: Shore<N>>(&mut self, io: &mut S) -> Option<Op>
    where
        W: Workload<N>,
    {
        if self.closing {
            return None;
        }
        let number = io.client();
        let goes_on = self.goes_on(number, io.now());
        let script = self.plan.as_ref().and_then(|plan| plan.script.clone());
        let client = &mut self.clients[number as usize];
        let mut choose = |what, bound| io.choose(what, bound);
        let draw = &mut Draw { choose: &mut choose, client: number };
        if goes_on {
            client.done += 1;
            return match script {
                Some(script) => script.of(number, client.done - 1),
                None => Some(self.workload.next(draw)),
            };
        }
        if number > 0 {
            return None;
        }
        client.last_round += 1;
        self.workload.last(client.last_round - 1, draw)
    }

    fn begin_op<N: Node, S: Shore<N>>(&mut self, io: &mut S)
    where
        W: Workload<N>,
    {
        let Some(op) = self.next_op(io) else {
            self.client(io.client()).finished = true;
            self.open -= 1;
            return;
        };
        let client = self.client(io.client());
        client.seq += 1;
        let process = client.process;
        let began = io.now();
        record(io, process, OpKind::Invoke, &op, op.value.clone(), None);
        let doing = Doing {
            op,
            began,
            attempt: 0,
            first_attempt: u64::MAX,
            uncertain: false,
            waiting: false,
        };
        client.doing = Some(doing);
        self.keep_to_core(io);
        self.attempt(io);
    }

    /// Asks the client's present node.
    fn attempt<N: Node, S: Shore<N>>(&mut self, io: &mut S)
    where
        W: Workload<N>,
    {
        let timeout = self.plan().timeout;
        let number = io.client();
        let client = &mut self.clients[number as usize];
        let session = Session { client: u64::from(number) + 1, seq: client.seq };
        let doing = client.doing.as_mut().expect("an operation is under way");
        let node = io.members()[client.node];
        let request = self.workload.request(session, &doing.op);
        doing.attempt = io.send(node, request);
        doing.first_attempt = doing.first_attempt.min(doing.attempt);
        doing.waiting = true;
        io.sleep(timeout);
    }

    /// Once the trouble is over, clients know which nodes are left as they were, and ask the others first; whom those name, they ask too.
    fn keep_to_core<N: Node, S: Shore<N>>(&mut self, io: &mut S) {
        let present = io.members()[self.client(io.client()).node];
        if self.only_core(io) && !self.core.contains(&present) {
            self.turn(io);
        }
    }

    fn only_core<N: Node, S: Shore<N>>(&self, io: &S) -> bool {
        !self.core.is_empty() && self.healed.is_some_and(|healed| io.now() >= healed)
    }

    /// Turns to another node, any but the present one, that there is a reason to ask.
    fn turn<N: Node, S: Shore<N>>(&mut self, io: &mut S) {
        if self.only_core(io) {
            let present = io.members()[self.client(io.client()).node];
            let others: Vec<NodeId> =
                self.core.iter().copied().filter(|node| *node != present).collect();
            if !others.is_empty() {
                let next =
                    others[io.choose("client: next core node", others.len() as u64) as usize];
                let members = io.members().to_vec();
                self.turn_to(io.client(), &members, next);
            }
            return;
        }
        let nodes = io.members().len();
        if nodes > 1 {
            let step = io.choose("client: next node", nodes as u64 - 1) as usize + 1;
            let client = self.client(io.client());
            client.node = (client.node + step) % nodes;
        }
    }

    fn turn_to(&mut self, client: u32, members: &[NodeId], node: NodeId) {
        if let Ok(place) = members.binary_search(&node) {
            self.client(client).node = place;
        }
    }

    /// The operation is over, one way or the other.
    fn end<N: Node, S: Shore<N>>(&mut self, io: &mut S, end: End)
    where
        W: Workload<N>,
    {
        let client = &mut self.clients[io.client() as usize];
        let process = client.process;
        let Some(doing) = client.doing.take() else {
            return;
        };
        let (kind, value, error) = match end {
            End::Ok(value) => (OpKind::Ok, value, None),
            End::Fail(why) => (OpKind::Fail, doing.op.value.clone(), Some(why)),
            End::Unknown(why) => (OpKind::Info, doing.op.value.clone(), Some(why)),
        };
        record(io, process, kind, &doing.op, value, error);
        if kind == OpKind::Info {
            let fresh = self.fresh_process();
            self.client(io.client()).process = fresh;
        }
        self.rest(io);
    }

    /// No answer came in time, or one that was of no use: another attempt, unless the client has lost patience.
    fn again<N: Node, S: Shore<N>>(&mut self, io: &mut S, why: &'static str)
    where
        W: Workload<N>,
    {
        let give_up = self.plan().give_up;
        let client = &self.clients[io.client() as usize];
        let doing = client.doing.as_ref().expect("an operation is under way");
        if io.now() - doing.began < give_up {
            self.attempt(io);
        } else if doing.uncertain || self.workload.failure_observes(&doing.op) {
            self.end(io, End::Unknown(why));
        } else {
            self.end(io, End::Fail(why));
        }
    }
}

/// How an operation ends.
enum End {
    Ok(Value),
    Fail(&'static str),
    Unknown(&'static str),
}

/// What the host tells the clients.
impl<W> Clients<W> {
    /// The run begins; called once for each client, in order.
    pub(super) fn start<N: Node, S: Shore<N>>(&mut self, io: &mut S)
    where
        W: Workload<N>,
    {
        let process = self.fresh_process();
        let node = io.choose("client: first node", io.members().len() as u64) as usize;
        self.clients.push(Client {
            process,
            seq: 0,
            node,
            done: 0,
            last_round: 0,
            doing: None,
            resting: false,
            finished: false,
        });
        self.rest(io);
    }

    /// The client has slept as long as it wanted.
    pub(super) fn wake<N: Node, S: Shore<N>>(&mut self, io: &mut S)
    where
        W: Workload<N>,
    {
        let client = self.client(io.client());
        let Some(doing) = &mut client.doing else {
            if !client.finished {
                self.begin_op(io);
            }
            return;
        };
        // Either an answer is overdue, or a refused client has waited long enough.
        if std::mem::replace(&mut doing.waiting, false) {
            doing.uncertain = true;
            self.turn(io);
        }
        self.again(io, "timed-out");
    }

    /// All trouble is over.
    pub(super) fn heal<N: Node, S: Shore<N>>(&mut self, io: &mut S)
    where
        W: Workload<N>,
    {
        self.healed.get_or_insert_with(|| io.now());
        if std::mem::take(&mut self.client(io.client()).resting) {
            io.sleep(AFTER_HEALING);
        }
    }

    /// An answer has arrived, perhaps a late one.
    pub(super) fn answer<N: Node, S: Shore<N>>(
        &mut self,
        attempt: u64,
        body: N::Response,
        io: &mut S,
    ) where
        W: Workload<N>,
    {
        let client = &self.clients[io.client() as usize];
        let Some(doing) = client.doing.as_ref() else {
            return;
        };
        if attempt >= doing.first_attempt {
            let answer = self.workload.answer(&doing.op, body);
            self.take(attempt, answer, io);
        }
    }

    /// It is known what became of an attempt, by an answer or otherwise.
    pub(super) fn take<N: Node, S: Shore<N>>(&mut self, attempt: u64, answer: Answer, io: &mut S)
    where
        W: Workload<N>,
    {
        let client = &mut self.clients[io.client() as usize];
        let Some(doing) = client.doing.as_mut().filter(|doing| attempt >= doing.first_attempt)
        else {
            return;
        };
        let latest = attempt == doing.attempt && doing.waiting;
        match answer {
            Answer::Ok(value) => self.end(io, End::Ok(value)),
            Answer::Fail(why) => self.end(io, End::Fail(why)),
            Answer::GiveUp(why) => self.end(io, End::Unknown(why)),
            // What an older attempt was refused for is no news.
            _ if !latest => {}
            Answer::Refused(_) => {
                doing.waiting = false;
                self.turn(io);
                io.sleep(BACKOFF);
            }
            Answer::Redirect(node) => {
                doing.waiting = false;
                let members = io.members().to_vec();
                self.turn_to(io.client(), &members, node);
                io.sleep(Duration::from_millis(1));
            }
            Answer::Unknown(_) => {
                doing.waiting = false;
                doing.uncertain = true;
                self.turn(io);
                io.sleep(BACKOFF);
            }
        }
    }
}

fn record<N: Node, S: Shore<N>>(
    io: &mut S,
    process: Process,
    kind: OpKind,
    op: &Op,
    value: Value,
    error: Option<&'static str>,
) {
    io.record(OpEvent {
        process,
        kind,
        f: Cow::Borrowed(op.f),
        key: op.key.clone(),
        value,
        time: Instant::ZERO,
        error: error.map(Cow::Borrowed),
    });
}
