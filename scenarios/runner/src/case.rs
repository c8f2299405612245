//! A case file: one run, complete. It replays from an empty directory, with nothing but the program.

mod text;

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use seatrial_search::Recipe;
use seatrial_sim::{FaultPlan, Override, Schedule, Steering, Step, Stuck, Touch, Turn, Wish};
use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use crate::document::Document;
use crate::faults::Faults;
use crate::files::{self, make_folder_of};
use crate::prepared::{Bent, Course, Measuring, Prepared};
use crate::registry::Registry;
use crate::scenario::{Origin, Scenario, ScenarioError, nearest};
use crate::workload::Operations;

/// The version of case files that this program writes and reads.
pub const CASE_VERSION: u32 = 1;

/// One run, as a file holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The version of the format.
    pub seatrial_case: u32,
    /// The seed.
    pub seed: u64,
    /// The seed of the run that was to be made small, where this one took its place because it became shorter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_place_of: Option<u64>,
    /// The planted bug, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mutant: Option<String>,
    /// The hash of the run when the case was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// Where other seeds take over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub turns: Vec<Turn>,
    /// Where its trouble was drawn from, if not from the scenario.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub faults: Option<String>,
    /// Whether it was drawn beyond what the protocol promises to survive.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub beyond_budget: bool,
    /// The strategy that chose what happens next, where time did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steering: Option<Steering>,
    /// What each client asks, where its workload does not draw it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operations: Option<Operations>,
    /// Sites at which every choice is the simplest, but for those that are listed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub simple: Vec<String>,
    /// What happens, one thing after the other, in place of what time would bring. Then every choice is the simplest, but for those that
    /// are listed, so that the seed does not matter, and what needs a whole run to be judged is not judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
    /// What is done to the run by hand: after how many events, and what.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub touches: Vec<Touch>,
    /// Choices that differ from what the seed gives.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Override>,
    /// The trouble.
    #[serde(default, skip_serializing_if = "is_calm")]
    pub plan: FaultPlan,
    /// The scenario, whole.
    pub scenario: Scenario,
    /// Where it was read, for errors that come later.
    #[serde(skip)]
    pub(crate) origin: Origin,
}

fn is_calm(plan: &FaultPlan) -> bool {
    *plan == FaultPlan::calm()
}

impl Case {
    /// The case of this seed, with the hash of its run.
    pub fn new(prepared: &Prepared, seed: u64, hash: Option<String>) -> Self {
        let bent = prepared.bends();
        let Recipe { seed: decides, turns, .. } = prepared.recipe(seed);
        Self {
            seatrial_case: CASE_VERSION,
            seed: decides,
            in_place_of: None,
            mutant: prepared.mutant().map(|mutant| mutant.name.to_owned()),
            hash,
            turns,
            faults: match prepared.faults() {
                Faults::Scenario => None,
                faults => Some(faults.to_string()),
            },
            beyond_budget: prepared.is_beyond_budget(),
            steering: prepared.setup(seed).steering,
            operations: bent.operations.clone(),
            simple: bent.simple.clone(),
            schedule: match &bent.course {
                Course::Schedule(schedule) => Some(Schedule::clone(schedule)),
                _ => None,
            },
            touches: bent.touches.clone(),
            choices: bent.choices.given().to_vec(),
            plan: prepared.plan(seed),
            scenario: prepared.scenario().clone(),
            origin: Origin::default(),
        }
    }

    /// Reads a case from a file.
    ///
    /// # Errors
    /// Where the file cannot be read, is of another version, is cut off, or makes no sense.
    pub fn read(path: &Path) -> Result<Self, ScenarioError> {
        Self::parse(&path.display().to_string(), &files::read(path)?)
    }

    /// Reads a case from text. `file` is what errors call it.
    ///
    /// # Errors
    /// As [`Case::read`].
    pub fn parse(file: &str, text: &str) -> Result<Self, ScenarioError> {
        Document::Case.unless_other(file, text)?;
        check_version(file, text)?;
        if !text.trim_end().ends_with(END) {
            let end = text.lines().position(|line| line == END);
            let what = match end {
                Some(_) => format!("something stands after the last line, `{END}`: take it out"),
                None => format!(
                    "the file is cut off here: its last line, `{END}`, is missing; get the whole file"
                ),
            };
            let line = Some(end.map_or_else(|| text.lines().count(), |end| end + 2));
            return Err(ScenarioError { line, ..ScenarioError::new(file, what) });
        }
        let mut case: Self = toml::from_str(text).map_err(|error| no_case(file, text, &error))?;
        case.origin = Origin { file: file.to_owned(), text: text.to_owned(), within: "" };
        case.scenario.origin = Origin { within: "scenario", ..case.origin.clone() };
        let checked = case.scenario.check();
        checked.map_err(|(table, key, what)| case.scenario.wrong(table, key, what))?;
        case.check_hash()?;
        Ok(case)
    }

