//! What is left of a run, told.

use std::fmt::Write as _;
use std::path::Path;

use seatrial::{Deed, Extent, Needed, REPLAYS, Shrunk};
use seatrial_reports::trace::content;

use crate::program;
use crate::seed::counted;

/// What broke, how it is replayed, what happens in it, how much smaller it is, and which faults it needs.
pub(super) fn shrunk(shrunk: &Shrunk, deeds: &[Deed], out: &Path) -> String {
    let Shrunk { case, violation, before, after, replayed, needed, .. } = shrunk;
    let mut text = format!("VIOLATED  {}\n  {}\n", violation.property, violation.explanation);
    let _ = write!(text, "\n  replay  {}\n  case    {}\n", program::replay(out), out.display());
    // As the violation counts them: in the run there are steps besides those of the schedule.
    let number = |nth: usize| deeds.get(nth).map_or(nth as u64 + 1, |deed| deed.step);
    if let Some(schedule) = &case.schedule {
        text.push_str("\nwhat happens, by steps of the run\n");
        for (nth, step) in schedule.steps.iter().enumerate() {
            let _ = writeln!(text, "  {:>3}  {step}", number(nth));
            for item in deeds.get(nth).into_iter().flat_map(|deed| &deed.items) {
                let _ = writeln!(text, "         {}", cut(&content(item)));
            }
        }
    }
    text.push('\n');
    text.push_str(&sizes(before, after));
    if !needed.is_empty() {
        text.push_str("\nfaults that are left, and the run without each and what hangs on it\n");
        let what = |needed: &Needed| match needed.step {
            Some(nth) => format!("step {}: {}", number(nth), needed.what),
            None => needed.what.clone(),
        };
        let width = needed.iter().map(|needed| what(needed).chars().count()).max().unwrap_or(0);
        for needed in needed {
            let without = if needed.passes { "passes" } else { "fails all the same" };
            let _ = writeln!(text, "  {:<width$}  without it the run {without}", what(needed));
        }
    }
    if shrunk.elsewhere {
        text.push_str("\nanother run took its place: it fails in the same way in a smaller world (--this-run keeps to the run that was given)\n");
    }
    if before == after {
        text.push_str("\nnothing smaller was found: the case is as it was\n");
    }
    let _ = writeln!(text, "\nreplayed {replayed} of {REPLAYS} times alike");
    if shrunk.cut_short {
        let runs = counted(shrunk.runs, "run");
        let _ = writeln!(text, "cut short after {runs}: there may be more to leave out");
    }
    text
}

/// As much of it as a terminal shows in a line.
fn cut(text: &str) -> String {
    match text.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

const WIDTH: usize = 100;

fn sizes(before: &Extent, after: &Extent) -> String {
    let steps = |extent: &Extent| extent.steps.map_or_else(|| "-".to_owned(), |n| n.to_string());
    let rows = [
        ("events", before.events.to_string(), after.events.to_string()),
        ("steps", steps(before), steps(after)),
        ("faults", before.faults.to_string(), after.faults.to_string()),
        ("nodes", before.nodes.to_string(), after.nodes.to_string()),
        ("clients", before.clients.to_string(), after.clients.to_string()),
        ("operations", before.operations.to_string(), after.operations.to_string()),
        ("choices", before.choices.to_string(), after.choices.to_string()),
        ("bytes", before.bytes.to_string(), after.bytes.to_string()),
    ];
    let mut text = "size        before   after\n".to_owned();
    for (name, before, after) in rows {
        let _ = writeln!(text, "  {name:<10}{before:>6}  {after:>6}");
    }
    text
}

/// A test that runs the case, and passes once the run holds. Only of protocols that come with Seatrial does it know by itself.
pub(super) fn rust_test(out: &Path, is_ours: bool) -> String {
    let file = out.file_name().unwrap_or_default().to_string_lossy();
    let name: String = file
        .trim_end_matches(".case")
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' })
        .collect();
    let name = name.trim_end_matches("_min");
    let name = if name.starts_with(|c: char| c.is_ascii_digit()) {
        format!("case_{name}")
    } else {
        name.to_owned()
    };
    let call = match is_ours {
        true => format!("seatrial::regression(include_str!({file:?}));"),
        false => format!(
            "// registry() is what your main gives to seatrial_cli::main.\n    \
             seatrial::regression_in(&registry(), include_str!({file:?}));"
        ),
    };
    format!("#[test]\nfn {name}_holds() {{\n    {call}\n}}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_has_a_name_that_rust_takes() {
        let test = rust_test(Path::new("some where/raft-kv-42.min.case"), true);
        assert!(test.contains("fn raft_kv_42_holds()"), "{test}");
        assert!(test.contains("regression(include_str!(\"raft-kv-42.min.case\"))"), "{test}");
        let own = rust_test(Path::new("42.case"), false);
        assert!(own.contains("fn case_42_holds()"), "{own}");
        assert!(own.contains("regression_in(&registry(), include_str!(\"42.case\"))"), "{own}");
    }

    #[test]
    fn sizes_stand_beside_each_other() {
        let before = Extent { events: 1_900, faults: 30, ..Extent::default() };
        let after = Extent { events: 12, steps: Some(12), faults: 1, ..Extent::default() };
        let text = sizes(&before, &after);
        assert!(text.contains("  events      1900      12\n"), "{text}");
        assert!(text.contains("  steps          -      12\n"), "{text}");
    }
}
