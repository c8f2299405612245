//! A request is answered once, by its own answer, and a client that goes away takes nothing with it.

use super::{Behaviour, Needs, at_level, expect};
use crate::act::{Act, Seen, What};
use crate::bench::{Bench, Ticket};
use crate::fault::Fault;

pub(super) const ONCE: Behaviour = Behaviour {
    name: "a_request_is_answered_once_and_by_its_own_answer",
    needs: Needs::Nothing,
    catches: &[Fault::SwapsAnswers, Fault::AnswersTwice],
    run: once,
};

pub(super) const GONE: Behaviour = Behaviour {
    name: "an_answer_to_a_client_that_has_gone_harms_nobody",
    needs: Needs::Nothing,
    catches: &[Fault::DiesWithClients],
    run: gone,
};

/// Has a node keep requests under these names, and waits until it has.
pub(super) fn keep(
    bench: &mut Bench,
    names: std::ops::Range<u8>,
) -> Result<Vec<(u8, Ticket)>, String> {
    let kept = names.clone().map(|name| (name, bench.ask(1, vec![Act::Keep(name)]))).collect();
    let has = |seen: &[Seen], name| at_level(seen, 0).any(|what| *what == What::Kept(name));
    bench.until(1, "all requests", |seen| names.clone().all(|name| has(seen, name)))?;
    Ok(kept)
}

fn once(bench: &mut Bench) -> Result<(), String> {
    let kept = keep(bench, 0..10)?;
    let answer = |name: u8| Act::Tell(name, format!("answer {name}"));
    // In another order than they came in, and each again: the second answer is ignored.
    let backwards = (0..10).rev().map(answer);
    let again = (0..10).map(|name| Act::Tell(name, "a second answer".to_owned()));
    let told = bench.ask(1, backwards.chain(again).collect());
    for (_, ticket) in &kept {
        bench.answer(*ticket)?;
    }
    for _ in 0..3 {
        bench.show(1)?;
        bench.pass()?;
    }
    for (name, ticket) in kept {
        let answers = bench.answers_to(ticket);
        expect(answers == [format!("answer {name}")], || {
            format!("request {name} was answered with {answers:?}")
        })?;
    }
    let none = bench.answers_to(told);
    expect(none.is_empty(), || format!("a request that nobody answered was answered: {none:?}"))
}

fn gone(bench: &mut Bench) -> Result<(), String> {
    keep(bench, 1..2)?;
    bench.hang_up(1);
    bench.ask(1, vec![Act::Tell(1, "nobody listens".to_owned())]);
    bench.show(1)?;
    let seen = bench.show(1)?;
    let is_kept = at_level(&seen, 0).any(|what| *what == What::Kept(1));
    expect(is_kept, || "the node has begun another life".to_owned())
}
