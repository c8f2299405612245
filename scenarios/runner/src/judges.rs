//! The judges of one run, made from the names that a scenario gives.

use seatrial_checkers::clocks::{ClockLaws, Law};
use seatrial_checkers::delivery::{Cost, DeliveryProperties, Property as Delivery};
use seatrial_checkers::detection::{DetectionProperties, Property as Detection};
use seatrial_checkers::linearizability::Model;
use seatrial_checkers::raft::{Progress, Property, RaftProperties, SteadyLeader};
use seatrial_checkers::{Answers, Checker, Cluster, Echo, Linearizability, Offer};
use seatrial_history::{
    Explanation, Judgement, Linearization, Measure, Moment, Observer, OpEvent, TraceEvent,
    Violation,
};
use seatrial_node::{Duration, Fact, Instant, Load, NodeId};

use crate::registry::Protocol;
use crate::scenario::{JudgeSpec, unknown};

/// A checker that a scenario may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckerInfo {
    /// Its name in scenarios.
    pub name: &'static str,
    /// What it judges, in a line.
    pub about: &'static str,
}

/// All checkers that a scenario may name. `raft` stands for all of Raft's properties.
pub fn checkers() -> Vec<CheckerInfo> {
    let mut all = vec![
        CheckerInfo {
            name: "linearizability",
            about: "the clients' history fits the model (Herlihy and Wing 1990)",
        },
        CheckerInfo { name: "raft", about: "all of Raft's safety properties, in one pass" },
    ];
    let property = |p: &Property| CheckerInfo { name: p.name(), about: p.source() };
    all.extend(Property::ALL.iter().map(property));
    let group = |group: &Group| CheckerInfo { name: group.name, about: group.about };
    all.extend(GROUPS.iter().map(group));
    let property = |p: &Delivery| CheckerInfo { name: p.label(), about: p.name() };
    all.extend(Delivery::ALL.iter().map(property));
    all.push(CheckerInfo {
        name: "clocks",
        about: "the laws of logical clocks: LC1, VC1, HLC1, HLC2",
    });
    let law = |law: &Law| CheckerInfo { name: law.label(), about: law.about() };
    all.extend(Law::ALL.iter().map(law));
    let group = |group: &Detectors| CheckerInfo { name: group.name, about: group.about };
    all.extend(DETECTORS.iter().map(group));
    let property = |p: &Detection| CheckerInfo { name: p.label(), about: p.name() };
    all.extend(Detection::ALL.iter().map(property));
    all.extend([
        CheckerInfo {
            name: "progress",
            about: "once healed, a leader and a success within a bound (Raft §5.6)",
        },
        CheckerInfo {
            name: "steady-leader",
            about: "once healed, within a bound a leader that lasts for a quarter of it (Raft §5.6)",
        },
        CheckerInfo {
            name: "answers",
            about: "once healed, every request is answered within a bound",
        },
        CheckerInfo { name: "echo", about: "every answer equals its request" },
    ]);
    all
}

/// All figures that a scenario may bound, where its checkers or its protocol measure them.
pub fn figures() -> Vec<Measure> {
    let deliveries = DeliveryProperties::only(&[], Duration::ZERO);
    let checkers: [&dyn Checker; 2] = [&deliveries, &Cost::new()];
    checkers.iter().flat_map(|checker| checker.measures()).copied().collect()
}

/// Whether this checker can judge a run that no world makes, from what clients did and nodes announced, and an order of these in which
/// causes come before effects. Those that wait for something to last, once all is mended, would need a run that goes on for them.
pub(crate) fn judges_outside(name: &str) -> bool {
    ["linearizability", "raft", "progress"].contains(&name) || Property::from_name(name).is_some()
}

/// Properties of links and broadcasts that are judged together: the modules of the book.
struct Group {
    name: &'static str,
    about: &'static str,
    properties: &'static [Delivery],
}

