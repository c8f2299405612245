//! Nodes behind pipes: what goes over them, and a cluster whose messages a front end in Python carries.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::Shutdown;
use std::path::Path;
use std::process::{Command, Stdio};

use seatrial_counter::{Add, CounterState, Read as Total, Sum};
use seatrial_hosts::pipe::{read_parcel, write_parcel};
use seatrial_hosts::tcp::{Hello, Role};
use seatrial_node::{seal, seal_with};
use seatrial_server::ServiceClient;

use super::support::{Cluster, PATIENCE, Port};

/// What one member alone of three says to these frames, until it is told no more.
fn say(cluster: &Cluster, frames: &[u8]) -> (Vec<(u8, u64, String)>, Option<i32>, String) {
    let mut command = cluster.command(1);
    command.arg("--pipe").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(frames).expect("it reads");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let (mut out, mut said) = (output.stdout.as_slice(), Vec::new());
    while let Some(parcel) = read_parcel(&mut out).expect("it says nothing but frames") {
        let text = String::from_utf8_lossy(&parcel.bytes).into_owned();
        said.push((parcel.kind, parcel.number, text));
    }
    (said, output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn what_makes_no_sense_is_answered_under_its_number_and_a_broken_pipe_ends_the_process() {
    let cluster = Cluster::new("counter", "");
    let mut frames = Vec::new();
    write_parcel(2, 7, b"nonsense", &mut frames);
    write_parcel(3, 8, b"\xff", &mut frames);
    write_parcel(9, 9, b"", &mut frames);
    write_parcel(5, 11, b"", &mut frames);
    write_parcel(1, 2, b"no frame", &mut frames);
    write_parcel(1, 99, b"", &mut frames);
    write_parcel(2, 10, b"more nonsense", &mut frames);
    let (said, code, log) = say(&cluster, &frames);
    assert_eq!(code, Some(0), "{log}");
    let to = |number| said.iter().find(|(_, to, _)| *to == number).expect("an answer");
    assert_eq!((to(7).0, to(7).2.starts_with("error: \"nonsense\" is no command")), (2, true));
    assert_eq!(
        (to(8).0, to(8).2.as_str()),
        (4, "version 255 of the format; this program reads version 1")
    );
    assert_eq!((to(9).0, to(9).2.as_str()), (4, "kind 9; there are 1 to 3, and 5"));
    assert_eq!(to(10).0, 2);
    assert!(to(11).0 == 5 && to(11).2.contains("role=follower\n"), "{:?}", to(11));
    assert!(log.contains("a message cannot be read from=2"), "{log}");
    assert!(log.contains("the sender is no member"), "{log}");

    let (_, code, log) = say(&cluster, &[0xff; 40]);
    assert_eq!(code, Some(2));
    assert!(log.contains("error: the pipe: a frame of 34359738367 bytes"), "{log}");
    let (_, code, log) = say(&cluster, &[20, 1]);
    assert_eq!(code, Some(2));
    assert!(log.ends_with("error: the pipe: the input ended within a frame\n"), "{log}");
}

/// The command that makes a process this member, with Python in front of it.
fn front(cluster: &Cluster, id: usize) -> Command {
    let front = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/front.py");
    let mut command = Command::new("python3");
    command.arg(front).arg(env!("CARGO_BIN_EXE_seatrial-server")).arg("counter");
    command.arg(cluster.path("cluster.toml")).arg(id.to_string());
    command
}

#[test]
fn python_ends_a_connection_on_which_something_makes_no_sense_and_serves_on() {
    let mut cluster = Cluster::new("counter", "");
    cluster.launch_by(front);
    cluster.start(1);
    let sealed = |bytes: &[u8]| {
        let mut frame = Vec::new();
        seal_with(&mut frame, |out| out.extend_from_slice(bytes));
        frame
    };
    let mut greeting = Vec::new();
    let hello = Hello { cluster: "harbour".into(), protocol: "counter".into(), role: Role::Client };
    seal(&hello, &mut greeting);
    let met = |bytes: &[u8]| [greeting.clone(), sealed(bytes)].concat();
    let mut damaged = met(&[1; 20]);
    *damaged.last_mut().expect("it has bytes") ^= 1;
    for (port, said) in [
        (Port::Client, b"Snonsense, and more of it".to_vec()),
        (Port::Client, sealed(&[])),
        (Port::Client, sealed(b"\x09\0\0\0nonsense")),
        (Port::Client, met(&[])),
        (Port::Client, met(&[1, 7])),
        (Port::Client, met(&[9; 20])),
        (Port::Client, damaged),
        (Port::Peer, vec![0xff; 40]),
        (Port::Peer, vec![9; 40]),
    ] {
        let mut stream = cluster.port(1, port);
        stream.set_read_timeout(Some(PATIENCE)).expect("a time");
        stream.write_all(&said).expect("it is sent");
        let ended = stream.read_to_end(&mut Vec::new());
        let is_late = |error: &io::Error| error.kind() == io::ErrorKind::WouldBlock;
        assert!(!ended.as_ref().is_err_and(is_late), "{port:?}: {said:?}: {}", cluster.log(1));
    }
    let mut stream = cluster.port(1, Port::Client);
    stream.write_all(b"nonsense\n").expect("it is sent");
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).expect("an answer");
    assert!(answer.starts_with("error: \"nonsense\" is no command"), "{answer}");
    let mut stream = cluster.port(1, Port::Client);
    let _ = stream.write_all(&[b'x'; 200_000]);
    let mut answer = String::new();
    // What it has not read by then resets the connection, perhaps before the answer is here.
    let _ = BufReader::new(stream).read_line(&mut answer);
    assert!(["", "error: a line has at most 65536 bytes\n"].contains(&answer.as_str()), "{answer}");
    for told in [
        "front: a client is refused: no frame",
        "front: a client's connection is ended: a frame that was changed",
        "front: a client's connection is ended: its line does not end",
        "front: a member's connection is ended: a frame of ",
    ] {
        cluster.has_logged(1, told);
    }
    assert!(!cluster.log(1).contains("Traceback"), "{}", cluster.log(1));
}

#[test]
fn a_cluster_whose_messages_python_carries_serves_and_survives_a_kill() {
    let mut cluster = Cluster::new("counter", "");
    cluster.launch_by(front);
    for id in 1..=3 {
        cluster.start(id);
    }
    let say = |cluster: &Cluster, id: usize, line: &str| {
        let begun = std::time::Instant::now();
        loop {
            let mut stream = cluster.port(id, Port::Client);
            writeln!(stream, "{line}").expect("it is sent");
            let _ = stream.shutdown(Shutdown::Write);
            let mut answer = String::new();
            let _ = BufReader::new(stream).read_line(&mut answer);
            let is_done = !answer.is_empty() && !answer.starts_with(['e', 'u']);
            if is_done || begun.elapsed() > PATIENCE {
                return answer.trim_end().to_owned();
            }
        }
    };
    assert_eq!(say(&cluster, 1, "@5.1 incr"), "1");
    assert_eq!(say(&cluster, 2, "@5.2 add 41"), "42");
    cluster.kill(3);
    assert_eq!(say(&cluster, 1, "@5.3 incr"), "43", "two of three are enough");
    // A client in frames is served, too, and one who means somebody else is told so.
    let mut counter = ServiceClient::<CounterState>::of(&cluster.file(), "counter", PATIENCE);
    assert_eq!(counter.as_mut().expect("a client").command(Add(7)), Ok(Sum::Total(50)));
    let mut map = ServiceClient::<CounterState>::of(&cluster.file(), "raft-kv", PATIENCE);
    let error = map.as_mut().expect("a client").query(Total).expect_err("no map").to_string();
    assert!(error.ends_with("refused: counter is spoken here"), "{error}");
    assert!(cluster.status(1, None).expect("it answers").contains("role="));
    // Its node ends with the pipe, and lets go of its directory.
    cluster.start(3);
    assert_eq!(say(&cluster, 3, "@5.3 incr"), "43", "it counts once");
    assert_eq!(say(&cluster, 3, "get"), "50");
    for id in 1..=3 {
        assert_eq!(cluster.stop(id).code(), Some(0), "{}", cluster.log(id));
        assert!(!cluster.log(id).contains("Traceback"), "{}", cluster.log(id));
    }
}
