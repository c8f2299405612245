//! A protocol's own settings in a cluster file: asked for by name, and refused where nobody asks.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::Path;
use std::str::FromStr;

use super::ConfigError;

/// The settings that a cluster file and the environment give. A protocol [takes](Settings::take) those that it knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    values: BTreeMap<String, Given>,
}

/// A value as text, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Given {
    text: String,
    place: String,
}

impl Settings {
    pub(super) fn new(path: &Path, text: &str, table: toml::Table) -> Self {
        let given = |(name, value): (String, toml::Value)| {
            let place = match line_of(text, &name) {
                Some(line) => format!("{}:{line}", path.display()),
                None => path.display().to_string(),
            };
            let text = match value {
                toml::Value::String(text) => text,
                other => other.to_string(),
            };
            (name, Given { text, place })
        };
        Self { values: table.into_iter().map(given).collect() }
    }

    pub(super) fn set(&mut self, name: &str, variable: &str, value: &str) {
        let place = format!("the environment's {variable}");
        self.values.insert(name.to_owned(), Given { text: value.to_owned(), place });
    }

    /// Takes the setting of that name out, or the usual value.
    ///
    /// # Errors
    /// Where the value is none of its kind.
    pub fn take<T: FromStr<Err: Display>>(
        &mut self,
        name: &str,
        usual: T,
    ) -> Result<T, ConfigError> {
        let Some(given) = self.values.remove(name) else { return Ok(usual) };
        let parsed = given.text.parse();
        parsed.map_err(|why| ConfigError::new(given.place, format!("`{name}`: {why}")))
    }

    /// A mistake in settings that do not make sense together: told with the place of the first of these that is given.
    pub fn mistake(&self, names: &[&str], why: impl Into<String>) -> ConfigError {
        let place = names.iter().find_map(|name| Some(self.values.get(*name)?.place.clone()));
        ConfigError::new(place.unwrap_or_else(|| "the usual settings".to_owned()), why)
    }

    /// Holds that no setting is left that nobody has asked for. `known` are the names of those that were.
    ///
    /// # Errors
    /// Where one is.
    pub fn end(self, known: &[&str]) -> Result<(), ConfigError> {
        let Some((name, given)) = self.values.into_iter().next() else { return Ok(()) };
        let why = format!("unknown setting `{name}`; there are {}", known.join(", "));
        Err(ConfigError::new(given.place, why))
    }
}

/// The line on which this setting stands, from 1.
fn line_of(text: &str, name: &str) -> Option<usize> {
    let mut within = false;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.starts_with('[') {
            within = line == "[settings]";
        } else if within && line.split('=').next().is_some_and(|key| key.trim() == name) {
            return Some(number + 1);
        }
    }
    None
}
