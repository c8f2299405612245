//! Good and bad traces for each property, made by hand.
//!
//! A trace is a line of steps a millisecond apart: `a!1` a broadcasts its message 1, `a!1x` another by the same name, `a>b1` a sends it to b, `b:a1` b delivers it, `b:a1x`
//! b delivers something else under that name, `c+` crashes, `c^` is up again, `c/` is left outside the core that is healed, `heal`, and `end`, which is two seconds later.

use seatrial_history::{Measured, Moment, Observer, Verdict};
use seatrial_node::{Duration, Fact, Instant, NodeId};

use super::{DeliveryProperties, Property};
use crate::{Checker, Cluster};

const WITHIN: Duration = Duration::from_secs(1);

fn node(letter: char) -> NodeId {
    NodeId(letter as u32 - 'a' as u32)
}

fn verdict(property: Property, trace: &str) -> Verdict {
    judged(property, trace).0
}

/// The verdict on a trace, and the checker that gave it.
fn judged(property: Property, trace: &str) -> (Verdict, DeliveryProperties) {
    let mut checker = DeliveryProperties::only(&[property], WITHIN);
    checker.begin(&Cluster { members: "abc".chars().map(node).collect() });
    let mut at = Moment::default();
    let mut lives = [1; 3];
    for word in trace.split_whitespace() {
        at.step += 1;
        at.time += Duration::from_millis(1);
        let letters: Vec<char> = word.chars().collect();
        let number = || letters.iter().find_map(|c| c.to_digit(10)).map(u64::from).expect("one");
        let name = |by: char| {
            let life: u64 = lives[node(by).0 as usize];
            life << 32 | number()
        };
        let fact = match letters.as_slice() {
            ['h', 'e', 'a', 'l'] => {
                checker.healed(at);
                continue;
            }
            ['e', 'n', 'd'] => {
                at.time += Duration::from_secs(2);
                continue;
            }
            [by, '!', _, rest @ ..] => {
                Fact::Broadcast { message: name(*by), digest: number() + rest.len() as u64 }
            }
            [by, '>', to, _] => Fact::Send { to: node(*to), message: name(*by), digest: number() },
            [_, ':', origin, _, rest @ ..] => Fact::Deliver {
                origin: node(*origin),
                message: name(*origin),
                digest: number() + rest.len() as u64,
            },
            [_, '+'] => Fact::Crashed,
            [_, '/'] => Fact::Abandoned,
            [by, '^'] => {
                lives[node(*by).0 as usize] += 1;
                Fact::Started { life: lives[node(*by).0 as usize] }
            }
            other => panic!("no step: {other:?}"),
        };
        checker.fact(at, node(letters[0]), &fact);
    }
    let word = checker.verdict(at);
    let mut told = Vec::new();
    checker.verdicts(at, &mut |name, verdict| told.push((name, verdict)));
    assert_eq!(told, [(property.name(), word.clone())]);
    assert!(checker.violation().is_none() || word.violation().is_some());
    (word, checker)
}

/// What was measured of a trace, by the names of the figures.
fn figures(trace: &str) -> Vec<(String, Measured)> {
    let (_, mut checker) = judged(Property::Pb2, trace);
    let mut figures = Vec::new();
    checker.figures(Moment::default(), &mut |offer| figures.extend(offer.figure()));
    figures.into_iter().map(|figure| (figure.name, figure.measured)).collect()
}

#[test]
fn pb1_is_the_share_of_correct_members_that_a_correct_ones_broadcast_has_reached() {
    let reached = |trace: &str| match figures(trace).first() {
        Some((name, Measured::Amount { value })) if name == "members reached" => value.to_string(),
        other => panic!("{trace}: {other:?}"),
    };
    assert_eq!(reached("a!1 a:a1 b:a1 c:a1 heal"), "100%");
    assert_eq!(reached("a!1 a:a1 a:a1 b:a1"), "66.666%");
    assert_eq!(reached("a!1 a:a1 b:a1 c+ b!1 b:b1"), "75%");
    assert_eq!(reached("b!1 b:b1 b+ a!1 a:a1 c:a1"), "100%", "what b broadcast nobody is owed");
    assert_eq!(figures("b!1 b:b1 b+"), []);
}

