//! What is under way, which timers are set, and what is on disks.

use std::fmt::Write as _;

use seatrial_history::{Endpoint, TraceEvent, TraceItem, TraceLine};
use seatrial_node::{Duration, NodeId};
use seatrial_sim::{Change, FileInside, Inside};

use super::super::Debugger;
use super::super::run::{Fate, Journey};
use super::{WIDE, cut, nodes};

/// Of a long list no more is told.
const MOST: usize = 60;

/// So many bytes of a file are shown: its last ones, for there logs grow.
const BYTES: usize = 512;

impl Debugger<'_> {
    pub(in super::super) fn tell_flight(&self, who: Option<Endpoint>) -> Result<String, String> {
        let run = self.run();
        if let Some(Endpoint::Node(node)) = who {
            nodes(run, Some(node))?;
        }
        let meant =
            |journey: &&Journey| who.is_none_or(|who| [journey.from, journey.to].contains(&who));
        let all: Vec<String> = run
            .under_way(self.at)
            .filter(meant)
            .map(|journey| {
                let fate = match journey.fate {
                    Fate::Arrived(step) => format!("arrives at step {step}"),
                    Fate::Lost(step, _) => format!("is lost at step {step}"),
                    Fate::Open => "does not arrive in this run".to_owned(),
                };
                let way = format!("{} -> {}", journey.from, journey.to);
                let name = format!("#{}", journey.name);
                cut(
                    &format!(
                        "{name:<6} {way:<9} sent at step {}, {fate}: {}",
                        journey.sent, journey.text
                    ),
                    WIDE,
                )
            })
            .collect();
        Ok(match all.as_slice() {
            [] => "nothing is under way".to_owned(),
            all => shortened(all, "inflight NODE tells less"),
        })
    }

    pub(in super::super) fn tell_message(&self, name: u64) -> Result<String, String> {
        let run = self.run();
        let Some(journey) = run.journeys.get(&name) else {
            return Err(format!("there is no message #{name} in this run"));
        };
        let Journey { from, to, text, sent, copy_of, arrivals, fate, .. } = journey;
        let copy = copy_of.map_or_else(String::new, |of| format!(", a copy of #{of}"));
        let mut out =
            format!("#{name}  {from} -> {to}{copy}\n  {text}\n  sent: {}", run.moment(*sent));
        for step in arrivals {
            let _ = write!(out, "\n  arrived: {}", run.moment(*step));
        }
        match fate {
            Fate::Arrived(_) => {}
            Fate::Lost(step, _) => {
                let is_it = |line: &&TraceLine| matches!(&line.what, TraceItem::Event(TraceEvent::Drop { id, .. }) if *id == name);
                let told = run.lines(*step).iter().find(is_it).map(|line| (self.words)(&line.what));
                let _ =
                    write!(out, "\n  lost: {}: {}", run.moment(*step), told.unwrap_or_default());
            }
            Fate::Open => out.push_str("\n  under way when the run ends"),
        }
        Ok(out)
    }

    pub(in super::super) fn tell_timers(&mut self, node: Option<NodeId>) -> Result<String, String> {
        let meant = nodes(self.run(), node)?;
        let inside = self.inside().iter().filter(|(node, _)| meant.contains(node));
        let mut out = Vec::new();
        for (node, Inside { up, clock, timers, .. }) in inside {
            match timers.as_slice() {
                [] if !up => out.push(format!("{node}  is down")),
                [] => out.push(format!("{node}  has set no timer")),
                timers => out.extend(timers.iter().map(|(says, due)| {
                    let left = match due.as_nanos().checked_sub(clock.as_nanos()) {
                        Some(left) => format!("in {}", Duration::from_nanos(left)),
                        None => "overdue".to_owned(),
                    };
                    format!("{node}  {says} at {due} by its clock, {left}")
                })),
            }
        }
        Ok(out.join("\n"))
    }

    pub(in super::super) fn tell_disks(
        &mut self,
        node: Option<NodeId>,
        file: Option<&str>,
    ) -> Result<String, String> {
        let meant = nodes(self.run(), node)?;
        let inside = self.inside().iter().filter(|(node, _)| meant.contains(node));
        let mut out = Vec::new();
        for (node, Inside { files, .. }) in inside {
            if let Some(name) = file {
                let found = files.iter().find(|known| known.name.as_str() == name);
                let found = found.ok_or_else(|| {
                    let known: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
                    match known.as_slice() {
                        [] => format!("{node} has no files here"),
                        known => {
                            format!("{node} has no file `{name}` here; it has {}", known.join(", "))
                        }
                    }
                })?;
                out.push(format!("{node}  {}", tell_file(found)));
                out.extend(bytes(found));
                continue;
            }
            match files.as_slice() {
                [] => out.push(format!("{node}  has no files")),
                files => {
                    out.extend(files.iter().map(|file| format!("{node}  {}", tell_file(file))))
                }
            }
        }
        Ok(out.join("\n"))
    }
}

fn shortened(all: &[String], less: &str) -> String {
    let mut out = all.iter().take(MOST).cloned().collect::<Vec<_>>().join("\n");
    if all.len() > MOST {
        let _ = write!(out, "\n… and {} more; {less}", all.len() - MOST);
    }
    out
}

fn tell_file(file: &FileInside) -> String {
    let FileInside { name, content, unsynced } = file;
    let open: Vec<String> = unsynced
        .iter()
        .map(|change| match change {
            Change::Made => "that it was made".to_owned(),
            Change::Written { from, to } => format!("bytes {from} to {to}"),
            Change::Resized { from, to } => format!("its length of {to} that was {from}"),
            Change::Renamed { from } => format!("its name that was {from}"),
            _ => "another change".to_owned(),
        })
        .collect();
    let synced = match open.as_slice() {
        [] => "all synced".to_owned(),
        open => format!("not synced: {}", open.join(", ")),
    };
    format!("{name}: {} bytes, {synced}", content.len())
}

/// The last bytes of a file, sixteen a line; `~` stands before those that are not synced.
fn bytes(file: &FileInside) -> Vec<String> {
    let open = |at: u64| {
        file.unsynced.iter().any(|change| match change {
            Change::Written { from, to } => (*from..*to).contains(&at),
            _ => false,
        })
    };
    let from = file.content.len().saturating_sub(BYTES) / 16 * 16;
    let lines = file.content[from..].chunks(16).enumerate().map(|(nth, chunk)| {
        let at = from + nth * 16;
        let hex = chunk.iter().enumerate().map(|(place, byte)| {
            let mark = if open((at + place) as u64) { '~' } else { ' ' };
            format!("{mark}{byte:02x}")
        });
        let text = chunk.iter().map(|byte| match byte {
            b' '..=b'~' => char::from(*byte),
            _ => '.',
        });
        format!("  {at:>8} {:<48}  {}", hex.collect::<String>(), text.collect::<String>())
    });
    lines.collect()
}
