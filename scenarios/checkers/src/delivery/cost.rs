//! What broadcasts cost a network: messages and bytes, each for one broadcast.

use seatrial_history::{Amount, Measure, Moment, Observer, Unit, Verdict, Violation};
use seatrial_node::{Fact, Load, NodeId, Purpose, Sending};

use crate::{Checker, Cluster, Offer};

/// Messages that carry what was broadcast, from its origin or passed on, for each broadcast. A message to oneself is one, as in the
/// book's counts. What a link sends again is not.
pub static MESSAGES: Measure = Measure {
    name: "messages per broadcast",
    unit: Unit::Number,
    about: "messages that carry what was broadcast, relays too and what a link repeats not",
};

/// What links send again, for each broadcast.
pub static REPEATS: Measure = Measure {
    name: "repeats per broadcast",
    unit: Unit::Number,
    about: "messages that a link sends again because nobody has acknowledged them",
};

/// Messages that serve those that carry data, for each broadcast.
pub static CONTROL: Measure = Measure {
    name: "control messages per broadcast",
    unit: Unit::Number,
    about: "acknowledgements, questions and reports, but none of a failure detector",
};

/// The bytes of all of these, for each broadcast. Not of a failure detector, which speaks whether or not anybody broadcasts.
pub static BYTES: Measure = Measure {
    name: "bytes per broadcast",
    unit: Unit::Bytes,
    about: "bytes of all messages, repeats and control included, but none of a failure detector",
};

static MEASURES: [Measure; 4] = [MESSAGES, REPEATS, CONTROL, BYTES];

/// Counts what broadcasts cost. It judges nothing.
#[derive(Clone, Debug, Default)]
pub struct Cost {
    members: Vec<NodeId>,
    /// The last sending from each member to each: what is no higher in the same session is a repeat.
    last: Vec<Option<Sending>>,
    broadcasts: u64,
    data: u64,
    repeats: u64,
    control: u64,
    /// Unknown, once a message was that does not tell its size.
    bytes: Option<u64>,
}

impl Cost {
    /// A counter of nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    fn is_repeat(&mut self, from: NodeId, to: NodeId, sending: Sending) -> bool {
        let slot = |node| self.members.binary_search(&node).ok();
        let (Some(from), Some(to)) = (slot(from), slot(to)) else {
            return false;
        };
        let last = &mut self.last[from * self.members.len() + to];
        let known = last.filter(|last| last.session == sending.session);
        if known.is_some_and(|last| sending.number <= last.number) {
            return true;
        }
        *last = Some(sending);
        false
    }
}

impl Observer for Cost {
    fn fact(&mut self, _: Moment, _: NodeId, fact: &Fact) {
        self.broadcasts += u64::from(matches!(fact, Fact::Broadcast { .. }));
    }

    fn sent(&mut self, _: Moment, from: NodeId, to: NodeId, load: Load) {
        if load.purpose == Purpose::Upkeep {
            return;
        }
        self.bytes =
            self.bytes.zip(load.bytes).map(|(sum, bytes)| sum.saturating_add(bytes.into()));
        let is_repeat = load.sending.is_some_and(|sending| self.is_repeat(from, to, sending));
        let count = match load.purpose {
            _ if is_repeat => &mut self.repeats,
            Purpose::Data => &mut self.data,
            _ => &mut self.control,
        };
        *count += 1;
    }

    fn wants_sent(&self) -> bool {
        true
    }
}

impl Checker for Cost {
    fn property(&self) -> &'static str {
        "cost"
    }

    fn begin(&mut self, cluster: &Cluster) {
        self.members.clone_from(&cluster.members);
        self.last.clear();
        self.last.resize(cluster.members.len().pow(2), None);
        (self.broadcasts, self.data, self.repeats, self.control) = (0, 0, 0, 0);
        self.bytes = Some(0);
    }

    fn violation(&self) -> Option<&Violation> {
        None
    }

    fn verdict(&mut self, _: Moment) -> Verdict {
        Verdict::Holds
    }

    fn verdicts(&mut self, _: Moment, _: &mut dyn FnMut(&'static str, Verdict)) {}

    fn measures(&self) -> &'static [Measure] {
        &MEASURES
    }

    fn figures(&mut self, _: Moment, offer: &mut dyn FnMut(Offer)) {
        let mut each = |measure: &'static Measure, sum: u64| {
            if let Some(amount) = Amount::mean(measure.unit, sum, self.broadcasts) {
                offer(Offer::amount(measure, amount));
            }
        };
        each(&MESSAGES, self.data);
        each(&REPEATS, self.repeats);
        each(&CONTROL, self.control);
        if let Some(bytes) = self.bytes {
            each(&BYTES, bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use seatrial_history::{Figure, Measured};
    use seatrial_node::Instant;

    use super::*;

    const AT: Moment = Moment { step: 0, time: Instant::ZERO };

    fn begun() -> Cost {
        let mut cost = Cost::new();
        cost.begin(&Cluster { members: vec![NodeId(0), NodeId(1)] });
        cost
    }

    fn told(cost: &mut Cost) -> Vec<(String, String)> {
        let mut told = Vec::new();
        cost.figures(AT, &mut |offer| {
            let Some(Figure { name, measured: Measured::Amount { value }, .. }) = offer.figure()
            else {
                panic!("an amount: {offer:?}");
            };
            told.push((name, value.to_string()));
        });
        told
    }

    #[test]
    fn messages_are_counted_by_what_they_are_sent_for() {
        let mut cost = begun();
        for message in 1..=2 {
            cost.fact(AT, NodeId(0), &Fact::Broadcast { message, digest: 0 });
        }
        let mut sent = |load| cost.sent(AT, NodeId(0), NodeId(1), load);
        sent(Load::data(10).sent_as(1, 1));
        sent(Load::data(10).sent_as(1, 2));
        sent(Load::data(10).sent_as(1, 1)); // once more
        sent(Load::data(10).sent_as(2, 1)); // another session counts from 1
        sent(Load::control(5));
        sent(Load::control(1_000).as_upkeep());
        let expected = [
            ("messages per broadcast", "1.5"),
            ("repeats per broadcast", "0.5"),
            ("control messages per broadcast", "0.5"),
            ("bytes per broadcast", "22.5 bytes"),
        ];
        assert_eq!(told(&mut cost), expected.map(|(name, value)| (name.into(), value.into())));
    }

    #[test]
    fn without_a_broadcast_or_a_size_there_is_no_figure_of_it() {
        let mut cost = begun();
        cost.sent(AT, NodeId(0), NodeId(1), Load::default());
        assert_eq!(told(&mut cost), []);
        cost.fact(AT, NodeId(0), &Fact::Broadcast { message: 1, digest: 0 });
        assert!(told(&mut cost).iter().all(|(name, _)| name != BYTES.name));
    }

    #[test]
    fn a_stranger_and_a_former_execution_do_no_harm() {
        let mut cost = begun();
        cost.sent(AT, NodeId(7), NodeId(1), Load::data(1).sent_as(1, 1));
        cost.begin(&Cluster { members: vec![NodeId(0)] });
        cost.fact(AT, NodeId(0), &Fact::Broadcast { message: 1, digest: 0 });
        assert_eq!(told(&mut cost)[0].1, "0");
    }
}
