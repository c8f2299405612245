//! What happens for a while: to one node, or what one client does, or to everybody. An operation, say, or a term, of which no step can go
//! alone.

use seatrial_history::Endpoint;
use seatrial_node::NodeId;
use seatrial_sim::{Override, Step};

use super::subject::Subject;

/// Of somebody with more steps than these, not every while is looked at.
const LONGEST: usize = 64;

/// How many whiles there are, of everybody.
pub(super) fn threads(subject: &Subject) -> usize {
    whose(subject).map(|end| whiles(of(subject, end).len())).sum()
}

/// So many stretches of three steps or more has a thread of so many.
fn whiles(steps: usize) -> usize {
    if steps > LONGEST { 0 } else { steps.saturating_sub(1) * steps.saturating_sub(2) / 2 }
}

/// Without what happens to somebody, or to everybody, for a while. A client does one operation less, too, then: on a higher rung, the
/// choices of its first one, or its second, go with it.
pub(super) fn without_while(subject: &Subject, item: usize, rung: usize) -> Option<Subject> {
    let mut left = item;
    let (end, places) = whose(subject).find_map(|end| {
        let places = of(subject, end);
        let here = whiles(places.len());
        let found = left < here;
        left -= if found { 0 } else { here };
        found.then_some((end, places))
    })?;
    let choices = match (end, rung.checked_sub(1)) {
        (_, None) => None,
        (Some(Endpoint::Client(client)), Some(operation)) => {
            Some(forgetting(subject, subject.nodes + client, operation as u64)?)
        }
        _ => return None,
    };
    // Stretches by where they begin, the longest first.
    let mut begin = 0;
    let mut here = places.len() - 2;
    while left >= here {
        left -= here;
        here -= 1;
        begin += 1;
    }
    let gone = &places[begin..places.len() - left];
    let mut less = subject.clone();
    let mut place = 0..;
    less.schedule
        .as_mut()?
        .retain(|_| place.next().is_none_or(|place| gone.binary_search(&place).is_err()));
    less.choices = choices.unwrap_or(less.choices);
    Some(less)
}

/// The choices without those of one operation; those after it move up. Nothing, where there are none.
fn forgetting(subject: &Subject, source: u32, operation: u64) -> Option<Vec<Override>> {
    let is_meant = |choice: &Override| choice.source == source && choice.occurrence >= operation;
    subject.choices.iter().any(is_meant).then(|| {
        let stays = |choice: &&Override| choice.source != source || choice.occurrence != operation;
        let up = |choice: &Override| Override {
            occurrence: choice.occurrence - u64::from(is_meant(choice)),
            ..choice.clone()
        };
        subject.choices.iter().filter(stays).map(up).collect()
    })
}

/// Everybody by themselves, and all together.
fn whose(subject: &Subject) -> impl Iterator<Item = Option<Endpoint>> + use<> {
    let nodes = (0..subject.nodes).map(|node| Endpoint::Node(NodeId(node)));
    let clients = (0..subject.clients).map(Endpoint::Client);
    nodes.chain(clients).map(Some).chain([None])
}

/// The places of the steps that happen to somebody; of a client also those by which its requests arrive. All, where nobody is named.
fn of(subject: &Subject, end: Option<Endpoint>) -> Vec<usize> {
    let Some(end) = end else {
        return subject.steps();
    };
    let Some(schedule) = &subject.schedule else {
        return Vec::new();
    };
    let is_its = |place: &usize| match &schedule[*place].step {
        Step::Deliver { from, to, .. } => {
            *to == end || *from == end && matches!(end, Endpoint::Client(_))
        }
        Step::Timer { node, .. }
        | Step::Disk { node }
        | Step::Crash { node, .. }
        | Step::Restart { node } => Endpoint::Node(*node) == end,
        Step::Wake { client } => Endpoint::Client(*client) == end,
        _ => false,
    };
    subject.steps().into_iter().filter(is_its).collect()
}
