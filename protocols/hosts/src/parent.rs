//! A process that is not to outlive the one that started it, however that one ends.

use std::io;

use rustix::process::getppid;

/// Has the system kill this process when its parent ends, which is to be this one. Of a parent with several threads, it is the one that has
/// started this process.
///
/// # Errors
/// Where this system cannot do that, or the parent has ended already.
pub fn die_with_parent(parent: u32) -> io::Result<()> {
    ask()?;
    // It may have ended before that was asked.
    let now = getppid().map(|pid| pid.as_raw_pid());
    if now.is_some_and(|now| u32::try_from(now) == Ok(parent)) {
        return Ok(());
    }
    Err(io::Error::other(format!("the process {parent}, which was to be its parent, is not")))
}

#[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
fn ask() -> io::Result<()> {
    use rustix::process::{Signal, set_parent_process_death_signal};
    Ok(set_parent_process_death_signal(Some(Signal::KILL))?)
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
fn ask() -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "this system ends no process with its parent"))
}
