//! Files that are there whole or not at all: each is written beside its place and then moved there.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use seatrial::make_folder_of;
use tempfile::{NamedTempFile, TempPath};

use crate::failure::Failure;

const NO_WRITE: &str = "cannot be written";
/// Of a file whose folder is not there.
pub(crate) const NO_FOLDER: &str = "its folder cannot be made";

/// A file that the user named, being written. It is in its place once it is [finished](Pending::finish), instead of what was there.
#[derive(Debug)]
pub(crate) struct Pending {
    path: PathBuf,
    writer: BufWriter<File>,
    /// Where it is meanwhile; nowhere else where its place is a pipe or a device.
    temporary: Option<TempPath>,
}

impl Pending {
    /// Begins to write the file that is to be at `path`, in a folder that is made where it is not there.
    pub(crate) fn create(path: &Path) -> Result<Self, Failure> {
        let failed = |error: io::Error| Failure::file(path, NO_WRITE, &error);
        let (file, temporary) = match fs::metadata(path) {
            Ok(meta) if meta.is_dir() => return Err(failed(io::ErrorKind::IsADirectory.into())),
            Ok(meta) if !meta.is_file() => {
                (File::options().write(true).open(path).map_err(failed)?, None)
            }
            _ => {
                make_folder_of(path).map_err(|error| Failure::file(path, NO_FOLDER, &error))?;
                let (file, path) = beside(path).map_err(failed)?.into_parts();
                (file, Some(path))
            }
        };
        // What a symbolic link names is replaced, not the link.
        let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let place = if temporary.is_some() { place } else { path.to_owned() };
        Ok(Self { path: place, writer: BufWriter::new(file), temporary })
    }

    /// Writes some of it.
    pub(crate) fn write(&mut self, text: &str) -> Result<(), Failure> {
        self.write_with(|out| out.write_all(text.as_bytes()))
    }

    /// Writes some of it as `write` does.
    pub(crate) fn write_with(
        &mut self,
        write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
    ) -> Result<(), Failure> {
        write(&mut self.writer).map_err(|error| Failure::file(&self.path, NO_WRITE, &error))
    }

    /// Puts the file in its place.
    pub(crate) fn finish(mut self) -> Result<(), Failure> {
        let failed = |error: io::Error| Failure::file(&self.path, NO_WRITE, &error);
        self.writer.flush().map_err(failed)?;
        match self.temporary {
            Some(temporary) => temporary.persist(&self.path).map_err(|error| failed(error.error)),
            None => Ok(()),
        }
    }
}

/// Moves a case out of the way that says anything but this text, and says where it is then.
pub(crate) fn set_aside(path: &Path, text: &str) -> Result<Option<PathBuf>, Failure> {
    match fs::read(path) {
        Ok(there) if there != text.as_bytes() => {}
        _ => return Ok(None),
    }
    let name = |n: u32| path.with_extension("").with_extension(format!("min-{n}.case"));
    let free = (1..).map(name).find(|other| !other.exists()).unwrap_or_else(|| path.to_owned());
    fs::rename(path, &free).map_err(|error| Failure::file(&free, NO_WRITE, &error))?;
    Ok(Some(free))
}

/// Refuses outputs that would be written over what is read, or over each other.
pub(crate) fn keep_apart(input: &Path, outputs: &[Option<&Path>]) -> Result<(), Failure> {
    let place = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut taken: Vec<PathBuf> = fs::canonicalize(input).into_iter().collect();
    for output in outputs.iter().copied().flatten() {
        // Pipes and devices can be written by several.
        if fs::metadata(output).is_ok_and(|meta| !meta.is_file()) {
            continue;
        }
        let at = place(output);
        if taken.contains(&at) {
            let what = "would be written over another file of this command; name a file of its own";
            return Err(Failure::new(format!("{}: {what}", output.display())));
        }
        taken.push(at);
    }
    Ok(())
}

/// Refuses a folder that could not be made or written in when the time comes: a find of hours must not be lost to it.
pub(crate) fn can_be_made(folder: &Path) -> Result<(), Failure> {
    // Of a relative path the last ancestor is empty; `beside` takes that for the present folder.
    let there = folder.ancestors().find(|folder| folder.exists()).map(|folder| folder.join("try"));
    let tried = beside(there.as_deref().unwrap_or_else(|| Path::new("try")));
    tried.map(drop).map_err(|error| Failure::file(folder, "no file can be made there", &error))
}

/// Saves the text as `FOLDER/STEM.EXTENSION` and says where it is. A file that is there already stays as it is: it is used where it
/// is the same to the byte, and otherwise the new one gets a number after its stem.
pub(crate) fn save_beside_others(
    folder: &Path,
    stem: &str,
    extension: &str,
    text: &str,
) -> Result<PathBuf, Failure> {
    let file = folder.join(stem);
    make_folder_of(&file)
        .map_err(|error| Failure::file(folder, "the folder cannot be made", &error))?;
    let failed = |error: io::Error| Failure::file(folder, NO_WRITE, &error);
    let mut temporary = beside(&file).map_err(failed)?;
    temporary.as_file_mut().write_all(text.as_bytes()).map_err(failed)?;
    for nth in 1_u64.. {
        let number = if nth == 1 { String::new() } else { format!(".{nth}") };
        let path = folder.join(format!("{stem}{number}.{extension}"));
        if fs::read(&path).is_ok_and(|there| there == text.as_bytes()) {
            return Ok(path);
        }
        match temporary.persist_noclobber(&path) {
            Ok(_) => return Ok(path),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                temporary = error.file;
            }
            Err(error) => return Err(Failure::file(&path, NO_WRITE, &error.error)),
        }
    }
    unreachable!("a folder has fewer files than there are numbers")
}

