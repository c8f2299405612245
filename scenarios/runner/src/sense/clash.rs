//! Whether faults agree with each other: two that cannot both be as they say, one that comes when its node is gone or down, and one that
//! says what another has said.

use seatrial_history::Endpoint;
use seatrial_node::{Duration, NodeId};
use seatrial_sim::{Fault, FaultKind, Group, PausedClock, PlannedFault, Target};

/// A fault that does not agree with another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Clash {
    /// Its place.
    pub(crate) place: usize,
    /// The place of the other.
    pub(crate) other: usize,
    /// `the crash of n0 at 2ms contradicts its crash-stop at 1ms`.
    what: String,
    /// Why, and what to do.
    why: String,
}

impl Clash {
    /// In a sentence, with the line where the other stands, if that is known.
    pub(crate) fn told(&self, line: Option<usize>) -> String {
        let line = line.map_or_else(String::new, |line| format!(" (line {line})"));
        format!("{}{line}: {}", self.what, self.why)
    }
}

const WAY_OUT: &str = "take one of the two out, or let it begin when the other is over";

/// Faults of nodes that are gone by then.
pub(crate) fn too_late(faults: &[PlannedFault]) -> Vec<Clash> {
    let contradicts = |(index, planned): (usize, &PlannedFault)| {
        let Some(Target::Node(node)) = planned.fault.target() else { return None };
        let (place, stopped) = stop_of(faults, *node)?;
        let (kind, at) = (planned.fault.kind(), planned.at);
        let later = (stopped, place) < (at, index) && place != index;
        (later && kind.group() != Group::Network).then(|| Clash {
            place: index,
            other: place,
            what: format!("the {kind} of {node} at {at} contradicts its crash-stop at {stopped}"),
            why: "it is gone by then; take one of the two out".to_owned(),
        })
    };
    faults.iter().enumerate().filter_map(contradicts).collect()
}

/// When this node is first stopped for good, and by which fault.
pub(crate) fn stop_of(faults: &[PlannedFault], node: NodeId) -> Option<(usize, Duration)> {
    let stops = |(index, planned): (usize, &PlannedFault)| {
        let is = planned.fault.is_for_ever() && planned.fault.target() == Some(&Target::Node(node));
        is.then_some((index, planned.at))
    };
    faults.iter().enumerate().filter_map(stops).min_by_key(|(index, at)| (*at, *index))
}

/// Faults that overlap with an earlier one so that not both are as they say, in the order of their places, one for each. Other faults that
/// overlap are none: what delays messages adds up, and who waits for its moment may find it later.
pub(crate) fn clashes(faults: &[PlannedFault]) -> Vec<Clash> {
    let mut all = down_already(faults);
    for (place, later) in faults.iter().enumerate() {
        let before = |other: &usize| (faults[*other].at, *other) < (later.at, place);
        let clash = (0..faults.len()).filter(before).find_map(|other| {
            let earlier = &faults[other];
            let (how, why) = against(earlier, later)?;
            let (kind, first) = (later.fault.kind(), earlier.fault.kind());
            let what = format!("the {kind} at {} {how} the {first} at {}", later.at, earlier.at);
            Some(Clash { place, other, what, why: format!("{why}; {WAY_OUT}") })
        });
        all.extend(clash);
    }
    all.sort_by_key(|clash| clash.place);
    all.dedup_by_key(|clash| clash.place);
    all
}

/// What a fault does to one that is under way, in a word, and why.
fn against(earlier: &PlannedFault, later: &PlannedFault) -> Option<(&'static str, String)> {
    let after = later.at.saturating_sub(earlier.at);
    if after < earlier.lasts
        && let Some(why) = contradiction(&earlier.fault, &later.fault)
    {
        return Some(("contradicts", why));
    }
    let (at_once, kind) = (after == Duration::ZERO, later.fault.kind());
    // Whoever has a role may be another by then.
    let within = after + later.lasts <= earlier.lasts
        && !matches!(later.fault.target(), Some(Target::Role(_)));
    let is_told = at_once && (shuts(kind) || strikes(kind)) || within && shuts(kind);
    (is_told && is_same(&earlier.fault, &later.fault))
        .then(|| ("repeats", "that is the same, so nothing comes of one of them".to_owned()))
}

/// Whether two faults do the same: the groups of a partition and who is in each stand in any order.
fn is_same(one: &Fault, other: &Fault) -> bool {
    let sorted = |groups: &[Vec<Endpoint>]| {
        let mut groups = groups.to_vec();
        groups.iter_mut().for_each(|group| group.sort_unstable());
        groups.sort_unstable();
        groups
    };
    match (one, other) {
        (Fault::Partition { groups: one }, Fault::Partition { groups: other }) => {
            sorted(one) == sorted(other)
        }
        _ => one == other,
    }
}

