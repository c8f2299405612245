//! What a server cannot do it says, with the place and the way out, and ends with 2 before it has touched anything.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::process;

use seatrial_kv::{Command, KvState, Output, Query};
use seatrial_server::ServiceClient;

use super::support::{Cluster, PATIENCE, Port};

fn refused(output: &process::Output) -> String {
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(output.stdout.is_empty());
    error.lines().last().unwrap_or_default().to_owned()
}

fn start(cluster: &Cluster, id: usize) -> String {
    refused(&cluster.command(id).output().expect("it starts"))
}

#[test]
fn a_member_that_runs_already_is_not_started_again() {
    let mut cluster = Cluster::started("raft-kv");
    cluster.leader();
    let error = start(&cluster, 1);
    assert!(error.contains("cannot listen there for members: Address already in use"), "{error}");
    assert!(error.contains("another process has that port: stop it, or choose another"), "{error}");
    let mut elsewhere = cluster.command(1);
    for port in ["PEER", "CLIENT", "METRICS"] {
        let port_of = |name: &str| format!("SEATRIAL_SERVER_MEMBER_1_{name}");
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        elsewhere.env(port_of(port), listener.local_addr().expect("it has one").to_string());
    }
    let error = refused(&elsewhere.output().expect("it starts"));
    assert!(error.contains("data/n1: another process serves this directory (process "), "{error}");
    assert_eq!(cluster.stop(1).code(), Some(0));
}

/// A cluster that has done some writes, and stopped.
fn written() -> Cluster {
    let mut cluster = Cluster::started("raft-kv");
    let mut map = ServiceClient::<KvState>::of(&cluster.file(), "raft-kv", PATIENCE);
    let map = map.as_mut().expect("a client");
    for number in 0..20 {
        let (key, value) = (format!("key {number}"), "1".into());
        assert_eq!(map.command(Command::Write { key, value }), Ok(Output::Written));
    }
    for id in 1..=3 {
        cluster.stop(id);
    }
    cluster
}

