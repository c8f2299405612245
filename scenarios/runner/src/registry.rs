//! What can be tried: protocols, each with its settings, its planted bugs and its workloads.
//!
//! A registry is a value. [`Registry::ours`] holds the protocols that come with Seatrial; a user's own nodes go into another one, and
//! get the same hunts, case files and command line.

mod settings;

use std::fmt::{self, Debug};
use std::sync::Arc;

use seatrial_checkers::Checker;
use seatrial_history::{Amount, Measure, Theory};
use seatrial_node::{Disk, NoStorage, Node, OpenError, Wire};
use seatrial_search::{Explorable, Exploration};

pub use self::settings::Settings;
pub(crate) use self::settings::Versions;
use crate::budget::FaultBudget;
use crate::explore::{Bounds, ExplorationEntry, ExplorationInfo};
use crate::hush::hushed;
use crate::marks::MarkInfo;
use crate::outside::{MakeCrew, Service};
use crate::scenario::{LibraryEntry, Scenario, ScenarioError, unknown};
use crate::stage::{Arena, Stage};
use crate::wires::Wires;
use crate::workload::{NONE, Silence, Workload};

/// Protocols by name.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    protocols: Vec<Arc<Protocol>>,
    scenarios: Vec<LibraryEntry>,
}

impl Registry {
    /// A registry with nothing in it.
    pub fn empty() -> Self {
        Self::default()
    }

    /// The protocols that come with Seatrial, and their scenarios.
    #[cfg(feature = "protocols")]
    pub fn ours() -> Self {
        let protocols = crate::protocols::all().into_iter().fold(Self::empty(), Self::with);
        crate::LIBRARY.iter().copied().fold(protocols, Self::with_scenario)
    }

    /// The same registry and one protocol more, in place of one of the same name.
    #[must_use]
    pub fn with(mut self, protocol: Protocol) -> Self {
        self.protocols.retain(|known| known.name != protocol.name);
        self.protocols.push(Arc::new(protocol));
        self
    }

    /// The same registry and one scenario more, in place of one of the same name, so that it can be asked for by its name.
    #[must_use]
    pub fn with_scenario(mut self, entry: LibraryEntry) -> Self {
        self.scenarios.retain(|known| known.name != entry.name);
        self.scenarios.push(entry);
        self
    }

    /// All scenarios that have a name here, in the order in which they were added.
    pub fn scenarios(&self) -> &[LibraryEntry] {
        &self.scenarios
    }

    /// The scenario of this name, or else from the file of this path.
    ///
    /// # Errors
    /// Where there is neither, or what is there cannot be tried.
    pub fn scenario(&self, name_or_path: &str) -> Result<Scenario, ScenarioError> {
        Scenario::find(&self.scenarios, name_or_path)
    }

    /// All protocols, in the order in which they were added.
    pub fn protocols(&self) -> &[Arc<Protocol>] {
        &self.protocols
    }

    /// The protocol of this name, or a sentence that says which there are.
    pub(crate) fn find(&self, name: &str) -> Result<Arc<Protocol>, String> {
        let known = self.protocols.iter().find(|protocol| protocol.name == name);
        known.cloned().ok_or_else(|| {
            unknown("protocol", name, self.protocols.iter().map(|protocol| protocol.name))
        })
    }
}

/// A protocol as scenarios know it.
pub struct Protocol {
    name: &'static str,
    about: &'static str,
    settings: Vec<SettingInfo>,
    /// Unless it says which there are, a fault may be aimed at any.
    pub(crate) roles: Option<&'static [&'static str]>,
    files: Option<&'static [&'static str]>,
    pub(crate) budget: Option<FaultBudget>,
    /// A flag, a bound in parts in a million, and that bound where nothing is said: see `with_clock_bound`.
    pub(crate) clock_bound: Option<(&'static str, &'static str, u32)>,
    mutants: Vec<MutantInfo>,
    workloads: Vec<WorkloadEntry>,
    checkers: Vec<CheckerEntry>,
    pub(crate) services: Vec<(Service, Box<MakeCrew>)>,
    exploration: Option<ExplorationEntry>,
    theories: Vec<TheoryEntry>,
    pub(crate) marks: Vec<MarkInfo>,
    wires: Wires,
}

/// A setting of a protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettingInfo {
    /// Its name.
    pub name: &'static str,
    /// What it sets, in a line.
    pub about: &'static str,
}

/// A bug that can be planted in a protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MutantInfo {
    /// A short name: `O1`.
    pub id: &'static str,
    /// Its name: `vote-not-persisted`.
    pub name: &'static str,
    /// What is wrong, in a line.
    pub about: &'static str,
    /// How hard it is to find: `E` within 1,000 executions, `M` within 20,000, `H` within 200,000.
    pub class: char,
}

/// A workload of a protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkloadInfo {
    /// Its name.
    pub name: &'static str,
    /// What clients do in it, in a line.
    pub about: &'static str,
    /// The operations that a scenario's `mix` may weigh; none, where there is nothing to mix.
    pub operations: &'static [&'static str],
}

