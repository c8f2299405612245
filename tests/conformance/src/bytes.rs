//! What hosts read from outside, each as a function of any bytes that panics where something does not hold: that reading never panics,
//! that it takes no more memory than what has come, and that what was read is what its own bytes are read as.
//!
//! The fuzzer (`fuzz/`) and the tests of this crate feed the same functions.

use std::io::Read;
use std::path::Path;

use seatrial_hosts::ClusterFile;
use seatrial_hosts::pipe::{Parcel, read_parcel, write_parcel};
use seatrial_hosts::tcp::{Ask, Frames, Hello, Told, Welcome};
use seatrial_kv::{Command, Kv, Output, Query};
use seatrial_node::{FRAME_HEADER, Node, Wire, seal_with};
use seatrial_server::maelstrom;
use seatrial_service::{Request, Response};

/// The name of a target, and the target.
pub type Target = (&'static str, fn(&[u8]));

/// All targets: the name that the fuzzer knows each by, and the function.
pub const TARGETS: [Target; 7] = [
    ("frames", frames),
    ("greetings", greetings),
    ("asks", asks),
    ("pipe", pipe),
    ("messages", messages),
    ("maelstrom_lines", maelstrom_lines),
    ("cluster_file", cluster_file),
];

/// The longest content that the frames of this module may have, in bytes.
pub const FRAME_LIMIT: usize = 1_000;

/// The contents of the frames in a stream that comes in these pieces, and whether the stream can be read on.
pub fn read_frames<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> (Vec<Vec<u8>>, bool) {
    let mut frames = Frames::new(FRAME_LIMIT);
    let (mut out, mut come) = (Vec::new(), 0);
    for piece in pieces {
        come += piece.len();
        frames.room().extend_from_slice(piece);
        // A vector that grows has up to twice what it holds.
        assert!(frames.room().capacity() <= 2 * come + 64, "memory that nothing has come for");
        loop {
            match frames.take() {
                Ok(Some(content)) => out.push(content.to_vec()),
                Ok(None) => break,
                Err(_) => return (out, false),
            }
        }
    }
    (out, true)
}

/// The parcels in a stream, and whether it ended between two of them.
pub fn read_parcels(mut input: impl Read) -> (Vec<Parcel>, bool) {
    let mut out = Vec::new();
    loop {
        match read_parcel(&mut input) {
            Ok(Some(parcel)) => out.push(parcel),
            Ok(None) => return (out, true),
            Err(_) => return (out, false),
        }
    }
}

/// A stream that comes piece by piece.
#[derive(Clone, Debug)]
pub struct Pieces<'a> {
    rest: &'a [u8],
    size: usize,
}

impl<'a> Pieces<'a> {
    /// Pieces of so many bytes, which is not zero.
    pub const fn new(bytes: &'a [u8], size: usize) -> Self {
        Self { rest: bytes, size }
    }
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.size.min(buffer.len()).min(self.rest.len());
        let (now, later) = self.rest.split_at(count);
        buffer[..count].copy_from_slice(now);
        self.rest = later;
        Ok(count)
    }
}

/// A stream of frames between members, or from a client.
pub fn frames(bytes: &[u8]) {
    let (whole, is_good) = read_frames(std::iter::once(bytes));
    for size in [1, 7, FRAME_HEADER] {
        assert_eq!(read_frames(bytes.chunks(size)), (whole.clone(), is_good), "pieces of {size}");
    }
    let mut again = Vec::new();
    for content in &whole {
        assert!(content.len() <= FRAME_LIMIT, "a frame beyond the limit");
        seal_with(&mut again, |out| out.extend_from_slice(content));
    }
    assert!(bytes.starts_with(&again), "other frames came out than went in");
}

/// The first frame each way.
pub fn greetings(bytes: &[u8]) {
    reads_itself::<Hello>(bytes);
    reads_itself::<Welcome>(bytes);
}

/// What clients and members say to each other.
pub fn asks(bytes: &[u8]) {
    reads_itself::<Ask>(bytes);
    reads_itself::<Told>(bytes);
}

/// A stream of frames on a pipe.
pub fn pipe(bytes: &[u8]) {
    let (whole, is_good) = read_parcels(bytes);
    assert_eq!(read_parcels(Pieces::new(bytes, 1)), (whole.clone(), is_good));
    let mut again = Vec::new();
    for Parcel { kind, number, bytes } in &whole {
        write_parcel(*kind, *number, bytes, &mut again);
    }
    assert_eq!(read_parcels(&again[..]), (whole, true));
}

/// Messages of a service and of Raft below it, requests and answers.
pub fn messages(bytes: &[u8]) {
    reads_itself::<<Kv as Node>::Message>(bytes);
    reads_itself::<Request<Command, Query>>(bytes);
    reads_itself::<Response<Output>>(bytes);
}

/// Lines of JSON on the standard input of a node under Maelstrom, one that talks to others and one that asks a service. Whatever comes, it
/// answers in JSON and goes on to the end.
pub fn maelstrom_lines(bytes: &[u8]) {
    for workload in [maelstrom::Workload::LinKv, maelstrom::Workload::GCounterSeqKv] {
        let mut out = Vec::new();
        let input = std::io::Cursor::new(bytes.to_vec());
        maelstrom::serve(workload, input, &mut out).expect("a vector takes all");
        for line in out.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let message: serde_json::Value = serde_json::from_slice(line).expect("it says JSON");
            assert!(message["body"]["type"].is_string(), "{message}");
        }
    }
}

/// A cluster file. What is wrong with it is said with its line.
pub fn cluster_file(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match ClusterFile::parse(Path::new("cluster.toml"), &text, &[]) {
        Ok(file) => {
            assert!(!file.members.is_empty(), "a cluster without members");
            assert!(file.members.windows(2).all(|pair| pair[0].id < pair[1].id), "out of order");
        }
        Err(error) => {
            let error = error.to_string();
            assert!(error.starts_with("cluster.toml:"), "{error}");
        }
    }
}

/// What is read has a form, and that is read as the same.
fn reads_itself<T: Wire>(bytes: &[u8]) {
    let Ok(value) = T::decode(bytes) else { return };
    let form = |value: &T| {
        let mut form = Vec::new();
        value.encode(&mut form);
        form
    };
    let first = form(&value);
    let again = T::decode(&first).expect("it has written this itself");
    assert_eq!(form(&again), first, "another value came back");
}
