//! The counter by lines of text, as `nc` has it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use super::support::{Cluster, PATIENCE, Port};

/// Says all of this, and nothing more, and returns all that is answered.
fn say(mut stream: TcpStream, text: &[u8]) -> String {
    stream.write_all(text).expect("it is sent");
    stream.shutdown(Shutdown::Write).expect("no more");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

#[test]
fn a_line_at_any_member_is_a_command_and_one_that_is_sent_again_counts_once() {
    let cluster = Cluster::started("counter");
    cluster.leader();
    let at = |id| cluster.port(id, Port::Client);
    assert_eq!(say(at(1), b"incr\n"), "1\n");
    assert_eq!(say(at(2), b"incr\r\nadd 40\nget\n"), "2\n42\n42\n");
    assert_eq!(say(at(3), b"@77.1 incr\n"), "43\n");
    assert_eq!(say(at(1), b"@77.1 incr\n"), "43\n", "the same command, at another member");
    assert_eq!(say(at(1), b"@77.2 incr\nget\n"), "44\n44\n");
    let told = say(at(2), b"@77.1 incr\nget\n");
    let expected = "unknown: it may have been done when it was sent before: the session has gone on since\n44\n";
    assert_eq!(told, expected, "it was done, and `error` would deny it");
}

#[test]
fn whoever_is_silent_makes_room_when_there_is_no_place_left_and_who_works_stays() {
    let cluster = Cluster::started("counter");
    cluster.leader();
    let mut working = BufReader::new(cluster.port(1, Port::Client));
    let mut incr = || {
        working.get_mut().write_all(b"incr\n").expect("it is sent");
        let mut answer = String::new();
        working.read_line(&mut answer).expect("an answer");
        answer
    };
    assert_eq!(incr(), "1\n");
    let silent: Vec<TcpStream> = (0..800).map(|_| cluster.port(1, Port::Client)).collect();
    let begun = Instant::now();
    // Who has only just come is left in peace for a moment.
    let answer = loop {
        let stream = cluster.port(1, Port::Client);
        stream.set_read_timeout(Some(PATIENCE)).expect("a limit");
        let mut stream = BufReader::new(stream);
        let mut answer = String::new();
        let sent = stream.get_mut().write_all(b"get\n");
        if sent.is_ok() && stream.read_line(&mut answer).is_ok_and(|read| read > 0) {
            break answer;
        }
        assert!(begun.elapsed() < PATIENCE, "the port stays shut");
        std::thread::sleep(Duration::from_millis(50));
    };
    assert_eq!(answer, "1\n");
    assert_eq!(incr(), "2\n", "it has spoken, and others had not");
    // Who makes room is told why first, and then counted.
    let counted = "seatrial_connections_refused_total{why=\"displaced\"} ";
    while !cluster.metrics(1).contains(counted) {
        assert!(begun.elapsed() < PATIENCE, "it is not counted:\n{}", cluster.metrics(1));
        std::thread::sleep(Duration::from_millis(50));
    }
    drop(silent);
}

#[test]
fn every_line_that_was_said_before_a_member_stops_is_answered() {
    const LINES: usize = 3_000;
    let mut cluster = Cluster::started("counter");
    let leader = cluster.leader();
    let idle = cluster.port(leader, Port::Client);
    let mut stream = cluster.port(leader, Port::Client);
    stream.write_all("incr\n".repeat(LINES).as_bytes()).expect("it is sent");
    let mut answers = BufReader::new(stream);
    let mut first = String::new();
    answers.read_line(&mut first).expect("an answer");
    assert_eq!(first, "1\n");
    assert_eq!(cluster.stop(leader).code(), Some(0));
    let mut rest = String::new();
    answers.read_to_string(&mut rest).expect("the connection is not reset");
    let lines: Vec<&str> = rest.lines().collect();
    assert_eq!(lines.len(), LINES, "one more than lines: the last word");
    let stopping = "error: this member is stopping";
    let done = lines.iter().take_while(|line| **line != stopping).count();
    assert!(done < LINES, "it was stopped in the middle");
    assert!(lines[done..].iter().all(|line| *line == stopping), "{:?}", &lines[done..]);
    assert!(lines[..done].iter().enumerate().all(|(i, line)| *line == (i + 2).to_string()));
    assert_eq!(say_nothing(idle), format!("{stopping}\n"));
}

/// All that somebody is told who has said nothing.
fn say_nothing(mut stream: TcpStream) -> String {
    let mut told = String::new();
    stream.read_to_string(&mut told).expect("the connection is not reset");
    told
}

#[test]
fn garbage_is_answered_and_changes_nothing() {
    let cluster = Cluster::started("counter");
    cluster.leader();
    let at = |id| cluster.port(id, Port::Client);
    let cut = say(at(1), b"incr");
    assert_eq!(cut, "error: the last line has no end, so it was not done\n");
    assert_eq!(say(at(2), b""), "");
    let unknown = say(at(3), b"\x00\x01\xff\xfe\nin\n\n");
    assert!(unknown.lines().all(|line| line.starts_with("error: ")), "{unknown}");
    assert_eq!(unknown.lines().count(), 3);
    let mut long = at(1);
    // It ends before all of this is sent.
    let _ = long.write_all(&[b'a'; 200_000]);
    let mut line = String::new();
    let _ = BufReader::new(long).read_line(&mut line);
    assert!(line.is_empty() || line.starts_with("error: a line has at most"), "{line}");
    assert_eq!(say(at(2), b"get\n"), "0\n");
    let full = say(at(1), b"add 9223372036854775807\nincr\nget\nadd -7\n");
    let lines: Vec<&str> = full.lines().collect();
    let (most, less) = ("9223372036854775807", "9223372036854775800");
    assert_eq!([lines[0], lines[2], lines[3]], [most, most, less]);
    assert!(lines[1].starts_with("error: the counter has no room for that: it counts from -9"));
}

#[test]
fn a_client_that_leaves_before_its_answer_disturbs_nobody() {
    let cluster = Cluster::started("counter");
    cluster.leader();
    for id in [1, 2, 3, 1, 2, 3] {
        let mut stream = cluster.port(id, Port::Client);
        stream.write_all(b"get\n").expect("it is sent");
    }
    assert_eq!(say(cluster.port(1, Port::Client), b"incr\nget\n"), "1\n1\n");
}

#[test]
fn what_one_member_of_a_mesh_says_the_others_deliver_while_one_is_killed() {
    let mut cluster = Cluster::new("mesh", "[settings]\nperiod = \"100ms\"\ndelta = \"2s\"\n");
    for id in 1..=3 {
        cluster.start(id);
    }
    for id in 1..=3 {
        drop(cluster.port(id, Port::Client));
    }
    let status = cluster.status(1, None).expect("it answers");
    let mut names: Vec<&str> = status.lines().filter_map(|line| line.split('=').next()).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "each name once: {status}");
    assert_eq!(say(cluster.port(1, Port::Client), b"say ahoy\n"), "delivered n1:1\n");
    cluster.kill(3);
    // Nobody knows yet that it is dead: it is delivered once that is detected.
    assert_eq!(say(cluster.port(2, Port::Client), b"say all hands\n"), "delivered n2:1\n");
    let begun = Instant::now();
    for (id, from, text) in
        [(1, 1, "ahoy"), (2, 1, "ahoy"), (1, 2, "all hands"), (2, 2, "all hands")]
    {
        let delivered = format!("delivered from=n{from} text=\"{text}\"");
        while cluster.log(id).matches(&delivered).count() != 1 {
            assert!(begun.elapsed() < PATIENCE, "n{id}: {delivered}\n{}", cluster.log(id));
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
