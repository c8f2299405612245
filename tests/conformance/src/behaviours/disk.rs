//! A disk gives what was written to it, and keeps what it has said that it keeps.

use super::{Behaviour, Needs, at_level, expect};
use crate::act::{Act, What};
use crate::bench::Bench;
use crate::fault::Fault;

pub(super) const READS: Behaviour = Behaviour {
    name: "a_read_gives_what_was_written_before_it_and_nothing_else",
    needs: Needs::Nothing,
    catches: &[Fault::ReordersWrites, Fault::ReadsBeforeWriting, Fault::GarblesReads],
    run: reads,
};

pub(super) const SYNCS: Behaviour = Behaviour {
    name: "syncs_are_told_once_and_in_the_order_in_which_they_were_asked_for",
    needs: Needs::Nothing,
    catches: &[Fault::LosesSyncs, Fault::SyncsTwice, Fault::SyncsOutOfOrder],
    run: syncs,
};

pub(super) const LASTS: Behaviour = Behaviour {
    name: "what_a_sync_covered_is_found_by_the_next_life",
    needs: Needs::Lives,
    catches: &[Fault::SyncsEarly, Fault::OpensShort],
    run: lasts,
};

fn append(file: usize, text: &str) -> Act {
    Act::Append { file, text: text.to_owned() }
}

fn reads(bench: &mut Bench) -> Result<(), String> {
    bench.ask(
        1,
        vec![
            append(0, "ahoy"),
            append(0, ", sailor"),
            Act::Put { file: 0, offset: 0, text: "A".to_owned() },
            Act::Read { file: 0, label: 1 },
            Act::Cut { file: 0, len: 6 },
            append(0, "!"),
            Act::Read { file: 0, label: 2 },
            Act::Rename { from: 0, to: 1 },
            append(1, "!"),
            Act::Read { file: 1, label: 3 },
            append(0, "new"),
            Act::Read { file: 0, label: 4 },
        ],
    );
    let read = |what: &What| match what {
        What::Read { label, text } => Some((*label, text.clone())),
        _ => None,
    };
    let seen =
        bench.until(1, "its reads", |seen| at_level(seen, 0).filter_map(read).count() == 4)?;
    let mut came: Vec<_> = at_level(&seen, 0).filter_map(read).collect();
    came.sort();
    let texts = ["Ahoy, sailor", "Ahoy, !", "Ahoy, !!", "new"];
    let expected: Vec<_> = (1..).zip(texts.map(|text| Some(text.to_owned()))).collect();
    expect(came == expected, || format!("read {came:?}"))
}

fn syncs(bench: &mut Bench) -> Result<(), String> {
    for first in [1, 4, 7] {
        let acts = (first..first + 3).flat_map(|label| {
            let file = (label % 2) as usize;
            [append(file, "more"), Act::Sync { file, label }]
        });
        // One after the other, as requests may overtake each other; the disk may still be busy with what was asked before.
        bench.call(1, acts.chain([Act::Show]).collect())?;
    }
    let told = |what: &What| match what {
        What::Synced { label, ok } => Some((*label, *ok)),
        _ => None,
    };
    let seen = bench.until(1, "its last sync", |seen| {
        at_level(seen, 0).filter_map(told).any(|(label, _)| label >= 8)
    });
    seen?;
    for _ in 0..3 {
        bench.pass()?;
    }
    let came: Vec<_> = at_level(&bench.show(1)?, 0).filter_map(told).collect();
    let expected: Vec<_> = (1..10).map(|label| (label, true)).collect();
    expect(came == expected, || format!("syncs were told as {came:?}"))
}

fn lasts(bench: &mut Bench) -> Result<(), String> {
    let mut whole = String::new();
    for round in 1..4_u64 {
        let text = format!("round {round}\n");
        // What no sync covers comes after it, to the other file: it may be there or not.
        let unsynced = append(1, "never synced");
        let acts = vec![append(0, &text), Act::Sync { file: 0, label: round }, unsynced];
        bench.ask(1, acts);
        bench.until_synced(1, round)?;
        whole += &text;
        bench.restart(1);
        let seen = bench.show(1)?;
        let found = at_level(&seen, 0).find_map(|what| match what {
            What::Found { file: 0, text } => Some(text.clone()),
            _ => None,
        });
        let here = found.unwrap_or_default();
        expect(here == whole, || format!("{whole:?} was synced and {here:?} was there"))?;
    }
    // A name lasts with what it names.
    let acts = vec![
        append(2, "not a token"),
        Act::Sync { file: 2, label: 9 },
        Act::Rename { from: 2, to: 0 },
        Act::Sync { file: 0, label: 10 },
    ];
    bench.ask(1, acts);
    bench.until_synced(1, 10)?;
    bench.restart(1);
    let renamed = |what: &What| *what == What::Found { file: 0, text: "not a token".to_owned() };
    let seen = bench.show(1)?;
    expect(at_level(&seen, 0).any(renamed), || format!("a synced name was lost: {seen:?}"))
}
