//! A trace as acts, and which act is a cause of which: what a person wants to see is neither a line nor an event, but what one node or
//! client did at one step, and what it did that for.
//!
//! An act comes after the one before it at the same node or client, and after the act that sent the message it handles: Lamport's
//! happened-before (1978). A disk's completion comes after the act that asked for it. It is computed from the trace; no protocol is asked.

mod matter;
mod words;

use std::collections::BTreeMap;

use seatrial_history::{Clients, DiskTurn, Endpoint, Moment, TraceEvent, TraceItem, TraceLine};
use seatrial_node::{Fact, NodeId};

pub use self::matter::{MOST, that_matter};
pub use self::words::{brief, heading, label, sentence};

/// What somebody did at one step: a message handled and answered, a timer that came due, a crash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// When.
    pub at: Moment,
    /// Who; nobody in particular, where it happened to the world.
    pub who: Option<Endpoint>,
    /// The lines of the trace that tell it, in their order.
    pub lines: Vec<usize>,
    /// The act before it at the same place.
    pub before: Option<usize>,
    /// The act that sent what it handles; or that asked the disk for what is done now.
    pub sender: Option<usize>,
    /// Nobody did it: a message came to its end on the way.
    pub is_loss: bool,
}

/// All acts of a trace, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Acts {
    /// The acts.
    pub all: Vec<Act>,
}

impl Acts {
    /// The acts of a trace.
    pub fn of(trace: &[TraceLine]) -> Self {
        let clients = Clients::of(trace);
        let mut reader = Reader::default();
        for (index, line) in trace.iter().enumerate() {
            reader.read(index, line, &clients);
        }
        Self { all: reader.all }
    }

    /// All that may have been a cause of this act, itself included: for each act, whether it is in this cone.
    pub fn cone(&self, of: usize) -> Vec<bool> {
        let mut cone = vec![false; self.all.len()];
        cone[of] = true;
        for act in (0..=of).rev() {
            if cone[act] {
                let Act { before, sender, .. } = self.all[act];
                for cause in [before, sender].into_iter().flatten() {
                    cone[cause] = true;
                }
            }
        }
        cone
    }

    /// The acts of a step.
    pub fn at_step(&self, step: u64) -> std::ops::Range<usize> {
        let from = self.all.partition_point(|act| act.at.step < step);
        let to = self.all.partition_point(|act| act.at.step <= step);
        from..to
    }
}

/// Puts lines together.
#[derive(Default)]
struct Reader {
    all: Vec<Act>,
    /// The acts of the present step.
    present: Vec<usize>,
    /// The last act at each place.
    last: BTreeMap<Endpoint, usize>,
    /// The acts that sent messages, by the messages' names.
    sent: BTreeMap<u64, usize>,
    /// The acts that asked disks for something: what a life of a node asks for overwrites what one before did.
    asked: BTreeMap<(NodeId, u64), usize>,
}

impl Reader {
    fn read(&mut self, index: usize, line: &TraceLine, clients: &Clients) {
        let (who, is_loss) = place(&line.what, clients);
        let act = match self.as_it_left(line) {
            Some(sender) => sender,
            None => self.act(line.at, who, is_loss),
        };
        self.all[act].lines.push(index);
        match &line.what {
            TraceItem::Event(TraceEvent::Send { id, .. }) => {
                self.sent.insert(*id, act);
            }
            TraceItem::Event(TraceEvent::Duplicate { id, of }) => {
                if let Some(sender) = self.sent.get(of).copied() {
                    self.sent.insert(*id, sender);
                }
            }
            TraceItem::Event(TraceEvent::Deliver { id, .. } | TraceEvent::Drop { id, .. }) => {
                self.all[act].sender = self.sent.get(id).copied().filter(|sender| *sender != act);
            }
            TraceItem::Event(TraceEvent::Disk { node, turn: DiskTurn::Asked(token), .. }) => {
                self.asked.insert((*node, *token), act);
            }
            TraceItem::Event(TraceEvent::Disk { node, turn: DiskTurn::Done(token), .. }) => {
                self.all[act].sender = self.asked.get(&(*node, *token)).copied();
            }
            _ => {}
        }
    }

