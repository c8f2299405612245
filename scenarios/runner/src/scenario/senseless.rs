//! Knobs that change nothing in any run, whatever is drawn: in what a person wrote, a slip of the pen.
//!
//! Only the file of a scenario is held to this. A case has its plan drawn, so it may hold a scenario that was written before.

use seatrial_node::{Duration, intern};

use super::phase::Wrong;
use super::words::counted;
use super::{FaultSpec, Knob, Rate, Recurring, Scenario};
use crate::faults::asked;
use crate::sense::MOST_EFFECTS;

/// What is wrong with the knobs of its faults.
pub(super) fn check(scenario: &Scenario) -> Result<(), Wrong> {
    let faults = &scenario.faults;
    let phases = faults.phase.iter().enumerate().map(|(place, phase)| {
        let lasts = phase.lasts.as_ref().map_or(Duration::ZERO, Knob::greatest);
        (intern(&format!("faults.phase[{place}]")), phase, lasts)
    });
    for (table, spec, trouble) in
        std::iter::once(("faults", faults, faults.longest())).chain(phases)
    {
        for (info, recurring) in asked(spec) {
            // Outside of a core nothing is healed: what outlasts the trouble there is for ever.
            let beyond = outlasts(recurring, trouble).or_else(|| turns(recurring, trouble));
            let what = beyond.filter(|_| faults.core.is_none());
            if let Some(what) = what.or_else(|| endless(recurring)).or_else(|| never(recurring)) {
                return Err((table, info.key, format!("{}: {what}", info.key)));
            }
        }
        let wrong = |(key, what)| Err((table, key, what));
        bursts(spec, trouble, table != "faults").map_or(Ok(()), wrong)?;
        steady(spec).map_or(Ok(()), wrong)?;
        stops(spec, scenario.cluster.nodes.greatest()).map_or(Ok(()), wrong)?;
    }
    Ok(())
}

/// A fault that lasts longer than all the trouble, whatever is drawn.
fn outlasts(recurring: &Recurring, trouble: Duration) -> Option<String> {
    let lasts = recurring.lasts.least();
    (lasts > trouble).then(|| {
        format!(
            "lasts = \"{lasts}\": the trouble is over after {trouble}, and every fault with it; write that at most"
        )
    })
}

/// A turn of what goes to and fro that takes as long as all the trouble, whatever is drawn.
fn turns(recurring: &Recurring, trouble: Duration) -> Option<String> {
    let turns = [("up", &recurring.up), ("down", &recurring.down), ("period", &recurring.period)];
    let of = |(name, knob): (&'static str, &Option<Knob<Duration>>)| {
        let span = knob.as_ref()?.least();
        (span >= trouble).then(|| {
            format!(
                "{name} = \"{span}\": the trouble is over after {trouble}, so nothing would come again; make it shorter"
            )
        })
    };
    turns.into_iter().find_map(of)
}

/// A fault that is asked for and never comes.
fn never(recurring: &Recurring) -> Option<String> {
    let count = recurring.count.as_ref()?.greatest();
    (count == 0).then(|| "count = 0: it never comes; write how often, or leave it out".to_owned())
}

/// An effect that no input has.
fn endless(recurring: &Recurring) -> Option<String> {
    let after =
        recurring.after.as_ref().map(Knob::greatest).filter(|after| *after > MOST_EFFECTS)?;
    Some(format!("after = {after}: no input has so many effects; make it less, as 3"))
}

/// Bursts that carry every other fault past the end, and those of a phase without any. Outside phases, what swarm draws comes in them, too.
fn bursts(spec: &FaultSpec, trouble: Duration, is_phase: bool) -> Option<(&'static str, String)> {
    let burst = spec.burst.least();
    if burst >= trouble && burst > Duration::ZERO {
        return Some((
            "burst",
            format!(
                "burst = \"{burst}\": the trouble is over after {trouble}, before most faults of a burst begin; make it shorter, as \"{}\"",
                trouble / 16
            ),
        ));
    }
    let is_drawn = asked(spec).any(|(_, recurring)| recurring.count.is_some());
    let is_idle = is_phase && burst > Duration::ZERO && !is_drawn && spec.crash_stop.is_none();
    is_idle.then(|| {
        let what = "no fault with a `count` is drawn here that could come in bursts: ask for one, or leave it out";
        ("burst", what.to_owned())
    })
}

/// What happens all the time and comes to nothing.
fn steady(spec: &FaultSpec) -> Option<(&'static str, String)> {
    if spec.reorder.greatest() > Rate(0) && spec.reorder_delay.greatest() == Duration::ZERO {
        let what = "reorder_delay = \"0s\": a message that is held back for no time is not late; say how long, or leave `reorder` out";
        return Some(("reorder_delay", what.to_owned()));
    }
    let buggify = spec.buggify.as_ref()?;
    let rates = [("sites", &buggify.sites), ("fires", &buggify.fires)];
    let (name, _) = rates.into_iter().find(|(_, rate)| rate.greatest() == Rate(0))?;
    let what = format!(
        "buggify: {name} = \"0%\": no point would ever fire; raise it, or leave `buggify` out"
    );
    Some(("buggify", what))
}

