//! How a history is to be judged, within which limits, and why it may be impossible.

use std::fmt;
use std::str::FromStr;

use seatrial_history::{Malformed, Moment, Value};
use serde::Serialize;

use super::model::Model;

/// What a `fail` of `cas` says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CasFail {
    /// The comparison failed: at one instant of the operation the value was not `from`. So etcd and Porcupine take it.
    #[default]
    Observed,
    /// It did not happen, and says nothing. So Jepsen and Knossos take it.
    NoEffect,
}

impl FromStr for CasFail {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        match word {
            "observed" => Ok(Self::Observed),
            "no-effect" => Ok(Self::NoEffect),
            other => Err(format!("a failed cas is `observed` or `no-effect`, not `{other}`")),
        }
    }
}

/// How much work a check may be. Both are counted, not measured, so that a verdict does not depend on the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Attempts to apply an operation to a state; some three to fifteen million a second.
    pub steps: u64,
    /// Bytes of states remembered at one time.
    pub bytes: usize,
}

impl Limits {
    /// For one history that a person waits for: some seconds, half a GiB.
    pub const PATIENT: Self = Self { steps: 20_000_000, bytes: 512 << 20 };
    /// For one of many executions: some tenths of a second at the very worst.
    pub const HASTY: Self = Self { steps: 2_000_000, bytes: 64 << 20 };
}

impl Default for Limits {
    fn default() -> Self {
        Self::PATIENT
    }
}

/// How a history is to be judged.
#[derive(Clone, Default)]
pub struct Options<'a> {
    /// The initial value of each object, where the model lets one choose; its own default otherwise.
    pub init: Option<Value>,
    /// What a failed `cas` means.
    pub cas_fail: CasFail,
    /// How much work it may be.
    pub limits: Limits,
    /// For each event its line in a file, from 1, by which explanations name it.
    pub lines: Option<&'a [usize]>,
    /// For each event its moment in a run, by which explanations name it; goes before `lines`.
    pub steps: Option<&'a [Moment]>,
    /// Asked every few thousand steps, also while explaining: whether to stop with what is known.
    pub cancelled: Option<&'a dyn Fn() -> bool>,
}

impl fmt::Debug for Options<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("init", &self.init)
            .field("cas_fail", &self.cas_fail)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// Why a history cannot be judged at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckError {
    /// Its events do not pair up.
    Malformed(Malformed),
    /// An operation is none of the model's.
    Unfit {
        /// The event that invoked it.
        event: usize,
        /// The model.
        model: Model,
        /// What does not fit.
        what: String,
    },
    /// The initial value is none of the model's.
    Init {
        /// The model.
        model: Model,
        /// What it takes.
        takes: &'static str,
    },
}

impl CheckError {
    /// The error with events named by their lines in a file.
    pub fn shown(&self, lines: &[usize]) -> String {
        let name = |event: usize| match lines.get(event) {
            Some(line) => format!("line {line}"),
            None => format!("event {event}"),
        };
        match self {
            Self::Malformed(malformed) => {
                let what = malformed.what(name);
                format!("{}: {what}; {}", name(malformed.event), malformed.help())
            }
            Self::Unfit { event, model, what } => {
                format!("{}: no operation of the model `{model}`: {what}", name(*event))
            }
            Self::Init { model, takes } => {
                format!("the model `{model}` takes {takes} as its initial state")
            }
        }
    }
}

impl fmt::Display for CheckError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown(&[]))
    }
}

impl std::error::Error for CheckError {}
