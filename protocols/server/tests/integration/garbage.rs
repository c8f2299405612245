//! Whatever is sent to a member's ports, it serves on, loses nothing, and counts what it refused.

use std::io::{Read, Write};

use seatrial_hosts::tcp::{Callee, Caller, Hello, Role, Welcome};
use seatrial_kv::{Command, KvState, Output, Query};
use seatrial_node::{NodeId, Wire, seal, unseal};
use seatrial_server::ServiceClient;

use super::support::{Cluster, PATIENCE, Port};

/// What strangers send.
fn garbage() -> Vec<Vec<u8>> {
    let hello = |cluster: &str, protocol: &str, role| {
        let hello = Hello { cluster: cluster.into(), protocol: protocol.into(), role };
        let mut bytes = Vec::new();
        seal(&hello, &mut bytes);
        bytes
    };
    let member = |from, to| Role::Member { from: NodeId(from), to: NodeId(to) };
    let whole = hello("harbour", "raft-kv", member(2, 1));
    let mut lying = whole.clone();
    lying[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
    let mut changed = whole.clone();
    changed[20] ^= 4;
    let mut newer = Vec::new();
    seal(&vec![9_u8, 0, 0, 0, 1, 2, 3], &mut newer);
    let mut message = whole.clone();
    seal(&vec![0xff_u8; 40], &mut message);
    let mut big = whole.clone();
    big.extend_from_slice(b"SFr\x01\xff\xff\xff\x7f\0\0\0\0");
    vec![
        Vec::new(),
        b"S".to_vec(),
        b"GET / HTTP/1.1\r\n\r\n".to_vec(),
        vec![0; 10_000],
        whole[..whole.len() / 2].to_vec(),
        lying,
        changed,
        newer,
        b"SFr\x09\0\0\0\0".to_vec(),
        hello("pier", "raft-kv", member(2, 1)),
        hello("harbour", "echo", member(2, 1)),
        hello("harbour", "raft-kv", member(9, 1)),
        hello("harbour", "raft-kv", member(1, 1)),
        hello("harbour", "raft-kv", member(2, 3)),
        message,
        big,
    ]
}

#[test]
fn a_cluster_serves_on_and_loses_nothing_whatever_is_sent_to_its_ports() {
    let cluster = Cluster::started("raft-kv");
    let mut map = ServiceClient::<KvState>::of(&cluster.file(), "raft-kv", PATIENCE);
    let map = map.as_mut().expect("a client");
    let write = |key: &str| Command::Write { key: key.into(), value: "1".into() };
    assert_eq!(map.command(write("before")), Ok(Output::Written));
    for bytes in garbage() {
        for port in [Port::Peer, Port::Client, Port::Metrics] {
            let mut stream = cluster.port(1, port);
            // It may end the connection before it has all.
            let _ = stream.write_all(&bytes);
            let _ = stream.shutdown(std::net::Shutdown::Write);
            let _ = stream.read_to_end(&mut Vec::new());
        }
    }
    assert_eq!(map.command(write("after")), Ok(Output::Written));
    for key in ["before", "after"] {
        let read = map.query(Query { key: key.into() });
        assert_eq!(read, Ok(Output::Value("1".into())));
    }
    let metrics = cluster.metrics(1);
    for why in [
        "cluster",
        "protocol",
        "stranger",
        "node",
        "cut",
        "malformed",
        "version",
        "checksum",
        "too long",
    ] {
        let counted = format!("seatrial_connections_refused_total{{why=\"{why}\"}} ");
        assert!(metrics.contains(&counted), "{why} is not counted in\n{metrics}");
    }
    assert!(metrics.contains("seatrial_messages_dropped_total{why=\"unreadable\"} 1"), "{metrics}");
    assert!(cluster.log(1).contains("refused: this is the cluster harbour"));
    assert!(!cluster.log(1).contains("panicked"), "{}", cluster.log(1));
}

#[test]
fn whoever_means_somebody_else_is_told_who_is_here() {
    let cluster = Cluster::started("raft-kv");
    let file = cluster.file();
    let callee = |cluster: &str, protocol: &str, node| Callee {
        node: NodeId(node),
        address: file.members[0].client.clone(),
        cluster: cluster.into(),
        protocol: Some(protocol.into()),
        keys: None,
    };
    let refused = |callee: Callee| {
        cluster.leader();
        Caller::connect(&callee, PATIENCE).expect_err("it means somebody else").to_string()
    };
    assert!(
        refused(callee("pier", "raft-kv", 1)).ends_with("refused: this is the cluster harbour")
    );
    assert!(refused(callee("harbour", "echo", 1)).ends_with("refused: raft-kv is spoken here"));
    assert!(refused(callee("harbour", "raft-kv", 2)).ends_with("refused: this is n1"));
    assert!(Caller::connect(&callee("harbour", "raft-kv", 1), PATIENCE).is_ok());
}

#[test]
fn a_member_of_another_version_is_told_so() {
    let cluster = Cluster::started("raft-kv");
    let mut stream = cluster.port(1, Port::Peer);
    let mut hello = Vec::new();
    seal(&vec![9_u8, 0, 0, 0, 1], &mut hello);
    stream.write_all(&hello).expect("it is sent");
    let mut told = Vec::new();
    stream.read_to_end(&mut told).expect("an answer");
    let Ok(Welcome::Refused(why)) = unseal::<Welcome>(&told) else { panic!("{told:?}") };
    let expected = "version 9 of the format; this program reads version 1";
    assert!(why.to_string().ends_with(expected), "{why}");
    assert!(Welcome::decode(&told).is_err(), "an answer is a frame");
}
