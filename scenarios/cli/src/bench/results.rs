//! Lines of results in a file that grows: a benchmark that was stopped goes on where it was.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use seatrial::make_folder_of;
use seatrial_history::Campaigned;

use crate::failure::Failure;
use crate::files::NO_FOLDER;

/// The file, and what is in it.
#[derive(Debug)]
pub(super) struct Results {
    path: PathBuf,
    file: File,
    lines: Vec<Campaigned>,
}

/// What each line begins with: a last line that was cut off, too, and no other.
const BEGINS: &str = "{\"id\":";

const FOREIGN: &str =
    "no result of this benchmark; name another file with --out, or take the line out";

impl Results {
    /// Reads what is there, and is ready to add to it. A last line that was cut off, by a power failure, say, is measured again.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let failed = |what: &'static str| move |error: io::Error| Failure::file(path, what, &error);
        make_folder_of(path).map_err(failed(NO_FOLDER))?;
        let text = match fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            read => read.map_err(failed("cannot be read"))?,
        };
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        let cut = &text[whole..];
        if !cut.starts_with(BEGINS) && !BEGINS.starts_with(cut) {
            let line = text.lines().count();
            return Err(Failure::new(format!("{}:{line}: {FOREIGN}", path.display())));
        }
        let lines = text[..whole].lines().enumerate().map(|(nth, line)| {
            serde_json::from_str(line).map_err(|error| {
                Failure::new(format!("{}:{}: {FOREIGN}: {error}", path.display(), nth + 1))
            })
        });
        let lines: Vec<Campaigned> = lines.collect::<Result<_, _>>()?;
        if let Some(nth) = lines.iter().position(|line| line.executions > line.limit) {
            let what =
                "has more executions than its limit: take the line out, and it is measured again";
            return Err(Failure::new(format!("{}:{}: {what}", path.display(), nth + 1)));
        }
        let options = File::options().create(true).append(true).open(path);
        let file = options.map_err(failed("cannot be written"))?;
        if whole < text.len() {
            file.set_len(whole as u64).map_err(failed("cannot be written"))?;
        }
        Ok(Self { path: path.to_owned(), file, lines })
    }

    /// The file's.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The latest line of the same campaign, if it was measured.
    pub(super) fn find(&self, line: &Campaigned) -> Option<&Campaigned> {
        self.lines.iter().rfind(|known| known.is_same(line))
    }

    /// Adds a line, and sees to it that it is in the file.
    pub(super) fn add(&mut self, line: &Campaigned) -> Result<(), Failure> {
        let text = serde_json::to_string(line).expect("a line has text as keys") + "\n";
        let written = self.file.write_all(text.as_bytes());
        written.map_err(|error| Failure::file(&self.path, "cannot be written", &error))?;
        self.lines.push(line.clone());
        Ok(())
    }
}
