//! What the system saw of a process before it told a sync: that the file was written, and synced, and only then.
//!
//! A process that is killed loses nothing that the system has in its memory, so only the system can tell whether `fdatasync` was asked for,
//! and had returned, before anybody heard that it had. `strace` shows it.

use std::fs;
use std::process::Command;

use seatrial_conformance::{Act, Arm, Asked, Ticket};

use super::cluster::PATIENCE;
use super::tcp::TcpArm;

/// The places of these in a trace, which has a line for the end of each call.
fn places(trace: &str, of: impl Fn(&str) -> bool) -> Vec<usize> {
    trace.lines().enumerate().filter(|(_, line)| of(line)).map(|(place, _)| place).collect()
}

/// Whether a trace has the text written, then a sync that succeeded, then the answer.
fn is_synced_before_it_is_told(trace: &str) -> Result<(), String> {
    let written = places(trace, |line| line.contains("pwrite64(") && line.contains("covered"));
    let synced = places(trace, |line| line.contains("fdatasync") && line.ends_with("= 0"));
    let told = places(trace, |line| line.contains("send") && line.contains("synced"));
    let (Some(written), Some(told)) = (written.first(), told.first()) else {
        return Err(format!("no write, or no answer:\n{trace}"));
    };
    let between = synced.iter().any(|synced| written < synced && synced < told);
    if between { Ok(()) } else { Err(format!("told before it was synced:\n{trace}")) }
}

#[test]
fn a_sync_is_told_after_the_system_has_done_it() {
    let has_strace = Command::new("strace").arg("-V").output().is_ok();
    if !has_strace {
        assert!(std::env::var_os("SEATRIAL_TOOLS").is_none(), "there is no strace");
        return;
    }
    let mut arm = TcpArm::unstarted(None);
    let trace = arm.cluster.path("trace");
    let mut command = Command::new("strace");
    // It watches from aside, so that the process that is killed in the end is the member.
    command.args(["-D", "-f", "-s", "400", "-e", "trace=pwrite64,fdatasync,fsync,write,sendto"]);
    command.arg("-o").arg(&trace).arg(env!("CARGO_BIN_EXE_conformance-member"));
    command.args(arm.cluster.arguments(1));
    arm.cluster.launch(1, command);
    arm.connect(1);
    let text = "covered".to_owned();
    let acts = vec![
        Act::Append { file: 0, text },
        Act::Sync { file: 0, label: 1 },
        Act::TellWhenSynced(1),
    ];
    arm.ask(1, Ticket(1), Asked(acts));
    let begun = std::time::Instant::now();
    while arm.answers().expect("it goes on").is_empty() {
        assert!(begun.elapsed() < PATIENCE, "no answer");
    }
    is_synced_before_it_is_told(&fs::read_to_string(trace).expect("a trace")).expect("in order");
}

#[test]
fn a_sync_that_is_told_too_early_or_not_done_is_seen() {
    let write = r#"7 pwrite64(9, "covered", 7, 0) = 7"#;
    let sync = "7 fdatasync(9) = 0";
    let told = r#"6 sendto(8, "SFr\1 {\"text\":\"synced\"}", 90) = 90"#;
    let judge = |lines: &[&str]| is_synced_before_it_is_told(&lines.join("\n"));
    assert_eq!(judge(&[write, sync, told]), Ok(()));
    for wrong in [&[write, told, sync][..], &[sync, write, told], &[write, told], &[sync, told]] {
        judge(wrong).expect_err("it is wrong");
    }
    judge(&[write, "7 fdatasync(9) = -1 EIO (Input/output error)", told]).expect_err("it failed");
}
