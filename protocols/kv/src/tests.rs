//! The map against a plain model, and its bytes.

use std::collections::BTreeMap;

use proptest::prelude::*;
use seatrial_service::{StateMachine, decode, encode};

use super::*;

fn apply(map: &mut KvState, op: KvOp) -> Output {
    match op {
        Op::Command(command) => map.apply(command),
        Op::Query(query) => map.query(&query),
        Op::Open => panic!("not about the map"),
    }
}

#[test]
fn compare_and_set_tells_a_missing_key_from_another_value_and_then_changes_nothing() {
    let mut map = KvState::default();
    assert_eq!(apply(&mut map, compare_and_set("x", "1", "2")), Output::Missing);
    assert_eq!(map, KvState::default());
    apply(&mut map, write("x", "3"));
    assert_eq!(apply(&mut map, compare_and_set("x", "1", "2")), Output::Mismatch("3".into()));
    assert_eq!(apply(&mut map, read("x")), Output::Value("3".into()));
    assert_eq!(apply(&mut map, compare_and_set("x", "3", "2")), Output::Written);
    assert_eq!(apply(&mut map, read("x")), Output::Value("2".into()));
}

#[test]
fn a_deleted_key_is_missing() {
    let mut map = KvState::default();
    apply(&mut map, write("x", "1"));
    assert_eq!(apply(&mut map, delete("x")), Output::Deleted);
    assert_eq!(apply(&mut map, delete("x")), Output::Missing);
    assert_eq!(apply(&mut map, read("x")), Output::Missing);
}

#[test]
fn outcomes_have_maelstroms_error_codes() {
    let codes = [Output::Missing, Output::Mismatch("1".into()), Output::Written, Output::Deleted];
    assert_eq!(codes.map(|output| output.error_code()), [Some(20), Some(22), None, None]);
}

#[test]
fn the_bytes_of_a_command_stay_what_they_are() {
    let Op::Command(command) = compare_and_set("ab", &[1_u8, 2][..], "z") else {
        panic!("a command");
    };
    assert_eq!(encode(&command), [1, 2, b'a', b'b', 2, 1, 2, 1, b'z']);
    assert_eq!(decode(&encode(&command)), Ok(command));
}

#[test]
fn values_show_as_text_where_they_are_text() {
    assert_eq!(format!("{:?}", Value::from("a")), "\"a\"");
    assert_eq!(format!("{:?}", Value::from(vec![0xff, 0x01])), "0xff01");
}

#[derive(Clone, Debug)]
enum Step {
    Write(u8, u8),
    Cas(u8, u8, u8),
    Delete(u8),
}

fn step() -> impl Strategy<Value = Step> {
    let small = 0_u8..4;
    prop_oneof![
        (small.clone(), small.clone()).prop_map(|(key, value)| Step::Write(key, value)),
        (small.clone(), small.clone(), small.clone()).prop_map(|(key, a, b)| Step::Cas(key, a, b)),
        small.prop_map(Step::Delete),
    ]
}

fn value(byte: u8) -> Value {
    vec![byte].into()
}

fn model(map: &mut BTreeMap<u8, u8>, step: &Step) -> Output {
    match *step {
        Step::Write(key, new) => {
            map.insert(key, new);
            Output::Written
        }
        Step::Cas(key, from, to) => match map.get(&key).copied() {
            None => Output::Missing,
            Some(held) if held != from => Output::Mismatch(value(held)),
            Some(_) => {
                map.insert(key, to);
                Output::Written
            }
        },
        Step::Delete(key) => map.remove(&key).map_or(Output::Missing, |_| Output::Deleted),
    }
}

proptest! {
    #[test]
    fn the_map_does_what_a_plain_map_does_and_survives_a_snapshot(
        steps in prop::collection::vec(step(), 0..60)
    ) {
        let (mut map, mut plain) = (KvState::default(), BTreeMap::new());
        for step in steps {
            let op = match step {
                Step::Write(key, new) => write(key.to_string(), value(new)),
                Step::Cas(key, from, to) => compare_and_set(key.to_string(), value(from), value(to)),
                Step::Delete(key) => delete(key.to_string()),
            };
            prop_assert_eq!(apply(&mut map, op), model(&mut plain, &step));
            map = KvState::restore(&map.snapshot()).expect("a snapshot");
        }
        let entries: Vec<_> = map.entries().iter().map(|(k, v)| (k.clone(), v.clone())).collect();
        let expected: Vec<_> = plain.iter().map(|(k, v)| (k.to_string(), value(*v))).collect();
        prop_assert_eq!(entries, expected);
    }

    #[test]
    fn the_order_of_writes_does_not_show_in_the_snapshot(
        keys in prop::collection::btree_set("[a-z]{1,3}", 0..20)
    ) {
        let (mut up, mut down) = (KvState::default(), KvState::default());
        for key in &keys {
            apply(&mut up, write(key.as_str(), key.as_str()));
        }
        for key in keys.iter().rev() {
            apply(&mut down, write(key.as_str(), key.as_str()));
        }
        prop_assert_eq!(up.snapshot(), down.snapshot());
    }

    #[test]
    fn no_bytes_make_decoding_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let _ = KvState::restore(&bytes);
        let _ = decode::<Query>(&bytes);
        let _ = decode::<Output>(&bytes);
        if let Ok(command) = decode::<Command>(&bytes) {
            prop_assert_eq!(decode(&encode(&command)), Ok(command));
        }
    }
}
