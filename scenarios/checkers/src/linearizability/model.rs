//! The sequential objects that histories are compared with.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

/// What the object does when its operations come one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Model {
    /// `read` null -> v, `write` v.
    Register,
    /// A register with `cas` [from, to].
    CasRegister,
    /// `acquire` and `release`.
    Mutex,
    /// A map of registers with `cas`; `delete` writes null.
    Kv,
    /// A map of texts: `get` -> s, `put` s, `append` s.
    KvString,
    /// `add` d, `read` -> n.
    Counter,
    /// `add` x, `remove` x, `contains` x -> [x, bool].
    Set,
    /// First in, first out: `enqueue` v, `dequeue` -> v, or null when empty.
    Queue,
    /// Last in, first out: `push` v, `pop` -> v, or null when empty.
    Stack,
    /// `append` v, `read` -> [v, ...].
    AppendList,
}

impl Model {
    /// Every model, in the order in which they are listed for people.
    pub const ALL: [Self; 10] = [
        Self::Register,
        Self::CasRegister,
        Self::Mutex,
        Self::Kv,
        Self::KvString,
        Self::Counter,
        Self::Set,
        Self::Queue,
        Self::Stack,
        Self::AppendList,
    ];

    /// The name by which it is asked for.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::CasRegister => "cas-register",
            Self::Mutex => "mutex",
            Self::Kv => "kv",
            Self::KvString => "kv-string",
            Self::Counter => "counter",
            Self::Set => "set",
            Self::Queue => "queue",
            Self::Stack => "stack",
            Self::AppendList => "append-list",
        }
    }

    /// What it does, in a line.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Register => "one value: read -> v, write v; null until written",
            Self::CasRegister => "a register with compare-and-set: cas [from, to]",
            Self::Mutex => "a lock: acquire, release; free at first",
            Self::Kv => "a map of cas-registers: read, write, cas, delete by key",
            Self::KvString => "a map of texts: get -> s, put s, append s by key; \"\" until put",
            Self::Counter => "a number: add d, read -> n; 0 at first",
            Self::Set => "a set: add x, remove x, contains x -> [x, bool]; empty at first",
            Self::Queue => "first in, first out: enqueue v, dequeue -> v or null when empty",
            Self::Stack => "last in, first out: push v, pop -> v or null when empty",
            Self::AppendList => "a growing list: append v, read -> [v, ...]; empty at first",
        }
    }

    /// The names of its operations.
    pub const fn operations(self) -> &'static [&'static str] {
        match self {
            Self::Register => &["read", "write"],
            Self::CasRegister => &["read", "write", "cas"],
            Self::Mutex => &["acquire", "release"],
            Self::Kv => &["read", "write", "cas", "delete"],
            Self::KvString => &["get", "put", "append"],
            Self::Counter => &["add", "read"],
            Self::Set => &["add", "remove", "contains"],
            Self::Queue => &["enqueue", "dequeue"],
            Self::Stack => &["push", "pop"],
            Self::AppendList => &["append", "read"],
        }
    }

    /// Whether its state is one of the values that operations name, so that a write is what makes a value and a read what needs it.
    pub(crate) const fn is_register(self) -> bool {
        matches!(self, Self::Register | Self::CasRegister | Self::Mutex | Self::Kv | Self::Set)
    }

    /// What the object is called in a sentence.
    pub(crate) const fn noun(self) -> &'static str {
        match self {
            Self::Register | Self::CasRegister | Self::Kv => "register",
            Self::Mutex => "lock",
            Self::KvString => "text",
            Self::Counter => "counter",
            Self::Set => "element",
            Self::Queue => "queue",
            Self::Stack => "stack",
            Self::AppendList => "list",
        }
    }
}

impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A name that no model has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownModel {
    /// What was asked for.
    pub name: String,
    /// The model whose name is most like it, if one is.
    pub suggestion: Option<Model>,
}

impl fmt::Display for UnknownModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no model `{}`", self.name)?;
        if let Some(model) = self.suggestion {
            return write!(f, "; did you mean `{model}`?");
        }
        let names = Model::ALL.map(Model::name).join(", ");
        write!(f, "; the models are {names}")
    }
}

impl std::error::Error for UnknownModel {}

impl FromStr for Model {
    type Err = UnknownModel;

    fn from_str(name: &str) -> Result<Self, UnknownModel> {
        if let Some(model) = Self::ALL.into_iter().find(|model| model.name() == name) {
            return Ok(model);
        }
        let likeness = |model: &Self| strsim::jaro_winkler(&name.to_lowercase(), model.name());
        let best = Self::ALL.into_iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
        let suggestion = best.filter(|model| likeness(model) > 0.8);
        Err(UnknownModel { name: name.to_owned(), suggestion })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_model_is_found_by_its_name() {
        for model in Model::ALL {
            assert_eq!(model.name().parse(), Ok(model));
            assert!(!model.description().is_empty());
        }
    }

    #[test]
    fn a_misspelt_model_is_answered_with_the_one_that_was_meant() {
        let error = "cas_registr".parse::<Model>().expect_err("no model");
        assert_eq!(error.suggestion, Some(Model::CasRegister));
        let error = "xyzzy".parse::<Model>().expect_err("no model");
        assert_eq!(error.suggestion, None);
        assert!(error.to_string().contains("append-list"));
    }
}
