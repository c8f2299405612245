//! How far a hunt or a shrinking is, drawn live on standard error while somebody watches.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use seatrial::ShrinkProgress;
use seatrial_history::HuntAccount;

/// Between two drawings. A hunt may do many thousand seeds in that time, so nothing is put into words more often.
const PAUSE: Duration = Duration::from_millis(100);

/// The progress of a hunt.
pub(crate) struct Progress {
    bar: ProgressBar,
    begun: Instant,
    drawn: Instant,
    by_time: bool,
    watched: bool,
}

impl Progress {
    /// A bar that is full after so many seeds, or after that time.
    pub(crate) fn new(watched: bool, seeds: Option<u64>, time: Option<Duration>) -> Self {
        let length = match time {
            Some(time) => time.as_millis() as u64,
            None => seeds.unwrap_or_default(),
        };
        let bar = if watched { ProgressBar::new(length) } else { ProgressBar::hidden() };
        let style = ProgressStyle::with_template("[{bar:20}] {msg}  ETA {eta}");
        bar.set_style(style.expect("the template is sound").progress_chars("=> "));
        let now = Instant::now();
        Self { bar, begun: now, drawn: now, by_time: time.is_some(), watched }
    }

    /// Shows the totals so far, unless it did a moment ago.
    pub(crate) fn show(&mut self, totals: &HuntAccount) {
        if !self.watched {
            return;
        }
        let now = Instant::now();
        if now - self.drawn < PAUSE {
            return;
        }
        self.drawn = now;
        let wall = now - self.begun;
        let position = if self.by_time { wall.as_millis() as u64 } else { totals.seeds };
        self.bar.set_message(message(totals, wall));
        self.bar.set_position(position);
    }

    /// Takes the bar away.
    pub(crate) fn finish(self) -> Duration {
        self.bar.finish_and_clear();
        self.begun.elapsed()
    }
}

/// The progress of a shrinking: how many candidates were run, of so many at most.
pub(crate) struct ShrinkBar {
    bar: ProgressBar,
    begun: Instant,
    drawn: Option<Instant>,
    watched: bool,
}

impl ShrinkBar {
    /// A bar that is full after so many runs; most stop before.
    pub(crate) fn new(watched: bool, runs: u64) -> Self {
        let bar = if watched { ProgressBar::new(runs) } else { ProgressBar::hidden() };
        let style = ProgressStyle::with_template("[{bar:20}] {pos} runs  {msg}");
        bar.set_style(style.expect("the template is sound").progress_chars("=> "));
        Self { bar, begun: Instant::now(), drawn: None, watched }
    }

    /// Shows how far it is, unless it did a moment ago.
    pub(crate) fn show(&mut self, progress: &ShrinkProgress<'_>) {
        let now = Instant::now();
        if !self.watched || self.drawn.is_some_and(|drawn| now - drawn < PAUSE) {
            return;
        }
        self.drawn = Some(now);
        self.bar.set_message(left(progress));
        self.bar.set_position(progress.runs);
    }

    /// Takes the bar away.
    pub(crate) fn finish(self) -> Duration {
        self.bar.finish_and_clear();
        self.begun.elapsed()
    }
}

/// How many cells of a table are there.
pub(crate) struct CellsBar(ProgressBar);

impl CellsBar {
    /// A bar that is full after so many cells.
    pub(crate) fn new(watched: bool, cells: u64) -> Self {
        let bar = if watched { ProgressBar::new(cells) } else { ProgressBar::hidden() };
        let style = ProgressStyle::with_template("[{bar:20}] {pos}/{len}  {eta}  {msg}");
        bar.set_style(style.expect("the template is sound").progress_chars("=> "));
        Self(bar)
    }

    /// Another cell is begun.
    pub(crate) fn show(&self, what: &str) {
        self.0.set_message(what.to_owned());
        self.0.inc(1);
    }

    /// Takes the bar away.
    pub(crate) fn finish(self) {
        self.0.finish_and_clear();
    }
}

/// How many runs have been made, where nobody knows how many there will be.
pub(crate) struct RunsBar(ProgressBar);

impl RunsBar {
    /// A count, where somebody watches.
    pub(crate) fn new(watched: bool) -> Self {
        let bar = if watched { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
        let style = ProgressStyle::with_template("{spinner} {pos} runs");
        bar.set_style(style.expect("the template is sound"));
        Self(bar)
    }

    /// Shows how many there have been.
    pub(crate) fn show(&self, runs: u64) {
        self.0.set_position(runs);
    }

    /// Takes it away.
    pub(crate) fn finish(self) {
        self.0.finish_and_clear();
    }
}

fn left(progress: &ShrinkProgress<'_>) -> String {
    let ShrinkProgress { layer, faults, steps, .. } = progress;
    match steps {
        Some(steps) => format!("{steps} steps left, leaving out {layer}"),
        None => format!("{faults} faults left, leaving out {layer}"),
    }
}

fn message(totals: &HuntAccount, wall: Duration) -> String {
    let rate = totals.seeds as f64 / wall.as_secs_f64().max(1e-9);
    let virtual_hours = totals.virtual_time.as_nanos() as f64 / 3.6e12;
    let bit: u64 = totals.faults.iter().map(|fault| fault.bit).sum();
    let seeds = match totals.asked {
        Some(asked) => format!("{}/{asked}", totals.seeds),
        None => totals.seeds.to_string(),
    };
    format!(
        "{seeds} seeds  {rate:.0}/s  {virtual_hours:.1}h virtual  {bit} faults bit  {} violated",
        totals.violated
    )
}

#[cfg(test)]
mod tests {
    use seatrial_history::{FaultCount, Traffic};

    use super::*;

    #[test]
    fn a_shrinking_tells_what_is_left_and_what_it_looks_at() {
        let progress = ShrinkProgress { runs: 3, layer: "faults", faults: 7, steps: None };
        assert_eq!(left(&progress), "7 faults left, leaving out faults");
        let led = ShrinkProgress { steps: Some(12), layer: "steps", ..progress };
        assert_eq!(left(&led), "12 steps left, leaving out steps");
    }

    #[test]
    fn the_message_tells_rate_virtual_time_faults_and_violations() {
        let fault = |bit| FaultCount { kind: "crash".into(), asked: 50, bit, ..Default::default() };
        let totals = HuntAccount {
            scenario: "raft-kv".into(),
            protocol: "raft-kv".into(),
            mutant: None,
            strategies: Vec::new(),
            first_seed: 0,
            seeds: 500,
            asked: Some(1_000),
            violated: 2,
            outside: 0,
            excused: 0,
            repeated: 0,
            unrepeated: 0,
            unknown: 0,
            events: 1_000_000,
            virtual_time: seatrial_node::Duration::from_secs(5_400),
            faults: vec![fault(30), fault(12)],
            traffic: Traffic::default(),
            reached: Vec::new(),
            states: None,
            figures: Vec::new(),
            failures: Vec::new(),
            unknown_runs: Vec::new(),
            excused_runs: Vec::new(),
            interrupted: false,
        };
        let text = message(&totals, Duration::from_millis(250));
        assert_eq!(text, "500/1000 seeds  2000/s  1.5h virtual  42 faults bit  2 violated");
    }
}
