//! Pages for a browser: each one file, with nothing that it fetches and nothing that it runs.

mod gallery;
mod picture;

pub use self::gallery::gallery;

/// How all pages look, in light and in dark.
const STYLE: &str = include_str!("html/style.css");
