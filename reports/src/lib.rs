//! A run and a hunt, drawn: for a person at a terminal, and for other tools as JSON and as JUnit XML.
//!
//! Every function here is pure: a plain value in, text out. None prints, asks for the time or looks at the terminal, so the same
//! run is drawn with the same bytes wherever it was run, on simulated or on real sockets.

pub mod acts;
pub mod bugs;
pub mod campaign;
pub mod formats;
pub mod html;
pub mod json;
pub mod junit;
mod numbers;
mod page;
mod table;
pub mod terminal;
pub mod trace;

#[cfg(test)]
mod samples;

pub use page::{Page, Role};
