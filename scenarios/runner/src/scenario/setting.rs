//! The values of a protocol's own settings, whatever they are.

use std::fmt;

use seatrial_node::Duration;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// A value of a protocol's setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Setting {
    /// Yes or no.
    Flag(bool),
    /// How many.
    Count(u64),
    /// How long.
    Time(Duration),
    /// A word; `"unlimited"` where a count may be.
    Word(String),
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(value) => value.fmt(f),
            Self::Count(value) => value.fmt(f),
            Self::Time(value) => value.fmt(f),
            Self::Word(value) => value.fmt(f),
        }
    }
}

impl<'de> Deserialize<'de> for Setting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SettingVisitor)
    }
}

struct SettingVisitor;

impl Visitor<'_> for SettingVisitor {
    type Value = Setting;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number from 0, a time as \"20ms\", true, false, or a word")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Setting, E> {
        Ok(Setting::Flag(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Setting, E> {
        Ok(Setting::Count(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Setting, E> {
        let count = u64::try_from(value);
        count.map(Setting::Count).map_err(|_| E::custom(format!("{value} is less than zero")))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Setting, E> {
        Ok(text.parse().map_or_else(|_| Setting::Word(text.to_owned()), Setting::Time))
    }
}
