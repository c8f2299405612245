//! Clusters of real processes on loopback: built, started, asked, killed and lied to as a user and a bad network would.

mod closures;
mod full;
mod garbage;
mod kills;
mod lines;
mod maelstrom;
mod net;
mod piped;
mod refusals;
mod secured;
mod services;
mod support;
