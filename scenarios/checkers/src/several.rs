//! What judges of several properties have in common: how their words become one, and how evidence is told.

use seatrial_history::{Evidence, Moment, Verdict, Violation};

/// The worst of several verdicts: violated beats unknown, and unknown beats holds.
pub(crate) fn worst(words: impl Iterator<Item = Verdict>) -> Verdict {
    let rank = |word: &Verdict| match word {
        Verdict::Violated(_) => 0,
        Verdict::Unknown { .. } => 1,
        Verdict::Holds => 2,
    };
    words.min_by_key(rank).unwrap_or(Verdict::Holds)
}

/// One line of evidence.
pub(crate) type Line = (Moment, String);

/// A violation of a property, by its name and its source, with what led to it in order of time.
pub(crate) fn violation(
    (property, source): (&'static str, &'static str),
    at: Moment,
    explanation: String,
    mut evidence: Vec<Line>,
) -> Violation {
    evidence.sort_by_key(|line| line.0);
    let evidence = evidence.into_iter().map(|(at, text)| Evidence::at(at, text)).collect();
    Violation { property, source, explanation, at: Some(at), evidence }
}
