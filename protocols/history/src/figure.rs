//! Figures of a run or a hunt: what was measured, in numbers, where a verdict says only yes or no.

use std::fmt;

use seatrial_node::Duration;
use serde::{Serialize, Serializer};

/// What a figure counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Things of no unit, or so many of one thing for each of another.
    Number,
    /// Hundredths of a whole.
    Percent,
    /// Bytes.
    Bytes,
    /// Time.
    Time,
}

/// An amount of a unit, exact and in whole numbers, so that equal runs give equal bytes: nanoseconds where it is time, else
/// thousandths of the unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount {
    unit: Unit,
    raw: u64,
}

impl Amount {
    /// So many whole units; nanoseconds, where the unit is time.
    pub const fn whole(unit: Unit, number: u64) -> Self {
        match unit {
            Unit::Time => Self { unit, raw: number },
            _ => Self { unit, raw: number.saturating_mul(THOUSAND) },
        }
    }

    /// A span of time.
    pub const fn time(span: Duration) -> Self {
        Self { unit: Unit::Time, raw: span.as_nanos() }
    }

    /// The mean of `sum` whole units over `parts`, rounded down to a thousandth; nothing of no parts.
    pub fn mean(unit: Unit, sum: u64, parts: u64) -> Option<Self> {
        let whole = Self::whole(unit, 1).raw;
        let raw = (u128::from(sum) * u128::from(whole)).checked_div(u128::from(parts))?;
        Some(Self { unit, raw: u64::try_from(raw).unwrap_or(u64::MAX) })
    }

    /// `part` of `whole` in per cent, rounded down; nothing of an empty whole.
    pub fn share(part: u64, whole: u64) -> Option<Self> {
        Self::mean(Unit::Percent, part.saturating_mul(100), whole)
    }

    /// The amount that is held as this number: see the type.
    pub const fn from_raw(unit: Unit, raw: u64) -> Self {
        Self { unit, raw }
    }

    /// The number that it is held as.
    pub const fn raw(self) -> u64 {
        self.raw
    }

    /// What it counts in.
    pub const fn unit(self) -> Unit {
        self.unit
    }
}

const THOUSAND: u64 = 1_000;

/// `12.4`, `98.5%`, `1204 bytes`, `1.5ms`: without loss.
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.unit == Unit::Time {
            return Duration::from_nanos(self.raw).fmt(f);
        }
        write!(f, "{}", self.raw / THOUSAND)?;
        let rest = format!("{:03}", self.raw % THOUSAND);
        let rest = rest.trim_end_matches('0');
        if !rest.is_empty() {
            write!(f, ".{rest}")?;
        }
        f.write_str(match self.unit {
            Unit::Percent => "%",
            Unit::Bytes if self.raw == THOUSAND => " byte",
            Unit::Bytes => " bytes",
            Unit::Number | Unit::Time => "",
        })
    }
}

/// A number; time is a text with its unit, as everywhere.
impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.unit {
            Unit::Time => Duration::from_nanos(self.raw).serialize(serializer),
            _ if self.raw.is_multiple_of(THOUSAND) => serializer.serialize_u64(self.raw / THOUSAND),
            _ => serializer.serialize_f64(self.raw as f64 / THOUSAND as f64),
        }
    }
}

/// What can be measured: a figure's name and meaning, before there is a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measure {
    /// Its name, in lower case: `convergence time`. Scenarios name it so.
    pub name: &'static str,
    /// What it counts in.
    pub unit: Unit,
    /// What exactly is measured, in a line.
    pub about: &'static str,
}

/// What was measured, of a run or of all runs of a hunt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Figure {
    /// The measure by its name.
    pub name: String,
    /// What it counts in.
    pub unit: Unit,
    /// What came out.
    #[serde(flatten)]
    pub measured: Measured,
    /// What theory says, where it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theory: Option<Theory>,
}

/// What came out of measuring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Measured {
    /// One amount.
    Amount {
        /// How much.
        value: Amount,
    },
    /// Many amounts. Over a hunt, what is one amount in a run is many: one of each run.
    Distribution(Distribution),
}

/// How many amounts are distributed. The median and the p99 are exact to three digits, the rest to the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Distribution {
    /// How many there are; at least one.
    pub count: u64,
    /// The least.
    pub min: Amount,
    /// Half of them are no greater.
    pub median: Amount,
    /// All but one in a hundred are no greater.
    pub p99: Amount,
    /// The greatest.
    pub max: Amount,
}

/// What theory says of a figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Theory {
    /// The formula: `n²`.
    pub formula: String,
    /// What the formula gives. Nothing over a hunt whose runs differ in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Amount>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_shown_without_loss() {
        let shown = [
            Amount::whole(Unit::Number, 12),
            Amount::from_raw(Unit::Number, 12_040),
            Amount::from_raw(Unit::Percent, 98_500),
            Amount::whole(Unit::Bytes, 1),
            Amount::whole(Unit::Bytes, 1_204),
            Amount::time(Duration::from_micros(1_500)),
        ];
        let texts = shown.map(|amount| amount.to_string());
        assert_eq!(texts, ["12", "12.04", "98.5%", "1 byte", "1204 bytes", "1.5ms"]);
    }

    #[test]
    fn a_mean_of_nothing_is_none_and_a_huge_one_does_not_overflow() {
        assert_eq!(Amount::mean(Unit::Number, 1, 0), None);
        assert_eq!(Amount::share(2, 3).map(Amount::raw), Some(66_666));
        assert_eq!(Amount::mean(Unit::Number, u64::MAX, 1).map(Amount::raw), Some(u64::MAX));
    }
}
