//! Programs of the workspace, built as a user builds them and run as a user runs them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use cargo_metadata::Message;

use super::source::root;

/// The command line, `seatrial`, ready to be given arguments, in a folder of its own.
pub(crate) fn seatrial(folder: &Path) -> Command {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let mut command = Command::new(BUILT.get_or_init(|| build("seatrial-cli", "seatrial")));
    command.current_dir(folder).env_remove("NO_COLOR").stdin(Stdio::null());
    command
}

/// Builds a binary of a package, with no features but its own default ones, and says where it is.
pub(crate) fn build(package: &str, binary: &str) -> PathBuf {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(root()).args(["build", "--offline", "--quiet", "--package", package]);
    cargo.args(["--bin", binary, "--message-format=json-render-diagnostics"]);
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    let built = cargo.stderr(Stdio::inherit()).output().expect("cargo can be started");
    assert!(built.status.success(), "{package} does not build");
    let messages = Message::parse_stream(built.stdout.as_slice());
    let executable = messages.filter_map(Result::ok).find_map(|message| match message {
        Message::CompilerArtifact(artifact) if artifact.target.name == binary => {
            artifact.executable
        }
        _ => None,
    });
    executable.expect("cargo says where it has put the binary").into()
}

/// What a program said, and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    /// Its exit code; nothing, where a signal ended it.
    pub(crate) code: Option<i32>,
    /// Its standard output.
    pub(crate) out: String,
    /// Its standard error.
    pub(crate) err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("what is said is UTF-8");
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

/// Runs `seatrial` with the words of this line, in this folder.
pub(crate) fn say(folder: &Path, line: &str) -> Said {
    let mut command = seatrial(folder);
    command.args(line.split_whitespace());
    command.output().expect("the program can be started").into()
}
