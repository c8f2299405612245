//! What a user deploys, built as a user builds it: by itself, so that no planted bug is in it.

use std::process::Command;

use super::support::program::build;

#[test]
fn a_server_that_is_built_by_itself_has_no_planted_bugs() {
    for binary in ["seatrial-server", "seatrial-maelstrom"] {
        let program = build("seatrial-server", binary);
        let said = Command::new(program).arg("--version").output().expect("it can be started");
        let said = String::from_utf8_lossy(&said.stdout).into_owned();
        assert!(said.ends_with(", without planted bugs\n"), "{said}");
    }
    // The same constant, where they are compiled in: it can say otherwise.
    const { assert!(seatrial_service::HAS_MUTANTS) };
}
