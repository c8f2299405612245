//! Completions of a disk that stalls: they wait, and come in their order when it goes on.

use seatrial_node::{Duration, Node};

use super::Core;
use crate::queue::Lane;

impl<N: Node> Core<N> {
    /// Whether the disk of this node completes nothing now; then what has come up waits.
    #[cold]
    pub(crate) fn stalls(&mut self, node: u32, slot: u32) -> bool {
        let body = &mut self.bodies[node as usize];
        if !body.disk.trouble.stalls() {
            return false;
        }
        body.disk.trouble.hold_up(&mut self.counts);
        body.stalled.push(slot);
        true
    }

    /// A disk goes on, and completes what has waited, in the order in which it was asked for.
    pub(crate) fn unstall(&mut self, node: u32) {
        let mut stalled = std::mem::take(&mut self.bodies[node as usize].stalled);
        for slot in stalled.drain(..) {
            let body = &mut self.bodies[node as usize];
            body.disk_told = body.disk_told.max(self.now) + Duration::from_nanos(1);
            self.queue.push(body.disk_told.as_nanos(), slot, Lane::Disk(node));
        }
        self.bodies[node as usize].stalled = stalled;
    }
}