const GROUPS: [Group; 11] = [
    Group {
        name: "fair-loss-links",
        about: "fair-loss links: FLL2 and FLL3",
        properties: &[Delivery::Fll2, Delivery::Fll3],
    },
    Group {
        name: "stubborn-links",
        about: "stubborn links: SL1 and SL2",
        properties: &[Delivery::Sl1, Delivery::Sl2],
    },
    Group {
        name: "links",
        about: "perfect point-to-point links: PL1 to PL3",
        properties: &[Delivery::Pl1, Delivery::Pl2, Delivery::Pl3],
    },
    Group {
        name: "fifo-links",
        about: "FIFO perfect point-to-point links: PL1 to PL3, FFPL4",
        properties: &[Delivery::Pl1, Delivery::Pl2, Delivery::Pl3, Delivery::Ffpl4],
    },
    Group {
        name: "best-effort-broadcast",
        about: "BEB1 to BEB3",
        properties: &[Delivery::Beb1, Delivery::Beb2, Delivery::Beb3],
    },
    Group { name: "reliable-broadcast", about: "RB1 to RB4", properties: &RELIABLE },
    Group {
        name: "uniform-broadcast",
        about: "URB1 to URB4",
        properties: &[Delivery::Urb1, Delivery::Urb2, Delivery::Urb3, Delivery::Urb4],
    },
    Group {
        name: "probabilistic-broadcast",
        about: "PB2 and PB3; PB1 is a figure to bound, members reached",
        properties: &[Delivery::Pb2, Delivery::Pb3],
    },
    Group {
        name: "fifo-broadcast",
        about: "RB1 to RB4, FRB5",
        properties: &[RELIABLE[0], RELIABLE[1], RELIABLE[2], RELIABLE[3], Delivery::Frb5],
    },
    Group {
        name: "causal-broadcast",
        about: "RB1 to RB4, CRB5",
        properties: &[RELIABLE[0], RELIABLE[1], RELIABLE[2], RELIABLE[3], Delivery::Crb5],
    },
    Group {
        name: "total-order-broadcast",
        about: "URB1 to URB4, UTOB5",
        properties: &[
            Delivery::Urb1,
            Delivery::Urb2,
            Delivery::Urb3,
            Delivery::Urb4,
            Delivery::Utob5,
        ],
    },
];

const RELIABLE: [Delivery; 4] = [Delivery::Rb1, Delivery::Rb2, Delivery::Rb3, Delivery::Rb4];

/// The properties of links and broadcasts that this name stands for.
fn delivery(name: &str) -> Option<Vec<Delivery>> {
    let group = GROUPS.iter().find(|group| group.name == name);
    group
        .map(|group| group.properties.to_vec())
        .or_else(|| Delivery::from_label(name).map(|property| vec![property]))
}

/// Properties of failure detectors and leader detectors that are judged together: the modules of the book.
struct Detectors {
    name: &'static str,
    about: &'static str,
    properties: [Detection; 2],
}

const DETECTORS: [Detectors; 4] = [
    Detectors {
        name: "perfect-failure-detector",
        about: "PFD1 and PFD2",
        properties: [Detection::Pfd1, Detection::Pfd2],
    },
    Detectors {
        name: "failure-detector",
        about: "an eventually perfect one: EPFD1 and EPFD2",
        properties: [Detection::Epfd1, Detection::Epfd2],
    },
    Detectors {
        name: "leader-election",
        about: "LE1 and LE2",
        properties: [Detection::Le1, Detection::Le2],
    },
    Detectors {
        name: "eventual-leader",
        about: "ELD1 and ELD2",
        properties: [Detection::Eld1, Detection::Eld2],
    },
];

/// The properties of failure detectors and leader detectors that this name stands for.
fn detection(name: &str) -> Option<Vec<Detection>> {
    let group = DETECTORS.iter().find(|group| group.name == name);
    group
        .map(|group| group.properties.to_vec())
        .or_else(|| Detection::from_label(name).map(|property| vec![property]))
}

