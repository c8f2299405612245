//! What is kept of a failing trial: the command that runs it again, its case, and the case made small.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use seatrial_history::Outcome;

use super::place::{TestPlace, target_folder};
use super::{Failed, Small};
use crate::case::Case;
use crate::prepared::Prepared;
use crate::registry::Registry;
use crate::shrink::{ShrinkOptions, Shrunk, shrink};

/// The line that runs a test again with this in its environment. Outside of a test the same program is run again.
pub(super) fn command(environment: &str, test: Option<&str>) -> String {
    match test {
        Some(test) => format!("{environment} cargo test {test}"),
        None => environment.to_owned(),
    }
}

/// A test waits for no more runs than that.
const MOST_RUNS: u64 = 5_000;

/// Saves the case of a failing run as `target/seatrial/TEST-SEED.case`, and made small as `TEST-SEED.min.case`.
pub(super) fn keep(
    registry: &Registry,
    prepared: &Prepared,
    place: Option<TestPlace>,
    test: Option<&str>,
    jobs: usize,
    failed: &mut Failed,
) {
    let account = &mut failed.account;
    if account.case.is_some() {
        // It was run from a file, and is there already.
        return;
    }
    let case = Case::new(prepared, account.seed, Some(account.hash.clone()));
    let stem = format!("{}-{}", test.unwrap_or("trial").replace("::", "-"), account.seed);
    let folder = target_folder().join("seatrial");
    let path = write(&case, &folder.join(format!("{stem}.case")));
    if prepared.bends().recipe.is_some() {
        account.replay = command(&format!("SEATRIAL_CASE={path}"), test);
    }
    account.case = Some(path);
    if account.outcome() != Outcome::Violated {
        return;
    }
    let options = ShrinkOptions { jobs, max_runs: MOST_RUNS, elsewhere: true };
    let shrunk = shrink(registry, case, &options, &AtomicBool::new(false), &mut |_| ());
    let Ok(shrunk) = shrunk else { return };
    let path = folder.join(format!("{stem}.min.case"));
    let case = write(&shrunk.case, &path);
    let keep = place.map(|place| {
        let folder = place.regressions().display().to_string();
        format!("mkdir -p {folder} && cp {} {folder}/", path.display())
    });
    let Shrunk { before, after, .. } = shrunk;
    failed.small = Some(Box::new(Small { case, before, after, keep }));
}

/// Writes a case, and says where it is, or why it is not.
fn write(case: &Case, path: &Path) -> String {
    match case.write(path) {
        Ok(()) => path.display().to_string(),
        Err(error) => format!("{}: cannot be written: {error}", path.display()),
    }
}
