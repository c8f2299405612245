//! Safety, then liveness: when the trouble is over a core is healed, and everything outside stays broken for ever (as in TigerBeetle's
//! VOPR). What is left must be enough for the system to go on.

use seatrial_node::{Fact, Node};

use super::Nemesis;
use crate::world::World;

impl Nemesis {
    /// Whether this endpoint, a node or a client, is mended when the world heals. Clients always are.
    pub(super) fn heals(&self, slot: usize) -> bool {
        self.core.get(slot).copied().unwrap_or(true)
    }
}

impl<N: Node> World<N> {
    /// Says who is left as he is, and what about him stays broken.
    pub(super) fn abandon(&mut self) {
        let nodes = self.nodes.len() as u32;
        let outside: Vec<u32> =
            (0..nodes).filter(|slot| !self.nemesis.heals(*slot as usize)).collect();
        for slot in &outside {
            self.core.tell(*slot, Fact::Abandoned);
            let id = self.core.members[*slot as usize];
            self.core.trace_strike(id, || format!("{id} is outside the core and stays as it is"));
        }
        for slot in &outside {
            for fault in self.wrong_with(*slot) {
                self.core.tell(*slot, Fact::StillBroken { fault, toward: None });
            }
        }
        for from in 0..nodes {
            for to in 0..nodes {
                let Some(fault) = self.core.cuts.blocking(from, to) else { continue };
                let fault = self.nemesis.kind(fault).name();
                let toward = Some(self.core.members[to as usize]);
                self.core.tell(from, Fact::StillBroken { fault, toward });
            }
        }
    }

    /// What is wrong with a node and its disk, by the names of faults.
    fn wrong_with(&self, node: u32) -> Vec<&'static str> {
        let slot = node as usize;
        let trouble = &self.core.bodies[slot].disk.trouble;
        let holds = [self.nemesis.down[slot], self.nemesis.still[slot], self.core.slowed_by(node)];
        let mut wrong: Vec<&str> =
            holds.into_iter().flatten().map(|fault| self.nemesis.kind(fault).name()).collect();
        wrong.extend(trouble.in_force().map(crate::FaultKind::name));
        if self.nemesis.disks.refused(slot) {
            wrong.push("a disk over which it does not open");
        }
        wrong
    }
}
