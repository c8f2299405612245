//! Values of a scenario that a seed may draw: one fixed value, one of several, or anything between two.

use std::fmt;
use std::marker::PhantomData;

use seatrial_node::{Duration, intern};
use seatrial_sim::{MILLION, Tape, WORLD};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Error, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A number-like value: fixed (`3`), one of several (`[3, 5]`), or from a range with both ends (`{ min = 3, max = 5 }`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Knob<T> {
    /// Always this.
    Fixed(T),
    /// Each equally likely.
    OneOf(Vec<T>),
    /// Each equally likely.
    Between {
        /// The least.
        min: T,
        /// The greatest.
        max: T,
    },
}

/// Any other value: fixed, or one of several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice<T> {
    /// Always this.
    Fixed(T),
    /// Each equally likely.
    OneOf(Vec<T>),
}

/// What can be drawn from a range.
pub trait Scalar: Copy + Ord {
    /// Its distance from zero in its smallest unit.
    fn to_units(self) -> u64;
    /// The value at that distance.
    fn from_units(units: u64) -> Self;
}

impl Scalar for u32 {
    fn to_units(self) -> u64 {
        self.into()
    }

    fn from_units(units: u64) -> Self {
        Self::try_from(units).unwrap_or(Self::MAX)
    }
}

impl Scalar for Duration {
    fn to_units(self) -> u64 {
        self.as_nanos()
    }

    fn from_units(units: u64) -> Self {
        Self::from_nanos(units)
    }
}

impl Scalar for Rate {
    fn to_units(self) -> u64 {
        self.0.into()
    }

    fn from_units(units: u64) -> Self {
        Self(u32::from_units(units))
    }
}

impl<T: Scalar> Knob<T> {
    /// Draws a value. `name` is the knob's place in the scenario; a case file may override the draw by it.
    pub(crate) fn draw(&self, name: &str, tape: &mut Tape) -> T {
        match self {
            Self::Fixed(value) => *value,
            Self::OneOf(values) => values[draw(name, values.len() as u64, tape) as usize],
            Self::Between { min, max } => {
                let span = max.to_units() - min.to_units();
                T::from_units(min.to_units() + draw(name, span.saturating_add(1), tape))
            }
        }
    }

    /// The greatest value that may be drawn.
    pub(crate) fn greatest(&self) -> T {
        match self {
            Self::Fixed(value) => *value,
            Self::OneOf(values) => *values.iter().max().expect("a list of values is not empty"),
            Self::Between { max, .. } => *max,
        }
    }

    /// Whether this value may be drawn.
    pub(crate) fn may_be(&self, wanted: T) -> bool {
        match self {
            Self::Fixed(value) => *value == wanted,
            Self::OneOf(values) => values.contains(&wanted),
            Self::Between { min, max } => (*min..=*max).contains(&wanted),
        }
    }

    /// The least value that may be drawn.
    pub(crate) fn least(&self) -> T {
        match self {
            Self::Fixed(value) => *value,
            Self::OneOf(values) => *values.iter().min().expect("a list of values is not empty"),
            Self::Between { min, .. } => *min,
        }
    }
}

/// `3`, `3 or 5`, `1 to 3`.
impl<T: fmt::Display + PartialEq> fmt::Display for Knob<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(value) => value.fmt(f),
            Self::OneOf(values) => {
                let values: Vec<String> = values.iter().map(ToString::to_string).collect();
                f.write_str(&values.join(" or "))
            }
            Self::Between { min, max } if min == max => min.fmt(f),
            Self::Between { min, max } => write!(f, "{min} to {max}"),
        }
    }
}

impl<T> Choice<T> {
    /// Draws a value; see [`Knob::draw`].
    pub(crate) fn draw(&self, name: &str, tape: &mut Tape) -> &T {
        match self {
            Self::Fixed(value) => value,
            Self::OneOf(values) => &values[draw(name, values.len() as u64, tape) as usize],
        }
    }

    /// All values that may be drawn.
    pub(crate) fn values(&self) -> &[T] {
        match self {
            Self::Fixed(value) => std::slice::from_ref(value),
            Self::OneOf(values) => values,
        }
    }
}

fn draw(name: &str, bound: u64, tape: &mut Tape) -> u64 {
    let site = tape.site(intern(name));
    tape.choose(site, WORLD, bound)
}

/// How often something happens, in parts of a million. Written as `"2.5%"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rate(pub u32);

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / 10_000, self.0 % 10_000);
        match rest {
            0 => write!(f, "{whole}%"),
            _ => write!(f, "{whole}.{}%", format!("{rest:04}").trim_end_matches('0')),
        }
    }
}

