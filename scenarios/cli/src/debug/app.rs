//! What the debugger at a terminal is like, whatever draws it: what each key does, and what there is to be seen.

use std::time::Duration;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use seatrial::debug::{Command, Debugger, Touch};

use super::{Opened, measure};

/// What the pane below the nodes shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pane {
    /// What is under way.
    Flight,
    /// Which timers are set.
    Timers,
    /// What is on disks.
    Disks,
}

impl Pane {
    pub(super) const ALL: [(Self, &'static str); 3] =
        [(Self::Flight, "in flight"), (Self::Timers, "timers"), (Self::Disks, "disks")];

    fn next(self) -> Self {
        match self {
            Self::Flight => Self::Timers,
            Self::Timers => Self::Disks,
            Self::Disks => Self::Flight,
        }
    }
}

/// A text over everything else.
#[derive(Clone, Debug)]
pub(super) struct Popup {
    pub(super) title: String,
    pub(super) text: String,
    pub(super) scroll: u16,
}

/// See the module.
pub(super) struct App<'r> {
    pub(super) debugger: Debugger<'r>,
    took: Duration,
    pub(super) pane: Pane,
    /// Which of the messages under way is chosen.
    pub(super) chosen: usize,
    /// What is being typed, where something is.
    pub(super) prompt: Option<String>,
    /// What was typed before, and which of it is shown again.
    typed: Vec<String>,
    recalled: Option<usize>,
    /// The last answer, and whether it is an error.
    pub(super) said: (String, bool),
    pub(super) popup: Option<Popup>,
    /// The pattern that was last looked for.
    sought: String,
    /// What was done by hand, as far as a file has it.
    kept: Vec<Touch>,
    /// What was done by hand when somebody who wanted to leave was told that no file has it.
    warned: Option<Vec<Touch>>,
    pub(super) done: bool,
}

/// The keys, for whoever asks.
pub(super) const KEYS: &str = "\
right, s    one event on            left, b     one event back
PgDn, PgUp  twenty on, twenty back  Home, End   the start, the end
v           the violation           c, r        the next break, the last
/           look for an event       n, N        the next such, the last
Tab         flight, timers, disks   up, down    choose a message
Enter       this step in full       m           the message in full
d           what if it is lost      a           what if it arrives now
y           what if a copy arrives  u           take back what was done
e           the verdict             i           which run this is
:           type a command          q           end

Commands, after `:`
";

impl<'r> App<'r> {
    pub(super) fn new(opened: Opened<'r>) -> Self {
        let Opened { debugger, took } = opened;
        let said = match debugger.violation() {
            Some((step, property)) => {
                format!("{property} is violated at step {step}: v goes there. ? is help")
            }
            None => "no property is violated in this run. ? is help".to_owned(),
        };
        Self {
            took,
            pane: Pane::Flight,
            chosen: 0,
            prompt: None,
            typed: Vec::new(),
            recalled: None,
            said: (said, false),
            popup: None,
            sought: String::new(),
            kept: debugger.changes().to_vec(),
            warned: None,
            done: false,
            debugger,
        }
    }

    /// A key was pressed.
    pub(super) fn press(&mut self, key: KeyEvent) {
        if key.modifiers.contains(KeyModifiers::CONTROL) && key.code == KeyCode::Char('c') {
            self.done = true;
        } else if self.prompt.is_some() {
            self.press_at_prompt(key.code);
        } else if self.popup.is_some() {
            self.press_at_popup(key.code);
        } else {
            self.press_at_run(key.code);
        }
    }

    fn press_at_run(&mut self, key: KeyCode) {
        let chosen = self.debugger.under_way().get(self.chosen).map(|journey| journey.name);
        let line = match key {
            KeyCode::Right | KeyCode::Char('s' | 'l') => "step".to_owned(),
            KeyCode::Left | KeyCode::Char('b' | 'h') => "back".to_owned(),
            KeyCode::PageDown | KeyCode::Char(' ') => "step 20".to_owned(),
            KeyCode::PageUp => "back 20".to_owned(),
            KeyCode::Home | KeyCode::Char('g') => "goto start".to_owned(),
            KeyCode::End | KeyCode::Char('G') => "goto end".to_owned(),
            KeyCode::Char('v') => "violation".to_owned(),
            KeyCode::Char('c') => "continue".to_owned(),
            KeyCode::Char('r') => "reverse".to_owned(),
            KeyCode::Char('n') => return self.seek("next", "goto start"),
            KeyCode::Char('N') => return self.seek("prev", "goto end"),
            KeyCode::Enter => "where".to_owned(),
            KeyCode::Char('e') => "verdict".to_owned(),
            KeyCode::Char('i') => "info".to_owned(),
            KeyCode::Char('u') => "undo".to_owned(),
            KeyCode::Char(key @ ('d' | 'a' | 'y' | 'm')) => {
                let Some(name) = chosen else {
                    self.said = ("nothing is under way here".to_owned(), true);
                    return;
                };
                let verb = match key {
                    'd' => "drop",
                    'a' => "deliver",
                    'y' => "duplicate",
                    _ => "message",
                };
                format!("{verb} #{name}")
            }
            _ => return self.press_at_view(key),
        };
        self.obey(&line);
    }

