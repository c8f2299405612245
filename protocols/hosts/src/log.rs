//! The log of a process: a line an event, on standard error, for people or for programs.

use std::io;

use tracing_subscriber::EnvFilter;

/// How lines of the log look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogForm {
    /// For people.
    Text,
    /// An object of JSON each.
    Json,
}

/// The variable that says what is told: `info`, `debug`, `seatrial_hosts=debug`.
pub const LOG_VARIABLE: &str = "SEATRIAL_LOG";

/// Begins the log of this process. Where it has begun already, nothing happens.
///
/// # Errors
/// Where the variable [`LOG_VARIABLE`] makes no sense.
pub fn begin_log(form: LogForm) -> Result<(), String> {
    let filter = match std::env::var(LOG_VARIABLE) {
        Err(_) => EnvFilter::new("info"),
        Ok(text) => EnvFilter::try_new(&text).map_err(|error| {
            format!("the environment's {LOG_VARIABLE}: {error}; write info, debug or warn")
        })?,
    };
    let log = tracing_subscriber::fmt().with_writer(io::stderr).with_env_filter(filter);
    let begun = match form {
        LogForm::Text => log.with_ansi(false).with_target(false).try_init(),
        LogForm::Json => log.json().try_init(),
    };
    // It has begun already, then.
    drop(begun);
    Ok(())
}
