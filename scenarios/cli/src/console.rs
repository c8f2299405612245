//! The one place that writes to the terminal. A reader that goes away, as `head` does, is no error.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::ColorChoice;
use seatrial_reports::{Page, Role};

use crate::exit::Exit;
use crate::failure::Failure;

/// Standard output and standard error, as the user wants them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Console {
    color: ColorChoice,
    quiet: bool,
}

impl Console {
    /// A console with colours when asked for, and nothing but errors on standard error where quiet.
    pub(crate) const fn new(color: ColorChoice, quiet: bool) -> Self {
        Self { color, quiet }
    }

    /// The page of standard output: as wide as the terminal, so that events fit, or a fixed one where it is none.
    pub(crate) fn page(&self) -> Page {
        let stdout = io::stdout();
        let colour = self.colour(stdout.is_terminal());
        match terminal_size::terminal_size_of(&stdout) {
            Some((terminal_size::Width(width), _)) => {
                let width = usize::from(width);
                // Prose is hard to read on longer lines; events are not.
                Page { width: width.clamp(40, 140), colour, events: Some(width) }
            }
            None => Page { colour, ..Page::default() },
        }
    }

    /// Writes what was asked for to standard output.
    pub(crate) fn out(&self, text: &str) -> Result<(), Failure> {
        let mut stdout = io::stdout().lock();
        match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(Failure::new(format!("standard output cannot be written: {error}")))
            }
            _ => Ok(()),
        }
    }

    /// Says something beside what was asked for, on standard error.
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet {
            err(&format!("{text}\n"));
        }
    }

    /// Says why a command failed.
    pub(crate) fn error(&self, failure: &Failure) {
        let page = Page { colour: self.colour(io::stderr().is_terminal()), ..Page::default() };
        err(&format!("{} {failure}\n", page.paint(Role::Bad, "error:")));
    }

    /// Whether somebody watches standard error, so that progress is worth drawing.
    pub(crate) fn is_watched(&self) -> bool {
        !self.quiet && io::stderr().is_terminal()
    }

    fn colour(&self, terminal: bool) -> bool {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        match self.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => terminal && !dumb && !set("NO_COLOR"),
        }
    }
}

/// Shows help, or what is wrong with the command line.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    // Nothing can be said where standard error itself is gone.
    let _ = error.print();
    if error.use_stderr() { Exit::Usage.into() } else { Exit::Holds.into() }
}

fn err(text: &str) {
    // Nothing can be said where standard error itself is gone.
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
