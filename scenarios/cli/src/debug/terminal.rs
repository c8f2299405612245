//! The debugger at a terminal: draws, waits for a key, and begins again. However it ends, the terminal is as it was.

use std::io;

use ratatui::crossterm::event::{self, Event, KeyEventKind};

use super::Opened;
use super::app::App;
use super::draw::{Looks, draw};
use crate::exit::Exit;
use crate::failure::Failure;

/// Debugs until somebody has seen enough.
pub(super) fn attend(opened: Opened<'_>, colour: bool) -> Result<Exit, Failure> {
    let mut app = App::new(opened);
    let failed = |error: io::Error| Failure::new(format!("the terminal cannot be used: {error}"));
    // It puts the terminal back where somebody panics, too.
    let mut terminal = ratatui::try_init().map_err(failed)?;
    let ended = loop {
        if let Err(error) = terminal.draw(|frame| draw(&mut app, Looks { colour }, frame)) {
            break Err(error);
        }
        match event::read() {
            Err(error) => break Err(error),
            Ok(Event::Key(key)) if key.kind == KeyEventKind::Press => app.press(key),
            Ok(_) => {}
        }
        if app.done {
            break Ok(());
        }
    };
    ratatui::try_restore().map_err(failed)?;
    ended.map(|()| Exit::Holds).map_err(failed)
}
