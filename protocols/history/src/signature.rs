//! How a run fails: so much of it that a smaller run can be told to fail in the same way.

use serde::{Deserialize, Serialize};

use crate::{Judgement, Violation};

/// The way in which a run fails.
///
/// It is the property, and the words of what the checker says up to its first colon, without whatever differs from run to run: words with a
/// digit in them (times, steps, nodes, numbers), of which life something is, and what stands in quotes or in round brackets. Of a panic or a node that cannot open the words after the colon
/// count as well, for they say which. Of linearizability only the property counts: which operation is the first that fits nowhere depends
/// on everything.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Signature {
    /// The property that is broken.
    pub property: String,
    /// The words that tell how.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub kind: String,
}

/// Properties whose explanation says nothing about the way.
const ONE_WAY: [&str; 1] = ["linearizability"];

/// Properties whose explanation ends with what the node itself says.
const TOLD_BY_NODES: [&str; 2] = ["no panic", "recovery"];

impl Signature {
    /// How this property was broken.
    pub fn of(violation: &Violation) -> Self {
        let property = violation.property;
        let text = match property {
            _ if ONE_WAY.contains(&property) => "",
            _ if TOLD_BY_NODES.contains(&property) => &violation.explanation,
            _ => violation.explanation.split(':').next().unwrap_or_default(),
        };
        Self { property: property.to_owned(), kind: words(text) }
    }

    /// The first way in which a run fails: of several violations the one that happened first.
    pub fn first(judgements: &[Judgement]) -> Option<Self> {
        let violations = judgements.iter().filter_map(|judged| judged.verdict.violation());
        // One that has no time is told last, and of equals the first.
        let first = violations.min_by_key(|violation| {
            (violation.at.is_none(), violation.at.map(|at| (at.step, at.time)))
        });
        first.map(Self::of)
    }

    /// The violation that is broken in this way, if one is.
    pub fn find<'j>(&self, judgements: &'j [Judgement]) -> Option<&'j Violation> {
        let mut violations = judgements.iter().filter_map(|judged| judged.verdict.violation());
        violations.find(|violation| Self::of(violation) == *self)
    }
}

/// The words that are the same in every run.
fn words(text: &str) -> String {
    let unquoted: String = text.split('"').step_by(2).collect();
    let bare = outside_brackets(&unquoted).replace(" of life ", " ");
    let parts = bare.split(|c: char| !c.is_alphanumeric());
    let plain = |word: &&str| !word.is_empty() && !word.contains(|c: char| c.is_ascii_digit());
    parts.filter(plain).collect::<Vec<_>>().join(" ")
}

/// Who it was, and whatever else is added in round brackets, is left out.
fn outside_brackets(text: &str) -> String {
    let mut depth = 0_usize;
    let is_outside = |letter: &char| {
        depth += usize::from(*letter == '(');
        let outside = depth == 0;
        depth = depth.saturating_sub(usize::from(*letter == ')'));
        outside
    };
    text.chars().filter(is_outside).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Moment, Verdict};

    fn violation(property: &'static str, explanation: &str) -> Violation {
        Violation {
            property,
            source: "a test",
            explanation: explanation.to_owned(),
            at: None,
            evidence: Vec::new(),
        }
    }

    fn alike(property: &'static str, one: &str, other: &str) -> bool {
        Signature::of(&violation(property, one)) == Signature::of(&violation(property, other))
    }

    #[test]
    fn numbers_nodes_and_values_make_no_difference_and_words_do() {
        let safety = "election safety";
        assert!(alike(
            safety,
            "term 3 has two leaders: n0, n1.",
            "term 12 has two leaders: n2, n1."
        ));
        assert!(!alike(safety, "term 3 has two leaders: n0.", "term 3 has no leader: n0."));
        assert!(alike("echo", "the answer \"a\" is another", "the answer \"b c\" is another"));
        assert!(alike(safety, "on their disks (n0, n2 (late)); it", "on their disks (nobody); it"));
        assert!(!alike(safety, "on their disks (n0); it", "on their disks (n0); no more"));
        assert!(alike(safety, "message 3 of n2 is", "message 3 of life 2 of n2 is"));
    }

    #[test]
    fn what_a_panic_says_counts_and_where_a_history_fits_nowhere_does_not() {
        let (one, other) =
            ("n0 panicked at step 3 at 2ms: no leader", "n1 panicked at step 9 at 4ms: no room");
        assert!(!alike("no panic", one, other));
        assert!(alike("no panic", one, "n2 panicked at step 12 at 1s: no leader"));
        assert!(alike("linearizability", "the read that returned 3", "the cas from 1 to 2"));
    }

    #[test]
    fn of_several_violations_the_first_is_the_way_and_any_of_them_may_be_it_again() {
        let at = |step, mut violation: Violation| {
            violation.at = Some(Moment { step, time: Default::default() });
            Judgement { property: violation.property.into(), verdict: Verdict::Violated(violation) }
        };
        let late = at(9, violation("log matching", "they differ"));
        let early = at(3, violation("election safety", "two leaders"));
        let first = Signature::first(&[late.clone(), early.clone()]).expect("two violations");
        assert_eq!(first.property, "election safety");
        assert!(first.find(&[late.clone(), early]).is_some());
        assert!(first.find(&[late]).is_none());
    }
}
