//! The perfect failure detector: "exclude on timeout" (Cachin, Guerraoui and Rodrigues, 2nd ed., §2.6.2, Alg. 2.5).

use std::collections::VecDeque;

use seatrial_node::{Disk, Duration, Input, Instant, Io, Node, NodeId, OpenError, Status};

use crate::heartbeat::{Asker, Beat, Heartbeat, HeartbeatTimer, check_times};
use crate::mutant::{mutant_of, planted};
use crate::{Detector, PerfectDetector, Suspicion};

/// How a perfect detector behaves.
#[derive(Clone, Debug, Hash)]
pub struct PerfectConfig {
    /// How often every peer is asked.
    pub period: Duration,
    /// The synchrony bound Δ: a question, its handling and the answer together take no longer, or the promises are void. No shorter
    /// than the period, and at most [`PerfectConfig::MAX_ROUNDS`] periods.
    pub delta: Duration,
    /// The bug that is planted, if any.
    #[cfg(feature = "mutants")]
    pub mutant: Option<crate::Mutant>,
}

impl PerfectConfig {
    /// How many rounds may wait for their answers at a time. It bounds the detector's memory.
    pub const MAX_ROUNDS: u64 = 1_000;
}

impl Default for PerfectConfig {
    /// A question every 100 ms, and 200 ms to answer it.
    fn default() -> Self {
        Self {
            period: Duration::from_millis(100),
            delta: Duration::from_millis(200),
            #[cfg(feature = "mutants")]
            mutant: None,
        }
    }
}

/// Suspects a peer that has not answered within Δ, and never restores it.
///
/// Assumed: processes crash and do not come back, no message is lost, and an answer takes no longer than Δ. Then a process that
/// crashes is suspected within period + Δ (PFD1, strong completeness), and no process before it crashes (PFD2, strong accuracy). Where the
/// run breaks the assumption, and a suspected peer is heard, the detector says so: [`Suspicion::AssumptionBroken`].
///
/// A lost answer is forgiven as long as a later one comes before the lost one's time is over, so a Δ of several periods rides out some
/// loss.
#[derive(Clone, Debug, Hash)]
pub struct Perfect {
    config: PerfectConfig,
    asker: Asker,
    peers: Vec<Peer>,
    /// When the time to answer is over, for each round whose time is not: the last is the present round's.
    deadlines: VecDeque<Instant>,
    /// The last round whose time is over.
    closed: u64,
    broken: u64,
}

#[derive(Clone, Debug, Default, Hash)]
struct Peer {
    /// The present round when it was suspected.
    suspected: Option<u64>,
    /// Whether it has been told that this suspected peer lives.
    told: bool,
}

impl Node for Perfect {
    type Config = PerfectConfig;
    type Message = Heartbeat;
    type Timer = HeartbeatTimer;
    type Request = ();
    type Response = ();
    type Event = Suspicion;

    fn open(config: &PerfectConfig, _: &mut Disk<'_>) -> Result<Self, OpenError> {
        check_times(config.period, "delta", config.delta)?;
        let longest = config.period * PerfectConfig::MAX_ROUNDS;
        if config.delta > longest {
            return Err(OpenError::Config(format!(
                "delta is {}, more than {} periods: so many rounds would wait for answers at a time; make it at most {longest}, or \
                 lengthen the period",
                config.delta,
                PerfectConfig::MAX_ROUNDS
            )));
        }
        let asker = Asker::new(mutant_of!(config));
        Ok(Self {
            config: config.clone(),
            asker,
            peers: Vec::new(),
            deadlines: VecDeque::new(),
            closed: 0,
            broken: 0,
        })
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        match input {
            Input::Start => {
                self.asker.start(io);
                self.peers = vec![Peer::default(); self.asker.count()];
                self.begin_round(io);
            }
            Input::Timer(HeartbeatTimer::Round) => self.begin_round(io),
            Input::Timer(HeartbeatTimer::Deadline) => self.close_rounds(io),
            Input::Message { from, body } => {
                let peers = &self.peers;
                let suspects_any = || peers.iter().any(|peer| peer.suspected.is_some());
                if let Some(beat) = self.asker.hear(from, body, suspects_any, io) {
                    self.heard(&beat, io);
                }
            }
            _ => {}
        }
    }

    /// `suspected`: how many peers; `broken`: answers that broke the synchrony assumption; and what it dropped.
    fn status(&self) -> Status {
        let suspected = self.peers.iter().filter(|peer| peer.suspected.is_some()).count();
        Status::new()
            .with("suspected", suspected as u64)
            .with("broken", self.broken)
            .with_all(self.asker.status())
    }

    fn digest(message: &Heartbeat) -> u64 {
        message.digest()
    }
}

impl Detector for Perfect {
    fn suspects(&self, node: NodeId) -> bool {
        let peer = self.asker.find(node).and_then(|peer| self.peers.get(peer));
        peer.is_some_and(|peer| peer.suspected.is_some())
    }

    #[cfg(feature = "mutants")]
    fn planted(config: &PerfectConfig) -> Option<crate::Mutant> {
        config.mutant
    }
}

impl PerfectDetector for Perfect {}

impl Perfect {
    fn begin_round(&mut self, io: &mut Io<'_, Self>) {
        self.asker.ask(io);
        // An answer after exactly Δ is in time.
        let time = self.config.delta + Duration::from_nanos(1);
        if self.deadlines.is_empty() {
            io.set_timer(HeartbeatTimer::Deadline, time);
        }
        self.deadlines.push_back(io.now() + time);
        io.set_timer(HeartbeatTimer::Round, self.config.period);
    }

    /// Closes the rounds whose time is over, and suspects whoever has answered neither them nor a later one.
    fn close_rounds(&mut self, io: &mut Io<'_, Self>) {
        while self.deadlines.front().is_some_and(|deadline| *deadline <= io.now()) {
            self.deadlines.pop_front();
            self.closed += 1;
        }
        for (i, peer) in self.peers.iter_mut().enumerate() {
            if peer.suspected.is_none() && self.asker.last_answer(i) < self.closed {
                peer.suspected = Some(self.asker.round());
                io.announce(Suspicion::Suspect(self.asker.node(i)));
            }
        }
        if let Some(next) = self.deadlines.front() {
            io.set_timer(HeartbeatTimer::Deadline, next.since(io.now()));
        }
    }

    /// An answer of a suspected peer shows that the assumption was broken, where it came too late, or to a question that was asked
    /// only after the suspicion. An answer in time to one that was asked before may have crossed the peer's crash.
    fn heard(&mut self, beat: &Beat, io: &mut Io<'_, Self>) {
        let peer = &mut self.peers[beat.peer];
        let Some(suspected) = peer.suspected else { return };
        if beat.round > self.closed && beat.round <= suspected {
            return;
        }
        let node = self.asker.node(beat.peer);
        if planted!(self.config, SilentRestore) {
            peer.suspected = None;
            io.announce(Suspicion::Restore(node));
            return;
        }
        self.broken += 1;
        if !peer.told {
            peer.told = true;
            io.announce(Suspicion::AssumptionBroken(node));
        }
    }
}
