//! The log of a process: a line an event, on standard error, for people or for programs.

use std::io;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

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
        Ok(text) => read(&text).map_err(|why| {
            format!(
                "the environment's {LOG_VARIABLE}: {why}; write error, warn, info, debug or trace, or what is told of a part of the \
                 program, as in info,seatrial_hosts=debug"
            )
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

/// What is to be told. A lone word that is no level would be taken for a part of the program, and all others be silent.
fn read(text: &str) -> Result<EnvFilter, String> {
    let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
    for word in words.filter(|word| !word.contains('=')) {
        if word.parse::<LevelFilter>().is_err() {
            return Err(format!("{word:?} is no level"));
        }
    }
    EnvFilter::try_new(text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_silence_the_log_is_refused_and_named() {
        for good in ["info", "WARN", "off", "info,seatrial_hosts=debug", "seatrial_raft=trace"] {
            assert!(read(good).is_ok(), "{good}");
        }
        for (bad, why) in [
            ("nonsense level", "\"nonsense level\" is no level"),
            ("info,verbose", "\"verbose\" is no level"),
            ("7", "\"7\" is no level"),
            ("seatrial_hosts=loud", "level filter"),
            ("=,", ""),
        ] {
            let error = read(bad).expect_err(bad);
            assert!(error.contains(why), "{bad}: {error}");
        }
    }
}
