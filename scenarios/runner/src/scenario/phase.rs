//! Checks what a table of faults says of kinds that recur, and what a phase may say.

use seatrial_node::Duration;

use super::{FaultSpec, Knob, Rate, Recurring};
use crate::faults::{How, kinds};

impl FaultSpec {
    /// How long the trouble goes on at most.
    pub(crate) fn longest(&self) -> Duration {
        let spans = self.phase.iter().filter_map(|phase| phase.lasts.as_ref());
        match self.phase.is_empty() {
            true => self.trouble.greatest(),
            false => spans.fold(Duration::ZERO, |sum, span| sum + span.greatest()),
        }
    }
}

/// Both the phases and the whole say how long the trouble lasts.
pub(super) fn twice() -> Wrong {
    let what =
        "the phases say how long each lasts, and the trouble is their sum: leave `trouble` out";
    ("faults", "trouble", what.to_owned())
}

/// Which table, which key, what is wrong.
type Wrong = (&'static str, &'static str, String);

/// More faults of one kind in a run are a slip of the pen.
const MOST_FAULTS: u64 = 1_000;

/// What recurs is said to be so many times or every so often, and to last if it has an end.
pub(super) fn check_kinds(
    table: &'static str,
    spec: &FaultSpec,
    trouble: Duration,
) -> Result<(), Wrong> {
    for kind in kinds() {
        if let How::Recurring { get, .. } = kind.how
            && let Some(recurring) = get(spec)
            && let Some(what) = problem(recurring, kind.kind.is_instant(), trouble)
        {
            return Err((table, kind.key, format!("{}: {what}", kind.key)));
        }
    }
    Ok(())
}

fn problem(recurring: &Recurring, is_instant: bool, trouble: Duration) -> Option<String> {
    let no_time = recurring.lasts.greatest() == Duration::ZERO;
    match (&recurring.count, &recurring.every) {
        (None, None) => return Some("missing field `count`, or `every` in place of it".into()),
        (Some(_), Some(_)) => return Some("give `count` or `every`, and not both".into()),
        (None, Some(every)) => {
            let gap = every.least();
            if trouble.as_nanos() / MOST_FAULTS > gap.as_nanos() || gap == Duration::ZERO {
                return Some(format!(
                    "every = {gap} in {trouble} makes more than {MOST_FAULTS} faults: make it longer"
                ));
            }
        }
        (Some(count), None) if u64::from(count.greatest()) > MOST_FAULTS => {
            let count = count.greatest();
            return Some(format!("count = {count}: at most {MOST_FAULTS} in a run"));
        }
        (Some(_), None) => {}
    }
    match (is_instant, no_time) {
        (false, true) => Some("missing field `lasts`, or it is no time at all".into()),
        (true, false) => Some("it happens at once: leave `lasts` out".into()),
        _ => None,
    }
}

/// Whether a phase has a name that no other has, a length, and nothing that goes on all the time.
pub(super) fn check<'s>(
    phase: &FaultSpec,
    mut others: impl Iterator<Item = &'s FaultSpec>,
) -> Result<(), Wrong> {
    let wrong = |key, what: &str| Err(("faults.phase", key, what.to_owned()));
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let Some(name) = phase.name.as_deref() else {
        return wrong("lasts", "a phase has a name: write `name`");
    };
    if name.is_empty() || !name.chars().all(plain) {
        return wrong("name", &format!("the name {name:?} has to be of a-z, 0-9 and -"));
    }
    if others.any(|other| other.name == phase.name) {
        return wrong("name", &format!("there are two phases {name}: give each a name of its own"));
    }
    let Some(lasts) = &phase.lasts else {
        return wrong("name", &format!("missing field `lasts`: how long is the phase {name}?"));
    };
    if lasts.least() == Duration::ZERO {
        return wrong("lasts", &format!("the phase {name} may last no time at all"));
    }
    let span = lasts.greatest();
    if let Some(late) = phase.script.iter().find(|planned| planned.at >= span) {
        let at = late.at;
        let what = format!("a fault at {at} would never be: the phase {name} is over after {span}");
        return Err(("faults.phase.script", "at", what));
    }
    let whole = FaultSpec::default();
    let none = Knob::Fixed(Rate(0));
    let steady = [
        ("trouble", phase.trouble != whole.trouble),
        ("loss", phase.loss != none),
        ("duplicate", phase.duplicate != none),
        ("reorder", phase.reorder != none),
        ("reorder_delay", phase.reorder_delay != whole.reorder_delay),
        ("buggify", phase.buggify.is_some()),
        ("awaited", !phase.awaited.is_empty()),
        ("phase", !phase.phase.is_empty()),
    ];
    steady.into_iter().find(|(_, given)| *given).map_or(Ok(()), |(key, _)| {
        wrong(
            key,
            &format!(
                "`{key}` is of the whole trouble, not of the phase {name}: write it under [faults]"
            ),
        )
    })
}
