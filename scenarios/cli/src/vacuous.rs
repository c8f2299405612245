//! Greens that prove nothing: kinds of faults that never did anything, and places that were never reached.

use seatrial_history::FaultCount;

use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;

/// What must have happened for a good end to count.
#[derive(clap::Args, Clone, Copy, Debug)]
pub(crate) struct Demands {
    /// Exit with 3 where a kind of fault that was asked for never bit, or had no effect
    #[arg(long)]
    pub(crate) require_bite: bool,
    /// Exit with 3 where a mark that is expected was never reached
    #[arg(long)]
    pub(crate) require_reached: bool,
}

impl Demands {
    /// The end, or `unknown` in place of a good one that proves too little; then says what is missing, and what to do.
    pub(crate) fn hold(
        self,
        exit: Exit,
        faults: &[FaultCount],
        missed: &[&str],
        console: &Console,
    ) -> Exit {
        if !matches!(exit, Exit::Holds | Exit::Unknown) {
            return exit;
        }
        let bite = self.require_bite.then(|| toothless(faults)).flatten();
        let reached = self.require_reached.then(|| unreached(missed)).flatten();
        let said: Vec<String> = bite.into_iter().chain(reached).collect();
        for what in &said {
            console.error(&Failure::new(what.clone()));
        }
        if said.is_empty() { exit } else { Exit::Unknown }
    }
}

/// Which kinds proved nothing.
fn toothless(faults: &[FaultCount]) -> Option<String> {
    if faults.is_empty() {
        return Some(
            "no fault was asked for, and some were to bite: give the scenario a table [faults]"
                .to_owned(),
        );
    }
    let idle = faults.iter().filter_map(|fault| Some((fault, fault.idle()?)));
    let idle: Vec<String> = idle.map(|(fault, word)| format!("{} ({word})", fault.kind)).collect();
    (!idle.is_empty()).then(|| {
        format!(
            "asked for, and nothing came of it: {}; run more seeds, ask for them more often or for longer, or leave them out of the scenario",
            idle.join(", ")
        )
    })
}

/// Which marks are missing.
fn unreached(missed: &[&str]) -> Option<String> {
    (!missed.is_empty()).then(|| {
        format!(
            "never reached: {}; run more seeds, make the scenario's trouble worse, or name under [judge] reached what it is to reach",
            missed.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use clap::ColorChoice;

    use super::*;

    fn fault(kind: &str, asked: u64, bit: u64, effect: u64) -> FaultCount {
        FaultCount { kind: kind.into(), asked, bit, effect, seeds: None }
    }

    #[test]
    fn what_never_came_never_bit_or_was_never_felt_is_named_with_the_reason() {
        let faults = [
            fault("crash", 3, 2, 1),
            fault("ring", 0, 0, 0),
            fault("loss", 9, 0, 0),
            fault("pause", 9, 4, 0),
        ];
        let said = toothless(&faults).expect("three are idle");
        assert!(
            said.contains("ring (never drawn), loss (never bit), pause (no effect);"),
            "{said}"
        );
        assert_eq!(toothless(&faults[..1]), None);
        assert!(toothless(&[]).is_some(), "nothing at all was asked for");
    }

    #[test]
    fn only_a_good_end_is_spoilt_and_only_where_it_was_asked_for() {
        let console = Console::new(ColorChoice::Never, true);
        let end = |require_bite, require_reached, exit| {
            let demands = Demands { require_bite, require_reached };
            demands.hold(exit, &[fault("loss", 9, 0, 0)], &["a leader was deposed"], &console)
        };
        assert_eq!(end(false, false, Exit::Holds), Exit::Holds);
        assert_eq!(end(true, false, Exit::Holds), Exit::Unknown);
        assert_eq!(end(false, true, Exit::Holds), Exit::Unknown);
        assert_eq!(end(true, true, Exit::Violated), Exit::Violated);
        assert_eq!(end(true, true, Exit::NotDeterministic), Exit::NotDeterministic);
    }
}
