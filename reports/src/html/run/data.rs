//! What the page's script needs of a run, as compact JSON: columns in place of rows, each text once, numbers apart from the words around
//! them. A hundred thousand events must load as fast as a picture.

mod operations;
mod texts;
mod writer;

use serde::Serialize;

use self::texts::Texts;
use self::writer::Writer;
use super::Film;
use crate::acts::Acts;

/// Everything about one run that the script shows. Numbers of acts, messages, texts and lanes are places in the lists here; what is not
/// there is -1.
#[derive(Debug, Default, Serialize)]
pub(super) struct Data {
    title: String,
    lanes: Vec<String>,
    nodes: usize,
    texts: Texts,
    fields: Vec<&'static str>,
    acts: ActColumns,
    lines: LineColumns,
    statuses: StatusColumns,
    messages: MessageColumns,
    /// Nodes that are not there: lane, first act, act of the end, 1 for down and 2 for paused.
    absences: Vec<[i64; 4]>,
    /// Faults that last: text, lane or -1, first act, act of the end.
    bands: Vec<[i64; 4]>,
    operations: Vec<Operation>,
    matter: Vec<usize>,
    failure: i64,
    why: Option<Why>,
    orders: Vec<Order>,
}

#[derive(Debug, Default, Serialize)]
struct ActColumns {
    /// Each less the one before.
    step: Vec<u64>,
    /// In nanoseconds, each less the one before.
    time: Vec<u64>,
    lane: Vec<i64>,
    kind: Vec<u8>,
    lines: Vec<usize>,
    /// Acts of a disk that are done, each with the act that asked for it.
    asked: Vec<[usize; 2]>,
}

#[derive(Debug, Default, Serialize)]
struct LineColumns {
    kind: Vec<u8>,
    /// A message, or a text.
    of: Vec<usize>,
}

/// What a node shows after an act, as far as it differs from what it showed before.
#[derive(Debug, Default, Serialize)]
struct StatusColumns {
    act: Vec<usize>,
    changes: Vec<usize>,
    field: Vec<usize>,
    value: Vec<usize>,
}

#[derive(Debug, Default, Serialize)]
struct MessageColumns {
    id: Vec<u64>,
    from: Vec<i64>,
    to: Vec<i64>,
    text: Vec<usize>,
    name: Vec<usize>,
    sent: Vec<i64>,
    ended: Vec<i64>,
    /// 0 arrived, 1 under way at the end, from 2 on lost: a text less 2.
    fate: Vec<usize>,
    copy: Vec<u8>,
}

/// A client's operation.
#[derive(Debug, Serialize)]
struct Operation {
    lane: i64,
    process: u64,
    key: usize,
    says: usize,
    began: i64,
    ended: i64,
    from: u64,
    to: Option<u64>,
    kind: u8,
    /// The event that invoked it, as an explanation names it.
    event: usize,
}

/// Why the history fits no order.
#[derive(Debug, Serialize)]
struct Why {
    key: usize,
    sentence: String,
    bad: usize,
    core: Vec<usize>,
    states: Vec<String>,
}

/// An order of an object's operations.
#[derive(Debug, Serialize)]
struct Order {
    key: usize,
    /// How many operations come before those that are here.
    omitted: usize,
    /// Operations, by the events that invoked them, and the state after each.
    steps: Vec<(usize, usize)>,
}

impl Data {
    /// What there is to know of a film.
    pub(super) fn of(film: &Film<'_>, acts: &Acts, matter: Vec<usize>) -> Self {
        let mut writer = Writer::new(film.trace);
        writer.messages(film.trace);
        for (index, act) in acts.all.iter().enumerate() {
            writer.act(index, act, film.trace);
        }
        writer.end(acts.all.len());
        let failure = film.broken_at().and_then(|at| acts.at_step(at.step).last());
        let operations = writer.operations(film, acts);
        let why = film.explanation.map(|why| Why {
            key: writer.texts.of(&why.key.to_string()),
            sentence: why.sentence.clone(),
            bad: why.first_bad.invoked_at,
            core: why.core.iter().map(|op| op.invoked_at).collect(),
            states: why.states.clone(),
        });
        let orders = writer.orders(film);
        let Writer { texts, mut data, .. } = writer;
        data.title = film.title.to_owned();
        (data.texts, data.operations, data.why, data.matter) = (texts, operations, why, matter);
        data.orders = orders;
        data.failure = failure.map_or(-1, |act| act as i64);
        data
    }

    /// As JSON that may stand in a page: nothing in it ends the element that it stands in.
    pub(super) fn to_json(&self) -> String {
        let json = serde_json::to_string(self).expect("lists of numbers and texts are JSON");
        json.replace('<', "\\u003c")
    }
}
