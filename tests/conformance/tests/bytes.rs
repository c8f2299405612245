//! Whatever comes from outside: any bytes, and what makes sense with some of it changed. The fuzzer goes on from here for as long as one
//! lets it; this is what every run of the tests tries.

use proptest::prelude::*;
use seatrial_conformance::bytes::{TARGETS, Target};
use seatrial_hosts::Home;
use seatrial_hosts::pipe::write_parcel;
use seatrial_hosts::tcp::{Ask, Hello, Role, Told, Welcome};
use seatrial_kv::{Command, Output, Query};
use seatrial_node::{NodeId, Wire, seal_with};
use seatrial_service::{Op, Request, Response};

fn form(value: &impl Wire) -> Vec<u8> {
    let mut form = Vec::new();
    value.encode(&mut form);
    form
}

/// What makes sense to each target.
fn samples(name: &str) -> Vec<Vec<u8>> {
    let request: Request<Command, Query> = Request {
        client: 7,
        seq: 3,
        op: Op::Command(Command::Write { key: "k".to_owned(), value: "v".into() }),
    };
    let home = Home { directory: 7, anew: false };
    let role = Role::Member { from: NodeId(1), to: NodeId(2), home };
    let hello = Hello { cluster: "harbour".to_owned(), protocol: "raft-kv".to_owned(), role };
    match name {
        "frames" => {
            let mut stream = Vec::new();
            for content in [&b"ahoy"[..], b"", &[0x53; 300]] {
                seal_with(&mut stream, |out| out.extend_from_slice(content));
            }
            vec![stream]
        }
        "greetings" => vec![form(&hello), form(&Welcome::Come(NodeId(2)))],
        "asks" => vec![
            form(&Ask::Request { number: 1, body: form(&request) }),
            form(&Told::Status { number: 2, text: "role=leader".to_owned() }),
        ],
        "pipe" => {
            let mut stream = Vec::new();
            write_parcel(2, 1, b"incr", &mut stream);
            write_parcel(1, 3, &[7; 300], &mut stream);
            vec![stream]
        }
        "messages" => {
            let query: Request<Command, Query> =
                Request { client: 7, seq: 0, op: Op::Query(Query { key: "k".to_owned() }) };
            vec![form(&request), form(&query), form(&Response::Done(Output::Written))]
        }
        "maelstrom_lines" => vec![
            [
                r#"{"src":"c0","dest":"n1","body":{"type":"init","msg_id":1,"node_id":"n1","node_ids":["n1","n2"]}}"#,
                r#"{"src":"c1","dest":"n1","body":{"type":"write","msg_id":2,"key":1,"value":"v"}}"#,
                r#"{"src":"n2","dest":"n1","body":{"type":"seatrial","frame":"U0ZyAQQAAAAAAAAAYWhveQ"}}"#,
            ]
            .join("\n")
            .into_bytes(),
            [
                r#"{"src":"c0","dest":"n1","body":{"type":"init","msg_id":1,"node_id":"n1","node_ids":["n1"]}}"#,
                r#"{"src":"c1","dest":"n1","body":{"type":"add","msg_id":2,"delta":3}}"#,
                r#"{"src":"seq-kv","dest":"n1","body":{"type":"error","in_reply_to":1,"code":22}}"#,
                r#"{"src":"seq-kv","dest":"n1","body":{"type":"read_ok","in_reply_to":2,"value":3}}"#,
                r#"{"src":"c1","dest":"n1","body":{"type":"read","msg_id":3}}"#,
                r#"{"src":"seq-kv","dest":"n1","body":{"type":"write_ok","in_reply_to":3}}"#,
                r#"{"src":"seq-kv","dest":"n1","body":{"type":"read_ok","in_reply_to":4,"value":3}}"#,
            ]
            .join("\n")
            .into_bytes(),
        ],
        "cluster_file" => {
            vec![include_bytes!("../../../protocols/server/cluster.toml").to_vec()]
        }
        other => panic!("what makes sense to {other}?"),
    }
}

/// Some of these bytes changed, cut out, or said twice.
fn changed() -> impl Strategy<Value = Vec<(prop::sample::Index, u8, u8)>> {
    prop::collection::vec((any::<prop::sample::Index>(), 0..5_u8, any::<u8>()), 0..6)
}

fn change(bytes: &mut Vec<u8>, changes: &[(prop::sample::Index, u8, u8)]) {
    for (place, kind, value) in changes {
        if bytes.is_empty() {
            return;
        }
        let place = place.index(bytes.len());
        match kind {
            0 => bytes[place] ^= value,
            1 => bytes.truncate(place),
            2 => bytes.insert(place, *value),
            3 => _ = bytes.remove(place),
            _ => bytes.extend_from_within(place..),
        }
    }
}

#[test]
fn what_makes_sense_is_read() {
    for (name, target) in TARGETS {
        samples(name).iter().for_each(|sample| target(sample));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        for (_, target) in TARGETS {
            target(&bytes);
        }
    }

    #[test]
    fn what_makes_sense_is_read_or_refused_however_it_is_changed(
        chosen in prop::sample::select(TARGETS.to_vec()),
        sample in any::<prop::sample::Index>(),
        changes in changed(),
    ) {
        let (name, target): Target = chosen;
        let samples = samples(name);
        let mut bytes = sample.get(&samples).clone();
        change(&mut bytes, &changes);
        target(&bytes);
    }
}
