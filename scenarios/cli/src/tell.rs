//! Making one run and telling it: what `run` and `replay` have in common, so that they say the same.

use std::path::Path;
use std::time::Instant;

use seatrial::{Prepared, Recording};
use seatrial_history::{Account, Header, History};
use seatrial_node::Duration;
use seatrial_reports::{json, terminal, trace};

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
    let history_file = telling.history.as_deref().map(history_file).transpose()?;
    let begun = Instant::now();
    let bare = prepared.run(seed);
    let wall = begun.elapsed();
    let mut run = prepared.record(seed);
    if bare.hash != run.account.hash {
        prepared.tell_apart(&bare.hash, &mut run.account);
    }
    name(&mut run.account)?;
    if let Some(file) = history_file {
        write_history(file, &run.history, prepared, seed)?;
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
    console.out(&match telling.json {
        true => json::account(&account),
        false => terminal::account(&account, &trace, &page),
    })?;
    let elapsed = Duration::from_nanos(account.end.time.as_nanos());
    console.note(&terminal::speed(1, account.end.step, elapsed, wall));
    Ok(Exit::of(&account))
}

/// The file that a history goes to, before anything is run for it.
fn history_file(path: &Path) -> Result<Pending, Failure> {
    if path.extension().is_some_and(|extension| extension == "edn") {
        let what = "histories are written as JSON lines; name the file .jsonl";
        return Err(Failure::new(format!("{}: {what}", path.display())));
    }
    Pending::create(path)
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
