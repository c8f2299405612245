//! Total order: the promises of a sequencer in every order and with a crash at every send, with detectors that are wrong, and against
//! frames that nobody can have sent.

use std::sync::Arc;

use seatrial_detectors::Omega;
use seatrial_node::{
    Disk, Duration, Effect, Input, Instant, NoStorage, Node, NodeId, OpenError, Probe,
};

use super::judge::{ORDERED, Property, broken};
use super::promises::{Crashes, holds};
use super::world::{Oracle, Plan, Warn, Wire, World};
use crate::{
    BroadcastEvent, ConsensusConfig, ConsensusMessage, ConsensusOrder, Part, SequencerConfig,
    SequencerFrame, SequencerOrder,
};

pub(super) type Sequencer = SequencerOrder<u64, Wire<SequencerFrame<u64>>, Omega<Oracle>>;

impl Warn for Sequencer {
    fn warning(crashed: NodeId) -> Option<Self::Message> {
        Some(Part::Detector(crashed))
    }
}

#[test]
fn a_sequencer_keeps_the_order_while_a_majority_lives() {
    holds::<Sequencer>(&SequencerConfig::default(), Crashes::Minority, ORDERED);
}

/// The first property that breaks where a second member is led to believe that the sequencer is dead, and both go on for a while.
pub(super) fn first_fenced_broken(
    config: &SequencerConfig<(), ()>,
    properties: &[Property],
) -> Option<Property> {
    (0..2_000).find_map(|seed| {
        let nodes = 3 + (seed % 3) as u32;
        let mut world = World::<Sequencer>::new(Plan { nodes, seed, ..Plan::default() }, config);
        for payload in 0..8 {
            world.broadcast(NodeId((payload * 5 + seed) as u32 % nodes), payload);
            let steps = world.below(6);
            world.carry(steps);
            if payload == 2 {
                world.handle(NodeId(1), Input::Message { from: NodeId(1), body: warning() });
            }
        }
        // The detector settles: nobody trusts the first member any more.
        for node in 0..nodes {
            let me = NodeId(node);
            if node > 0 {
                world.handle(me, Input::Message { from: me, body: warning() });
            }
        }
        world.settle_until(Instant::ZERO + Duration::from_millis(450));
        broken(&world.log, nodes, &world.crashed, properties)
    })
}

fn warning() -> <Sequencer as Node>::Message {
    Part::Detector(NodeId(0))
}

#[test]
fn a_detector_that_is_wrong_costs_time_and_no_promise() {
    assert_eq!(first_fenced_broken(&SequencerConfig::default(), ORDERED), None);
}

#[test]
fn without_a_majority_nothing_is_delivered_and_nothing_wrong() {
    let config = SequencerConfig::default();
    let mut world = World::<Sequencer>::new(Plan { nodes: 4, seed: 1, ..Plan::default() }, &config);
    world.crash(NodeId(0));
    world.crash(NodeId(1));
    world.settle_until(Instant::ZERO + Duration::from_secs(1));
    world.broadcast(NodeId(2), 7);
    world.settle_until(Instant::ZERO + Duration::from_secs(2));
    let delivers = |event: &BroadcastEvent<u64>| matches!(event, BroadcastEvent::Deliver { .. });
    assert!(!world.log.iter().any(|(_, event)| delivers(event)), "half of four is no majority");
}

#[test]
fn a_member_that_starts_again_takes_no_part() {
    let config = SequencerConfig::default();
    let mut world = World::<Sequencer>::new(Plan { nodes: 3, seed: 1, ..Plan::default() }, &config);
    world.crash(NodeId(1));
    world.start(NodeId(1), &config);
    assert_eq!(world.node(NodeId(1)).status().value("stopped"), Some(&true.into()));
    let told = world.log.len();
    world.broadcast(NodeId(1), 7);
    world.settle_until(Instant::ZERO + Duration::from_secs(1));
    assert!(world.log[told..].iter().all(|(node, _)| *node != NodeId(1)));
}

fn open<N: Node>(config: &N::Config) -> Result<N, OpenError> {
    N::open(config, &mut Disk::new(&mut NoStorage))
}

fn refused<N: Node>(config: &N::Config) -> String {
    match open::<N>(config) {
        Err(OpenError::Config(why)) => why,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it makes no sense"),
    }
}

