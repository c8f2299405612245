//! A life begins with `Start`, and nothing of a former one comes but the disk; what a node announces is told.

use super::requests::keep;
use super::{Behaviour, Needs, at_level, due, expect};
use crate::act::{Act, What};
use crate::bench::Bench;
use crate::fault::Fault;

pub(super) const START: Behaviour = Behaviour {
    name: "start_is_the_first_input_of_a_life_and_comes_once",
    needs: Needs::Nothing,
    catches: &[Fault::StartsLate, Fault::StartsTwice],
    run: start,
};

pub(super) const TIMERS: Behaviour = Behaviour {
    name: "no_timer_of_a_former_life_comes",
    needs: Needs::Lives,
    catches: &[Fault::KeepsTimersOverLives],
    run: timers,
};

pub(super) const TOKENS: Behaviour = Behaviour {
    name: "a_token_of_a_former_life_answers_nobody",
    needs: Needs::Lives,
    catches: &[Fault::ReusesTokens],
    run: tokens,
};

pub(super) const TOLD: Behaviour = Behaviour {
    name: "what_a_node_announces_is_told_in_order",
    needs: Needs::Nothing,
    catches: &[Fault::ReordersAnnouncements, Fault::LosesAnnouncements],
    run: told,
};

fn start(bench: &mut Bench) -> Result<(), String> {
    begins_with_start(bench)?;
    if bench.promises().lives {
        bench.restart(1);
        begins_with_start(bench)?;
    }
    Ok(())
}

fn begins_with_start(bench: &mut Bench) -> Result<(), String> {
    let seen = bench.show(1)?;
    for level in 0..3 {
        let inputs: Vec<&What> =
            at_level(&seen, level).filter(|what| !matches!(what, What::Found { .. })).collect();
        let first = inputs.first() == Some(&&What::Start);
        let count = inputs.iter().filter(|what| ***what == What::Start).count();
        expect(first && count == 1, || {
            format!("at level {level} a life began with {:?}, with {count} starts", inputs.first())
        })?;
    }
    Ok(())
}

fn timers(bench: &mut Bench) -> Result<(), String> {
    let acts = vec![
        Act::Set { timer: 1, millis: 150 },
        Act::Append { file: 0, text: "was here".to_owned() },
        Act::Sync { file: 0, label: 1 },
    ];
    bench.ask(1, acts);
    bench.until_synced(1, 1)?;
    bench.restart(1);
    bench.ask(1, vec![Act::Set { timer: 2, millis: 200 }]);
    let seen = bench.until(1, "its timer", |seen| due(seen).contains(&2))?;
    let came = due(&seen);
    expect(came == [2], || format!("timers came as {came:?}, and 1 is of a former life"))
}

fn tokens(bench: &mut Bench) -> Result<(), String> {
    keep(bench, 0..1)?;
    let save = vec![Act::Save(0), Act::Append { file: 0, text: "x".to_owned() }];
    bench.ask(1, [save, vec![Act::Sync { file: 0, label: 1 }]].concat());
    bench.until_synced(1, 1)?;
    bench.restart(1);
    let kept = keep(bench, 1..20)?;
    let found = |what: &What| matches!(what, What::Found { file: 2, .. });
    expect(at_level(&bench.show(1)?, 0).any(found), || "the token was lost".to_owned())?;
    // Requests may overtake one another, so the ghost speaks again and again.
    for _ in 0..5 {
        bench.ask(1, vec![Act::Tell(0, "a ghost".to_owned())]);
        bench.show(1)?;
        bench.pass()?;
    }
    for (name, ticket) in &kept {
        bench.call(1, vec![Act::Tell(*name, "alive".to_owned()), Act::Show])?;
        bench.answer(*ticket)?;
        let answers = bench.answers_to(*ticket);
        expect(answers == ["alive"], || format!("request {name} was answered with {answers:?}"))?;
    }
    Ok(())
}

fn told(bench: &mut Bench) -> Result<(), String> {
    for first in [1, 4] {
        let acts = (first..first + 3).map(Act::Announce).collect::<Vec<_>>();
        bench.call(1, [acts, vec![Act::Show]].concat())?;
    }
    bench.pass()?;
    let told = bench.told(1);
    expect(told == [1, 2, 3, 4, 5, 6], || format!("told as {told:?}"))
}
