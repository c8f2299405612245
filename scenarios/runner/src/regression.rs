//! Cases that are kept: each was a failure once, and must not become one again.

use seatrial_history::{Account, Outcome};

use crate::case::Case;
use crate::registry::Registry;

/// Runs a case of our protocols, and panics where it breaks a property again: `seatrial::regression(include_str!("raft-kv-42.case"))`
/// in a `#[test]`. `seatrial shrink --rust` writes such a test.
///
/// # Panics
/// Where the run breaks a property, or cannot be judged; and where the case no longer applies, with the step at which it does not.
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
    if let Err(what) = try_regression(registry, case) {
        panic!("{what}");
    }
}

/// Runs a case, and says what is wrong with its run.
///
/// # Errors
/// Where the run breaks a property or cannot be judged, or the case does not apply.
pub fn try_regression(registry: &Registry, case: &str) -> Result<Account, String> {
    let prepared = Case::parse("the case", case).and_then(|case| case.prepare(registry));
    let (prepared, seed) = prepared.map_err(|error| {
        format!("{error}\nA case that no longer applies proves nothing: mend it, or shrink the failure again.")
    })?;
    let account = prepared.run(seed);
    match account.outcome() {
        Outcome::Holds | Outcome::Excused => Ok(account),
        Outcome::Violated | Outcome::Unknown => Err(account
            .judgements
            .iter()
            .filter_map(|judged| match &judged.verdict {
                seatrial_history::Verdict::Holds => None,
                seatrial_history::Verdict::Violated(violation) => Some(violation.to_string()),
                seatrial_history::Verdict::Unknown { why } => {
                    Some(format!("{} is unknown: {why}", judged.property))
                }
            })
            .collect::<Vec<_>>()
            .join("\n")),
    }
}
