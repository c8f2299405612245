//! Exhaustive searches through small worlds of a protocol in the registry.

use std::fmt;

use seatrial_history::{ExplorationAccount, FoundSchedule, Moment, Observer, ScheduleStep};
use seatrial_history::{Verdict, Violation};
use seatrial_node::{Duration, NodeId};
use seatrial_search::{Explorable, Exploration, Explored, Extent, Line, Reduction, Sight};

use crate::hush;
use crate::judges::Judges;
use crate::registry::{MutantInfo, Protocol, Registry};
use crate::scenario::words::counted;
use crate::scenario::{JudgeSpec, ScenarioError, unknown};

/// How small the world is that is searched through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// How many nodes there are.
    pub nodes: u32,
    /// How many messages are broadcast, or other requests made; where nothing is said, as many as the protocol's small world has.
    pub messages: Option<u32>,
    /// How many crashes there may be; where nothing is said, one if the protocol survives that.
    pub crashes: Option<u32>,
    /// How many times a node that has crashed may start again; where nothing is said, as often as nodes crash if the protocol has such
    /// nodes, and else never.
    pub restarts: Option<u32>,
    /// How many messages may be lost.
    pub losses: u32,
    /// How many timers may come due, of all nodes together; where nothing is said, as many as the protocol's small world has.
    pub timers: Option<u32>,
    /// How many steps an execution may have; where nothing is said, as many as it has.
    pub depth: Option<u64>,
    /// Whether states count as one in which alike nodes have only changed places. Alike are all nodes that are asked nothing.
    pub symmetry: bool,
    /// After how many states the search gives up.
    pub limit: u64,
}

impl Default for Bounds {
    /// Three nodes, what is usual for the protocol, and up to five million states.
    fn default() -> Self {
        Self {
            nodes: 3,
            messages: None,
            crashes: None,
            restarts: None,
            losses: 0,
            timers: None,
            depth: None,
            symmetry: false,
            limit: 5_000_000,
        }
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
    /// Whether a node that has crashed comes back with what its disk holds. Where it does not, nothing is promised of one that starts again.
    pub restarts: bool,
    /// Whether the protocol keeps its promises where messages are lost.
    pub losses: bool,
    /// How many requests are made where nothing is said; none for a protocol that takes none.
    pub messages: Option<u32>,
    /// How many timers come due where nothing is said; none for a protocol without timers.
    pub timers: Option<u32>,
}

/// Bounds that make sense for a protocol, with nothing left open.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Within {
    crashes: u32,
    restarts: u32,
    messages: u32,
    timers: Option<u32>,
}

/// Searches a small world of one kind of node.
pub(crate) type Search = dyn Fn(&Bounds, Within, Option<MutantInfo>, &Protocol) -> Result<Explored, String>
    + Send
    + Sync;

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
                           within: Within,
                           mutant: Option<MutantInfo>,
                           protocol: &Protocol| {
            let filled = Bounds { messages: Some(within.messages), ..*bounds };
            let mut small = small(&filled, mutant.map(|mutant| mutant.id))
                .with_crashes(within.crashes)
                .with_restarts(within.restarts)
                .with_losses(bounds.losses)
                .with_depth(bounds.depth.unwrap_or(u64::MAX))
                .with_limit(bounds.limit);
            if let Some(timers) = within.timers {
                small = small.with_timers(timers);
            }
            if bounds.symmetry {
                let all: Vec<NodeId> = (0..bounds.nodes).map(NodeId).collect();
                small = small.with_symmetry(&all);
            }
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
    let within = bounds.check(protocol, entry.info).map_err(error)?;
    let explored = (entry.search)(bounds, within, mutant, &known).map_err(error)?;
    Ok(account(explored, protocol, mutant, bounds, within))
}

/// Which protocols can be searched through, where this one cannot.
fn unexplored(registry: &Registry, protocol: &str) -> String {
    let can = registry.protocols().iter().filter(|known| known.exploration().is_some());
    let can: Vec<&str> = can.map(|known| known.name()).collect();
    unknown("exhaustive search of", protocol, can)
}

impl Bounds {
    /// All bounds, if they make sense.
    fn check(&self, protocol: &str, info: ExplorationInfo) -> Result<Within, String> {
        if !(1..=8).contains(&self.nodes) {
            let nodes = self.nodes;
            return Err(format!("{nodes} nodes: a world that can be searched through has 1 to 8"));
        }
        let messages = match (self.messages, info.messages) {
            (None, usual) => usual.unwrap_or(0),
            (Some(messages @ 1..=8), Some(_)) => messages,
            (Some(messages), Some(_)) => {
                return Err(format!("{messages} messages: in so small a world there are 1 to 8"));
            }
            (Some(_), None) => {
                return Err(format!("nobody asks {protocol} for anything: leave the messages out"));
            }
        };
        let timers = match (self.timers, info.timers) {
            (Some(_), None) => {
                return Err(format!("{protocol} has no timers here: leave them out"));
            }
            (said, usual) => said.or(usual),
        };
        let crashes = self.check_crashes(protocol, info)?;
        let restarts = match (self.restarts, info.restarts) {
            (None, true) => crashes,
            (None, false) | (Some(0), _) => 0,
            (Some(restarts), true) if restarts <= crashes => restarts,
            (Some(restarts), true) => {
                return Err(format!(
                    "{restarts} restarts of {crashes} crashes: only who has crashed starts again"
                ));
            }
            (Some(_), false) => {
                return Err(format!(
                    "{protocol} promises nothing of nodes that start again: leave the restarts out"
                ));
            }
        };
        if self.losses > 0 && !info.losses {
            return Err(format!(
                "{protocol} promises nothing where messages are lost: leave the losses out"
            ));
        }
        if self.depth == Some(0) {
            return Err(
                "a depth of 0: an execution that can be looked at has 1 step or more".to_owned()
            );
        }
        Ok(Within { crashes, restarts, messages, timers })
    }

    /// How many may crash.
    fn check_crashes(&self, protocol: &str, info: ExplorationInfo) -> Result<u32, String> {
        let most = (info.survives)(self.nodes);
        match self.crashes {
            None => Ok(most.min(1)),
            Some(crashes) if crashes <= most => Ok(crashes),
            Some(crashes) => Err(format!(
                "{protocol} promises nothing of {} where {crashes} may crash; let {most} crash at most",
                counted(self.nodes, "node")
            )),
        }
    }
}

/// The oracle that these checkers are.
fn judge<N: Explorable>(
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
    within: Within,
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
        messages: within.messages,
        crashes: within.crashes,
        restarts: within.restarts,
        losses: bounds.losses,
        timers: within.timers,
        symmetry: bounds.symmetry,
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
        Extent::Depth(steps) => Some(format!(
            "some executions go on after {}; let it go deeper, or give it fewer nodes, messages, crashes, losses or timers",
            counted(*steps, "step")
        )),
        Extent::Unlike => Some(
            "the nodes that nobody asks anything are not alike: search without symmetry".to_owned(),
        ),
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