/// Named properties by family: those of one family are judged together, in one pass.
#[derive(Default)]
struct Families {
    raft: Vec<Property>,
    deliveries: Vec<Delivery>,
    detections: Vec<Detection>,
    laws: Vec<Law>,
}

impl Families {
    /// Adds the property of this name, or all of a group.
    fn add(&mut self, name: &str) -> Result<(), (&'static str, String)> {
        if name == "raft" {
            self.raft.extend(Property::ALL);
        } else if name == "clocks" {
            self.laws.extend(Law::ALL);
        } else if let Some(named) = delivery(name) {
            self.deliveries.extend(named);
        } else if let Some(named) = detection(name) {
            self.detections.extend(named);
        } else if let Some(law) = Law::from_label(name) {
            self.laws.push(law);
        } else {
            self.raft.push(property(name)?);
        }
        Ok(())
    }

    /// One judge for each family of which something was named.
    fn judge(self, spec: &JudgeSpec, checkers: &mut Vec<Box<dyn Checker>>) {
        if !self.raft.is_empty() {
            checkers.push(Box::new(RaftProperties::only(&self.raft)));
        }
        if !self.deliveries.is_empty() {
            let judge = DeliveryProperties::only(&self.deliveries, spec.progress_within);
            checkers.push(Box::new(judge));
        }
        if !self.detections.is_empty() {
            let judge = DetectionProperties::only(&self.detections, spec.progress_within);
            checkers.push(Box::new(judge.synchronous(spec.synchronous)));
        }
        if !self.laws.is_empty() {
            checkers.push(Box::new(ClockLaws::only(&self.laws)));
        }
    }
}

/// Several judges that hear the same run.
pub(crate) struct Judges {
    checkers: Vec<Box<dyn Checker>>,
    wants_sent: bool,
}

impl Judges {
    /// The judges that a scenario names.
    ///
    /// # Errors
    /// Which key of the scenario's table is wrong, and why.
    pub(crate) fn new(
        spec: &JudgeSpec,
        protocol: &Protocol,
    ) -> Result<Self, (&'static str, String)> {
        let mut checkers: Vec<Box<dyn Checker>> = Vec::new();
        let mut families = Families::default();
        for name in &spec.checkers {
            if let Some(checker) = protocol.checker(name) {
                checkers.push(checker);
                continue;
            }
            match name.as_str() {
                "linearizability" => checkers.push(Box::new(Linearizability::new(model(spec)?))),
                "progress" => checkers.push(Box::new(Progress::within(spec.progress_within))),
                "steady-leader" => {
                    checkers.push(Box::new(SteadyLeader::within(spec.progress_within)));
                }
                "answers" => checkers.push(Box::new(Answers::within(spec.progress_within))),
                "echo" => checkers.push(Box::new(Echo::new())),
                name => families.add(name)?,
            }
        }
        families.judge(spec, &mut checkers);
        let wants_sent = checkers.iter().any(|checker| checker.wants_sent());
        Ok(Self { checkers, wants_sent })
    }

    /// The same judges, and one who counts what broadcasts cost.
    #[must_use]
    pub(crate) fn with_cost(mut self) -> Self {
        self.checkers.push(Box::new(Cost::new()));
        self.wants_sent = true;
        self
    }

    /// The same judges, who take their time: for a run that is not one of thousands.
    #[must_use]
    pub(crate) fn patient(mut self) -> Self {
        for checker in &mut self.checkers {
            checker.be_patient();
        }
        self
    }