#[test]
fn convergence_is_the_time_until_the_last_correct_member_has_delivered() {
    let times = |trace: &str| {
        figures(trace).into_iter().find_map(|(name, measured)| match measured {
            Measured::Distribution(found) if name == "convergence time" => Some(found),
            _ => None,
        })
    };
    let found = times("a!1 a:a1 b:a1 c:a1 b!1 a:b1 c:b1 a:b1 c:b1 b:b1").expect("two broadcasts");
    let shown = [found.min, found.max].map(|amount| amount.to_string());
    assert_eq!((found.count, shown), (2, ["3ms", "5ms"].map(str::to_owned)));
    assert_eq!(times("a!1 a:a1 b:a1"), None, "c has not got it");
    assert!(times("a!1 a:a1 b:a1 c+").is_some(), "c is owed nothing");
}

fn holds(property: Property, trace: &str) {
    assert_eq!(verdict(property, trace), Verdict::Holds, "{}: {trace}", property.name());
}

/// Holds that the trace breaks the property, and returns what is said and shown.
fn broken(property: Property, trace: &str, says: &str) {
    let word = verdict(property, trace);
    let violation =
        word.violation().unwrap_or_else(|| panic!("{}: {trace}: {word:?}", property.name()));
    assert_eq!(violation.property, property.name());
    assert!(violation.explanation.contains(says), "{}", violation.explanation);
    assert!(!violation.evidence.is_empty());
}

fn open(property: Property, trace: &str, why: &str) {
    match verdict(property, trace) {
        Verdict::Unknown { why: said } => assert!(said.contains(why), "{said}"),
        other => panic!("{}: {trace}: {other:?}", property.name()),
    }
}

#[test]
fn fll2_what_is_sent_once_does_not_arrive_for_ever() {
    holds(Property::Fll2, "a>b1 b:a1 b:a1 heal b:a1 end");
    holds(Property::Fll2, "heal a>b1 end");
    holds(Property::Fll2, "a>b1 heal end b:a1");
    broken(Property::Fll2, "a>b1 b:a1 heal end b:a1", "delivered 2 times, though all was well");
    open(Property::Fll2, "heal end a>b1 b:a1", "had passed");
    open(Property::Fll2, "a>b1 b:a1 end", "before the world healed");
}

#[test]
fn sl1_what_is_sent_once_to_a_correct_process_arrives_again_and_again() {
    holds(Property::Sl1, "a>b1 b:a1 heal end b:a1");
    holds(Property::Sl1, "a>b1 b:a1 a+ heal end");
    holds(Property::Sl1, "a>b1 b+ b^ heal end");
    broken(Property::Sl1, "a>b1 b:a1 heal b:a1 end", "n1, which never crashed, no longer delivers");
    broken(Property::Sl1, "a>b1 heal end", "has never delivered message 1 of n0");
    broken(Property::Sl1, "a>b1 heal end c:a1", "n1, which never crashed, has never");
    open(Property::Sl1, "heal end a>b1", "had passed");
    open(Property::Sl1, "a>b1 end", "before the world healed");
}

#[test]
fn pl1_a_correct_receiver_gets_what_a_correct_process_sends() {
    holds(Property::Pl1, "a>b1 b>c2 b:a1 c:b2 heal end");
    holds(Property::Pl1, "a>b1 a+ heal end");
    holds(Property::Pl1, "a>b1 b+ b^ heal end");
    broken(Property::Pl1, "a>b1 a>b2 b:a1 heal end", "n1, which never crashed");
    broken(Property::Pl1, "heal a>b1 end", "has not delivered message 1 of n0");
    open(Property::Pl1, "heal end a>b1", "had passed");
    open(Property::Pl1, "a>b1 end", "before the world healed");
}

#[test]
fn no_process_delivers_twice_in_a_life() {
    for property in [Property::Pl2, Property::Beb2, Property::Rb2, Property::Urb2] {
        holds(property, "a!1 b:a1 c:a1 a:a1 a!2 b:a2");
        holds(property, "a!1 b:a1 b+ b^ b:a1");
        broken(property, "a!1 b:a1 c:a1 b:a1", "n1 delivers message 1 of n0 a second time");
        broken(property, "a!1 b:a1 b+ b^ b:a1 b:a1", "second time");
        broken(property, "a!1 a!1x b:a1 b:a1x", "but say different things");
    }
}

