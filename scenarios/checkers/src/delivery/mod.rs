//! Judges of links and broadcasts, by what processes announce (Cachin, Guerraoui and Rodrigues, *Introduction to Reliable and Secure
//! Distributed Programming*, 2nd ed., 2011).
//!
//! | properties | book | module |
//! | --- | --- | --- |
//! | FLL2 | §2.4.2 | `finite_duplication` |
//! | SL1 | §2.4.3 | `stubborn_delivery` |
//! | PL1 | §2.4.4 | `reliable_delivery` |
//! | PL2, BEB2, RB2, URB2, PB2 | §2.4.4, §3.2 to §3.4, §3.8 | `no_duplication` |
//! | FLL3, SL2, PL3, BEB3, RB3, URB3, PB3 | §2.4.2 to §2.4.4, §3.2 to §3.4, §3.8 | `no_creation` |
//! | FFPL4, FRB5 | §2.4.7, §3.9.1 | `fifo` |
//! | BEB1, RB1, URB1 | §3.2 to §3.4 | `validity` |
//! | RB4, URB4 | §3.3, §3.4 | `agreement` |
//! | CRB5 | §3.9.3 | `causal` |
//! | TOB5, UTOB5 | §6.1 | `total_order` |
//!
//! [`DeliveryProperties`] judges them in one pass: it keeps who sent and delivered what in a view, and shows each property the fact that
//! has just been announced together with the view as it was before. What must happen *eventually* is judged at the end, and is due a
//! stated time after it fell due or the world healed, whichever is later.
//!
//! FLL1, that what is sent without end arrives without end, is about executions without end: no trace that ends can break it. *Without
//! end* and *a finite number of times* in FLL2 and SL1 are read as: still, or no longer, once all has been well for that time.
//!
//! What is promised by chance only (PB1) is a figure, and how fast broadcasts are is another: see [`REACHED`] and [`CONVERGENCE`]. What
//! they cost, [`Cost`] counts.
//!
//! # Who is correct
//!
//! A process that never crashes. One that crashed and is back is a new process that came late: nothing is owed to it, and order is not
//! asked of it; but it, too, must deliver nothing twice in a life and nothing that nobody sent. What it broadcasts, if it takes part
//! again and does not crash any more, is owed to the others.
//!
//! # Causality
//!
//! It is computed from the trace: before a broadcast is all that its origin had delivered or broadcast in that life until then. No clock
//! of the protocol is looked at.

mod agreement;
mod causal;
mod cost;
mod explain;
mod fifo;
mod finite_duplication;
mod no_creation;
mod no_duplication;
mod properties;
mod property;
mod reach;
mod reliable_delivery;
mod stubborn_delivery;
#[cfg(test)]
mod tests;
mod total_order;
mod validity;
mod view;

pub use cost::{BYTES, CONTROL, Cost, MESSAGES, REPEATS};
pub use properties::DeliveryProperties;
pub use property::Property;
pub use reach::{CONVERGENCE, REACHED};
