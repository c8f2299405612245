//! The protocols as Maelstrom's workloads.
//!
//! | workload | what answers |
//! |---|---|
//! | `echo` | echo, by way of another node |
//! | `unique-ids` | a node's name, its life by chance, a count |
//! | `broadcast`, `g-set` | eager reliable broadcast over perfect links, and the set of what was delivered |
//! | `g-counter`, `pn-counter` | the same, and the sum; the first takes nothing below zero |
//! | `g-counter-seq-kv` | Maelstrom's service seq-kv, which the nodes ask |
//! | `lin-kv` | the replicated map over Raft |

mod broadcast;
mod echo;
mod kv;
mod seq_counter;
mod unique_ids;

use std::io::{self, BufRead, Write};

use clap::ValueEnum;
use seatrial_hosts::maelstrom::speak;

/// The workloads that can be served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Workload {
    /// Say back what is said
    Echo,
    /// Give names that nobody else gives
    UniqueIds,
    /// Spread numbers to all nodes
    Broadcast,
    /// Spread elements of a set
    GSet,
    /// Add to a counter that never goes back
    GCounter,
    /// The same over Maelstrom's service seq-kv, without a word between nodes (its workload is g-counter)
    GCounterSeqKv,
    /// Add to a counter
    PnCounter,
    /// A linearizable map
    LinKv,
}

/// Speaks this workload on these until the input ends.
///
/// # Errors
/// Where the output cannot be written.
pub fn serve(
    workload: Workload,
    input: impl BufRead + Send + 'static,
    output: &mut impl Write,
) -> io::Result<()> {
    match workload {
        Workload::Echo => speak(echo::Workload, input, output),
        Workload::UniqueIds => speak(unique_ids::Workload, input, output),
        Workload::Broadcast => speak(broadcast::Numbers::default(), input, output),
        Workload::GSet => speak(broadcast::Elements::default(), input, output),
        Workload::GCounter => speak(broadcast::Growing::default(), input, output),
        Workload::PnCounter => speak(broadcast::Sum::default(), input, output),
        Workload::GCounterSeqKv => speak(seq_counter::Workload::default(), input, output),
        Workload::LinKv => speak(kv::Workload::default(), input, output),
    }
}
