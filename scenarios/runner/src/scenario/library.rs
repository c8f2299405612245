//! The scenarios that come with Seatrial, compiled in, so that a case file replays from an empty directory.

/// A scenario of the library.
#[derive(Clone, Copy, Debug)]
pub struct LibraryEntry {
    /// Its name.
    pub name: &'static str,
    /// Where its text is in the repository.
    pub path: &'static str,
    /// Its text.
    pub text: &'static str,
}

macro_rules! library {
    ($($name:literal),* $(,)?) => {
        &[$(LibraryEntry {
            name: $name,
            path: concat!("scenarios/library/", $name, ".toml"),
            text: include_str!(concat!("../../../library/", $name, ".toml")),
        }),*]
    };
}

/// All of them, by name.
pub const LIBRARY: &[LibraryEntry] = library!["echo", "raft-counter", "raft-kv"];
