//! Leader detectors: the member of the highest rank that is not suspected leads. The lower a member's id, the higher its rank.

use std::fmt;

use seatrial_node::{Disk, Input, Io, Node, NodeId, OpenError, Outbox, Status};

use crate::mutant::{Planted, planted};
use crate::{Detector, LeaderDetector, Leadership, PerfectDetector, Suspicion};

/// Monarchical leader election over a perfect detector (Cachin, Guerraoui and Rodrigues, 2nd ed., §2.6.3, Alg. 2.6).
///
/// Either there is no correct process, or some correct process is eventually trusted by all (LE1, eventual detection); and a new leader
/// is trusted only once those before it have crashed (LE2, accuracy). Both as long as the detector's assumption holds.
pub struct MonarchicalLeader<D: PerfectDetector>(Monarch<D>);

/// Ω, monarchical eventual leader detection over a detector that restores (§2.6.5, Alg. 2.8).
///
/// There is a time from which on every correct process trusts some correct process (ELD1, eventual accuracy), and no two correct processes
/// trust different ones (ELD2, eventual agreement). It takes a detector with eventual strong accuracy to keep that, such as
/// [`EventuallyPerfect`](crate::EventuallyPerfect); over another, leaders agree as far as its suspicions do.
pub struct Omega<D: Detector>(Monarch<D>);

/// What both do: follow the detector, and trust the first member that it does not suspect.
#[derive(Clone, Debug)]
struct Monarch<D> {
    detector: D,
    /// The detector's events of one input. Empty between inputs, when it only keeps its memory.
    heard: Vec<Suspicion>,
    leader: Option<NodeId>,
    #[cfg_attr(not(feature = "mutants"), expect(dead_code, reason = "only planted bugs read it"))]
    planted: Planted,
}

impl<D: Detector> Monarch<D> {
    fn open(config: &D::Config, disk: &mut Disk<'_>) -> Result<Self, OpenError> {
        let planted = Planted::of::<D>(config);
        Ok(Self { detector: D::open(config, disk)?, heard: Vec::new(), leader: None, planted })
    }

    fn handle<N>(&mut self, input: Input<D>, io: &mut Io<'_, N>)
    where
        N: Node<Message = D::Message, Timer = D::Timer, Event = Leadership>,
    {
        let mut outbox =
            Outbox::<D> { events: std::mem::take(&mut self.heard), replies: Vec::new() };
        let detector = &mut self.detector;
        io.child("", |body| body, |timer| timer, &mut outbox, |io| detector.handle(input, io));
        for suspicion in outbox.events.drain(..) {
            io.announce(Leadership::Suspicion(suspicion));
        }
        self.heard = outbox.events;
        self.elect(io);
    }

    fn elect<N: Node<Event = Leadership>>(&mut self, io: &mut Io<'_, N>) {
        let leader = self.first(io.members());
        if leader != self.leader {
            self.leader = leader;
            if let Some(leader) = leader {
                io.announce(Leadership::Trust(leader));
            }
        }
    }

    /// The member of the highest rank that is not suspected.
    fn first(&self, members: &[NodeId]) -> Option<NodeId> {
        let suspected = |member: &NodeId| self.detector.suspects(*member);
        if planted!(self.planted, LoyalToTheDead) {
            return members.first().copied();
        }
        if planted!(self.planted, CountedSuccession) {
            let passed = members.iter().filter(|member| suspected(member)).count();
            return members.get(passed).copied();
        }
        if planted!(self.planted, StickyLeader)
            && let Some(leader) = self.leader.filter(|leader| !suspected(leader))
        {
            return Some(leader);
        }
        members.iter().copied().find(|member| !suspected(member))
    }

    fn status(&self) -> Status {
        Status::new().with("leader", self.leader).with_all(self.detector.status())
    }
}

/// The same input, for the detector below. None where it is not meant for a detector.
fn below<N, D>(input: Input<N>) -> Option<Input<D>>
where
    D: Node,
    N: Node<Message = D::Message, Timer = D::Timer>,
{
    match input {
        Input::Start => Some(Input::Start),
        Input::Message { from, body } => Some(Input::Message { from, body }),
        Input::Timer(timer) => Some(Input::Timer(timer)),
        Input::Synced { token, result } => Some(Input::Synced { token, result }),
        Input::Read { token, result } => Some(Input::Read { token, result }),
        _ => None,
    }
}

/// The traits of one of the two, which differ in what they ask of their detector only.
macro_rules! leader_detector {
    ($leader:ident, $detector:ident) => {
        impl<D: $detector> Node for $leader<D> {
            type Config = D::Config;
            type Message = D::Message;
            type Timer = D::Timer;
            type Request = ();
            type Response = ();
            type Event = Leadership;

            fn open(config: &D::Config, disk: &mut Disk<'_>) -> Result<Self, OpenError> {
                Monarch::open(config, disk).map(Self)
            }

            fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
                if let Some(input) = below(input) {
                    self.0.handle(input, io);
                }
            }

            /// `leader`, and the detector's own.
            fn status(&self) -> Status {
                self.0.status()
            }

            fn digest(message: &D::Message) -> u64 {
                D::digest(message)
            }
        }

        impl<D: $detector> LeaderDetector for $leader<D> {
            fn leader(&self) -> Option<NodeId> {
                self.0.leader
            }
        }

        impl<D: $detector> $leader<D> {
            /// The detector below.
            pub fn detector(&self) -> &D {
                &self.0.detector
            }
        }

        impl<D: $detector + Clone> Clone for $leader<D> {
            fn clone(&self) -> Self {
                Self(self.0.clone())
            }
        }

        impl<D: $detector + fmt::Debug> fmt::Debug for $leader<D> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

leader_detector!(MonarchicalLeader, PerfectDetector);
leader_detector!(Omega, Detector);
