//! What is sent arrives, as often as it was sent, and in order where the host promises that.

use super::{Behaviour, Needs, at_level, expect, notes};
use crate::act::{Act, What};
use crate::bench::Bench;
use crate::fault::Fault;

pub(super) const ORDER: Behaviour = Behaviour {
    name: "what_is_sent_to_a_member_arrives_in_the_order_in_which_it_was_sent",
    needs: Needs::Order,
    catches: &[Fault::ReordersSends],
    run: in_order,
};

pub(super) const ONCE: Behaviour = Behaviour {
    name: "what_is_sent_over_a_link_that_is_whole_arrives_once",
    needs: Needs::Nothing,
    catches: &[Fault::LosesMessages, Fault::CopiesMessages],
    run: once,
};

pub(super) const OWN: Behaviour = Behaviour {
    name: "what_a_node_sends_itself_arrives_once_and_after_the_input_that_sent_it",
    needs: Needs::Nothing,
    catches: &[Fault::LosesOwnMessages],
    run: own,
};

/// How many notes are sent.
const NOTES: u64 = 40;

/// Has `n1` send notes to both others, within two inputs, and shows which have come to `n2`.
fn send(bench: &mut Bench) -> Result<Vec<u64>, String> {
    let acts = |notes: std::ops::RangeInclusive<u64>| {
        notes.flat_map(|note| [3, 2].map(|to| Act::Send { to, note })).collect()
    };
    bench.ask(1, acts(1..=NOTES / 2));
    bench.ask(1, acts(NOTES / 2 + 1..=NOTES));
    let all = |notes: &[u64]| notes.len() as u64 >= NOTES;
    // Where some are lost, what has come says more than that not all did.
    let _ = bench.until(2, "all notes", |seen| all(&notes(seen, 1)));
    bench.pass()?;
    Ok(notes(&bench.show(2)?, 1))
}

fn in_order(bench: &mut Bench) -> Result<(), String> {
    let came = send(bench)?;
    expect(came == (1..=NOTES).collect::<Vec<_>>(), || format!("notes came as {came:?}"))
}

fn once(bench: &mut Bench) -> Result<(), String> {
    let mut came = send(bench)?;
    came.sort_unstable();
    expect(came == (1..=NOTES).collect::<Vec<_>>(), || format!("these notes came: {came:?}"))
}

fn own(bench: &mut Bench) -> Result<(), String> {
    let acts = vec![
        Act::Send { to: 1, note: 1 },
        Act::Send { to: 1, note: 2 },
        Act::Set { timer: 1, millis: 50 },
        Act::Show,
    ];
    let answer = bench.call(1, acts)?;
    let within = notes(&answer.seen, 1);
    expect(within.is_empty(), || format!("{within:?} came within the input that sent them"))?;
    let is_due = |what: &What| matches!(what, What::Due { .. });
    let seen = bench.until(1, "its timer", |seen| at_level(seen, 0).any(is_due))?;
    let mut came = notes(&seen, 1);
    came.sort_unstable();
    expect(came == [1, 2], || format!("of its own notes these came: {came:?}"))
}
