//! How often each kind of trouble was made, and took hold: a kind that never did has proved nothing, and the trial says so.

use seatrial_history::{FaultCount, Judgement, Verdict};

use crate::kind::Kind;

/// Counts by kind, of those that were asked for.
#[derive(Clone, Debug)]
pub(crate) struct Counts(Vec<(Kind, Count)>);

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    asked: u64,
    bit: u64,
    effect: u64,
}

impl Counts {
    pub(crate) fn of(kinds: &[Kind]) -> Self {
        Self(kinds.iter().map(|kind| (*kind, Count::default())).collect())
    }

    /// It was made; it took hold of something, or not; somebody was waiting meanwhile, or not.
    pub(crate) fn add(&mut self, kind: Kind, bit: bool, effect: bool) {
        if let Some((_, count)) = self.0.iter_mut().find(|(known, _)| *known == kind) {
            count.asked += 1;
            count.bit += u64::from(bit);
            count.effect += u64::from(bit && effect);
        }
    }

    pub(crate) fn told(&self) -> Vec<FaultCount> {
        let told = |(kind, count): &(Kind, Count)| FaultCount {
            kind: kind.name().to_owned(),
            asked: count.asked,
            bit: count.bit,
            effect: count.effect,
            seeds: None,
        };
        self.0.iter().map(told).collect()
    }

    /// What is to be said of kinds that never took hold.
    pub(crate) fn idle(&self) -> Vec<Judgement> {
        let idle = self.0.iter().filter(|(_, count)| count.bit == 0);
        let judgement = |(kind, count): &(Kind, Count)| {
            let why = match count.asked {
                0 => format!(
                    "{kind} was asked for and never came; give the trial more time with --for"
                ),
                1 => format!("{kind} came once and took hold of nothing"),
                times => format!("{kind} came {times} times and never took hold of anything"),
            };
            Judgement { property: format!("fault {kind}"), verdict: Verdict::Unknown { why } }
        };
        idle.map(judgement).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_that_never_took_hold_is_no_success() {
        let mut counts = Counts::of(&[Kind::Kill, Kind::Slow, Kind::Reset]);
        counts.add(Kind::Kill, true, false);
        counts.add(Kind::Slow, false, true);
        counts.add(Kind::Slow, false, true);
        counts.add(Kind::Pause, true, true);
        let told = counts.told();
        assert_eq!(told.len(), 3, "of what was asked for");
        assert_eq!((told[0].asked, told[0].bit, told[0].effect), (1, 1, 0));
        assert_eq!((told[1].asked, told[1].bit, told[1].effect), (2, 0, 0));
        let idle: Vec<String> = counts.idle().into_iter().map(|idle| idle.property).collect();
        assert_eq!(idle, ["fault slow", "fault reset"]);
    }
}
