//! Good and bad traces for each law, made by hand.
//!
//! A trace is a line of events a millisecond apart, each with what its clock shows: `a.5` an event of a's own, `a>b.5` a sends a message to
//! b, `b<a.5` b receives the latest one that a has sent, `b+.` b starts again. A vector is `1,0,2`, a hybrid time with the physical clock's
//! reading `time,count,physical`.

use seatrial_history::{Moment, Observer, Verdict};
use seatrial_node::{Clock, Duration, Fact, NodeId};

use super::{ClockLaws, Law};
use crate::{Checker, Cluster};

fn node(letter: char) -> NodeId {
    NodeId(letter as u32 - 'a' as u32)
}

fn stamp(law: Law, by: NodeId, shows: &[u64]) -> Vec<(Clock, NodeId, u64)> {
    match law {
        Law::Lamport => vec![(Clock::Lamport, by, shows[0])],
        Law::Vector => {
            let parts = shows.iter().enumerate();
            parts.map(|(of, value)| (Clock::Vector, NodeId(of as u32), *value)).collect()
        }
        Law::HybridOrder | Law::HybridBound => vec![
            (Clock::HybridTime, by, shows[0]),
            (Clock::HybridCount, by, shows[1]),
            (Clock::Physical, by, shows[2]),
        ],
    }
}

fn verdict(law: Law, trace: &str) -> Verdict {
    let mut checker = ClockLaws::only(&[law]);
    checker.begin(&Cluster { members: "abc".chars().map(node).collect() });
    let mut at = Moment::default();
    let mut sent = [0; 3];
    for (event, word) in (1..).zip(trace.split_whitespace()) {
        at.step += 1;
        at.time += Duration::from_millis(1);
        let (what, shows) = word.split_once('.').expect("an event and its stamp");
        let letters: Vec<char> = what.chars().collect();
        let by = node(letters[0]);
        let fact = match letters[1..] {
            [] => None,
            ['>', to] => {
                sent[by.0 as usize] = event;
                Some(Fact::Send { to: node(to), message: event, digest: 0 })
            }
            ['<', from] => {
                let message = sent[node(from).0 as usize];
                Some(Fact::Deliver { origin: node(from), message, digest: 0 })
            }
            ['+'] => Some(Fact::Started { life: 2 }),
            _ => panic!("no event: {what}"),
        };
        fact.iter().for_each(|fact| checker.fact(at, by, fact));
        let shows: Vec<u64> = shows.split(',').filter_map(|part| part.parse().ok()).collect();
        if !shows.is_empty() {
            for (clock, of, value) in stamp(law, by, &shows) {
                checker.fact(at, by, &Fact::Stamp { event, clock, of, value });
            }
        }
    }
    let word = checker.verdict(at);
    assert_eq!(checker.violation(), word.violation());
    word
}

fn holds(law: Law, trace: &str) {
    assert_eq!(verdict(law, trace), Verdict::Holds, "{}: {trace}", law.name());
}

fn broken(law: Law, trace: &str, says: &str) {
    let word = verdict(law, trace);
    let violation = word.violation().unwrap_or_else(|| panic!("{}: {trace}: {word:?}", law.name()));
    assert_eq!(violation.property, law.name());
    assert!(violation.explanation.contains(says), "{}", violation.explanation);
    assert_eq!(violation.evidence.len(), 2, "{violation}");
}

#[test]
fn lc1_what_happened_before_has_a_smaller_lamport_time() {
    holds(Law::Lamport, "a.1 b.1 a>b.2 b<a.3 b.4");
    holds(Law::Lamport, "a>b.7 b<a.8 b<a.9 c.1");
    holds(Law::Lamport, "a.9 a+. a.1");
    broken(Law::Lamport, "a.2 a.2", "\"event 1 of n0\" happened before \"event 2 of n0\"");
    broken(Law::Lamport, "a>b.7 b<a.7", "its Lamport time, 7, is the same as the other's, 7");
    broken(Law::Lamport, "a>b.7 b<a.1", "its Lamport time, 7, is later than the other's, 1");
    broken(Law::Lamport, "a>b.1 b<a.5 b>c.6 c<b.7 c>a.8 a<c.3", "later than the other's, 3");
}

#[test]
fn vc1_what_happened_before_and_nothing_else_has_a_smaller_vector() {
    holds(Law::Vector, "a.1,0,0 b.0,1,0 a>b.2,0,0 b<a.2,2,0 c.0,0,1");
    holds(Law::Vector, "a>b.1,0,0 b<a.1,1,0 b<a.1,2,0");
    broken(Law::Vector, "a>b.1,0,0 b<a.0,1,0", "say that neither came before the other");
    broken(Law::Vector, "a.1,0,0 b.1,1,0", "their vectors say that it did");
    broken(Law::Vector, "a.1,1,0 b.0,1,0", "their vectors say that it came after");
    broken(Law::Vector, "a.1,0,0 b.1,0,0", "their vectors are the same");
    broken(Law::Vector, "a.1,0,0 a.1,0,0", "happened before");
    broken(Law::Vector, "b>a.0,1,0 c>a.0,0,1 a<b.1,1,0 a<c.2,0,1", "n0 receives message 1 of n1");
}

#[test]
fn hlc1_what_happened_before_has_a_smaller_hybrid_time() {
    holds(Law::HybridOrder, "a>b.20,0,20 b<a.20,1,10 b.20,2,11 b.30,0,30");
    broken(Law::HybridOrder, "a>b.20,0,20 b<a.10,0,10", "its hybrid time is later than");
    broken(Law::HybridOrder, "a.20,0,20 a.20,0,20", "its hybrid time is the same as");
    broken(Law::HybridOrder, "a.20,3,20 a.20,1,20", "later than");
}

#[test]
fn hlc2_a_hybrid_time_is_the_latest_physical_reading_that_its_event_can_know_of() {
    holds(Law::HybridBound, "a>b.20,0,20 b<a.20,1,10 b.20,2,11 b.30,0,30");
    holds(Law::HybridBound, "a.50,0,50 b.10,0,10");
    broken(Law::HybridBound, "b.10,0,20", "10ns behind the physical clock of n1");
    broken(Law::HybridBound, "a.20,0,20 a.25,0,21", "4ns ahead of every physical clock");
    broken(Law::HybridBound, "a.50,0,50 b.50,0,10", "40ns ahead of every physical clock");
    broken(Law::HybridBound, "a.20,0,20 a.20,2,20", "has counted to 2, though it knows of 1");
}

#[test]
fn nothing_is_said_of_a_clock_that_nobody_shows() {
    for law in Law::ALL {
        let word = verdict(law, "a. a>b. b<a.");
        assert!(matches!(word, Verdict::Unknown { .. }), "{word:?}");
        assert_eq!(Law::from_label(law.label()), Some(law));
    }
}
