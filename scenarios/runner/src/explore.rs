//! Exhaustive searches through small worlds of a protocol in the registry.

use std::fmt;

use seatrial_history::{ExplorationAccount, FoundSchedule, Moment, Observer, ScheduleStep};
use seatrial_history::{Verdict, Violation};
use seatrial_node::{Duration, Node};
use seatrial_search::{Explorable, Exploration, Explored, Extent, Line, Reduction, Sight};

use crate::hush;
use crate::judges::Judges;
use crate::registry::{MutantInfo, Protocol, Registry};
use crate::scenario::{JudgeSpec, ScenarioError, unknown};

/// How small the world is that is searched through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// How many nodes there are.
    pub nodes: u32,
    /// How many messages are broadcast, or other requests made.
    pub messages: u32,
    /// How many nodes may crash; where nothing is said, one if the protocol survives that.
    pub crashes: Option<u32>,
    /// After how many states the search gives up.
    pub limit: u64,
}

impl Default for Bounds {
    /// Three nodes, two messages, and up to a million states.
    fn default() -> Self {
        Self { nodes: 3, messages: 2, crashes: None, limit: 1_000_000 }
    }
}

/// How a protocol is searched through.
#[derive(Clone, Copy, Debug)]
pub struct ExplorationInfo {
    /// Who judges, by the names that scenarios use. A checker must go by what each node announces, in that node's order; see the page of
    /// [`seatrial_search`].
    pub checkers: &'static [&'static str],
    /// Of so many nodes, how many may crash while the protocol keeps its promises.
    pub survives: fn(nodes: u32) -> u32,
}

/// Searches a small world of one kind of node.
pub(crate) type Search =
    dyn Fn(&Bounds, u32, Option<MutantInfo>, &Protocol) -> Result<Explored, String> + Send + Sync;

/// A protocol's small world.
pub(crate) struct ExplorationEntry {
    pub(crate) info: ExplorationInfo,
    pub(crate) search: Box<Search>,
}

impl ExplorationEntry {
    pub(crate) fn new<N: Explorable + 'static>(
        info: ExplorationInfo,
        small: impl Fn(&Bounds, Option<&str>) -> Exploration<N> + Send + Sync + 'static,
    ) -> Self {
        let search = move |bounds: &Bounds,
                           crashes: u32,
                           mutant: Option<MutantInfo>,
                           protocol: &Protocol| {
            let small = small(bounds, mutant.map(|mutant| mutant.id));
            let small = small.with_crashes(crashes).with_limit(bounds.limit);
            let judge = judge(info.checkers, protocol)?;
            let explored = hush::hushed(|| small.explore(Reduction::States, judge));
            Ok(explored.unwrap_or_else(|payload| hush::tell("the search", &*payload)))
        };
        Self { info, search: Box::new(search) }
    }
}

/// Looks at every order of events in a small world of this protocol, and at every crash point.
///
/// # Errors
/// Where there is no such protocol or mutant, it cannot be searched through, or it promises nothing within these bounds.
pub fn explore(
    registry: &Registry,
    protocol: &str,
    mutant: Option<&str>,
    bounds: &Bounds,
) -> Result<ExplorationAccount, ScenarioError> {
    let error = |what: String| ScenarioError::new(protocol, what);
    let known = registry.find(protocol).map_err(error)?;
    let entry = known.exploration().ok_or_else(|| error(unexplored(registry, protocol)))?;
    let mutant = mutant.map(|name| known.mutant(name)).transpose().map_err(error)?;
    let crashes = bounds.check(protocol, entry.info).map_err(error)?;
    let explored = (entry.search)(bounds, crashes, mutant, &known).map_err(error)?;
    Ok(account(explored, protocol, mutant, bounds, crashes))
}

/// Which protocols can be searched through, where this one cannot.
fn unexplored(registry: &Registry, protocol: &str) -> String {
    let can = registry.protocols().iter().filter(|known| known.exploration().is_some());
    let can: Vec<&str> = can.map(|known| known.name()).collect();
    unknown("exhaustive search of", protocol, can)
}