    /// All that they measure.
    pub(crate) fn measures(&self) -> impl Iterator<Item = &'static Measure> + Clone {
        self.checkers.iter().flat_map(|checker| checker.measures())
    }

    /// Another run begins.
    pub(crate) fn begin(&mut self, members: &[NodeId]) {
        let cluster = Cluster { members: members.to_vec() };
        for checker in &mut self.checkers {
            checker.begin(&cluster);
        }
    }

    /// Whether one of them waits for something that may still come.
    pub(crate) fn await_more(&self, now: Instant) -> bool {
        self.checkers.iter().any(|checker| checker.awaits(now))
    }

    /// The first violation that was seen, if there is one.
    pub(crate) fn violation(&self) -> Option<&Violation> {
        self.checkers.iter().find_map(|checker| checker.violation())
    }

    /// Why the history fits no order, once it was judged.
    pub(crate) fn explanation(&self) -> Option<&Explanation> {
        self.checkers.iter().find_map(|checker| checker.explanation())
    }

    /// Orders that explain the history, object by object.
    pub(crate) fn linearizations(&self) -> Vec<Linearization> {
        self.checkers.iter().flat_map(|checker| checker.linearizations()).collect()
    }

    /// The word of each on the whole run.
    pub(crate) fn judge(&mut self, end: Moment) -> Vec<Judgement> {
        let mut judgements = Vec::new();
        for checker in &mut self.checkers {
            checker.verdicts(end, &mut |property, verdict| {
                judgements.push(Judgement { property: property.to_owned(), verdict });
            });
        }
        judgements
    }

    /// The word of each on a run that has no end. What only a whole run can be judged by is not judged, but a violation that was seen counts.
    pub(crate) fn judge_beginning(&mut self, end: Moment) -> Vec<Judgement> {
        let mut judgements = Vec::new();
        for checker in &mut self.checkers {
            let all = checker.judges_beginnings();
            let seen = checker.violation().map(|violation| violation.property);
            checker.verdicts(end, &mut |property, verdict| {
                if all || verdict.violation().is_some() && seen == Some(property) {
                    judgements.push(Judgement { property: property.to_owned(), verdict });
                }
            });
        }
        judgements
    }

    /// What each measured in the whole run.
    pub(crate) fn figures(&mut self, end: Moment) -> Vec<Offer> {
        let mut offers = Vec::new();
        for checker in &mut self.checkers {
            checker.figures(end, &mut |offer| offers.push(offer));
        }
        offers
    }
}

fn model(spec: &JudgeSpec) -> Result<Model, (&'static str, String)> {
    let names = || Model::ALL.iter().map(|model| model.name()).collect::<Vec<_>>().join(", ");
    let Some(name) = &spec.model else {
        let what = format!(
            "linearizability needs a model: write `model = \"…\"` beside it, with one of {}",
            names()
        );
        return Err(("checkers", what));
    };
    let known = Model::ALL.iter().find(|model| model.name() == name);
    known.copied().ok_or_else(|| ("model", unknown("model", name, Model::ALL.map(Model::name))))
}

fn property(name: &str) -> Result<Property, (&'static str, String)> {
    Property::from_name(name).ok_or_else(|| {
        let known: Vec<&str> = checkers().iter().map(|checker| checker.name).collect();
        ("checkers", unknown("checker", name, known))
    })
}

impl Observer for Judges {
    fn op(&mut self, at: Moment, event: &OpEvent) {
        for checker in &mut self.checkers {
            checker.op(at, event);
        }
    }

    fn asked(&mut self, at: Moment, node: NodeId) {
        for checker in &mut self.checkers {
            checker.asked(at, node);
        }
    }

    fn fact(&mut self, at: Moment, node: NodeId, fact: &Fact) {
        for checker in &mut self.checkers {
            checker.fact(at, node, fact);
        }
    }

    fn healed(&mut self, at: Moment) {
        for checker in &mut self.checkers {
            checker.healed(at);
        }
    }

    fn trace(&mut self, at: Moment, event: &TraceEvent) {
        for checker in &mut self.checkers {
            checker.trace(at, event);
        }
    }

    fn sent(&mut self, at: Moment, from: NodeId, to: NodeId, load: Load) {
        for checker in self.checkers.iter_mut().filter(|checker| checker.wants_sent()) {
            checker.sent(at, from, to, load);
        }
    }

    fn wants_sent(&self) -> bool {
        self.wants_sent
    }

    fn done(&self) -> bool {
        self.violation().is_some()
    }
}
