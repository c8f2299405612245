//! Carries out the plan of trouble: kills and stops processes, and has the relay between them cut, delay, slow down and break.

use seatrial::Heard;
use seatrial_history::{FaultTurn, TraceEvent, TraceItem};
use seatrial_hosts::relay::{Felt, Trouble};
use seatrial_node::{Duration, Fact, Instant, NodeId};

use crate::TrialError;
use crate::clients::Ashore;
use crate::cluster::{Cluster, member};
use crate::counts::Counts;
use crate::kind::Kind;
use crate::plan::{Blow, Plan, Strike, Whom};
use crate::witness::Witness;

/// The trouble of a trial under way.
pub(crate) struct Nemesis {
    /// When the trial began: the plan's times are counted from here.
    begun: Instant,
    strikes: Vec<Strike>,
    /// What came of each, as far as it has come.
    came_of: Vec<String>,
    next: usize,
    under_way: Vec<UnderWay>,
    pub(crate) counts: Counts,
    /// What was done, and what it told of nodes.
    pub(crate) heard: Vec<Heard>,
}

/// A fault that lasts.
struct UnderWay {
    /// Its place in the plan.
    number: usize,
    node: NodeId,
    until: Instant,
    ways: Vec<(NodeId, NodeId)>,
    /// What had been felt on its ways before.
    before: u64,
    /// How many requests had gone unanswered at the node before.
    unanswered: u64,
}

/// A member cannot be at both ends of a way.
fn ways_between(some: &[NodeId], others: &[NodeId]) -> Vec<(NodeId, NodeId)> {
    let pairs = some.iter().flat_map(|from| others.iter().map(|to| (*from, *to)));
    pairs.filter(|(from, to)| from != to).collect()
}

impl Nemesis {
    pub(crate) fn new(plan: Plan, kinds: &[Kind], begun: Instant) -> Self {
        let strikes = plan.strikes;
        let came_of = vec![String::new(); strikes.len()];
        let (under_way, heard) = (Vec::new(), Vec::new());
        Self { begun, strikes, came_of, next: 0, under_way, counts: Counts::of(kinds), heard }
    }

    /// When something is to be done next.
    pub(crate) fn due(&self) -> Option<Instant> {
        let begins = self.strikes.get(self.next).map(|strike| self.begun + strike.at);
        self.under_way.iter().map(|fault| fault.until).chain(begins).min()
    }

    /// The plan, and what came of it, a line each.
    pub(crate) fn told(&self) -> Vec<String> {
        let line = |(strike, came_of): (&Strike, &String)| format!("{strike}{came_of}");
        self.strikes.iter().zip(&self.came_of).map(line).collect()
    }

    /// Does what is due.
    ///
    /// # Errors
    /// Where a killed member cannot be started again.
    pub(crate) fn act(
        &mut self,
        now: Instant,
        ashore: &Ashore,
        cluster: &mut Cluster,
        witness: &mut Witness,
    ) -> Result<(), TrialError> {
        while let Some(place) = self.under_way.iter().position(|fault| fault.until <= now) {
            let fault = self.under_way.swap_remove(place);
            self.end(now, fault, ashore, cluster)?;
        }
        while let Some(strike) = self.strikes.get(self.next)
            && self.begun + strike.at <= now
        {
            self.begin(now, self.next, ashore, cluster, witness);
            self.next += 1;
        }
        Ok(())
    }

    /// Mends everything; nothing comes any more.
    ///
    /// # Errors
    /// As [`Nemesis::act`].
    pub(crate) fn heal(
        &mut self,
        now: Instant,
        ashore: &Ashore,
        cluster: &mut Cluster,
    ) -> Result<(), TrialError> {
        self.next = self.strikes.len();
        for fault in std::mem::take(&mut self.under_way) {
            self.end(now, fault, ashore, cluster)?;
        }
        self.tell(now, None, FaultTurn::Heals, "all is mended".to_owned());
        Ok(())
    }

    fn begin(
        &mut self,
        now: Instant,
        number: usize,
        ashore: &Ashore,
        cluster: &mut Cluster,
        witness: &mut Witness,
    ) {
        let strike = self.strikes[number].clone();
        let kind = strike.blow.kind();
        let node = whom(&strike, cluster, witness);
        let ways = ways(strike.blow, node, cluster);
        let before = felt(kind, &ways, cluster);
        let mut came_of = match strike.whom {
            Whom::Leader => format!(": {node}"),
            Whom::Place(place) if member(place) != node => format!(": {node} in its place"),
            Whom::Place(_) => String::new(),
        };
        let unanswered = ashore.unanswered(node);
        match strike.blow {
            Blow::Kill => {
                cluster.kill(node);
                // Not before all that it has announced.
                self.fact(witness.now(), node, Fact::Crashed);
            }
            Blow::Pause => {
                cluster.pause(node, true);
                self.fact(now, node, Fact::Paused);
            }
            Blow::Reset => {
                let broken: u64 =
                    ways.iter().map(|(from, to)| cluster.relay.reset(*from, *to)).sum();
                self.counts.add(kind, broken > 0, broken > 0);
                came_of += &format!(": {broken} connections broken");
            }
            _ => {}
        }
        self.came_of[number] = came_of;
        let is_over = strike.lasts == Duration::ZERO;
        let turn = if is_over { FaultTurn::Once } else { FaultTurn::Begins(number as u32) };
        let text = format!("{kind} of {node}");
        self.tell(now, Some(node), turn, text);
        if !is_over {
            let until = now + strike.lasts;
            self.under_way.push(UnderWay { number, node, until, ways, before, unanswered });
            self.bring_about(cluster);
        }
    }

