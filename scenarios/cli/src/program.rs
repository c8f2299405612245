//! Command lines to be pasted into a shell.

use std::path::Path;

/// A command of this program, as it was called: with its path where it was called by one, so that the line works where it is read.
pub(crate) fn command(words: &[&str]) -> String {
    let program = std::env::args().next().unwrap_or_else(|| "seatrial".to_owned());
    line(&program, words)
}

/// The command that replays a case.
pub(crate) fn replay(case: &Path) -> String {
    command(&["replay", &case.to_string_lossy()])
}

fn line(program: &str, words: &[&str]) -> String {
    let words = std::iter::once(program).chain(words.iter().copied());
    words.map(quoted).collect::<Vec<_>>().join(" ")
}

/// A word as a POSIX shell reads it back.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=,@%+\\".contains(c);
    if !word.is_empty() && word.chars().all(plain) && (cfg!(windows) || !word.contains('\\')) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_can_be_pasted_whatever_the_path() {
        let shown = line("target/release/seatrial", &["replay", "out dir/raft's-42.case"]);
        assert_eq!(shown, r"target/release/seatrial replay 'out dir/raft'\''s-42.case'");
        assert_eq!(
            line("seatrial", &["run", "echo", "--seed", "42"]),
            "seatrial run echo --seed 42"
        );
        assert_eq!(quoted(""), "''");
    }
}
