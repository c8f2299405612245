//! Whatever is sent to a member's ports, it serves on, loses nothing, and counts what it refused.

use std::io::{Read, Write};

use seatrial_hosts::Home;
use seatrial_hosts::tcp::{Callee, Caller, Hello, Role, Welcome};
use seatrial_kv::{Command, KvState, Output, Query};
use seatrial_node::{NodeId, Wire, seal, unseal};
use seatrial_server::{ClientError, ServiceClient};

use super::support::{Cluster, PATIENCE, Port};

/// By which directory this member is known.
fn directory(cluster: &Cluster, id: usize) -> u64 {
    let identity = cluster.path(&format!("data/n{id}/IDENTITY"));
    let identity = std::fs::read_to_string(identity).expect("it lives");
    let line = identity.lines().find_map(|line| line.strip_prefix("directory = "));
    line.expect("its directory").parse().expect("a number")
}

/// What strangers send, who know the directory of n2.
fn garbage(directory: u64) -> Vec<Vec<u8>> {
    let hello = |cluster: &str, protocol: &str, role| {
        let hello = Hello { cluster: cluster.into(), protocol: protocol.into(), role };
        let mut bytes = Vec::new();
        seal(&hello, &mut bytes);
        bytes
    };
    let home = Home { directory, anew: false };
    let member = |from, to| Role::Member { from: NodeId(from), to: NodeId(to), home };
    let whole = hello("harbour", "raft-kv", member(2, 1));
    let home = Home { directory: directory ^ 1, anew: false };
    let another = Role::Member { from: NodeId(2), to: NodeId(1), home };
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
        b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03".to_vec(),
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
        hello("harbour", "raft-kv", another),
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
    // Before strangers come in its name.
    cluster.has_logged(1, "a member has connected peer=n2");
    for bytes in garbage(directory(&cluster, 2)) {
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
        "tls",
        "directory",
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

/// How many connections this member has refused for that reason.
fn refusals(cluster: &Cluster, id: usize, why: &str) -> u64 {
    let name = format!("seatrial_connections_refused_total{{why=\"{why}\"}} ");
    let metrics = cluster.metrics(id);
    let count = metrics.lines().find_map(|line| line.strip_prefix(&name));
    count.map_or(0, |count| count.parse().expect("a number"))
}

#[test]
fn a_client_that_is_refused_for_good_asks_each_member_once_and_says_why() {
    let cluster = Cluster::started("raft-kv");
    cluster.leader();
    let mut map = ServiceClient::<KvState>::of(&cluster.file(), "counter", PATIENCE);
    let map = map.as_mut().expect("a client");
    let query = map.query(Query { key: "a".into() });
    let Err(ClientError::NotDone(why)) = query else { panic!("{query:?}") };
    assert!(why.ends_with("refused: raft-kv is spoken here"), "{why}");
    for id in 1..=3 {
        assert_eq!(refusals(&cluster, id, "protocol"), 1, "n{id}");
    }
}

#[test]
fn who_is_refused_again_and_again_is_counted_each_time_and_told_once() {
    let cluster = Cluster::started("raft-kv");
    cluster.leader();
    let callee = Callee {
        node: NodeId(1),
        address: cluster.file().members[0].client.clone(),
        cluster: "pier".into(),
        protocol: Some("raft-kv".into()),
        keys: None,
    };
    for _ in 0..40 {
        Caller::connect(&callee, PATIENCE).expect_err("it means another cluster");
    }
    assert_eq!(refusals(&cluster, 1, "cluster"), 40);
    // As slow as the machine may be, it is not told each time.
    let told = cluster.log(1).matches("refused: this is the cluster harbour").count();
    assert!((1..10).contains(&told), "{}", cluster.log(1));
}

#[test]
fn the_port_for_metrics_has_one_page() {
    let cluster = Cluster::started("raft-kv");
    let ask = |request: &str| {
        let mut stream = cluster.port(1, Port::Metrics);
        stream.write_all(format!("{request}\r\nHost: n1\r\n\r\n").as_bytes()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer.lines().next().unwrap_or_default().to_owned()
    };
    assert_eq!(ask("GET /metrics HTTP/1.1"), "HTTP/1.1 200 OK");
    assert_eq!(ask("GET / HTTP/1.1"), "HTTP/1.1 404 Not Found");
    assert_eq!(ask("DELETE /metrics HTTP/1.1"), "HTTP/1.1 405 Method Not Allowed");
    assert_eq!(ask("incr"), "HTTP/1.1 400 Bad Request");
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
