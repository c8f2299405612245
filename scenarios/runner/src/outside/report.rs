//! What a run outside of a world comes to: judged by the scenario's judges, and told as a world's run is.

use seatrial_history::{
    Account, FaultCount, Judgement, Moment, Observer, TraceItem, Traffic, Verdict,
};
use seatrial_node::Instant;

use super::Outside;
use crate::judges::Judges;
use crate::prepared::Recording;
use crate::record::Recorder;
use crate::stage::Ear;
use crate::tally::Tally;

/// Something that was heard of a run, and when, since it began.
#[derive(Clone, Debug)]
pub struct Heard {
    /// When it happened.
    pub at: Instant,
    /// What: an operation's beginning or end, a fact that a node announced, or something that was done to the cluster.
    pub what: TraceItem,
}

/// What the host knows of a run besides.
#[derive(Clone, Debug, Default)]
pub struct OutsideReport {
    /// All that was heard, in any order; what happened at the same time at the same node stays in this one. Of two facts of which one may
    /// have caused the other, its time has to be the earlier one.
    pub heard: Vec<Heard>,
    /// When all trouble was over, if it came to that.
    pub healed: Option<Instant>,
    /// When the run ended.
    pub end: Instant,
    /// The planned trouble, a line each.
    pub plan: Vec<String>,
    /// How the faults went.
    pub faults: Vec<FaultCount>,
    /// What the host has to say itself.
    pub judgements: Vec<Judgement>,
    /// Why some facts may be missing, where that is so. Then none is judged by.
    pub facts_missing: Option<String>,
    /// The command that makes such a run again.
    pub replay: String,
}

impl Outside {
    /// Judges the run and tells of it.
    ///
    /// # Panics
    /// Where judges that were found before are not found any more.
    pub fn judge(self, report: OutsideReport) -> Recording {
        let OutsideReport { mut heard, healed, end, plan, faults, facts_missing, replay, .. } =
            report;
        let scenario = self.prepared.scenario();
        let mut spec = scenario.judge.clone();
        spec.progress_within = self.progress_within;
        let judges = Judges::new(&spec, self.prepared.protocol());
        let mut judges =
            judges.expect("judges were found when the scenario was prepared").patient();
        judges.begin(&self.terms.members);
        let (mut tally, mut recorder) = (Tally::new(scenario), Recorder::default());
        tally.begin();
        if facts_missing.is_some() {
            heard.retain(|heard| !matches!(heard.what, TraceItem::Fact(..)));
        }
        // Stable: what one node tells of one instant stays in order.
        heard.sort_by_key(|heard| heard.at);
        let mut ear = Ear {
            judges: &mut judges,
            tally: &mut tally,
            recorder: Some(&mut recorder),
            states: None,
            heals: true,
        };
        let end = play(heard, healed, end, &mut ear);
        let mut judgements = judges.judge(end);
        judgements.extend(report.judgements);
        judgements.extend(facts_missing.map(|why| Judgement {
            property: "what nodes announced".to_owned(),
            verdict: Verdict::Unknown { why },
        }));
        judgements.extend(nothing_done(&mut tally));
        let (explanation, linearizations) =
            (judges.explanation().cloned(), judges.linearizations());
        let account = Account {
            scenario: scenario.name.clone(),
            protocol: scenario.protocol.clone(),
            mutant: self.mutant().map(str::to_owned),
            seed: self.terms.seed,
            found_by: None,
            knobs: self.knobs,
            plan,
            healed: tally.healed_at(),
            end,
            faults,
            traffic: Traffic::default(),
            operations: tally.operations(),
            reached: tally.reached(),
            figures: Vec::new(),
            excuses: Vec::new(),
            notices: Vec::new(),
            judgements,
            // What real processes do is not done again: there is nothing to compare.
            hash: String::new(),
            replay,
            case: None,
        };
        let Recorder { trace, history, .. } = recorder;
        Recording { account, trace, history, explanation, linearizations }
    }
}

/// Tells the listeners all of it, a step each.
fn play(heard: Vec<Heard>, healed: Option<Instant>, end: Instant, ear: &mut Ear<'_>) -> Moment {
    let mut at = Moment::default();
    let mut healing = healed;
    for Heard { at: time, what } in heard {
        if let Some(healed) = healing.filter(|healed| time >= *healed) {
            at = Moment { step: at.step + 1, time: healed };
            ear.healed(at);
            healing = None;
        }
        at = Moment { step: at.step + 1, time };
        match what {
            TraceItem::Op(op) => ear.op(at, &op),
            TraceItem::Fact(node, fact) => ear.fact(at, node, &fact),
            TraceItem::Event(event) => ear.trace(at, &event),
        }
    }
    if let Some(healed) = healing {
        at = Moment { step: at.step + 1, time: healed };
        ear.healed(at);
    }
    Moment { step: at.step, time: at.time.max(end) }
}

/// A run in which nothing was done proves nothing.
fn nothing_done(tally: &mut Tally) -> Option<Judgement> {
    let done = tally.operations().iter().any(|operations| operations.ok > 0);
    let why = "no client's operation took effect, so that the run has tried nothing".to_owned();
    (!done)
        .then(|| Judgement { property: "operations".to_owned(), verdict: Verdict::Unknown { why } })
}