/// Whether a fault of the kind shuts something, which cannot be shut twice. What is slow gets slower, and what strikes by chance strikes again.
const fn shuts(kind: FaultKind) -> bool {
    use FaultKind as Kind;
    matches!(
        kind,
        Kind::Partition
            | Kind::Isolate
            | Kind::OneWay
            | Kind::Ring
            | Kind::Bridge
            | Kind::CutClients
            | Kind::Mute
            | Kind::Deaf
            | Kind::Clog
            | Kind::SwizzleClog
            | Kind::DiskStall
            | Kind::DiskFull
    )
}

/// Whether two blows of the kind at once are one.
const fn strikes(kind: FaultKind) -> bool {
    use FaultKind as Kind;
    matches!(
        kind,
        Kind::Crash
            | Kind::CrashLoop
            | Kind::CrashZone
            | Kind::Wipe
            | Kind::Upgrade
            | Kind::Pause
            | Kind::Reset
    )
}

/// Crashes of nodes that other crashes keep down: they end no life, and make no time longer.
fn down_already(faults: &[PlannedFault]) -> Vec<Clash> {
    let falls = falls(faults);
    let repeats = |(place, planned): (usize, &PlannedFault)| {
        let PlannedFault { at, fault, .. } = planned;
        if !matches!(fault, Fault::Crash { .. } | Fault::CrashZone { .. }) {
            return None;
        }
        let hit = crashed(fault);
        let kept = |node: &NodeId| {
            let own = falls.iter().any(|fall| fall.by == place && fall.node == *node);
            falls.iter().find(|fall| !own && fall.node == *node && fall.is_down(*at))
        };
        let kept: Option<Vec<&Fall>> = hit.iter().map(kept).collect();
        let Fall { node, by: other, .. } = **kept?.first()?;
        let (kind, first) = (fault.kind(), &faults[other]);
        let what = format!("the {kind} at {at} repeats the {} at {}", first.fault.kind(), first.at);
        Some(Clash { place, other, what, why: format!("{node} is down by then; {WAY_OUT}") })
    };
    faults.iter().enumerate().filter_map(repeats).collect()
}

/// The time that a node is down.
#[derive(Clone, Copy, Debug)]
struct Fall {
    node: NodeId,
    from: Duration,
    until: Duration,
    /// The fault that took it down.
    by: usize,
}

impl Fall {
    fn is_down(&self, at: Duration) -> bool {
        self.from <= at && at < self.until
    }
}

/// Who is down when, as far as faults name their nodes. Whoever is down stays so for as long as the first of them says.
fn falls(faults: &[PlannedFault]) -> Vec<Fall> {
    let mut order: Vec<usize> = (0..faults.len()).collect();
    order.sort_by_key(|place| (faults[*place].at, *place));
    let mut all: Vec<Fall> = Vec::new();
    for by in order {
        let PlannedFault { at, lasts, fault } = &faults[by];
        for node in crashed(fault) {
            if !all.iter().any(|fall| fall.node == node && fall.is_down(*at)) {
                all.push(Fall { node, from: *at, until: *at + *lasts, by });
            }
        }
    }
    all
}

/// The fault that keeps the node down at which this one is aimed, from its beginning to its end.
pub(crate) fn down_by<'p>(
    faults: &'p [PlannedFault],
    planned: &PlannedFault,
) -> Option<(NodeId, &'p PlannedFault)> {
    let Some(Target::Node(node)) = planned.fault.target() else { return None };
    if let Some((by, stopped)) = stop_of(faults, *node)
        && stopped <= planned.at
    {
        return Some((*node, &faults[by]));
    }
    let end = planned.at + planned.lasts;
    let all = falls(faults);
    let covers = |fall: &&Fall| fall.node == *node && fall.is_down(planned.at) && end <= fall.until;
    all.iter().find(covers).map(|fall| (*node, &faults[fall.by]))
}

/// Whom a fault takes down for as long as it lasts, as far as it names them.
fn crashed(fault: &Fault) -> Vec<NodeId> {
    match fault {
        Fault::Crash { node: Target::Node(node) }
        | Fault::Wipe { node: Target::Node(node) }
        | Fault::Upgrade { node: Target::Node(node), .. } => vec![*node],
        Fault::CrashZone { nodes, .. } => nodes.clone(),
        _ => Vec::new(),
    }
}

