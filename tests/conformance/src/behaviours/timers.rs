//! Timers come when they are due, and not before, in order, and once; the clock goes on.

use super::{Behaviour, Needs, due, expect};
use crate::act::{Act, Seen, What};
use crate::bench::Bench;
use crate::fault::Fault;

pub(super) const DUE: Behaviour = Behaviour {
    name: "timers_come_in_order_once_and_not_before_they_are_due",
    needs: Needs::Nothing,
    catches: &[Fault::LosesTimers, Fault::FiresEarly, Fault::FiresTwice, Fault::FiresOutOfOrder],
    run: come,
};

pub(super) const SET_AGAIN: Behaviour = Behaviour {
    name: "a_timer_that_is_set_again_comes_at_its_last_time_and_a_cancelled_one_never",
    needs: Needs::Nothing,
    catches: &[Fault::ForgetsCancelling, Fault::ForgetsSettingAgain],
    run: set_again,
};

pub(super) const CLOCK: Behaviour = Behaviour {
    name: "the_clock_never_goes_back_and_choices_lie_below_their_bound",
    needs: Needs::Nothing,
    catches: &[Fault::TurnsClockBack, Fault::ChoosesTheBound, Fault::ChoosesZero],
    run: clock,
};

/// The timer that is due after all others. What has not come when it comes never will.
const LAST: u8 = 9;

const fn set(timer: u8, millis: u64) -> Act {
    Act::Set { timer, millis }
}

/// Waits for the last timer, and shows what was seen before it and a little after.
fn until_last(bench: &mut Bench) -> Result<Vec<Seen>, String> {
    bench.until(1, "its last timer", |seen| due(seen).contains(&LAST))?;
    bench.pass()?;
    let seen = bench.show(1)?;
    early(&seen).map_or(Ok(seen), Err)
}

/// A timer that came before it was due, by the last time for which it was set.
fn early(seen: &[Seen]) -> Option<String> {
    let mut dues = [0; 256];
    for Seen { at, what, .. } in seen {
        match what {
            What::Set { timer, due } => dues[usize::from(*timer)] = *due,
            What::Due { timer } if *at < dues[usize::from(*timer)] => {
                let due = dues[usize::from(*timer)];
                return Some(format!("timer {timer} was due at {due} ns and came at {at} ns"));
            }
            _ => {}
        }
    }
    None
}

fn come(bench: &mut Bench) -> Result<(), String> {
    let shuffled = vec![set(3, 30), set(1, 10), set(5, 50), set(2, 20), set(4, 40), set(LAST, 80)];
    bench.ask(1, shuffled);
    let came = due(&until_last(bench)?);
    expect(came == [1, 2, 3, 4, 5, LAST], || format!("timers came as {came:?}"))
}

fn set_again(bench: &mut Bench) -> Result<(), String> {
    // 1 is put off, 2 is brought forward, 3 is taken back, 4 is taken back and set again.
    let once = [set(1, 10), set(2, 3_600_000), set(3, 10), set(4, 10), set(LAST, 90)];
    let again = [
        set(1, 60),
        set(2, 30),
        Act::Cancel { timer: 3 },
        Act::Cancel { timer: 4 },
        set(4, 45),
        Act::Cancel { timer: 7 },
    ];
    bench.ask(1, [&once[..], &again].concat());
    let came = due(&until_last(bench)?);
    expect(came == [2, 4, 1, LAST], || format!("timers came as {came:?}"))
}

fn clock(bench: &mut Bench) -> Result<(), String> {
    for millis in [1, 2, 4] {
        let before = due(&bench.show(1)?).len();
        bench.ask(1, vec![set(LAST, millis)]);
        bench.until(1, "its timer", |seen| due(seen).len() > before)?;
    }
    bench.call(1, [vec![Act::Choose(3); 60], vec![Act::Show]].concat())?;
    let seen = bench.show(1)?;
    let times: Vec<u64> = seen.iter().filter(|seen| seen.level == 0).map(|seen| seen.at).collect();
    let back = times.windows(2).find(|pair| pair[1] < pair[0]);
    expect(back.is_none(), || format!("the clock went back: {back:?}"))?;
    let chosen = seen.iter().filter_map(|seen| match seen.what {
        What::Chosen(number) => Some(number),
        _ => None,
    });
    let chosen: Vec<u64> = chosen.collect();
    expect(chosen.len() == 60, || format!("{} choices of 60", chosen.len()))?;
    expect(chosen.iter().all(|number| *number < 3), || format!("a choice below 3: {chosen:?}"))?;
    // All alike by chance: one case in 3 to the 59th.
    let differ = chosen.iter().any(|number| *number != chosen[0]);
    expect(differ, || format!("no chance at all: {chosen:?}"))
}
