//! How long things take, drawn from a tape.
//!
//! Each family is a monotone map from one choice to a time, with the shortest time at zero, so that a smaller choice is a simpler
//! run. Logarithms come from `libm`, which gives the same bits on every machine.

use seatrial_node::Duration;
use serde::{Deserialize, Serialize};

use crate::tape::{MILLION, Site, Tape, site};

/// A family of durations. Rates are parts in a million.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub enum Latency {
    /// Always the same.
    Constant {
        /// How long.
        time: Duration,
    },
    /// Anything from `min` to `max`, both included, equally likely.
    Uniform {
        /// The shortest.
        min: Duration,
        /// The longest.
        max: Duration,
    },
    /// `min` plus an exponential tail; `mean` is that of the tail. At most `min` plus 22 means.
    Exponential {
        /// The shortest.
        min: Duration,
        /// The mean of what is added.
        mean: Duration,
    },
    /// Normal about `mean`, never below `min`.
    Normal {
        /// The middle.
        mean: Duration,
        /// The standard deviation.
        deviation: Duration,
        /// What shorter values become.
        min: Duration,
    },
    /// Mostly uniform from `min` to `max`, but in `slow_rate` of a million cases uniform from `slow_min` to `slow_max`.
    TwoMode {
        /// The shortest of the usual.
        min: Duration,
        /// The longest of the usual.
        max: Duration,
        /// How often it is slow, in a million.
        slow_rate: u32,
        /// The shortest of the slow.
        slow_min: Duration,
        /// The longest of the slow.
        slow_max: Duration,
    },
}

impl Latency {
    /// Always the same.
    pub const fn constant(time: Duration) -> Self {
        Self::Constant { time }
    }

    /// Anything from `min` to `max`.
    pub const fn uniform(min: Duration, max: Duration) -> Self {
        Self::Uniform { min, max }
    }

    /// Draws one, for this source at this site.
    pub fn draw(self, tape: &mut Tape, at: Site, source: u32) -> Duration {
        Sampler::new(self).sample(tape, at, source)
    }

    /// What is wrong with it, if anything: a sentence for whoever wrote it.
    pub fn problem(&self) -> Option<String> {
        let backwards = |low: Duration, high: Duration| {
            (low > high).then(|| format!("the shortest, {low}, is longer than the longest, {high}"))
        };
        match *self {
            Self::Constant { .. } | Self::Exponential { .. } | Self::Normal { .. } => None,
            Self::Uniform { min, max } => backwards(min, max),
            Self::TwoMode { min, max, slow_rate, slow_min, slow_max } => {
                let rate =
                    (slow_rate > MILLION).then(|| format!("a rate of {slow_rate} in a million"));
                rate.or_else(|| backwards(min, max)).or_else(|| backwards(slow_min, slow_max))
            }
        }
    }

    /// Longer than all but a few of them.
    pub fn usually_below(&self) -> Duration {
        match *self {
            Self::Constant { time } => time,
            Self::Uniform { max, .. } | Self::TwoMode { max, .. } => max,
            Self::Exponential { min, mean } => min + mean * 4,
            Self::Normal { mean, deviation, .. } => mean + deviation * 3,
        }
    }
}

/// A family made ready for drawing from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sampler {
    /// Uniform, with everything computed that is the same for each draw.
    Uniform {
        min: Duration,
        /// So many different times, from `min` upwards.
        times: u64,
    },
    Other(Latency),
}

impl Sampler {
    pub(crate) fn new(latency: Latency) -> Self {
        match latency {
            Latency::Uniform { min, max } => {
                let times = max.saturating_sub(min).as_nanos().saturating_add(1);
                Self::Uniform { min, times }
            }
            _ => Self::Other(latency),
        }
    }

    /// Draws one, for this source at this site.
    #[inline(always)]
    pub(crate) fn sample(&self, tape: &mut Tape, at: Site, source: u32) -> Duration {
        match *self {
            Self::Uniform { min, times } => {
                min + Duration::from_nanos(tape.choose(at, source, times))
            }
            Self::Other(latency) => latency.sample(tape, at, source),
        }
    }
}

impl Latency {
    #[inline(never)]
    fn sample(self, tape: &mut Tape, at: Site, source: u32) -> Duration {
        let uniform = |min, max, tape: &mut Tape| {
            Sampler::new(Self::Uniform { min, max }).sample(tape, at, source)
        };
        match self {
            Self::Constant { time } => time,
            Self::Uniform { min, max } => uniform(min, max, tape),
            Self::Exponential { min, mean } => {
                let tail = -libm::log(1.0 - unit(tape, at, source));
                min + scaled(mean, tail)
            }
            Self::Normal { mean, deviation, min } => {
                let distance = normal_quantile(unit(tape, at, source));
                let offset = scaled(deviation, distance.abs());
                let value =
                    if distance < 0.0 { mean.saturating_sub(offset) } else { mean + offset };
                value.max(min)
            }
            Self::TwoMode { min, max, slow_rate, slow_min, slow_max } => {
                if tape.chance(site::LATENCY_MODE, source, slow_rate) {
                    uniform(slow_min, slow_max, tape)
                } else {
                    uniform(min, max, tape)
                }
            }
        }
    }
}

/// A number in `[0, 1)`, in steps of 2^-32.
fn unit(tape: &mut Tape, at: Site, source: u32) -> f64 {
    tape.choose(at, source, 1 << 32) as f64 / 4_294_967_296.0
}

