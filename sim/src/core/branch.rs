//! Going back to where a copy still is, without copying what cannot have changed since: a search does it at every step.

use seatrial_node::{Node, NodeId};

use super::{Body, Core};

impl<N: Node> Core<N> {
    /// Goes back to a former copy of this core, where nothing has happened since but at this node.
    pub(crate) fn go_back_to(&mut self, former: &Self, node: NodeId)
    where
        N::Request: Clone,
        N::Response: Clone,
    {
        if let Some(slot) = self.slot(node) {
            self.bodies[slot as usize].go_back_to(&former.bodies[slot as usize]);
        }
        self.now = former.now;
        self.step = former.step;
        self.tape.clone_script(&former.tape);
        self.queue.clone_from(&former.queue);
        self.events.clone_from(&former.events);
        if self.clocks.skewed || former.clocks.skewed {
            self.clocks.clone_from(&former.clocks);
        }
        self.odd = former.odd;
        self.attempts = former.attempts;
        self.tokens = former.tokens;
        self.counts.clone_from(&former.counts);
        self.hash = former.hash;
        self.facts.clone_from(&former.facts);
        self.heard = former.heard;
    }
}

impl<T: Ord + Clone> Body<T> {
    fn go_back_to(&mut self, former: &Self) {
        self.timers.clone_from(&former.timers);
        self.disk.go_back_to(&former.disk);
        self.disk_free = former.disk_free;
        self.disk_told = former.disk_told;
        self.life = former.life;
        self.up = former.up;
        self.paused = former.paused;
        self.waiting.clone_from(&former.waiting);
        self.slow = former.slow;
        self.turns.clone_from(&former.turns);
        self.stalled.clone_from(&former.stalled);
        self.requests.clone_from(&former.requests);
        self.tokens = former.tokens;
    }
}
