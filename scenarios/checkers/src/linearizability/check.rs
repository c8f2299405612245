//! Checking a whole history.

use seatrial_history::{Applied, Evidence, Explanation, History, Named, Verdict, Violation};
use serde::Serialize;

use super::compile::{Part, compile};
use super::explain::explain;
use super::meter::Meter;
use super::model::Model;
use super::options::{CheckError, Options};
use super::race::{Decision, decide};
use super::words::Words;

pub(super) const PROPERTY: &str = "linearizability";
const SOURCE: &str = "Herlihy and Wing 1990";

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// The word on the history.
    pub verdict: Verdict,
    /// Why it is violated, where it is.
    pub explanation: Option<Explanation>,
    /// What the check cost.
    pub stats: Stats,
}

/// What a check cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Operations in the history.
    pub operations: usize,
    /// Objects, each judged by itself.
    pub objects: usize,
    /// Objects that are not linearizable.
    pub violated: usize,
    /// Objects for which the budget did not suffice.
    pub undecided: usize,
    /// Steps made, explaining included.
    pub steps: u64,
    /// The most bytes of states that were remembered at one time.
    pub peak_bytes: usize,
}

/// Judges whether the history is linearizable with respect to the model. The same history and options give the same outcome on every
/// machine, unless the check is cancelled.
///
/// # Errors
/// Where the history is malformed, or has operations that the model does not know.
///
/// ```
/// use seatrial_checkers::linearizability::{Model, Options, check};
/// use seatrial_history::{History, Verdict};
///
/// let text = r#"
/// {"process":0,"type":"invoke","f":"write","value":1}
/// {"process":0,"type":"ok","f":"write","value":1}
/// {"process":1,"type":"invoke","f":"read","value":null}
/// {"process":1,"type":"ok","f":"read","value":null}"#;
/// let recording = History::read_jsonl(text.as_bytes())?;
/// let options = Options { lines: Some(&recording.lines), ..Options::default() };
/// let outcome = check(&recording.history, Model::Register, &options)?;
/// let violation = outcome.verdict.violation().expect("a stale read");
/// assert_eq!(
///     violation.explanation,
///     "the read completed at line 5 returned null, the initial value, but that was overwritten by the write of 1 \
///      (line 2 to line 3), which had returned at line 3, before line 4, where it was invoked"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn check(
    history: &History,
    model: Model,
    options: &Options<'_>,
) -> Result<Outcome, CheckError> {
    let spans = history.spans().map_err(CheckError::Malformed)?;
    let parts = compile(history, &spans, model, options)?;
    let mut meter = Meter::new(options);
    let decisions = decide_all(&parts, &mut meter);
    let mut stats = Stats { operations: spans.len(), objects: parts.len(), ..Stats::default() };
    let mut worst: Option<(u32, usize)> = None;
    for (i, decision) in decisions.iter().enumerate() {
        match decision {
            Decision::Holds => {}
            Decision::Unknown => stats.undecided += 1,
            Decision::Refuted(_) | Decision::Stuck { .. } => {
                stats.violated += 1;
                let found = (found_at(&parts[i], decision), i);
                worst = Some(worst.map_or(found, |worst| worst.min(found)));
            }
        }
    }
    let mut explanation = None;
    let verdict = if let Some((_, worst)) = worst {
        let (lines, steps) = (options.lines, options.steps);
        let words = Words { history, spans: &spans, lines, steps, part: &parts[worst] };
        let explained = explain(&words, &decisions[worst], &mut meter);
        let violation = violation(&explained, &words, &stats);
        explanation = Some(explained);
        Verdict::Violated(violation)
    } else if spans.is_empty() {
        Verdict::Unknown { why: "there is no operation to judge".into() }
    } else if stats.undecided > 0 {
        Verdict::Unknown { why: undecided(&parts, &decisions, &stats, &meter) }
    } else {
        Verdict::Holds
    };
    (stats.steps, stats.peak_bytes) = (meter.spent, meter.peak_bytes);
    Ok(Outcome { verdict, explanation, stats })
}

/// Decides all parts, small ones first, none with more than half of what is left but the last.
fn decide_all(parts: &[Part], meter: &mut Meter<'_>) -> Vec<Decision> {
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|i| parts[*i].problem.ops.len());
    let mut decisions = vec![Decision::Unknown; parts.len()];
    for (nth, i) in order.iter().enumerate() {
        let left = meter.left();
        let share = if nth + 1 == order.len() { left } else { left / 2 };
        let problem = &parts[*i].problem;
        decisions[*i] =
            meter.with_at_most(share, |meter| decide(&problem.ops, &problem.tables, meter));
    }
    decisions
}

/// By which event a violation shows, roughly: to begin with the first of several.
fn found_at(part: &Part, decision: &Decision) -> u32 {
    let ret = |op: &usize| part.problem.ops[*op].ret;
    match decision {
        Decision::Stuck { op } => ret(op),
        Decision::Refuted(finding) => finding.ops.iter().map(ret).max().unwrap_or_default(),
        Decision::Holds | Decision::Unknown => u32::MAX,
    }
}

fn undecided(parts: &[Part], decisions: &[Decision], stats: &Stats, meter: &Meter<'_>) -> String {
    let first = decisions.iter().position(|decision| matches!(decision, Decision::Unknown));
    let mut why = meter.why();
    if let Some(part) = first.map(|i| &parts[i]).filter(|_| stats.objects > 1) {
        let object = object(part);
        why += &format!(
            "; {} of {} objects are undecided, {object} the first",
            stats.undecided, stats.objects
        );
    }
    why
}

fn object(part: &Part) -> String {
    match (&part.element, part.key.is_null()) {
        (Some(element), true) => format!("the element {element}"),
        (Some(element), false) => format!("the element {element} of {}", part.key),
        (None, _) => format!("the key {}", part.key),
    }
}

/// The violation as every checker tells it, with the explanation as its evidence.
fn violation(explained: &Explanation, words: &Words<'_>, stats: &Stats) -> Violation {
    let mut sentence = explained.sentence.clone();
    if stats.objects > 1 {
        sentence = format!("{}: {sentence}", object(words.part));
    }
    let omitted = explained.core.len().saturating_sub(MOST_LINES);
    let mut evidence = Vec::new();
    if omitted > 0 {
        evidence.push(format!("{omitted} operations, and then:").into());
    }
    let line = |op: &Named, text| Evidence { text, moments: words.moments(op) };
    evidence.extend(explained.core[omitted..].iter().map(|op| line(op, op.text.clone())));
    let bad = &explained.first_bad;
    let text = format!("first operation that fits nowhere: {}", bad.text);
    evidence.push(line(bad, text));
    let noun = words.part.problem.tables.model.noun();
    if !explained.states.is_empty() {
        let states = explained.states.join(" or ");
        evidence.push(format!("before its completion the {noun} could be: {states}").into());
    }
    for partial in &explained.partial {
        let steps = partial.steps.iter();
        let text = format!(
            "longest partial linearization, {} operations, the last {}:",
            partial.omitted + partial.steps.len(),
            partial.steps.len()
        );
        evidence.push(text.into());
        let told = |step: &Applied| format!("  {} -> {}", step.operation.text, step.state).into();
        evidence.extend(steps.map(told));
    }
    Violation { property: PROPERTY, source: SOURCE, explanation: sentence, at: None, evidence }
}

/// Operations of a core that are listed as evidence; an explanation has them all.
const MOST_LINES: usize = 20;
