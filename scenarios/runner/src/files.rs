//! Files that somebody names.

use std::path::Path;
use std::{fs, io};

use crate::scenario::ScenarioError;

/// All that is in it.
pub(crate) fn read(path: &Path) -> Result<String, ScenarioError> {
    fs::read_to_string(path).map_err(|error| {
        let what = format!("cannot be read: {error}{}", remedy(&error));
        ScenarioError::new(&path.display().to_string(), what)
    })
}

/// What somebody can do about it that a file cannot be read or written, after a semicolon; nothing, where that is not known.
pub fn remedy(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::NotFound => "; is the path right?",
        io::ErrorKind::PermissionDenied => "; may you do that?",
        io::ErrorKind::IsADirectory => "; name a file, not a folder",
        io::ErrorKind::InvalidData => "; name a file of text",
        _ => "",
    }
}

/// Makes the folder that a file is to be in, and those above it, where they are not there: who names a file wants it there.
///
/// # Errors
/// Where a folder cannot be made.
pub fn make_folder_of(file: &Path) -> io::Result<()> {
    match file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => fs::create_dir_all(folder),
        None => Ok(()),
    }
}
