//! Checks what a table of faults says of each kind that recurs: its knobs are its own, it is asked for so many times or every so often, it
//! lasts if it has an end, and no value that may be drawn comes to nothing.

use seatrial_node::Duration;
use seatrial_sim::FaultKind;

use super::phase::Wrong;
use super::words::counted;
use super::{ClusterSpec, FaultSpec, Knob, Rate, Recurring, unknown};
use crate::faults::{COMMON, KindInfo, asked};

/// More faults of one kind in a run are a slip of the pen.
const MOST_FAULTS: u64 = 1_000;

/// A loop of crashes that is any faster would be nothing but crashes.
const SHORTEST_LIFE: Duration = Duration::from_micros(10);

/// What is wrong with the kinds of this table, whose trouble lasts so long at most.
pub(super) fn check(
    table: &'static str,
    spec: &FaultSpec,
    trouble: Duration,
    cluster: &ClusterSpec,
) -> Result<(), Wrong> {
    for (info, recurring) in asked(spec) {
        let problem = strange(info, recurring)
            .or_else(|| {
                let what = often(recurring, trouble)
                    .or_else(|| lasting(recurring, info.kind.is_instant()))
                    .or_else(|| idle(info.kind, recurring))
                    .or_else(|| no_cut(recurring, cluster));
                what.map(|what| format!("{}: {what}", info.key))
            })
            .map(|what| (table, info.key, what));
        problem.map_or(Ok(()), Err)?;
    }
    Ok(())
}

/// A knob that belongs to other kinds.
fn strange(info: &KindInfo, recurring: &Recurring) -> Option<String> {
    let knobs = recurring.knobs();
    let knob = knobs.iter().find(|knob| !info.has_knob(knob))?;
    let known = COMMON.iter().chain(info.knobs).map(|knob| knob.name);
    Some(unknown(&format!("knob of {}", info.kind), knob, known))
}

fn often(recurring: &Recurring, trouble: Duration) -> Option<String> {
    match (&recurring.count, &recurring.every) {
        (None, None) => Some("missing field `count`, or `every` in place of it".into()),
        (Some(_), Some(_)) => Some("give `count` or `every`, and not both".into()),
        (None, Some(every)) => {
            let gap = every.least();
            let many = trouble.as_nanos() / MOST_FAULTS > gap.as_nanos() || gap == Duration::ZERO;
            many.then(|| {
                format!(
                    "every = {gap} in {trouble} makes more than {MOST_FAULTS} faults: make it longer"
                )
            })
        }
        (Some(count), None) => {
            let count = count.greatest();
            let many = u64::from(count) > MOST_FAULTS;
            many.then(|| format!("count = {count}: at most {MOST_FAULTS} in a run"))
        }
    }
}

fn lasting(recurring: &Recurring, is_instant: bool) -> Option<String> {
    let no_time = recurring.lasts.greatest() == Duration::ZERO;
    match (is_instant, no_time) {
        (false, true) => Some("missing field `lasts`, or it is no time at all".into()),
        (true, false) => Some("it happens at once: leave `lasts` out".into()),
        _ => None,
    }
}

/// A value that may be drawn and makes nothing of the fault, or more of it than there can be.
fn idle(kind: FaultKind, recurring: &Recurring) -> Option<String> {
    let greatest = |knob: &Option<Knob<Rate>>| knob.as_ref().map(Knob::greatest);
    let zero = |knob: &Option<Knob<Duration>>| {
        knob.as_ref().is_some_and(|time| time.least() == Duration::ZERO)
    };
    let none = |knob: &Option<Knob<u32>>| knob.as_ref().is_some_and(|count| count.least() == 0);
    let short = |knob: &Option<Knob<Duration>>| {
        knob.as_ref().is_some_and(|time| time.least() < SHORTEST_LIFE)
    };
    let most = Some(Rate(seatrial_sim::MILLION));
    if greatest(&recurring.rate) == Some(Rate(0)) || greatest(&recurring.enter) == Some(Rate(0)) {
        return Some("a rate of 0%: it never strikes; raise it, or leave the kind out".into());
    }
    if kind == FaultKind::ClockDrift && greatest(&recurring.rate) == most {
        return Some("rate = \"100%\": a clock that is slower by all of it stands still".into());
    }
    if zero(&recurring.by) {
        return Some("by = \"0s\": that is no fault; say how much".into());
    }
    if zero(&recurring.period) {
        return Some("period = \"0s\": the clock would be right and wrong at once".into());
    }
    if short(&recurring.up) || short(&recurring.down) {
        return Some(format!("`up` and `down` are at least {SHORTEST_LIFE} each"));
    }
    if none(&recurring.after) {
        return Some("after = 0: it is between two effects, so one stands at least".into());
    }
    none(&recurring.queue).then(|| "queue = 0: at least one message has to wait".into())
}