    /// Whether the hash could be one.
    fn check_hash(&self) -> Result<(), ScenarioError> {
        let Some(hash) = &self.hash else { return Ok(()) };
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if hash.len() == 16 && hash.bytes().all(is_digit) {
            return Ok(());
        }
        let what = format!(
            "hash = {hash:?}: no hash of a run, which has 16 digits from 0 to 9 and a to f; leave the line out where you do not know it"
        );
        Err(self.wrong("", "hash", what))
    }

    /// An error about this key of this table of the case.
    fn wrong(&self, table: &str, key: &str, what: String) -> ScenarioError {
        let Origin { file, text, .. } = &self.origin;
        let file = if file.is_empty() { &self.scenario.name } else { file };
        ScenarioError::new(file, what).at(text, table, key)
    }

    /// The file that it was read from; empty, where it was made by a program.
    pub fn file(&self) -> &str {
        &self.origin.file
    }

    /// The case as text.
    pub fn to_toml(&self) -> String {
        let mut table = Table::try_from(self).expect("every case has a form in TOML");
        table.insert("scenario".to_owned(), Value::Table(text::trim(&self.scenario)));
        if !is_calm(&self.plan) {
            table.insert("plan".to_owned(), Value::Table(text::trim(&self.plan)));
        }
        let body = text::write(&table, &FIRST);
        let name = &self.scenario.name;
        let head = match self.scenario.protocol == crate::trial::PROTOCOL {
            true => "# A run of a test's trial. Run it again with: SEATRIAL_CASE=FILE cargo test NAME_OF_THE_TEST".to_owned(),
            false => {
                format!("# A run of the scenario {name}. Replay it with: seatrial replay FILE")
            }
        };
        format!("{head}\n{body}\n{END}\n")
    }

    /// Writes the case to a file, whole or not at all.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        make_folder_of(path)?;
        let draft = path.with_extension("case.part");
        fs::File::create(&draft)?.write_all(self.to_toml().as_bytes())?;
        fs::rename(&draft, path)
    }

    /// Gets the run ready.
    ///
    /// # Errors
    /// Where this program knows no such protocol, workload, mutant or judge, or the plan does not fit the run.
    pub fn prepare(self, registry: &Registry) -> Result<(Prepared, u64), ScenarioError> {
        let (origin, was_made) = (self.origin.clone(), self.hash.is_some());
        let (prepared, seed) = self.get_ready(registry)?;
        let wrong = |what: String, list, index| {
            Err(ScenarioError::new(&origin.file, what).at_element(&origin.text, list, index))
        };
        if let Some(stuck) = prepared.check_schedule(seed) {
            let since = if was_made { SINCE } else { "" };
            return wrong(format!("{stuck}{since}"), "schedule", stuck.index);
        }
        if let Some(missed) = prepared.check_touches(seed) {
            let touch = &prepared.bends().touches[missed.index];
            let what = format!("\"{touch}\" cannot be done: {}", missed.why);
            return wrong(what, "touches", missed.index);
        }
        Ok((prepared, seed))
    }

    /// What of it changes no choice, since the run that it makes has no such site: with its line, and the site that may have been meant.
    pub fn strange_sites(&self, prepared: &Prepared) -> Vec<ScenarioError> {
        if self.choices.is_empty() && self.simple.is_empty() {
            return Vec::new();
        }
        let mut worker = prepared.worker(Measuring::Bounded);
        worker.run(self.seed);
        let known = worker.sites();
        let strange = |list: &str, index: usize, site: &str| {
            let meant = nearest(site, known.iter().copied());
            // Shrinking leaves sites in `simple` that a smaller run no longer comes past.
            if known.contains(&site) || meant.is_none() && list == SIMPLE {
                return None;
            }
            let meant =
                meant.map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
            let what = format!("{list}: no choice is made at `{site}` in this run{meant}");
            let error = ScenarioError::new(&self.origin.file, what);
            Some(error.at_element(&self.origin.text, list, index))
        };
        let choices = self.choices.iter().map(|choice| &*choice.site).enumerate();
        let choices = choices.filter_map(|(index, site)| strange("choices", index, site));
        let simple = self.simple.iter().enumerate();
        choices.chain(simple.filter_map(|(index, site)| strange(SIMPLE, index, site))).collect()
    }

    /// Gets the run ready of a case that is kept, in whose code a bug has been mended, or something else has changed: what of its schedule
    /// can no longer happen is left out. Says where that begins, if it does.
    ///
    /// # Errors
    /// As [`Case::prepare`], but for the schedule.
    pub(crate) fn prepare_kept(
        self,
        registry: &Registry,
    ) -> Result<(Prepared, u64, Option<Stuck>), ScenarioError> {
        let schedule = self.schedule.clone().unwrap_or_default();
        let (prepared, seed) = self.get_ready(registry)?;
        let stuck = prepared.check_schedule(seed);
        if stuck.is_none() {
            return Ok((prepared, seed, None));
        }
        let wishes = schedule.steps.into_iter().map(Wish::by_the_letter).collect();
        Ok((prepared.on_course(Course::Wishes(wishes, Vec::new())), seed, stuck))
    }

    /// The same without a look at whether its schedule, and what is done by hand, can be carried out.
    ///
    /// # Errors
    /// As [`Case::prepare`], but for these.
    pub(crate) fn get_ready(
        mut self,
        registry: &Registry,
    ) -> Result<(Prepared, u64), ScenarioError> {
        if let (Some(name), Ok(protocol)) = (&self.mutant, registry.find(&self.scenario.protocol)) {
            protocol.mutant(name).map_err(|what| self.wrong("", "mutant", what))?;
        }
        let out_of_order = |pair: &[Touch]| pair[1].after < pair[0].after;
        if let Some(place) = self.touches.windows(2).position(out_of_order) {
            let late = &self.touches[place + 1];
            let what = format!("\"{late}\" is not in order: put it further up");
            let error = ScenarioError::new(&self.origin.file, what);
            return Err(error.at_element(&self.origin.text, "touches", place + 1));
        }
        let (scenario, mutant) = (self.scenario.clone(), self.mutant.as_deref());
        let prepared = Prepared::whatever_is_drawn(registry, scenario, mutant)?;
        let faults = self.faults.as_deref().map_or(Ok(Faults::Scenario), str::parse);
        let of_faults = |what| self.wrong("", "faults", what);
        // Its plan is drawn already, but what else its seed draws is drawn once more, and told.
        let prepared = prepared
            .with_faults(faults.map_err(of_faults)?, self.beyond_budget)
            .map_err(of_faults)?
            .bent(self.bends());
        prepared
            .check_plan(self.seed)
            .map_err(|slip| self.wrong(&format!("plan.{}", slip.table), &slip.key, slip.what))?;
        Ok((prepared, self.seed))
    }

    /// What the case changes of the runs of its scenario; handed over.
    fn bends(&mut self) -> Bent {
        let course = std::mem::take(&mut self.schedule)
            .map_or_else(Course::default, |schedule| Course::Schedule(Arc::new(schedule)));
        let turns = std::mem::take(&mut self.turns);
        let recipe =
            (!turns.is_empty()).then_some(Recipe { turns, ..Recipe::plain(self.seed, None) });
        Bent {
            plan: Some(std::mem::take(&mut self.plan)),
            choices: std::mem::take(&mut self.choices).into(),
            simple: std::mem::take(&mut self.simple),
            course,
            steering: self.steering,
            recipe,
            operations: self.operations.take(),
            touches: std::mem::take(&mut self.touches),
            endless: false,
            until: None,
        }
    }
}

