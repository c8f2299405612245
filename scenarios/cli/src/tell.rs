//! Making one run and telling it: what `run` and `replay` have in common, so that they say the same.

use std::path::Path;
use std::time::Instant;

use seatrial::{Prepared, Recording};
use seatrial_history::{Account, Header, History, write_edn};
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
    // What cannot be written is said before anything is run for it.
    let [history_path, output, _] = telling.outputs();
    let history_file = history_path.map(Pending::create).transpose()?;
    let output = output.map(Pending::create).transpose()?;
    let begun = Instant::now();
    let bare = prepared.run(seed);
    let wall = begun.elapsed();
    let mut run = prepared.record(seed);
    if bare.hash != run.account.hash {
        prepared.tell_apart(&bare.hash, &mut run.account);
    }
    name(&mut run.account)?;
    match history_file {
        Some(mut file) if history_path.is_some_and(is_edn) => {
            file.write(&write_edn(&run.trace))?;
            file.finish()?;
        }
        Some(file) => write_history(file, &run.history, prepared, seed)?,
        None => {}
    }
    if let Some(html) = html {
        html.write(&run)?;
    }
    let Recording { account, trace, .. } = run;
    let page = console.page();
    if let Some(filter) = &telling.trace {
        console.out(&trace::draw(&trace, filter, &page))?;
        console.out("\n")?;
    }
    let formed = telling.form().map(|format| {
        let acts = Acts::of(&trace);
        format.write(&Run { account: &account, trace: &trace, acts: &acts })
    });
    let to_terminal = || terminal::account(&account, &trace, &page);
    match (formed, output) {
        (Some(text), Some(mut file)) => {
            file.write(&text)?;
            file.finish()?;
            console.out(&to_terminal())?;
        }
        (Some(text), None) => console.out(&text)?,
        (None, _) => console.out(&to_terminal())?,
    }
    let elapsed = Duration::from_nanos(account.end.time.as_nanos());
    console.note(&terminal::speed(1, account.end.step, elapsed, wall));
    Ok(Exit::of(&account))
}

fn is_edn(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "edn")
}

fn write_history(
    mut file: Pending,
    history: &History,
    prepared: &Prepared,
    seed: u64,
) -> Result<(), Failure> {
    let header = Header {
        form: Header::FORM,
        model: prepared.scenario().judge.model.clone(),
        seed: Some(seed.to_string()),
        time: Some("ns".to_owned()),
        ..Header::default()
    };
    file.write_with(|out| history.write_jsonl(Some(&header), out))?;
    file.finish()
}
