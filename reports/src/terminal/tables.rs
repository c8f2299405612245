//! The tables of a run: what was drawn, planned, done and judged.

use std::collections::BTreeMap;

use seatrial_history::{
    Account, FaultCount, FaultSeeds, Figure, Judgement, Measured, OpCount, StateCurve,
    StrategyInfo, Theory, Traffic, Verdict,
};
use seatrial_node::NodeId;

use crate::numbers::{amount, count, span};
use crate::page::{Page, Role};
use crate::table::{Align, Cell, Table};
use crate::trace::State;

/// All tables of a run.
pub(super) fn account(account: &Account, page: &Page) -> String {
    [
        run(account).draw(page),
        pairs("knobs", &account.knobs).draw(page),
        plan(account, page),
        faults(&account.faults).draw(page),
        operations(&account.operations).draw(page),
        counted_traffic(account).map(|table| table.draw(page)).unwrap_or_default(),
        reached("times", &account.reached).draw(page),
        figures(&account.figures).draw(page),
        verdicts(&account.judgements).draw(page),
    ]
    .concat()
}

const NAMED: &[Align] = &[Align::Left, Align::Left];

/// Real processes, whose run has no hash, have sent what nobody has counted.
fn counted_traffic(account: &Account) -> Option<Table> {
    (!account.hash.is_empty()).then(|| traffic(account.traffic))
}

fn run(account: &Account) -> Table {
    let mut table = Table::new(NAMED).head(&["run"]);
    let mut row = |name: &str, value: String| table.row([name.into(), value.into()]);
    row("scenario", account.scenario.clone());
    row("protocol", account.protocol.clone());
    if let Some(mutant) = &account.mutant {
        row("mutant", mutant.clone());
    }
    row("seed", account.seed.to_string());
    if let Some(healed) = account.healed {
        row("healed", healed.to_string());
    }
    row("end", account.end.to_string());
    if !account.hash.is_empty() {
        row("hash", account.hash.clone());
    }
    table
}

/// Names and values under a title.
fn pairs(title: &str, pairs: &[(String, String)]) -> Table {
    let mut table = Table::new(NAMED).head(&[title]);
    for (name, value) in pairs {
        table.row([name.as_str().into(), value.as_str().into()]);
    }
    table
}

fn plan(account: &Account, page: &Page) -> String {
    let mut out = page.title("plan");
    if account.plan.is_empty() {
        out.push_str("  no trouble is planned\n");
    }
    for line in &account.plan {
        out.push_str(&page.wrap(line, "  ", "      "));
    }
    out
}

/// Faults asked for, those that bit, and those that were felt; for a hunt, also in how many seeds. One that proved nothing says so.
pub(super) fn faults(faults: &[FaultCount]) -> Table {
    const COLUMNS: [Align; 8] = {
        let mut columns = [Align::Right; 8];
        (columns[0], columns[7]) = (Align::Left, Align::Left);
        columns
    };
    const HEAD: [&str; 7] = ["faults", "asked", "bit", "effect", "on in", "bit in", "effect in"];
    let in_seeds = faults.iter().any(|fault| fault.seeds.is_some());
    let (columns, head) = if in_seeds { (&COLUMNS[..], &HEAD[..]) } else { (ONE_RUN, &HEAD[..4]) };
    let mut table = Table::new(columns).head(head);
    for fault in faults {
        let remark = || match fault.idle() {
            Some(word) if fault.asked == 0 => Cell::role(word, Role::Faint),
            Some(word) => Cell::role(word, Role::Unsure),
            None => "".into(),
        };
        let FaultCount { kind, asked, bit, effect, seeds } = fault;
        let [asked, bit, effect] = [asked, bit, effect].map(|n| Cell::from(count(*n)));
        match seeds {
            Some(FaultSeeds { on, bit: bit_in, effect: effect_in }) => {
                let [on, bit_in, effect_in] = [on, bit_in, effect_in].map(|n| count(*n).into());
                table.row([
                    kind.as_str().into(),
                    asked,
                    bit,
                    effect,
                    on,
                    bit_in,
                    effect_in,
                    remark(),
                ]);
            }
            None => table.row([kind.as_str().into(), asked, bit, effect, remark()]),
        }
    }
    table
}

const ONE_RUN: &[Align] = &[Align::Left, Align::Right, Align::Right, Align::Right, Align::Left];

fn operations(operations: &[OpCount]) -> Table {
    const COLUMNS: &[Align] = &[
        Align::Left,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Right,
    ];
    let head = ["operations", "invoked", "ok", "fail", "info", "median", "p99", "max"];
    let mut table = Table::new(COLUMNS).head(&head);
    for op in operations {
        let time = |time| if op.ok == 0 { "-".into() } else { Cell::from(span(time)) };
        table.row([
            op.f.as_str().into(),
            count(op.invoked).into(),
            count(op.ok).into(),
            count(op.fail).into(),
            count(op.info).into(),
            time(op.median),
            time(op.p99),
            time(op.max),
        ]);
    }
    table
}

/// What the network did.
pub(super) fn traffic(traffic: Traffic) -> Table {
    let mut table = Table::new(&[Align::Left, Align::Right]).head(&["traffic"]);
    table.row(["sent".into(), count(traffic.sent).into()]);
    table.row(["delivered".into(), count(traffic.delivered).into()]);
    table.row(["dropped".into(), count(traffic.dropped).into()]);
    table
}

