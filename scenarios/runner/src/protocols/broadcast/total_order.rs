//! Total order: over a replicated log, and by a sequencer.

use seatrial_broadcast::{
    ConsensusConfig, ConsensusOrder, Mutant, SequencerConfig, SequencerFrame, SequencerOrder,
};
use seatrial_detectors::{EventuallyPerfect, EventuallyPerfectConfig, Omega};
use seatrial_links::Perfect as Link;
use seatrial_raft::RaftConfig;

use super::super::marks;
use super::{link, linking, of_process, with_member};
use crate::registry::{Protocol, Settings};

pub(super) fn protocols() -> Vec<Protocol> {
    vec![consensus(), sequencer()]
}

fn consensus() -> Protocol {
    let about = "total order over a log that Raft replicates; members crash and start again";
    let bugs =
        [Mutant::DeliverBeforeMajority, Mutant::RetryDeliveredTwice, Mutant::ForgetsUnstable];
    let protocol = Protocol::new("total-order-broadcast", about)
        .with_marks(&marks::RAFT)
        .with_marks(&marks::BROADCAST)
        .with_roles(&["leader", "candidate", "pre-candidate", "follower"])
        .with_setting(
            "election_timeout",
            "the shortest election timeout; the longest is twice that",
        )
        .with_setting("heartbeat_interval", "how often a leader is heard; a third of the timeout")
        .with_setting(
            "entries_per_append",
            "how many entries one message carries, or \"unlimited\"",
        )
        .with_setting("retry_after", "how long a member waits until it asks for a place again")
        .with_setting("report_after", "how long after a delivery the others are told of it")
        .with_setting("save_every", "after how many entries the log may be cut")
        .with_setting("keep", "how many entries are kept at most for members that are away");
    with_member::<ConsensusOrder<u64>>(of_process(protocol, &bugs), consensus_config)
}

fn consensus_config(
    settings: &Settings,
    mutant: Option<Mutant>,
) -> Result<ConsensusConfig, String> {
    let (default, raft) = (ConsensusConfig::default(), RaftConfig::default());
    let timeout = settings.time("election_timeout", raft.election_timeout_min)?;
    let config = ConsensusConfig {
        raft: RaftConfig {
            election_timeout_min: timeout,
            election_timeout_max: timeout * 2,
            heartbeat_interval: settings.time("heartbeat_interval", timeout / 3)?,
            max_entries_per_append: settings
                .limit("entries_per_append", raft.max_entries_per_append)?,
            ..raft
        },
        retry_after: settings.time("retry_after", default.retry_after)?,
        report_after: settings.time("report_after", default.report_after)?,
        save_every: settings.count("save_every", default.save_every)?,
        keep: settings.count("keep", default.keep)?,
        mutant,
    };
    config.validate().map_err(|error| error.to_string())?;
    Ok(config)
}

fn sequencer() -> Protocol {
    let about = "total order by a sequencer, and the next one when it is trusted no more";
    let bugs = [
        Mutant::DeliverBeforeMajority,
        Mutant::NoEpochFence,
        Mutant::RetryDeliveredTwice,
        Mutant::ReorderAtFailover,
    ];
    let protocol = Protocol::new("sequencer-broadcast", about)
        .with_marks(&marks::SEQUENCER)
        .with_marks(&marks::BROADCAST)
        .with_roles(&["sequencer", "candidate", "follower"])
        .with_setting("period", "how often the failure detector asks")
        .with_setting("timeout", "how long it waits at first before it suspects")
        .with_setting("increment", "how much longer it waits after it was wrong")
        .with_setting("patience", "how long a member that is trusted leaves another its time")
        .with_setting("keep", "how many messages are kept at most for members that are away");
    type Stack = SequencerOrder<u64, Link<SequencerFrame<u64>>, Omega<EventuallyPerfect>>;
    with_member::<Stack>(of_process(linking(protocol), &bugs), |settings, mutant| {
        let default = SequencerConfig::<(), ()>::default();
        let detector = EventuallyPerfectConfig::default();
        Ok(SequencerConfig {
            link: link(settings)?,
            detector: EventuallyPerfectConfig {
                period: settings.time("period", detector.period)?,
                timeout: settings.time("timeout", detector.timeout)?,
                increment: settings.time("increment", detector.increment)?,
                ..detector
            },
            patience: settings.time("patience", default.patience)?,
            keep: settings.count("keep", default.keep)?,
            mutant,
        })
    })
}
