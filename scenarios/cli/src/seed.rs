//! Seeds and counts as people write them.

use std::num::{IntErrorKind, NonZeroU64};

use seatrial_node::Duration;

/// The highest seed: a case file is TOML, whose numbers go no further.
const MOST: u64 = i64::MAX as u64;

/// Reads a seed: a whole number in decimal, or in hexadecimal after `0x`.
pub(crate) fn seed(text: &str) -> Result<u64, String> {
    let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let read = match hex {
        // The standard reader would take a sign here.
        Some(digits) if digits.starts_with(['+', '-']) => None,
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None if text.starts_with('+') => None,
        None => text.parse().ok(),
    };
    read.filter(|seed| *seed <= MOST).ok_or_else(|| {
        format!("no seed: write a whole number from 0 to {MOST}, or one in hexadecimal, as 0x2a")
    })
}

/// A number with its noun: `1 run`, `3 runs`.
pub(crate) fn counted(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// Reads a count of at least one.
pub(crate) fn count(text: &str) -> Result<u64, String> {
    let read: Result<NonZeroU64, _> = text.parse();
    read.map(NonZeroU64::get).map_err(|error| match error.kind() {
        IntErrorKind::PosOverflow => format!("too much: write {} at most", u64::MAX),
        _ => "write a whole number, 1 or more".to_owned(),
    })
}

/// More threads than this are a slip of the pen: each has a world of its own.
const MOST_JOBS: u64 = 256;

/// Reads how many threads there are to be.
pub(crate) fn jobs(text: &str) -> Result<u64, String> {
    let read = count(text).ok().filter(|jobs| *jobs <= MOST_JOBS);
    read.ok_or_else(|| format!("write a whole number, 1 or more and {MOST_JOBS} at most"))
}

/// Reads a span of time that is not nothing.
pub(crate) fn time(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(Duration::ZERO) => Err("no time at all: write a longer one, as \"10m\"".to_owned()),
        Ok(span) => Ok(span),
        Err(error) => Err(seatrial_node::ParseDurationError::to_string(&error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_read_in_decimal_and_hexadecimal() {
        assert_eq!(seed("42"), Ok(42));
        assert_eq!(seed("0x2A"), Ok(42));
        assert_eq!(seed("9223372036854775807"), Ok(MOST));
        assert_eq!(seed("0x7fffffffffffffff"), Ok(MOST));
    }

    #[test]
    fn what_is_no_seed_is_refused_with_what_to_write() {
        let far = ["9223372036854775808", "0xffffffffffffffff", "18446744073709551616"];
        for text in ["", "x", "-1", "+1", "1.5", "0x", "0x-1", "1e9"].into_iter().chain(far) {
            let error = seed(text).expect_err(text);
            assert!(error.contains("as 0x2a"), "{text}: {error}");
        }
    }

    #[test]
    fn one_is_told_in_the_singular() {
        assert_eq!([0, 1, 2].map(|runs| counted(runs, "run")), ["0 runs", "1 run", "2 runs"]);
    }

    #[test]
    fn nothing_is_neither_a_count_nor_a_time() {
        assert_eq!(count("12"), Ok(12));
        assert!(count("0").is_err() && count("-3").is_err() && count("many").is_err());
        assert_eq!(time("10m"), Ok(Duration::from_secs(600)));
        assert!(time("0s").is_err() && time("10").is_err());
    }
}
