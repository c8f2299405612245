//! Time as a node sees it: nanoseconds in a `u64`, so that a run is the same on every machine.
//!
//! `std::time::Instant` cannot be made up by a simulator, and `std::time::Duration` is twice as wide as a queue entry has
//! room for. These types convert to and from the standard ones at the edges, where a real host needs that.

use std::fmt;
use std::ops::{Add, AddAssign, Div, Mul, Sub};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A span of time, in whole nanoseconds; the longest is about 584 years.
///
/// As text it is a number and a unit, without loss: `250ns`, `1.5ms`, `12s`; it is read with `us`, `m` and `h` too.
///
/// ```
/// use seatrial_node::Duration;
///
/// let span: Duration = "1.5ms".parse()?;
/// assert_eq!(span, Duration::from_micros(1_500));
/// assert_eq!(span.to_string(), "1.5ms");
/// assert_eq!(format!("{:.1}", Duration::from_nanos(1_234_567_890)), "1.2s");
/// # Ok::<(), seatrial_node::ParseDurationError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(u64);

impl Duration {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// The longest span there is.
    pub const MAX: Self = Self(u64::MAX);

    /// A span of so many nanoseconds.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// A span of so many microseconds; what does not fit becomes [`Duration::MAX`].
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros.saturating_mul(1_000))
    }

    /// A span of so many milliseconds; what does not fit becomes [`Duration::MAX`].
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(1_000_000))
    }

    /// A span of so many seconds; what does not fit becomes [`Duration::MAX`].
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs.saturating_mul(1_000_000_000))
    }

    /// The span in nanoseconds.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// The span in whole milliseconds, rounded down.
    pub const fn as_millis(self) -> u64 {
        self.0 / 1_000_000
    }

    /// The sum, or [`Duration::MAX`] where it does not fit.
    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The difference, or [`Duration::ZERO`] where `other` is longer.
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Add for Duration {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        self.saturating_add(other)
    }
}

impl Mul<u64> for Duration {
    type Output = Self;

    fn mul(self, factor: u64) -> Self {
        Self(self.0.saturating_mul(factor))
    }
}

impl Div<u64> for Duration {
    type Output = Self;

    /// # Panics
    /// Where `divisor` is zero.
    fn div(self, divisor: u64) -> Self {
        Self(self.0 / divisor)
    }
}

impl From<std::time::Duration> for Duration {
    fn from(span: std::time::Duration) -> Self {
        Self(u64::try_from(span.as_nanos()).unwrap_or(u64::MAX))
    }
}

impl From<Duration> for std::time::Duration {
    fn from(span: Duration) -> Self {
        Self::from_nanos(span.0)
    }
}

/// Shows the span in the largest unit that is not longer than it, with as many decimals as it takes, or as many as asked for.
impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (digits, name) = match self.0 {
            0 => (0, "s"),
            n if n >= 1_000_000_000 => (9, "s"),
            n if n >= 1_000_000 => (6, "ms"),
            n if n >= 1_000 => (3, "us"),
            _ => (0, "ns"),
        };
        let unit = 10_u64.pow(digits);
        let (whole, rest) = (self.0 / unit, self.0 % unit);
        let mut places = f.precision().unwrap_or(usize::MAX).min(digits as usize);
        let mut decimals = rest / 10_u64.pow(digits - places as u32);
        while places > 0 && decimals.is_multiple_of(10) {
            decimals /= 10;
            places -= 1;
        }
        let say = |out: &mut dyn fmt::Write| match places {
            0 => write!(out, "{whole}{name}"),
            _ => write!(out, "{whole}.{decimals:0places$}{name}"),
        };
        let Some(width) = f.width() else { return say(f) };
        let mut text = String::new();
        say(&mut text)?;
        match f.align() {
            Some(fmt::Alignment::Left) => write!(f, "{text:<width$}"),
            _ => write!(f, "{text:>width$}"),
        }
    }
}

/// A text that is no span of time, or one that is too long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseDurationError {
    text: String,
    is_too_long: bool,
}

impl fmt::Display for ParseDurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { text, is_too_long } = self;
        if *is_too_long {
            let hours = Duration::MAX.0 / HOUR;
            return write!(
                f,
                "{text:?} is too long: \"{hours}h\", 584 years, is the longest there is"
            );
        }
        write!(
            f,
            "{text:?} is no span of time: write a number and a unit, as \"150ms\" or \"1.5s\""
        )
    }
}

impl std::error::Error for ParseDurationError {}

const HOUR: u64 = 3_600_000_000_000;

impl FromStr for Duration {
    type Err = ParseDurationError;

