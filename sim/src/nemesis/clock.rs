//! Faults of clocks: they run fast or slow, are off, and jump.

use seatrial_history::FaultTurn;
use seatrial_node::Node;

use crate::clock::{Skew, Wrong};
use crate::plan::Fault;
use crate::world::World;

impl<N: Node> World<N> {
    pub(super) fn begin_at_clock(&mut self, index: usize, fault: &Fault) {
        let Some(node) = fault.target().and_then(|target| self.target(target)) else {
            return;
        };
        let how = match fault {
            Fault::ClockDrift { rate, .. } => Skew::Drift(*rate),
            Fault::WallOffset { by, .. } => Skew::Offset(by.as_nanos()),
            Fault::WallJump { by, .. } => Skew::Jump(by.as_nanos()),
            Fault::WallStrobe { by, period, .. } => {
                let (by, period) = (by.as_nanos(), period.as_nanos());
                Skew::Strobe { by, period, from: self.core.now }
            }
            _ => unreachable!("a fault of clocks"),
        };
        self.core.counts.bit(fault.kind());
        self.core.go_wrong(Wrong { fault: index, node, how });
        let id = self.core.members[node as usize];
        self.core.trace_fault(Some(id), FaultTurn::Begins(index as u32), || {
            format!("{id}'s clock goes wrong, {}: {fault}", fault.kind())
        });
    }

    pub(super) fn end_at_clock(&mut self, index: usize, fault: &Fault) {
        if let Some(node) = self.core.go_right(index) {
            let id = self.core.members[node as usize];
            self.core.trace_fault(Some(id), FaultTurn::Ends(index as u32), || {
                format!("{id}'s clock is over its {}", fault.kind())
            });
        }
    }
}
