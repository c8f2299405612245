//! What a seed gives, and what is given in its place.

use super::*;

/// The words of a seed are part of the case format. If this test fails, seeds mean something else: raise the case
/// version and say so in the changelog.
#[test]
fn the_way_from_a_seed_to_a_value_is_frozen() {
    let mut tape = Tape::seeded(42);
    let dice = tape.site("dice");
    let drawn: Vec<u64> = (0..8).map(|_| tape.choose(dice, 3, 1_000)).collect();
    assert_eq!(drawn, GOLDEN_DICE);
    let wide: Vec<u64> = (0..2).map(|_| tape.choose(site::LATENCY, WORLD, 1 << 40)).collect();
    assert_eq!(wide, GOLDEN_WIDE);
}

const GOLDEN_DICE: [u64; 8] = [913, 586, 346, 915, 937, 972, 577, 304];
const GOLDEN_WIDE: [u64; 2] = [584_908_234_098, 701_684_776_985];

#[test]
fn a_choice_at_one_site_or_source_does_not_shift_another() {
    let (mut quiet, mut busy) = (Tape::seeded(7), Tape::seeded(7));
    let (a, b) = (quiet.site("a"), busy.site("b"));
    let a_in_busy = busy.site("a");
    for _ in 0..100 {
        busy.choose(b, 0, 10);
        busy.choose(a_in_busy, 1, 10);
    }
    let draw = |tape: &mut Tape, site| -> Vec<u64> {
        (0..50).map(|_| tape.choose(site, 0, 1 << 20)).collect()
    };
    assert_eq!(draw(&mut quiet, a), draw(&mut busy, a_in_busy));
}

#[test]
fn reseeding_gives_what_a_fresh_tape_gives() {
    let mut reused = Tape::seeded(1);
    reused.choose(site::LOSS, 4, 100);
    reused.reseed(2);
    let mut fresh = Tape::seeded(2);
    for _ in 0..100 {
        assert_eq!(reused.choose(site::LOSS, 4, 100), fresh.choose(site::LOSS, 4, 100));
    }
}

#[test]
fn an_override_replaces_one_choice_and_leaves_the_others() {
    let mut plain = Tape::seeded(9);
    let drawn: Vec<u64> = (0..5).map(|_| plain.choose(site::TIE, WORLD, 1_000)).collect();
    let mut bent = Tape::seeded(9);
    let over = Override { site: "tie".into(), source: WORLD, occurrence: 2, value: 5_000 };
    bent.set_overrides(vec![over]);
    bent.record();
    let got: Vec<u64> = (0..5).map(|_| bent.choose(site::TIE, WORLD, 1_000)).collect();
    assert_eq!(got[2], 999, "cut down to what is possible");
    assert_eq!((got[0], got[1], got[3], got[4]), (drawn[0], drawn[1], drawn[3], drawn[4]));
    assert_eq!(bent.recorded()[2].value, 999);
}

#[test]
fn choices_at_simple_sites_are_zero_but_for_those_that_are_overridden() {
    let mut plain = Tape::seeded(9);
    let mut tape = Tape::seeded(9);
    tape.simplify(Simple::Sites(vec!["tie".into()]));
    let over = Override { site: "tie".into(), source: WORLD, occurrence: 2, value: 7 };
    tape.set_overrides(vec![over]);
    let got: Vec<u64> = (0..4).map(|_| tape.choose(site::TIE, WORLD, 1_000)).collect();
    assert_eq!(got, [0, 0, 7, 0]);
    for _ in 0..20 {
        let (drawn, same) = (plain.choose(site::LOSS, 1, 100), tape.choose(site::LOSS, 1, 100));
        assert_eq!(drawn, same, "another site is as the seed has it");
    }
    let mut simple = Tape::simple();
    assert!((0..20).all(|_| simple.choose(site::LOSS, 1, 100) == 0));
    simple.reseed(9);
    assert_eq!(
        simple.choose(site::TIE, WORLD, 1_000),
        Tape::seeded(9).choose(site::TIE, WORLD, 1_000)
    );
}

#[test]
fn a_choice_keeps_its_number_whether_those_before_it_were_recorded_or_not() {
    for draws in [0, 1, 5, 62, 63, 64, 65, 127, 128, 129, 500] {
        for bound in [10, 1 << 40] {
            let mut tape = Tape::seeded(1);
            tape.choose(site::LOSS, 4, 100);
            tape.reseed(2);
            for _ in 0..draws {
                tape.choose(site::LOSS, 4, bound);
            }
            tape.record();
            tape.choose(site::LOSS, 4, bound);
            tape.choose(site::LOSS, 4, bound);
            let numbers: Vec<u64> = tape.recorded().iter().map(|c| c.occurrence).collect();
            assert_eq!(numbers, [draws, draws + 1], "after {draws} draws below {bound}");
        }
    }
}

#[test]
fn a_script_is_used_up_and_then_gives_zeros() {
    let mut tape = Tape::scripted(vec![3, 9]);
    tape.record();
    let got: Vec<u64> = (0..4).map(|_| tape.choose(site::SCHEDULE, WORLD, 5)).collect();
    assert_eq!(got, [3, 4, 0, 0]);
    assert_eq!(tape.recorded().len(), 4);
}

#[test]
fn chance_has_the_rate_it_is_asked_for() {
    let mut tape = Tape::seeded(3);
    let hits = (0..100_000).filter(|_| tape.chance(site::LOSS, 0, 50_000)).count();
    assert!((4_700..5_300).contains(&hits), "{hits} of 100,000 at five per cent");
    assert!(!(0..1_000).any(|_| tape.chance(site::LOSS, 0, 0)));
    assert!((0..1_000).all(|_| tape.chance(site::LOSS, 0, MILLION)));
}

#[test]
fn a_turn_gives_the_choices_of_another_seed_from_where_the_streams_stand() {
    let draw = |tape: &mut Tape, count: usize| -> Vec<u64> {
        (0..count).map(|_| tape.choose(site::LATENCY, 2, 1_000_000)).collect()
    };
    // Before, at and after the end of a block of words.
    for before in [1, 63, 64, 65, 200] {
        let (mut one, mut other) = (Tape::seeded(1), Tape::seeded(2));
        let (ones, others) = (draw(&mut one, 400), draw(&mut other, 400));
        let mut turned = Tape::seeded(1);
        turned.set_turns(&[Turn { step: 10, seed: 2 }, Turn { step: 20, seed: 1 }]);
        assert_eq!(draw(&mut turned, before), ones[..before]);
        turned.turn(9);
        assert_eq!(turned.next_turn(), Some(10), "not yet");
        turned.turn(10);
        assert_eq!(draw(&mut turned, 50), others[before..][..50], "{before} before");
        turned.turn(25);
        assert_eq!(draw(&mut turned, 50), ones[before + 50..][..50], "and back again");
        assert_eq!(turned.next_turn(), None);
        let loss = turned.choose(site::LOSS, 2, 1_000_000);
        assert_eq!(loss, Tape::seeded(1).choose(site::LOSS, 2, 1_000_000), "a stream begun later");
    }
}

#[test]
fn turns_count_choices_from_the_beginning() {
    let mut tape = Tape::seeded(1);
    tape.set_turns(&[Turn { step: 1, seed: 2 }]);
    tape.record();
    for _ in 0..3 {
        tape.choose(site::TIE, WORLD, 9);
    }
    tape.turn(1);
    tape.choose(site::TIE, WORLD, 9);
    let occurrences: Vec<u64> = tape.recorded().iter().map(|choice| choice.occurrence).collect();
    assert_eq!(occurrences, [0, 1, 2, 3]);
}