impl std::str::FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let error = || format!("{text:?} is no rate: write a percentage, as \"2.5%\"");
        let number = text.strip_suffix('%').ok_or_else(error)?.trim();
        let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
        if decimals.len() > 4 || !decimals.bytes().all(|b| b.is_ascii_digit()) {
            return Err(error());
        }
        let whole: u32 = whole.parse().map_err(|_| error())?;
        let decimals: u32 = format!("{decimals:0<4}").parse().map_err(|_| error())?;
        let rate = whole.checked_mul(10_000).and_then(|rate| rate.checked_add(decimals));
        let rate = rate.filter(|rate| *rate <= MILLION);
        rate.map(Self).ok_or_else(|| format!("{text:?} is more than 100%"))
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(RateVisitor)
    }
}

struct RateVisitor;

impl Visitor<'_> for RateVisitor {
    type Value = Rate;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a percentage, as \"2.5%\"")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Rate, E> {
        text.parse().map_err(E::custom)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Range<T> {
    min: T,
    max: T,
}

impl<T: Serialize> Serialize for Knob<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Fixed(value) => value.serialize(serializer),
            Self::OneOf(values) => values.serialize(serializer),
            Self::Between { min, max } => Range { min, max }.serialize(serializer),
        }
    }
}

impl<T: Serialize> Serialize for Choice<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Fixed(value) => value.serialize(serializer),
            Self::OneOf(values) => values.serialize(serializer),
        }
    }
}

impl<'de, T: Scalar + Deserialize<'de>> Deserialize<'de> for Knob<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(KnobVisitor(PhantomData))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Choice<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ChoiceVisitor(PhantomData))
    }
}

struct KnobVisitor<T>(PhantomData<T>);

struct ChoiceVisitor<T>(PhantomData<T>);

/// The scalars of TOML, each of which is one fixed value.
macro_rules! fixed {
    ($owner:ident: $($visit:ident($type:ty)),*) => {
        $(fn $visit<E: Error>(self, value: $type) -> Result<$owner<T>, E> {
            T::deserialize(value.into_deserializer()).map($owner::Fixed)
        })*
    };
}

impl<'de, T: Scalar + Deserialize<'de>> Visitor<'de> for KnobVisitor<T> {
    type Value = Knob<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("one value, a list of values, or { min = …, max = … }")
    }

    fixed!(Knob: visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_str(&str), visit_bool(bool));

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Knob<T>, A::Error> {
        some(Vec::deserialize(SeqAccessDeserializer::new(seq))?).map(Knob::OneOf)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Knob<T>, A::Error> {
        let Range { min, max } = Range::<T>::deserialize(MapAccessDeserializer::new(map))?;
        if min > max {
            return Err(A::Error::custom("min is greater than max: swap them"));
        }
        Ok(Knob::Between { min, max })
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for ChoiceVisitor<T> {
    type Value = Choice<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("one value or a list of values")
    }

    fixed!(Choice: visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_str(&str), visit_bool(bool));

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Choice<T>, A::Error> {
        some(Vec::deserialize(SeqAccessDeserializer::new(seq))?).map(Choice::OneOf)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Choice<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Choice::Fixed)
    }
}

fn some<T, E: Error>(values: Vec<T>) -> Result<Vec<T>, E> {
    if values.is_empty() {
        return Err(E::custom("an empty list: name at least one value"));
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Holder {
        knob: Knob<u32>,
    }

    fn knob(text: &str) -> Result<Knob<u32>, String> {
        let holder: Result<Holder, _> = toml::from_str(&format!("knob = {text}"));
        holder.map(|holder| holder.knob).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn a_knob_is_a_value_a_list_or_a_range() {
        assert_eq!(knob("3"), Ok(Knob::Fixed(3)));
        assert_eq!(knob("[3, 5]"), Ok(Knob::OneOf(vec![3, 5])));
        assert_eq!(knob("{ min = 3, max = 5 }"), Ok(Knob::Between { min: 3, max: 5 }));
    }

    #[test]
    fn a_knob_that_makes_no_sense_says_why() {
        assert!(knob("[]").expect_err("empty").contains("at least one"));
        assert!(knob("{ min = 5, max = 3 }").expect_err("backwards").contains("swap"));
        assert!(knob("{ min = 5, mx = 3 }").expect_err("a typo").contains("unknown field `mx`"));
        assert!(knob("-1").is_err());
    }

    #[test]
    fn every_value_of_a_range_is_drawn_and_no_other() {
        let mut tape = Tape::seeded(1);
        let range = Knob::Between { min: 3, max: 5 };
        let drawn: Vec<u32> = (0..200).map(|_| range.draw("nodes", &mut tape)).collect();
        assert!((3..=5).all(|value| drawn.contains(&value)));
        assert!(drawn.iter().all(|value| (3..=5).contains(value)));
    }

    #[test]
    fn rates_are_percentages_without_rounding() {
        assert_eq!("2.5%".parse(), Ok(Rate(25_000)));
        assert_eq!("0.0001%".parse(), Ok(Rate(1)));
        assert_eq!(Rate(25_000).to_string(), "2.5%");
        assert_eq!(Rate(1).to_string(), "0.0001%");
        for text in ["5", "101%", "%", "-1%", "0.00001%", "1.x%"] {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
    }
}
