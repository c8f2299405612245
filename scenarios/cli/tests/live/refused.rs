//! What makes no sense is refused before anything is started, with what to do instead.

use std::fs;

use super::support::{folder, left, say};

/// Holds that the program refuses this line, says all of that, and leaves nothing behind.
fn refused(line: &str, says: &[&str]) {
    let folder = folder();
    let said = say(folder.path(), line);
    assert_eq!(said.code, Some(2), "{line}: {said:?}");
    assert_eq!(said.out, "", "{line}");
    for words in says {
        assert!(said.err.contains(words), "{line}: no {words:?} in\n{}", said.err);
    }
    assert_eq!(left(folder.path()), [""; 0], "{line}");
}

#[test]
fn a_scenario_that_is_not_there_or_cannot_be_live_is_refused_with_the_reason() {
    refused("live raft-kw", &["raft-kv"]);
    refused("live uniform-broadcast", &["of which no server is made", "raft-kv and raft-counter"]);
    refused("live raft-kv-leases", &["servers read without leases"]);
    refused("live raft-core", &["is judged by `steady-leader`"]);
    refused("live raft-upgrade", &["upgrades its nodes"]);
}

#[test]
fn a_kind_of_fault_that_is_unknown_is_answered_with_the_one_that_was_meant() {
    refused("live raft-kv --faults kill,partiton", &["did you mean `partition`?"]);
    refused("live raft-kv --faults none,kill", &["`none` stands alone"]);
    refused(
        "live raft-kv --faults clock",
        &["kill, pause, partition, one-way, delay, reset, slow"],
    );
}

#[test]
fn a_cluster_must_be_odd_and_neither_too_small_nor_too_large() {
    refused("live raft-kv --nodes 0", &["--nodes 0", "3 members or more"]);
    refused("live raft-kv --nodes 1", &["--nodes 1", "3 members or more"]);
    refused("live raft-kv --nodes 4", &["an even number", "take 3 or 5"]);
    refused("live raft-kv --nodes 2", &["--nodes 2", "3 members or more"]);
    refused("live raft-kv --nodes 99", &["9 servers at most"]);
    refused("live raft-kv --nodes many", &["--nodes"]);
}

#[test]
fn a_time_must_be_one_and_have_room_for_the_faults() {
    refused("live raft-kv --for 10", &["150ms"]);
    refused("live raft-kv --for 0s", &["no time at all"]);
    refused("live raft-kv --for 3s", &["--for 3s is too short", "give 7.5s or more"]);
}

#[test]
fn a_bug_is_planted_only_where_there_is_one() {
    refused("live raft-kv --mutant stale-raed", &["did you mean `stale-read`?"]);
    refused(
        "live raft-kv --server /none/seatrial-server --mutant stale-read",
        &["/none/seatrial-server"],
    );
    refused(
        "live raft-kv --for 3s --faults none --server /none/server",
        &["/none/server: cannot be started"],
    );
}

#[test]
fn a_server_without_planted_bugs_is_told_from_one_with_them() {
    let folder = folder();
    let server = folder.path().join("server");
    fs::write(&server, "#!/bin/sh\necho seatrial-server 0.1.0, without planted bugs\n")
        .expect("room");
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(&server, executable).expect("ours");
    let line = format!("live raft-kv --mutant stale-read --server {}", server.display());
    let said = say(folder.path(), &line);
    assert_eq!(said.code, Some(2), "{said:?}");
    assert!(said.err.contains("no planted bug is compiled into this server"), "{}", said.err);
}

#[test]
fn a_server_that_does_not_come_up_is_told_with_what_it_said() {
    let folder = folder();
    let server = folder.path().join("server");
    fs::write(&server, "#!/bin/sh\necho 'error: no harbour' >&2\nexit 2\n").expect("room");
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(&server, executable).expect("ours");
    let line = format!("live raft-kv --for 3s --faults none --server {}", server.display());
    let said = say(folder.path(), &line);
    assert_eq!(said.code, Some(2), "{said:?}");
    let expected = "did not come up: it ended at once, exit status: 2: error: no harbour";
    assert!(said.err.contains(expected), "{}", said.err);
    assert!(!folder.path().join("target").exists(), "what was made for it is gone with it");
    fs::create_dir(folder.path().join("target")).expect("room");
    let said = say(folder.path(), "live raft-kv --for 3s --faults none --server /bin/true");
    assert_eq!(said.code, Some(2), "{said:?}");
    let expected = "it ended at once, exit status: 0, and said nothing: is it a seatrial-server?";
    assert!(said.err.contains(expected), "{}", said.err);
    assert!(!folder.path().join("target/seatrial").exists(), "nothing is in it");
    assert!(folder.path().join("target").exists(), "it was there before");
}

#[test]
fn a_server_within_the_program_says_what_it_is() {
    let said = say(folder().path(), "serve --version");
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.out.contains("with planted bugs compiled in and none chosen"), "{}", said.out);
}
