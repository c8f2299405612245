//! Where a history comes from, and errors that say where in it.

use std::fmt::Display;
use std::io::Read;
use std::path::{Path, PathBuf};

use seatrial_checkers::linearizability::CheckError;
use seatrial_history::{History, Keyed, ReadError, Recording};

use super::args::Format;
use crate::failure::Failure;

/// A file, or standard input, read whole.
pub(super) struct Source {
    path: PathBuf,
    bytes: Vec<u8>,
}

impl Source {
    /// Reads the file, or standard input where it is `-`.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let mut bytes = Vec::new();
        let read = match path == Path::new("-") {
            true => std::io::stdin().lock().read_to_end(&mut bytes).map(|_| ()),
            false => std::fs::read(path).map(|content| bytes = content),
        };
        read.map_err(|error| Failure::file(path, "cannot be read", &error))?;
        Ok(Self { path: path.to_owned(), bytes })
    }

    /// What it is called.
    pub(super) fn name(&self) -> String {
        match self.path == Path::new("-") {
            true => "standard input".to_owned(),
            false => self.path.display().to_string(),
        }
    }

    /// The history in it.
    pub(super) fn parse(&self, format: Option<Format>, keyed: Keyed) -> Result<Recording, Failure> {
        let edn = self.path.extension().is_some_and(|extension| extension == "edn");
        let by_name = if edn { Format::Edn } else { Format::Jsonl };
        let read = match format.unwrap_or(by_name) {
            Format::Jsonl => History::read_jsonl(&self.bytes),
            Format::Edn => History::read_edn(&self.bytes, keyed),
        };
        read.map_err(|error| self.malformed(&error))
    }

    /// `FILE:LINE:COLUMN: what is wrong; what to do`.
    fn malformed(&self, error: &ReadError) -> Failure {
        let column = error.column.map_or_else(String::new, |column| format!("{column}:"));
        let ReadError { line, what, help, .. } = error;
        Failure::new(format!("{}:{line}:{column} {what}; {help}", self.name()))
    }

    /// Something is wrong with how the history is to be judged.
    pub(super) fn header(&self, what: impl Display) -> Failure {
        Failure::new(format!("{}: {what}", self.name()))
    }

    /// The history cannot be judged: `FILE:LINE: why`.
    pub(super) fn unfit(&self, error: &CheckError, lines: &[usize]) -> Failure {
        let shown = error.shown(lines);
        let event = match error {
            CheckError::Malformed(malformed) => Some(malformed.event),
            CheckError::Unfit { event, .. } => Some(*event),
            CheckError::Init { .. } => None,
        };
        let Some(line) = event.and_then(|event| lines.get(event)) else {
            return self.header(shown);
        };
        let what = shown.strip_prefix(&format!("line {line}: ")).unwrap_or(&shown);
        Failure::new(format!("{}:{line}: {what}", self.name()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Source {
        /// A history made up for a test.
        pub(crate) fn of(name: &str, text: &str) -> Self {
            Self { path: name.into(), bytes: text.into() }
        }
    }

    fn refused(name: &str, text: &str) -> String {
        Source::of(name, text).parse(None, Keyed::Detect).expect_err(text).to_string()
    }

    #[test]
    fn a_malformed_history_is_refused_with_file_and_line() {
        let invoke = r#"{"process":0,"type":"invoke","f":"read","value":null}"#;
        let cut = refused("h.jsonl", &format!("{invoke}\n{{\"process\":0,"));
        assert!(cut.starts_with("h.jsonl:2:"), "{cut}");
        let twice = refused("h.jsonl", &format!("{invoke}\n{invoke}"));
        assert!(twice.starts_with("h.jsonl:2: "), "{twice}");
        let edn = refused("h.edn", "{:process 0, :type :ok, :f :read, :value 1}");
        assert!(edn.starts_with("h.edn:1: "), "{edn}");
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let error = Source::read(Path::new("no/such.jsonl")).err().map(|error| error.to_string());
        assert!(error.is_some_and(|error| error.starts_with("no/such.jsonl: cannot be read")));
    }
}
