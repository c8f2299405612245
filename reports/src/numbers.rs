//! Numbers as people read them.

use seatrial_history::{Amount, Unit};
use seatrial_node::Duration;

/// A count with its thousands set apart: `1,204,123`.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// An amount to two places: `1,204.25`, `98.5%`, `4.22ms`.
pub(crate) fn amount(amount: Amount) -> String {
    if amount.unit() == Unit::Time {
        return span(Duration::from_nanos(amount.raw()));
    }
    let hundredths = amount.raw().saturating_add(5) / 10;
    let places = format!("{:02}", hundredths % 100);
    let places = places.trim_end_matches('0');
    let point = if places.is_empty() { "" } else { "." };
    let unit = match amount.unit() {
        Unit::Percent => "%",
        Unit::Bytes => " B",
        Unit::Number | Unit::Time => "",
    };
    format!("{}{point}{places}{unit}", count(hundredths / 100))
}

/// A short span of time to three digits or so: `12.34ms`.
pub(crate) fn span(span: Duration) -> String {
    format!("{span:.2}")
}

/// A span that may be long: hours and minutes where it has them.
pub(crate) fn long_span(long: Duration) -> String {
    let seconds = long.as_nanos() / 1_000_000_000;
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    match (hours, minutes) {
        (0, 0) => span(long),
        (0, _) => format!("{minutes}m {}s", seconds % 60),
        _ => format!("{}h {minutes}m", count(hours)),
    }
}

/// The word after a number, in its singular or plural.
pub(crate) fn of(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// A part of a whole in per cent, rounded: `17 %`.
pub(crate) fn percent(part: u64, whole: u64) -> String {
    match whole {
        0 => "–".to_owned(),
        _ => format!("{:.0} %", part as f64 * 100.0 / whole as f64),
    }
}

/// A probability: `0.12`, or `3e-9` where it is small.
pub(crate) fn chance(p: f64) -> String {
    match p {
        p if p >= 0.01 => format!("{p:.2}"),
        p if p < 1e-300 => "<1e-300".to_owned(),
        p => format!("{p:.0e}"),
    }
}

/// Seeds that follow one another: `0 to 99, 200 to 299`, the first few of them.
pub(crate) fn ranges(ranges: &[(u64, u64)]) -> String {
    const SHOWN: usize = 6;
    let range = |(from, to): &(u64, u64)| match from == to {
        true => from.to_string(),
        false => format!("{from} to {to}"),
    };
    let mut told: Vec<String> = ranges.iter().take(SHOWN).map(range).collect();
    if ranges.len() > SHOWN {
        told.push(of((ranges.len() - SHOWN) as u64, "more range", "more ranges"));
    }
    told.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        let shown = [0, 999, 1_000, 1_204_123, u64::MAX].map(count);
        assert_eq!(shown, ["0", "999", "1,000", "1,204,123", "18,446,744,073,709,551,615"]);
    }

    #[test]
    fn amounts_are_shown_to_two_places_with_their_unit() {
        let shown = |unit, raw| amount(Amount::from_raw(unit, raw));
        assert_eq!(shown(Unit::Number, 1_204_248), "1,204.25");
        assert_eq!(shown(Unit::Percent, 98_500), "98.5%");
        assert_eq!(shown(Unit::Percent, 99_999), "100%");
        assert_eq!(shown(Unit::Bytes, 7_000), "7 B");
        assert_eq!(shown(Unit::Time, 4_217_600), "4.21ms");
    }

    #[test]
    fn parts_chances_and_ranges_read_well_at_their_ends() {
        assert_eq!([percent(1, 6), percent(0, 0), percent(7, 7)], ["17 %", "–", "100 %"]);
        let shown = [1.0, 0.124, 0.0099, 3.2e-9, 0.0].map(chance);
        assert_eq!(shown, ["1.00", "0.12", "1e-2", "3e-9", "<1e-300"]);
        assert_eq!(ranges(&[(0, 99), (200, 200)]), "0 to 99, 200");
        let many: Vec<(u64, u64)> = (0..8).map(|n| (n * 2, n * 2)).collect();
        assert_eq!(ranges(&many), "0, 2, 4, 6, 8, 10, 2 more ranges");
    }

    #[test]
    fn long_spans_are_told_in_hours_and_minutes() {
        let shown = |seconds| long_span(Duration::from_secs(seconds));
        assert_eq!([shown(59), shown(61), shown(7_265)], ["59s", "1m 1s", "2h 1m"]);
    }
}