#[test]
fn nothing_is_delivered_that_nobody_sent() {
    for property in [Property::Pl3, Property::Beb3, Property::Rb3, Property::Urb3] {
        holds(property, "a!1 b:a1 a+ a^ a!1 c:a1");
        broken(property, "a!1 b:a2", "nobody ever sent it");
        broken(property, "a!1 b:c1", "nobody ever sent it");
        broken(property, "a!1 b:a1x", "was something else");
        broken(property, "b:a1 a!1", "nobody ever sent it");
    }
    broken(Property::Pl3, "a>b1 c:a1", "which was sent to n1");
    holds(Property::Pl3, "a>b1 b:a1");
}

#[test]
fn fifo_order_leaves_nothing_out() {
    holds(Property::Frb5, "a!1 a!2 c!1 b:a1 b:c1 b:a2 c:a1");
    broken(Property::Frb5, "a!1 a!2 b:a2", "n1 delivers message 2 of n0 before message 1 of n0");
    broken(Property::Frb5, "a!1 a!2 a!3 b:a1 b:a3", "before message 2 of n0");
    holds(Property::Frb5, "a!1 a!2 b+ b^ b:a2");
    holds(Property::Ffpl4, "a>b1 a>c2 a>b3 c:a2 b:a1 b:a3");
    broken(Property::Ffpl4, "a>b1 a>c2 a>b3 b:a3", "before message 1 of n0");
    holds(Property::Frb5, "a!1 b:a1 a!2 a+ a^ a!1 b:a1");
}

#[test]
fn validity_is_owed_to_all_by_best_effort_and_to_oneself_by_the_others() {
    holds(Property::Beb1, "a!1 a:a1 b:a1 c:a1 heal end");
    holds(Property::Beb1, "a!1 a+ heal end");
    holds(Property::Beb1, "a!1 a:a1 b:a1 c+ heal end");
    broken(Property::Beb1, "a!1 a:a1 b:a1 heal end", "n2, which never crashed");
    broken(Property::Beb1, "a+ a^ a!1 a:a1 b:a1 heal end", "n2, which never crashed");
    holds(Property::Beb1, "a+ a^ a!1 a+ a^ heal end");
    broken(Property::Rb1, "a+ a^ a!1 b:a1 heal end", "n0, which has not crashed since");
    for property in [Property::Rb1, Property::Urb1] {
        holds(property, "a!1 a:a1 heal end");
        broken(property, "a!1 b:a1 c:a1 heal end", "n0, which never crashed");
        open(property, "heal end", "nobody sent");
    }
}

#[test]
fn agreement_is_among_the_correct_and_uniform_agreement_with_the_dead() {
    holds(Property::Rb4, "a!1 a:a1 a+ heal end");
    broken(Property::Urb4, "a!1 a:a1 a+ heal end", "n0 delivered it, and all was well");
    for property in [Property::Rb4, Property::Urb4] {
        holds(property, "a!1 a+ b:a1 c:a1 heal end");
        broken(property, "a!1 a+ b:a1 heal end", "n2, which never crashed, has not delivered");
        open(property, "heal end a!1 b:a1", "had passed");
    }
}

#[test]
fn causes_come_first_also_across_processes() {
    holds(Property::Crb5, "a!1 b:a1 b!1 c:a1 c:b1");
    broken(Property::Crb5, "a!1 b:a1 b!1 c:b1", "without message 1 of n0, which n1 had");
    broken(Property::Crb5, "a!1 a!2 b:a2", "without message 1 of n0");
    // Not before its own broadcast: these two are concurrent.
    holds(Property::Crb5, "a!1 b!1 b:a1 c:b1 c:a1");
    // Two steps away: c had b's message, and b's came after a's.
    broken(Property::Crb5, "a!1 b:a1 b!1 c:a1 c:b1 c!1 a:a1 a:c1", "without message 1 of n1");
    holds(Property::Crb5, "a!1 b:a1 b!1 c+ c^ c:b1");
}

#[test]
fn total_order_is_one_beginning_of_the_other() {
    for property in [Property::Tob5, Property::Utob5] {
        holds(property, "a!1 b!1 a:a1 b:a1 b:b1 c:a1 a:b1 heal end");
        broken(
            property,
            "a!1 b!1 a:a1 a:b1 b:b1 b:a1 heal end",
            "delivery number 1 is message 1 of",
        );
        broken(property, "a!1 b!1 a:a1 a:b1 b:b1 heal end", "delivery number 1 is");
    }
    broken(Property::Utob5, "a!1 b!1 a:a1 a+ b:b1 c:b1 heal end", "n1's delivery number 1");
    holds(Property::Tob5, "a!1 b!1 a:a1 a+ b:b1 c:b1 heal end");
}