/// No crashes for good, or more than there are nodes.
fn stops(spec: &FaultSpec, nodes: u32) -> Option<(&'static str, String)> {
    let count = &spec.crash_stop.as_ref()?.count;
    if count.greatest() == 0 {
        let what = "crash_stop: count = 0: nobody is stopped; write how many, or leave it out";
        return Some(("crash_stop", what.to_owned()));
    }
    let count = count.least();
    (count > nodes).then(|| {
        let what = format!(
            "crash_stop: count = {count}, and {} at most, of which some are kept: write less",
            counted(nodes, "node")
        );
        ("crash_stop", what)
    })
}

#[cfg(test)]
mod tests {
    use crate::Scenario;

    fn said(faults: &str) -> String {
        let text = format!(
            "name = 'small'\nabout = 'x'\nprotocol = 'echo'\ncluster = {{ nodes = [2, 3] }}\nworkload = {{ name = 'echo' }}\n\
             judge = {{ checkers = ['echo'] }}\n[faults]\n{faults}\n"
        );
        let error = Scenario::parse("small.toml", &text).err();
        error.map_or_else(String::new, |error| error.to_string())
    }

    const PHASE: &str = "[[faults.phase]]\nname = 'p'\nlasts = '100ms'";

    #[test]
    fn a_knob_that_changes_nothing_is_refused_at_its_line_with_the_way_out() {
        for (faults, line, what) in [
            (
                "crash = { count = 1, lasts = '1h' }",
                8,
                "crash: lasts = \"3600s\": the trouble is over after 1s",
            ),
            ("trouble = ['1s', '2s']\npause = { count = 1, lasts = '2001ms' }", 9, "over after 2s"),
            ("crash_loop = { count = 1, lasts = '1s', up = '1h' }", 8, "up = \"3600s\""),
            ("crash_loop = { count = 1, lasts = '1s', down = '1s' }", 8, "down = \"1s\""),
            ("wall_strobe = { count = 1, lasts = '1s', period = '1h' }", 8, "period = \"3600s\""),
            (
                "crash_midway = { count = 1, lasts = '1s', after = 1000000000 }",
                8,
                "no input has so many",
            ),
            (
                "crash = { count = 1, lasts = '1ms' }\nburst = '10h'",
                9,
                "make it shorter, as \"62.5ms\"",
            ),
            ("reorder = '1%'\nreorder_delay = '0s'", 9, "say how long"),
            ("buggify = { fires = '0%' }", 8, "fires = \"0%\": no point would ever fire"),
            ("buggify = { sites = '0%' }", 8, "sites = \"0%\": no point would ever fire"),
            ("crash_stop = { count = 9 }", 8, "count = 9, and 3 nodes at most"),
            ("crash_stop = { count = 0 }", 8, "count = 0: nobody is stopped"),
            ("pause = { count = 0, lasts = '1ms' }", 8, "pause: count = 0: it never comes"),
        ] {
            let said = said(faults);
            assert!(said.starts_with(&format!("small.toml:{line}: ")), "{faults}: {said}");
            assert!(said.contains(what), "{faults}: {said}");
        }
    }

    #[test]
    fn a_phase_is_held_to_its_own_length() {
        let other =
            "[[faults.phase]]\nname = 'q'\nlasts = '9s'\ncrash = { count = 1, lasts = '5s' }";
        let long = said(&format!("{other}\n{PHASE}\ncrash = {{ count = 1, lasts = '101ms' }}"));
        assert!(long.starts_with("small.toml:15: crash: lasts = \"101ms\""), "{long}");
        let idle =
            said(&format!("{PHASE}\nburst = '5ms'\ncrash = {{ every = '9ms', lasts = '1ms' }}"));
        assert!(idle.starts_with("small.toml:11: no fault with a `count`"), "{idle}");
        assert_eq!(said(&format!("{PHASE}\nburst = '5ms'\ncrash_stop = {{ count = 1 }}")), "");
    }

    #[test]
    fn what_matters_in_some_run_is_accepted() {
        for faults in [
            "trouble = ['1s', '2s']\ncrash = { count = 1, lasts = '2s' }",
            "crash = { count = 1, lasts = ['1ms', '1h'] }",
            "crash_loop = { count = 1, lasts = '1s', up = ['1ms', '1h'] }",
            "burst = '10ms'\nreorder_delay = '3ms'",
            "buggify = { fires = ['0%', '25%'] }",
            "crash_stop = { count = { min = 1, max = 9 } }",
            "crash_stop = { count = 3 }",
            "pause = { count = [0, 1], lasts = '1ms' }",
            "core = ['n0']\nmute = { count = 1, lasts = '1h' }",
            "reorder_delay = '0s'",
        ] {
            assert_eq!(said(faults), "", "{faults}");
        }
    }
}
