//! Good and bad traces for each property, made by hand.
//!
//! A trace is a line of steps a millisecond apart: `a?b` a suspects b, `a=b` a restores it, `a*b` a trusts b, `a>b` a is told that b has left
//! (`b>b`: b leaves), `a<b` that it has joined, `a#` a says that the assumption was broken, `c+` crashes, `c^` is up again, `c~` stands
//! still, `c/` is left outside the core that is healed, `heal`, and `end`, which is two seconds later.

use seatrial_history::{Measured, Moment, Observer, Verdict};
use seatrial_node::{Duration, Fact, NodeId};

use super::{ASSUMPTION_BROKEN, DetectionProperties, Property};
use crate::{Checker, Cluster};

const WITHIN: Duration = Duration::from_secs(1);

fn node(letter: char) -> NodeId {
    NodeId(letter as u32 - 'a' as u32)
}

fn checker(property: Property, synchronous: bool) -> DetectionProperties {
    let mut checker = DetectionProperties::only(&[property], WITHIN).synchronous(synchronous);
    checker.begin(&Cluster { members: "abc".chars().map(node).collect() });
    checker
}

fn play(checker: &mut DetectionProperties, trace: &str) -> Moment {
    let mut at = Moment::default();
    for word in trace.split_whitespace() {
        at.step += 1;
        at.time += Duration::from_millis(1);
        let letters: Vec<char> = word.chars().collect();
        let fact = match letters.as_slice() {
            ['h', 'e', 'a', 'l'] => {
                checker.healed(at);
                continue;
            }
            ['e', 'n', 'd'] => {
                at.time += Duration::from_secs(2);
                continue;
            }
            [_, '?', of] => Fact::Suspect { node: node(*of) },
            [_, '=', of] => Fact::Restore { node: node(*of) },
            [_, '*', of] => Fact::Trust { leader: node(*of) },
            [_, '>', of] => Fact::Leave { node: node(*of) },
            [_, '<', of] => Fact::Join { node: node(*of) },
            [_, '#'] => Fact::Reached { mark: ASSUMPTION_BROKEN },
            [_, '+'] => Fact::Crashed,
            [_, '^'] => Fact::Started { life: 2 },
            [_, '~'] => Fact::Paused,
            [_, '/'] => Fact::Abandoned,
            other => panic!("no step: {other:?}"),
        };
        checker.fact(at, node(letters[0]), &fact);
    }
    at
}

fn verdict(property: Property, synchronous: bool, trace: &str) -> Verdict {
    let mut checker = checker(property, synchronous);
    let end = play(&mut checker, trace);
    let word = checker.verdict(end);
    let mut told = Vec::new();
    checker.verdicts(end, &mut |name, verdict| told.push((name, verdict)));
    assert_eq!(told, [(property.name(), word.clone())]);
    assert!(checker.violation().is_none() || word.violation().is_some());
    word
}

fn holds(property: Property, trace: &str) {
    assert_eq!(verdict(property, false, trace), Verdict::Holds, "{}: {trace}", property.name());
}

/// Holds that the word is this violation, said and shown.
fn is_broken(property: Property, trace: &str, word: &Verdict, says: &str) {
    let violation =
        word.violation().unwrap_or_else(|| panic!("{}: {trace}: {word:?}", property.name()));
    assert_eq!(violation.property, property.name());
    assert!(violation.explanation.contains(says), "{}", violation.explanation);
    let lines = violation.evidence.len();
    assert!((1..=4).contains(&lines), "{trace}: {:?}", violation.evidence);
}

fn broken(property: Property, trace: &str, says: &str) {
    is_broken(property, trace, &verdict(property, false, trace), says);
}

fn open(property: Property, trace: &str, why: &str) {
    match verdict(property, false, trace) {
        Verdict::Unknown { why: said } => assert!(said.contains(why), "{said}"),
        other => panic!("{}: {trace}: {other:?}", property.name()),
    }
}

#[test]
fn who_crashed_is_suspected_in_the_end_by_all_who_are_up() {
    for property in [Property::Pfd1, Property::Epfd1] {
        holds(property, "heal end");
        holds(property, "c+ a?c b?c heal end");
        holds(property, "heal c+ a?c b?c end");
        holds(property, "c+ c^ heal end");
        holds(property, "c+ b+ a?b a?c heal end");
        holds(property, "c>c a>c b>c c+ heal end");
        broken(property, "c+ a?c heal end", "n1 does not suspect n2 at the end");
        broken(
            property,
            "a?c c+ a=c b?c heal end",
            if property == Property::Pfd1 {
                "n0 no longer suspects n2"
            } else {
                "n0 does not suspect n2 at the end"
            },
        );
        broken(property, "c+ a?c b?c heal end b=c", "n1 no longer suspects n2");
        // A process that comes back begins without suspicions.
        broken(property, "c+ a?c b?c b+ b^ a=b heal end", "n1 does not suspect n2");
        open(property, "c+ a?c heal", "had passed");
        open(property, "c+ a?c end", "before the world healed");
    }
    holds(Property::Epfd1, "c+ a?c b?c a=c a?c heal end");
}

