//! A process that is killed in the middle of its writes loses nothing that it was told was there.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use super::journal::Book;
use super::*;

const FOLDER: &str = "SEATRIAL_TEST_FOLDER";

/// The process that is killed: this very program, told to run the test below, which finds by the variable that it is to write.
fn writer(folder: &TempDir) -> Child {
    Command::new(std::env::current_exe().expect("a test is a program"))
        .args(["--exact", "--nocapture"])
        .arg("disk::tests::killed::what_was_acknowledged_is_there_after_a_kill_at_any_moment")
        .env(FOLDER, folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it can be started again")
}

/// Writes lines, and says which of them it was told are durable, until it is killed.
fn write_until_killed(folder: &str) {
    let directory = DataDir::open(folder.as_ref(), &ME, false).expect("nobody else has it");
    let mut book = Book::open(Files::new(directory, ME.node, true)).expect("it opens");
    let mut stdout = std::io::stdout();
    for number in book.lines().last().map_or(0, |last| number(last) + 1).. {
        book.write(&format!("line {number}"));
        if number % 50 == 49 {
            // Everything moves to another file.
            book.write("");
        }
        book.settle();
        writeln!(stdout, "\nacknowledged {number}").expect("somebody listens");
    }
}

fn number(line: &str) -> u64 {
    line.rsplit(' ').next().and_then(|number| number.parse().ok()).expect("a line has a number")
}

#[test]
fn what_was_acknowledged_is_there_after_a_kill_at_any_moment() {
    if let Ok(folder) = std::env::var(FOLDER) {
        return write_until_killed(&folder);
    }
    let folder = TempDir::new().expect("a folder");
    let mut acknowledged = 0;
    for round in 0..8 {
        let mut child = writer(&folder);
        let output = BufReader::new(child.stdout.take().expect("it is a pipe"));
        let (way, heard) = std::sync::mpsc::channel();
        let listen = std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if line.starts_with("acknowledged") {
                    let _ = way.send(number(&line));
                }
            }
        });
        heard.recv_timeout(Duration::from_secs(30)).expect("it begins to write");
        std::thread::sleep(Duration::from_micros(7_300 * round));
        child.kill().expect("it runs until it is killed");
        child.wait().expect("it is dead");
        listen.join().expect("it has heard all");
        acknowledged = heard.try_iter().last().unwrap_or(0).max(acknowledged);
        let book = Book::open(files(&folder)).expect("it opens");
        let last = book.lines().last().map_or(0, |line| number(line));
        assert!(last >= acknowledged, "round {round}: {last} of {acknowledged}");
        let numbers: Vec<u64> = book.lines().iter().map(|line| number(line)).collect();
        assert!(numbers.windows(2).all(|pair| pair[0] + 1 == pair[1]), "{numbers:?}");
    }
    assert!(acknowledged > 20, "it was killed {acknowledged} lines on: too early to show anything");
}