/// More groups than there are nodes, or no cut at all.
fn no_cut(recurring: &Recurring, cluster: &ClusterSpec) -> Option<String> {
    let groups = recurring.groups.as_ref()?;
    let nodes = cluster.nodes.greatest();
    if groups.least() < 2 {
        return Some(format!("groups = {}: a cut has two groups or more", groups.least()));
    }
    let most = groups.greatest();
    (most > nodes).then(|| {
        format!("groups = {most}, and {} at most, for a group each", counted(nodes, "node"))
    })
}

#[cfg(test)]
mod tests {
    use crate::scenario::Scenario;

    /// What is said of a small scenario with this in its table of faults: line and reason.
    fn said(faults: &str) -> String {
        let text = format!(
            "name = 'small'\nabout = 'x'\nprotocol = 'echo'\ncluster = {{ nodes = [2, 3] }}\nworkload = {{ name = 'echo' }}\n\
             judge = {{ checkers = ['echo'] }}\n[faults]\n{faults}\n"
        );
        let error = Scenario::parse("small.toml", &text).err();
        error.map_or_else(String::new, |error| error.to_string())
    }

    #[test]
    fn what_comes_to_nothing_is_refused_at_its_line() {
        let some = "count = 1, lasts = '1ms'";
        for (kind, knobs, what) in [
            ("partition", "groups = 0", "two groups or more"),
            ("partition", "groups = [1, 2]", "two groups or more"),
            ("partition", "groups = { min = 2, max = 99 }", "groups = 99, and 3 nodes at most"),
            ("wall_strobe", "period = '0s'", "right and wrong at once"),
            ("wall_offset", "by = ['0s', '1s']", "say how much"),
            ("clock_drift", "rate = '100%'", "stands still"),
            ("slow_tail", "rate = '0%'", "never strikes"),
            ("loss_burst", "enter = '0%'", "never strikes"),
            ("crash_loop", "up = '1us'", "at least 10us"),
            ("crash_midway", "after = 0", "one stands at least"),
            ("throttle", "queue = 0", "one message has to wait"),
            ("crash", "queue = 1", "no knob of crash `queue`"),
        ] {
            let said = said(&format!("{kind} = {{ {some}, {knobs} }}"));
            let place = said.starts_with("small.toml:8: ");
            assert!(place && said.contains(what), "{kind}, {knobs}: {said}");
        }
        assert_eq!(said(&format!("partition = {{ {some}, groups = [2, 3] }}")), "");
    }

    #[test]
    fn a_phase_is_held_to_the_same_and_says_nothing_of_the_whole() {
        let phase =
            |rest: &str| said(&format!("[[faults.phase]]\nname = 'p'\nlasts = '1s'\n{rest}"));
        let knob = phase("crash = { count = 1, lasts = '1ms', queue = 1 }");
        assert!(knob.contains("small.toml:11: ") && knob.contains("`queue`"), "{knob}");
        for whole in ["core = ['n0']", "trouble = '1s'", "trouble = '2s'"] {
            let said = phase(whole);
            let what = "is of the whole trouble, not of the phase p";
            assert!(said.contains("small.toml:11: ") && said.contains(what), "{whole}: {said}");
        }
        assert_eq!(phase("crash = { count = 1, lasts = '1ms' }"), "");
    }

    #[test]
    fn faults_have_a_time_to_be_in() {
        let said_of = said("trouble = '0s'\nloss = '1%'");
        assert!(said_of.contains("small.toml:8: ") && said_of.contains("over before"), "{said_of}");
        assert_eq!(said("trouble = '0s'"), "");
        let late = "[[faults.awaited]]\nwhen = { fact = 'commit' }\nat = '1s'\nkind = 'crash'\nnode = 'n0'\nlasts = '1ms'";
        let said_of = said(late);
        assert!(said_of.contains("small.toml:10: ") && said_of.contains("never be"), "{said_of}");
    }
}
