//! Bounds on figures, as a scenario gives them: `{ "messages per broadcast" = 40, "members reached" = { at_least = "99%" } }`.

use std::collections::BTreeMap;
use std::fmt;

use seatrial_history::{Amount, Measure, Unit};
use seatrial_node::Duration;
use serde::{Deserialize, Serialize};

use super::unknown;

/// A bound on a figure: a number alone is the most that it may come to, a table says what it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "a bound is a number, a text as \"2s\", or a table as { at_least = \"99%\" }"
)]
pub enum BoundSpec {
    /// No more than this.
    AtMost(Quantity),
    /// One of `at_most`, `at_least` and `of_theory`, which is how many times as much as theory says.
    Table(BTreeMap<String, Quantity>),
}

/// A number of a figure's unit, or a text with the unit: `40`, `1.5`, `"2s"`, `"99%"`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Given")]
pub struct Quantity(String);

#[derive(Deserialize)]
#[serde(untagged)]
enum Given {
    Whole(u64),
    Fraction(f64),
    Text(String),
}

impl From<Given> for Quantity {
    fn from(given: Given) -> Self {
        Self(match given {
            Given::Whole(number) => number.to_string(),
            Given::Fraction(number) => number.to_string(),
            Given::Text(text) => text,
        })
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How much a figure may come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    AtMost(Amount),
    AtLeast(Amount),
    /// So many thousandths of what theory says.
    OfTheory(u64),
}

impl BoundSpec {
    /// What the bound means for this measure.
    pub(crate) fn limit(&self, measure: &Measure) -> Result<Limit, String> {
        let (kind, quantity) = match self {
            Self::AtMost(quantity) => ("at_most", quantity),
            Self::Table(table) => match (table.len(), table.iter().next()) {
                (1, Some((kind, quantity))) => (kind.as_str(), quantity),
                _ => {
                    let what =
                        format!("a bound on {} is one of {}", measure.name, KINDS.join(", "));
                    return Err(what);
                }
            },
        };
        match kind {
            "at_most" => quantity.amount(measure).map(Limit::AtMost),
            "at_least" => quantity.amount(measure).map(Limit::AtLeast),
            "of_theory" => thousandths(&quantity.0).map(Limit::OfTheory).ok_or_else(|| {
                format!(
                    "of_theory = {quantity}: a number is wanted, as 1.5, times what theory says"
                )
            }),
            other => Err(unknown("kind of bound", other, KINDS)),
        }
    }
}

const KINDS: [&str; 3] = ["at_most", "at_least", "of_theory"];

impl Quantity {
    fn amount(&self, measure: &Measure) -> Result<Amount, String> {
        let (unit, text) = (measure.unit, self.0.trim());
        let (raw, wanted) = match unit {
            Unit::Time => {
                let time: Option<Duration> = text.parse().ok();
                (time.map(Duration::as_nanos), "a time is wanted, as \"2s\"")
            }
            Unit::Percent => {
                (thousandths(text.strip_suffix('%').unwrap_or(text)), "per cent, as \"99%\"")
            }
            Unit::Bytes => (thousandths(text), "a number of bytes is wanted"),
            Unit::Number => (thousandths(text), "a number is wanted, as 40 or 1.5"),
        };
        let raw = raw.ok_or_else(|| format!("{} = {self}: {wanted}", measure.name))?;
        Ok(Amount::from_raw(unit, raw))
    }
}

/// A decimal number of at most three places, in thousandths.
fn thousandths(text: &str) -> Option<u64> {
    let (whole, places) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !is_number(whole) || !is_number(places) || places.len() > 3 {
        return None;
    }
    let thousandths: u64 = format!("{places:0<3}").parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(1_000)?.checked_add(thousandths)
}

#[cfg(test)]
mod tests {
    use super::*;

    static MESSAGES: Measure = Measure { name: "messages", unit: Unit::Number, about: "" };
    static TIME: Measure = Measure { name: "time", unit: Unit::Time, about: "" };
    static REACHED: Measure = Measure { name: "reached", unit: Unit::Percent, about: "" };

    fn limit(measure: &Measure, text: &str) -> Result<Limit, String> {
        let table: BTreeMap<String, BoundSpec> =
            toml::from_str(&format!("bound = {text}")).map_err(|error| error.to_string())?;
        table["bound"].limit(measure)
    }

    #[test]
    fn a_bound_is_read_in_the_unit_of_its_figure() {
        let amount = |unit, raw| Amount::from_raw(unit, raw);
        let at_most = |unit, raw| Ok(Limit::AtMost(amount(unit, raw)));
        assert_eq!(limit(&MESSAGES, "40"), at_most(Unit::Number, 40_000));
        assert_eq!(limit(&MESSAGES, "1.25"), at_most(Unit::Number, 1_250));
        assert_eq!(limit(&TIME, "\"2s\""), at_most(Unit::Time, 2_000_000_000));
        let at_least = Ok(Limit::AtLeast(amount(Unit::Percent, 99_500)));
        assert_eq!(limit(&REACHED, "{ at_least = \"99.5%\" }"), at_least);
        assert_eq!(limit(&MESSAGES, "{ of_theory = 2 }"), Ok(Limit::OfTheory(2_000)));
    }

    #[test]
    fn a_bound_that_makes_no_sense_says_what_is_wanted() {
        let said = |measure, text: &str| limit(measure, text).expect_err(text);
        assert!(said(&TIME, "2").contains("a time is wanted"));
        assert!(said(&MESSAGES, "\"many\"").contains("a number is wanted"));
        assert!(said(&MESSAGES, "-1").contains("number"));
        assert!(said(&MESSAGES, "{ atmost = 3 }").contains("did you mean `at_most`?"));
        assert!(said(&MESSAGES, "{ at_most = 3, at_least = 1 }").contains("one of at_most"));
        assert!(said(&MESSAGES, "{ of_theory = \"2s\" }").contains("times what theory says"));
        assert!(said(&MESSAGES, "99999999999999999999999").contains("bound"), "too large");
    }
}
