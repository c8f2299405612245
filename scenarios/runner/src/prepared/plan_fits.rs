//! Whether a plan fits the world that it is for: what is wrong is told with its place in the plan, so that a file can name the line.

use seatrial_node::NodeId;
use seatrial_sim::{Fault, FaultPlan, Setup, Target};

use super::Prepared;

/// What is wrong with a plan, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PlanSlip {
    /// The table of the plan, as `faults[3]`; the plan itself, where it is empty.
    pub(crate) table: String,
    /// The key of it, or the word that is to blame.
    pub(crate) key: String,
    /// A sentence.
    pub(crate) what: String,
}

impl Prepared {
    /// Whether the plan fits the world that this seed draws.
    pub(crate) fn check_plan(&self, seed: u64) -> Result<(), PlanSlip> {
        let setup = match &self.bent.plan {
            Some(plan) => Setup { plan: plan.clone(), ..self.calm(seed) },
            None => self.drawn(seed).setup,
        };
        let problem = |part: FaultPlan| part.problem(&setup.members, setup.clients);
        let slip = parts(&setup.plan).find_map(|(table, part)| {
            let fault = part.faults.first().map(|planned| planned.fault.clone());
            let core = part.core.is_some();
            let what = problem(part);
            let (key, what) = match what {
                Some(what) if core => ("core".to_owned(), what),
                Some(what) => (blamed(&what), what),
                None => fault.and_then(|fault| self.misses(&fault))?,
            };
            Some(PlanSlip { table, key, what: format!("the plan makes no sense: {what}") })
        });
        slip.map_or(Ok(()), Err)
    }

    /// What is wrong with a fault that is aimed at a role that no node ever shows, or at a file that no node keeps, or that is an upgrade to
    /// no version; after the word to blame.
    fn misses(&self, fault: &Fault) -> Option<(String, String)> {
        let role = match fault.target() {
            Some(Target::Role(role)) => {
                self.protocol.role_problem(role).map(|what| (role.clone(), what))
            }
            _ => None,
        };
        let file = || Some(("file".to_owned(), self.protocol.file_problem(fault.file()?)?));
        let version = || Some(("version".to_owned(), self.scenario.unversed(fault)?));
        role.or_else(file).or_else(version)
    }
}

/// A plan piece by piece, each as a plan of its own, with the table that it is.
fn parts(plan: &FaultPlan) -> impl Iterator<Item = (String, FaultPlan)> {
    let calm = FaultPlan::calm;
    let rates = ("rates".to_owned(), FaultPlan { rates: plan.rates, ..calm() });
    let core = (String::new(), FaultPlan { core: plan.core.clone(), ..calm() });
    let faults = plan.faults.iter().enumerate().map(move |(index, planned)| {
        (format!("faults[{index}]"), FaultPlan { faults: vec![planned.clone()], ..calm() })
    });
    let awaited = plan.awaited.iter().enumerate().map(move |(index, awaited)| {
        (format!("awaited[{index}]"), FaultPlan { awaited: vec![awaited.clone()], ..calm() })
    });
    [rates, core].into_iter().chain(faults).chain(awaited)
}

/// The word of a problem that a plan has somewhere: whoever is not there, or else the name of a rate.
fn blamed(what: &str) -> String {
    let is_somebody = |word: &&str| word.parse::<NodeId>().is_ok();
    let somebody = what.split_whitespace().rfind(is_somebody);
    let rate = || what.strip_prefix("a ")?.split_once(" rate").map(|(name, _)| name);
    somebody.or_else(rate).unwrap_or("kind").to_owned()
}
