//! What this build is.

use seatrial_service::HAS_MUTANTS;

/// The version, and whether planted bugs are compiled in: Cargo joins the features of all that is built together, so that a server which is
/// built along with the harness has them, though none is chosen. One that is built by itself has none.
pub const VERSION: &str = if HAS_MUTANTS {
    concat!(env!("CARGO_PKG_VERSION"), ", with planted bugs compiled in and none chosen")
} else {
    concat!(env!("CARGO_PKG_VERSION"), ", without planted bugs")
};
