//! What a run has drawn for a protocol's settings, as a protocol makes its configuration from it.

use std::collections::BTreeMap;

use seatrial_node::{Boot, Duration};

use crate::scenario::{Setting, unknown};

/// By version, the settings that it has otherwise than version 1.
pub(crate) type Versions = BTreeMap<u32, BTreeMap<String, Setting>>;

/// The settings that a run has drawn, for a protocol to make its configuration from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    values: BTreeMap<String, Setting>,
    version: u32,
    replaced_disk: bool,
}

/// Nothing is said: those of a first life.
impl Default for Settings {
    fn default() -> Self {
        Self::new(BTreeMap::new())
    }
}

impl Settings {
    pub(crate) const fn new(values: BTreeMap<String, Setting>) -> Self {
        Self { values, version: 1, replaced_disk: false }
    }

    /// The settings for this life, with what its version says otherwise.
    pub(crate) fn at(&self, boot: Boot, versions: &Versions) -> Self {
        let mut values = self.values.clone();
        values.extend(versions.get(&boot.version).cloned().unwrap_or_default());
        Self { values, version: boot.version, replaced_disk: boot.replaced_disk }
    }

    /// Which version the node runs as, as the table `[cluster.versions]` of a scenario numbers them; 1 until an upgrade.
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// Whether the node has lived before with another disk, which is gone; see [`Boot::replaced_disk`].
    pub const fn replaced_disk(&self) -> bool {
        self.replaced_disk
    }

    /// How long; `default` where the scenario does not say.
    ///
    /// # Errors
    /// Where the scenario gives something that is no time.
    pub fn time(&self, name: &str, default: Duration) -> Result<Duration, String> {
        match self.values.get(name) {
            None => Ok(default),
            Some(Setting::Time(time)) => Ok(*time),
            Some(other) => Err(format!("{name} = {other}: a time is wanted, as \"150ms\"")),
        }
    }

    /// How many; `default` where the scenario does not say.
    ///
    /// # Errors
    /// Where the scenario gives something that is no count.
    pub fn count(&self, name: &str, default: u64) -> Result<u64, String> {
        match self.values.get(name) {
            None => Ok(default),
            Some(Setting::Count(count)) => Ok(*count),
            Some(other) => Err(format!("{name} = {other}: a whole number is wanted")),
        }
    }

    /// How many at most, where `"unlimited"` may be said; `default` where the scenario does not say.
    ///
    /// # Errors
    /// Where the scenario gives something else.
    pub fn limit(&self, name: &str, default: usize) -> Result<usize, String> {
        match self.values.get(name) {
            None => Ok(default),
            Some(Setting::Count(count)) => {
                usize::try_from(*count).map_err(|_| format!("{name} = {count} is too many"))
            }
            Some(Setting::Word(word)) if word == "unlimited" => Ok(usize::MAX),
            Some(other) => {
                Err(format!("{name} = {other}: a whole number or \"unlimited\" is wanted"))
            }
        }
    }

    /// Yes or no; `default` where the scenario does not say.
    ///
    /// # Errors
    /// Where the scenario gives something else.
    pub fn flag(&self, name: &str, default: bool) -> Result<bool, String> {
        match self.values.get(name) {
            None => Ok(default),
            Some(Setting::Flag(flag)) => Ok(*flag),
            Some(other) => Err(format!("{name} = {other}: true or false is wanted")),
        }
    }

    /// One of these words; `default` where the scenario does not say.
    ///
    /// # Errors
    /// Where the scenario gives something else.
    pub fn word<'s>(
        &'s self,
        name: &str,
        default: &'s str,
        known: &[&str],
    ) -> Result<&'s str, String> {
        match self.values.get(name) {
            None => Ok(default),
            Some(Setting::Word(word)) if known.contains(&word.as_str()) => Ok(word),
            Some(Setting::Word(word)) => Err(unknown(name, word, known.iter().copied())),
            Some(other) => Err(format!("{name} = {other}: one of {} is wanted", known.join(", "))),
        }
    }
}
