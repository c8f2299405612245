//! The marks that our protocols announce, each worth reaching for the bugs that live there.

use seatrial_broadcast::SKIPPED;
use seatrial_detectors::{ASSUMPTION_BROKEN, CONFIRMED};

use crate::marks::{LEADER_CRASHED, MarkInfo, TAKEN_BACK, TWO_LED};

/// Marks of Raft.
pub(super) const RAFT: [MarkInfo; 21] = [
    MarkInfo::new("an election had no winner", "votes were split, or lost"),
    MarkInfo::new("a leader was deposed", "somebody of a higher term made it step down"),
    MarkInfo::new("a leader lost its quorum", "it steps down by itself (thesis §6.2)"),
    MarkInfo::new(
        "a leader's disk was stuck",
        "it steps down, so that one with a sound disk leads",
    ),
    MarkInfo::new(
        "a leader stepped down with uncommitted entries",
        "they may be replaced, and their clients know nothing",
    ),
    MarkInfo::new(
        "a conflicting suffix was truncated",
        "a log gives way to the leader's (Raft §5.3)",
    ),
    MarkInfo::new(
        "entries of an older term were committed",
        "by way of one of the leader's own (Raft §5.4.2)",
    ),
    MarkInfo::new("a snapshot was installed", "a follower gets a state in place of entries"),
    MarkInfo::new("a torn tail was cut off", "a crash came while the log was written"),
    MarkInfo::new(
        "a log was found behind its snapshot",
        "a crash came between the snapshot and the log",
    ),
    LEADER_CRASHED,
    TWO_LED,
    MarkInfo::new("a sync failed", "what it covered may be lost").unexpected(),
    MarkInfo::new(
        "what a failed sync covered was written again",
        "to a new file: the old one is not trusted again",
    )
    .unexpected(),
    MarkInfo::new(
        "a damaged log was found",
        "it does not reach what was promised of it, and is not taken for a shorter one",
    )
    .unexpected(),
    MarkInfo::new("a damaged log was repaired from the peers", "it owes nothing any more")
        .unexpected(),
    MarkInfo::new("a damaged snapshot was found", "its checksum does not hold").unexpected(),
    MarkInfo::new(
        "a replaced disk was told what it may have promised",
        "all others have answered it twice",
    )
    .unexpected(),
    MarkInfo::new("a disk of another node was refused", "the node takes no part").unexpected(),
    MarkInfo::new(
        "a read was answered under a lease",
        "without a word to the others, by the leader's clock (thesis §6.4.1)",
    )
    .unexpected(),
    MarkInfo::new(
        "a leader contradicted what is committed",
        "only where committed entries were lost: by a bug, or beyond what was promised",
    )
    .unexpected(),
];

/// Marks of a service over Raft.
pub(super) const SERVICE: [MarkInfo; 1] =
    [MarkInfo::new("a snapshot could not be read", "its bytes are no state").unexpected()];

/// Marks of broadcasts, whatever is below them.
pub(super) const BROADCAST: [MarkInfo; 3] = [
    MarkInfo::new(SKIPPED, "whoever was away too long misses what nobody keeps").unexpected(),
    MarkInfo::new(ASSUMPTION_BROKEN, "its perfect detector was wrong").unexpected(),
    TAKEN_BACK.unexpected(),
];

/// Marks of the sequencer's failover.
pub(super) const SEQUENCER: [MarkInfo; 1] =
    [MarkInfo::new("a sequencer began an epoch", "another one numbers from here on")];

/// Marks of failure detectors.
pub(super) const DETECTORS: [MarkInfo; 3] = [
    TAKEN_BACK.unexpected(),
    MarkInfo::new(ASSUMPTION_BROKEN, "the run broke the bound on time").unexpected(),
    MarkInfo::new(CONFIRMED, "a suspicion was not refuted in time (SWIM §4.2)").unexpected(),
];
