//! What is kept of a failing trial: the command that runs it again, its case, and the case made small.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use seatrial_history::Outcome;

use super::place::{TestPlace, file_stem, target_folder};
use super::{Failed, Small};
use crate::case::Case;
use crate::prepared::Prepared;
use crate::registry::Registry;
use crate::shrink::{ShrinkOptions, Shrunk, shrink};

/// The line that runs a test again with this in its environment. Outside of a test the same program is run again.
pub(crate) fn command(environment: &str, test: Option<&str>) -> String {
    match test {
        Some(test) => format!("{environment} cargo test {test}"),
        None => environment.to_owned(),
    }
}

/// A word of a command, in quotes where the shell would take it apart.
pub(super) fn word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@%,=".contains(c);
    match text.chars().all(is_plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}

/// A test waits for no more runs than that.
const MOST_RUNS: u64 = 5_000;

/// Saves the case of a failing run as `target/seatrial/PACKAGE-PROGRAM-TEST-SEED.case`, and made small as `….min.case`.
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
    let name = test.map(|test| test.split(' ').next().unwrap_or(test));
    let stem = format!("{}-{}", file_stem(place, name), account.seed);
    let folder = target_folder().join("seatrial");
    let path = write(&case, &folder.join(format!("{stem}.case")));
    if prepared.bends().recipe.is_some() {
        account.replay = command(&format!("SEATRIAL_CASE={}", word(&path)), test);
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
        let folder = word(&place.regressions().display().to_string());
        format!("mkdir -p {folder} && cp {} {folder}/", word(&path.display().to_string()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_a_space_is_one_word_of_a_command() {
        assert_eq!(word("/boats/a-1.case"), "/boats/a-1.case");
        assert_eq!(word("/my boats/it's"), "'/my boats/it'\\''s'");
    }
}
