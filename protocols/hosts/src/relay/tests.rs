//! What a relay does to what it carries, between sockets of the test. Nothing here is timed: what must not come is looked for by way of
//! what must, and what was done is counted.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use super::*;

const A: NodeId = NodeId(1);
const B: NodeId = NodeId(2);

/// A relay between two, and a connection that A has made to B: its two ends.
struct Two {
    relay: Relay,
    listener: TcpListener,
}

impl Two {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let relay = Relay::begin(&[(A, "127.0.0.1:1".to_owned()), (B, address)]).expect("a relay");
        Self { relay, listener }
    }

    fn connect(&self) -> (TcpStream, TcpStream) {
        let near = TcpStream::connect(self.relay.address(A, B)).expect("it listens");
        let (far, _) = self.listener.accept().expect("it connects");
        (near, far)
    }

    fn set(&self, from: NodeId, to: NodeId, trouble: Trouble) {
        self.relay.set(from, to, trouble);
    }

    /// Waits until something can be seen of a way.
    fn until(&self, from: NodeId, to: NodeId, seen: impl Fn(Felt) -> bool) -> Felt {
        loop {
            let felt = self.relay.felt(from, to);
            if seen(felt) {
                return felt;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

fn say(stream: &mut TcpStream, what: &[u8]) {
    stream.write_all(what).expect("it is open");
}

fn hear(stream: &mut TcpStream, count: usize) -> Vec<u8> {
    let mut heard = vec![0; count];
    stream.read_exact(&mut heard).expect("it comes");
    heard
}

/// Whether nothing has come, and nothing has ended.
fn is_silent(stream: &mut TcpStream) -> bool {
    stream.set_nonblocking(true).expect("ours");
    let silent =
        matches!(stream.peek(&mut [0]), Err(error) if error.kind() == io::ErrorKind::WouldBlock);
    stream.set_nonblocking(false).expect("ours");
    silent
}

const CUT: Trouble = Trouble { cut: true, delay: Duration::ZERO, rate: 0 };

#[test]
fn what_is_said_comes_and_so_does_the_end() {
    let two = Two::new();
    let (mut near, mut far) = two.connect();
    let long: Vec<u8> = (0..200_000_u32).map(|i| i as u8).collect();
    let sent = long.clone();
    let mut writing = near.try_clone().expect("ours");
    let writer = std::thread::spawn(move || say(&mut writing, &sent));
    assert_eq!(hear(&mut far, long.len()), long);
    writer.join().expect("it ends");
    say(&mut far, b"aye");
    assert_eq!(hear(&mut near, 3), b"aye");
    near.shutdown(std::net::Shutdown::Write).expect("ours");
    assert_eq!(far.read(&mut [0]).expect("no error"), 0, "it has ended in order");
    say(&mut far, b"still here");
    assert_eq!(hear(&mut near, 10), b"still here");
    drop(far);
    assert_eq!(near.read(&mut [0]).expect("no error"), 0);
    assert_eq!(two.relay.felt(A, B), Felt { carried: 200_000, ..Felt::default() });
}

#[test]
fn a_way_that_is_cut_withholds_all_and_the_way_back_goes_on() {
    let two = Two::new();
    let (mut near, mut far) = two.connect();
    two.set(A, B, CUT);
    say(&mut near, b"lost at sea");
    nothing_comes_but_the_other_way(&mut near, &mut far);
    assert_eq!(two.relay.felt(B, A).withheld, 0);
    two.set(A, B, Trouble::default());
    assert_eq!(hear(&mut far, 11), b"lost at sea", "it was withheld, and is not lost");
    assert_eq!(two.until(A, B, |felt| felt.carried == 11).withheld, 11);
}

#[test]
fn nobody_connects_through_a_cut_and_no_end_is_told_through_one() {
    let two = Two::new();
    two.set(A, B, CUT);
    let mut near = TcpStream::connect(two.relay.address(A, B)).expect("it listens");
    say(&mut near, b"ahoy");
    two.listener.set_nonblocking(true).expect("ours");
    for _ in 0..50 {
        assert!(two.listener.accept().is_err(), "nothing has come through");
        std::thread::yield_now();
    }
    two.listener.set_nonblocking(false).expect("ours");
    two.set(A, B, Trouble::default());
    let (mut far, _) = two.listener.accept().expect("it connects now");
    assert_eq!(hear(&mut far, 4), b"ahoy");
    two.set(A, B, CUT);
    near.shutdown(std::net::Shutdown::Write).expect("ours");
    say(&mut far, b"?");
    assert_eq!(hear(&mut near, 1), b"?");
    assert!(is_silent(&mut far), "the end is withheld");
    two.set(A, B, Trouble::default());
    assert_eq!(far.read(&mut [0]).expect("no error"), 0);
}

#[test]
fn a_connection_that_is_reset_breaks_at_both_ends_and_the_next_one_works() {
    let two = Two::new();
    let (mut near, mut far) = two.connect();
    say(&mut near, b"ahoy");
    assert_eq!(hear(&mut far, 4), b"ahoy");
    assert_eq!(two.relay.reset(B, A), 0, "B has made none");
    assert_eq!(two.relay.reset(A, B), 1);
    for end in [&mut near, &mut far] {
        let error = end.read(&mut [0]).expect_err("broken, not ended");
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
    }
    let (mut near, mut far) = two.connect();
    say(&mut near, b"again");
    assert_eq!(hear(&mut far, 5), b"again");
    assert_eq!(two.relay.felt(A, B).reset, 1);
}

/// Sees that what goes the other way comes, again and again, and that nothing comes this way meanwhile.
fn nothing_comes_but_the_other_way(near: &mut TcpStream, far: &mut TcpStream) {
    for _ in 0..50 {
        say(far, b"prompt");
        assert_eq!(hear(near, 6), b"prompt");
        assert!(is_silent(far));
    }
}

#[test]
fn what_is_delayed_does_not_come_before_its_time_and_comes_whole_then() {
    let two = Two::new();
    let (mut near, mut far) = two.connect();
    // Longer than any test.
    two.set(A, B, Trouble { delay: Duration::from_secs(3_600), ..Trouble::default() });
    say(&mut near, b"late");
    two.until(A, B, |felt| felt.delayed == 4);
    nothing_comes_but_the_other_way(&mut near, &mut far);
    two.set(A, B, Trouble { delay: Duration::from_millis(20), ..Trouble::default() });
    let (mut near, mut far) = two.connect();
    say(&mut near, b"in time");
    assert_eq!(hear(&mut far, 7), b"in time");
    assert_eq!(two.until(A, B, |felt| felt.carried == 7).delayed, 11);
}

#[test]
fn a_slow_way_lets_no_more_through_than_its_rate_and_all_of_it_in_order() {
    let two = Two::new();
    let (mut near, mut far) = two.connect();
    let long: Vec<u8> = (0..2_000_u32).map(|i| (i % 251) as u8).collect();
    // So slow that the first of it takes longer than any test.
    two.set(A, B, Trouble { rate: 1, ..Trouble::default() });
    say(&mut near, &long[..256]);
    two.until(A, B, |felt| felt.slowed == 256);
    nothing_comes_but_the_other_way(&mut near, &mut far);
    two.set(A, B, Trouble { rate: 20_000, ..Trouble::default() });
    let (mut near, mut far) = two.connect();
    say(&mut near, &long);
    assert_eq!(hear(&mut far, long.len()), long);
    assert_eq!(two.until(A, B, |felt| felt.carried == 2_000).slowed, 2_256);
}

#[test]
fn a_member_that_is_not_there_is_told_by_the_connection_s_end() {
    let two = Two::new();
    let mut far = TcpStream::connect(two.relay.address(B, A)).expect("the relay listens");
    assert!(matches!(far.read(&mut [0]), Ok(0) | Err(_)), "nobody listens at A's port");
}

#[test]
fn a_relay_that_is_dropped_lets_go_of_everything() {
    let two = Two::new();
    let (mut near, _far) = two.connect();
    let address = two.relay.address(A, B);
    drop(two.relay);
    assert!(matches!(near.read(&mut [0]), Ok(0) | Err(_)));
    assert!(TcpStream::connect(address).is_err(), "nobody listens there any more");
}
