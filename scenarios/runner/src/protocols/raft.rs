//! Settings and planted bugs that everything over Raft shares.

use seatrial_service::{Config, Mutant, RaftConfig, Response};

use super::marks;
use crate::outside::ServerSettings;
use crate::registry::{MutantInfo, Protocol, Settings};
use crate::workload::Answer;

/// A protocol over Raft: with its settings and its bugs, but without a workload.
pub(super) fn over_raft(name: &'static str, about: &'static str) -> Protocol {
    let protocol = Protocol::new(name, about)
        .with_marks(&marks::RAFT)
        .with_marks(&marks::SERVICE)
        .with_roles(&["leader", "candidate", "pre-candidate", "follower"])
        .with_files(&["log", "log.new", "mark", "mark.new", "snapshot", "snapshot.new", "lives"])
        .with_setting(
            "election_timeout",
            "the shortest election timeout; the longest is twice that",
        )
        .with_setting("heartbeat_interval", "how often a leader is heard; a third of the timeout")
        .with_setting(
            "entries_per_append",
            "how many entries one message carries, or \"unlimited\"",
        )
        .with_setting("inflight_appends", "how many such messages may be under way to one follower")
        .with_setting("snapshot_chunk_bytes", "how much of a snapshot one message carries")
        .with_setting("pre_vote", "whether a node asks before it stands (thesis §9.6)")
        .with_setting(
            "check_quorum",
            "whether a leader without a majority steps down (thesis §6.2)",
        )
        .with_setting(
            "read_lease",
            "whether a leader answers reads by its clock while nobody else can lead (thesis §6.4.1)",
        )
        .with_setting(
            "clock_error",
            "by how much any clock may be fast or slow, in parts in a million: what leases rely on",
        )
        .with_clock_bound("read_lease", "clock_error", RaftConfig::default().clock_error)
        .with_setting("snapshot_every", "after how many entries the log is compacted; 0 is never")
        .with_setting("forward", "whether followers pass requests on; otherwise they redirect")
        .with_setting("leader_wait", "how long a request waits for a leader to be known")
        .with_setting("forward_timeout", "how long a follower waits for the leader's answer");
    Mutant::all().fold(protocol, |protocol, mutant| {
        protocol.with_mutant(MutantInfo {
            id: mutant.id(),
            name: mutant.name(),
            about: mutant.about(),
            class: class(mutant.class()),
        })
    })
}

/// A class by its letter.
pub(super) const fn class(class: seatrial_raft::Class) -> char {
    match class {
        seatrial_raft::Class::E => 'E',
        seatrial_raft::Class::M => 'M',
        seatrial_raft::Class::H => 'H',
        seatrial_raft::Class::X => 'X',
    }
}

/// The configuration that these settings make.
pub(super) fn config(settings: &Settings, mutant: Option<&str>) -> Result<Config, String> {
    let service = Config::default();
    let raft = RaftConfig::default();
    let timeout = settings.time("election_timeout", raft.election_timeout_min)?;
    let config = Config {
        raft: RaftConfig {
            election_timeout_min: timeout,
            election_timeout_max: timeout * 2,
            heartbeat_interval: settings.time("heartbeat_interval", timeout / 3)?,
            max_entries_per_append: settings
                .limit("entries_per_append", raft.max_entries_per_append)?,
            max_inflight_appends: settings.limit("inflight_appends", raft.max_inflight_appends)?,
            snapshot_chunk_bytes: settings
                .limit("snapshot_chunk_bytes", raft.snapshot_chunk_bytes)?,
            pre_vote: settings.flag("pre_vote", raft.pre_vote)?,
            check_quorum: settings.flag("check_quorum", raft.check_quorum)?,
            read_lease: settings.flag("read_lease", raft.read_lease)?,
            clock_error: u32::try_from(settings.count("clock_error", raft.clock_error.into())?)
                .unwrap_or(u32::MAX),
            replaced_disk: settings.replaced_disk(),
            ..raft
        },
        snapshot_every: settings.count("snapshot_every", service.snapshot_every)?,
        forward: settings.flag("forward", service.forward)?,
        leader_wait: settings.time("leader_wait", service.leader_wait)?,
        forward_timeout: settings.time("forward_timeout", service.forward_timeout)?,
        mutant: mutant.and_then(|id| Mutant::all().find(|mutant| mutant.id() == id)),
        ..service
    };
    config.validate().map_err(|error| error.to_string())?;
    Ok(config)
}

/// What a scenario's settings come to in the cluster file of real servers. Times are not the scenario's: an election among processes that
/// share a machine and sync to its disk takes longer than one in a world. They are shorter than a server's usual ones, though, so that a
/// minute of trouble has many elections.
pub(super) fn served(settings: &Settings) -> Result<ServerSettings, String> {
    let (wanted, usual) = (config(settings, None)?, RaftConfig::default());
    if wanted.raft.read_lease {
        return Err("servers read without leases: read_lease is tried in a world only".to_owned());
    }
    if (wanted.raft.pre_vote, wanted.raft.check_quorum) != (usual.pre_vote, usual.check_quorum) {
        let why =
            "servers have pre_vote and check_quorum as is usual: others are tried in a world only";
        return Err(why.to_owned());
    }
    let settings = [
        ("election_timeout_min", "250ms"),
        ("election_timeout_max", "500ms"),
        ("heartbeat", "60ms"),
        ("leader_wait", "1s"),
        ("forward_timeout", "1s"),
    ];
    let mut all: Vec<_> = settings.map(|(name, value)| (name, value.to_owned())).into();
    all.push(("snapshot_every", wanted.snapshot_every.to_string()));
    Ok(all)
}

/// What the service's answer means, where it is no output of the state machine.
pub(super) fn answer<O>(response: Response<O>, done: impl FnOnce(O) -> Answer) -> Answer {
    match response {
        Response::Done(output) => done(output),
        Response::Redirect { leader } => Answer::Redirect(leader),
        Response::Unavailable => Answer::Refused("unavailable"),
        Response::Busy => Answer::Refused("busy"),
        Response::Unknown => Answer::Unknown("unknown"),
        Response::Opened { .. } => Answer::GiveUp("opened"),
        // Definite for this attempt only: whether another one took effect, nobody knows.
        Response::TooLarge => Answer::GiveUp("too-large"),
        Response::SessionExpired => Answer::GiveUp("session-expired"),
        Response::Superseded => Answer::GiveUp("superseded"),
        Response::Unreadable => Answer::GiveUp("unreadable"),
    }
}
