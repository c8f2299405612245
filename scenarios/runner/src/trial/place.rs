//! Where a test stands, and where its files are.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Where a test stands in its crate, as the compiler knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TestPlace {
    /// The path of its module, that of the crate first.
    pub module: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The folder of its package.
    pub folder: &'static str,
    /// It is run only where somebody asks for it.
    pub ignored: bool,
}

impl TestPlace {
    /// What `cargo test` takes to run it. The crate's own name is no part of that.
    pub(super) fn test(&self) -> String {
        let asked = if self.ignored { " -- --ignored" } else { "" };
        match self.module.split_once("::") {
            Some((_, modules)) => format!("{modules}::{}{asked}", self.name),
            None => format!("{}{asked}", self.name),
        }
    }

    /// The folder of the cases that are kept for it.
    pub(super) fn regressions(&self) -> PathBuf {
        let modules = self.module.split("::");
        let folder = Path::new(self.folder).join("tests").join("regressions");
        modules.chain([self.name]).fold(folder, |folder, part| folder.join(part))
    }

    /// The cases that are kept for it, in the order of their names.
    ///
    /// # Errors
    /// Where there is a folder that cannot be read.
    pub(super) fn kept(&self) -> io::Result<Vec<PathBuf>> {
        cases(&self.regressions())
    }
}

/// The case files of a folder, in the order of their names; none, where it does not exist.
fn cases(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let paths = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    let is_case = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "case");
    let mut cases: Vec<PathBuf> = paths.into_iter().filter(is_case).collect();
    cases.sort();
    Ok(cases)
}

/// What the files of a test begin with: its package, its program and itself, so that no other test has the same.
pub(super) fn file_stem(place: Option<TestPlace>, test: Option<&str>) -> String {
    let package = place.and_then(|place| Path::new(place.folder).file_name());
    let package = package.map(|name| name.to_string_lossy().replace('-', "_"));
    let program = env::current_exe().ok().and_then(|program| {
        let name = program.file_stem()?.to_str()?;
        // Cargo puts a hash behind the name.
        Some(name.rsplit_once('-').map_or(name, |(name, _)| name).to_owned())
    });
    let test = test.unwrap_or("trial").replace("::", "-");
    let mut parts: Vec<String> = package.into_iter().chain(program).chain([test]).collect();
    parts.dedup();
    parts.join("-")
}

/// Where cargo builds: the program runs in `target/PROFILE/deps`, or `target/PROFILE/examples`. Where it is somewhere else, the present
/// folder's `target`.
pub(super) fn target_folder() -> PathBuf {
    let built = env::current_exe().ok().and_then(|program| {
        let folder = program.parent()?;
        let is_built = folder.ends_with("deps") || folder.ends_with("examples");
        is_built.then(|| folder.parent()?.parent().map(Path::to_owned)).flatten()
    });
    built.unwrap_or_else(|| PathBuf::from("target"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(module: &'static str) -> TestPlace {
        TestPlace { module, name: "it_lives", folder: "/boats", ignored: false }
    }

    #[test]
    fn a_test_is_named_as_cargo_names_it_and_has_a_folder_of_its_own() {
        assert_eq!(place("survives").test(), "it_lives");
        assert_eq!(place("boats::hull::tests").test(), "hull::tests::it_lives");
        let ignored = TestPlace { ignored: true, ..place("survives") };
        assert_eq!(ignored.test(), "it_lives -- --ignored");
        let folder = place("boats::hull").regressions();
        assert_eq!(folder, Path::new("/boats/tests/regressions/boats/hull/it_lives"));
    }

    #[test]
    fn cases_come_in_the_order_of_their_names_and_other_files_do_not_count() {
        let folder = env::temp_dir().join(format!("seatrial-cases-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        for name in ["b.case", "a.case", "README.md"] {
            fs::write(folder.join(name), "").expect("a file");
        }
        let names = cases(&folder).expect("it can be read");
        assert_eq!(names, [folder.join("a.case"), folder.join("b.case")]);
        fs::remove_dir_all(&folder).expect("it is there");
        assert_eq!(cases(&folder).expect("nothing is there"), Vec::<PathBuf>::new());
    }

    #[test]
    fn files_are_named_after_package_program_and_test() {
        let stem = file_stem(Some(place("boats::hull")), Some("hull::it_lives"));
        assert_eq!(stem, "boats-seatrial-hull-it_lives");
        assert_eq!(file_stem(None, None), "seatrial-trial");
    }

    #[test]
    fn a_test_program_knows_where_cargo_builds() {
        assert!(target_folder().join("debug").exists() || target_folder().join("release").exists());
    }
}
