//! What our protocols promise to survive. Each entry says what it rests on.

use seatrial_sim::FaultKind;

use crate::budget::{FaultBudget, Share};
use crate::registry::Protocol;

/// The protocol with its budget.
pub(super) fn declared(protocol: Protocol) -> Protocol {
    let budget = of(protocol.name());
    protocol.with_budget(budget)
}

fn of(name: &str) -> FaultBudget {
    match name {
        "raft-kv" | "raft-counter" | "raft-election" => over_raft(),
        // What is damaged may be the count of a member's lives, which nothing mends. And one whom the leader and a majority do not hear
        // for ever, though it hears them, cannot broadcast.
        "total-order-broadcast" => FaultBudget { half: false, ..FaultBudget::default() },
        // A question goes to one neighbour, who has to come back.
        "echo" => FaultBudget { gone: Share::Nodes(0), ..FaultBudget::default() },
        // A link owes nothing to whoever is gone. Perfect ones count their lives on disk.
        "fair-loss-link" | "stubborn-link" | "perfect-link" | "fifo-link" => any_gone(),
        // Whoever has crashed comes back as a new process or stays silent; nobody waits for it.
        "best-effort-broadcast" => any_gone(),
        // Whoever has crashed takes no part any more.
        "reliable-broadcast" | "fifo-broadcast" | "causal-broadcast" => {
            FaultBudget::crash_stop(Share::AllBut(1))
        }
        // A majority must acknowledge.
        "uniform-broadcast" => FaultBudget::crash_stop(Share::Minority),
        // The same, and all must agree on who assigns the places.
        "sequencer-broadcast" => {
            FaultBudget { half: false, ..FaultBudget::crash_stop(Share::Minority) }
        }
        // All rests on a perfect detector, and that on a bound on time which single losses do not break.
        "lazy-reliable-broadcast" | "all-ack-uniform-broadcast" | "no-waiting-causal-broadcast" => {
            on_time(FaultBudget::crash_stop(Share::AllBut(1)))
        }
        "perfect-failure-detector" | "leader-election" => {
            on_time(FaultBudget::crash_stop(Share::AllBut(1)))
        }
        // They learn what is usual, and may be wrong until the world has healed.
        "failure-detector" | "phi-accrual-detector" => any_gone(),
        // The same; but whom some hear and others do not, they can never agree on.
        "eventual-leader" | "swim" => FaultBudget { half: false, ..any_gone() },
        // A rumour that was pushed while nobody could hear it is not told again, so few may be deaf.
        "gossip-broadcast" => {
            let crash_stop = FaultBudget::crash_stop(Share::Nodes(2));
            let mut budget = on_time(crash_stop);
            budget.not_survived.retain(|kind| *kind != FaultKind::Crash);
            budget
        }
        // Whoever has crashed takes no part any more; a hybrid clock is held to how far wall clocks may be apart.
        "logical-clocks" => {
            FaultBudget { wall: false, drift: Some(0), ..FaultBudget::crash_stop(Share::AllBut(1)) }
        }
        _ => FaultBudget::default(),
    }
}

/// Raft keeps its promises whatever the network does and however many nodes crash at once, as long as their disks keep what was synced: all
/// it needs for progress is a majority that is up in the end. Damaged logs are mended from the others, while most copies are sound; a node
/// with an empty disk may have forgotten a vote, and one such node is made up for.
fn over_raft() -> FaultBudget {
    FaultBudget {
        down: Share::All,
        gone: Share::Minority,
        recovers: true,
        damage: true,
        copies: Share::Minority,
        wiped: Share::Nodes(1),
        ..FaultBudget::default()
    }
}

/// Nobody is needed but oneself.
fn any_gone() -> FaultBudget {
    FaultBudget { gone: Share::AllBut(1), copies: Share::All, ..FaultBudget::default() }
}

/// Messages may be lost, doubled and held back one by one; nothing may keep two members apart for long, and who has crashed stays down.
fn on_time(budget: FaultBudget) -> FaultBudget {
    let one_by_one = [FaultKind::Loss, FaultKind::Reorder];
    let mut budget = budget.synchronous();
    budget.not_survived.retain(|kind| !one_by_one.contains(kind));
    budget
}

#[cfg(test)]
mod tests {
    use crate::{LIBRARY, Prepared, Registry};

    /// Otherwise what a scenario finds would be excused.
    #[test]
    fn what_our_own_scenarios_draw_is_survived() {
        let registry = Registry::ours();
        for entry in LIBRARY {
            let scenario = Registry::ours().scenario(entry.name).expect("it can be read");
            let prepared = Prepared::new(&registry, scenario, None).expect("it makes sense");
            for seed in 0..500 {
                let excuses = prepared.excuses(&prepared.setup(seed));
                assert_eq!(excuses, Vec::<String>::new(), "{} seed {seed}", entry.name);
            }
        }
    }

    #[test]
    fn what_swarm_draws_is_survived_and_beyond_the_budget_it_is_not_always() {
        let registry = Registry::ours();
        let mut beyond = 0;
        for entry in LIBRARY {
            let scenario = Registry::ours().scenario(entry.name).expect("it can be read");
            let prepared = Prepared::new(&registry, scenario, None).expect("it makes sense");
            let swarm = || "swarm".parse().expect("a word of ours");
            let inside = prepared.clone().with_faults(swarm(), false).expect("it can be drawn");
            let outside = prepared.with_faults(swarm(), true).expect("it can be drawn");
            for seed in 0..300 {
                let excuses = inside.excuses(&inside.setup(seed));
                assert_eq!(excuses, Vec::<String>::new(), "{} seed {seed}", entry.name);
                beyond += usize::from(!outside.excuses(&outside.setup(seed)).is_empty());
            }
        }
        assert!(beyond > 1_000, "{beyond}");
    }
}