type MakeStage = dyn Fn(Option<&'static str>, &Wires) -> Box<dyn Stage> + Send + Sync;
type CheckSettings = dyn Fn(&Settings) -> Result<(), String> + Send + Sync;

struct WorkloadEntry {
    info: WorkloadInfo,
    stage: Box<MakeStage>,
    check: Box<CheckSettings>,
}

struct CheckerEntry {
    name: &'static str,
    make: Box<dyn Fn() -> Box<dyn Checker> + Send + Sync>,
}

type InTheory = dyn Fn(u64, &Settings) -> Option<u64> + Send + Sync;

/// What theory says of a figure, from the number of nodes and the settings.
struct TheoryEntry {
    measure: &'static Measure,
    formula: &'static str,
    value: Box<InTheory>,
}

impl Protocol {
    /// A protocol without settings, bugs and workloads.
    pub fn new(name: &'static str, about: &'static str) -> Self {
        let (settings, mutants, workloads, checkers) = Default::default();
        let (theories, exploration, wires) = Default::default();
        Self {
            name,
            about,
            settings,
            roles: None,
            files: None,
            budget: None,
            clock_bound: None,
            mutants,
            workloads,
            checkers,
            services: Vec::new(),
            exploration,
            theories,
            marks: Vec::new(),
            wires,
        }
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What it is, in a line.
    pub fn about(&self) -> &'static str {
        self.about
    }

    /// Its settings.
    pub fn settings(&self) -> &[SettingInfo] {
        &self.settings
    }

    /// Bugs that can be planted in it.
    pub fn mutants(&self) -> &[MutantInfo] {
        &self.mutants
    }

    /// Its workloads.
    pub fn workloads(&self) -> impl Iterator<Item = WorkloadInfo> {
        self.workloads.iter().map(|workload| workload.info)
    }

    /// Names a setting that scenarios may give.
    #[must_use]
    pub fn with_setting(mut self, name: &'static str, about: &'static str) -> Self {
        self.settings.push(SettingInfo { name, about });
        self
    }

    /// Names the roles that its nodes show in their status, so that faults may be aimed at whoever has one.
    #[must_use]
    pub fn with_roles(mut self, roles: &'static [&'static str]) -> Self {
        self.roles = Some(roles);
        self
    }

    /// What is wrong with aiming a fault at whoever shows this role, if anything.
    pub(crate) fn role_problem(&self, role: &str) -> Option<String> {
        let roles = self.roles.filter(|roles| !roles.contains(&role))?;
        let known = ["any"].into_iter().chain(roles.iter().copied());
        Some(unknown(&format!("node and no role of {}", self.name), role, known))
    }

    /// Names the files that its nodes keep, so that a fault that is aimed at another is refused.
    #[must_use]
    pub fn with_files(mut self, files: &'static [&'static str]) -> Self {
        self.files = Some(files);
        self
    }

    /// What is wrong with aiming a fault at files whose names begin like this, if anything.
    pub(crate) fn file_problem(&self, file: &str) -> Option<String> {
        let files =
            self.files.filter(|files| !files.iter().any(|known| known.starts_with(file)))?;
        Some(unknown(&format!("file of {}", self.name), file, files.iter().copied()))
    }

    /// Names a bug that can be planted.
    #[must_use]
    pub fn with_mutant(mut self, mutant: MutantInfo) -> Self {
        self.mutants.push(mutant);
        self
    }

    /// Adds a checker of your own, which scenarios may name.
    #[must_use]
    pub fn with_checker<C: Checker + 'static>(
        mut self,
        name: &'static str,
        make: impl Fn() -> C + Send + Sync + 'static,
    ) -> Self {
        self.checkers.push(CheckerEntry { name, make: Box::new(move || Box::new(make())) });
        self
    }

    /// Says what theory says of a figure: the formula in words, and what it gives, in whole units, for so many nodes and these
    /// settings; nothing where it gives no number. Accounts show both beside what was measured.
    #[must_use]
    pub fn with_theory(
        mut self,
        measure: &'static Measure,
        formula: &'static str,
        value: impl Fn(u64, &Settings) -> Option<u64> + Send + Sync + 'static,
    ) -> Self {
        self.theories.push(TheoryEntry { measure, formula, value: Box::new(value) });
        self
    }

    /// Whether theory says anything of this measure.
    pub(crate) fn has_theory(&self, measure: &Measure) -> bool {
        self.theories.iter().any(|theory| theory.measure.name == measure.name)
    }

    /// What theory says of this measure, if it does.
    pub(crate) fn theory(
        &self,
        measure: &Measure,
        nodes: u64,
        settings: &Settings,
    ) -> Option<Theory> {
        let theory = self.theories.iter().find(|theory| theory.measure.name == measure.name)?;
        let value = (theory.value)(nodes, settings).map(|n| Amount::whole(measure.unit, n));
        Some(Theory { formula: theory.formula.to_owned(), value })
    }

    /// Adds a workload: how the node is configured from a scenario's settings and the id of a mutant, and who asks what of it.
    #[must_use]
    pub fn with_workload<N, W>(
        mut self,
        info: WorkloadInfo,
        config: impl Fn(&Settings, Option<&str>) -> Result<N::Config, String> + Send + Sync + 'static,
        workload: impl Fn() -> W + Send + Sync + 'static,
    ) -> Self
    where
        N: Node + 'static,
        N::Message: Debug,
        N::Timer: Debug,
        N::Request: Debug,
        N::Response: Debug,
        W: Workload<N> + 'static,
    {
        let config = Arc::new(config);
        let check = Arc::clone(&config);
        self.workloads.push(WorkloadEntry {
            info,
            stage: Box::new(move |mutant, wires| {
                let config = Arc::clone(&config);
                let config = move |settings: &Settings| config(settings, mutant);
                Box::new(Arena::<N, W>::new(Box::new(config), workload(), wires.of::<N>()))
            }),
            check: Box::new(move |settings| opens::<N>(&check(settings, None)?)),
        });
        self
    }

    /// Says how a small world of it is made, from its bounds and the id of a mutant, so that every order of events in it can be looked at.
    /// Crashes and the limit are added to what is made.
    #[must_use]
    pub fn with_exploration<N: Explorable + 'static>(
        mut self,
        info: ExplorationInfo,
        small: impl Fn(&Bounds, Option<&str>) -> Exploration<N> + Send + Sync + 'static,
    ) -> Self {
        self.exploration = Some(ExplorationEntry::new(info, small));
        self
    }

    /// How it is searched through, if it can be.
    pub(crate) fn exploration(&self) -> Option<&ExplorationEntry> {
        self.exploration.as_ref()
    }

    /// Says that this node's messages have a form in bytes, so that faults can change them on the way.
    #[must_use]
    pub fn with_wire<N>(mut self) -> Self
    where
        N: Node<Message: Wire> + 'static,
    {
        self.wires.add::<N>();
        self
    }

    /// Whether some node's messages have a form in bytes.
    pub(crate) fn has_wire(&self) -> bool {
        !self.wires.is_empty()
    }

    /// Lets the protocol run by itself, as failure detectors do: a scenario of it has no clients and names no workload.
    #[must_use]
    pub fn without_clients<N>(
        self,
        config: impl Fn(&Settings, Option<&str>) -> Result<N::Config, String> + Send + Sync + 'static,
    ) -> Self
    where
        N: Node + 'static,
        N::Message: Debug,
        N::Timer: Debug,
        N::Request: Debug,
        N::Response: Debug,
    {
        self.with_workload::<N, Silence>(NONE, config, || Silence)
    }

    /// The mutant of this name or id.
    pub(crate) fn mutant(&self, name: &str) -> Result<MutantInfo, String> {
        let is = |mutant: &&MutantInfo| mutant.name == name || mutant.id.eq_ignore_ascii_case(name);
        self.mutants.iter().find(is).copied().ok_or_else(|| {
            let what = format!("mutant of {}", self.name);
            unknown(&what, name, self.mutants.iter().map(|mutant| mutant.name))
        })
    }

    /// Whether there is such a workload, and a node can be configured so.
    pub(crate) fn check(&self, workload: &str, settings: &Settings) -> Result<(), String> {
        (self.workload(workload)?.check)(settings)
    }

    /// The workload of this name.
    pub(crate) fn workload_info(&self, workload: &str) -> Result<WorkloadInfo, String> {
        self.workload(workload).map(|workload| workload.info)
    }

    /// A place for runs of this workload.
    pub(crate) fn stage(
        &self,
        workload: &str,
        mutant: Option<MutantInfo>,
    ) -> Result<Box<dyn Stage>, String> {
        Ok((self.workload(workload)?.stage)(mutant.map(|mutant| mutant.id), &self.wires))
    }

    /// A new checker of the protocol's own, if it has one of this name.
    pub(crate) fn checker(&self, name: &str) -> Option<Box<dyn Checker>> {
        self.checkers.iter().find(|checker| checker.name == name).map(|checker| (checker.make)())
    }

    fn workload(&self, name: &str) -> Result<&WorkloadEntry, String> {
        self.workloads.iter().find(|workload| workload.info.name == name).ok_or_else(|| {
            let what = format!("workload of {}", self.name);
            unknown(&what, name, self.workloads.iter().map(|workload| workload.info.name))
        })
    }
}

/// Whether a node accepts its configuration on an empty disk: what is wrong with a setting is told before anything runs. Whatever
/// else keeps it from opening is for the runs to show.
fn opens<N: Node>(config: &N::Config) -> Result<(), String> {
    let open = || N::open(config, &mut Disk::new(&mut NoStorage));
    match hushed(open) {
        Ok(Err(OpenError::Config(why))) => Err(why),
        _ => Ok(()),
    }
}

impl Debug for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Protocol").field("name", &self.name).finish_non_exhaustive()
    }
}
