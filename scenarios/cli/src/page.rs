//! `--html`: a run as a page, with another run beside it where there is one.

use std::path::Path;

use seatrial::{Prepared, Recording, Registry};
use seatrial_reports::html::{self, Film};

use crate::args::Telling;
use crate::cases;
use crate::console::Console;
use crate::failure::Failure;
use crate::files::Pending;

/// The page that is to be written, and the run that is shown beside the one that is told.
pub(crate) struct Page {
    file: Pending,
    beside: Option<Beside>,
}

/// Another run, by the name of its file.
struct Beside {
    name: String,
    prepared: Prepared,
    seed: u64,
}

impl Page {
    /// The page that was asked for, if one was. Beside the run of a case stands what `shrink` has made of it, where nothing else is asked
    /// for and that is there.
    pub(crate) fn asked(
        telling: &Telling,
        case: Option<&Path>,
        registry: &Registry,
        console: &Console,
    ) -> Result<Option<Self>, Failure> {
        let Some(path) = &telling.html else {
            return Ok(None);
        };
        let small = || {
            let small = case?.with_extension("min.case");
            small.is_file().then_some(small)
        };
        let beside = match telling.beside.clone().or_else(small) {
            Some(path) => {
                console.note(&format!("beside it: {}", path.display()));
                Some(read(&path, registry)?)
            }
            None => None,
        };
        Ok(Some(Self { file: Pending::create(path)?, beside }))
    }

    /// Writes the page.
    pub(crate) fn write(mut self, run: &Recording) -> Result<(), Failure> {
        let beside =
            self.beside.map(|Beside { name, prepared, seed }| (name, prepared.record(seed)));
        let mut films = vec![film("the run", run)];
        films.extend(beside.as_ref().map(|(name, beside)| film(name, beside)));
        self.file.write(&html::run(&films))?;
        self.file.finish()
    }
}

fn read(path: &Path, registry: &Registry) -> Result<Beside, Failure> {
    let case = cases::read(path, registry)?;
    let (prepared, seed) = case.prepare(registry).map_err(|error| error.in_file(path))?;
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    Ok(Beside { name, prepared, seed })
}

fn film<'a>(title: &'a str, run: &'a Recording) -> Film<'a> {
    let Recording { account, trace, history, explanation, linearizations } = run;
    Film { title, account, trace, history, explanation: explanation.as_ref(), linearizations }
}
