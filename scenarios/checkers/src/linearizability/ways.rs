//! Ways through a history: orders of operations, found by guessing, and walked again to see what happens on them.

use super::cursor::{Config, Cursor};
use super::depth::{Depth, Way};
use super::machine::Machine;
use super::mask::Mask;
use super::meter::Meter;
use super::space::{Event, Space};

/// Steps between two looks at the limits.
pub(crate) const TURN: u64 = 4096;

/// Up to so many ways to the end, in different states, as far as the budget goes.
pub(crate) fn some_ways<const W: usize>(
    space: &Space,
    machine: &mut Machine,
    most: usize,
    meter: &mut Meter<'_>,
) -> Vec<Way> {
    let mut search = Depth::<W>::new(space);
    let mut ways = Vec::new();
    while search.bytes() + machine.bytes() < meter.bytes_each() {
        let turn = meter.left().min(TURN);
        if turn == 0 || search.ways(machine, most, &mut ways, turn, &mut meter.spent) {
            break;
        }
    }
    ways
}

/// Walks a way again and notes every task that takes effect on it, and the state after it.
pub(crate) fn replay<const W: usize>(
    space: &Space,
    machine: &mut Machine,
    chosen: &[u32],
) -> Vec<(u32, u64)> {
    let mut log = Vec::new();
    let mut cursor = Cursor::<W>::new(space);
    let mut config = Config { state: space.first, used: Mask::EMPTY };
    let mut chosen = chosen.iter();
    while let Some(event) = cursor.event() {
        let before = config;
        let mut by = None;
        match event {
            Event::Call(_) => {
                cursor.forward();
                cursor.settle(machine, &mut config);
            }
            Event::Return(task) => {
                let slot = space.tasks[task as usize].slot as usize;
                if config.used.has(slot) {
                    config.used.clear(slot);
                    cursor.forward();
                    continue;
                }
                let Some(next) = chosen.next() else { break };
                by = Some(*next);
                let slot = space.tasks[*next as usize].slot as usize;
                let Some(after) = cursor.apply(machine, &config, slot) else { break };
                config = after;
            }
        }
        let new = config.used.without(before.used).iter().map(|slot| cursor.task_in(slot));
        let (pure, changing): (Vec<u32>, Vec<u32>) =
            new.partition(|task| space.tasks[*task as usize].step.is_pure());
        // Writes that are hidden at once come first, then the chosen one that hides them, then those that see its value.
        for task in changing.iter().filter(|task| Some(**task) != by) {
            let state = machine.step(before.state, space.tasks[*task as usize].step);
            log.push((*task, state.unwrap_or(before.state)));
        }
        log.extend(by.into_iter().chain(pure).map(|task| (task, config.state)));
    }
    log
}
