//! Commands from a file or from standard input, each written with its answer.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use seatrial::debug::Command;

use super::{Opened, measure, title};
use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;

/// What is to be done, in order.
pub(super) struct Script {
    /// What errors call it.
    name: String,
    text: String,
}

impl Script {
    /// Reads it whole.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let mut text = String::new();
        let (name, read) = match path.as_os_str() == "-" {
            true => ("standard input".to_owned(), io::stdin().read_to_string(&mut text).map(drop)),
            false => {
                let read = fs::read_to_string(path);
                (path.display().to_string(), read.map(|whole| text = whole))
            }
        };
        read.map_err(|error| Failure::file(path, "cannot be read", &error))?;
        Ok(Self { name, text })
    }

    /// Does all of it, and ends as the run does that it leaves; at the first command that cannot be done it says why, and stops.
    pub(super) fn perform(&self, opened: Opened<'_>, console: &Console) -> Result<Exit, Failure> {
        let Opened { mut debugger, took } = opened;
        console.out(&format!("{}\n", title(&debugger)))?;
        for (nth, line) in self.text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() {
                continue;
            }
            if line.starts_with('#') {
                console.out(&format!("\n{line}\n"))?;
                continue;
            }
            let wrong = |what: String| Failure::new(format!("{}:{}: {what}", self.name, nth + 1));
            let command: Command = line.parse().map_err(wrong)?;
            console.out(&format!("\n> {line}\n"))?;
            let answer = match &command {
                Command::Quit => break,
                Command::Measure => measure::measure(&mut debugger, took),
                command => debugger.obey(command),
            };
            console.out(&format!("{}\n", answer.map_err(wrong)?))?;
        }
        Ok(Exit::of(debugger.account()))
    }
}
