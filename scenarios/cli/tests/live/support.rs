//! The program in a folder of its own, and the processes that it has started.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long anything may take on a machine that has a lot to do.
const PATIENCE: Duration = Duration::from_secs(60);

/// An empty folder to be in.
pub(crate) fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

/// The program with the words of this line, in this folder.
pub(crate) fn seatrial(folder: &Path, line: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_seatrial"));
    command.args(line.split_whitespace()).current_dir(folder).stdin(Stdio::null());
    command
}

/// What the program says, and how it ends.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

/// Runs the program to its end.
pub(crate) fn say(folder: &Path, line: &str) -> Said {
    seatrial(folder, line).output().expect("the program can be started").into()
}

/// Starts a trial and waits until its servers are there. Returns the trial and the folder that it is made in.
pub(crate) fn started(folder: &Path, line: &str, servers: usize) -> (Child, PathBuf) {
    let mut command = seatrial(folder, line);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let trial = command.spawn().expect("the program can be started");
    until(|| servers_in(folder).len() == servers);
    let made = fs::read_dir(folder.join("target/seatrial")).expect("a folder was made");
    let made: Vec<PathBuf> = made.map(|entry| entry.expect("readable").path()).collect();
    let [made] = made.as_slice() else { panic!("one folder is made, and not {made:?}") };
    (trial, made.clone())
}

/// The processes that serve what is in this folder, whoever has started them.
pub(crate) fn servers_in(folder: &Path) -> Vec<u32> {
    let folder = fs::canonicalize(folder).expect("the folder is there");
    let folder = folder.to_string_lossy();
    let is_ours = |pid: &u32| {
        // One that has ended and is not waited for has no command line any more.
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line).into_owned();
        line.contains(&*folder) && line.contains("\0--facts\0")
    };
    let all = fs::read_dir("/proc").expect("a system with /proc");
    let pid = |entry: fs::DirEntry| entry.file_name().to_str()?.parse().ok();
    all.filter_map(Result::ok).filter_map(pid).filter(is_ours).collect()
}

/// Whether this process is stopped, as by SIGSTOP.
pub(crate) fn is_stopped(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('T'))
}

/// Sends a process a signal, by its name.
pub(crate) fn signal(pid: u32, name: &str) {
    let told = Command::new("kill").args([name, &pid.to_string()]).status();
    assert!(told.expect("there is a kill").success());
}

/// Waits until this is so.
pub(crate) fn until(mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "it does not come");
        pause();
    }
}

#[expect(clippy::disallowed_methods, reason = "processes are waited for, and real ones take time")]
fn pause() {
    std::thread::sleep(Duration::from_millis(10));
}

/// The folders that trials have left here.
pub(crate) fn left(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder.join("target/seatrial")) else { return Vec::new() };
    let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    entries.filter_map(Result::ok).map(name).collect()
}