/// The places worth reaching that were reached, and how many `unit`; and of a hunt, those that never were.
pub(super) fn reached(unit: &str, reached: &[(String, u64)]) -> Table {
    let mut table = Table::new(&[Align::Left, Align::Right, Align::Left]).head(&["reached", unit]);
    for (mark, times) in reached {
        let remark = match times {
            0 => Cell::role("never reached", Role::Unsure),
            _ => "".into(),
        };
        table.row([mark.as_str().into(), count(*times).into(), remark]);
    }
    table
}

/// What each way of choosing runs was given, and what it brought.
pub(super) fn strategies(strategies: &[StrategyInfo]) -> Table {
    const COLUMNS: [Align; 4] = [Align::Left, Align::Right, Align::Right, Align::Right];
    let mut table = Table::new(&COLUMNS).head(&["strategies", "runs", "new states", "violated"]);
    for StrategyInfo { name, runs, states, violated, .. } in strategies {
        table.row([
            name.as_str().into(),
            count(*runs).into(),
            count(*states).into(),
            count(*violated).into(),
        ]);
    }
    table
}

/// How many states were new as a hunt went on.
pub(super) fn curve(curve: &StateCurve, first: u64) -> Table {
    const COLUMNS: [Align; 4] = [Align::Left, Align::Right, Align::Left, Align::Left];
    let mut table = Table::new(&COLUMNS).head(&["states", "new"]);
    let most = curve.fresh.iter().max().copied().unwrap_or_default().max(1);
    for (point, fresh) in curve.fresh.iter().enumerate() {
        let begins = point as u64 * curve.width;
        let ends = (begins + curve.width).min(curve.seeds);
        let name =
            format!("seeds {} to {}", first.saturating_add(begins), first.saturating_add(ends - 1));
        // As long as it is great, for so many seeds.
        let bar = "#"
            .repeat((fresh * BAR * curve.width / (ends - begins)).div_ceil(most).min(BAR) as usize);
        // What the others have in the same time is not in it yet.
        let part = match ends - begins {
            seeds if seeds < curve.width => {
                format!("in {} of {} seeds; the bar is for all", count(seeds), count(curve.width))
            }
            _ => String::new(),
        };
        table.row([name.into(), count(*fresh).into(), bar.into(), Cell::role(&part, Role::Faint)]);
    }
    table
}

/// The longest bar of a curve.
const BAR: u64 = 30;

/// What was measured. An amount stands where a distribution has its greatest.
pub(super) fn figures(figures: &[Figure]) -> Table {
    const COLUMNS: &[Align] = &[
        Align::Left,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Left,
    ];
    let head = ["figures", "count", "min", "median", "p99", "max", "theory"];
    let known = figures.iter().any(|figure| figure.theory.is_some());
    let mut table = Table::new(COLUMNS).head(if known { &head } else { &head[..6] });
    for Figure { name, measured, theory, .. } in figures {
        let theory = theory.as_ref().map_or_else(String::new, expected).into();
        let name = name.as_str().into();
        match measured {
            Measured::Amount { value } => {
                let none = || "".into();
                table.row([name, none(), none(), none(), none(), amount(*value).into(), theory]);
            }
            Measured::Distribution(found) => {
                let [min, median, p99, max] =
                    [found.min, found.median, found.p99, found.max].map(amount).map(Cell::from);
                table.row([name, count(found.count).into(), min, median, p99, max, theory]);
            }
        }
    }
    table
}

/// `16 (n²)`.
fn expected(theory: &Theory) -> String {
    match theory.value {
        Some(value) => format!("{} ({})", amount(value), theory.formula),
        None => theory.formula.clone(),
    }
}

fn verdicts(judgements: &[Judgement]) -> Table {
    let mut table = Table::new(&[Align::Left, Align::Left, Align::Left]).head(&["verdicts"]);
    for judged in judgements {
        let (word, role) = super::word(&judged.verdict);
        let property = judged.property.as_str().into();
        match &judged.verdict {
            Verdict::Holds => table.row([Cell::role(word, role), property]),
            Verdict::Unknown { why } => {
                table.row([Cell::role(word, role), property, why.as_str().into()]);
            }
            Verdict::Violated(violation) => {
                let at = violation.at.map_or_else(String::new, |at| at.to_string());
                table.row([Cell::role(word, role), property, at.into()]);
            }
        }
    }
    table
}

/// How each node was, and what it showed last, a line each, with the fields in the order of their first appearance.
pub(super) fn states(states: &BTreeMap<NodeId, State<'_>>, page: &Page) -> String {
    let mut table = Table::new(NAMED).head(&["nodes, as they were then"]);
    let mut widths: Vec<(&str, usize)> = Vec::new();
    let fields = states.values().flat_map(|state| state.shows.fields());
    for (name, value) in fields {
        let width = name.len() + 1 + value.to_string().len();
        match widths.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = width.max(*known),
            None => widths.push((name, width)),
        }
    }
    for (node, State { shows: status, absent }) in states {
        let mut line = absent.map_or_else(String::new, |how| format!("{how}; showed before  "));
        for (name, width) in &widths {
            let shown =
                status.value(name).map_or_else(String::new, |value| format!("{name}={value}"));
            line.push_str(&format!("{shown:<width$}  "));
        }
        table.row([node.to_string().into(), line.trim_end().into()]);
    }
    table.draw(page)
}