impl Bounds {
    /// How many may crash, if these bounds make sense.
    fn check(&self, protocol: &str, info: ExplorationInfo) -> Result<u32, String> {
        if !(1..=8).contains(&self.nodes) {
            let nodes = self.nodes;
            return Err(format!("{nodes} nodes: a world that can be searched through has 1 to 8"));
        }
        if !(1..=8).contains(&self.messages) {
            let messages = self.messages;
            return Err(format!("{messages} messages: in so small a world there are 1 to 8"));
        }
        let most = (info.survives)(self.nodes);
        match self.crashes {
            None => Ok(most.min(1)),
            Some(crashes) if crashes <= most => Ok(crashes),
            Some(crashes) => Err(format!(
                "{protocol} promises nothing of {} nodes where {crashes} may crash; let {most} crash at most",
                self.nodes
            )),
        }
    }
}

/// The oracle that these checkers are.
fn judge<N: Node>(
    checkers: &[&str],
    protocol: &Protocol,
) -> Result<impl FnMut(&Sight<'_, N>) -> Option<Violation>, String> {
    let spec = JudgeSpec {
        checkers: checkers.iter().map(|name| (*name).to_owned()).collect(),
        model: None,
        progress_within: Duration::ZERO,
        settle: Duration::ZERO,
        synchronous: false,
        bounds: Default::default(),
        reached: Vec::new(),
        event_limit: u64::MAX,
    };
    let mut judges = Judges::new(&spec, protocol).map_err(|(_, what)| what)?;
    Ok(move |sight: &Sight<'_, N>| {
        if sight.news == 0 && !sight.is_over {
            return None;
        }
        judges.begin(sight.members());
        judges.healed(Moment::default());
        let at = |step| Moment { step, ..Moment::default() };
        for told in sight.told {
            judges.fact(at(told.step), told.node, &told.fact);
        }
        if let Some(violation) = judges.violation() {
            return Some(violation.clone());
        }
        if !sight.is_over {
            return None;
        }
        let end = at(sight.told.last().map_or(0, |told| told.step));
        let violated = |verdict| match verdict {
            Verdict::Violated(violation) => Some(violation),
            _ => None,
        };
        judges.judge(end).into_iter().find_map(|judged| violated(judged.verdict))
    })
}

fn account(
    explored: Explored,
    protocol: &str,
    mutant: Option<MutantInfo>,
    bounds: &Bounds,
    crashes: u32,
) -> ExplorationAccount {
    let unfinished = unfinished(&explored.extent, bounds);
    let is_shortest = explored.is_shortest;
    let found = explored.counterexample.map(|found| FoundSchedule {
        violation: found.violation,
        steps: found.lines.into_iter().map(step).collect(),
        is_shortest,
    });
    ExplorationAccount {
        protocol: protocol.to_owned(),
        mutant: mutant.map(|mutant| mutant.name.to_owned()),
        nodes: bounds.nodes,
        messages: bounds.messages,
        crashes,
        states: explored.states,
        transitions: explored.transitions,
        executions: explored.executions,
        ends: explored.ends,
        depth: explored.depth,
        unfinished,
        found,
        replay: String::new(),
    }
}

fn step(line: Line) -> ScheduleStep {
    let facts = line.told.iter().map(|told| (told.node, told.fact)).collect();
    ScheduleStep { text: line.text, facts }
}

fn unfinished(extent: &Extent, bounds: &Bounds) -> Option<String> {
    match extent {
        Extent::Complete | Extent::Violation => None,
        Extent::Limit => Some(format!(
            "it gave up after {} states; give it a higher limit, or fewer nodes, messages or crashes",
            bounds.limit
        )),
        Extent::Chance(site) => Some(format!(
            "the nodes leave to chance {site:?}, with too many possibilities to try them all"
        )),
        _ => Some("it did not come to its end".to_owned()),
    }
}

impl fmt::Debug for ExplorationEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExplorationEntry").field("info", &self.info).finish_non_exhaustive()
    }
}
