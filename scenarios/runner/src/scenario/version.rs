//! The number of a version, as the tables `[cluster.versions.2]`, `[cluster.versions.3]`, … of a scenario give it.

use std::fmt;

use seatrial_sim::Fault;
use serde::{Deserialize, Serialize};

use super::Scenario;

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

impl Scenario {
    /// Whoever is upgraded has a version to go to.
    pub(super) fn check_versions(&self) -> Result<(), (&'static str, &'static str, String)> {
        if let Some(upgrade) = &self.faults.upgrade {
            if self.cluster.versions.is_empty() {
                let what = "there is nothing to upgrade to: say in [cluster.versions.2] what version 2 has otherwise";
                return Err(("faults", "upgrade", what.into()));
            }
            let asked = upgrade.version.as_ref();
            let mut asked = asked.into_iter().flat_map(|knob| knob.least()..=knob.greatest());
            if let Some(what) = asked.find_map(|version| self.no_version(version)) {
                return Err(("faults", "upgrade", what));
            }
        }
        let unversed = self.faults.script.iter().find_map(|planned| self.unversed(&planned.fault));
        unversed.map_or(Ok(()), |what| Err(("faults.script", "version", what)))
    }

    /// What is wrong with an upgrade, if nobody has said what its version is.
    pub(crate) fn unversed(&self, fault: &Fault) -> Option<String> {
        match fault {
            Fault::Upgrade { version, .. } => self.no_version(*version),
            _ => None,
        }
    }

    fn no_version(&self, version: u32) -> Option<String> {
        let known = version == 1 || self.cluster.versions.keys().any(|v| v.number() == version);
        (!known).then(|| {
            format!("there is no version {version}: [cluster.versions.{version}] would say what it has otherwise")
        })
    }
}
