//! A world that is led step by step.

use std::hash::DefaultHasher;

use seatrial_node::{Disk, Duration, Io, OpenError};

use super::*;
use crate::{Latency, Order, Setup, Tape};

/// Adds up what it hears; at five it sets a timer.
#[derive(Clone, Debug, Default, Hash)]
struct Adder(u64);

impl Node for Adder {
    type Config = ();
    type Message = u64;
    type Timer = u64;
    type Request = u64;
    type Response = ();
    type Event = ();

    fn open((): &(), _: &mut Disk<'_>) -> Result<Self, OpenError> {
        Ok(Self::default())
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        match input {
            Input::Request { body, .. } => io.peers().for_each(|peer| io.send(peer, body)),
            Input::Message { body, .. } => self.0 += body,
            Input::Timer(key) => self.0 += key,
            _ => {}
        }
        if self.0 == 5 {
            io.set_timer(100, Duration::from_secs(1));
        }
    }
}

/// Three nodes; n0 has asked the others to add 2, and then 3.
fn world() -> World<Adder> {
    let latency = Latency::constant(Duration::ZERO);
    let setup = Setup { latency, order: Order::Chosen, ..Setup::new(3) };
    let mut world = World::new();
    world.reset(&setup, Tape::scripted(Vec::new()), |_| ());
    world.begin(&mut ()).expect("it starts");
    for body in [2, 3] {
        world.request(NodeId(0), RequestToken(body), body, &mut ()).expect("it can be asked");
    }
    world
}

fn enabled(world: &World<Adder>) -> Vec<Enabled> {
    let mut enabled = Vec::new();
    world.enabled(&mut enabled);
    enabled
}

/// The fingerprints of all nodes, and how many messages are under way.
fn look(world: &World<Adder>) -> (Vec<u64>, usize) {
    let print = |node: &NodeId| {
        let mut hasher = DefaultHasher::new();
        world.hash_node(*node, &mut hasher);
        hasher.finish()
    };
    (world.members().iter().map(print).collect(), world.messages(0).count())
}

/// Lets these happen, by their places among all that may now.
fn happen(world: &mut World<Adder>, places: &[usize]) {
    let enabled = enabled(world);
    for place in places {
        world.let_happen(enabled[*place].number, &mut ()).expect("nobody panics");
    }
}

#[test]
fn any_message_may_arrive_next_and_the_order_at_different_nodes_leaves_no_trace() {
    let to = |event: &Enabled| match event.what {
        Happening::Message { to, .. } => to.0,
        _ => panic!("{event:?}"),
    };
    let receivers: Vec<u32> = enabled(&world()).iter().map(to).collect();
    assert_eq!(receivers, [1, 2, 1, 2]);
    let (mut one, mut other) = (world(), world());
    happen(&mut one, &[0, 3]);
    happen(&mut other, &[3, 0]);
    assert_eq!(look(&one), look(&other));
    assert_ne!(look(&one), look(&world()));
}

#[test]
fn a_delivery_takes_no_time_and_a_timer_does() {
    let mut world = world();
    happen(&mut world, &[0, 2]);
    assert_eq!(world.now().as_nanos(), 0);
    let timer = enabled(&world).pop().expect("n1 has set one");
    assert_eq!(timer.what, Happening::Timer { node: NodeId(1) });
    world.let_happen(timer.number, &mut ()).expect("nobody panics");
    assert_eq!(world.now().as_nanos(), 1_000_000_000);
    assert_eq!(world.node(NodeId(1)).map(|node| node.0), Some(105));
}

#[test]
fn a_node_that_is_killed_takes_along_what_is_on_its_way_to_it_and_nothing_else() {
    let mut world = world();
    happen(&mut world, &[0, 2]);
    world.kill(NodeId(1), &mut ());
    assert!(world.node(NodeId(1)).is_none());
    assert_eq!(enabled(&world).len(), 2, "its timer is gone, and n2 still hears both");
    world.request(NodeId(0), RequestToken(9), 9, &mut ()).expect("it can be asked");
    assert_eq!(enabled(&world).len(), 4, "what is sent to who is down is under way");
    happen(&mut world, &[2]);
    assert_eq!(enabled(&world).len(), 3, "and nobody receives it");
    happen(&mut world, &[2]);
    world.kill(NodeId(0), &mut ());
    assert_eq!(enabled(&world).len(), 2, "what a node has sent stays under way");
    world.kill(NodeId(2), &mut ());
    assert_eq!(enabled(&world), []);
    assert_eq!(world.pending(), 0);
}

