//! Random histories, and the laws that clocks must keep on them.

mod clocks;
mod stamper;
mod versions;

use proptest::prelude::*;

/// An event: where it is, and which earlier event's message it receives, if any.
#[derive(Clone, Copy, Debug)]
struct Step {
    node: usize,
    receives: Option<usize>,
    /// How far time goes on before it.
    pause: u64,
}

const NODES: usize = 4;

/// Up to 60 events at four nodes. Every event may be the sending of a message, which may come at once, late, twice or never.
fn history() -> impl Strategy<Value = Vec<Step>> {
    let step = (0..NODES, proptest::option::of(any::<usize>()), 0_u64..20);
    proptest::collection::vec(step, 1..60).prop_map(|steps| {
        let number = |(index, (node, receives, pause)): (usize, (usize, Option<usize>, u64))| {
            let receives = receives.filter(|_| index > 0).map(|any| any % index);
            Step { node, receives, pause }
        };
        steps.into_iter().enumerate().map(number).collect()
    })
}

/// For every event, the set of events that happened before it: by Lamport's definition, and no clock.
fn happened_before(steps: &[Step]) -> Vec<u64> {
    let mut latest = [None; NODES];
    let mut pasts: Vec<u64> = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let before = [latest[step.node], step.receives].into_iter().flatten();
        pasts.push(before.fold(0, |past, event: usize| past | pasts[event] | 1 << event));
        latest[step.node] = Some(index);
    }
    pasts
}

/// Calls `judge` with every two different events, and whether the first happened before the second.
fn for_all_pairs(
    steps: &[Step],
    mut judge: impl FnMut(usize, usize, bool) -> Result<(), TestCaseError>,
) -> Result<(), TestCaseError> {
    let pasts = happened_before(steps);
    for a in 0..steps.len() {
        for b in (0..steps.len()).filter(|b| *b != a) {
            judge(a, b, pasts[b] >> a & 1 == 1)?;
        }
    }
    Ok(())
}
