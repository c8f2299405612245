//! The node that stamps its events: what it tells, and what it does not take.

use seatrial_node::{
    Clock, Disk, DiskError, Duration, Effect, Fact, FileName, Input, Node, NodeId, OpenError,
    Probe, RequestToken, Storage, WallTime,
};

use crate::{
    HybridTime, Stamp, Stamped, Stamper, StamperConfig, StamperRequest, StamperResponse,
    VectorClock,
};

const ME: NodeId = NodeId(0);
const PEER: NodeId = NodeId(1);

/// A disk that tells of so many lives.
struct Lives(u64);

impl Storage for Lives {
    fn len(&mut self, _: FileName) -> Result<Option<u64>, DiskError> {
        Ok(Some(self.0))
    }

    fn read(&mut self, _: FileName, _: u64, _: &mut [u8]) -> Result<usize, DiskError> {
        Ok(0)
    }
}

/// A process in the life after so many, whose disk has its number.
fn begun(lives: u64) -> (Stamper, Probe<Stamper>) {
    let config = StamperConfig::default();
    let mut stamper = Stamper::open(&config, &mut Disk::new(&mut Lives(lives))).expect("opens");
    let mut probe = Probe::new(ME, &[ME, PEER]);
    let effects = probe.handle(&mut stamper, Input::Start);
    let [Effect::Write { .. }, Effect::Sync { token, .. }] = effects[..] else {
        panic!("{effects:?}")
    };
    probe.handle(&mut stamper, Input::Synced { token, result: Ok(()) });
    (stamper, probe)
}

fn ask(
    stamper: &mut Stamper,
    probe: &mut Probe<Stamper>,
    body: StamperRequest,
) -> (Option<StamperResponse>, Vec<Fact>) {
    let effects = probe.handle(stamper, Input::Request { token: RequestToken(1), body });
    let answer = effects.iter().find_map(|effect| match effect {
        Effect::Reply { body, .. } => Some(*body),
        _ => None,
    });
    (answer, facts(effects))
}

fn facts(effects: Vec<Effect<Stamper>>) -> Vec<Fact> {
    let fact = |effect| if let Effect::Announce(fact) = effect { Some(fact) } else { None };
    effects.into_iter().filter_map(fact).collect()
}

/// A message of a peer whose clocks show this.
fn message(lamport: u64, vector: &[(u32, u64)], wall: Duration) -> Stamped {
    let vector: VectorClock = vector.iter().map(|(node, n)| (NodeId(*node), *n)).collect();
    let wall = WallTime::from_unix_nanos(wall.as_nanos());
    Stamped { event: 1, stamp: Stamp { lamport, vector, hybrid: HybridTime { wall, count: 0 } } }
}

fn hear(
    stamper: &mut Stamper,
    probe: &mut Probe<Stamper>,
    from: NodeId,
    body: Stamped,
) -> Vec<Fact> {
    facts(probe.handle(stamper, Input::Message { from, body }))
}

fn shown(facts: &[Fact], wanted: Clock) -> Vec<u64> {
    let value = |fact: &Fact| match *fact {
        Fact::Stamp { clock, value, .. } if clock == wanted => Some(value),
        _ => None,
    };
    facts.iter().filter_map(value).collect()
}

#[test]
fn every_event_is_told_with_what_each_clock_shows() {
    let (mut stamper, mut probe) = begun(0);
    let (answer, facts) = ask(&mut stamper, &mut probe, StamperRequest::Event);
    assert_eq!(answer, Some(StamperResponse::Event(1)));
    assert_eq!((shown(&facts, Clock::Lamport), shown(&facts, Clock::Vector)), (vec![1], vec![1]));

    let (answer, facts) = ask(&mut stamper, &mut probe, StamperRequest::Send { to: PEER });
    assert_eq!(answer, Some(StamperResponse::Event(2)));
    assert_eq!(facts[0], Fact::Send { to: PEER, message: 2, digest: 0 });
    assert_eq!(shown(&facts, Clock::HybridCount).len(), 1);

    let heard = message(7, &[(1, 4)], Duration::from_millis(3));
    let facts = hear(&mut stamper, &mut probe, PEER, heard);
    assert_eq!(facts[0], Fact::Deliver { origin: PEER, message: 1, digest: 0 });
    assert_eq!(shown(&facts, Clock::Lamport), [8]);
    assert_eq!(shown(&facts, Clock::Vector), [3, 4]);
}

#[test]
fn a_message_that_no_correct_process_sends_is_dropped_and_counted_and_moves_no_clock() {
    let ms = Duration::from_millis;
    let (mut stamper, mut probe) = begun(0);
    let impossible = [
        (NodeId(9), message(1, &[(1, 1)], ms(1))),
        (PEER, message(1, &[(9, 1)], ms(1))),
        (PEER, message(u64::MAX, &[(1, 1)], ms(1))),
        (PEER, message(1, &[(0, 1), (1, 1)], ms(1))),
        (PEER, message(1, &[(1, 1)], Duration::MAX)),
    ];
    for (count, (from, body)) in (1_u64..).zip(impossible) {
        assert_eq!(hear(&mut stamper, &mut probe, from, body), []);
        assert_eq!(stamper.status().value("dropped"), Some(&count.into()));
    }
    let (_, facts) = ask(&mut stamper, &mut probe, StamperRequest::Event);
    assert_eq!(shown(&facts, Clock::Lamport), [1], "as if nothing had come");
}

#[test]
fn a_process_that_has_crashed_takes_no_part_and_one_without_a_number_waits() {
    let (mut stamper, mut probe) = begun(1);
    let (answer, facts) = ask(&mut stamper, &mut probe, StamperRequest::Event);
    assert_eq!((answer, facts), (Some(StamperResponse::Stopped), vec![]));
    let heard = message(1, &[(1, 1)], Duration::from_millis(1));
    assert_eq!(hear(&mut stamper, &mut probe, PEER, heard), []);

    let config = StamperConfig::default();
    let mut stamper = Stamper::open(&config, &mut Disk::new(&mut Lives(0))).expect("opens");
    let (answer, _) = ask(&mut stamper, &mut probe, StamperRequest::Event);
    assert_eq!(answer, Some(StamperResponse::NotYet));
}

#[test]
fn a_message_to_nobody_is_no_event() {
    let (mut stamper, mut probe) = begun(0);
    let (answer, facts) = ask(&mut stamper, &mut probe, StamperRequest::Send { to: NodeId(9) });
    assert_eq!((answer, facts), (Some(StamperResponse::UnknownMember), vec![]));
}

#[test]
fn a_clock_without_a_tick_is_refused_with_a_way_out() {
    let config = StamperConfig { tick: Duration::ZERO, ..StamperConfig::default() };
    let error = Stamper::open(&config, &mut Disk::new(&mut Lives(0))).expect_err("no tick");
    assert!(matches!(&error, OpenError::Config(why) if why.contains("set it to 1ns")), "{error}");
}
