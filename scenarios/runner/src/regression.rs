//! Cases that are kept: each was a failure once, and must not become one again.

use std::io::{self, Write as _};

use seatrial_history::{Account, Outcome, Verdict};

use crate::case::Case;
use crate::prepared::{Prepared, Recording};
use crate::registry::Registry;
use crate::scenario::ScenarioError;

/// A case that is kept and has been run again without a failure.
#[derive(Clone, Debug)]
pub struct Replayed {
    /// The run, told.
    pub account: Account,
    /// The step from which on it is not the run any more that was kept, and why: a bug was mended there, or the case proves nothing now.
    pub parts_at: Option<String>,
}

/// Runs a case of our protocols, and panics where it breaks a property again: `seatrial::regression(include_str!("raft-kv-42.case"))`
/// in a `#[test]`. `seatrial shrink --rust` writes such a test.
///
/// A step that can no longer happen is left out, and said on standard error: once a bug is mended, what came of it cannot happen.
///
/// # Panics
/// Where the run breaks a property, or cannot be judged; and where no run can be made of the case.
#[cfg(feature = "protocols")]
#[track_caller]
pub fn regression(case: &str) {
    regression_in(&Registry::ours(), case);
}

/// The same with protocols of one's own.
///
/// # Panics
/// As [`regression`].
#[track_caller]
pub fn regression_in(registry: &Registry, case: &str) {
    match try_regression(registry, case) {
        Ok(replayed) => tell("the case", replayed.parts_at.as_deref()),
        Err(what) => panic!("{what}"),
    }
}

/// Runs a case, and says what is wrong with its run.
///
/// # Errors
/// Where the run breaks a property or cannot be judged, or no run can be made of the case.
pub fn try_regression(registry: &Registry, case: &str) -> Result<Replayed, String> {
    let again = Case::parse("the case", case).and_then(|case| Again::of(registry, case));
    let Again { run, parts_at, .. } = again.map_err(|error| error.to_string())?;
    let account = run.account;
    match account.outcome() {
        Outcome::Holds | Outcome::Excused => Ok(Replayed { account, parts_at }),
        Outcome::Violated | Outcome::Unknown => Err(wrong(&account)),
    }
}

/// Says where a case that is kept is not the same run any more. Written past the printing macros, whose words cargo shows only of tests
/// that fail; there is nobody to tell where standard error is closed.
pub(crate) fn tell(file: &str, parts_at: Option<&str>) {
    if let Some(what) = parts_at {
        let _ = writeln!(io::stderr(), "{file}: no longer the run that was kept: {what}");
    }
}

/// A case that is kept, run again.
pub(crate) struct Again {
    pub(crate) prepared: Prepared,
    pub(crate) run: Recording,
    pub(crate) parts_at: Option<String>,
}

impl Again {
    pub(crate) fn of(registry: &Registry, case: Case) -> Result<Self, ScenarioError> {
        let (prepared, seed, stuck) = case.prepare_kept(registry)?;
        let parts_at = stuck.map(|stuck| stuck.to_string());
        Ok(Self { run: prepared.record(seed), prepared, parts_at })
    }
}

/// What an account says is wrong.
pub(crate) fn wrong(account: &Account) -> String {
    let wrong = account.judgements.iter().filter_map(|judged| match &judged.verdict {
        Verdict::Holds => None,
        Verdict::Violated(violation) => Some(violation.to_string()),
        Verdict::Unknown { why } => Some(format!("{} is unknown: {why}", judged.property)),
    });
    wrong.collect::<Vec<_>>().join("\n")
}
