//! Raft's elections by themselves: a small cluster without requests, for searches through every order of events.

use seatrial_raft::{Message, Mutant, Raft, RaftConfig};
use seatrial_search::Exploration;

use super::raft::class;
use crate::explore::{Bounds, ExplorationInfo};
use crate::registry::{MutantInfo, Protocol};

/// Those that elections without entries can show.
const MUTANTS: [Mutant; 2] = [Mutant::VoteNotPersisted, Mutant::TermNotPersisted];

pub(super) fn protocol() -> Protocol {
    let about = "Raft's elections by themselves, without requests (paper §5.2)";
    let protocol =
        MUTANTS.iter().fold(Protocol::new("raft-election", about), |protocol, mutant| {
            let (id, name, about) = (mutant.id(), mutant.name(), mutant.about());
            protocol.with_mutant(MutantInfo { id, name, about, class: class(mutant.class()) })
        });
    let info = ExplorationInfo {
        checkers: &["election safety", "one vote a term", "term monotone"],
        survives: |nodes| nodes,
        restarts: true,
        losses: true,
        messages: None,
        timers: Some(2),
    };
    protocol
        .with_roles(&["leader", "candidate", "pre-candidate", "follower"])
        .without_clients::<Raft>(|_, mutant| Ok(RaftConfig { mutant: planted(mutant), ..config() }))
        .with_exploration(info, |bounds: &Bounds, mutant: Option<&str>| {
            let config = RaftConfig { mutant: planted(mutant), ..config() };
            Exploration::<Raft>::new(bounds.nodes, |_| config.clone())
                .with_prompt_disks()
                .with_words(words, |never| match *never {})
        })
}

/// Disks are prompt: Raft's messages wait for them, so that a crash while one is busy is as a crash before, and nobody has heard of it.
/// What is torn then its own tests look at.
///
/// Any node's timer may be the next anyway, so timeouts need not be drawn. Without pre-votes and the leader's own doubts there are more
/// elections, and in fewer steps.
fn config() -> RaftConfig {
    let default = RaftConfig::default();
    RaftConfig {
        election_timeout_max: default.election_timeout_min,
        pre_vote: false,
        check_quorum: false,
        ..default
    }
}

fn planted(mutant: Option<&str>) -> Option<Mutant> {
    MUTANTS.into_iter().find(|known| Some(known.id()) == mutant)
}

fn words(message: &Message) -> String {
    match message {
        Message::RequestVote { term, pre_vote: false, .. } => {
            format!("a request to vote in term {term}")
        }
        Message::Vote { term, granted: true, pre_vote: false } => format!("a vote in term {term}"),
        Message::Vote { term, granted: false, .. } => format!("a refusal in term {term}"),
        Message::Append { term, entries, .. } if entries.is_empty() => {
            format!("a heartbeat of term {term}")
        }
        Message::Append { term, .. } => format!("entries of term {term}"),
        Message::Appended { term, .. } => format!("an answer to entries in term {term}"),
        other => format!("{other:?}"),
    }
}
