//! Keys pressed at a terminal, and what is on its screen then.

use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, PtySize, native_pty_system};
use vt100::Parser;

use super::super::support::program::seatrial;
use super::case;

/// A busy machine may take long to draw.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program at a terminal.
struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    drawn: Receiver<Vec<u8>>,
    screen: Parser,
}

/// Nobody waits for a program that nobody looks at any more.
impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

impl Terminal {
    fn shown(&self) -> String {
        self.screen.screen().contents()
    }

    /// Waits until the screen shows this.
    fn until(&mut self, what: &str, is_so: impl Fn(&str) -> bool) {
        let begun = Instant::now();
        while !is_so(&self.shown()) {
            let left = PATIENCE.saturating_sub(begun.elapsed());
            match self.drawn.recv_timeout(left) {
                Ok(bytes) => self.screen.process(&bytes),
                Err(_) => panic!("{what} is not shown:\n{}", self.shown()),
            }
        }
    }

    fn until_shows(&mut self, text: &str) {
        self.until(text, |shown| shown.contains(text));
    }

    /// The screen when all of it is drawn. A screen comes in pieces, from the top to the bottom: what opens and closes a prompt in the
    /// last row is drawn after all that was to be drawn before.
    fn whole(&mut self) -> String {
        // A prompt that is still open would take the keys.
        self.until_shows("q end");
        self.press(":");
        self.until("a prompt", |shown| !shown.contains("q end"));
        self.press("\x1b");
        self.until_shows("q end");
        self.shown()
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("the program reads");
        self.keys.flush().expect("the program reads");
    }
}

/// Debugs the case at a terminal of this size.
fn at_terminal(rows: u16, cols: u16, attend: impl FnOnce(&mut Terminal)) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let size = PtySize { rows, cols, pixel_width: 0, pixel_height: 0 };
    let pair = native_pty_system().openpty(size).expect("there are terminals");
    let mut command = CommandBuilder::new(seatrial(folder.path()).get_program());
    command.args(["debug", &case()]);
    command.cwd(folder.path());
    command.env("TERM", "xterm-256color");
    command.env_remove("NO_COLOR");
    let child = pair.slave.spawn_command(command).expect("it can be started");
    drop(pair.slave);
    let mut output = pair.master.try_clone_reader().expect("it can be read");
    let keys = pair.master.take_writer().expect("it can be written");
    let (told, drawn) = channel();
    thread::scope(|scope| {
        scope.spawn(move || {
            let mut buffer = [0; 4096];
            // At its end a terminal gives nothing, or an error.
            while let Ok(count) = output.read(&mut buffer) {
                if count == 0 || told.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        let mut terminal = Terminal { child, keys, drawn, screen: Parser::new(rows, cols, 0) };
        attend(&mut terminal);
    });
}

#[test]
fn a_run_is_gone_through_with_keys() {
    at_terminal(24, 80, |terminal| {
        terminal.until_shows("step 0 of ");
        for part in ["events", "nodes", "in flight", "is violated", "? help"] {
            terminal.until_shows(part);
        }
        terminal.press("v");
        terminal.until_shows("breaks commit durable on a quorum");
        let violation = terminal.whole();
        terminal.press("\x1b[D");
        terminal.until("another step", |shown| !shown.contains("breaks commit durable"));
        terminal.press("\x1b[C");
        terminal.until_shows("breaks commit durable on a quorum");
        assert_eq!(terminal.whole(), violation);
        terminal.press("\t");
        terminal.until_shows("n0 Raft(Heartbeat) in ");
        terminal.press("\t");
        terminal.until_shows("raft/log: ");
        terminal.press("e");
        terminal.until_shows("violated: commit durable on a quorum");
        terminal.press("x");
        terminal.until("no verdict", |shown| !shown.contains("violated: commit durable"));
    });
}

#[test]
fn a_prompt_takes_every_command_and_says_what_is_wrong() {
    at_terminal(24, 80, |terminal| {
        terminal.until_shows("step 0 of ");
        terminal.press(":stpe\r");
        terminal.until_shows("did you mean `step`?");
        terminal.press(":break role changes\r");
        terminal.until_shows("breakpoint 1: role changes");
        terminal.press("c");
        terminal.until("a stop", |shown| !shown.contains("step 0 of "));
        terminal.press(":crash n2\r");
        terminal.until_shows("by hand");
        terminal.until_shows("n2 crashes");
        terminal.press("u");
        terminal.until_shows("taken back");
        terminal.press("?");
        terminal.until_shows("keys and commands");
        terminal.press("x");
        terminal.until("no help", |shown| !shown.contains("keys and commands"));
    });
}

#[test]
fn the_terminal_is_put_back_when_it_ends() {
    at_terminal(24, 80, |terminal| {
        terminal.until_shows("step 0 of ");
        assert!(terminal.screen.screen().alternate_screen());
        terminal.press("q");
        terminal.until("the screen of before", |shown| !shown.contains("step 0 of "));
        assert!(!terminal.screen.screen().alternate_screen());
        assert!(terminal.child.wait().expect("it ends").success());
    });
}

#[test]
fn a_search_goes_on_from_the_other_end() {
    at_terminal(24, 80, |terminal| {
        terminal.until_shows("step 0 of ");
        terminal.press(":next deliver\r");
        terminal.until("the first", |shown| !shown.contains("step 0 of "));
        let first = terminal.whole();
        let step = |shown: &str| {
            let steps = shown.split("step ").filter_map(|rest| rest.split_once(" of "));
            let mut steps = steps.map(|(step, _)| step.to_owned());
            steps.find(|step| step.parse::<u64>().is_ok())
        };
        terminal.press("N");
        terminal.until_shows("gone on from the other end");
        assert_ne!(step(&terminal.whole()), step(&first), "the last of them");
        terminal.press("n");
        terminal.until("the first again", |shown| step(shown) == step(&first));
    });
}

#[test]
fn what_was_done_by_hand_is_not_left_without_a_word() {
    at_terminal(24, 80, |terminal| {
        terminal.until_shows("step 0 of ");
        terminal.press("s:crash n2\r");
        terminal.until_shows("by hand");
        terminal.press("q");
        terminal.until_shows("is in no file");
        terminal.press(":save kept.case\r");
        terminal.until_shows("kept.case");
        terminal.press("q");
        assert!(terminal.child.wait().is_ok(), "what is kept may be left");
    });
    at_terminal(24, 80, |terminal| {
        terminal.until_shows("step 0 of ");
        terminal.press("s:crash n2\r");
        terminal.until_shows("by hand");
        terminal.press(":quit\r");
        terminal.until_shows("is in no file");
        terminal.press(":quit\r");
        assert!(terminal.child.wait().is_ok(), "who says it twice means it");
    });
}

#[test]
fn a_terminal_that_is_too_small_is_told() {
    at_terminal(10, 40, |terminal| {
        terminal.until_shows("make the terminal larger");
        terminal.press("q");
        assert!(terminal.child.wait().expect("it ends").success());
    });
}
