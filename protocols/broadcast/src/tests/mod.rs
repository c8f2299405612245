//! Whole worlds of broadcasts: what they promise holds in every order, with a crash at every send; with a bug planted, it does not.

mod judge;
mod promises;
mod world;
