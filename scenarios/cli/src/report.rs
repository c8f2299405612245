//! `seatrial report`: a whole hunt, or several, from the lines that they have left.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use seatrial_history::Outcome;
use seatrial_reports::campaign::{Campaign, CampaignAccount};
use seatrial_reports::{html, json, terminal};

use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::files::{self, Pending};

const EXAMPLES: &str = "\
Examples:
  seatrial report hunt.jsonl
  seatrial report one.jsonl other.jsonl --html campaign.html
  seatrial report hunt.jsonl --json";

/// What `report` takes.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// What `seatrial hunt --jsonl` has written: one hunt, or several that are parts of one campaign, in any order
    #[arg(value_name = "FILE.jsonl", required = true)]
    files: Vec<PathBuf>,
    /// Write the report to FILE, as one page of HTML
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Tell the report as JSON
    #[arg(long)]
    json: bool,
}

/// Puts hunts together and tells what they come to.
pub(crate) fn report(args: &Args, console: &Console) -> Result<Exit, Failure> {
    for file in &args.files {
        files::keep_apart(file, &[args.html.as_deref()])?;
    }
    let mut campaign = Campaign::default();
    for path in &args.files {
        if let Some(note) = read(path, &mut campaign)? {
            console.note(&format!("{}: {note}", path.display()));
        }
    }
    let account = campaign.account();
    let account = account.ok_or_else(|| Failure::new("no hunt to report"))?;
    if let Some(path) = &args.html {
        let mut page = Pending::create(path)?;
        page.write(&html::campaign(&account))?;
        page.finish()?;
    }
    console.out(&match args.json {
        true => json::campaign(&account),
        false => terminal::campaign(&account, &console.page()),
    })?;
    Ok(ending(&account))
}

/// Reads a file, line by line: it may be larger than memory. Says what is missing of it.
fn read(path: &Path, campaign: &mut Campaign) -> Result<Option<String>, Failure> {
    let failed = |error| Failure::file(path, "cannot be read", &error);
    let mut file = BufReader::new(File::open(path).map_err(failed)?);
    campaign.begin(&path.display().to_string());
    let mut bytes = Vec::new();
    for number in 1_u64.. {
        bytes.clear();
        if file.read_until(b'\n', &mut bytes).map_err(failed)? == 0 {
            break;
        }
        let is_cut = bytes.pop_if(|last| *last == b'\n').is_none();
        let text = match str::from_utf8(&bytes) {
            Ok(text) => Ok(text),
            // A character may be cut in half, as a line may.
            Err(_) if is_cut => Ok(""),
            Err(error) => Err(format!("not UTF-8: {error}; is it the right file?")),
        };
        let taken = text.and_then(|text| campaign.line(text, is_cut));
        taken.map_err(|what| Failure::new(format!("{}:{number}: {what}", path.display())))?;
    }
    campaign.end().map_err(|what| Failure::new(format!("{}: {what}", path.display())))
}

/// As the hunts themselves would end; hunts that were not finished know nothing of the rest.
fn ending(account: &CampaignAccount) -> Exit {
    match account.outcome() {
        Outcome::Violated if account.violated == account.unrepeated => Exit::NotDeterministic,
        Outcome::Violated => Exit::Violated,
        Outcome::Unknown => Exit::Unknown,
        Outcome::Holds | Outcome::Excused => Exit::Holds,
    }
}
