//! Probabilistic broadcast by gossip, over a link that loses what the network loses.

use seatrial_broadcast::{Gossip, GossipConfig, GossipMode, Mutant, Rumour, Topology};
use seatrial_checkers::delivery::MESSAGES;
use seatrial_links::FairLoss;

use super::super::marks;
use super::{of_process, with_member};
use crate::registry::{Protocol, Settings};

pub(super) fn protocol() -> Protocol {
    let about = "probabilistic broadcast: members tell some neighbours, or ask one for news";
    let bugs = [Mutant::PullUnanswered, Mutant::SamePeers, Mutant::OneRound];
    let protocol = of_process(
        Protocol::new("gossip-broadcast", about).with_marks(&marks::BROADCAST).with_roles(&[]),
        &bugs,
    )
    .with_setting("mode", "push, pull or push-pull")
    .with_setting("topology", "who gossips with whom: mesh, tree, grid or regular")
    .with_setting("arity", "how many each member of a tree has below it")
    .with_setting("degree", "how many others each member of a regular graph gossips with")
    .with_setting("graph", "the seed that a regular graph is drawn from")
    .with_setting("fanout", "how many neighbours are told something new")
    .with_setting("hops", "how often a message is passed on")
    .with_setting("pull_every", "how often a neighbour is asked for news")
    .with_setting("pull_batch", "how many messages one answer has at most")
    .with_setting("keep", "how many messages are kept for those who ask")
    .with_theory(&MESSAGES, "n · fanout", target);
    with_member::<Gossip<u64, FairLoss<Rumour<u64>>>>(protocol, |settings, mutant| {
        let config = GossipConfig { mutant, ..config(settings)? };
        config.validate().map_err(|error| error.to_string())?;
        Ok(config)
    })
}

/// Each member tells as many as the fanout says, or all of its neighbours if they are fewer. By pulling alone it gets one copy.
fn target(nodes: u64, settings: &Settings) -> Option<u64> {
    let config = config(settings).ok()?;
    let nodes = usize::try_from(nodes).ok()?;
    let told = |me| config.topology.neighbours(nodes, me).len().min(config.fanout as usize) as u64;
    match config.mode {
        GossipMode::Pull => Some(nodes as u64),
        GossipMode::Push | GossipMode::PushPull => Some((0..nodes).map(told).sum()),
    }
}

fn config(settings: &Settings) -> Result<GossipConfig<()>, String> {
    let default = GossipConfig::<()>::default();
    let mode = match settings.word("mode", "push-pull", &["push", "pull", "push-pull"])? {
        "push" => GossipMode::Push,
        "pull" => GossipMode::Pull,
        _ => GossipMode::PushPull,
    };
    let small = |name: &'static str, default: u32| {
        let count = settings.count(name, default.into())?;
        u32::try_from(count).map_err(|_| format!("{name} = {count} is too many"))
    };
    // All four are read, so that a wrong one is told of whatever the topology is.
    let (arity, degree, seed) =
        (small("arity", 2)?, small("degree", 4)?, settings.count("graph", 0)?);
    let known = ["mesh", "tree", "grid", "regular"];
    let topology = match settings.word("topology", "mesh", &known)? {
        "tree" => Topology::Tree { arity },
        "grid" => Topology::Grid,
        "regular" => Topology::Regular { degree, seed },
        _ => Topology::Mesh,
    };
    Ok(GossipConfig {
        topology,
        mode,
        fanout: small("fanout", default.fanout)?,
        hops: small("hops", default.hops)?,
        pull_every: settings.time("pull_every", default.pull_every)?,
        pull_batch: settings.limit("pull_batch", default.pull_batch)?,
        keep: settings.limit("keep", default.keep)?,
        ..default
    })
}