/// Makes a new folder `FOLDER/STEM` and says where it is. One that is there already stays as it is: the new one gets a number after its
/// stem.
#[cfg(feature = "protocols")]
pub(crate) fn make_beside_others(folder: &Path, stem: &str) -> Result<PathBuf, Failure> {
    let failed =
        |path: &Path, error: io::Error| Failure::file(path, "the folder cannot be made", &error);
    make_folder_of(&folder.join(stem)).map_err(|error| failed(folder, error))?;
    for nth in 1_u64.. {
        let number = if nth == 1 { String::new() } else { format!(".{nth}") };
        let path = folder.join(format!("{stem}{number}"));
        match fs::create_dir(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(failed(&path, error)),
        }
    }
    unreachable!("a folder has fewer folders than there are numbers")
}

/// A new file in the folder of `path`, with the permissions that any new file has.
fn beside(path: &Path) -> io::Result<NamedTempFile> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    // By our own hand: the library's errors name the temporary file, which nobody has asked for.
    tempfile::Builder::new().prefix(".seatrial-").make_in(folder, |path| File::create_new(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, text: &str) -> Result<(), Failure> {
        let mut pending = Pending::create(path)?;
        pending.write(text)?;
        pending.finish()
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("the folder");
        let name = |entry: io::Result<fs::DirEntry>| entry.expect("an entry").file_name();
        let mut names: Vec<_> =
            entries.map(|entry| name(entry).to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_in_its_place_only_when_it_is_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("hunt.jsonl");
        let mut pending = Pending::create(&path).expect("a file");
        pending.write("one\n").expect("room");
        assert!(!path.exists());
        drop(pending);
        assert_eq!(names(folder.path()), [""; 0]);
        write(&path, "old").expect("room");
        write(&path, "new").expect("room");
        assert_eq!(fs::read_to_string(&path).expect("the file"), "new");
        assert_eq!(names(folder.path()), ["hunt.jsonl"]);
    }

    #[test]
    fn a_case_that_is_there_already_is_never_written_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let out = folder.path().join("deep/out");
        let save = |text| {
            let path = save_beside_others(&out, "raft-kv-42", "case", text);
            path.expect("room").file_name().map(|name| name.to_string_lossy().into_owned())
        };
        assert_eq!(save("a").as_deref(), Some("raft-kv-42.case"));
        assert_eq!(save("a").as_deref(), Some("raft-kv-42.case"));
        assert_eq!(save("b").as_deref(), Some("raft-kv-42.2.case"));
        assert_eq!(save("b").as_deref(), Some("raft-kv-42.2.case"));
        assert_eq!(names(&out), ["raft-kv-42.2.case", "raft-kv-42.case"]);
        assert_eq!(fs::read_to_string(out.join("raft-kv-42.case")).expect("the file"), "a");
    }

    #[test]
    fn an_output_is_refused_where_the_input_or_another_output_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let (input, other) = (folder.path().join("x.case"), folder.path().join("y"));
        write(&input, "case").expect("room");
        let roundabout = folder.path().join(".").join("x.case");
        assert!(keep_apart(&input, &[None, Some(&other)]).is_ok());
        assert!(keep_apart(&input, &[Some(&roundabout)]).is_err());
        assert!(keep_apart(&input, &[Some(&other), Some(&other)]).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_a_device_stays_a_device() {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        write(&file, "old").expect("room");
        std::os::unix::fs::symlink(&file, &link).expect("a link");
        write(&link, "new").expect("room");
        assert_eq!(fs::read_to_string(&file).expect("the file"), "new");
        assert!(link.is_symlink());
        let device = folder.path().join("null");
        std::os::unix::fs::symlink("/dev/null", &device).expect("a link");
        write(&device, "gone").expect("room");
        assert!(!fs::metadata("/dev/null").expect("the device").is_file());
    }

    #[test]
    fn a_file_brings_its_folder_with_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("out/dir/x.html");
        write(&path, "a page").expect("room");
        assert_eq!(fs::read_to_string(&path).expect("the file"), "a page");
        assert_eq!(names(&folder.path().join("out/dir")), ["x.html"]);
    }

    #[test]
    fn a_place_that_cannot_be_written_is_told_with_its_path() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("file");
        write(&file, "x").expect("room");
        let error = write(&file.join("x.jsonl"), "x").expect_err("a file is no folder");
        assert!(error.to_string().contains("file/x.jsonl: its folder cannot be made"), "{error}");
        let error = write(folder.path(), "x").expect_err("a folder");
        assert!(error.to_string().contains("name a file, not a folder"), "{error}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn no_error_names_a_file_that_nobody_has_asked_for() {
        let errors = [
            write(Path::new("/proc/x.html"), "x").expect_err("nobody can write there"),
            can_be_made(Path::new("/proc/out")).expect_err("nor there"),
            save_beside_others(Path::new("/proc"), "x", "case", "x").expect_err("nor there"),
        ];
        for error in errors {
            let error = error.to_string();
            assert!(error.starts_with("/proc") && !error.contains(".seatrial-"), "{error}");
        }
    }
}
