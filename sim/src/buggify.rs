//! Fault points within protocol code: on in a run or not, and then firing now and then (FoundationDB's `BUGGIFY`).

use seatrial_node::Node;

use crate::core::Core;
use crate::counts::FaultKind;
use crate::tape::{Site, WORLD};

/// A fault point that a node has come past in this run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Point {
    site: Site,
    is_on: bool,
}

impl<N: Node> Core<N> {
    /// A node comes past a fault point while the plan asks for some to fire. Whether it is on at all is one choice of the world's, made
    /// when the first node comes past; whether it fires is a choice of the node's each time.
    #[cold]
    pub(crate) fn come_past(&mut self, node: u32, name: &'static str) -> bool {
        let rates = self.rates.buggify;
        self.counts.asked(FaultKind::Buggify);
        let site = self.tape.site(name);
        let known = self.points.iter().find(|point| point.site == site).copied();
        let point = known.unwrap_or_else(|| {
            let is_on = self.tape.chance(site, WORLD, rates.sites);
            let point = Point { site, is_on };
            self.points.push(point);
            point
        });
        if !point.is_on || !self.tape.chance(site, node, rates.fires) {
            return false;
        }
        self.counts.bit(FaultKind::Buggify);
        self.counts.effect(FaultKind::Buggify);
        if self.tracing {
            let id = self.members[node as usize];
            self.trace_strike(id, || format!("{id} comes upon \"{name}\""));
        }
        true
    }
}