#[test]
fn a_perfect_detector_suspects_nobody_that_has_not_crashed() {
    let property = Property::Pfd2;
    holds(property, "c+ a?c b?c heal end");
    broken(property, "a?c heal end", "n0 suspects n2, which has not crashed");
    broken(property, "b+ a?b a?c heal end", "n0 suspects n2");
    is_broken(property, "a?c", &verdict(property, true, "a?c c+"), "n0 suspects n2");
}

#[test]
fn a_run_that_breaks_the_assumption_proves_nothing_unless_it_is_said_to_keep_it() {
    for (property, wrong) in [(Property::Pfd2, "a?c"), (Property::Le2, "a*c a*a")] {
        open(property, &format!("{wrong} a# heal end"), "assumption broken: n0 heard somebody");
        open(property, &format!("c~ {wrong} heal end"), "assumption broken: n2 stood still");
        open(property, &format!("{wrong} c+ heal end"), "n2 crashed afterwards");
        open(property, &format!("{wrong} a+ heal end"), "n0 crashed afterwards");
        open(property, &format!("b+ a?b b^ {wrong} heal end"), "n1, which is suspected, starts");
        for run in ["a#", "c~", "c+", "a+"] {
            let trace = format!("{wrong} {run} heal end");
            is_broken(property, &trace, &verdict(property, true, &trace), "n0");
        }
    }
    let word = verdict(Property::Pfd2, true, "c+ a?c a# heal end");
    is_broken(Property::Pfd2, "a#", &word, "n0 says that the synchrony bound was broken");
    assert_eq!(verdict(Property::Pfd2, true, "c+ a?c b?c heal end"), Verdict::Holds);
}

#[test]
fn who_is_up_is_not_suspected_in_the_end() {
    let property = Property::Epfd2;
    holds(property, "a?c a=c heal end");
    holds(property, "a?c heal a=c end");
    holds(property, "c+ a?c c^ a=c heal end");
    holds(property, "c+ a?c b?c heal end");
    holds(property, "c>c a?c heal end");
    holds(property, "a?c a>c a<c a?c a=c heal end");
    broken(property, "a?c heal end", "n0 still suspects n2 at the end");
    broken(property, "c+ a?c c^ heal end", "n0 still suspects n2 at the end");
    broken(property, "heal end a?c a=c", "n0 suspects n2, though n2 is up");
    broken(property, "a?c heal end a=c", "n0 restores n2 only now");
    broken(property, "c+ a?c heal c^ end", "n0 still suspects n2");
    open(property, "a?c heal", "had passed");
    open(property, "a?c end", "before the world healed");
}

#[test]
fn a_silent_restoration_is_none() {
    let property = Property::Epfd2;
    broken(property, "a?c a?c a=c heal end", "a second time, and has never restored it");
    broken(property, "a=c heal end", "n0 restores n2, which it did not suspect");
    broken(property, "a?c a=c a=c heal end", "which it did not suspect");
    holds(property, "a?c a+ a^ a?c a=c heal end");
}

#[test]
fn a_correct_leader_is_trusted_in_the_end() {
    for property in [Property::Le1, Property::Eld1] {
        holds(property, "a*a b*a c*a heal end");
        holds(property, "a*a b*a c*a a+ b*b c*b heal end");
        holds(property, "c+ a*a b*a heal end");
        broken(property, "a*a b*a heal end", "n2 trusts nobody at the end");
        broken(property, "a*a b*a c*a a+ c*b heal end", "n1 trusts n0 at the end");
        broken(property, "a*a b*a c*a c+ c^ heal end", "n2 trusts nobody");
        broken(property, "b*a c*a a+ c*b heal end b*b", "n1 has trusted n0 until now");
        open(property, "a*a b*a heal", "had passed");
        open(property, "a*a b*a end", "before the world healed");
    }
}

#[test]
fn a_new_leader_comes_only_when_those_before_have_crashed() {
    let property = Property::Le2;
    holds(property, "a*a b*a c*a a+ b*b c*b b+ c*c");
    holds(property, "b+ c*a a+ c*c");
    broken(property, "a*a a*b", "n0 trusts n1, though n0, its leader before, has not crashed");
    broken(property, "c*a a+ c*b c*a", "n2 trusts n0, though n1");
}

