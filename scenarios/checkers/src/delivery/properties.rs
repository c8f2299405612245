//! All properties of links and broadcasts in one pass.

use seatrial_history::{Measure, Moment, Observer, Verdict, Violation};
use seatrial_node::{Duration, Fact, NodeId};

use super::causal::Causal;
use super::explain::Delivery;
use super::total_order::TotalOrder;
use super::view::View;
use super::{Property, agreement, fifo, finite_duplication, no_creation, no_duplication, reach};
use super::{reliable_delivery, stubborn_delivery, total_order, validity};
use crate::several::worst;
use crate::{Checker, Cluster, Offer};

/// Judges the properties of links and broadcasts; see the [module's page](super).
///
/// - **Holds**: nothing was wrong, and all that was due came.
/// - **Violated**: something was delivered that must not be, or not in this order, or something due did not come.
/// - **Unknown**: nobody sent anything, or the execution ended before everything was due.
#[derive(Clone, Debug)]
pub struct DeliveryProperties {
    within: Duration,
    judged: Vec<Property>,
    view: View,
    causal: Causal,
    total_order: TotalOrder,
    healed: Option<Moment>,
    /// By the place of the property in those that are judged.
    violations: Vec<Option<Violation>>,
}

impl DeliveryProperties {
    /// Judges these properties. What must happen eventually is due within this time.
    pub fn only(properties: &[Property], within: Duration) -> Self {
        Self {
            within,
            judged: properties.to_vec(),
            view: View::default(),
            causal: Causal::default(),
            total_order: TotalOrder::default(),
            healed: None,
            violations: vec![None; properties.len()],
        }
    }

    /// The first violation of each property counts.
    fn found(&mut self, place: usize, violation: Option<Violation>) {
        if self.violations[place].is_none() {
            self.violations[place] = violation;
        }
    }

    fn judge(&mut self, at: Moment, by: usize, origin: NodeId, number: u64, digest: u64) {
        use Property as P;
        let sent = self.view.slot(origin);
        let sent = sent.and_then(|origin| self.view.find(origin, number, digest));
        for place in 0..self.judged.len() {
            let property = self.judged[place];
            let view = &self.view;
            let Some(message) = sent else {
                if let P::Fll3 | P::Sl2 | P::Pl3 | P::Beb3 | P::Rb3 | P::Urb3 | P::Pb3 = property {
                    let found = no_creation::unsent(property, view, at, by, origin, number);
                    self.found(place, Some(found));
                }
                continue;
            };
            let now = Delivery { at, by, message };
            let violation = match property {
                P::Pl2 | P::Beb2 | P::Rb2 | P::Urb2 | P::Pb2 => {
                    no_duplication::deliver(property, view, now)
                }
                P::Fll3 | P::Sl2 | P::Pl3 | P::Beb3 | P::Rb3 | P::Urb3 | P::Pb3 => {
                    no_creation::astray(property, view, now)
                }
                P::Ffpl4 | P::Frb5 => fifo::deliver(property, view, now),
                P::Crb5 => self.causal.deliver(property, view, now),
                P::Utob5 => self.total_order.deliver(property, view, now),
                P::Fll2
                | P::Sl1
                | P::Pl1
                | P::Beb1
                | P::Rb1
                | P::Rb4
                | P::Urb1
                | P::Urb4
                | P::Tob5 => None,
            };
            self.found(place, violation);
        }
    }

    /// What comes of a property at the end.
    fn word(&self, place: usize, end: Moment) -> Verdict {
        use Property as P;
        if let Some(violation) = &self.violations[place] {
            return Verdict::Violated(violation.clone());
        }
        if self.view.messages.is_empty() {
            return Verdict::Unknown { why: "nobody sent or broadcast anything".into() };
        }
        let (property, view) = (self.judged[place], &self.view);
        let (healed, within) = (self.healed, self.within);
        match property {
            P::Fll2 => finite_duplication::judge(view, healed, within, end),
            P::Sl1 => stubborn_delivery::judge(view, healed, within, end),
            P::Pl1 => {
                let debts = reliable_delivery::debts(view);
                reliable_delivery::judge(property, view, debts, healed, within, end)
            }
            P::Beb1 => {
                let debts = validity::to_all(view);
                reliable_delivery::judge(property, view, debts, healed, within, end)
            }
            P::Rb1 | P::Urb1 => {
                let debts = validity::to_itself(view);
                reliable_delivery::judge(property, view, debts, healed, within, end)
            }
            P::Rb4 | P::Urb4 => {
                let debts = agreement::among(view, property == P::Urb4);
                reliable_delivery::judge(property, view, debts, healed, within, end)
            }
            P::Tob5 => {
                total_order::at_end(property, view, end).map_or(Verdict::Holds, Verdict::Violated)
            }
            _ => Verdict::Holds,
        }
    }
}

impl Observer for DeliveryProperties {
    fn fact(&mut self, at: Moment, node: NodeId, fact: &Fact) {
        let Some(slot) = self.view.slot(node) else {
            return;
        };
        if let Fact::Deliver { origin, message, digest } = *fact {
            self.judge(at, slot, origin, message, digest);
        }
        self.view.update(at, slot, fact);
    }

    fn healed(&mut self, at: Moment) {
        self.healed = Some(at);
    }
}

impl Checker for DeliveryProperties {
    fn property(&self) -> &'static str {
        "delivery"
    }

    fn begin(&mut self, cluster: &Cluster) {
        self.view.begin(&cluster.members);
        self.causal.begin(cluster.members.len());
        self.total_order.begin();
        self.healed = None;
        self.violations.fill(None);
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
        &reach::MEASURES
    }

    fn figures(&mut self, _: Moment, offer: &mut dyn FnMut(Offer)) {
        reach::figures(&self.view, offer);
    }
}
