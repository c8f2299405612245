//! What a node shows to an observer: a few named values, in an order of the node's choosing.
//!
//! A status is for people (a column per node around a failure), for faults aimed at a role ("isolate whoever has
//! `role = leader`") and for coverage. Judging uses [facts](crate::Fact), never this.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;

use crate::NodeId;

/// One value of a [`Status`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(untagged)]
pub enum StatusValue {
    /// A yes or no.
    Bool(bool),
    /// A count, an index, a term.
    Number(u64),
    /// A word, such as a role.
    Text(Cow<'static, str>),
}

impl From<bool> for StatusValue {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<u64> for StatusValue {
    fn from(value: u64) -> Self {
        Self::Number(value)
    }
}

impl From<&'static str> for StatusValue {
    fn from(value: &'static str) -> Self {
        Self::Text(Cow::Borrowed(value))
    }
}

impl From<String> for StatusValue {
    fn from(value: String) -> Self {
        Self::Text(Cow::Owned(value))
    }
}

/// Its name.
impl From<NodeId> for StatusValue {
    fn from(node: NodeId) -> Self {
        node.short_name().map_or_else(|| node.to_string().into(), Into::into)
    }
}

/// Its name, or `none`.
impl From<Option<NodeId>> for StatusValue {
    fn from(node: Option<NodeId>) -> Self {
        node.map_or_else(|| "none".into(), Into::into)
    }
}

impl fmt::Display for StatusValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => value.fmt(f),
            Self::Number(value) => value.fmt(f),
            Self::Text(value) => value.fmt(f),
        }
    }
}

/// The named values that a node shows.
///
/// ```
/// use seatrial_node::Status;
///
/// let status = Status::new().with("role", "leader").with("term", 7);
/// assert_eq!(status.to_string(), "role=leader term=7");
/// assert!(status.is("role", "leader"));
/// ```
#[derive(Clone, Debug, Default, Eq)]
pub struct Status {
    fields: Vec<(&'static str, StatusValue)>,
}

impl PartialEq for Status {
    fn eq(&self, other: &Self) -> bool {
        // Two of one node have the very same names: then nobody needs to read them.
        let same = |a: &'static str, b: &'static str| std::ptr::eq(a, b) || a == b;
        let mut pairs = self.fields.iter().zip(&other.fields);
        self.fields.len() == other.fields.len() && pairs.all(|(a, b)| same(a.0, b.0) && a.1 == b.1)
    }
}

/// There is room for so many values from the beginning: they are shown after each step of a run that somebody looks at.
const USUAL: usize = 12;

impl Status {
    /// The name of a value that a node shows as long as it cannot take its full part: what it waits for, in words for the people who run it.
    /// Hosts tell it in their logs.
    pub const WAITS_FOR: &'static str = "waits_for";

    /// A status that shows nothing.
    pub const fn new() -> Self {
        Self { fields: Vec::new() }
    }

    /// Adds a named value after those already there.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<StatusValue>) -> Self {
        if self.fields.is_empty() {
            self.fields.reserve(USUAL);
        }
        self.fields.push((name, value.into()));
        self
    }

    /// Adds all of a child's values, each under its own name.
    #[must_use]
    pub fn with_all(mut self, child: Self) -> Self {
        self.fields.extend(child.fields);
        self
    }

    /// The value of that name, if there is one.
    pub fn value(&self, name: &str) -> Option<&StatusValue> {
        self.fields.iter().find(|(field, _)| *field == name).map(|(_, value)| value)
    }

    /// Whether the field `name` shows exactly `text`.
    pub fn is(&self, name: &str, text: &str) -> bool {
        matches!(self.value(name), Some(StatusValue::Text(shown)) if shown == text)
    }

    /// All named values, in the node's order.
    pub fn fields(&self) -> &[(&'static str, StatusValue)] {
        &self.fields
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (name, value)) in self.fields.iter().enumerate() {
            let gap = if i == 0 { "" } else { " " };
            write!(f, "{gap}{name}={value}")?;
        }
        Ok(())
    }
}