#[test]
fn settings_that_make_no_sense_are_refused_by_name() {
    let zero = Duration::ZERO;
    let change = |change: fn(&mut ConsensusConfig)| {
        let mut config = ConsensusConfig::default();
        change(&mut config);
        refused::<ConsensusOrder<u64>>(&config)
    };
    assert!(change(|config| config.retry_after = Duration::ZERO).contains("retry_after"));
    assert!(change(|config| config.report_after = Duration::ZERO).contains("report_after"));
    assert!(change(|config| config.save_every = 0).contains("save_every"));
    assert!(change(|config| config.keep = 999).contains("keep"));
    let raft = change(|config| config.raft.heartbeat_interval = Duration::ZERO);
    assert!(raft.contains("heartbeat_interval"));
    let config = SequencerConfig { patience: zero, ..SequencerConfig::default() };
    assert!(refused::<Sequencer>(&config).contains("patience"));
}

/// A log of one member: all that it is asked for comes at once.
struct Alone {
    node: ConsensusOrder<u64>,
    probe: Probe<ConsensusOrder<u64>>,
    delivered: Vec<u64>,
}

impl Alone {
    fn new() -> Self {
        let probe = Probe::new(NodeId(0), &[NodeId(0)]);
        let node = open(&ConsensusConfig::default()).expect("opens");
        let mut alone = Self { node, probe, delivered: Vec::new() };
        let effects = alone.probe.handle(&mut alone.node, Input::Start);
        alone.keep_up(effects);
        alone
    }

    fn handle(&mut self, from: u32, body: ConsensusMessage) {
        let input = Input::Message { from: NodeId(from), body };
        let effects = self.probe.handle(&mut self.node, input);
        self.keep_up(effects);
    }

    fn keep_up(&mut self, effects: Vec<Effect<ConsensusOrder<u64>>>) {
        for effect in effects {
            match effect {
                Effect::Sync { token, .. } => {
                    let input = Input::Synced { token, result: Ok(()) };
                    let effects = self.probe.handle(&mut self.node, input);
                    self.keep_up(effects);
                }
                Effect::Announce(BroadcastEvent::Deliver { payload, .. }) => {
                    self.delivered.push(payload);
                }
                _ => {}
            }
        }
    }

    fn dropped(&self) -> u64 {
        match self.node.status().value("dropped") {
            Some(seatrial_node::StatusValue::Number(dropped)) => *dropped,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_log_of_one_delivers_in_the_order_of_broadcasts_and_a_second_place_counts_for_nothing() {
    let mut alone = Alone::new();
    for payload in 1..=300 {
        let broadcast = |node: &mut ConsensusOrder<u64>, io: &mut seatrial_node::Io<'_, _>| {
            _ = crate::Broadcast::broadcast(node, payload, io);
        };
        let effects = alone.probe.act(&mut alone.node, broadcast);
        alone.keep_up(effects);
    }
    assert_eq!(alone.delivered, (1..=300).collect::<Vec<_>>());
    let mut entry = vec![1, 0, 0, 0, 0];
    entry.extend((1_u64 << 32 | 5).to_le_bytes());
    entry.extend(99_u64.to_le_bytes());
    alone.handle(0, ConsensusMessage::Ask(Arc::from(entry)));
    assert_eq!((alone.delivered.len(), alone.dropped()), (300, 0));
}

#[test]
fn what_no_member_can_have_asked_for_is_counted_and_dropped() {
    let mut alone = Alone::new();
    let entry = |origin: u8, life: u32| -> Arc<[u8]> {
        let mut entry = vec![1, origin, 0, 0, 0];
        entry.extend((u64::from(life) << 32 | 5).to_le_bytes());
        entry.into()
    };
    alone.handle(9, ConsensusMessage::Delivered { index: 1 });
    alone.handle(0, ConsensusMessage::Ask(Arc::from([])));
    alone.handle(0, ConsensusMessage::Ask(entry(9, 1)));
    alone.handle(0, ConsensusMessage::Ask(entry(0, 0)));
    assert_eq!(alone.dropped(), 4);
    // A name that may be, and a payload that is not one: the place is taken, and nothing is delivered.
    alone.handle(0, ConsensusMessage::Ask(entry(0, 7)));
    alone.handle(0, ConsensusMessage::Delivered { index: u64::MAX });
    assert_eq!((alone.dropped(), alone.delivered.len()), (5, 0));
}
