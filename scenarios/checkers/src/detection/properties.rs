//! All properties of failure detectors and leader detectors in one pass.

use seatrial_history::{Measure, Moment, Observer, Verdict, Violation};
use seatrial_node::{Duration, Fact, NodeId};

use super::excuse::{self, ASSUMPTION_BROKEN, Excuse};
use super::explain::{Due, violation};
use super::figures::{MEASURES, Sightings};
use super::view::View;
use super::{Property, accuracy, eventual_agreement, eventual_detection, eventual_strong_accuracy};
use super::{strong_accuracy, strong_completeness};
use crate::several::worst;
use crate::{Checker, Cluster, Offer};

/// Judges the properties of failure detectors and leader detectors, and measures them; see the [module's page](super).
///
/// - **Holds**: nothing was wrong, and all that was due came.
/// - **Violated**: somebody was suspected or trusted who must not be, or somebody was not who must be, when that was due.
/// - **Unknown**: the execution ended before everything was due, or broke what a perfect detector assumes.
#[derive(Clone, Debug)]
pub struct DetectionProperties {
    judged: Vec<Property>,
    due: Due,
    synchronous: bool,
    view: View,
    excuse: Excuse,
    sightings: Sightings,
    /// By the place of the property in those that are judged.
    violations: Vec<Option<Violation>>,
    accused: Vec<Accused>,
}

/// A violation for which there may be an excuse yet.
#[derive(Clone, Debug)]
struct Accused {
    place: usize,
    violation: Violation,
    at: Moment,
    by: usize,
    of: usize,
}

impl DetectionProperties {
    /// Judges these properties. What must hold eventually has to hold this long after the world healed.
    pub fn only(properties: &[Property], within: Duration) -> Self {
        Self {
            judged: properties.to_vec(),
            due: Due { healed: None, within },
            synchronous: false,
            view: View::default(),
            excuse: Excuse::default(),
            sightings: Sightings::default(),
            violations: vec![None; properties.len()],
            accused: Vec::new(),
        }
    }

    /// The same, of executions that keep the bound that a perfect detector assumes, and in which who crashes stays down: then there is
    /// no excuse, and to claim one is a violation of PFD2.
    #[must_use]
    pub fn synchronous(mut self, synchronous: bool) -> Self {
        self.synchronous = synchronous;
        self
    }

    /// The first violation of each property counts.
    fn found(&mut self, place: usize, violation: Option<Violation>) {
        if self.violations[place].is_none() {
            self.violations[place] = violation;
        }
    }

    /// Where no excuse counts, who is accused is guilty.
    fn accuse(&mut self, accused: Accused) {
        match self.synchronous {
            true => self.found(accused.place, Some(accused.violation)),
            false => self.accused.push(accused),
        }
    }

    fn judge(&mut self, place: usize, at: Moment, by: usize, fact: &Fact) {
        use Property as P;
        let (property, view, due) = (self.judged[place], &self.view, self.due);
        let other = |node: NodeId| view.slot(node).filter(|of| *of != by);
        let found = match (property, *fact) {
            (P::Pfd2, Fact::Suspect { node }) => {
                let Some(of) = other(node) else { return };
                let violation = strong_accuracy::suspect(view, at, by, of);
                violation.map(|violation| Accused { place, violation, at, by, of })
            }
            (P::Le2, Fact::Trust { leader }) => {
                let Some(next) = view.slot(leader) else { return };
                let found = accuracy::trust(view, at, by, next);
                found.map(|(violation, of)| Accused { place, violation, at, by, of })
            }
            _ => {
                let found = eventually(property, view, due, at, by, fact);
                return self.found(place, found);
            }
        };
        if let Some(accused) = found {
            self.accuse(accused);
        }
    }

    /// What comes of a property at the end.
    fn word(&self, place: usize, end: Moment) -> Verdict {
        use Property as P;
        if let Some(violation) = &self.violations[place] {
            return Verdict::Violated(violation.clone());
        }
        let (property, view, due) = (self.judged[place], &self.view, &self.due);
        match property {
            P::Pfd1 | P::Epfd1 => due.judge(property, strong_completeness::debts(view, due), end),
            P::Epfd2 => due.judge(property, eventual_strong_accuracy::debts(view, due), end),
            P::Le1 | P::Eld1 => due.judge(property, eventual_detection::debts(view, due), end),
            P::Eld2 => due.judge(property, eventual_agreement::debts(view, due), end),
            P::Pfd2 | P::Le2 => self.sentence(place),
        }
    }

