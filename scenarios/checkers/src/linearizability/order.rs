//! The order that explains a history, object by object: where it is linearizable, a person wants to see how.

use seatrial_history::{Applied, History, Linearization};

use super::compile::{Part, compile};
use super::explain::named;
use super::machine::Machine;
use super::meter::Meter;
use super::model::Model;
use super::options::{CheckError, Options};
use super::race::MOST_SLOTS;
use super::space::Space;
use super::ways::{replay, some_ways};
use super::words::Words;

/// For each object an order of its operations in which each takes effect at one instant between its beginning and its end. An object
/// that has none, or for which the budget does not suffice, is left out.
///
/// # Errors
/// Where the history is malformed, or has operations that the model does not know.
///
/// ```
/// use seatrial_checkers::linearizability::{Model, Options, linearizations};
/// use seatrial_history::History;
///
/// let text = r#"
/// {"process":0,"type":"invoke","f":"write","value":1}
/// {"process":1,"type":"invoke","f":"read","value":null}
/// {"process":1,"type":"ok","f":"read","value":1}
/// {"process":0,"type":"ok","f":"write","value":1}"#;
/// let history = History::read_jsonl(text.as_bytes())?.history;
/// let orders = linearizations(&history, Model::Register, &Options::default())?;
/// let steps = orders[0].steps.iter().map(|step| (step.operation.invoked_at, step.state.as_str()));
/// assert_eq!(steps.collect::<Vec<_>>(), [(0, "1"), (1, "1")]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn linearizations(
    history: &History,
    model: Model,
    options: &Options<'_>,
) -> Result<Vec<Linearization>, CheckError> {
    let spans = history.spans().map_err(CheckError::Malformed)?;
    let mut parts = compile(history, &spans, model, options)?;
    // Small ones first, so that a large one that takes all that is left takes it from nobody.
    parts.sort_by_key(|part| part.problem.ops.len());
    let mut meter = Meter::new(options);
    let (lines, steps) = (options.lines, options.steps);
    let words = parts.iter().map(|part| Words { history, spans: &spans, lines, steps, part });
    Ok(words.filter_map(|words| linearization(&words, &mut meter)).collect())
}

fn linearization(words: &Words<'_>, meter: &mut Meter<'_>) -> Option<Linearization> {
    let Part { key, element, problem } = words.part;
    let mut space = Space::with_everything(&problem.ops, &problem.tables);
    let steps = match space.slots {
        0..=64 => order::<1>(words, &mut space, meter),
        65..=128 => order::<2>(words, &mut space, meter),
        129..=256 => order::<4>(words, &mut space, meter),
        257..=MOST_SLOTS => order::<16>(words, &mut space, meter),
        _ => None,
    }?;
    Some(Linearization { key: key.clone(), element: element.clone(), steps })
}

fn order<const W: usize>(
    words: &Words<'_>,
    space: &mut Space,
    meter: &mut Meter<'_>,
) -> Option<Vec<Applied>> {
    let mut machine = std::mem::replace(&mut space.machine, Machine::Register);
    let ways = some_ways::<W>(space, &mut machine, 1, meter);
    let log = replay::<W>(space, &mut machine, &ways.first()?.chosen);
    let applied = |(task, state): (u32, u64)| Applied {
        operation: named(words, &words.part.problem.ops[space.tasks[task as usize].op as usize]),
        state: words.state(&machine, state),
    };
    Some(log.into_iter().map(applied).collect())
}