/// What stands first in a case, in this order.
const FIRST: [&str; 13] = [
    "seatrial_case",
    "seed",
    "in_place_of",
    "turns",
    "mutant",
    "hash",
    "faults",
    "beyond_budget",
    "steering",
    "simple",
    "schedule",
    "touches",
    "choices",
];

const SIMPLE: &str = "simple";

/// What may have come in between, where a run was made of the case's schedule.
const SINCE: &str = "; since the run was made that the case was written of, the case was edited (its steps, its mutant, its settings), or the \
    code has changed";

/// The last line of every case: a file without it is cut off.
const END: &str = "# end of case";

/// What is wrong with the text of a case. The reader knows of a step only in which list it is.
fn no_case(file: &str, text: &str, error: &toml::de::Error) -> ScenarioError {
    let error = ScenarioError::from_toml(file, text, error);
    let table: Option<Table> = toml::from_str(text).ok();
    let wrong = |list: &'static str, is_line: fn(&str) -> bool| {
        let lines = table.as_ref()?.get(list)?.as_array()?;
        let is_wrong = |line: &Value| line.as_str().is_none_or(|line| !is_line(line));
        Some((list, lines.iter().position(is_wrong)?))
    };
    let step = wrong("schedule", |line| line.parse::<Step>().is_ok());
    match step.or_else(|| wrong("touches", |line| line.parse::<Touch>().is_ok())) {
        Some((list, index)) => error.at_element(text, list, index),
        None => error,
    }
}

/// Another version is told before anything else: its fields may be others.
fn check_version(file: &str, text: &str) -> Result<(), ScenarioError> {
    fn version(line: &str) -> Option<&str> {
        let value = line.trim().strip_prefix("seatrial_case")?.trim().strip_prefix('=')?;
        Some(value.split('#').next()?.trim())
    }
    let version = text.lines().find_map(version);
    let what = match version.map(|said| (said, said.parse::<u32>())) {
        Some((_, Ok(CASE_VERSION))) => return Ok(()),
        Some((_, Ok(other))) => format!(
            "a case of version {other}; this program reads version {CASE_VERSION}: use the program that wrote it"
        ),
        Some((said, Err(_))) => {
            format!("{said:.40} is no version of a case: write `seatrial_case = {CASE_VERSION}`")
        }
        None => "no case: there is no line `seatrial_case = 1`".to_owned(),
    };
    Err(ScenarioError::new(file, what).at(text, "", "seatrial_case"))
}

#[cfg(test)]
mod tests;
