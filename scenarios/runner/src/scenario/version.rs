//! The number of a version, as the tables `[cluster.versions.2]`, `[cluster.versions.3]`, … of a scenario give it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The number of a version that nodes may be upgraded to. Version 1 is what they begin as, so it has no table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Version(u32);

impl Version {
    /// The version of this number; none for 0 and 1.
    pub const fn new(number: u32) -> Option<Self> {
        match number {
            0 | 1 => None,
            number => Some(Self(number)),
        }
    }

    /// Its number.
    pub const fn number(self) -> u32 {
        self.0
    }
}

impl TryFrom<String> for Version {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let number = text.parse().map_err(|_| format!("{text:?} is no number of a version"))?;
        Self::new(number).ok_or_else(|| {
            format!("version {number}: versions to upgrade to have numbers from 2; version 1 is what [cluster.settings] say")
        })
    }
}

impl From<Version> for String {
    fn from(version: Version) -> Self {
        version.to_string()
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