    fn end(
        &mut self,
        now: Instant,
        fault: UnderWay,
        ashore: &Ashore,
        cluster: &mut Cluster,
    ) -> Result<(), TrialError> {
        let blow = self.strikes[fault.number].blow;
        let (kind, node) = (blow.kind(), fault.node);
        let came_of = if kind.is_of_nodes() {
            // It bites whoever is up, and it never strikes anybody else.
            let requests = ashore.unanswered(node) - fault.unanswered + ashore.waiting_for(node);
            self.counts.add(kind, true, requests > 0);
            match blow {
                Blow::Kill => cluster.start(node)?,
                _ => {
                    cluster.pause(node, false);
                    self.fact(now, node, Fact::Resumed);
                }
            }
            format!(": {requests} request{} unanswered", if requests == 1 { "" } else { "s" })
        } else {
            self.bring_about(cluster);
            let bytes = felt(kind, &fault.ways, cluster) - fault.before;
            self.counts.add(kind, bytes > 0, bytes > 0);
            let what = match kind {
                Kind::Delay => "delayed",
                Kind::Slow => "slowed down",
                _ => "withheld",
            };
            format!(": {bytes} bytes {what}")
        };
        self.came_of[fault.number] += &came_of;
        let text = format!("{kind} of {node} is over");
        self.tell(now, Some(node), FaultTurn::Ends(fault.number as u32), text);
        Ok(())
    }

    /// Has every way be as the faults under way want it, together.
    fn bring_about(&self, cluster: &Cluster) {
        let all: Vec<NodeId> = cluster.members.iter().map(|process| process.id).collect();
        for (from, to) in ways_between(&all, &all) {
            let mut trouble = Trouble::default();
            for fault in self.under_way.iter().filter(|fault| fault.ways.contains(&(from, to))) {
                match self.strikes[fault.number].blow {
                    Blow::Partition { .. } | Blow::OneWay { .. } => trouble.cut = true,
                    Blow::Delay(delay) => trouble.delay = trouble.delay.max(delay.into()),
                    Blow::Slow(rate) if trouble.rate == 0 || rate < trouble.rate => {
                        trouble.rate = rate;
                    }
                    _ => {}
                }
            }
            cluster.relay.set(from, to, trouble);
        }
    }

    fn tell(&mut self, at: Instant, node: Option<NodeId>, turn: FaultTurn, text: String) {
        let what = TraceItem::Event(TraceEvent::Fault { node, turn, text: text.into() });
        self.heard.push(Heard { at, what });
    }

    fn fact(&mut self, at: Instant, node: NodeId, fact: Fact) {
        self.heard.push(Heard { at, what: TraceItem::Fact(node, fact) });
    }
}

/// Whom a strike hits now. One that is down or stopped is not killed or stopped once more: the next one is that is well.
fn whom(strike: &Strike, cluster: &Cluster, witness: &mut Witness) -> NodeId {
    let wanted = match strike.whom {
        Whom::Leader => {
            witness.listen(cluster);
            witness.leader().unwrap_or(member(0))
        }
        Whom::Place(place) => member(place),
    };
    let nodes = cluster.members.len() as u32;
    let ring = (0..nodes).map(|step| member((wanted.0 - 1 + step) % nodes));
    let is_well = |node: &NodeId| {
        let process = cluster.process(*node);
        process.is_up() && !process.is_stopped
    };
    let well = if strike.blow.kind().is_of_nodes() { ring.clone().find(is_well) } else { None };
    well.unwrap_or(wanted)
}

/// The ways that a strike is about.
fn ways(blow: Blow, node: NodeId, cluster: &Cluster) -> Vec<(NodeId, NodeId)> {
    let all: Vec<NodeId> = cluster.members.iter().map(|process| process.id).collect();
    let there_and_back = |some: &[NodeId], others: &[NodeId]| {
        [ways_between(some, others), ways_between(others, some)].concat()
    };
    match blow {
        Blow::Kill | Blow::Pause => Vec::new(),
        Blow::Partition { with } => {
            let on_its_side = |other: &NodeId| {
                let nodes = all.len() as u32;
                (other.0 + nodes - node.0) % nodes <= with
            };
            let (side, others): (Vec<_>, Vec<_>) = all.iter().copied().partition(on_its_side);
            there_and_back(&side, &others)
        }
        Blow::OneWay { unheard: true } => ways_between(&[node], &all),
        Blow::OneWay { unheard: false } => ways_between(&all, &[node]),
        Blow::Delay(_) | Blow::Reset | Blow::Slow(_) => there_and_back(&[node], &all),
    }
}

/// How many bytes have felt this kind of trouble on these ways so far.
fn felt(kind: Kind, ways: &[(NodeId, NodeId)], cluster: &Cluster) -> u64 {
    let of = |felt: Felt| match kind {
        Kind::Delay => felt.delayed,
        Kind::Slow => felt.slowed,
        _ => felt.withheld,
    };
    ways.iter().map(|(from, to)| of(cluster.relay.felt(*from, *to))).sum()
}
