//! What real processes have said, read again however it is cut.

use std::io::{BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use seatrial_conformance::bytes::{Pieces, read_frames, read_parcels};
use seatrial_conformance::{Act, Asked};
use seatrial_hosts::pipe::{read_parcel, write_parcel};
use seatrial_hosts::tcp::{Ask, Hello, Role};
use seatrial_node::{Wire, seal};

use super::Kind;
use super::cluster::{Cluster, PATIENCE, WHILE};

/// How many answers are recorded.
const ANSWERS: usize = 5;

fn shown() -> Vec<u8> {
    let mut body = Vec::new();
    Asked(vec![Act::Show]).encode(&mut body);
    body
}

/// All that a member says to a client that asks some things.
fn recorded_on_tcp() -> Vec<u8> {
    let mut cluster = Cluster::new(Kind::Tcp, None);
    cluster.start(1);
    let begun = std::time::Instant::now();
    let mut stream = loop {
        match TcpStream::connect(("127.0.0.1", cluster.ports[0][1])) {
            Ok(stream) => break stream,
            Err(error) => assert!(begun.elapsed() < PATIENCE, "{error}"),
        }
        std::thread::sleep(WHILE);
    };
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a limit");
    let mut said = Vec::new();
    let (cluster, protocol) = ("conformance".to_owned(), "conformance".to_owned());
    seal(&Hello { cluster, protocol, role: Role::Client }, &mut said);
    for number in 1..=ANSWERS as u64 {
        seal(&Ask::Request { number, body: shown() }, &mut said);
    }
    stream.write_all(&said).expect("it listens");
    let (mut heard, mut bytes) = (Vec::new(), [0; 4_096]);
    while read_frames(std::iter::once(&heard[..])).0.len() <= ANSWERS {
        let count = stream.read(&mut bytes).expect("it answers");
        assert!(count > 0, "it hung up");
        heard.extend_from_slice(&bytes[..count]);
    }
    heard
}

/// All that a process says on its pipe, carried on by its own codec.
fn recorded_on_a_pipe() -> Vec<u8> {
    let mut cluster = Cluster::new(Kind::Pipe, None);
    let child = cluster.start(1);
    let mut input = child.stdin.take().expect("a pipe");
    let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut said = Vec::new();
    for number in 1..=ANSWERS as u64 {
        write_parcel(3, number, &shown(), &mut said);
    }
    input.write_all(&said).expect("it listens");
    let mut heard = Vec::new();
    for _ in 0..ANSWERS {
        let parcel = read_parcel(&mut output).expect("a frame").expect("an answer");
        write_parcel(parcel.kind, parcel.number, &parcel.bytes, &mut heard);
    }
    heard
}

#[test]
fn a_recorded_stream_gives_the_same_frames_however_it_is_cut() {
    let stream = recorded_on_tcp();
    let whole = read_frames(std::iter::once(&stream[..]));
    assert_eq!((whole.0.len(), whole.1), (ANSWERS + 1, true));
    assert_eq!(read_frames(stream.chunks(1)), whole, "byte by byte");
    for cut in 0..=stream.len() {
        let (first, rest) = stream.split_at(cut);
        assert_eq!(read_frames([first, rest].into_iter()), whole, "cut at {cut}");
        let (begun, is_good) = read_frames(std::iter::once(first));
        assert!(is_good && whole.0.starts_with(&begun), "ended at {cut}");
    }
}

#[test]
fn a_recorded_pipe_gives_the_same_frames_however_it_is_cut() {
    let stream = recorded_on_a_pipe();
    let whole = read_parcels(&stream[..]);
    assert_eq!((whole.0.len(), whole.1), (ANSWERS, true));
    for size in 1..=stream.len() {
        assert_eq!(read_parcels(Pieces::new(&stream, size)), whole, "pieces of {size}");
    }
    for cut in 0..=stream.len() {
        let (first, rest) = stream.split_at(cut);
        assert_eq!(read_parcels(first.chain(rest)), whole, "cut at {cut}");
        let (begun, _) = read_parcels(first);
        assert!(whole.0.starts_with(&begun), "ended at {cut}");
    }
}
