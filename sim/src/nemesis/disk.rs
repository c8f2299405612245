//! Faults of disks: which of them are struck and swapped, and which nodes do not open over what is left.

use seatrial_history::FaultTurn;
use seatrial_node::{Duration, Fact, Node, NodeId, OpenError};

use crate::counts::FaultKind;
use crate::disk::{SimDisk, Wrong};
use crate::event::Event;
use crate::plan::{Fault, Target};
use crate::queue::Lane;
use crate::world::World;

/// Which nodes wait for their disks, and which have another's.
#[derive(Clone, Debug, Default)]
pub(super) struct Disks {
    /// By node: it did not open, and waits for its disk to be better.
    refused: Vec<bool>,
    /// By fault of the plan: whose disks are swapped.
    swapped: Vec<(usize, [u32; 2])>,
    /// All trouble is over: what is wrong now stays so.
    healed: bool,
}

/// How long after a read has failed a node tries to open again, as long as reads may fail.
const RETRY: Duration = Duration::from_millis(100);

impl Disks {
    /// Whether this node has another's disk.
    pub(super) fn is_swapped(&self, node: u32) -> bool {
        self.swapped.iter().any(|(_, pair)| pair.contains(&node))
    }

    pub(super) fn reset(&mut self, nodes: usize) {
        self.refused.clear();
        self.refused.resize(nodes, false);
        self.swapped.clear();
        self.healed = false;
    }

    pub(super) fn refused(&self, node: usize) -> bool {
        self.refused[node]
    }

    /// It is no longer its disk that the node waits for.
    pub(super) fn start(&mut self, node: usize) {
        self.refused[node] = false;
    }
}

impl<N: Node> World<N> {
    pub(super) fn begin_at_disk(&mut self, index: usize, fault: &Fault) {
        let (node, wrong) = match fault {
            Fault::DiskSwap { between } => return self.swap_disks(index, *between),
            Fault::BitRot { node, file } => return self.rot(node, file),
            Fault::SlowDisk { node, by } => (node, Wrong::Slow { by: *by }),
            Fault::DiskStall { node } => (node, Wrong::Stalls),
            Fault::ReadError { node, file, rate } => {
                (node, Wrong::Unreadable { rate: *rate, file: file.clone() })
            }
            Fault::MisdirectedWrite { node, file } => {
                (node, Wrong::Misdirects { file: file.clone() })
            }
            Fault::DiskFull { node } => (node, Wrong::Full),
            Fault::SyncFailure { node, file } => (node, Wrong::FailsSync { file: file.clone() }),
            _ => unreachable!("a fault of disks"),
        };
        let Some(node) = self.target(node) else {
            return;
        };
        let id = self.core.members[node as usize];
        self.core.trace_fault(Some(id), FaultTurn::Begins(index as u32), || {
            format!("{} begins: {fault}", fault.kind())
        });
        self.core.bodies[node as usize].disk.trouble.begin(index, fault.kind(), wrong);
    }

    pub(super) fn end_at_disk(&mut self, index: usize, fault: &Fault) {
        let turn = FaultTurn::Ends(index as u32);
        self.core.trace_fault(None, turn, || format!("{} is over", fault.kind()));
        if let Some(place) = self.nemesis.disks.swapped.iter().position(|(by, _)| *by == index) {
            let (_, pair) = self.nemesis.disks.swapped.remove(place);
            self.exchange_disks(pair);
            pair.into_iter().for_each(|node| self.reopen(node));
            return;
        }
        for node in 0..self.nodes.len() as u32 {
            if self.core.bodies[node as usize].disk.trouble.end(index) {
                self.go_on(node);
            }
        }
    }

    /// Every disk works again, and is where it belongs, but outside the core. What has become of the bytes on it stays.
    pub(super) fn heal_disks(&mut self) {
        self.nemesis.disks.healed = true;
        let mut swapped = std::mem::take(&mut self.nemesis.disks.swapped);
        for (_, pair) in swapped.drain(..) {
            if pair.iter().any(|node| self.nemesis.heals(*node as usize)) {
                self.exchange_disks(pair);
            }
        }
        self.nemesis.disks.swapped = swapped;
        for node in 0..self.nodes.len() {
            if self.nemesis.heals(node) {
                self.core.bodies[node].disk.trouble.heal();
                self.core.unstall(node as u32);
            }
        }
    }

    /// The disk of this node may complete what has waited, and the node may open.
    fn go_on(&mut self, node: u32) {
        if !self.core.bodies[node as usize].disk.trouble.stalls() {
            self.core.unstall(node);
            self.reopen(node);
        }
    }

