//! The φ-accrual failure detector (Hayashibara, Défago, Yared and Katayama, *The φ Accrual Failure Detector*, SRDS 2004).

use seatrial_node::{Disk, Duration, Input, Instant, Io, Node, NodeId, OpenError, Status};

use crate::heartbeat::{Asker, Heartbeat, HeartbeatTimer, check_times};
use crate::mutant::{mutant_of, planted};
use crate::window::Window;
use crate::{Detector, Suspicion};

/// How a φ-accrual detector behaves.
#[derive(Clone, Debug)]
pub struct PhiAccrualConfig {
    /// How often every peer is asked for a heartbeat.
    pub period: Duration,
    /// A peer is suspected once φ reaches this: from 0.5 to 100. At 1 about one suspicion in ten is a mistake, at 2 one in a hundred, at 8
    /// one in 10⁸, if times between heartbeats are distributed normally.
    pub threshold: f64,
    /// Of how many times between heartbeats the distribution is estimated: from 2 to 1,000.
    pub window: usize,
    /// The least deviation assumed, so that a very regular peer is not suspected for one hiccup. Not zero.
    pub min_deviation: Duration,
    /// How long a peer may be silent until its window holds [`PhiAccrualConfig::WARM_UP`] times, or is full. No shorter than the period.
    pub first_timeout: Duration,
    /// The bug that is planted, if any.
    #[cfg(feature = "mutants")]
    pub mutant: Option<crate::Mutant>,
}

impl PhiAccrualConfig {
    /// From this many times between heartbeats on their distribution is believed.
    pub const WARM_UP: usize = 8;
}

impl Default for PhiAccrualConfig {
    /// A question every 100 ms, suspicion at φ = 8 over the last 100 times, which deviate by at least 20 ms.
    fn default() -> Self {
        Self {
            period: Duration::from_millis(100),
            threshold: 8.0,
            window: 100,
            min_deviation: Duration::from_millis(20),
            first_timeout: Duration::from_millis(500),
            #[cfg(feature = "mutants")]
            mutant: None,
        }
    }
}

/// Suspects a peer when its silence has become too improbable, given the times between its heartbeats so far.
///
/// φ(t) = −log₁₀ P(a heartbeat comes later than t after the last), with the normal distribution of the window's mean and deviation (§4 of
/// the paper). A peer that crashes is suspected for good, as no more heartbeats come. A correct peer may be suspected now and then, and is
/// restored; the window learns from the mistake. One long silence counts in the window as twice what was allowed, so that a restart does
/// not make the detector slow for long.
///
/// The paper's heartbeats come unasked. These answer questions, so that none of a former life counts.
///
/// The silence at which φ reaches the threshold is mean + z · deviation with a fixed z. It is computed in whole numbers from one constant
/// of the configuration, so that a run is the same on every machine.
#[derive(Clone, Debug, Hash)]
pub struct PhiAccrual {
    config: Settings,
    asker: Asker,
    peers: Vec<Peer>,
    /// When the deadline timer comes due, if it is set.
    due: Option<Instant>,
    mistakes: u64,
}

/// The configuration, as it is used.
#[derive(Clone, Debug, Hash)]
struct Settings {
    period: Duration,
    window: usize,
    min_deviation: Duration,
    first_timeout: Duration,
    /// z, in 2⁻¹⁶.
    quantile: u64,
    planted: crate::mutant::Planted,
}

#[derive(Clone, Debug, Hash)]
struct Peer {
    window: Window,
    /// When it was heard last, or first asked.
    heard: Instant,
    /// How long it may be silent from then on.
    allowed: Duration,
    /// Whether it has been heard at all.
    spoke: bool,
    suspected: bool,
}

impl Node for PhiAccrual {
    type Config = PhiAccrualConfig;
    type Message = Heartbeat;
    type Timer = HeartbeatTimer;
    type Request = ();
    type Response = ();
    type Event = Suspicion;

