//! However a trial ends, none of its processes is left, and no folder that nobody asked for.

use super::support::{folder, is_stopped, left, servers_in, signal, started, until};

const LONG: &str = "live raft-kv --for 10m --faults pause";

#[test]
fn ctrl_c_ends_every_process_and_removes_the_folder() {
    let folder = folder();
    let (mut trial, made) = started(folder.path(), LONG, 3);
    let servers = servers_in(folder.path());
    // In the midst of a pause: whoever is stopped hears no signal but the last.
    until(|| servers.iter().any(|pid| is_stopped(*pid)));
    signal(trial.id(), "-INT");
    assert_eq!(trial.wait().expect("it ends").code(), Some(130));
    assert_eq!(servers_in(folder.path()), [0; 0]);
    assert!(!made.exists());
    assert_eq!(left(folder.path()), [""; 0]);
}

#[test]
fn a_folder_that_was_asked_for_stays_after_a_request_to_end() {
    let folder = folder();
    let (mut trial, made) = started(folder.path(), &format!("{LONG} --keep"), 3);
    signal(trial.id(), "-TERM");
    assert_eq!(trial.wait().expect("it ends").code(), Some(130));
    assert_eq!(servers_in(folder.path()), [0; 0]);
    for name in ["plan.txt", "history.jsonl", "account.txt", "n1/log", "n2/data", "n3/cluster.toml"]
    {
        assert!(made.join(name).exists(), "{name}");
    }
}

#[test]
fn servers_do_not_outlive_a_trial_that_is_killed_itself() {
    let folder = folder();
    let (mut trial, _) = started(folder.path(), LONG, 3);
    let servers = servers_in(folder.path());
    until(|| servers.iter().any(|pid| is_stopped(*pid)));
    trial.kill().expect("it is ours");
    trial.wait().expect("it is dead");
    until(|| servers_in(folder.path()).is_empty());
}
