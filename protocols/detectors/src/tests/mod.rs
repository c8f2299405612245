//! Detectors against each other in a small hand-made world: what they promise holds, and a planted bug breaks it.

mod accrual;
mod heartbeats;
mod leaders;
mod misuse;
mod pump;
mod swim;
