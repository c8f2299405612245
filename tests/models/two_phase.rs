//! Two-phase commit (Gray and Lamport 2006, *Consensus on transaction commit*, §3), as nodes of our own.
//!
//! What was said stays said: messages arrive any number of times. What a manager does unasked is a message to itself, which is there from the
//! start.

use seatrial_node::{Disk, Input, Io, Node, NodeId, OpenError};
use seatrial_search::{Arrivals, Exploration, Identity, Reduction};

use super::Counted;
use super::ours::violation;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Said {
    /// To oneself: the transaction manager may commit, a resource manager may prepare.
    GoOn,
    /// To oneself: either may abort.
    GiveUp,
    Prepared,
    Commit,
    Abort,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Stage {
    Working,
    Prepared,
    Committed,
    Aborted,
}

/// The transaction manager, n0, or a resource manager.
#[derive(Clone, Debug, Hash)]
struct Manager {
    stage: Stage,
    /// Who has told the transaction manager to be prepared, a bit each.
    prepared: u32,
}

impl Node for Manager {
    type Config = ();
    type Message = Said;
    type Timer = ();
    type Request = ();
    type Response = ();
    type Event = ();

    fn open((): &(), _: &mut Disk<'_>) -> Result<Self, OpenError> {
        Ok(Self { stage: Stage::Working, prepared: 0 })
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        match input {
            Input::Start => {
                io.send(io.me(), Said::GoOn);
                io.send(io.me(), Said::GiveUp);
            }
            Input::Message { from, body } if io.me() == NodeId(0) => {
                self.coordinate(from, body, io)
            }
            Input::Message { body, .. } => self.take_part(body, io),
            _ => {}
        }
    }
}

impl Manager {
    fn coordinate(&mut self, from: NodeId, said: Said, io: &mut Io<'_, Self>) {
        if self.stage != Stage::Working {
            return;
        }
        let all = io.peers().fold(0, |bits, peer| bits | 1 << peer.0);
        let decision = match said {
            Said::Prepared => {
                self.prepared |= 1 << from.0;
                return;
            }
            Said::GoOn if self.prepared == all => Said::Commit,
            Said::GiveUp => Said::Abort,
            _ => return,
        };
        self.stage = if decision == Said::Commit { Stage::Committed } else { Stage::Aborted };
        io.peers().for_each(|peer| io.send(peer, decision));
    }

    fn take_part(&mut self, said: Said, io: &mut Io<'_, Self>) {
        match said {
            Said::GoOn if self.stage == Stage::Working => {
                self.stage = Stage::Prepared;
                io.send(NodeId(0), Said::Prepared);
            }
            Said::GiveUp if self.stage == Stage::Working => self.stage = Stage::Aborted,
            Said::Commit => self.stage = Stage::Committed,
            Said::Abort => self.stage = Stage::Aborted,
            _ => {}
        }
    }
}

/// Searches through it, and judges in every state that not one has committed and another aborted. Resource managers may be told apart or not.
pub(crate) fn ours(managers: u32, alike: bool) -> Counted {
    let resources: Vec<NodeId> = (1..=managers).filter(|_| alike).map(NodeId).collect();
    let small = Exploration::<Manager>::new(managers + 1, |_| ())
        .with_identity(Identity::World)
        .with_arrivals(Arrivals::Often)
        .with_symmetry(&resources)
        .without_counting_executions();
    let explored = small.explore(Reduction::States, |sight| {
        let is_somewhere = |stage| {
            let at = |node| sight.node(NodeId(node)).is_some_and(|node| node.stage == stage);
            (1..=managers).any(at)
        };
        let differ = is_somewhere(Stage::Committed) && is_somewhere(Stage::Aborted);
        differ.then(|| violation("consistency"))
    });
    Counted { unique: explored.states, holds: explored.holds() }
}
