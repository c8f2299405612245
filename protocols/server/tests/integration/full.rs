//! A member whose disk has no more room: played by the limit that a shell sets on the size of its files, its log among them.

use std::process::{Command as Program, Stdio};
use std::time::{Duration, Instant};

use seatrial_kv::{Command, KvState, Output, Query};
use seatrial_server::ServiceClient;

use super::support::{Cluster, PATIENCE};

/// The member of which no file gets longer than 32 KiB. Like a full disk, a limit is told as an error where its signal is not heard.
fn confined(cluster: &Cluster, id: usize) -> Program {
    let serve = cluster.command(id);
    let mut shell = Program::new("sh");
    shell.args(["-c", r#"trap "" XFSZ; ulimit -f 64; exec "$@""#, "sh"]);
    shell.arg(serve.get_program()).args(serve.get_args()).stdin(Stdio::null());
    shell
}

/// How often the member's log has these words.
fn count(cluster: &Cluster, id: usize, words: &str) -> usize {
    cluster.log(id).matches(words).count()
}

#[test]
fn a_member_without_room_stays_up_tells_it_once_and_has_all_once_there_is_room() {
    let mut cluster = Cluster::new("raft-kv", "");
    cluster.launch_by(|cluster, id| match id {
        3 => confined(cluster, id),
        _ => cluster.command(id),
    });
    for id in 1..=3 {
        cluster.start(id);
    }
    let value = "v".repeat(4 << 10);
    let mut map = ServiceClient::<KvState>::of(&cluster.file(), "raft-kv", PATIENCE);
    let map = map.as_mut().expect("a client");
    for number in 0..20 {
        let (key, value) = (format!("key {number}"), value.as_str().into());
        assert_eq!(map.command(Command::Write { key, value }), Ok(Output::Written), "{number}");
    }
    cluster.has_logged(3, "failed; trying again, and telling no more of it than twice a minute");
    // Its node tries again many times in this while, and is heard no more.
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(3) {
        assert!(cluster.status(3, None).is_ok(), "it is down:\n{}", cluster.log(3));
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(count(&cluster, 3, " WARN "), 2, "{}", cluster.log(3));
    assert_eq!(count(&cluster, 3, "files/raft+log error=File too large"), 1, "{}", cluster.log(3));

    cluster.kill(3);
    cluster.launch_by(Cluster::command);
    cluster.start(3);
    cluster.has_logged(3, "life=2");
    let begun = Instant::now();
    let newest = |cluster: &Cluster, id| {
        let status = cluster.status(id, None).unwrap_or_default();
        let commit = status.lines().find_map(|line| line.strip_prefix("commit=")?.parse().ok());
        commit.unwrap_or(0_u64)
    };
    while newest(&cluster, 3) < newest(&cluster, 1).max(20) {
        assert!(begun.elapsed() < PATIENCE, "{}", cluster.log(3));
        std::thread::sleep(Duration::from_millis(50));
    }
    // Two are left, of which it is one.
    cluster.kill(1);
    for number in 0..20 {
        let read = map.query(Query { key: format!("key {number}") });
        assert_eq!(read, Ok(Output::Value(value.as_str().into())), "{number}");
    }
}
