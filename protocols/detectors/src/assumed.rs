//! A failure detector over a host that is assumed to tell of every crash: for searches through every moment of suspicion.

use seatrial_node::{Disk, Input, Io, Node, NodeId, OpenError, Status};

use crate::{Detector, PerfectDetector, Suspicion};

/// Suspects whoever the host says has crashed, by a message that seems to come from there. It sends nothing and sets no timer. Its
/// promises are the host's, so over any other host take [`Perfect`](crate::Perfect).
///
/// A search through all orders of events needs it: there, each question and each timer would be one more thing to order, and a detector
/// that goes by time would have to trust a clock.
#[derive(Clone, Debug, Default, Hash)]
pub struct Assumed {
    /// In ascending order.
    suspected: Vec<NodeId>,
}

/// The host says that the node from which this seems to come has crashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Crashed;

impl Node for Assumed {
    type Config = ();
    type Message = Crashed;
    type Timer = ();
    type Request = ();
    type Response = ();
    type Event = Suspicion;

    fn open((): &(), _: &mut Disk<'_>) -> Result<Self, OpenError> {
        Ok(Self::default())
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        let Input::Message { from, body: Crashed } = input else { return };
        let is_peer = from != io.me() && io.members().binary_search(&from).is_ok();
        if let Err(place) = self.suspected.binary_search(&from)
            && is_peer
        {
            self.suspected.insert(place, from);
            io.announce(Suspicion::Suspect(from));
        }
    }

    /// `suspected`: how many peers.
    fn status(&self) -> Status {
        Status::new().with("suspected", self.suspected.len() as u64)
    }
}

impl Detector for Assumed {
    fn suspects(&self, node: NodeId) -> bool {
        self.suspected.binary_search(&node).is_ok()
    }
}

impl PerfectDetector for Assumed {}

#[cfg(test)]
mod tests {
    use seatrial_node::{NoStorage, Probe};

    use super::*;

    #[test]
    fn whoever_the_host_names_is_suspected_once_and_for_good() {
        let mut detector = Assumed::open(&(), &mut Disk::new(&mut NoStorage)).expect("opens");
        let mut probe = Probe::new(NodeId(0), &[NodeId(0), NodeId(1)]);
        let mut told = |from| {
            let effects =
                probe.handle(&mut detector, Input::Message { from: NodeId(from), body: Crashed });
            effects.len()
        };
        assert_eq!([told(1), told(1)], [1, 0]);
        assert_eq!([told(0), told(7)], [0, 0], "itself, and a stranger");
        assert!(detector.suspects(NodeId(1)) && !detector.suspects(NodeId(7)));
        assert_eq!(probe.handle(&mut detector, Input::Start).len(), 0);
    }
}
