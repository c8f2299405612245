//! Faults of disks, in words, and what may be wrong with them.

use std::fmt;

use seatrial_history::Endpoint;
use seatrial_node::FileName;

use super::Fault;
use super::inhabitants::Inhabitants;
use crate::tape::MILLION;

pub(super) fn words(fault: &Fault, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match fault {
        Fault::DiskStall { node } | Fault::DiskFull { node } => write!(f, "{node}"),
        Fault::SlowDisk { node, by } => write!(f, "{node}, by {by}"),
        Fault::ReadError { node, file, rate } => {
            write!(f, "{node}{}, {rate} in a million", Like(file))
        }
        Fault::BitRot { node, file }
        | Fault::MisdirectedWrite { node, file }
        | Fault::SyncFailure { node, file } => write!(f, "{node}{}", Like(file)),
        Fault::DiskSwap { between: [a, b] } => write!(f, "{a} and {b}"),
        _ => unreachable!("a fault of disks"),
    }
}

/// Which files are meant.
struct Like<'a>(&'a str);

impl fmt::Display for Like<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            "" => Ok(()),
            file => write!(f, ", {file}"),
        }
    }
}

pub(super) fn problem(fault: &Fault, world: &Inhabitants<'_>) -> Option<String> {
    match fault {
        Fault::DiskSwap { between: [a, b] } if a == b => {
            Some(format!("{a} has one disk; a swap takes two nodes"))
        }
        Fault::DiskSwap { between } => world.stranger(&between.map(Endpoint::Node)),
        Fault::ReadError { rate, .. } if *rate > MILLION => {
            Some(format!("a rate of {rate} in a million"))
        }
        Fault::ReadError { file, .. }
        | Fault::BitRot { file, .. }
        | Fault::MisdirectedWrite { file, .. }
        | Fault::SyncFailure { file, .. }
            if file.len() > FileName::MAX_LEN =>
        {
            Some(format!("no file's name is longer than {} bytes", FileName::MAX_LEN))
        }
        _ => world.no_target(fault.target().expect("all other faults of disks have one")),
    }
}
