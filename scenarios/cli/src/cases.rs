//! Case files that somebody names.

use std::path::Path;

use seatrial::{Case, Registry};

use crate::failure::Failure;

/// The case of this file. Who names a scenario has none yet.
pub(crate) fn read(path: &Path, registry: &Registry) -> Result<Case, Failure> {
    Case::read(path).map_err(|error| {
        let name = path.to_string_lossy();
        match registry.scenario(&name) {
            Ok(_) if !path.exists() => Failure::new(format!(
                "{name} is a scenario; run it with: seatrial run {name}; its runs that fail become cases with: seatrial hunt {name}"
            )),
            _ => error.into(),
        }
    })
}
