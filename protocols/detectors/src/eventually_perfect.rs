//! The eventually perfect failure detector: "increasing timeout" (Cachin, Guerraoui and Rodrigues, 2nd ed., §2.6.4, Alg. 2.7).

use seatrial_node::{Disk, Duration, Input, Instant, Io, Node, NodeId, OpenError, Status};

use crate::heartbeat::{Asker, Beat, Heartbeat, HeartbeatTimer, check_times};
use crate::mutant::{mutant_of, planted};
use crate::{Detector, Suspicion};

/// How an eventually perfect detector behaves.
#[derive(Clone, Debug, Hash)]
pub struct EventuallyPerfectConfig {
    /// How often every peer is asked.
    pub period: Duration,
    /// How long a peer may leave questions unanswered at first. No shorter than the period.
    pub timeout: Duration,
    /// By how much a peer's timeout grows each time that it was suspected falsely. Not zero.
    pub increment: Duration,
    /// The bug that is planted, if any.
    #[cfg(feature = "mutants")]
    pub mutant: Option<crate::Mutant>,
}

impl Default for EventuallyPerfectConfig {
    /// A question every 100 ms, 200 ms to answer it, and 100 ms more after each mistake.
    fn default() -> Self {
        Self {
            period: Duration::from_millis(100),
            timeout: Duration::from_millis(200),
            increment: Duration::from_millis(100),
            #[cfg(feature = "mutants")]
            mutant: None,
        }
    }
}

/// Suspects a peer that has been silent for too long, restores it when it is heard after all, and then waits longer for it.
///
/// A process that crashes is suspected for good (EPFD1, strong completeness). Once answers take no longer than some bound, which need
/// not be known, no correct process is suspected any more (EPFD2, eventual strong accuracy). The book has one delay for all peers;
/// here each peer has its own, so that one slow link does not delay the suspicion of others.
///
/// A peer's time runs from the first question after its last answer. So it is suspected within its timeout, a period and the time of
/// an answer after it crashes.
#[derive(Clone, Debug, Hash)]
pub struct EventuallyPerfect {
    config: EventuallyPerfectConfig,
    asker: Asker,
    peers: Vec<Peer>,
    /// When the deadline timer comes due, if it is set.
    due: Option<Instant>,
    mistakes: u64,
}

#[derive(Clone, Debug, Hash)]
struct Peer {
    timeout: Duration,
    /// Since when a question to it is open; none where it has answered the last one.
    open: Option<Instant>,
    suspected: bool,
}

impl Node for EventuallyPerfect {
    type Config = EventuallyPerfectConfig;
    type Message = Heartbeat;
    type Timer = HeartbeatTimer;
    type Request = ();
    type Response = ();
    type Event = Suspicion;

    fn open(config: &EventuallyPerfectConfig, _: &mut Disk<'_>) -> Result<Self, OpenError> {
        check_times(config.period, "timeout", config.timeout)?;
        if config.increment == Duration::ZERO {
            return Err(OpenError::Config(
                "increment is 0s: a timeout that is too short would stay so for ever; make it longer than zero".into(),
            ));
        }
        let asker = Asker::new(mutant_of!(config));
        Ok(Self { config: config.clone(), asker, peers: Vec::new(), due: None, mistakes: 0 })
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        match input {
            Input::Start => {
                self.asker.start(io);
                let peer = Peer { timeout: self.config.timeout, open: None, suspected: false };
                self.peers = vec![peer; self.asker.count()];
                self.begin_round(io);
            }
            Input::Timer(HeartbeatTimer::Round) => self.begin_round(io),
            Input::Timer(HeartbeatTimer::Deadline) => {
                self.due = None;
                self.suspect_silent(io);
                self.wait(io);
            }
            Input::Message { from, body } => {
                let peers = &self.peers;
                let suspects_any = || peers.iter().any(|peer| peer.suspected);
                if let Some(beat) = self.asker.hear(from, body, suspects_any, io) {
                    self.heard(&beat, io);
                }
            }
            _ => {}
        }
    }

    /// `suspected`: how many peers; `mistakes`: false suspicions so far; and what it dropped.
    fn status(&self) -> Status {
        let suspected = self.peers.iter().filter(|peer| peer.suspected).count();
        Status::new()
            .with("suspected", suspected as u64)
            .with("mistakes", self.mistakes)
            .with_all(self.asker.status())
    }

    fn digest(message: &Heartbeat) -> u64 {
        message.digest()
    }
}

impl Detector for EventuallyPerfect {
    fn suspects(&self, node: NodeId) -> bool {
        let peer = self.asker.find(node).and_then(|peer| self.peers.get(peer));
        peer.is_some_and(|peer| peer.suspected)
    }

    #[cfg(feature = "mutants")]
    fn planted(config: &EventuallyPerfectConfig) -> Option<crate::Mutant> {
        config.mutant
    }
}

impl EventuallyPerfect {
    fn begin_round(&mut self, io: &mut Io<'_, Self>) {
        self.asker.ask(io);
        for peer in &mut self.peers {
            peer.open.get_or_insert_with(|| io.now());
        }
        self.wait(io);
        io.set_timer(HeartbeatTimer::Round, self.config.period);
    }

    fn suspect_silent(&mut self, io: &mut Io<'_, Self>) {
        for (i, peer) in self.peers.iter_mut().enumerate() {
            if peer.deadline().is_some_and(|deadline| deadline <= io.now()) {
                peer.suspected = true;
                io.announce(Suspicion::Suspect(self.asker.node(i)));
            }
        }
    }

    /// Sets the timer to the first deadline. Answers only move deadlines away, so they leave the timer alone, and one that comes too
    /// early finds nobody to suspect.
    fn wait(&mut self, io: &mut Io<'_, Self>) {
        let next = self.peers.iter().filter_map(Peer::deadline).min();
        let Some(next) = next.filter(|next| self.due.is_none_or(|due| *next < due)) else { return };
        self.due = Some(next);
        io.set_timer(HeartbeatTimer::Deadline, next.since(io.now()));
    }

    fn heard(&mut self, beat: &Beat, io: &mut Io<'_, Self>) {
        let peer = &mut self.peers[beat.peer];
        // Later questions are open still, where it is an earlier one that is answered.
        peer.open = (beat.round < self.asker.round()).then(|| io.now());
        if !peer.suspected || planted!(self.config, FdNoUnsuspect) {
            return;
        }
        self.mistakes += 1;
        peer.suspected = false;
        peer.timeout = peer.timeout + self.config.increment;
        if !planted!(self.config, SilentRestore) {
            io.announce(Suspicion::Restore(self.asker.node(beat.peer)));
        }
        self.wait(io);
    }
}

impl Peer {
    /// When it is to be suspected if it stays silent.
    fn deadline(&self) -> Option<Instant> {
        // An answer after exactly the timeout is in time.
        let time = self.timeout + Duration::from_nanos(1);
        self.open.filter(|_| !self.suspected).map(|open| open + time)
    }
}
