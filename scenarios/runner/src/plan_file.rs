//! A plan of faults as a file: drawn, printed, edited by hand, run again.
//!
//! A case file holds one run, whole. A plan file holds only the trouble, so that it can be read at a glance, changed, and tried with any
//! seed. Whatever in it makes no sense is refused with its line.

mod check;

use std::path::Path;

use seatrial_node::{Duration, NodeId};
use seatrial_sim::{FaultPlan, Rates};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::document::Document;
use crate::files;
use crate::prepared::Prepared;
use crate::scenario::{ScenarioError, place, words};

/// The version of plan files that this program writes and reads.
pub const PLAN_VERSION: u32 = 1;

/// A plan of faults, and the world that it is for.
#[derive(Clone, Debug)]
pub struct PlanFile {
    /// The scenario that it was drawn for.
    pub scenario: String,
    /// The seed that drew it, with which it is run where nobody names another.
    pub seed: Option<u64>,
    /// How many nodes there are; as the scenario says, where this is not said.
    pub nodes: Option<u32>,
    /// How many clients there are; as the scenario says, where this is not said.
    pub clients: Option<u32>,
    /// The trouble.
    pub plan: FaultPlan,
    /// Whether faults may contradict or repeat each other, or be less than they say, because they were drawn so: one gives way then, or they
    /// add up, and what hits a node that is gone for good, or a crash of one that is down, does nothing.
    pub overlaps: bool,
    /// Faults that were drawn and left out, because nothing comes of them; as words.
    left_out: Vec<String>,
    origin: Origin,
}

/// Where a plan was read.
#[derive(Clone, Debug, Default)]
struct Origin {
    file: String,
    text: String,
}

/// What `--print-plan` writes and `--plan` reads: the trouble of a run, and the world that it is for. Times count from the beginning of the
/// run; rates are parts in a million, where scenarios have percentages.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanTable {
    /// The version of the form of the file: 1.
    #[expect(dead_code, reason = "it is looked at before anything else is read")]
    seatrial_plan: u32,
    /// The scenario that it is for: another refuses it. Any, where none is named.
    #[serde(default)]
    scenario: String,
    /// The seed that drew it, with which it is run where `--seed` names no other. From 2⁶³ on it stands in quotes.
    seed: Option<toml::Value>,
    /// How many nodes there are; as the seed draws it, where this is not said.
    nodes: Option<u32>,
    /// How many clients there are; as the seed draws it, where this is not said.
    clients: Option<u32>,
    /// Whether faults may contradict or repeat each other, or be less than they say, as a seed may draw them: one gives way then, or they
    /// add up, and what hits a node that is gone for good, or a crash of one that is down, does nothing.
    #[serde(default)]
    overlaps: bool,
    /// How long the trouble goes on. Then every fault ends.
    heal_after: Duration,
    /// Who is healed then; everybody, where this is not said. What is broken elsewhere stays so for ever.
    core: Option<Vec<NodeId>>,
    /// What happens to messages and at fault points all the time, until the world heals.
    #[serde(default)]
    rates: Rates,
    /// Faults at their times: a `[[faults]]` for each PlannedFault.
    #[serde(default)]
    faults: Vec<toml::Table>,
    /// Faults that wait for something: an `[[awaited]]` for each Awaited.
    #[serde(default)]
    awaited: Vec<toml::Table>,
}

impl PlanFile {
    /// The plan that this seed draws.
    pub fn of(prepared: &Prepared, seed: u64) -> Self {
        let setup = prepared.setup(seed);
        let mut plan = setup.plan;
        let left_out = check::take_out_idle(&mut plan);
        Self {
            scenario: prepared.scenario().name.clone(),
            seed: Some(seed),
            nodes: Some(setup.members.len() as u32),
            clients: Some(setup.clients),
            overlaps: Self::has_overlaps(&plan),
            plan,
            left_out,
            origin: Origin::default(),
        }
    }

    /// Reads a plan from a file.
    ///
    /// # Errors
    /// Where the file cannot be read, is of another version, or makes no sense: with the line, where one is to blame.
    pub fn read(path: &Path) -> Result<Self, ScenarioError> {
        Self::parse(&path.display().to_string(), &files::read(path)?)
    }

    /// Reads a plan from text. `file` is what errors call it.
    ///
    /// # Errors
    /// As [`PlanFile::read`].
    pub fn parse(file: &str, text: &str) -> Result<Self, ScenarioError> {
        // Some editors begin a file with a mark of its byte order.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        Document::Plan.unless_other(file, text)?;
        check_version(file, text)?;
        let written: PlanTable =
            toml::from_str(text).map_err(|error| ScenarioError::from_toml(file, text, &error))?;
        let origin = Origin { file: file.to_owned(), text: text.to_owned() };
        let (mut faults, mut awaited) = (Vec::new(), Vec::new());
        for table in written.faults {
            faults.push(origin.fault(&format!("faults[{}]", faults.len()), table)?);
        }
        for table in written.awaited {
            awaited.push(origin.fault(&format!("awaited[{}]", awaited.len()), table)?);
        }
        let PlanTable { heal_after, core, rates, overlaps, .. } = written;
        let seed = written.seed.map(|seed| read_seed(&seed).ok_or_else(|| origin.no_seed()));
        Ok(Self {
            scenario: written.scenario,
            seed: seed.transpose()?,
            nodes: written.nodes,
            clients: written.clients,
            overlaps,
            plan: FaultPlan { heal_after, rates, faults, core, awaited },
            left_out: Vec::new(),
            origin,
        })
    }

