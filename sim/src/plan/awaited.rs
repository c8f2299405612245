//! Faults that wait for something: not for a time, but for what nodes show or tell.

use std::fmt;

use seatrial_node::{Duration, Fact};
use serde::{Deserialize, Serialize};

use super::inhabitants::Inhabitants;
use super::{Fault, PlannedFault, Written};

/// A fault that begins when something has happened, or so long after. It waits until the world heals, and strikes once.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Line", into = "Line")]
pub struct Awaited {
    /// What it waits for.
    pub when: When,
    /// The fault. Its `at` is how long after that it begins; a file may leave it out, where that is at once.
    pub then: PlannedFault,
}

/// What a fault waits for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Words", into = "Words")]
pub enum When {
    /// Somebody shows this text as its role: `{ role = "leader" }`.
    Role(String),
    /// A [fact](Fact) of this name has been told so many times, by whomever: `{ fact = "commit", times = 10 }`; once, if not said.
    Fact {
        /// The [name](Fact::name) of the fact.
        name: String,
        /// The how-manieth counts.
        times: u32,
    },
    /// A place worth reaching was reached so many times, by whomever: `{ reached = "a snapshot was installed" }`; once, if not said.
    /// Hyphens may stand for spaces.
    Reached {
        /// The place, as the node [names](Fact::Reached) it.
        mark: String,
        /// The how-manieth time counts.
        times: u32,
    },
}

impl When {
    /// How many times it must be met.
    pub(crate) const fn times(&self) -> u32 {
        match self {
            Self::Role(_) => 1,
            Self::Fact { times, .. } | Self::Reached { times, .. } => *times,
        }
    }

    /// Whether this fact is what is waited for.
    pub(crate) fn is_met_by(&self, fact: &Fact) -> bool {
        match (self, fact) {
            (Self::Role(_), _) => false,
            (Self::Fact { name, .. }, fact) => fact.name() == name,
            (Self::Reached { mark, .. }, Fact::Reached { mark: reached }) => {
                let plain = |byte: u8| if byte == b'-' { b' ' } else { byte };
                mark.bytes().map(plain).eq(reached.bytes().map(plain))
            }
            (Self::Reached { .. }, _) => false,
        }
    }

    fn problem(&self) -> Option<String> {
        match self {
            Self::Role(_) | Self::Reached { .. } if self.times() > 0 => None,
            Self::Fact { name, .. } if !Fact::NAMES.contains(&name.as_str()) => {
                let known = Fact::NAMES.join(", ");
                Some(format!(
                    "it waits for the fact `{name}`, which there is not; there is {known}"
                ))
            }
            Self::Fact { times: 1.., .. } => None,
            _ => Some("it waits for something to happen no times: once is the least".into()),
        }
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Role(role) => write!(f, "when somebody is {role}"),
            Self::Fact { name, times: 1 } => write!(f, "after a {name}"),
            Self::Fact { name, times } => write!(f, "after {times} of {name}"),
            Self::Reached { mark, times: 1 } => write!(f, "after \"{mark}\""),
            Self::Reached { mark, times } => write!(f, "after \"{mark}\", {times} times"),
        }
    }
}

impl Awaited {
    /// What is wrong with it in this world, if anything.
    pub(super) fn problem(&self, world: &Inhabitants<'_>) -> Option<String> {
        let problem = self.when.problem().or_else(|| self.then.fault.problem(world))?;
        Some(format!("the {} {}: {problem}", self.then.fault.kind(), self.when))
    }
}

/// A condition as files hold it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    /// Until somebody shows this as its role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    /// Until a fact of this name has been told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fact: Option<String>,
    /// Until this place worth reaching has been reached. Hyphens may stand for spaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reached: Option<String>,
    /// How many times; once, if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    times: Option<u32>,
}

impl TryFrom<Words> for When {
    type Error = &'static str;

    fn try_from(words: Words) -> Result<Self, &'static str> {
        let times = words.times.unwrap_or(1);
        match (words.role, words.fact, words.reached) {
            (Some(_), None, None) if words.times.is_some() => {
                Err("a role is shown or not: leave `times` out")
            }
            (Some(role), None, None) => Ok(Self::Role(role)),
            (None, Some(name), None) => Ok(Self::Fact { name, times }),
            (None, None, Some(mark)) => Ok(Self::Reached { mark, times }),
            _ => Err("a condition names one of `role`, `fact` and `reached`"),
        }
    }
}

impl From<When> for Words {
    fn from(when: When) -> Self {
        let (mut role, mut fact, mut reached) = (None, None, None);
        let times = Some(when.times()).filter(|times| *times != 1);
        match when {
            When::Role(text) => role = Some(text),
            When::Fact { name, .. } => fact = Some(name),
            When::Reached { mark, .. } => reached = Some(mark),
        }
        Self { role, fact, reached, times }
    }
}

/// A fault that waits, as files hold it.
#[derive(Serialize, Deserialize)]
struct Line {
    when: When,
    /// How long after that it begins; at once, if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<Duration>,
    /// How long it lasts, unless it happens at once or for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lasts: Option<Duration>,
    /// What happens.
    #[serde(flatten)]
    fault: Fault,
}

impl TryFrom<Line> for Awaited {
    type Error = String;

    fn try_from(Line { when, at, lasts, fault }: Line) -> Result<Self, String> {
        let at = at.unwrap_or(Duration::ZERO);
        let then = PlannedFault::try_from(Written { when: None, at, lasts, fault })?;
        Ok(Self { when, then })
    }
}

impl From<Awaited> for Line {
    fn from(Awaited { when, then }: Awaited) -> Self {
        let Written { at, lasts, fault, .. } = then.into();
        Self { when, at: Some(at).filter(|at| *at > Duration::ZERO), lasts, fault }
    }
}
