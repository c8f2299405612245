//! Draws the trouble of one run: what, when, whom, for how long.

use seatrial_history::Endpoint;
use seatrial_node::{Duration, NodeId};
use seatrial_sim::{
    Awaited, Buggify, Fault, FaultPlan, Latency, PlannedFault, Rates, Target, WORLD,
};

use super::Drawing;
use crate::faults::{How, Make, kinds};
use crate::scenario::{
    Choice, ClientSide, CrashStop, FaultSpec, Knob, Recurring, Scalar, Zone, target,
};

/// Whom trouble is drawn for.
pub(super) struct Cluster<'a> {
    pub(super) members: &'a [NodeId],
    pub(super) clients: u32,
    pub(super) zones: &'a [Zone],
}

/// Draws a plan. `table` is what its sites begin with: scenarios draw at sites of their own.
pub(super) fn draw(
    spec: &FaultSpec,
    table: &str,
    cluster: &Cluster<'_>,
    drawing: &mut Drawing<'_>,
) -> FaultPlan {
    let place = |key: &str| format!("{table}.{key}");
    let lasts = |phase: &FaultSpec, drawing: &mut Drawing<'_>| {
        let place = format!("{table}.phase.{}.lasts", phase.name.as_deref().unwrap_or_default());
        phase.lasts.as_ref().map_or(Duration::ZERO, |lasts| drawing.scalar(&place, lasts))
    };
    let spans: Vec<Duration> = spec.phase.iter().map(|phase| lasts(phase, drawing)).collect();
    let heal_after = match spans.as_slice() {
        [] => drawing.scalar(TROUBLE, &spec.trouble),
        spans => spans.iter().fold(Duration::ZERO, |sum, span| sum + *span),
    };
    let rates = Rates {
        loss: drawing.scalar(&place("loss"), &spec.loss).0,
        duplicate: drawing.scalar(&place("duplicate"), &spec.duplicate).0,
        reorder: drawing.scalar(&place("reorder"), &spec.reorder).0,
        reorder_delay: drawing.scalar(&place("reorder_delay"), &spec.reorder_delay),
        buggify: spec.buggify.as_ref().map_or_else(Buggify::default, |buggify| Buggify {
            sites: drawing.scalar(&place("buggify.sites"), &buggify.sites).0,
            fires: drawing.scalar(&place("buggify.fires"), &buggify.fires).0,
        }),
    };
    // How often a point would fire, where none is on, no case tells.
    let rates = match rates.buggify.is_off() {
        true => Rates { buggify: Buggify::default(), ..rates },
        false => rates,
    };
    let mut faults = timed(spec, table, heal_after, cluster, drawing);
    let mut begin = Duration::ZERO;
    for (phase, span) in spec.phase.iter().zip(spans) {
        let table = place(&format!("phase.{}", phase.name.as_deref().unwrap_or_default()));
        let mut drawn = timed(phase, &table, span, cluster, drawing);
        // What would begin after its phase does not, and what would end after it ends with it.
        drawn.retain(|planned| planned.at < span);
        for planned in &mut drawn {
            if !planned.fault.is_for_ever() {
                planned.lasts = planned.lasts.min(span.saturating_sub(planned.at));
            }
            planned.at = planned.at + begin;
        }
        faults.extend(drawn);
        begin = begin + span;
    }
    // What a burst carries past the end of the trouble would never begin.
    faults.retain(|planned| planned.at < heal_after);
    faults.sort_by_key(|planned| planned.at);
    FaultPlan { heal_after, core: spec.core.clone(), rates, faults, awaited: spec.awaited.clone() }
}

/// Draws all faults of a table that have a time, within so long from its beginning.
fn timed(
    spec: &FaultSpec,
    table: &str,
    heal_after: Duration,
    cluster: &Cluster<'_>,
    drawing: &mut Drawing<'_>,
) -> Vec<PlannedFault> {
    let place = |key: &str| format!("{table}.{key}");
    let side = *drawing.choice(&place("clients"), &spec.clients, ToString::to_string);
    let mut faults = spec.script.clone();
    let burst = drawing.scalar(&place("burst"), &spec.burst);
    let begun = faults.iter().map(|planned| planned.at).collect();
    let &Cluster { members, clients, zones } = cluster;
    let mut draft = Draft { members, clients, zones, side, heal_after, burst, begun, drawing };
    for kind in kinds() {
        if let How::Recurring { get, make, .. } = kind.how
            && let Some(recurring) = get(spec)
        {
            let is_instant = kind.kind.is_instant();
            faults.extend(draft.recur(&place(kind.key), recurring, is_instant, make));
        }
    }
    if let Some(stop) = &spec.crash_stop {
        faults.extend(draft.stop(&place("crash_stop"), stop));
    }
    faults
}