/// Why two faults at once cannot both be as they say.
fn contradiction(earlier: &Fault, later: &Fault) -> Option<String> {
    let same = earlier.target().filter(|target| later.target() == Some(*target));
    match (earlier, later, same) {
        (
            Fault::Pause { clock: first, .. },
            Fault::Pause { clock: second, .. },
            Some(Target::Node(node)),
        ) if first != second => {
            let does = |clock: &PausedClock| match clock {
                PausedClock::Runs => "runs",
                PausedClock::Stands => "stands",
            };
            Some(format!(
                "{node}'s clock {} already, and cannot be one that {}",
                does(first),
                does(second)
            ))
        }
        (
            Fault::ClockDrift { rate: first, .. },
            Fault::ClockDrift { rate: second, .. },
            Some(Target::Node(node)),
        ) if first.signum() * second.signum() < 0 => {
            Some(format!("{node}'s clock cannot run fast and slow at once"))
        }
        (
            Fault::WallOffset { by: first, .. },
            Fault::WallOffset { by: second, .. },
            Some(Target::Node(node)),
        ) if first.as_nanos().signum() * second.as_nanos().signum() < 0 => {
            Some(format!("{node}'s wall clock cannot be ahead and behind at once"))
        }
        (Fault::DiskSwap { between }, Fault::Wipe { node: Target::Node(node) }, _)
            if between.contains(node) =>
        {
            Some(format!("{node} has another's disk by then, which is not wiped"))
        }
        (Fault::DiskSwap { between }, Fault::DiskSwap { between: again }, _) => {
            let node = again.iter().find(|node| between.contains(node))?;
            Some(format!("{node} has another's disk by then"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of faults at these times, in milliseconds, of such a length: of which one, because of which other, and why.
    fn told(all: &[(u64, u64, &str)]) -> Vec<(usize, usize, String)> {
        let ms = Duration::from_millis;
        let planned = |(at, lasts, fault): &(u64, u64, &str)| PlannedFault {
            at: ms(*at),
            lasts: ms(*lasts),
            fault: toml::from_str(fault).expect(fault),
        };
        let all: Vec<PlannedFault> = all.iter().map(planned).collect();
        clashes(&all)
            .into_iter()
            .map(|clash| (clash.place, clash.other, clash.told(None)))
            .collect()
    }

    const CRASH: &str = "kind = 'crash'\nnode = 'n1'";
    const WIPE: &str = "kind = 'wipe'\nnode = 'n1'";
    const ZONE: &str = "kind = 'crash-zone'\nzone = 'z'\nnodes = ['n0', 'n1']";
    const CUT: &str = "kind = 'isolate'\nnode = 'n1'";
    const LEADER: &str = "kind = 'isolate'\nnode = 'leader'";
    const SLOW: &str = "kind = 'slow-disk'\nnode = 'n1'\nby = '1ms'";

    #[test]
    fn a_crash_of_a_node_that_another_crash_keeps_down_is_told() {
        for first in [CRASH, WIPE, ZONE] {
            let said = told(&[(10, 50, first), (20, 90, CRASH)]);
            let [(1, 0, what)] = said.as_slice() else { panic!("{first}: {said:?}") };
            assert!(what.contains("the crash at 20ms repeats the ") && what.contains("n1 is down"));
            assert_eq!(told(&[(10, 50, first), (60, 90, CRASH)]), [], "{first}: it is up again");
        }
        let both = [(0, 9, CRASH), (0, 9, "kind = 'crash'\nnode = 'n0'")];
        assert_eq!(told(&[both[0], (5, 9, ZONE)]), [], "n0 is up");
        assert_eq!(told(&[both[0], both[1], (5, 9, ZONE)]).len(), 1, "nobody is up");
    }

    #[test]
    fn who_is_down_already_loses_a_disk_and_comes_back_as_before() {
        assert_eq!(told(&[(10, 50, CRASH), (20, 50, WIPE)]), []);
        let third = [(10, 50, CRASH), (20, 90, WIPE), (65, 5, CRASH)];
        assert_eq!(told(&third), [], "the wipe has made no time longer");
    }

    #[test]
    fn the_same_cut_is_told_where_it_adds_nothing() {
        let said = told(&[(10, 50, CUT), (10, 90, CUT)]);
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].2.starts_with("the isolate at 10ms repeats the isolate at 10ms: "));
        assert_eq!(told(&[(10, 50, CUT), (20, 40, CUT)]).len(), 1);
        assert_eq!(told(&[(10, 50, CUT), (20, 60, CUT)]), [], "it goes on for longer");
        assert_eq!(told(&[(10, 50, LEADER), (10, 50, LEADER)]).len(), 1);
        assert_eq!(told(&[(10, 50, LEADER), (20, 10, LEADER)]), [], "it may be another leader");
        assert_eq!(told(&[(10, 50, SLOW), (10, 50, SLOW)]), [], "slower still");
        assert_eq!(told(&[(10, 50, CUT), (10, 50, "kind = 'mute'\nnode = 'n1'")]), []);
        let parted = "kind = 'partition'\ngroups = [['n0', 'n1'], ['n2']]";
        let again = "kind = 'partition'\ngroups = [['n2'], ['n1', 'n0']]";
        let other = "kind = 'partition'\ngroups = [['n1', 'n2'], ['n0']]";
        assert_eq!(told(&[(10, 50, parted), (10, 50, again)]).len(), 1, "in another order");
        assert_eq!(told(&[(10, 50, parted), (10, 50, other)]), []);
    }

    #[test]
    fn each_fault_is_told_once_in_the_order_of_their_places() {
        let said = told(&[(10, 50, CRASH), (10, 50, CRASH), (20, 10, CRASH)]);
        let places: Vec<usize> = said.iter().map(|(place, ..)| *place).collect();
        assert_eq!(places, [1, 2]);
    }
}