#[test]
fn who_starts_again_may_repeat_or_miss_a_part_of_the_order_and_not_change_it() {
    let uniform = Property::Utob5;
    holds(uniform, "a!1 a!2 b!1 a:a1 a:a2 a:b1 b:a1 b+ b^ b:a1 b:a2 b:b1");
    holds(uniform, "a!1 a!2 b!1 a:a1 a:a2 a:b1 b:a1 b+ b^ b:a2 b:b1");
    holds(uniform, "a!1 a!2 a!3 a:a1 a:a2 b:a1 b+ b^ b:a1 b:a2 b:a3 a:a3");
    broken(uniform, "a!1 a!2 a:a1 a:a2 b+ b^ b:a2 b:a1", "n1 delivers message 1 of n0 after");
    broken(uniform, "a!1 a!2 a!3 a:a1 b+ b^ b:a1 b:a3 a:a2", "n0's delivery number 2 is message 2");
    holds(uniform, "a!1 b+ b^ b:a1 b:a1");
}

#[test]
fn labels_are_those_of_the_book_and_lead_back() {
    for property in Property::ALL {
        assert_eq!(Property::from_label(property.label()), Some(property));
        assert!(property.source().contains('§'));
        assert!(property.label().chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit()));
    }
    assert_eq!(Property::from_label("URB9"), None);
}

#[test]
fn nothing_of_one_execution_is_held_against_the_next() {
    let mut checker = DeliveryProperties::only(&Property::ALL, WITHIN);
    let members: Vec<NodeId> = "ab".chars().map(node).collect();
    for _ in 0..2 {
        checker.begin(&Cluster { members: members.clone() });
        let (message, digest) = (1, 1);
        checker.fact(Moment::default(), node('a'), &Fact::Broadcast { message, digest });
        for by in ['a', 'b'] {
            let origin = node('a');
            checker.fact(Moment::default(), node(by), &Fact::Deliver { origin, message, digest });
        }
        checker.healed(Moment::default());
        let end = Moment { step: 9, time: Instant::ZERO + WITHIN * 2 };
        assert_eq!(checker.verdict(end), Verdict::Holds);
    }
}

#[test]
fn facts_that_make_no_sense_do_no_harm() {
    let mut checker = DeliveryProperties::only(&Property::ALL, WITHIN);
    checker.begin(&Cluster { members: vec![node('a')] });
    let stranger = NodeId(u32::MAX);
    for fact in [
        Fact::Deliver { origin: stranger, message: u64::MAX, digest: 0 },
        Fact::Send { to: stranger, message: 1, digest: 0 },
        Fact::Broadcast { message: u64::MAX, digest: 0 },
        Fact::Broadcast { message: u64::MAX, digest: 0 },
        Fact::Started { life: u64::MAX },
        Fact::Crashed,
    ] {
        for by in [stranger, node('a')] {
            checker.fact(Moment::default(), by, &fact);
        }
    }
    assert!(checker.verdict(Moment::default()).violation().is_some(), "a delivery from nowhere");
}

#[test]
fn nothing_is_owed_to_or_by_a_process_outside_the_core() {
    let broken = |property, trace| {
        assert!(verdict(property, trace).violation().is_some(), "{trace}");
    };
    let holds = |property, trace| assert_eq!(verdict(property, trace), Verdict::Holds, "{trace}");
    broken(Property::Rb4, "a!1 a:a1 b:a1 heal end");
    holds(Property::Rb4, "a!1 a:a1 b:a1 c/ heal end");
    broken(Property::Rb4, "a!1 a:a1 c/ heal end");
    holds(Property::Rb4, "c!1 c:c1 c/ heal end");
    broken(Property::Urb4, "c!1 c:c1 c/ heal end");
    broken(Property::Beb1, "c!1 c:c1 heal end");
    holds(Property::Beb1, "c!1 c:c1 c/ heal end");
    broken(Property::Pl1, "a>b1 heal end");
    holds(Property::Pl1, "a>b1 b/ heal end");
}