/// How long the trouble goes on is the scenario's to say, whoever draws the trouble.
pub(super) const TROUBLE: &str = "faults.trouble";

/// A plan under way.
pub(crate) struct Draft<'a, 'd> {
    pub(crate) members: &'a [NodeId],
    pub(crate) clients: u32,
    zones: &'a [Zone],
    side: ClientSide,
    heal_after: Duration,
    /// Within how long after another fault one begins that belongs to a burst; zero where there are none.
    burst: Duration,
    /// When the faults drawn so far begin.
    begun: Vec<Duration>,
    drawing: &'a mut Drawing<'d>,
}

impl Draft<'_, '_> {
    fn recur(
        &mut self,
        name: &str,
        recurring: &Recurring,
        is_instant: bool,
        make: Make,
    ) -> Vec<PlannedFault> {
        let lasts = format!("{name}.lasts");
        let mut planned = Vec::new();
        for at in self.beginnings(name, recurring) {
            let lasts = match is_instant {
                true => Duration::ZERO,
                false => recurring.lasts.draw(&lasts, self.drawing.tape),
            };
            planned.push(PlannedFault { at, lasts, fault: make(self, name, recurring) });
        }
        planned
    }

    /// When faults of a kind begin: so many times, or again and again after gaps of a mean length.
    fn beginnings(&mut self, name: &str, recurring: &Recurring) -> Vec<Duration> {
        let mut all = Vec::new();
        if let Some(count) = &recurring.count {
            for _ in 0..self.drawing.scalar(&format!("{name}.count"), count) {
                let at = self.begin(&format!("{name}.at"));
                self.begun.push(at);
                all.push(at);
            }
        }
        if let Some(every) = &recurring.every {
            let mean = self.drawing.scalar(&format!("{name}.every"), every);
            let gap = Latency::Exponential { min: Duration::from_nanos(1), mean };
            let site = self.drawing.tape.site(seatrial_node::intern(&format!("{name}.gap")));
            let mut at = gap.draw(self.drawing.tape, site, WORLD);
            while at < self.heal_after {
                self.begun.push(at);
                all.push(at);
                at = at + gap.draw(self.drawing.tape, site, WORLD);
            }
        }
        all
    }

    /// Crashes for good. Each is aimed at one node or one role, so as many as are drawn here can bite, and no more.
    fn stop(&mut self, name: &str, stop: &CrashStop) -> Vec<PlannedFault> {
        let count = format!("{name}.count");
        let drawn = stop.count.draw(&count, self.drawing.tape);
        let nodes = self.members.len() as u32;
        let drawn = drawn.min(nodes.saturating_sub(stop.keep.of(nodes)));
        self.drawing.note(&count, drawn.to_string());
        let mut left = self.members.to_vec();
        let mut planned = Vec::new();
        for _ in 0..drawn {
            let at = self.begin(&format!("{name}.at"));
            self.begun.push(at);
            let text = stop.target.draw(&format!("{name}.target"), self.drawing.tape);
            let node = target(text, || {
                let chosen = self.below(&format!("{name}.node"), left.len() as u64);
                left[chosen as usize]
            });
            left.retain(|other| Target::Node(*other) != node);
            planned.push(PlannedFault {
                at,
                lasts: Duration::MAX,
                fault: Fault::CrashStop { node },
            });
        }
        planned
    }

    /// When a fault begins: anywhere, or soon after another one. Trouble that comes in bursts meets a system that has not yet
    /// recovered from the last, which is where bugs are.
    fn begin(&mut self, place: &str) -> Duration {
        let alone = self.burst == Duration::ZERO || self.begun.is_empty();
        if alone || self.below(place, 2) == 0 {
            return Duration::from_nanos(self.below(place, self.heal_after.as_nanos()));
        }
        let after = self.below(place, self.begun.len() as u64) as usize;
        self.begun[after] + Duration::from_nanos(self.below(place, self.burst.as_nanos()))
    }

    pub(crate) fn target(&mut self, name: &str, recurring: &Recurring) -> Target {
        let text = recurring.target.draw(&format!("{name}.target"), self.drawing.tape);
        let text = text.clone();
        target(&text, || self.any(name))
    }

    /// One node; one by chance, where the scenario names a role: links have no sense for whoever may have a role later.
    pub(crate) fn one(&mut self, name: &str, recurring: &Recurring) -> NodeId {
        match self.target(name, recurring) {
            Target::Node(node) => node,
            Target::Role(_) => self.any(name),
        }
    }

    /// By how much, if the scenario says so.
    pub(crate) fn by(&mut self, name: &str, recurring: &Recurring) -> Option<Duration> {
        let by = recurring.by.as_ref()?;
        Some(by.draw(&format!("{name}.by"), self.drawing.tape))
    }

