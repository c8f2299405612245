//! Whole worlds of broadcasts: what they promise holds in every order, with a crash at every send; with a bug planted, it does not.

#[cfg(feature = "mutants")]
mod bugs;
mod clients;
mod figures;
mod judge;
mod lives;
mod misuse;
mod order;
mod promises;
mod rumours;
mod total_order;
mod world;