    /// Keys that change nothing but what is seen.
    fn press_at_view(&mut self, key: KeyCode) {
        let last = self.debugger.under_way().len().saturating_sub(1);
        match key {
            KeyCode::Char('q') => self.leave(),
            KeyCode::Char(':') => self.prompt = Some(String::new()),
            KeyCode::Char('/') => self.prompt = Some("next ".to_owned()),
            KeyCode::Char('?') => {
                let commands = self.debugger.obey(&Command::Help(None)).unwrap_or_default();
                self.show("keys and commands", format!("{KEYS}\n{commands}"));
            }
            KeyCode::Tab => self.pane = self.pane.next(),
            KeyCode::Down | KeyCode::Char('j') => self.chosen = (self.chosen + 1).min(last),
            KeyCode::Up | KeyCode::Char('k') => self.chosen = self.chosen.saturating_sub(1),
            _ => {}
        }
    }

    fn press_at_popup(&mut self, key: KeyCode) {
        let Some(popup) = &mut self.popup else { return };
        match key {
            KeyCode::Down | KeyCode::Char('j') => popup.scroll = popup.scroll.saturating_add(1),
            KeyCode::Up | KeyCode::Char('k') => popup.scroll = popup.scroll.saturating_sub(1),
            KeyCode::PageDown | KeyCode::Char(' ') => {
                popup.scroll = popup.scroll.saturating_add(10)
            }
            KeyCode::PageUp => popup.scroll = popup.scroll.saturating_sub(10),
            _ => self.popup = None,
        }
    }

    fn press_at_prompt(&mut self, key: KeyCode) {
        let Some(text) = &mut self.prompt else { return };
        match key {
            KeyCode::Esc => self.prompt = None,
            KeyCode::Backspace if text.is_empty() => self.prompt = None,
            KeyCode::Backspace => {
                text.pop();
            }
            KeyCode::Char(letter) => text.push(letter),
            KeyCode::Up | KeyCode::Down => {
                let count = self.typed.len();
                let place = match (key, self.recalled) {
                    (KeyCode::Up, place) => place.unwrap_or(count).checked_sub(1),
                    (_, place) => place.map(|place| place + 1),
                };
                if let Some(line) = place.and_then(|place| self.typed.get(place)) {
                    text.clone_from(line);
                    self.recalled = place;
                }
            }
            KeyCode::Enter => {
                let line = std::mem::take(text);
                self.prompt = None;
                self.recalled = None;
                if !line.trim().is_empty() {
                    self.typed.push(line.clone());
                    self.obey(&line);
                    if self.said.1 && matches!(line.parse(), Ok(Command::Next(_))) {
                        self.seek("next", "goto start");
                    }
                }
            }
            _ => {}
        }
    }

    /// Does what a line asks for, and shows what is answered.
    fn obey(&mut self, line: &str) {
        let command: Command = match line.parse() {
            Ok(command) => command,
            Err(error) => {
                self.said = (error, true);
                return;
            }
        };
        if let Command::Next(pattern) | Command::Previous(pattern) = &command {
            self.sought = pattern.to_string();
        }
        let answer = match &command {
            Command::Quit => return self.leave(),
            Command::Measure => measure::measure(&mut self.debugger, self.took),
            command => self.debugger.obey(command),
        };
        self.chosen = self.chosen.min(self.debugger.under_way().len().saturating_sub(1));
        match answer {
            Err(error) => self.said = (error, true),
            Ok(answer) => {
                if matches!(command, Command::Save(_)) {
                    self.kept = self.debugger.changes().to_vec();
                }
                self.take(&command, line, &answer);
            }
        }
    }

    /// Looks for what was last looked for; where there is no more of it on this side, from the other end on.
    fn seek(&mut self, verb: &str, end: &str) {
        let line = format!("{verb} {}", self.sought);
        self.obey(&line);
        if !self.said.1 {
            return;
        }
        let (stood, said) = (self.debugger.moment().step, self.said.clone());
        self.obey(end);
        self.obey(&line);
        if self.said.1 {
            self.obey(&format!("goto {stood}"));
            self.said = said;
        } else {
            self.said = ("there was no more: gone on from the other end".to_owned(), false);
        }
    }

    /// Ends, unless something was done by hand that no file has: then it says so, and ends when it is asked again.
    fn leave(&mut self) {
        let done = self.debugger.changes().to_vec();
        if done.is_empty() || done == self.kept || self.warned.as_ref() == Some(&done) {
            self.done = true;
        } else {
            self.warned = Some(done);
            let said =
                "what was done by hand is in no file: :save FILE.case keeps it, q again leaves it";
            self.said = (said.to_owned(), true);
        }
    }

    /// What is answered is seen where it belongs: of going about, in the run itself; else below, or over all where it is long.
    fn take(&mut self, command: &Command, line: &str, answer: &str) {
        match command {
            Command::Step(_)
            | Command::Back(_)
            | Command::Goto(_)
            | Command::Next(_)
            | Command::Previous(_)
            | Command::Continue
            | Command::Reverse
            | Command::Do(_)
            | Command::Undo => {
                let beside = answer.lines().take_while(|line| !line.starts_with("step "));
                self.said = (beside.collect::<Vec<_>>().join("; "), false);
            }
            _ if answer.lines().count() == 1 && answer.len() < 120 => {
                self.said = (answer.to_owned(), false);
            }
            _ => self.show(line, answer.to_owned()),
        }
    }

    fn show(&mut self, title: &str, text: String) {
        self.popup = Some(Popup { title: title.trim().to_owned(), text, scroll: 0 });
    }
}