#[test]
fn all_trust_the_same_leader_in_the_end() {
    let property = Property::Eld2;
    holds(property, "a*a b*b b*a c*a heal end");
    holds(property, "a*a b*a c*b c+ heal end");
    broken(property, "a*a b*a c*b heal end", "n0 trusts n0 and n2 trusts n1 at the end");
    broken(property, "a*a b*a c*b heal end c*a", "n0 trusts n0 and n2 trusts n1 until now");
    open(property, "a*a b*a c*b heal", "had passed");
    open(property, "a*a b*a c*b end", "before the world healed");
}

#[test]
fn labels_are_those_of_the_book_and_lead_back() {
    for property in Property::ALL {
        assert_eq!(Property::from_label(property.label()), Some(property));
        assert!(property.source().contains('§'));
    }
    assert_eq!(Property::from_label("EPFD9"), None);
}

#[test]
fn detection_times_and_mistakes_are_measured() {
    let mut checker = checker(Property::Epfd2, false);
    let end = play(&mut checker, "c+ a?c b?c a?b a=b b?a a=c heal end");
    let mut figures = Vec::new();
    checker.figures(end, &mut |offer| figures.extend(offer.figure()));
    let names: Vec<&str> = figures.iter().map(|figure| figure.name.as_str()).collect();
    assert_eq!(names, ["detection time", "false suspicions", "mistake duration"]);
    let known: Vec<&str> = checker.measures().iter().map(|measure| measure.name).collect();
    assert_eq!(names, known);
    let Measured::Distribution(times) = figures[0].measured else { panic!("{figures:?}") };
    let shown = (times.count, times.min.to_string(), times.max.to_string());
    assert_eq!(shown, (2, "1ms".into(), "2ms".into()));
    let Measured::Amount { value } = figures[1].measured else { panic!("{figures:?}") };
    assert_eq!(value.to_string(), "2");
    let Measured::Distribution(times) = figures[2].measured else { panic!("{figures:?}") };
    assert_eq!((times.count, times.max.to_string()), (1, "1ms".into()));
}

#[test]
fn nothing_of_one_execution_is_held_against_the_next() {
    let mut checker = DetectionProperties::only(&Property::ALL, WITHIN);
    for _ in 0..2 {
        checker.begin(&Cluster { members: "abc".chars().map(node).collect() });
        let end = play(&mut checker, "a*a b*a c*a a+ b?a c?a b*b c*b heal end");
        assert_eq!(checker.verdict(end), Verdict::Holds);
        play(&mut checker, "b?c c+ c^ b# b~ b*c");
    }
}

#[test]
fn facts_that_make_no_sense_do_no_harm() {
    let mut checker = DetectionProperties::only(&Property::ALL, WITHIN);
    checker.begin(&Cluster { members: vec![node('a')] });
    let stranger = NodeId(u32::MAX);
    for about in [stranger, node('a')] {
        for fact in [
            Fact::Suspect { node: about },
            Fact::Restore { node: about },
            Fact::Restore { node: about },
            Fact::Trust { leader: about },
            Fact::Leave { node: about },
            Fact::Join { node: about },
            Fact::Started { life: u64::MAX },
            Fact::Crashed,
            Fact::Crashed,
        ] {
            for by in [stranger, node('a')] {
                checker.fact(Moment::default(), by, &fact);
            }
        }
    }
    assert!(checker.verdict(Moment::default()).violation().is_none(), "nobody is left");
}

#[test]
fn a_process_outside_the_core_is_not_correct_but_its_crash_is_to_be_detected() {
    use Property::{Eld1, Eld2, Epfd1, Epfd2};
    // It may be suspected for ever, and whom it suspects does not matter.
    broken(Epfd2, "a?c heal end", "still suspects n2");
    holds(Epfd2, "a?c c?a c/ heal end");
    holds(Epfd2, "c/ heal end c?b");
    // Whoever is down, or stands still for ever, is to be suspected by those inside, and by nobody else.
    broken(Epfd1, "c+ c/ a?c heal end", "n1 does not suspect n2");
    holds(Epfd1, "c+ c/ b/ a?c heal end");
    broken(Epfd1, "c~ c/ a?c heal end", "n1 does not suspect n2");
    holds(Epfd1, "c/ heal end");
    // Whom it trusts does not matter either.
    broken(Eld2, "a*a b*a c*c heal end", "trusts");
    holds(Eld2, "a*a b*a c*c c/ heal end");
    broken(Eld1, "a*c b*a c~ c/ heal end", "n0 trusts n2");
}
