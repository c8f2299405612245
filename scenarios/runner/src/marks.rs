//! Marks: places worth reaching, in the code of a protocol or in what its nodes announce. A hunt says which it came past, and which of
//! those that it should have it never did.
//!
//! A protocol's own code announces a mark ([`Fact::Reached`]), and its entry in the registry declares it. What can be told from facts alone is
//! seen for every protocol ([`Sightings`]). A scenario names those that it expects, and may make one of a fact: so many commits, say.

use seatrial_node::{Fact, NodeId, intern};

use crate::registry::Protocol;
use crate::scenario::{FactMark, MarkSpec, Scenario, unknown};

/// A place worth reaching.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarkInfo {
    /// Its name: what has happened, as a short phrase.
    pub name: &'static str,
    /// Why it is worth reaching, in a line.
    pub about: &'static str,
    /// Whether every good hunt reaches it. A mark of what needs a special fault, or of what should never be, is not expected.
    pub expected: bool,
}

impl MarkInfo {
    /// A mark that every good hunt reaches.
    pub const fn new(name: &'static str, about: &'static str) -> Self {
        Self { name, about, expected: true }
    }

    /// The same mark, which a hunt may do without.
    #[must_use]
    pub const fn unexpected(self) -> Self {
        Self { expected: false, ..self }
    }
}

impl Protocol {
    /// Declares a mark that its nodes announce, or one that is told from their facts.
    #[must_use]
    pub fn with_mark(mut self, mark: MarkInfo) -> Self {
        self.marks.push(mark);
        self
    }

    /// Declares several.
    #[must_use]
    pub fn with_marks(self, marks: &[MarkInfo]) -> Self {
        marks.iter().copied().fold(self, Self::with_mark)
    }

    /// The marks that it declares.
    pub fn marks(&self) -> &[MarkInfo] {
        &self.marks
    }
}

/// A node crashed while it led.
pub(crate) const LEADER_CRASHED: MarkInfo =
    MarkInfo::new("a leader crashed", "what it had not replicated is lost or comes back later");
/// Somebody began to lead while another, of an older term, still believed that it led.
pub(crate) const TWO_LED: MarkInfo =
    MarkInfo::new("two nodes led at once", "the older one must get nothing done");
/// A detector took a suspicion back.
pub(crate) const TAKEN_BACK: MarkInfo =
    MarkInfo::new("a suspicion was taken back", "a node was thought to be down, and was not");

/// Marks that are told from facts, whatever the protocol.
pub fn told_from_facts() -> [MarkInfo; 3] {
    [LEADER_CRASHED, TWO_LED, TAKEN_BACK]
}

/// Sees marks in facts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sightings {
    leading: Vec<NodeId>,
    /// What a scenario makes of facts: the mark, the fact, how often, and how often so far.
    conditions: Vec<(&'static str, &'static str, u64, u64)>,
}

impl Sightings {
    /// Marks of a scenario's own are seen too.
    pub(crate) fn new(scenario: &Scenario) -> Self {
        let condition = |spec: &MarkSpec| match spec {
            MarkSpec::Named(_) => None,
            MarkSpec::Facts(made) => {
                Some((intern(&made.mark), intern(&made.fact), made.times.max(1), 0))
            }
        };
        let conditions = scenario.judge.reached.iter().filter_map(condition).collect();
        Self { leading: Vec::new(), conditions }
    }

    /// Another run begins.
    pub(crate) fn begin(&mut self) {
        self.leading.clear();
        self.conditions.iter_mut().for_each(|(.., so_far)| *so_far = 0);
    }

