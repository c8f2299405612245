//! Checks what a phase may say.

use seatrial_node::Duration;

use super::FaultSpec;
use crate::faults::written;

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
pub(super) type Wrong = (&'static str, &'static str, String);

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
    let (given, usual) = (written(phase), written(&FaultSpec::default()));
    let key = OF_THE_WHOLE.into_iter().find(|key| given.get(*key) != usual.get(*key));
    key.map_or(Ok(()), |key| Err(of_the_whole(key, name)))
}

/// The keys of `[faults]` that no phase has: what goes on all the time, and what is said once.
pub const OF_THE_WHOLE: [&str; 9] = [
    "trouble",
    "core",
    "loss",
    "duplicate",
    "reorder",
    "reorder_delay",
    "buggify",
    "awaited",
    "phase",
];

/// A phase says what only the whole can.
pub(super) fn of_the_whole(key: &'static str, phase: &str) -> Wrong {
    let what = format!(
        "`{key}` is of the whole trouble, not of the phase {phase}: write it under [faults]"
    );
    ("faults.phase", key, what)
}
