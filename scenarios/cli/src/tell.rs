//! Making one run and telling it: what `run` and `replay` have in common, so that they say the same.

use std::path::Path;
use std::time::Instant;

use seatrial::{Prepared, Recording};
use seatrial_history::{Account, Header, write_edn};
use seatrial_node::Duration;
use seatrial_reports::acts::Acts;
use seatrial_reports::formats::Run;
use seatrial_reports::{terminal, trace};

use crate::args::Telling;
use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::files::Pending;
use crate::page::Page;

/// Runs the seed and tells it. The seed is run twice, once for its speed and once with the recorder on; `name` says in the account
/// how it can be run again.
pub(crate) fn tell(
    prepared: &Prepared,
    seed: u64,
    telling: &Telling,
    html: Option<Page>,
    console: &Console,
    name: impl FnOnce(&mut Account) -> Result<(), Failure>,
) -> Result<Exit, Failure> {
    let outputs = Outputs::open(telling)?;
    let begun = Instant::now();
    let bare = prepared.run(seed);
    let wall = begun.elapsed();
    let mut run = prepared.record(seed);
    if bare.hash != run.account.hash {
        prepared.tell_apart(&bare.hash, &mut run.account);
    }
    name(&mut run.account)?;
    if telling.form().is_some() {
        // Not every form has a place for them.
        run.account.notices.iter().for_each(|notice| console.note(notice));
    }
    outputs.write(&run, &header(prepared, seed), telling, html, console)?;
    let end = run.account.end;
    let elapsed = Duration::from_nanos(end.time.as_nanos());
    console.note(&terminal::speed(1, end.step, elapsed, wall));
    Ok(Exit::of(&run.account))
}

/// The files into which a run is told. What cannot be written is said before anything is run for it.
pub(crate) struct Outputs {
    history: Option<Pending>,
    form: Option<Pending>,
}

impl Outputs {
    /// Begins to write those that are asked for.
    pub(crate) fn open(telling: &Telling) -> Result<Self, Failure> {
        let [history, form, _] = telling.outputs();
        let open = |path: Option<&Path>| path.map(Pending::create).transpose();
        Ok(Self { history: open(history)?, form: open(form)? })
    }

    /// Tells a run as it is asked for, in files and on standard output.
    pub(crate) fn write(
        self,
        run: &Recording,
        header: &Header,
        telling: &Telling,
        html: Option<Page>,
        console: &Console,
    ) -> Result<(), Failure> {
        let Recording { account, trace, history, .. } = run;
        match self.history {
            Some(mut file) if telling.history.as_deref().is_some_and(is_edn) => {
                file.write(&write_edn(trace))?;
                file.finish()?;
            }
            Some(mut file) => {
                file.write_with(|out| history.write_jsonl(Some(header), out))?;
                file.finish()?;
            }
            None => {}
        }
        if let Some(html) = html {
            html.write(run)?;
        }
        let page = console.page();
        if let Some(filter) = &telling.trace {
            console.out(&trace::draw(trace, filter, &page))?;
            console.out("\n")?;
        }
        let formed = telling.form().map(|format| {
            let acts = Acts::of(trace);
            format.write(&Run { account, trace, acts: &acts })
        });
        let to_terminal = || terminal::account(account, trace, &page);
        match (formed, self.form) {
            (Some(text), Some(mut file)) => {
                file.write(&text)?;
                file.finish()?;
                console.out(&to_terminal())
            }
            (Some(text), None) => console.out(&text),
            (None, _) => console.out(&to_terminal()),
        }
    }
}

fn is_edn(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "edn")
}

/// What a history's file says of it.
pub(crate) fn header(prepared: &Prepared, seed: u64) -> Header {
    Header {
        form: Header::FORM,
        model: prepared.scenario().judge.model.clone(),
        seed: Some(seed.to_string()),
        time: Some("ns".to_owned()),
        ..Header::default()
    }
}