    fn open(config: &PhiAccrualConfig, _: &mut Disk<'_>) -> Result<Self, OpenError> {
        check(config)?;
        let settings = Settings {
            period: config.period,
            window: config.window,
            min_deviation: config.min_deviation,
            first_timeout: config.first_timeout,
            quantile: quantile(config.threshold),
            planted: mutant_of!(config),
        };
        let asker = Asker::new(settings.planted);
        Ok(Self { config: settings, asker, peers: Vec::new(), due: None, mistakes: 0 })
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        match input {
            Input::Start => {
                self.asker.start(io);
                let peer = || Peer {
                    window: Window::new(self.config.window),
                    heard: io.now(),
                    allowed: self.config.first_timeout,
                    spoke: false,
                    suspected: false,
                };
                self.peers = (0..self.asker.count()).map(|_| peer()).collect();
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
                    self.heard(beat.peer, io);
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

impl Detector for PhiAccrual {
    fn suspects(&self, node: NodeId) -> bool {
        let peer = self.asker.find(node).and_then(|peer| self.peers.get(peer));
        peer.is_some_and(|peer| peer.suspected)
    }

    #[cfg(feature = "mutants")]
    fn planted(config: &PhiAccrualConfig) -> Option<crate::Mutant> {
        config.mutant
    }
}

impl PhiAccrual {
    /// The suspicion level of a peer at an instant, for a user that draws its own line; none of a stranger, or before there is a
    /// distribution.
    pub fn phi(&self, node: NodeId, now: Instant) -> Option<f64> {
        let peer = self.peers.get(self.asker.find(node)?)?;
        if !self.config.believes(&peer.window) {
            return None;
        }
        let silence = now.since(peer.heard).as_nanos() as f64;
        let mean = peer.window.mean().as_nanos() as f64;
        let deviation = peer.window.deviation().max(self.config.min_deviation).as_nanos() as f64;
        Some(phi((silence - mean) / deviation))
    }

    fn begin_round(&mut self, io: &mut Io<'_, Self>) {
        self.asker.ask(io);
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

    /// Sets the timer to the first deadline. It comes too early where an answer has moved that away, and finds nobody to suspect.
    fn wait(&mut self, io: &mut Io<'_, Self>) {
        let next = self.peers.iter().filter_map(Peer::deadline).min();
        let Some(next) = next.filter(|next| self.due.is_none_or(|due| *next < due)) else { return };
        self.due = Some(next);
        io.set_timer(HeartbeatTimer::Deadline, next.since(io.now()));
    }

    fn heard(&mut self, i: usize, io: &mut Io<'_, Self>) {
        let peer = &mut self.peers[i];
        peer.learn(io.now(), &self.config);
        if planted!(self.config.planted, FdNoUnsuspect) {
            return;
        }
        let was_suspected = std::mem::replace(&mut peer.suspected, false);
        if was_suspected {
            self.mistakes += 1;
            if !planted!(self.config.planted, SilentRestore) {
                io.announce(Suspicion::Restore(self.asker.node(i)));
            }
        }
    }
}

impl Peer {
    /// When it is to be suspected if it stays silent.
    fn deadline(&self) -> Option<Instant> {
        (!self.suspected).then(|| self.heard + self.allowed)
    }

    fn learn(&mut self, now: Instant, config: &Settings) {
        if self.spoke {
            let longest = self.allowed + self.allowed;
            self.window.push(now.since(self.heard).min(longest));
        }
        (self.spoke, self.heard) = (true, now);
        if config.believes(&self.window) {
            self.allowed = config.allowed(&self.window);
        }
    }
}

impl Settings {
    fn believes(&self, window: &Window) -> bool {
        window.len() >= self.window.min(PhiAccrualConfig::WARM_UP)
    }

    /// The silence at which φ reaches the threshold.
    fn allowed(&self, window: &Window) -> Duration {
        let deviation = window.deviation().max(self.min_deviation);
        let beyond = (u128::from(deviation.as_nanos()) * u128::from(self.quantile)) >> 16;
        window.mean() + Duration::from_nanos(u64::try_from(beyond).unwrap_or(u64::MAX))
    }
}

/// φ at so many deviations above the mean.
fn phi(z: f64) -> f64 {
    -libm::log10(libm::erfc(z / std::f64::consts::SQRT_2) / 2.0)
}

/// The z at which φ is the threshold, in 2⁻¹⁶: φ rises with z, so halving finds it.
fn quantile(threshold: f64) -> u64 {
    // φ(0) = 0.3 is below every threshold, φ(32) = 224 above.
    let (mut low, mut high) = (0_u64, 32 << 16);
    while high - low > 1 {
        let middle = low.midpoint(high);
        if phi(middle as f64 / 65_536.0) < threshold {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

fn check(config: &PhiAccrualConfig) -> Result<(), OpenError> {
    check_times(config.period, "first_timeout", config.first_timeout)?;
    let fault = |text: String| Err(OpenError::Config(text));
    if !(0.5..=100.0).contains(&config.threshold) {
        return fault(format!(
            "threshold is {}: below 0.5 a peer is suspected before its next heartbeat is due, and above 100 hardly ever; make it 0.5 to \
             100, such as 8",
            config.threshold
        ));
    }
    if !(2..=Window::MAX).contains(&config.window) {
        return fault(format!(
            "window is {}: a distribution needs 2 times at least, and more than {} are not kept; make it 2 to {}, such as 100",
            config.window,
            Window::MAX,
            Window::MAX
        ));
    }
    if config.min_deviation == Duration::ZERO {
        return fault(
            "min_deviation is 0s: the slightest delay of a regular peer would be suspected; make it longer than zero".into(),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phi_is_minus_the_logarithm_of_the_normal_tail() {
        // From tables of the normal distribution: P(Z > 1.2816) = 0.1, P(Z > 3.0902) = 0.001, P(Z > 5.6120) = 10^-8.
        for (z, expected) in [(1.281_552, 1.0), (3.090_232, 3.0), (5.612_001, 8.0)] {
            assert!((phi(z) - expected).abs() < 1e-4, "phi({z}) is {}", phi(z));
            let found = quantile(expected) as f64 / 65_536.0;
            assert!((found - z).abs() < 1e-4, "the quantile of {expected} is {found}");
        }
        assert!(quantile(100.0) < 32 << 16);
    }
}
