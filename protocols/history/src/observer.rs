//! The ear that a host lends to checkers, recorders and counters.

use seatrial_node::{Fact, Load, NodeId};

use crate::{Moment, OpEvent, TraceEvent};

/// Is told what happens, as it happens, in the order in which it happens. All methods do nothing unless implemented.
pub trait Observer {
    /// A client's operation began or ended.
    fn op(&mut self, at: Moment, event: &OpEvent) {
        let _ = (at, event);
    }

    /// A client's request arrived at a node that is up. A host that cannot know that tells of none.
    fn asked(&mut self, at: Moment, node: NodeId) {
        let _ = (at, node);
    }

    /// A node, or its host on its behalf, announced a fact.
    fn fact(&mut self, at: Moment, node: NodeId, fact: &Fact) {
        let _ = (at, node, fact);
    }

    /// All faults are over and what was broken is mended: from here on the system must make progress.
    fn healed(&mut self, at: Moment) {
        let _ = at;
    }

    /// Something happened; told only where [`Observer::wants_trace`] says so.
    fn trace(&mut self, at: Moment, event: &TraceEvent) {
        let _ = (at, event);
    }

    /// An event is over, and this is the hash of all that has happened up to here. Told by hosts that hash, and only where
    /// [`Observer::wants_trace`] says so.
    fn stepped(&mut self, at: Moment, hash: u64) {
        let _ = (at, hash);
    }

    /// Whether this observer wants [`Observer::trace`], which costs a host time. Asked once, at the beginning.
    fn wants_trace(&self) -> bool {
        false
    }

    /// A node sent a message to a member; told only where [`Observer::wants_sent`] says so.
    fn sent(&mut self, at: Moment, from: NodeId, to: NodeId, load: Load) {
        let _ = (at, from, to, load);
    }

    /// Whether this observer wants [`Observer::sent`], which costs a host time. Asked once, at the beginning.
    fn wants_sent(&self) -> bool {
        false
    }

    /// Whether the execution may end here, because what this observer looks for has happened. Asked after every event that
    /// brought an operation or a fact.
    fn done(&self) -> bool {
        false
    }
}

/// Hears nothing.
impl Observer for () {}

impl<O: Observer + ?Sized> Observer for &mut O {
    fn op(&mut self, at: Moment, event: &OpEvent) {
        (**self).op(at, event);
    }

    fn asked(&mut self, at: Moment, node: NodeId) {
        (**self).asked(at, node);
    }

    fn fact(&mut self, at: Moment, node: NodeId, fact: &Fact) {
        (**self).fact(at, node, fact);
    }

    fn healed(&mut self, at: Moment) {
        (**self).healed(at);
    }

    fn trace(&mut self, at: Moment, event: &TraceEvent) {
        (**self).trace(at, event);
    }

    fn stepped(&mut self, at: Moment, hash: u64) {
        (**self).stepped(at, hash);
    }

    fn wants_trace(&self) -> bool {
        (**self).wants_trace()
    }

    fn sent(&mut self, at: Moment, from: NodeId, to: NodeId, load: Load) {
        (**self).sent(at, from, to, load);
    }

    fn wants_sent(&self) -> bool {
        (**self).wants_sent()
    }

    fn done(&self) -> bool {
        (**self).done()
    }
}

/// Two observers that hear the same.
impl<A: Observer, B: Observer> Observer for (A, B) {
    fn op(&mut self, at: Moment, event: &OpEvent) {
        self.0.op(at, event);
        self.1.op(at, event);
    }

    fn asked(&mut self, at: Moment, node: NodeId) {
        self.0.asked(at, node);
        self.1.asked(at, node);
    }

    fn fact(&mut self, at: Moment, node: NodeId, fact: &Fact) {
        self.0.fact(at, node, fact);
        self.1.fact(at, node, fact);
    }

    fn healed(&mut self, at: Moment) {
        self.0.healed(at);
        self.1.healed(at);
    }

    fn trace(&mut self, at: Moment, event: &TraceEvent) {
        if self.0.wants_trace() {
            self.0.trace(at, event);
        }
        if self.1.wants_trace() {
            self.1.trace(at, event);
        }
    }

    fn stepped(&mut self, at: Moment, hash: u64) {
        self.0.stepped(at, hash);
        self.1.stepped(at, hash);
    }

    fn wants_trace(&self) -> bool {
        self.0.wants_trace() || self.1.wants_trace()
    }

    fn sent(&mut self, at: Moment, from: NodeId, to: NodeId, load: Load) {
        if self.0.wants_sent() {
            self.0.sent(at, from, to, load);
        }
        if self.1.wants_sent() {
            self.1.sent(at, from, to, load);
        }
    }

    fn wants_sent(&self) -> bool {
        self.0.wants_sent() || self.1.wants_sent()
    }

    fn done(&self) -> bool {
        self.0.done() || self.1.done()
    }
}
