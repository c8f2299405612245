//! One member between a client and the leader, message by message.

use seatrial_node::{Disk, Duration, Effect, Input, NoStorage, Node, NodeId, Probe, RequestToken};
use seatrial_raft::Event as RaftEvent;

use super::Tally;
use crate::{Config, ForwardId, Job, Message, Op, Request, Response, Service, Timer};

const LEADER: NodeId = NodeId(1);

type TallyMessage = Message<(), u64>;

/// A member of three, and what it says above Raft.
struct Bench {
    probe: Probe<Service<Tally>>,
    service: Service<Tally>,
}

#[derive(Debug, PartialEq)]
enum Said {
    Reply(u64, Response<u64>),
    Send(NodeId, TallyMessage),
}

impl Bench {
    fn new() -> Self {
        let members = [NodeId(0), LEADER, NodeId(2)];
        let service = Service::open(&Config::default(), &mut Disk::new(&mut NoStorage));
        let service = service.expect("an empty disk");
        Self { probe: Probe::new(NodeId(0), &members), service }
    }

    /// A member whose life has begun and that has heard of this event.
    fn after(event: RaftEvent) -> Self {
        let mut bench = Self::new();
        bench.start();
        bench.hear(event);
        bench
    }

    fn start(&mut self) {
        for effect in self.probe.handle(&mut self.service, Input::Start) {
            if let Effect::Sync { file, token } = effect
                && file == crate::lives::LIVES
            {
                self.give(Input::Synced { token, result: Ok(()) });
            }
        }
    }

    fn give(&mut self, input: Input<Service<Tally>>) -> Vec<Said> {
        above_raft(self.probe.handle(&mut self.service, input))
    }

    fn hear(&mut self, event: RaftEvent) -> Vec<Said> {
        above_raft(self.probe.act(&mut self.service, |service, io| {
            service.heard.events.push(event);
            service.settle(io);
        }))
    }

    fn ask(&mut self, token: u64, op: Op<u64, ()>) -> Vec<Said> {
        let body = Request { client: 1, seq: 1, op };
        self.give(Input::Request { token: RequestToken(token), body })
    }

    fn receive(&mut self, body: TallyMessage) -> Vec<Said> {
        self.give(Input::Message { from: LEADER, body })
    }
}

fn above_raft(effects: Vec<Effect<Service<Tally>>>) -> Vec<Said> {
    let said = effects.into_iter().filter_map(|effect| match effect {
        Effect::Reply { to, body } => Some(Said::Reply(to.0, body)),
        Effect::Send { body: Message::Raft(_), .. } => None,
        Effect::Send { to, body } => Some(Said::Send(to, body)),
        _ => None,
    });
    said.collect()
}

const fn following(term: u64) -> RaftEvent {
    RaftEvent::Following { term, leader: Some(LEADER) }
}

const fn id(number: u64) -> ForwardId {
    ForwardId { life: 1, number }
}

fn query_forwarded(number: u64, term: u64) -> Vec<Said> {
    vec![Said::Send(LEADER, Message::Forward { id: id(number), term, job: Job::Query(()) })]
}

fn command() -> Job<()> {
    Job::Command([0, 1, 1, 5].into())
}

#[test]
fn a_request_is_passed_on_once_the_life_of_the_member_is_durable() {
    let mut bench = Bench::new();
    let effects = bench.probe.handle(&mut bench.service, Input::Start);
    let life = effects.iter().find_map(|effect| match effect {
        Effect::Sync { file, token } if *file == crate::lives::LIVES => Some(*token),
        _ => None,
    });
    let life = life.expect("a sync");
    bench.hear(following(3));
    assert_eq!(bench.ask(7, Op::Query(())), []);
    let said = bench.give(Input::Synced { token: life, result: Ok(()) });
    assert_eq!(said, query_forwarded(1, 3));
}

#[test]
fn an_answer_is_handed_to_the_client_once() {
    let mut bench = Bench::after(following(3));
    bench.ask(7, Op::Query(()));
    bench.ask(8, Op::Query(()));
    let answer = |id| Message::Forwarded { id, response: Response::Done(5) };
    assert_eq!(bench.receive(answer(ForwardId { life: 2, number: 1 })), []);
    assert_eq!(bench.receive(answer(id(2))), [Said::Reply(8, Response::Done(5))]);
    assert_eq!(bench.receive(answer(id(2))), []);
    assert_eq!(bench.receive(answer(id(1))), [Said::Reply(7, Response::Done(5))]);
}

#[test]
fn what_the_leader_does_not_answer_in_time_is_unknown() {
    let mut bench = Bench::after(following(3));
    bench.ask(7, Op::Command(5));
    bench.probe.advance(Duration::from_millis(400));
    bench.ask(8, Op::Query(()));
    bench.probe.advance(Duration::from_millis(600));
    let said = bench.give(Input::Timer(Timer::Forwarded));
    assert_eq!(said, [Said::Reply(7, Response::Unknown)]);
    bench.probe.advance(Duration::from_millis(400));
    let said = bench.give(Input::Timer(Timer::Forwarded));
    assert_eq!(said, [Said::Reply(8, Response::Unavailable)]);
    let late = Message::Forwarded { id: id(1), response: Response::Done(5) };
    assert_eq!(bench.receive(late), []);
}

#[test]
fn what_a_deposed_leader_owes_is_unknown_at_once() {
    let mut bench = Bench::after(following(3));
    bench.ask(7, Op::Command(5));
    bench.ask(8, Op::Query(()));
    assert_eq!(bench.hear(following(3)), []);
    let said = bench.hear(RaftEvent::Following { term: 4, leader: None });
    assert_eq!(said, [Said::Reply(7, Response::Unknown), Said::Reply(8, Response::Unavailable)]);
}

#[test]
fn a_request_meant_for_another_term_is_not_refused_with_a_certainty_that_nobody_has() {
    let mut bench = Bench::after(following(3));
    let refused = |number, response| {
        vec![Said::Send(LEADER, Message::Forwarded { id: id(number), response })]
    };
    let said = bench.receive(Message::Forward { id: id(1), term: 2, job: command() });
    assert_eq!(said, refused(1, Response::Unknown));
    let said = bench.receive(Message::Forward { id: id(2), term: 2, job: Job::Query(()) });
    assert_eq!(said, refused(2, Response::Unavailable));
}

#[test]
fn a_former_leader_refuses_with_certainty_what_it_has_never_seen_and_is_silent_about_copies() {
    let mut bench = Bench::after(RaftEvent::Leading { term: 3 });
    bench.hear(following(4));
    let forward = || Message::Forward { id: id(1), term: 3, job: command() };
    let refused = Message::Forwarded { id: id(1), response: Response::Unavailable };
    assert_eq!(bench.receive(forward()), [Said::Send(LEADER, refused)]);
    assert_eq!(bench.receive(forward()), []);
}

#[test]
fn messages_of_different_content_have_different_digests() {
    let forward = |number, term, job| Message::Forward { id: id(number), term, job };
    let messages: [TallyMessage; 5] = [
        forward(1, 1, command()),
        forward(2, 1, command()),
        forward(1, 2, command()),
        forward(1, 1, Job::Query(())),
        Message::Forwarded { id: id(1), response: Response::Unknown },
    ];
    let digests = messages.map(|message| <Service<Tally> as Node>::digest(&message));
    let different: std::collections::BTreeSet<_> = digests.into_iter().collect();
    assert_eq!(different.len(), 5);
}
