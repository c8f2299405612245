//! What the contract says of hosts, held against the engine that all of ours share.

use std::time::Duration as Span;

use seatrial_node::{Duration, FileName};

use super::*;
use crate::disk::Memory;

const LOG: FileName = FileName::new("log");

/// Writes down what happens to it, and does what its requests say.
#[derive(Default)]
struct Scribe {
    seen: Vec<String>,
    clocks: Vec<(Instant, Instant)>,
}

impl Node for Scribe {
    type Config = ();
    type Message = &'static str;
    type Timer = &'static str;
    type Request = &'static str;
    type Response = &'static str;
    type Event = ();

    fn open((): &(), _: &mut Disk<'_>) -> Result<Self, OpenError> {
        Ok(Self::default())
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        let begun = io.now();
        self.seen.push(match input {
            Input::Start => "start".to_owned(),
            Input::Message { from, body } => format!("{body} of {from}"),
            Input::Timer(timer) => format!("{timer} is due"),
            Input::Synced { token, result } => format!("sync {} is {result:?}", token.0),
            Input::Read { token, result } => format!("read {} is {result:?}", token.0),
            Input::Request { token, body } => {
                match body {
                    "say" => {
                        io.send(io.me(), "own");
                        io.send(NodeId(2), "other");
                    }
                    "ask" => io.reply(token, "answer"),
                    "write" => {
                        io.append(LOG, b"ahoy");
                        io.sync(LOG);
                        io.read(LOG, 1, 9);
                    }
                    "again" => io.set_timer("again", Duration::ZERO),
                    timer => {
                        io.set_timer(timer, Duration::from_secs(3_600));
                        io.set_timer(timer, Duration::from_millis(1));
                        io.set_timer("never", Duration::from_millis(1));
                        io.cancel_timer(&"never");
                    }
                }
                format!("{body} is asked")
            }
            _ => "something new".to_owned(),
        });
        if self.seen.last().is_some_and(|seen| seen == "again is due") {
            io.set_timer("again", Duration::ZERO);
        }
        self.clocks.push((begun, io.now()));
    }
}

#[derive(Default)]
struct Post {
    sent: Vec<(NodeId, &'static str)>,
    told: Vec<(RequestToken, &'static str)>,
}

impl Carrier<Scribe> for Post {
    fn send(&mut self, to: NodeId, body: &'static str) {
        self.sent.push((to, body));
    }

    fn reply(&mut self, to: RequestToken, body: &'static str) {
        self.told.push((to, body));
    }
}

fn engine(life: u64) -> Engine<Scribe> {
    let life = Life { me: NodeId(1), members: vec![NodeId(1), NodeId(2)], number: life };
    Engine::open(life, &(), &mut Memory::default()).expect("it opens")
}

#[test]
fn the_first_input_of_a_life_is_start_and_the_others_come_in_order() {
    let (mut engine, mut post) = (engine(1), Post::default());
    engine.message(NodeId(2), "early");
    engine.request("say");
    engine.message(NodeId(2), "late");
    assert!(!engine.turn(&mut post));
    let expected = ["start", "early of n2", "say is asked", "late of n2", "own of n1"];
    assert_eq!(engine.node().seen, expected, "what it says to itself comes after what had come");
    assert_eq!(post.sent, [(NodeId(2), "other")]);
}

#[test]
fn a_sync_is_told_when_the_disk_has_done_it_and_not_before() {
    let (mut engine, mut post, mut disk) = (engine(1), Post::default(), Memory::default());
    engine.request("write");
    engine.turn(&mut post);
    assert_eq!(engine.node().seen.len(), 2);
    assert!(!engine.is_settled(), "the disk has work to do");
    for done in disk.perform(engine.take_jobs()) {
        engine.done(done);
    }
    engine.turn(&mut post);
    let bytes = b"hoy".to_vec();
    let read = format!("read 2 is {:?}", Ok::<_, ()>(bytes));
    assert_eq!(engine.node().seen[2..], ["sync 1 is Ok(())".to_owned(), read]);
    assert!(engine.is_settled() && engine.take_jobs().is_empty());
}

#[test]
fn a_timer_that_was_set_again_comes_once_at_its_later_time_and_a_cancelled_one_never() {
    let (mut engine, mut post) = (engine(1), Post::default());
    engine.request("tick");
    engine.turn(&mut post);
    let wait = engine.until_due().expect("it is set");
    assert!(wait <= Span::from_millis(1), "the hour was replaced");
    std::thread::sleep(Span::from_millis(3));
    engine.turn(&mut post);
    engine.turn(&mut post);
    assert_eq!(engine.node().seen[1..], ["tick is asked", "tick is due"]);
    assert_eq!(engine.until_due(), None);
}

#[test]
fn a_timer_that_is_due_at_once_for_ever_lets_messages_through() {
    let (mut engine, mut post) = (engine(1), Post::default());
    engine.request("again");
    engine.turn(&mut post);
    engine.message(NodeId(2), "through");
    for _ in 0..3 {
        engine.turn(&mut post);
    }
    assert!(engine.node().seen.iter().any(|seen| seen == "through of n2"));
}

#[test]
fn the_clock_stands_still_while_an_input_is_handled_and_goes_on_between() {
    let (mut engine, mut post) = (engine(1), Post::default());
    engine.turn(&mut post);
    std::thread::sleep(Span::from_millis(2));
    engine.message(NodeId(2), "later");
    engine.turn(&mut post);
    let clocks = &engine.node().clocks;
    assert!(clocks.iter().all(|(begun, ended)| begun == ended));
    assert!(clocks[1].0 >= clocks[0].0 + Duration::from_millis(2));
}

#[test]
fn no_two_requests_have_the_same_token_not_even_in_two_lives() {
    let mut tokens = Vec::new();
    for life in 1..4 {
        let (mut engine, mut post) = (engine(life), Post::default());
        let asked = [engine.request("ask"), engine.request("ask")];
        engine.turn(&mut post);
        assert_eq!(post.told, asked.map(|token| (token, "answer")));
        tokens.extend(asked);
    }
    tokens.sort();
    tokens.dedup();
    assert_eq!(tokens.len(), 6);
}
