//! Reads rates, which plans write in parts of a million, and says so where something else stands.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserializer;
use serde::de::{Error, Unexpected, Visitor};

/// Reads a whole number of parts in a million. Whether there are too many of them, the plan's own check says.
pub(super) fn read<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: TryFrom<i64>,
    D: Deserializer<'de>,
{
    deserializer.deserialize_i64(Parts(PhantomData))
}

struct Parts<T>(PhantomData<T>);

impl<T: TryFrom<i64>> Visitor<'_> for Parts<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a rate in parts of a million, 1000000 at most, as 50000 for 5%")
    }

    fn visit_i64<E: Error>(self, parts: i64) -> Result<T, E> {
        T::try_from(parts).map_err(|_| E::invalid_value(Unexpected::Signed(parts), &self))
    }

    fn visit_u64<E: Error>(self, parts: u64) -> Result<T, E> {
        let read = i64::try_from(parts).ok().and_then(|parts| T::try_from(parts).ok());
        read.ok_or_else(|| E::invalid_value(Unexpected::Unsigned(parts), &self))
    }
}
