//! What the README shows of the program's output is what the program prints: made, not written.
//!
//! Where the output has changed, `BLESS=1 cargo test -p seatrial-tests readme` writes it anew.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::support::program::{Said, say};
use super::support::source::root;

/// The command that a case file of the README is made by.
const FIND: &str = "hunt raft-kv --mutant stale-read";

#[test]
fn the_readme_shows_what_the_program_prints() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let holds = say(folder.path(), "hunt raft-kv --seeds 1000").out;
    let found = say(folder.path(), FIND).out;
    let path = root().join("README.md");
    let readme = fs::read_to_string(&path).expect("there is a README");

    let mut made = with_block(&readme, "HOLDS  raft-kv", &holds);
    made = with_block(&made, "VIOLATED  raft-kv with stale-read", &until_last_events(&found));
    let explore = |what: &str| as_released(&say(folder.path(), &format!("explore {what}")).out);
    let small = explore("uniform-broadcast --nodes 4 --messages 1");
    made = with_block(&made, "HOLDS  uniform-broadcast, 4 nodes", &small);
    let early = explore("uniform-broadcast --messages 1 --mutant urb-early");
    made = with_block(&made, "VIOLATED  uniform-broadcast with urb-early", &early);
    made = with_case(&made, &case_in(folder.path()));
    fs::write(folder.path().join("history.jsonl"), history(&readme)).expect("it can be written");
    let judged = say(folder.path(), "check history.jsonl --model register").out;
    made = with_block(&made, "VIOLATED  linearizability of history.jsonl", &judged);
    made = with_block(&made, "linearizability is violated", &head(&register()));
    if std::env::var("BLESS").is_ok_and(|bless| bless == "1") {
        return fs::write(path, made).expect("the README can be written");
    }
    assert!(readme == made, "the README differs; BLESS=1 makes it:\n{made}");
}

/// The README's history.
fn history(readme: &str) -> &str {
    let fence = "```json\n";
    let start = readme.find(fence).expect("there is one") + fence.len();
    readme[start..].split("```").next().unwrap_or_default()
}

/// What the example of one's own node says.
fn register() -> String {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(root()).args(["run", "--offline", "--quiet", "--package", "seatrial"]);
    let ran = cargo.args(["--example", "register"]).output().expect("cargo can be started");
    let said = Said::from(ran);
    assert_eq!(said.code, Some(1), "{said:?}");
    said.out + &said.err
}

/// The head of what a trial says, as a test would end with it.
fn head(said: &str) -> String {
    let width = textwrap::Options::new(106).subsequent_indent("    ");
    let lines = said.lines().take(7).map(|line| textwrap::fill(line, &width));
    let found: Vec<String> = lines.collect();
    let replay = said.lines().find(|line| line.starts_with("replay: ")).expect("a seed");
    let test = "cargo test tests::the_register_is_linearizable";
    format!("{}\n    …\n\n{replay} {test}", found.join("\n"))
}

/// The text with another content of the block that begins with these words.
fn with_block(text: &str, begins: &str, content: &str) -> String {
    let fence = "```text\n";
    let start = text.find(&format!("{fence}{begins}")).expect("the block is there") + fence.len();
    let end = start + text[start..].find("```").expect("the block ends");
    format!("{}{}\n{}", &text[..start], content.trim_end(), &text[end..])
}

/// The head of an account, up to the last events before the failure.
fn until_last_events(account: &str) -> String {
    let mut account = as_released(account);
    let last = account.find("\nthe last ").unwrap_or_else(|| panic!("no events in\n{account}"));
    account.truncate(last);
    account
}

/// An account with the program where a user has it.
fn as_released(account: &str) -> String {
    let mut told = String::new();
    for line in account.lines() {
        let replays = line.strip_prefix("  replay  ").and_then(|line| line.split_once(' '));
        told += &replays.map_or_else(
            || line.to_owned(),
            |(_, rest)| format!("  replay  target/release/seatrial {rest}"),
        );
        told.push('\n');
    }
    told
}

/// The name of the only case file that was written.
fn case_in(folder: &Path) -> String {
    let cases = fs::read_dir(folder.join("target/seatrial")).expect("a case was written");
    let mut names = cases.map(|case| case.expect("it can be read").file_name());
    names.next().expect("one case").to_string_lossy().into_owned()
}

/// The text with this case file in its commands.
fn with_case(text: &str, case: &str) -> String {
    let (stem, _) = case.rsplit_once('-').expect("a case file's name ends with its seed");
    let stem = format!("{stem}-");
    let mut parts = text.split(&stem);
    let mut made = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (_, rest) = part.split_once(".case").expect("only case files have such a name");
        made += case;
        made += rest;
    }
    made
}