    /// How often, in a million, if the scenario says so.
    pub(crate) fn rate(&mut self, name: &str, recurring: &Recurring) -> Option<u32> {
        let rate = recurring.rate.as_ref()?;
        Some(rate.draw(&format!("{name}.rate"), self.drawing.tape).0)
    }

    /// Of which files, if the scenario says so.
    pub(crate) fn file(&mut self, name: &str, recurring: &Recurring) -> Option<String> {
        let file = recurring.file.as_ref()?;
        Some(file.draw(&format!("{name}.file"), self.drawing.tape).clone())
    }

    pub(crate) fn any(&mut self, name: &str) -> NodeId {
        let chosen = self.below(&format!("{name}.node"), self.members.len() as u64);
        self.members[chosen as usize]
    }

    /// One of the zones, and who is in it. Where the scenario declares none, each node is a zone by itself.
    pub(crate) fn zone(&mut self, name: &str) -> Zone {
        if self.zones.is_empty() {
            let node = self.any(name);
            return (node.to_string(), vec![node]);
        }
        let chosen = self.below(&format!("{name}.zone"), self.zones.len() as u64);
        self.zones[chosen as usize].clone()
    }

    /// Draws one value of a knob of a fault.
    pub(crate) fn scalar<T: Scalar>(&mut self, place: &str, knob: &Knob<T>) -> T {
        knob.draw(place, self.drawing.tape)
    }

    /// Draws one value of a knob that a scenario may leave out.
    pub(crate) fn knob<T: Scalar>(
        &mut self,
        name: &str,
        knob: &str,
        given: Option<&Knob<T>>,
        usual: Knob<T>,
    ) -> T {
        self.scalar(&format!("{name}.{knob}"), given.unwrap_or(&usual))
    }

    /// Draws one of several values of a fault.
    pub(crate) fn choice<'c, T>(&mut self, place: &str, choice: &'c Choice<T>) -> &'c T {
        choice.draw(place, self.drawing.tape)
    }

    /// One of the versions that there are.
    pub(crate) fn version(&mut self, name: &str) -> u32 {
        let chosen = self.below(&format!("{name}.version"), self.drawing.versions.len() as u64);
        self.drawing.versions.get(chosen as usize).copied().unwrap_or(1)
    }

    /// Groups are ordered by size: the first is the smallest, the last the largest.
    pub(crate) fn place_clients(&mut self, name: &str, groups: &mut [Vec<Endpoint>]) {
        if self.side == ClientSide::Anywhere {
            return;
        }
        for client in 0..self.clients {
            let group = if self.with_minority(name) { 0 } else { groups.len() - 1 };
            groups[group].push(Endpoint::Client(client));
        }
    }

    pub(crate) fn with_minority(&mut self, name: &str) -> bool {
        match self.side {
            ClientSide::Anywhere | ClientSide::Majority => false,
            ClientSide::Minority => true,
            ClientSide::Split => self.below(&format!("{name}.client"), 2) == 1,
        }
    }

    pub(crate) fn shuffled(&mut self, name: &str) -> Vec<NodeId> {
        let mut nodes = self.members.to_vec();
        let place = format!("{name}.order");
        for i in (1..nodes.len()).rev() {
            let j = self.below(&place, i as u64 + 1) as usize;
            nodes.swap(i, j);
        }
        nodes
    }

    pub(crate) fn below(&mut self, place: &str, bound: u64) -> u64 {
        if bound == 0 {
            return 0;
        }
        let site = self.drawing.tape.site(seatrial_node::intern(place));
        self.drawing.tape.choose(site, WORLD, bound)
    }
}

/// A plan in words.
pub(super) fn describe(plan: &FaultPlan) -> Vec<String> {
    let what = |planned: &PlannedFault| {
        let PlannedFault { lasts, fault, .. } = planned;
        let span = match (fault.is_for_ever(), fault.is_instant()) {
            (true, _) => "for good".to_owned(),
            (_, true) => "at once".to_owned(),
            (false, false) => format!("for {lasts:.3}"),
        };
        format!("{:<9}  {span}: {fault}", fault.kind())
    };
    let timed =
        plan.faults.iter().map(|planned| format!("{:>12.3}  {}", planned.at, what(planned)));
    let mut lines: Vec<String> = timed.collect();
    lines.extend(plan.awaited.iter().map(|awaited| {
        let Awaited { when, then } = awaited;
        let later = match then.at {
            Duration::ZERO => String::new(),
            after => format!(", {after} later"),
        };
        format!("{when}{later}: {}", what(then))
    }));
    let who = match &plan.core {
        None => "the world heals".to_owned(),
        Some(core) => {
            let core: Vec<String> = core.iter().map(NodeId::to_string).collect();
            format!("{} heal, and whatever is broken elsewhere stays so", core.join(" "))
        }
    };
    lines.push(format!("{:>12.3}  {who}", plan.heal_after));
    lines
}