    fn rot(&mut self, target: &Target, file: &str) {
        let Some(node) = self.target(target) else {
            return;
        };
        let disk = &mut self.core.bodies[node as usize].disk;
        let Some((file, at)) = disk.rot(file, node, &mut self.core.tape) else {
            return;
        };
        self.core.counts.bit(FaultKind::BitRot);
        let id = self.core.members[node as usize];
        self.core.trace_strike(id, || format!("a bit of {file} at {at} flips on the disk of {id}"));
    }

    /// Two nodes get each other's disks, unless one of them has another's already. A disk with nothing on it, or on which a fault may have
    /// struck out whose it is, is nobody's: to be given such a one is a wipe, and not this.
    fn swap_disks(&mut self, index: usize, between: [NodeId; 2]) {
        let [Some(a), Some(b)] = between.map(|node| self.core.slot(node)) else {
            return;
        };
        let busy = |(_, pair): &(usize, [u32; 2])| pair.contains(&a) || pair.contains(&b);
        let [one, other] = [a, b].map(|slot| &self.core.bodies[slot as usize].disk);
        let spoilt = one.trouble.is_damaged() || other.trouble.is_damaged();
        if self.nemesis.disks.swapped.iter().any(busy) || spoilt || !are_alike(one, other) {
            return;
        }
        self.core.counts.bit(FaultKind::DiskSwap);
        self.exchange_disks([a, b]);
        self.nemesis.disks.swapped.push((index, [a, b]));
        for node in [a, b] {
            if self.nemesis.down[node as usize].is_none() {
                self.core.counts.effect(FaultKind::DiskSwap);
            }
            self.reopen(node);
        }
    }

    /// Two nodes crash and get each other's disks. They wait to be opened, but for one that another fault keeps down.
    fn exchange_disks(&mut self, pair: [u32; 2]) {
        for node in pair {
            if self.nodes[node as usize].is_some() {
                self.bring_down(node);
            }
        }
        let [a, b] = pair.map(|slot| slot as usize);
        let [one, other] =
            self.core.bodies.get_disjoint_mut([a, b]).expect("two nodes of this world");
        std::mem::swap(&mut one.disk, &mut other.disk);
        // Whoever opened over the other's disk may have written on it.
        one.disk.trouble.damage();
        other.disk.trouble.damage();
        let [a, b] = pair.map(|slot| self.core.members[slot as usize]);
        self.core
            .trace_fault(None, FaultTurn::Once, || format!("the disks of {a} and {b} are swapped"));
        for node in pair {
            if self.nemesis.down[node as usize].is_none() {
                self.nemesis.disks.refused[node as usize] = true;
            }
        }
    }

    /// Whether a node that was to open waits until its disk goes on.
    #[inline]
    pub(crate) fn waits_for_disk(&mut self, node: u32) -> bool {
        let trouble = &self.core.bodies[node as usize].disk.trouble;
        if !trouble.any || !trouble.stalls() {
            return false;
        }
        self.core.bodies[node as usize].disk.trouble.hold_up(&mut self.core.counts);
        self.nemesis.disks.refused[node as usize] = true;
        true
    }

    /// Whether it is no fault of the node's that it does not open: one of the plan has struck its disk.
    pub(crate) fn excuses(&self, node: u32, error: &OpenError) -> bool {
        let trouble = &self.core.bodies[node as usize].disk.trouble;
        match error {
            OpenError::Disk(_) | OpenError::Corrupt(_) => {
                trouble.any && (trouble.is_damaged() || trouble.fails_reads())
            }
            _ => false,
        }
    }

    /// A node does not open over a disk that a fault has struck. It stays down.
    #[cold]
    pub(crate) fn refused(&mut self, node: u32, error: &OpenError) {
        // It was no life.
        let body = &mut self.core.bodies[node as usize];
        body.life -= 1;
        let again = body.disk.trouble.fails_reads() && !self.nemesis.disks.healed;
        self.nemesis.disks.refused[node as usize] = true;
        self.core.counts.refused += 1;
        self.core.tell(node, Fact::Refused);
        let id = self.core.members[node as usize];
        self.core.trace_strike(id, || format!("{id} does not open, and stays down: {error}"));
        if again {
            let due = self.core.now + RETRY;
            self.core.schedule(due, Lane::Plan, Event::Reopen { node });
        }
    }

    /// A node that did not open tries again, unless it is up by now or kept down by another fault.
    pub(crate) fn reopen(&mut self, node: u32) {
        let slot = node as usize;
        let free = self.nodes[slot].is_none() && self.nemesis.down[slot].is_none();
        if free && std::mem::take(&mut self.nemesis.disks.refused[slot]) {
            self.boot(node);
        }
    }
}

/// Whether two disks hold the same files. One that lacks a file may be one on which its node has not written whose it is: who gets that
/// gets an empty disk, and nobody could tell it from one's own first.
fn are_alike(one: &SimDisk, other: &SimDisk) -> bool {
    let files = one.settled_files();
    !files.is_empty() && files == other.settled_files()
}
