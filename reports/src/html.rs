//! Pages for a browser: each one file that fetches nothing.

mod campaign;
mod chart;
mod gallery;
mod picture;
mod run;

pub use self::campaign::campaign;
pub use self::gallery::gallery;
pub use self::run::{Film, run};

/// How all pages look, in light and in dark.
const STYLE: &str = include_str!("html/style.css");