    /// Says which marks this fact reaches.
    pub(crate) fn see(&mut self, node: NodeId, fact: &Fact, reach: &mut dyn FnMut(&'static str)) {
        match fact {
            Fact::Reached { mark } => reach(mark),
            Fact::Lead { .. } => {
                self.leading.retain(|leader| *leader != node);
                if !self.leading.is_empty() {
                    reach(TWO_LED.name);
                }
                self.leading.push(node);
            }
            Fact::StepDown { .. } => self.leading.retain(|leader| *leader != node),
            Fact::Crashed => {
                let led = self.leading.len();
                self.leading.retain(|leader| *leader != node);
                if self.leading.len() < led {
                    reach(LEADER_CRASHED.name);
                }
            }
            Fact::Restore { .. } => reach(TAKEN_BACK.name),
            _ => {}
        }
        if !self.conditions.is_empty() {
            let word = word(fact);
            for (mark, wanted, times, so_far) in &mut self.conditions {
                if *wanted == word {
                    *so_far += 1;
                    if so_far == times {
                        reach(mark);
                    }
                }
            }
        }
    }
}

/// Whether the marks that a scenario expects exist.
pub(crate) fn check(scenario: &Scenario, protocol: &Protocol) -> Result<(), String> {
    for spec in &scenario.judge.reached {
        match spec {
            MarkSpec::Facts(made) if !FACTS.contains(&made.fact.as_str()) => {
                return Err(unknown("fact", &made.fact, FACTS.iter().copied()));
            }
            MarkSpec::Facts(_) => {}
            MarkSpec::Named(name) => {
                let told = told_from_facts();
                let known = protocol.marks().iter().chain(&told).map(|mark| mark.name);
                if !known.clone().any(|known| known == name) {
                    return Err(unknown(&format!("mark of {}", protocol.name()), name, known));
                }
            }
        }
    }
    Ok(())
}

/// Why a fault that waits for this mark would wait for ever, if it would: it is announced by no node.
pub(crate) fn unreached(mark: &str, scenario: &Scenario, protocol: &Protocol) -> Option<String> {
    let plain = |name: &str| name.replace('-', " ");
    let is = |name: &str| plain(name) == plain(mark);
    let made = scenario.judge.reached.iter().find_map(|spec| match spec {
        MarkSpec::Facts(made) if is(&made.mark) => Some(made),
        _ => None,
    });
    if let Some(FactMark { fact, times, .. }) = made {
        return Some(format!(
            "it waits for the mark `{mark}`, which no node announces: wait for what it is made of, {{ fact = \"{fact}\", times = {times} }}"
        ));
    }
    let told = told_from_facts();
    if told.iter().any(|told| is(told.name)) {
        return Some(format!(
            "it waits for the mark `{mark}`, which is told from facts and which no node announces: wait for a fact"
        ));
    }
    let announced =
        protocol.marks().iter().filter(|mark| told.iter().all(|told| told.name != mark.name));
    let known = announced.map(|mark| mark.name);
    let what = format!("mark of {}", protocol.name());
    (!known.clone().any(is)).then(|| unknown(&what, mark, known))
}

/// The marks that a hunt should reach: those that the scenario names, or else those that the protocol expects.
pub(crate) fn expected(scenario: &Scenario, protocol: &Protocol) -> Vec<String> {
    let named = &scenario.judge.reached;
    if named.is_empty() {
        let expected = protocol.marks().iter().filter(|mark| mark.expected);
        return expected.map(|mark| mark.name.to_owned()).collect();
    }
    named.iter().map(|spec| spec.mark().to_owned()).collect()
}

/// Facts by the names that scenarios and reports call them.
macro_rules! facts {
    ($($variant:ident $word:literal),* $(,)?) => {
        /// The names of all facts that a scenario may make a mark of.
        pub(crate) const FACTS: &[&str] = &[$($word),*];

        /// The name of a fact.
        fn word(fact: &Fact) -> &'static str {
            match fact {
                $(Fact::$variant { .. } => $word,)*
                _ => "",
            }
        }
    };
}

facts! {
    Started "started", Crashed "crashed", Paused "paused", Resumed "resumed", Term "term", Vote "vote", Lead "lead",
    StepDown "step-down", Append "append", Truncate "truncate", Persist "persist", Commit "commit", Apply "apply",
    Snapshot "snapshot", Send "send", Broadcast "broadcast", Deliver "deliver", Stamp "stamp", Suspect "suspect",
    Restore "restore", Join "join", Leave "leave", Trust "trust",
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(facts: &[(u32, Fact)]) -> Vec<&'static str> {
        let (mut sightings, mut seen) = (Sightings::default(), Vec::new());
        sightings.conditions.push(("two commits", "commit", 2, 0));
        for (node, fact) in facts {
            sightings.see(NodeId(*node), fact, &mut |mark| seen.push(mark));
        }
        seen
    }

    #[test]
    fn a_leader_that_crashes_or_outstays_its_term_is_seen() {
        let lead = |term| Fact::Lead { term };
        assert_eq!(seen(&[(0, lead(1)), (0, Fact::Crashed)]), [LEADER_CRASHED.name]);
        assert_eq!(seen(&[(0, lead(1)), (1, lead(2))]), [TWO_LED.name]);
        let followed =
            [(0, lead(1)), (0, Fact::StepDown { term: 1 }), (1, lead(2)), (0, Fact::Crashed)];
        assert!(seen(&followed).is_empty());
    }

    #[test]
    fn a_scenarios_own_mark_is_reached_once_when_its_fact_has_come_often_enough() {
        let commit = |index| (0, Fact::Commit { index });
        assert!(seen(&[commit(1)]).is_empty());
        assert_eq!(seen(&[commit(1), commit(2), commit(3)]), ["two commits"]);
    }

    #[test]
    fn facts_are_named_as_reports_name_them() {
        for fact in [Fact::Crashed, Fact::StepDown { term: 1 }, Fact::Truncate { from: 2 }] {
            let told = toml::Value::try_from(fact).expect("a fact has a form in TOML");
            assert_eq!(told["fact"].as_str(), Some(word(&fact)));
        }
    }
}
