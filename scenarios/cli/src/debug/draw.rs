//! The debugger's screen: events on the left, nodes and what else there is on the right, what was said and the prompt below.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph, Wrap};
use seatrial::debug::{Being, Command, Debugger, Fate, NodeHere};
use seatrial_history::{TraceEvent, TraceItem, TraceLine};
use seatrial_node::Duration;
use seatrial_reports::trace;

use super::app::{App, Pane};
use super::top::{Standing, fitting};

/// On less than this nothing can be seen.
const LEAST: (u16, u16) = (60, 16);

/// How things look, with colours or without.
#[derive(Clone, Copy, Debug)]
pub(super) struct Looks {
    pub(super) colour: bool,
}

impl Looks {
    fn tinted(self, colour: Color) -> Style {
        if self.colour { Style::new().fg(colour) } else { Style::new() }
    }

    fn bad(self) -> Style {
        self.tinted(Color::Red).add_modifier(Modifier::BOLD)
    }

    fn faint(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// How a line of the trace looks.
    fn of(self, line: &TraceLine) -> Style {
        match &line.what {
            TraceItem::Op(_) => self.tinted(Color::Cyan),
            TraceItem::Fact(..) => self.tinted(Color::Green),
            TraceItem::Event(event) => match event {
                TraceEvent::Send { .. } => self.faint(),
                TraceEvent::Drop { .. } => self.tinted(Color::Red),
                TraceEvent::Fault { .. } => self.tinted(Color::Yellow),
                TraceEvent::Note { .. } => self.tinted(Color::Magenta).add_modifier(Modifier::BOLD),
                _ => Style::new(),
            },
        }
    }
}

/// Draws all of it.
pub(super) fn draw(app: &mut App<'_>, looks: Looks, frame: &mut Frame<'_>) {
    let area = frame.area();
    if area.width < LEAST.0 || area.height < LEAST.1 {
        let text = format!("make the terminal larger: {} by {} at least; q ends", LEAST.0, LEAST.1);
        frame.render_widget(Paragraph::new(text).wrap(Wrap { trim: true }), area);
        return;
    }
    let rows =
        [Constraint::Length(1), Constraint::Min(0), Constraint::Length(2), Constraint::Length(1)];
    let [top, middle, said, bottom] = Layout::vertical(rows).areas(area);
    draw_top(app, top, frame);
    let [left, right] =
        Layout::horizontal([Constraint::Percentage(56), Constraint::Min(0)]).areas(middle);
    let here = (left.height / 3).max(5);
    let [events, here] =
        Layout::vertical([Constraint::Min(0), Constraint::Length(here)]).areas(left);
    draw_events(&app.debugger, looks, events, frame);
    draw_here(&app.debugger, looks, here, frame);
    let rows = nodes(&app.debugger, looks);
    let width = usize::from(right.width.saturating_sub(2)).max(1);
    let height: usize = rows.iter().map(|row| wrapped(&row.to_string(), width)).sum::<usize>() + 2;
    let height = u16::try_from(height).unwrap_or(u16::MAX).min(right.height.saturating_sub(6));
    let [above, pane] =
        Layout::vertical([Constraint::Length(height), Constraint::Min(0)]).areas(right);
    let rows = Paragraph::new(rows).wrap(Wrap { trim: false });
    frame.render_widget(rows.block(Block::bordered().title(" nodes ")), above);
    draw_pane(app, looks, pane, frame);
    draw_said(app, looks, said, frame);
    draw_bottom(app, looks, bottom, frame);
    draw_popup(app, area, frame);
}

fn draw_top(app: &App<'_>, area: Rect, frame: &mut Frame<'_>) {
    let style = Style::new().add_modifier(Modifier::REVERSED);
    let text = fitting(&Standing::of(&app.debugger), usize::from(area.width));
    frame.render_widget(Paragraph::new(text).style(style), area);
}

/// The events around the present one, which stands in the middle.
fn draw_events(debugger: &Debugger<'_>, looks: Looks, area: Rect, frame: &mut Frame<'_>) {
    let height = usize::from(area.height.saturating_sub(2));
    let at = debugger.moment().step;
    let broken = debugger.violation().map(|(step, _)| step);
    let mut rows = Vec::new();
    let mut present = 0;
    for step in debugger.stops_around(height, height) {
        if *step <= at {
            present = rows.len();
        }
        let told = debugger.lines(*step).iter().filter(|line| !is_status(line));
        let mark = if broken == Some(*step) { "!" } else { " " };
        for (nth, line) in told.enumerate() {
            let number = if nth == 0 { step.to_string() } else { String::new() };
            let style = looks.of(line);
            let (pointer, style) = match *step == at {
                true => {
                    (">", style.add_modifier(Modifier::REVERSED).remove_modifier(Modifier::DIM))
                }
                false => (" ", style),
            };
            let number = Span::styled(format!("{mark}{pointer}{number:>5} "), looks.faint());
            rows.push(Line::from(vec![number, Span::styled(trace::words(&line.what), style)]));
        }
    }
    let from = present.saturating_sub(height / 2).min(rows.len().saturating_sub(height));
    let shown: Vec<Line<'_>> = rows.into_iter().skip(from).take(height).collect();
    frame.render_widget(Paragraph::new(shown).block(Block::bordered().title(" events ")), area);
}

/// The present event whole.
fn draw_here(debugger: &Debugger<'_>, looks: Looks, area: Rect, frame: &mut Frame<'_>) {
    let moment = debugger.moment();
    let mut rows: Vec<Line<'_>> = debugger.watched().into_iter().map(Line::from).collect();
    let lines = debugger.lines(moment.step);
    rows.extend(lines.iter().map(|line| Line::styled(trace::words(&line.what), looks.of(line))));
    if let Some((step, property)) = debugger.violation().filter(|(step, _)| *step == moment.step) {
        rows.insert(
            0,
            Line::styled(format!("step {step} breaks {property}: e tells how"), looks.bad()),
        );
    }
    let block = Block::bordered().title(format!(" here: {moment} "));
    frame.render_widget(Paragraph::new(rows).wrap(Wrap { trim: false }).block(block), area);
}

/// How many rows a text takes: a word that does not fit goes to the next row whole.
fn wrapped(text: &str, width: usize) -> usize {
    let (mut rows, mut filled) = (1, 0);
    for word in text.split(' ').map(|word| word.chars().count()) {
        if filled > 0 && filled + 1 + word > width {
            (rows, filled) = (rows + 1, 0);
        }
        filled += word + usize::from(filled > 0);
    }
    rows
}

/// A row for each node: how it is, and what it shows.
fn nodes(debugger: &Debugger<'_>, looks: Looks) -> Vec<Line<'static>> {
    let at = debugger.moment().step;
    let mut rows = Vec::new();
    for NodeHere { node, being, status, since } in debugger.nodes() {
        let (sign, style) = match being {
            None => ("not started", looks.faint()),
            Some(Being::Up(_)) if status.is_none() => ("up", Style::new()),
            Some(Being::Up(_)) => ("", Style::new()),
            Some(Being::Down) => ("down ", looks.bad()),
            Some(Being::Paused) => ("stands still ", looks.tinted(Color::Yellow)),
        };
        let mut spans = vec![
            Span::styled(format!("{node} "), Style::new().add_modifier(Modifier::BOLD)),
            Span::styled(sign, style),
        ];
        if let Some(status) = status {
            let style = match (since == at, being) {
                (true, _) => Style::new().add_modifier(Modifier::BOLD),
                (_, Some(Being::Down)) => looks.faint(),
                _ => Style::new(),
            };
            spans.push(Span::styled(status.to_string(), style));
        }
        rows.push(Line::from(spans));
    }
    rows
}

fn draw_pane(app: &mut App<'_>, looks: Looks, area: Rect, frame: &mut Frame<'_>) {
    let height = usize::from(area.height.saturating_sub(2));
    let rows = match app.pane {
        Pane::Flight => flight(app, height),
        Pane::Timers => timers(&mut app.debugger),
        Pane::Disks => disks(&mut app.debugger),
    };
    let names = Pane::ALL.iter().map(|(pane, name)| match *pane == app.pane {
        true => Span::styled(format!(" {name} "), Style::new().add_modifier(Modifier::REVERSED)),
        false => Span::styled(format!(" {name} "), looks.faint()),
    });
    let block = Block::bordered().title(Line::from_iter(names));
    let pane = Paragraph::new(rows).block(block);
    let wraps = app.pane != Pane::Flight;
    let pane = if wraps { pane.wrap(Wrap { trim: false }) } else { pane };
    frame.render_widget(pane, area);
}

fn flight(app: &App<'_>, height: usize) -> Vec<Line<'static>> {
    let all = app.debugger.under_way();
    if all.is_empty() {
        return vec![Line::from("nothing is under way")];
    }
    let from = app.chosen.saturating_sub(height.saturating_sub(1));
    let shown = all.iter().enumerate().skip(from).take(height);
    let row = |(place, journey): (usize, &&seatrial::debug::Journey)| {
        let end = match journey.fate {
            Fate::Arrived(step) => format!("@{step}"),
            Fate::Lost(step, _) => format!("lost @{step}"),
            Fate::Open => "open".to_owned(),
        };
        let text =
            format!("#{} {}>{} {end} {}", journey.name, journey.from, journey.to, journey.text);
        match place == app.chosen {
            true => Line::styled(text, Style::new().add_modifier(Modifier::REVERSED)),
            false => Line::from(text),
        }
    };
    shown.map(row).collect()
}

/// Which timers are set, the next of each node first.
fn timers(debugger: &mut Debugger<'_>) -> Vec<Line<'static>> {
    let mut rows = Vec::new();
    for (node, inside) in debugger.inside() {
        for (says, due) in &inside.timers {
            let left = due.as_nanos().checked_sub(inside.clock.as_nanos());
            let left = left.map(Duration::from_nanos);
            let when = left.map_or_else(|| "overdue".to_owned(), |left| format!("in {left:.2}"));
            rows.push(Line::from(format!("{node} {says} {when}")));
        }
    }
    rows
}

fn disks(debugger: &mut Debugger<'_>) -> Vec<Line<'static>> {
    let told = debugger.obey(&Command::Disk(None, None)).unwrap_or_else(|error| error);
    told.lines().map(|line| Line::from(line.to_owned())).collect()
}

fn draw_said(app: &App<'_>, looks: Looks, area: Rect, frame: &mut Frame<'_>) {
    let (said, wrong) = &app.said;
    let style = if *wrong { looks.bad() } else { Style::new() };
    let text = Paragraph::new(said.as_str()).style(style).wrap(Wrap { trim: true });
    frame.render_widget(text, area);
}

fn draw_bottom(app: &App<'_>, looks: Looks, area: Rect, frame: &mut Frame<'_>) {
    let Some(prompt) = &app.prompt else {
        let keys = keys_within(usize::from(area.width));
        frame.render_widget(Paragraph::new(keys).style(looks.faint()), area);
        return;
    };
    frame.render_widget(Paragraph::new(format!(":{prompt}")), area);
    let typed = u16::try_from(prompt.chars().count()).unwrap_or(u16::MAX);
    let column = area.x.saturating_add(typed).saturating_add(1).min(area.right().saturating_sub(1));
    frame.set_cursor_position((column, area.y));
}

/// The keys that are used most, as far as there is room for; how to see the others, and to end, in any case.
fn keys_within(width: usize) -> String {
    const KEYS: [&str; 6] =
        ["<- -> step", "v violation", "c continue", ": command", "Tab pane", "d lose"];
    const LAST: &str = "? help  q end";
    let mut keys = String::new();
    for key in KEYS {
        if keys.len() + key.len() + 2 + LAST.len() > width {
            break;
        }
        keys.push_str(key);
        keys.push_str("  ");
    }
    keys + LAST
}

/// A text over everything else, as large as it needs and no larger than the screen.
fn draw_popup(app: &mut App<'_>, area: Rect, frame: &mut Frame<'_>) {
    let Some(popup) = &mut app.popup else { return };
    let width = area.width.saturating_sub(4);
    let text = Paragraph::new(popup.text.as_str()).wrap(Wrap { trim: false });
    let inner = usize::from(width.saturating_sub(2)).max(1);
    let rows: usize =
        popup.text.lines().map(|line| line.chars().count().div_ceil(inner).max(1)).sum();
    let rows = u16::try_from(rows).unwrap_or(u16::MAX);
    let height = rows.saturating_add(2).min(area.height.saturating_sub(2));
    // Words that do not fit go to the next row whole, so there may be a few rows more than counted.
    popup.scroll =
        popup.scroll.min(rows.saturating_sub(height.saturating_sub(2)).saturating_add(3));
    let place = Rect { x: area.x + 2, y: area.y + 1, width, height };
    let more = if popup.scroll == 0 && rows + 2 <= height {
        "any key closes"
    } else {
        "up, down; any other key closes"
    };
    let block =
        Block::bordered().title(format!(" {} ", popup.title)).title_bottom(format!(" {more} "));
    frame.render_widget(Clear, place);
    frame.render_widget(text.scroll((popup.scroll, 0)).block(block), place);
}

fn is_status(line: &TraceLine) -> bool {
    matches!(line.what, TraceItem::Event(TraceEvent::Status { .. }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_to_end_is_seen_on_the_narrowest_terminal() {
        assert_eq!(keys_within(60), "<- -> step  v violation  c continue  ? help  q end");
        let wide = keys_within(80);
        assert!(wide.ends_with(": command  Tab pane  d lose  ? help  q end"), "{wide}");
    }
}
