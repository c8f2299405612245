//! How long it takes to make the debugged run, and to go about in it.

use std::time::{Duration, Instant};

use seatrial::debug::{Command, Debugger, Place};

/// At so many points of the run nodes are looked into.
const POINTS: u64 = 10;

/// So many steps back are made.
const STEPS: u32 = 1_000;

/// Measures, and stands where it stood.
pub(super) fn measure(debugger: &mut Debugger<'_>, made: Duration) -> Result<String, String> {
    let stood = debugger.moment().step;
    let end = debugger.end();
    let mut looks = Vec::new();
    for point in 1..=POINTS {
        let begun = Instant::now();
        let inside = debugger.look_inside_at(end * point / POINTS);
        looks.push(begun.elapsed());
        debug_assert!(!inside.is_empty(), "there are nodes");
    }
    debugger.obey(&Command::Goto(Place::End))?;
    let (mut slowest, mut steps) = (Duration::ZERO, 0);
    while steps < STEPS && debugger.moment().step > 0 {
        let begun = Instant::now();
        debugger.obey(&Command::Back(1))?;
        slowest = slowest.max(begun.elapsed());
        steps += 1;
    }
    debugger.obey(&Command::Goto(Place::Step(stood)))?;
    let ms = |span: Duration| format!("{:.2} ms", span.as_secs_f64() * 1e3);
    let longest = looks.iter().max().copied().unwrap_or_default();
    Ok(format!(
        "making, judging and recording the run of {end} events: {}\none step back, the slowest of {steps} from the end: {}\ntimers and disks, the slowest of {POINTS} points from the beginning to the end: {}",
        ms(made),
        ms(slowest),
        ms(longest),
    ))
}