    /// The plan as text, with what a reader has to know to edit it.
    pub fn to_toml(&self) -> String {
        let head = toml::Table::from_iter([(
            "scenario".to_owned(),
            toml::Value::from(self.scenario.as_str()),
        )]);
        let version = format!("seatrial_plan = {PLAN_VERSION}");
        let mut text = format!("{version:<24}# {WRITTEN_BY}{PROGRAM}\n{head}");
        let mut field = |name: &str, value: Option<String>, about: &str| {
            if let Some(value) = value {
                text.push_str(&format!("{:<24}# {about}\n", format!("{name} = {value}")));
            }
        };
        field("seed", self.seed.map(write_seed), "which seed drew it");
        let who = |letter: char, count: u32| match count {
            1 => format!("{letter}0"),
            count => format!("{letter}0 to {letter}{}", count.saturating_sub(1)),
        };
        let nodes = self.nodes.map_or_else(String::new, |nodes| who('n', nodes));
        field("nodes", self.nodes.map(|nodes| nodes.to_string()), &nodes);
        let clients = match self.clients {
            Some(0) | None => "nobody asks".to_owned(),
            Some(clients) => who('c', clients),
        };
        field("clients", self.clients.map(|clients| clients.to_string()), &clients);
        let overlaps = self.overlaps.then(|| "true".to_owned());
        field(
            "overlaps",
            overlaps,
            "as drawn: of two at once one gives way or does nothing, drifts add up",
        );
        text.push_str(HELP);
        for fault in &self.left_out {
            text.push_str(&format!("# {fault}\n"));
        }
        text.push('\n');
        text + &toml::to_string(&self.plan).expect("every plan has a form in TOML")
    }
}

/// The version of this program. A plan says which one wrote it, for whoever has another.
const PROGRAM: &str = env!("CARGO_PKG_VERSION");
const WRITTEN_BY: &str = "written by seatrial ";

const HELP: &str = "
# Times are counted from the beginning of the run and written as \"150ms\"; rates are parts in a million. At `heal_after` every fault ends. A
# fault `lasts` from `at` on; what never ends, or happens at once, has no `lasts`. `seatrial faults` shows every kind, and
# `seatrial faults crash` one of them with an example. `core`, if it is there, names the nodes that are healed: the others stay as they are.
# Run it with: seatrial run SCENARIO --plan FILE
";

/// A whole number; in TOML those end at 2⁶³, and seeds do not.
fn write_seed(seed: u64) -> String {
    i64::try_from(seed).map_or_else(|_| format!("\"{seed}\""), |seed| seed.to_string())
}

fn read_seed(seed: &toml::Value) -> Option<u64> {
    match seed {
        toml::Value::Integer(seed) => u64::try_from(*seed).ok(),
        toml::Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

impl Origin {
    /// A fault, with a time or with something that it waits for, from this entry.
    fn fault<T: DeserializeOwned>(
        &self,
        entry: &str,
        table: toml::Table,
    ) -> Result<T, ScenarioError> {
        let kind = table.get("kind").and_then(toml::Value::as_str).map(str::to_owned);
        if let Some(what) = kind.as_deref().and_then(check::no_kind) {
            return Err(self.wrong(entry, "kind", what));
        }
        // The error names the field, or the value that is wrong there.
        let read = toml::Value::Table(table).try_into::<T>();
        read.map_err(|error| {
            let named = |quote: char| error.message().split(quote).nth(1);
            let key = named('`').or_else(|| named('"')).unwrap_or_default().to_owned();
            self.wrong(entry, &key, words::plain(error.message()))
        })
    }

    /// An error at this key of this table, or else where the table begins.
    fn wrong(&self, table: &str, key: &str, what: String) -> ScenarioError {
        ScenarioError::new(&self.file, what).at(&self.text, table, key)
    }

    /// The line of this key of this table.
    fn line(&self, table: &str, key: &str) -> Option<usize> {
        place::line(&self.text, table, key)
    }

    fn no_seed(&self) -> ScenarioError {
        let what = "no seed: a whole number is wanted, or, from 2^63 on, one in quotes".to_owned();
        self.wrong("", "seed", what)
    }
}

/// Another version is told before anything else: its fields may be others.
fn check_version(file: &str, text: &str) -> Result<(), ScenarioError> {
    let version = |line: &str| {
        let value = line.trim().strip_prefix("seatrial_plan")?.trim().strip_prefix('=')?;
        let (value, comment) = value.split_once('#').unwrap_or((value, ""));
        let program = comment.split_once(WRITTEN_BY).map(|(_, program)| program.trim().to_owned());
        Some((value.trim().parse::<u32>().ok()?, program))
    };
    let what = match text.lines().find_map(version) {
        Some((PLAN_VERSION, _)) => return Ok(()),
        Some((other, program)) => {
            let writer = match program {
                Some(program) => format!("seatrial {program}, which wrote it"),
                None => "the program that wrote it".to_owned(),
            };
            format!(
                "a plan of version {other}; this program, seatrial {PROGRAM}, writes and reads version {PLAN_VERSION}: use {writer}"
            )
        }
        None => "no plan: there is no line `seatrial_plan = 1`".to_owned(),
    };
    Err(ScenarioError::new(file, what).at(text, "", "seatrial_plan"))
}

#[cfg(test)]
mod tests;