#[test]
fn a_node_that_was_taken_down_starts_again_and_has_forgotten_all() {
    let mut world = world();
    happen(&mut world, &[0, 2]);
    world.kill(NodeId(1), &mut ());
    world.start_again(NodeId(1), &mut ()).expect("it can open");
    assert_eq!(world.node(NodeId(1)).map(|node| node.0), Some(0));
    happen(&mut world, &[0]);
    world.start_again(NodeId(2), &mut ()).expect("it is up");
    assert_eq!(world.node(NodeId(2)).map(|node| node.0), Some(2), "who is up goes on");
}

#[test]
fn a_message_that_is_lost_does_not_arrive() {
    let mut world = world();
    let number = enabled(&world)[0].number;
    world.lose(number);
    world.lose(number);
    assert_eq!(enabled(&world).len(), 3);
    assert_eq!(world.counts().dropped, 1);
}

/// n1 alone, with a timer that it has set, and with nothing under way.
fn alone() -> World<Adder> {
    let mut world = world();
    happen(&mut world, &[0, 2]);
    for other in [NodeId(0), NodeId(2)] {
        world.kill(other, &mut ());
    }
    assert_eq!(enabled(&world).len(), 1);
    world
}

#[test]
fn a_node_that_went_back_to_where_it_stood_is_as_a_copy_of_its_world_is() {
    let mut copy = alone();
    let point = copy.standpoint(NodeId(1));
    assert_eq!(point.node().map(|node| node.0), Some(5));
    let mut world = copy.clone();
    happen(&mut world, &[0]);
    world.request(NodeId(1), RequestToken(9), 9, &mut ()).expect("it can be asked");
    world.kill(NodeId(1), &mut ());
    assert_ne!(look(&world), look(&copy));
    world.stand_at(&point);
    assert_eq!(look(&world), look(&copy));
    assert_eq!(enabled(&world), enabled(&copy));
    assert_eq!(world.moment(), copy.moment());
    happen(&mut world, &[0]);
    happen(&mut copy, &[0]);
    assert_eq!(look(&world), look(&copy));
    assert_eq!(world.moment(), copy.moment());
    assert_eq!(world.node(NodeId(1)).map(|node| node.0), Some(105));
}

#[test]
fn a_node_that_is_down_stands_on_its_disk_and_starts_again_there() {
    let mut world = alone();
    world.kill(NodeId(1), &mut ());
    let point = world.standpoint(NodeId(1));
    assert!(point.node().is_none());
    world.start_again(NodeId(1), &mut ()).expect("it can open");
    world.stand_at(&point);
    assert!(world.node(NodeId(1)).is_none() && enabled(&world).is_empty());
    world.start_again(NodeId(1), &mut ()).expect("it can open");
    assert_eq!(world.node(NodeId(1)).map(|node| node.0), Some(0));
}

#[test]
fn a_message_that_never_was_under_way_can_be_handed_over() {
    let mut world = world();
    let sum = |world: &World<Adder>| world.node(NodeId(1)).map(|node| node.0);
    world.hand(NodeId(7), NodeId(1), 50, &mut ()).expect("nobody panics");
    assert_eq!(sum(&world), Some(0), "n7 is no member");
    world.hand(NodeId(2), NodeId(1), 50, &mut ()).expect("nobody panics");
    assert_eq!(sum(&world), Some(50));
}

#[test]
#[should_panic(expected = "its setup has to say `Order::Chosen`")]
fn a_world_that_goes_by_time_cannot_be_led() {
    let mut world: World<Adder> = World::new();
    world.reset(&Setup::new(2), Tape::seeded(1), |_| ());
    let _ = world.begin(&mut ());
}
