//! A span of time with a direction: what a clock is off by.

use std::fmt;
use std::str::FromStr;

use seatrial_node::{Duration, ParseDurationError};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How far a clock is off, in whole nanoseconds: ahead where above zero, behind where below. As text a span of time, with a sign where it
/// is behind: `2s`, `-150ms`.
///
/// ```
/// use seatrial_sim::Shift;
///
/// let back: Shift = "-150ms".parse()?;
/// assert_eq!(back.as_nanos(), -150_000_000);
/// assert_eq!(back.to_string(), "-150ms");
/// # Ok::<(), seatrial_node::ParseDurationError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shift(i64);

impl Shift {
    /// So far ahead; what does not fit becomes the greatest shift, about 292 years.
    pub fn ahead(by: Duration) -> Self {
        Self(i64::try_from(by.as_nanos()).unwrap_or(i64::MAX))
    }

    /// So far behind; what does not fit becomes the greatest shift, about 292 years.
    pub fn behind(by: Duration) -> Self {
        Self(-Self::ahead(by).0)
    }

    /// The shift in nanoseconds.
    pub const fn as_nanos(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Shift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{}", Duration::from_nanos(self.0.unsigned_abs()))
    }
}

impl FromStr for Shift {
    type Err = ParseDurationError;

    fn from_str(text: &str) -> Result<Self, ParseDurationError> {
        match text.strip_prefix('-') {
            Some(span) => span.parse().map(Self::behind),
            None => text.strip_prefix('+').unwrap_or(text).parse().map(Self::ahead),
        }
    }
}

impl Serialize for Shift {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Shift {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shift_is_written_as_it_is_read() {
        for text in ["2s", "-150ms", "0s", "-1ns"] {
            let shift: Shift = text.parse().expect(text);
            assert_eq!(shift.to_string(), text);
        }
        assert_eq!("+1s".parse(), Ok(Shift::ahead(Duration::from_secs(1))));
        for text in ["", "-", "--1s", "- 1s", "5"] {
            assert!(text.parse::<Shift>().is_err(), "{text}");
        }
    }
}