/// Products and conversions of `f64` are exact by IEEE 754, so the same everywhere.
fn scaled(span: Duration, factor: f64) -> Duration {
    Duration::from_nanos((span.as_nanos() as f64 * factor) as u64)
}

/// The inverse of the normal distribution function, by Acklam's rational approximation (relative error below 1.2e-9).
fn normal_quantile(p: f64) -> f64 {
    const A: [f64; 6] = [
        -3.969_683_028_665_376e1,
        2.209_460_984_245_205e2,
        -2.759_285_104_469_687e2,
        1.383_577_518_672_69e2,
        -3.066_479_806_614_716e1,
        2.506_628_277_459_239,
    ];
    const B: [f64; 5] = [
        -5.447_609_879_822_406e1,
        1.615_858_368_580_409e2,
        -1.556_989_798_598_866e2,
        6.680_131_188_771_972e1,
        -1.328_068_155_288_572e1,
    ];
    const C: [f64; 6] = [
        -7.784_894_002_430_293e-3,
        -3.223_964_580_411_365e-1,
        -2.400_758_277_161_838,
        -2.549_732_539_343_734,
        4.374_664_141_464_968,
        2.938_163_982_698_783,
    ];
    const D: [f64; 4] = [
        7.784_695_709_041_462e-3,
        3.224_671_290_700_398e-1,
        2.445_134_137_142_996,
        3.754_408_661_907_416,
    ];
    const LOW: f64 = 0.024_25;
    let horner = |coefficients: &[f64], x: f64| coefficients.iter().fold(0.0, |sum, c| sum * x + c);
    let tail = |p: f64| {
        let q = libm::sqrt(-2.0 * libm::log(p));
        horner(&C, q) / (horner(&D, q) * q + 1.0)
    };
    let p = p.clamp(1.0 / 8_589_934_592.0, 1.0 - 1.0 / 8_589_934_592.0);
    if p < LOW {
        tail(p)
    } else if p > 1.0 - LOW {
        -tail(1.0 - p)
    } else {
        let q = p - 0.5;
        let r = q * q;
        horner(&A, r) * q / (horner(&B, r) * r + 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn draw(latency: Latency, count: usize) -> Vec<u64> {
        let mut tape = Tape::seeded(11);
        let sampler = Sampler::new(latency);
        (0..count).map(|_| sampler.sample(&mut tape, site::LATENCY, 0).as_nanos()).collect()
    }

    fn mean_ms(values: &[u64]) -> f64 {
        values.iter().sum::<u64>() as f64 / values.len() as f64 / 1e6
    }

    #[test]
    fn every_family_has_the_mean_it_promises() {
        let near = |latency, mean: f64| {
            let got = mean_ms(&draw(latency, 20_000));
            assert!((got - mean).abs() < mean * 0.03, "{latency:?}: mean {got} ms, not {mean} ms");
        };
        near(Latency::constant(ms(5)), 5.0);
        near(Latency::uniform(ms(1), ms(9)), 5.0);
        near(Latency::Exponential { min: ms(2), mean: ms(3) }, 5.0);
        near(Latency::Normal { mean: ms(50), deviation: ms(5), min: ms(1) }, 50.0);
        let slow_rate = 100_000;
        let (min, max, slow_min, slow_max) = (ms(1), ms(1), ms(41), ms(41));
        near(Latency::TwoMode { min, max, slow_rate, slow_min, slow_max }, 5.0);
    }

    #[test]
    fn the_normal_family_has_its_deviation() {
        let values = draw(Latency::Normal { mean: ms(50), deviation: ms(5), min: ms(1) }, 20_000);
        let within = values.iter().filter(|v| (45_000_000..55_000_000).contains(*v)).count();
        assert!((13_300..14_000).contains(&within), "{within} of 20,000 within one deviation");
    }

    #[test]
    fn the_smallest_choice_is_the_shortest_time() {
        let (mean, min) = (ms(9), ms(2));
        for latency in [
            Latency::uniform(ms(2), ms(8)),
            Latency::Exponential { min, mean },
            Latency::Normal { mean, deviation: ms(4), min },
        ] {
            let mut tape = Tape::scripted(vec![0]);
            let drawn = Sampler::new(latency).sample(&mut tape, site::LATENCY, 0);
            assert_eq!(drawn, ms(2), "{latency:?}");
        }
    }

    #[test]
    fn drawn_times_are_frozen() {
        let exponential = draw(Latency::Exponential { min: ms(1), mean: ms(10) }, 3);
        assert_eq!(exponential, GOLDEN_EXPONENTIAL);
        let normal = draw(Latency::Normal { mean: ms(20), deviation: ms(5), min: ms(1) }, 3);
        assert_eq!(normal, GOLDEN_NORMAL);
    }

    const GOLDEN_EXPONENTIAL: [u64; 3] = [21_302_212, 3_609_977, 2_609_056];
    const GOLDEN_NORMAL: [u64; 3] = [25_601_183, 16_301_110, 14_788_314];

    #[test]
    fn a_family_that_makes_no_sense_says_why() {
        let problem = Latency::uniform(ms(9), ms(2)).problem().expect("a problem");
        assert_eq!(problem, "the shortest, 9ms, is longer than the longest, 2ms");
        assert_eq!(Latency::uniform(ms(2), ms(2)).problem(), None);
    }
}
