//! A node within a node has messages, timers, files and tokens of its own, at any depth.

use super::{Behaviour, Needs, at_level, expect};
use crate::act::{Act, What};
use crate::bench::Bench;
use crate::fault::Fault;

pub(super) const APART: Behaviour = Behaviour {
    name: "layers_have_messages_timers_and_files_of_their_own",
    needs: Needs::Nothing,
    catches: &[Fault::MixesFiles, Fault::MixesTimers, Fault::MixesMessages],
    run: apart,
};

/// The same acts, done so many layers below.
fn below(level: u8, acts: Vec<Act>) -> Vec<Act> {
    (0..level).fold(acts, |acts, _| vec![Act::Below(acts)])
}

/// What each layer does; all use the same names.
fn own(level: u8) -> Vec<Act> {
    let number = u64::from(level) + 1;
    below(
        level,
        vec![
            Act::Send { to: 2, note: 100 + number },
            // The lowest layer's timer is due first.
            Act::Set { timer: 1, millis: 40 - 10 * u64::from(level) },
            Act::Append { file: 0, text: format!("level {level}") },
            Act::Sync { file: 0, label: number },
            Act::Read { file: 0, label: 10 + number },
        ],
    )
}

fn apart(bench: &mut Bench) -> Result<(), String> {
    bench.ask(1, (0..3).flat_map(own).collect());
    for level in 0..3 {
        let number = u64::from(level) + 1;
        let note = What::Note { from: 1, note: 100 + number };
        let own = [
            What::Due { timer: 1 },
            What::Synced { label: number, ok: true },
            What::Read { label: 10 + number, text: Some(format!("level {level}")) },
        ];
        bench.until(2, "a note to each of its layers", |seen| {
            at_level(seen, level).any(|what| *what == note)
        })?;
        bench.until(1, "what each of its layers asked for", |seen| {
            own.iter().all(|wanted| at_level(seen, level).any(|what| what == wanted))
        })?;
        let seen = bench.show(1)?;
        let count = at_level(&seen, level).filter(|what| own.contains(what)).count();
        expect(count == own.len(), || format!("level {level} saw {seen:?}"))?;
    }
    Ok(())
}