    /// What comes of a property of a perfect detector, once all excuses have been heard.
    fn sentence(&self, place: usize) -> Verdict {
        if self.synchronous {
            return Verdict::Holds;
        }
        if let Some(why) = self.excuse.why() {
            return Verdict::Unknown { why };
        }
        let mut excused = None;
        for accused in self.accused.iter().filter(|accused| accused.place == place) {
            match excuse::of_pair(&self.view, accused.at, accused.by, accused.of) {
                None => return Verdict::Violated(accused.violation.clone()),
                Some(why) => excused = excused.or(Some(why)),
            }
        }
        excused.map_or(Verdict::Holds, |why| Verdict::Unknown { why })
    }

    /// A detector claims an excuse in an execution that gives none.
    fn claim(&self, property: Property, at: Moment, by: usize) -> Option<Violation> {
        if property != Property::Pfd2 || !self.synchronous {
            return None;
        }
        let node = self.view.node(by);
        let explanation = format!(
            "{node} says that the synchrony bound was broken, though this scenario keeps it: it has suspected too early."
        );
        let others = 0..self.view.processes.len();
        let suspicions = others.filter_map(|of| self.view.suspicion(by, of));
        let now = (at, format!("{node} hears somebody whom it suspects"));
        Some(violation(property, at, explanation, suspicions.chain([now]).collect()))
    }
}

/// What a fact has to do with properties that hold eventually.
fn eventually(
    property: Property,
    view: &View,
    due: Due,
    at: Moment,
    by: usize,
    fact: &Fact,
) -> Option<Violation> {
    use Property as P;
    if view.processes[by].abandoned {
        return None;
    }
    let other = |node: NodeId| view.slot(node).filter(|of| *of != by);
    let due = &due;
    match (property, *fact) {
        (P::Pfd1 | P::Epfd1, Fact::Restore { node }) => {
            strong_completeness::restore(property, view, due, at, by, other(node)?)
        }
        (P::Epfd2, Fact::Suspect { node }) => {
            eventual_strong_accuracy::suspect(view, due, at, by, other(node)?)
        }
        (P::Epfd2, Fact::Restore { node }) => {
            eventual_strong_accuracy::restore(view, due, at, by, other(node)?)
        }
        (P::Le1 | P::Eld1, Fact::Trust { leader }) => {
            eventual_detection::trust(property, view, due, at, by, view.slot(leader)?)
        }
        (P::Eld2, Fact::Trust { .. }) => eventual_agreement::trust(view, due, at, by),
        _ => None,
    }
}

impl Observer for DetectionProperties {
    fn fact(&mut self, at: Moment, node: NodeId, fact: &Fact) {
        let Some(by) = self.view.slot(node) else {
            return;
        };
        for place in 0..self.judged.len() {
            if let Fact::Reached { mark: ASSUMPTION_BROKEN } = fact {
                let claim = self.claim(self.judged[place], at, by);
                self.found(place, claim);
            }
            self.judge(place, at, by, fact);
        }
        self.excuse.see(at, by, fact, &self.view);
        self.sightings.see(at, by, fact, &self.view);
        self.view.update(at, by, fact);
    }

    fn healed(&mut self, at: Moment) {
        self.due.healed = Some(at);
    }
}

impl Checker for DetectionProperties {
    fn property(&self) -> &'static str {
        "detection"
    }

    fn begin(&mut self, cluster: &Cluster) {
        self.view.begin(&cluster.members);
        self.excuse.begin();
        self.sightings.begin();
        self.due.healed = None;
        self.violations.fill(None);
        self.accused.clear();
    }

    fn violation(&self) -> Option<&Violation> {
        self.violations.iter().flatten().min_by_key(|violation| violation.at)
    }

    fn verdict(&mut self, end: Moment) -> Verdict {
        worst((0..self.judged.len()).map(|place| self.word(place, end)))
    }

    fn verdicts(&mut self, end: Moment, each: &mut dyn FnMut(&'static str, Verdict)) {
        for place in 0..self.judged.len() {
            each(self.judged[place].name(), self.word(place, end));
        }
    }

    fn measures(&self) -> &'static [Measure] {
        &MEASURES
    }

    fn figures(&mut self, _: Moment, offer: &mut dyn FnMut(Offer)) {
        self.sightings.offer(offer);
    }
}