    fn from_str(text: &str) -> Result<Self, ParseDurationError> {
        let refused = |is_too_long| ParseDurationError { text: text.into(), is_too_long };
        let error = || refused(false);
        let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(error)?;
        let (number, name) = text.split_at(split);
        let unit: u64 = match name.trim() {
            "ns" => 1,
            "us" | "µs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" | "min" => 60_000_000_000,
            "h" => HOUR,
            _ => return Err(error()),
        };
        let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
        // There are only digits, so a number that cannot be read and is one is too large.
        let whole: u64 = whole.parse().map_err(|_| refused(!whole.is_empty()))?;
        let digits = u32::try_from(decimals.len()).map_err(|_| error())?;
        let scale = 10_u64.checked_pow(digits).ok_or_else(error)?;
        let decimals: u64 = decimals.parse().map_err(|_| error())?;
        let rest = u128::from(decimals) * u128::from(unit) / u128::from(scale);
        let total = u128::from(whole) * u128::from(unit) + rest;
        u64::try_from(total).map(Self).map_err(|_| refused(true))
    }
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            serializer.serialize_u64(self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_str(TextVisitor)
        } else {
            u64::deserialize(deserializer).map(Self)
        }
    }
}

/// Reads a span from its text, and says what a span looks like where there is something else.
struct TextVisitor;

impl serde::de::Visitor<'_> for TextVisitor {
    type Value = Duration;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time with its unit, as \"20ms\"")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Duration, E> {
        text.parse().map_err(E::custom)
    }
}

/// A point on a node's own monotonic clock: comparable with other instants of the same boot of the same node, and with
/// nothing else. The clock may run fast or slow, and stands still while its machine is suspended, but never goes back. It is the
/// machine's: a host may count on where an earlier life of the node stopped, or begin anew, so an instant must not outlive a restart.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Instant(u64);

impl Instant {
    /// The clock's zero.
    pub const ZERO: Self = Self(0);
    /// The latest instant there is; later than anything that happens.
    pub const MAX: Self = Self(u64::MAX);

    /// The instant so many nanoseconds after the clock's zero.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Nanoseconds since the clock's zero.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// How long after `earlier` this is; [`Duration::ZERO`] where it is not after it.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl AddAssign<Duration> for Instant {
    fn add_assign(&mut self, span: Duration) {
        *self = *self + span;
    }
}

impl Sub for Instant {
    type Output = Duration;

    fn sub(self, earlier: Self) -> Duration {
        self.since(earlier)
    }
}

/// Shows the time since the clock's zero, as [`Duration`] does.
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Duration(self.0).fmt(f)
    }
}

/// What the node's wall clock shows: nanoseconds since 1970-01-01T00:00:00Z. It may be wrong by any amount and may jump
/// either way, so no protocol should be safe only if it is right.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct WallTime(u64);

impl WallTime {
    /// The time so many nanoseconds after the Unix epoch.
    pub const fn from_unix_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Nanoseconds since the Unix epoch.
    pub const fn as_unix_nanos(self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_reads_in_its_largest_unit() {
        let shown = |nanos| Duration::from_nanos(nanos).to_string();
        assert_eq!(shown(0), "0s");
        assert_eq!(shown(250), "250ns");
        assert_eq!(shown(1_500), "1.5us");
        assert_eq!(shown(150_000_000), "150ms");
        assert_eq!(shown(61_050_000_000), "61.05s");
        assert_eq!(shown(1_000_000_001), "1.000000001s");
        assert_eq!(format!("[{:>8.2}]", Duration::from_nanos(1_239_000)), "[  1.23ms]");
    }

    #[test]
    fn what_is_shown_can_be_read_back() {
        for nanos in [0, 1, 999, 1_001, 123_456_789, 61_050_000_000, u64::MAX] {
            let span = Duration::from_nanos(nanos);
            assert_eq!(span.to_string().parse(), Ok(span));
        }
        assert_eq!("2m".parse(), Ok(Duration::from_secs(120)));
    }

    #[test]
    fn a_text_that_is_no_span_of_time_is_refused_with_an_example() {
        for text in ["", "5", "ms", "-1s", "1,5s", "1.s", "1parsec", "1.0000000000000000000000s"] {
            let error = text.parse::<Duration>().expect_err(text).to_string();
            assert!(error.contains("as \"150ms\""), "{error}");
        }
    }

    #[test]
    fn a_span_that_is_too_long_is_told_the_longest() {
        for text in ["5124096h", "99999999999h", "99999999999999999999999s", "18446744073.71s"] {
            let error = text.parse::<Duration>().expect_err(text).to_string();
            assert!(error.contains("too long: \"5124095h\""), "{error}");
        }
        assert!("5124095h".parse::<Duration>().is_ok());
    }

    #[test]
    fn arithmetic_saturates_instead_of_wrapping() {
        assert_eq!(Duration::MAX + Duration::from_nanos(1), Duration::MAX);
        assert_eq!(Duration::from_secs(u64::MAX), Duration::MAX);
        assert_eq!(Instant::ZERO.since(Instant::from_nanos(5)), Duration::ZERO);
        assert_eq!(Instant::MAX + Duration::from_secs(1), Instant::MAX);
    }
}
