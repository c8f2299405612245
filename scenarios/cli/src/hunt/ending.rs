//! What a hunt comes to.

use seatrial_history::{Account, HuntAccount};

use crate::exit::Exit;

/// Interrupted beats violated beats not deterministic beats unknown. A hunt that ran nothing knows nothing.
pub(super) fn ending(hunt: &HuntAccount) -> Exit {
    if hunt.interrupted {
        Exit::Interrupted
    } else if hunt.violated > hunt.unrepeated || hunt.failures.iter().any(is_violated) {
        Exit::Violated
    } else if hunt.unrepeated > 0 {
        Exit::NotDeterministic
    } else if hunt.unknown > 0 || hunt.seeds == 0 {
        Exit::Unknown
    } else {
        Exit::Holds
    }
}

/// The run broke a promise of its own, if not each time.
fn is_violated(account: &Account) -> bool {
    Exit::of(account) == Exit::Violated
}

#[cfg(test)]
mod tests {
    use seatrial_history::{Outcome, Traffic};
    use seatrial_node::Duration;

    use super::*;
    use crate::exit::DETERMINISM;
    use crate::exit::tests::judged;

    fn hunt(violated: u64, unrepeated: u64, unknown: u64, failures: Vec<Account>) -> HuntAccount {
        HuntAccount {
            scenario: "raft-kv".into(),
            protocol: "raft-kv".into(),
            mutant: None,
            strategies: Vec::new(),
            first_seed: 0,
            seeds: 100,
            asked: None,
            violated,
            outside: 0,
            excused: 0,
            repeated: 0,
            unrepeated,
            unknown,
            events: 0,
            virtual_time: Duration::ZERO,
            faults: Vec::new(),
            traffic: Traffic::default(),
            reached: Vec::new(),
            states: None,
            figures: Vec::new(),
            failures,
            unknown_runs: Vec::new(),
            excused_runs: Vec::new(),
            interrupted: false,
        }
    }

    #[test]
    fn a_hunt_ends_as_the_worst_of_its_seeds() {
        let broken = || judged(&[("log matching", Outcome::Violated)]);
        let unlike = || judged(&[(DETERMINISM, Outcome::Violated)]);
        let both = || judged(&[(DETERMINISM, Outcome::Violated), ("agreement", Outcome::Violated)]);
        assert_eq!(ending(&hunt(0, 0, 0, vec![])), Exit::Holds);
        assert_eq!(ending(&hunt(0, 0, 3, vec![])), Exit::Unknown);
        assert_eq!(ending(&hunt(2, 1, 0, vec![broken(), unlike()])), Exit::Violated);
        assert_eq!(ending(&hunt(1, 1, 0, vec![unlike()])), Exit::NotDeterministic);
        assert_eq!(ending(&hunt(9, 9, 3, vec![unlike()])), Exit::NotDeterministic);
        assert_eq!(ending(&hunt(9, 8, 0, vec![unlike()])), Exit::Violated);
        assert_eq!(ending(&hunt(1, 1, 0, vec![both()])), Exit::Violated);
        assert_eq!(ending(&hunt(1, 0, 0, vec![])), Exit::Violated);
    }

    #[test]
    fn a_hunt_that_was_interrupted_or_ran_nothing_never_ends_well() {
        let interrupted = HuntAccount { interrupted: true, ..hunt(0, 0, 0, vec![]) };
        assert_eq!(ending(&interrupted), Exit::Interrupted);
        let nothing = HuntAccount { seeds: 0, ..hunt(0, 0, 0, vec![]) };
        assert_eq!(ending(&nothing), Exit::Unknown);
    }
}
