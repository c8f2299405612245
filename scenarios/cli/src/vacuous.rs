//! Greens that prove nothing: kinds of faults that never did anything, and places that were never reached.

use seatrial::Prepared;
use seatrial_history::FaultCount;

use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;

/// What must have happened for a good end to count.
#[derive(clap::Args, Clone, Copy, Debug)]
pub(crate) struct Demands {
    /// Exit with 3 where a kind of fault that was asked for never bit: it took hold of nothing
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
        prepared: &Prepared,
        faults: &[FaultCount],
        missed: &[&str],
        console: &Console,
    ) -> Exit {
        if !matches!(exit, Exit::Holds | Exit::Unknown) {
            return exit;
        }
        let bite = self.require_bite.then(|| toothless(prepared, faults)).flatten();
        let reached = self.require_reached.then(|| unreached(missed)).flatten();
        let said: Vec<String> = bite.into_iter().chain(reached).collect();
        for what in &said {
            console.error(&Failure::new(what.clone()));
        }
        if said.is_empty() { exit } else { Exit::Unknown }
    }
}

/// Which kinds proved nothing, and why that may be.
fn toothless(prepared: &Prepared, faults: &[FaultCount]) -> Option<String> {
    let idle = prepared.toothless(faults);
    if faults.is_empty() && idle.is_empty() {
        return Some(
            "no fault was asked for, and some were to bite: give the scenario a table [faults], or name kinds with --faults"
                .to_owned(),
        );
    }
    (!idle.is_empty()).then(|| format!("asked for, and never bit:\n  {}", idle.join("\n  ")))
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
    use seatrial::Registry;

    use super::*;

    fn fault(kind: &str, asked: u64, bit: u64, effect: u64) -> FaultCount {
        FaultCount { kind: kind.into(), asked, bit, effect, seeds: None }
    }

    fn prepared(faults: &str) -> Prepared {
        let scenario = Registry::ours().scenario("raft-kv").expect("it is in the library");
        let prepared = Prepared::new(&Registry::ours(), scenario, None).expect("it makes sense");
        let faults = faults.parse().expect("it is a list of kinds");
        prepared.with_faults(faults, false).expect("they are survived")
    }

    #[test]
    fn what_never_came_or_never_bit_is_named_with_why_that_may_be_and_what_to_do() {
        let prepared = prepared("loss,ring,crash,upgrade,read-error,wall-jump");
        let faults = [
            fault("loss", 9, 1, 1),
            fault("ring", 0, 0, 0),
            fault("crash", 3, 2, 1),
            fault("upgrade", 0, 0, 0),
            fault("read-error", 4, 0, 0),
        ];
        let said = toothless(&prepared, &faults).expect("some are idle");
        for line in [
            "ring (never drawn): no seed drew it: run more seeds",
            "upgrade (never drawn): there is one version only: say in [cluster.versions.2]",
            "read-error (asked 4 times, never bit): nobody read from the disk",
            "add crash",
            "wall-jump (never drawn)",
        ] {
            assert!(said.contains(line), "{said}");
        }
        assert!(!said.contains("loss (") && !said.contains("crash ("), "{said}");
    }

    #[test]
    fn a_kind_that_bit_and_was_not_felt_is_no_fault_of_the_hunt_nor_is_what_nobody_asked_for() {
        let faults =
            [fault("crash", 3, 2, 1), fault("lost-write", 5, 0, 0), fault("wall-jump", 2, 2, 0)];
        assert_eq!(toothless(&prepared("crash,wall-jump"), &faults), None);
        assert!(toothless(&prepared("none"), &[]).is_some(), "nothing at all was asked for");
    }

    #[test]
    fn only_a_good_end_is_spoilt_and_only_where_it_was_asked_for() {
        let console = Console::new(ColorChoice::Never, true);
        let prepared = prepared("loss");
        let end = |require_bite, require_reached, exit| {
            let demands = Demands { require_bite, require_reached };
            let (faults, missed) = ([fault("loss", 9, 0, 0)], ["a leader was deposed"]);
            demands.hold(exit, &prepared, &faults, &missed, &console)
        };
        assert_eq!(end(false, false, Exit::Holds), Exit::Holds);
        assert_eq!(end(true, false, Exit::Holds), Exit::Unknown);
        assert_eq!(end(false, true, Exit::Holds), Exit::Unknown);
        assert_eq!(end(true, true, Exit::Violated), Exit::Violated);
        assert_eq!(end(true, true, Exit::NotDeterministic), Exit::NotDeterministic);
    }
}
