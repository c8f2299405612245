//! What is kept of a failing trial: the command that runs it again, and its case.

use super::Failed;
use super::place::target_folder;
use crate::case::Case;
use crate::prepared::Prepared;
use crate::registry::Registry;

/// The line that runs a test again with this in its environment. Outside of a test the same program is run again.
pub(super) fn command(environment: &str, test: Option<&str>) -> String {
    match test {
        Some(test) => format!("{environment} cargo test {test}"),
        None => environment.to_owned(),
    }
}

/// Saves the case of a failing run, and says in its account where.
pub(super) fn keep(
    _registry: &Registry,
    prepared: &Prepared,
    test: Option<&str>,
    failed: &mut Failed,
) {
    let account = &mut failed.account;
    let case = Case::new(prepared, account.seed, Some(account.hash.clone()));
    let stem = test.unwrap_or("trial").replace("::", "-");
    let path = target_folder().join("seatrial").join(format!("{stem}-{}.case", account.seed));
    account.case = Some(match case.write(&path) {
        Ok(()) => path.display().to_string(),
        Err(error) => format!("{}: cannot be written: {error}", path.display()),
    });
}
