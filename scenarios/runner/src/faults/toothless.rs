//! Why a kind of fault that was asked for may never have bitten, and what to do about it.

use seatrial_sim::FaultKind;

use super::{How, KindInfo};

impl KindInfo {
    /// The kind with which it comes, where it is not asked for by itself.
    pub const fn follows(&self) -> Option<FaultKind> {
        match self.how {
            How::Follows(kind) => Some(kind),
            _ => None,
        }
    }

    /// Why it may have taken hold of nothing though it was asked for, and what lets it.
    pub fn why_no_bite(&self) -> &'static str {
        let of = [of_links, of_nodes, of_disks].into_iter().find_map(|why| why(self.kind));
        of.unwrap_or("it took hold of nothing: ask for it more often, or for longer")
    }
}

/// Whether a node has to be up for it to take hold of: of who is down there are no messages, inputs or writes that it could strike.
pub(crate) const fn wants_its_node_up(kind: FaultKind) -> bool {
    use FaultKind as Kind;
    matches!(
        kind,
        Kind::Isolate
            | Kind::Bridge
            | Kind::Mute
            | Kind::Deaf
            | Kind::Reset
            | Kind::CrashWriting
            | Kind::CrashMidway
            | Kind::Pause
            | Kind::SlowCpu
            | Kind::SlowDisk
            | Kind::DiskStall
            | Kind::ReadError
            | Kind::MisdirectedWrite
            | Kind::DiskFull
            | Kind::SyncFailure
    )
}

/// Whether a node is down for a while that it takes hold of.
pub(crate) const fn takes_down(kind: FaultKind) -> bool {
    use FaultKind as Kind;
    matches!(
        kind,
        Kind::Crash
            | Kind::CrashStop
            | Kind::CrashLoop
            | Kind::CrashZone
            | Kind::CrashWriting
            | Kind::CrashMidway
            | Kind::Wipe
            | Kind::Upgrade
    )
}

const fn of_links(kind: FaultKind) -> Option<&'static str> {
    use FaultKind as Kind;
    Some(match kind {
        Kind::Loss | Kind::Duplicate | Kind::Reorder => {
            "too few messages were sent for its rate: raise the rate, or run more seeds"
        }
        Kind::LossBurst | Kind::SlowTail | Kind::Corrupt => {
            "too few messages were sent while it lasted: raise its rate, or let it last longer"
        }
        Kind::Isolate
        | Kind::Partition
        | Kind::OneWay
        | Kind::Ring
        | Kind::Bridge
        | Kind::Mute
        | Kind::Deaf
        | Kind::SlowLink
        | Kind::Clog
        | Kind::SwizzleClog => {
            "no message came that way while it lasted: let it last longer, and have a node that has somebody to talk to"
        }
        Kind::Throttle => {
            "messages came too seldom to wait for each other: lower its rate, or have more clients"
        }
        Kind::CutClients => {
            "no client was asking anybody it was cut off from: let it last longer, or have more clients"
        }
        Kind::Reset => {
            "nothing was under way on that link just then: ask for it more often, or have slower links"
        }
        _ => return None,
    })
}

const fn of_nodes(kind: FaultKind) -> Option<&'static str> {
    use FaultKind as Kind;
    Some(match kind {
        Kind::Crash
        | Kind::CrashStop
        | Kind::CrashLoop
        | Kind::CrashZone
        | Kind::Wipe
        | Kind::Upgrade => {
            "whomever it was to hit was down already: ask for it more often, or for fewer other crashes"
        }
        Kind::CrashWriting => {
            "nobody had unsynced writes while it waited: slow the disk's syncs, or let it wait longer"
        }
        Kind::CrashMidway => {
            "no input had so many effects while it waited: lower `after`, or let it wait longer"
        }
        Kind::Pause | Kind::SlowCpu => {
            "nothing came for the node while it lasted: let it last longer"
        }
        Kind::ClockDrift | Kind::WallOffset | Kind::WallJump | Kind::WallStrobe => {
            "nobody had the role that it was aimed at: aim it at any"
        }
        Kind::Buggify => {
            "no node came past a fault point that was on: raise `sites` and `fires`; some protocols have none"
        }
        _ => return None,
    })
}

const fn of_disks(kind: FaultKind) -> Option<&'static str> {
    use FaultKind as Kind;
    Some(match kind {
        Kind::LostWrite | Kind::TornWrite => {
            "no crash met writes that were not synced: add crash-writing"
        }
        Kind::SlowDisk | Kind::DiskStall | Kind::DiskFull => {
            "the disk was not used while it lasted: let it last longer; some protocols use none"
        }
        Kind::ReadError => {
            "nobody read from the disk while it lasted, and most nodes read only when they start: add crash, and let it last longer"
        }
        Kind::BitRot => {
            "there were no synced bytes to rot just then: ask for it more often; some protocols use no disk"
        }
        Kind::MisdirectedWrite => {
            "no write had another place to go while it lasted: let it last longer; some protocols use no disk"
        }
        Kind::SyncFailure => {
            "nobody synced while it lasted: let it last longer; some protocols use no disk"
        }
        Kind::DiskSwap => {
            "one of the two disks was empty, damaged or swapped already: ask for it more often, or for fewer other faults of disks"
        }
        _ => return None,
    })
}