    /// The act that sent a message, where the network lost or copied it as it left: it is told there.
    fn as_it_left(&self, line: &TraceLine) -> Option<usize> {
        let TraceItem::Event(event) = &line.what else {
            return None;
        };
        let (TraceEvent::Drop { id, .. } | TraceEvent::Duplicate { of: id, .. }) = event else {
            return None;
        };
        let sender = *self.sent.get(id)?;
        (self.all[sender].at.step == line.at.step).then_some(sender)
    }

    /// The act of this place at this step, begun if there is none. Losses and what happens to the world stay apart.
    fn act(&mut self, at: Moment, who: Option<Endpoint>, is_loss: bool) -> usize {
        if self.present.first().is_some_and(|first| self.all[*first].at.step != at.step) {
            self.present.clear();
        }
        let same = |act: &&usize| {
            let act = &self.all[**act];
            who.is_some() && act.who == who && !act.is_loss && !is_loss
        };
        if let Some(act) = self.present.iter().find(same) {
            return *act;
        }
        let act = self.all.len();
        let before = match who {
            Some(who) if !is_loss => self.last.insert(who, act),
            _ => None,
        };
        self.all.push(Act { at, who, lines: Vec::new(), before, sender: None, is_loss });
        self.present.push(act);
        act
    }
}

/// Where a line happens, and whether it is the end of a message on its way.
fn place(what: &TraceItem, clients: &Clients) -> (Option<Endpoint>, bool) {
    let event = match what {
        TraceItem::Op(op) => return (clients.of_process(op.process), false),
        TraceItem::Fact(node, _) => return (Some(Endpoint::Node(*node)), false),
        TraceItem::Event(event) => event,
    };
    match event {
        TraceEvent::Send { from, .. } => (Some(*from), false),
        TraceEvent::Deliver { to, .. } => (Some(*to), false),
        TraceEvent::Drop { to, .. } => (Some(*to), true),
        TraceEvent::Timer { node, .. }
        | TraceEvent::Disk { node, .. }
        | TraceEvent::Status { node, .. } => (Some(Endpoint::Node(*node)), false),
        TraceEvent::Fault { node, .. } => (node.map(Endpoint::Node), false),
        _ => (None, false),
    }
}

/// Whether a node is there after this fact, where the fact says so: up, down, or standing still.
pub(crate) const fn presence(fact: &Fact) -> Option<&'static str> {
    match fact {
        Fact::Started { .. } | Fact::Resumed => Some("up"),
        Fact::Crashed | Fact::Refused => Some("down"),
        Fact::Paused => Some("paused"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn steps_of(acts: &Acts, chosen: impl Fn(usize) -> bool) -> Vec<u64> {
        let chosen = (0..acts.all.len()).filter(|act| chosen(*act));
        chosen.map(|act| acts.all[act].at.step).collect()
    }

    #[test]
    fn what_one_does_at_a_step_is_one_act() {
        let acts = Acts::of(&samples::story());
        assert_eq!(acts.at_step(1).len(), 3, "three nodes start");
        for step in 2..=14 {
            assert_eq!(acts.at_step(step).len(), 1, "{step}");
        }
        let election = &acts.all[acts.at_step(3).start];
        assert_eq!(
            election.lines.len(),
            6,
            "a loss and a copy are told where the message was sent"
        );
    }

    #[test]
    fn the_cone_holds_what_may_have_been_a_cause_and_nothing_else() {
        let trace = samples::story();
        let acts = Acts::of(&trace);
        let cone = acts.cone(acts.at_step(13).start);
        // n2's own acts, n0's, and those of n1 that n0 heard of; not the partition, n1's victory, or a message that was lost.
        assert_eq!(steps_of(&acts, |act| cone[act]), [1, 1, 1, 3, 4, 7, 9, 10, 11, 12, 13]);
        let first = acts.cone(acts.at_step(5).start);
        assert_eq!(steps_of(&acts, |act| first[act]), [1, 1, 3, 4, 5]);
    }

    #[test]
    fn a_copy_is_sent_by_who_sent_the_first() {
        let acts = Acts::of(&samples::story());
        let lost = &acts.all[acts.at_step(8).start];
        assert!(lost.is_loss);
        assert_eq!(lost.sender.map(|act| acts.all[act].at.step), Some(3));
        assert_eq!(lost.before, None, "nobody did it");
    }
}
