//! What the nodes announce, gathered from their files while the trial goes on.

use std::io;
use std::path::PathBuf;

use seatrial::Heard;
use seatrial_history::TraceItem;
use seatrial_hosts::{monotonic_nanos, read_facts};
use seatrial_node::{Duration, Fact, Instant, NodeId};

use crate::cluster::Cluster;

/// Reads the files of all lives of all members.
#[derive(Debug, Default)]
pub(crate) struct Witness {
    /// By the machine's clock, when the trial's time began.
    zero: u64,
    files: Vec<Reading>,
    pub(crate) heard: Vec<Heard>,
    /// Who was elected last, as far as was heard, and in which term.
    leader: Option<(u64, NodeId)>,
    /// Why some facts may be missing.
    pub(crate) missing: Option<String>,
}

#[derive(Debug)]
struct Reading {
    node: NodeId,
    path: PathBuf,
    offset: u64,
}

impl Witness {
    /// A witness of a trial whose time begins there, by the machine's clock.
    pub(crate) fn since(zero: u64) -> Self {
        Self { zero, ..Self::default() }
    }

    /// The time of the trial.
    pub(crate) fn now(&self) -> Instant {
        time(self.zero, monotonic_nanos())
    }

    /// Reads what has been announced since this was asked last.
    pub(crate) fn listen(&mut self, cluster: &Cluster) {
        for process in &cluster.members {
            let known = self.files.iter().filter(|file| file.node == process.id).count();
            let reading =
                |path: &PathBuf| Reading { node: process.id, path: path.clone(), offset: 0 };
            self.files.extend(process.facts[known..].iter().map(reading));
        }
        for file in &mut self.files {
            match read_facts(&file.path, file.offset) {
                Ok((facts, offset)) => {
                    file.offset = offset;
                    for (nanos, fact) in facts {
                        if let Fact::Lead { term } = fact
                            && self.leader.is_none_or(|(latest, _)| term > latest)
                        {
                            self.leader = Some((term, file.node));
                        }
                        let at = time(self.zero, nanos);
                        self.heard.push(Heard { at, what: TraceItem::Fact(file.node, fact) });
                    }
                }
                // It has not come that far, or was killed before.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => self.missing = Some(error.to_string()),
            }
        }
    }

    /// Who was elected last.
    pub(crate) fn leader(&self) -> Option<NodeId> {
        self.leader.map(|(_, node)| node)
    }
}

/// The time of a trial that began at `zero`, when the machine's clock shows this.
pub(crate) fn time(zero: u64, nanos: u64) -> Instant {
    Instant::ZERO + Duration::from_nanos(nanos.saturating_sub(zero))
}
