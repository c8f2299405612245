//! The built binary, spoken to over pipes as Maelstrom speaks.

use std::time::{Duration, Instant};

use serde_json::json;

use super::net::Net;
use super::support::PATIENCE;

#[test]
fn echo_says_what_is_said_whatever_it_is() {
    let mut net = Net::new("echo", 2);
    for said in [json!("Please echo 7"), json!({ "a": [1, null] }), json!(null)] {
        let answer = net.ask("n1", json!({ "type": "echo", "echo": said }));
        assert_eq!((&answer["type"], &answer["echo"]), (&json!("echo_ok"), &said));
    }
}

#[test]
fn unique_ids_are_unique_while_nodes_are_cut_off() {
    let mut net = Net::new("unique-ids", 3);
    net.cut = Some("n2".to_owned());
    let mut seen = std::collections::BTreeSet::new();
    for i in 0..90 {
        let answer = net.ask(&format!("n{}", i % 3 + 1), json!({ "type": "generate" }));
        assert_eq!(answer["type"], "generate_ok");
        assert!(seen.insert(answer["id"].to_string()), "{answer} again");
    }
}

#[test]
fn what_is_broadcast_is_read_everywhere_once_a_partition_has_healed() {
    let mut net = Net::new("broadcast", 5);
    let topology = json!({ "type": "topology", "topology": { "n1": ["n2"] } });
    assert_eq!(net.ask("n1", topology)["type"], "topology_ok");
    net.cut = Some("n3".to_owned());
    for message in 0..20 {
        let node = format!("n{}", message % 5 + 1);
        let answer = net.ask(&node, json!({ "type": "broadcast", "message": message }));
        assert_eq!(answer["type"], "broadcast_ok");
    }
    let read = |net: &mut Net, node: &str| {
        let answer = net.ask(node, json!({ "type": "read" }));
        let mut messages: Vec<i64> =
            serde_json::from_value(answer["messages"].clone()).expect("numbers");
        messages.sort_unstable();
        messages
    };
    assert!(read(&mut net, "n3").len() < 20, "it is cut off");
    net.cut = None;
    let until = Instant::now() + PATIENCE;
    for node in ["n1", "n2", "n3", "n4", "n5"] {
        while read(&mut net, node) != (0..20).collect::<Vec<_>>() {
            assert!(Instant::now() < until, "{node} has not heard all");
            net.carry(Duration::from_millis(50));
        }
    }
}

#[test]
fn a_counter_and_a_set_have_all_that_was_added_once() {
    let mut net = Net::new("g-counter", 3);
    for delta in 1..=9 {
        let node = format!("n{}", delta % 3 + 1);
        let answer = net.ask(&node, json!({ "type": "add", "delta": delta }));
        assert_eq!(answer["type"], "add_ok");
    }
    let until = Instant::now() + PATIENCE;
    while net.ask("n1", json!({ "type": "read" }))["value"] != 45 {
        assert!(Instant::now() < until, "n1 has not heard all");
        net.carry(Duration::from_millis(50));
    }
    let error = net.ask("n1", json!({ "type": "add", "delta": -1 }));
    assert_eq!(error["code"], json!(12), "it never goes back: {error}");
    let error = net.ask("n1", json!({ "type": "add", "delta": "much" }));
    assert_eq!((&error["type"], &error["code"]), (&json!("error"), &json!(12)));

    let mut net = Net::new("g-set", 1);
    assert_eq!(net.ask("n1", json!({ "type": "add", "element": "x" }))["type"], "add_ok");
    let answer = net.ask("n1", json!({ "type": "read" }));
    assert_eq!(answer["value"], json!(["x"]));
}

#[test]
fn lin_kv_reads_writes_and_compares_at_any_node() {
    let mut net = Net::new("lin-kv", 3);
    let write = json!({ "type": "write", "key": 0, "value": 3 });
    assert_eq!(net.ask_until_able("n1", &write)["type"], "write_ok");
    let answer = net.ask_until_able("n2", &json!({ "type": "read", "key": 0 }));
    assert_eq!((&answer["type"], &answer["value"]), (&json!("read_ok"), &json!(3)));
    let cas = |from: i64| json!({ "type": "cas", "key": 0, "from": from, "to": 4 });
    assert_eq!(net.ask_until_able("n3", &cas(9))["code"], 22);
    assert_eq!(net.ask_until_able("n3", &cas(3))["type"], "cas_ok");
    let missing = net.ask_until_able("n1", &json!({ "type": "read", "key": "k" }));
    assert_eq!((&missing["type"], &missing["code"]), (&json!("error"), &json!(20)));
    assert_eq!(net.ask("n1", json!({ "type": "write", "key": 1 }))["code"], 12);
    assert_eq!(net.ask("n1", json!({ "type": "txn" }))["code"], 10);
    net.cut = Some("n1".to_owned());
    let answer = net.ask_until_able("n2", &json!({ "type": "read", "key": 0 }));
    assert_eq!(answer["value"], 4, "two of three are enough");
}

#[test]
fn malformed_lines_are_answered_with_an_error_and_kill_nobody() {
    let mut net = Net::new("echo", 1);
    let garbage = [
        "",
        "{",
        "\u{0}\u{1}",
        "[]",
        "{\"src\":\"c9\"}",
        r#"{"src":"c9","dest":"n1","body":7}"#,
        r#"{"src":"c9","dest":"n1","body":{"type":null,"msg_id":8}}"#,
    ];
    for line in garbage {
        net.write("n1", line);
        let told = net.next_for_client(Instant::now() + PATIENCE).expect("an answer");
        assert_eq!((&told["body"]["type"], &told["body"]["code"]), (&json!("error"), &json!(12)));
    }
    // Frames that no member has sent are dropped, and errors are no questions.
    for (src, body) in [
        ("n1", json!({ "type": "seatrial", "frame": "!!" })),
        ("n9", json!({ "type": "seatrial", "frame": "" })),
        ("n1", json!({ "type": "seatrial", "frame": "U0ZyAQ" })),
        ("c9", json!({ "type": "error", "code": 13 })),
    ] {
        net.write("n1", &json!({ "src": src, "dest": "n1", "body": body }).to_string());
    }
    let again = json!({ "type": "init", "node_id": "n1", "node_ids": ["n1"] });
    assert_eq!(net.ask("n1", again)["code"], 12);
    assert_eq!(net.ask("n1", json!({ "type": "echo", "echo": 1 }))["echo"], 1);
    assert_eq!(net.ask("n1", json!({ "type": "echo" }))["code"], 12);
}

#[test]
fn a_node_that_is_not_initialised_says_so_and_one_whose_input_ends_ends_well() {
    let mut net = Net::empty();
    net.start("echo", "n1");
    assert_eq!(net.ask("n1", json!({ "type": "echo", "echo": 1 }))["code"], 11);
    assert!(net.end("n1").success());
}