/// Waits until the first member has from the others what it lacks.
fn wait_until_recovered(cluster: &Cluster) {
    let begun = std::time::Instant::now();
    while !cluster.status(1, None).is_ok_and(|lines| lines.contains("recovering=no\n")) {
        assert!(begun.elapsed() < PATIENCE, "{}", cluster.log(1));
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

#[test]
fn a_damaged_log_loses_nothing_and_is_filled_up_by_the_others() {
    let mut cluster = written();
    let log = cluster.path("data/n1/files/raft+log");
    let mut bytes = fs::read(&log).expect("a log");
    bytes[30] ^= 1;
    fs::write(&log, &bytes).expect("it is written");
    for id in 1..=3 {
        cluster.start(id);
    }
    wait_until_recovered(&cluster);
    let kept = cluster.path("data/n1/files/raft+log.damaged-1");
    assert_eq!(fs::read(kept).expect("a copy"), bytes, "nothing of it is cut off");
    let log = cluster.log(1);
    let cut = log.lines().find(|line| line.contains(" bytes from offset 0 on are no whole record"));
    let cut = cut.expect("what is wrong with its log");
    assert!(cut.contains("WARN ") && cut.contains("the 0 records before them are kept"), "{cut}");
    assert!(cut.ends_with("data/n1/files/raft+log"), "{cut}");
    let told = log.lines().find(|line| line.contains("it is damaged, and is filled up by other"));
    let told = told.expect("what is done about it");
    assert!(told.contains("it is kept as it was in /") && told.contains("log.damaged-1 path="));
    let second = log.lines().find(|line| line.contains("life=2")).expect("its second life");
    assert!(second.contains("recovering=") && !second.contains("recovering=no"), "{second}");
    // Its copy counts again.
    cluster.kill(2);
    let mut map = ServiceClient::<KvState>::of(&cluster.file(), "raft-kv", PATIENCE);
    let map = map.as_mut().expect("a client");
    for number in 0..20 {
        let read = map.query(Query { key: format!("key {number}") });
        assert_eq!(read, Ok(Output::Value("1".into())), "{number}");
    }
}

#[test]
fn a_cluster_of_which_all_logs_are_damaged_waits_and_says_so_and_goes_on_with_one_that_is_put_back()
{
    let mut cluster = written();
    let logs = [1, 2, 3].map(|id| cluster.path(&format!("data/n{id}/files/raft+log")));
    let whole = logs.clone().map(|log| fs::read(log).expect("a log"));
    // Those who were stopped last may have led in a later term, whose first entry the others never had.
    let last = (1..=3).max_by_key(|id: &usize| whole[id - 1].len()).expect("one of three");
    let mark = cluster.path(&format!("data/n{last}/files/raft+mark"));
    let marked = fs::read(&mark).expect("a mark");
    for (log, bytes) in logs.iter().zip(&whole) {
        let mut bytes = bytes.clone();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(log, &bytes).expect("it is written");
    }
    for id in 1..=3 {
        cluster.start(id);
    }
    for id in 1..=3 {
        let own =
            "this member takes no full part yet: it waits for a leader whose log reaches entry ";
        cluster.has_logged(id, own);
    }
    cluster.has_logged(
        1,
        "of 3 members wait like that: unless one that serves has what they wait for",
    );
    let status = cluster.status(last, None).expect("it is up");
    assert!(status.contains("waits_for=a leader whose log reaches entry "), "{status}");
    cluster.kill(last);
    fs::write(&logs[last - 1], &whole[last - 1]).expect("it is put back");
    fs::write(mark, marked).expect("it is put back");
    cluster.start(last);
    let mut map = ServiceClient::<KvState>::of(&cluster.file(), "raft-kv", PATIENCE);
    let read = map.as_mut().expect("a client").query(Query { key: "key 19".into() });
    assert_eq!(read, Ok(Output::Value("1".into())));
    cluster.has_logged(last % 3 + 1, "this member takes its full part again");
}

#[test]
fn a_log_whose_mark_was_taken_away_is_not_served_until_the_others_have_told_what_it_may_have_promised()
 {
    let mut cluster = written();
    fs::remove_file(cluster.path("data/n1/files/raft+mark")).expect("it is there");
    let error = start(&cluster, 1);
    assert!(error.contains("data/n1/files/raft+mark: this file was there and is gone"), "{error}");
    assert!(error.contains("put it back, or start the node with --replaced-disk"), "{error}");
    cluster.launch_by(|cluster, id| {
        let mut command = cluster.command(id);
        command.args((id == 1).then_some("--replaced-disk"));
        command
    });
    for id in 1..=3 {
        cluster.start(id);
    }
    wait_until_recovered(&cluster);
    cluster.kill(2);
    let mut map = ServiceClient::<KvState>::of(&cluster.file(), "raft-kv", PATIENCE);
    let read = map.as_mut().expect("a client").query(Query { key: "key 19".into() });
    assert_eq!(read, Ok(Output::Value("1".into())));
}

#[test]
fn a_member_that_begins_with_nothing_says_what_to_do_if_it_has_been_one_before() {
    let mut cluster = written();
    let word =
        "this member begins with an empty directory: if it has been a member before, stop it";
    let once_more = |cluster: &mut Cluster, id, life: u64| {
        cluster.start(id);
        cluster.has_logged(id, &format!("life={life} "));
        cluster.kill(id);
        cluster.log(id).matches(word).count()
    };
    assert_eq!(once_more(&mut cluster, 1, 2), 1, "its second life is as it should be");
    fs::remove_dir_all(cluster.path("data/n1")).expect("it is there");
    assert_eq!(once_more(&mut cluster, 1, 1), 2, "{}", cluster.log(1));
    cluster.launch_by(|cluster, id| {
        let mut command = cluster.command(id);
        command.arg("--replaced-disk");
        command
    });
    assert_eq!(once_more(&mut cluster, 2, 2), 1);
    assert!(cluster.log(2).contains("--replaced-disk is of no use"), "{}", cluster.log(2));
}

#[test]
fn a_member_that_comes_back_without_its_directory_is_known_by_the_others_and_serves_nothing() {
    let mut cluster = written();
    for id in 1..=3 {
        cluster.start(id);
    }
    // Each has met it.
    for id in 2..=3 {
        cluster.has_logged(id, "a member has connected peer=n1");
    }
    let here = cluster.path("data/n1");
    let lost = cluster.path("lost");
    cluster.stop(1);
    fs::rename(&here, &lost).expect("it is there");
    let word = "knows this member by another directory, which is gone or was left behind";
    cluster.start(1);
    cluster.has_logged(1, word);
    cluster.kill(1);
    cluster.launch_by(|cluster, id| {
        let mut command = cluster.command(id);
        command.args((id == 1).then_some("--replaced-disk"));
        command
    });
    cluster.start(1);
    // What has begun as a first directory is not made a replaced one by saying so later.
    cluster.has_logged(1, word);
    cluster.kill(1);
    fs::remove_dir_all(&here).expect("it is there");
    cluster.start(1);
    wait_until_recovered(&cluster);
    cluster.has_logged(2, "a member has connected peer=n1");
    // It passes on what it is asked, though no client has written since; in its next life, too.
    for _ in 0..2 {
        let mut map = KvClient::at(&cluster, 1);
        assert_eq!(map.get("nothing"), "error: there is no such key");
        cluster.stop(1);
        cluster.launch_by(Cluster::command);
        cluster.start(1);
    }
    cluster.stop(1);
    fs::remove_dir_all(&here).expect("it is there");
    fs::rename(&lost, &here).expect("it is put back too late");
    cluster.start(1);
    cluster.has_logged(1, word);
}

/// One who asks this member and no other, in lines.
struct KvClient(BufReader<TcpStream>);

impl KvClient {
    fn at(cluster: &Cluster, id: usize) -> Self {
        Self(BufReader::new(cluster.port(id, Port::Client)))
    }

    fn get(&mut self, key: &str) -> String {
        writeln!(self.0.get_mut(), "get {key}").expect("it is sent");
        let mut answer = String::new();
        self.0.read_line(&mut answer).expect("an answer");
        answer.trim_end().to_owned()
    }
}

#[test]
fn a_disk_that_does_not_tell_what_was_promised_is_refused_and_left_as_it_is() {
    let cluster = written();
    let files = ["raft+log", "raft+mark"].map(|name| cluster.path("data/n1/files").join(name));
    for file in &files {
        let len = fs::read(file).expect("it is there").len();
        fs::write(file, vec![0; len]).expect("it is written");
    }
    let error = start(&cluster, 1);
    assert!(error.contains("data/n1: the disk is corrupt: "), "{error}");
    assert!(error.contains("none of its files was changed"), "{error}");
    for file in &files {
        assert!(fs::read(file).expect("it is there").iter().all(|byte| *byte == 0));
    }
}

#[test]
fn what_is_wrong_with_a_cluster_file_is_told_with_its_line() {
    let cluster = Cluster::new("raft-kv", "colour = \"blue\"\n");
    let error = start(&cluster, 1);
    assert!(error.contains("cluster.toml:17: unknown field `colour`"), "{error}");
    let cluster = Cluster::new("raft-kv", "[settings]\nheartbeat = \"9s\"\nheartbaet = \"9ms\"\n");
    let error = start(&cluster, 1);
    assert!(error.contains("cluster.toml:19: unknown setting `heartbaet`; there are"), "{error}");
    let cluster = Cluster::new("raft-kv", "[settings]\nheartbeat = \"9s\"\n");
    let error = start(&cluster, 1);
    let expected =
        "cluster.toml:18: `election_timeout_min`, 400ms, must be longer than `heartbeat`, 9s";
    assert!(error.contains(expected), "{error}");
    let bad = [
        ("raft-kv", "heartbeat = \"0s\"", "`heartbeat` is 0s; it must be longer"),
        ("counter", "election_timeout_max = \"1ms\"", "`election_timeout_max`, 1ms, must not be"),
        ("counter", "forward_timeout = \"0s\"", "`forward_timeout` is 0s; it must be longer"),
        ("mesh", "delta = \"0s\"", "delta is 0s: nobody can answer in no time"),
        ("mesh", "period = \"1us\"", "delta is 10s, more than 1000 periods"),
    ];
    for (protocol, line, expected) in bad {
        let error = start(&Cluster::new(protocol, &format!("[settings]\n{line}\n")), 1);
        assert!(error.contains(&format!("cluster.toml:18: {expected}")), "{error}");
    }
    assert!(start(&cluster, 9).contains("there is no member 9; there are 1, 2, 3"));
    let mut command = cluster.command(1);
    for bad in ["=,", "nonsense level"] {
        let error = refused(&command.env("SEATRIAL_LOG", bad).output().expect("it starts"));
        assert!(error.contains("the environment's SEATRIAL_LOG: "), "{error}");
    }
}
