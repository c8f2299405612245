//! What if: something is done by hand at the present step, and the run goes on from there.

use std::path::Path;

use seatrial_node::Duration;
use seatrial_sim::{Deed as Done, Schedule, Touch, Wish};

use super::Debugger;
use super::command::Deed;
use super::run::{Fate, Run};
use crate::case::Case;
use crate::prepared::Course;

impl Debugger<'_> {
    /// Does something by hand here, makes the run that comes of it, and says what becomes of the violation.
    pub(super) fn change(&mut self, deed: &Deed) -> Result<String, String> {
        let run = self.run();
        if self.at >= run.end() {
            return Err(format!(
                "the run ends here, at step {}, so nothing can come of it; go back first",
                run.end()
            ));
        }
        if let Some(last) = run.touches().last().filter(|last| last.after >= self.at) {
            return Err(format!(
                "\"{last}\" comes later, and what it is about may never be; `undo` it first, or go on past it"
            ));
        }
        let done = self.done(deed)?;
        let touch = Touch { after: self.at, deed: done };
        let next = self.touched(&touch)?;
        let told = format!("{touch}\n{}", compare(run, &next));
        // What is done is told where it is over: a node that starts again is an event more.
        self.at = next.stop_from(self.at, 1);
        self.runs.push(next);
        self.find_breaks();
        Ok(format!("{told}\n{}", self.here(false)))
    }

    /// What the world is to do.
    fn done(&self, deed: &Deed) -> Result<Done, String> {
        let run = self.run();
        let done = match deed {
            Deed::Plain(done) => done.clone(),
            Deed::Later(name, by) => {
                let usual = match run.journeys.get(name).map(|journey| journey.fate) {
                    Some(Fate::Arrived(step) | Fate::Lost(step, _)) => run.moment(step).time,
                    _ => run.moment(self.at).time,
                };
                let until = usual + Duration::from_nanos(by.as_nanos());
                Done::Delay { name: *name, until }
            }
        };
        if let Done::Drop { name }
        | Done::Delay { name, .. }
        | Done::Deliver { name }
        | Done::Duplicate { name } = &done
        {
            self.check_under_way(*name)?;
        }
        Ok(done)
    }

    fn check_under_way(&self, name: u64) -> Result<(), String> {
        let run = self.run();
        let Some(journey) = run.journeys.get(&name) else {
            return Err(format!(
                "there is no message #{name} in this run; `inflight` lists what is under way"
            ));
        };
        match journey.fate {
            _ if journey.is_under_way(self.at) => Ok(()),
            _ if self.at < journey.sent => {
                Err(format!("#{name} is not under way yet: it is sent at step {}", journey.sent))
            }
            Fate::Arrived(step) => {
                Err(format!("#{name} is not under way: it arrived at step {step}"))
            }
            Fate::Lost(step, _) => {
                Err(format!("#{name} is not under way: it was lost at step {step}"))
            }
            Fate::Open => Ok(()),
        }
    }

    /// The present run with one more thing done by hand.
    fn touched(&self, touch: &Touch) -> Result<Run, String> {
        let run = self.run();
        let mut case = Case { hash: None, ..run.case.clone() };
        case.touches.push(touch.clone());
        let ready = case.clone().get_ready(self.registry);
        let (prepared, seed) = ready.map_err(|error| error.to_string())?;
        let prepared = match run.is_led() {
            false => prepared,
            true => prepared.on_course(Course::Wishes(rest(run, touch).into(), Vec::new())),
        };
        let recorded = Run::record(case, prepared, seed);
        let mut next = recorded.map_err(|missed| match missed.index == run.touches().len() {
            true => format!("that cannot be done here: {}", missed.why),
            false => format!("what was done before can no longer be: {}", missed.why),
        })?;
        if next.is_led() {
            // What could be performed is the schedule of this run.
            let steps = next.wishes.iter().map(|wish| wish.step.clone()).collect();
            next.case.schedule = Some(Schedule { steps });
        }
        next.case.hash = Some(next.account.hash.clone());
        Ok(next)
    }

    pub(super) fn undo(&mut self) -> Result<String, String> {
        if self.runs.len() == 1 {
            return Err(match self.run().touches() {
                [] => "nothing was done by hand".to_owned(),
                _ => "what was done by hand stands in the case: take it out of its `touches`"
                    .to_owned(),
            });
        }
        let undone = self.runs.pop().and_then(|run| run.touches().last().cloned());
        let undone =
            undone.expect("each run but the first has one thing more that was done by hand");
        self.at = undone.after;
        self.inside = None;
        self.find_breaks();
        Ok(format!("taken back: {undone}\n{}", self.here(false)))
    }

    pub(super) fn tell_changes(&self) -> String {
        match self.run().touches() {
            [] => "nothing was done by hand".to_owned(),
            touches => touches.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
        }
    }

    /// Writes the present run as a case, once it is sure that the case makes the same run.
    pub(super) fn save(&self, path: &Path) -> Result<String, String> {
        let shown = path.display();
        if path.exists() {
            return Err(format!("{shown} is there already; name another file"));
        }
        let run = self.run();
        let hash = &run.account.hash;
        let case = Case { hash: Some(hash.clone()), ..run.case.clone() };
        let text = case.to_toml();
        let made = Case::parse(&shown.to_string(), &text)
            .and_then(|case| case.prepare(self.registry))
            .map_err(|error| format!("no case can be made of this run: {error}"))?;
        let (prepared, seed) = made;
        if prepared.run(seed).hash != *hash {
            return Err(format!("{shown} is not written: it would not make this run again"));
        }
        case.write(path).map_err(|error| format!("{shown} cannot be written: {error}"))?;
        Ok(format!("saved {shown}: `seatrial replay {shown}` makes this run again"))
    }
}

/// The steps of a run that a schedule leads, without those that deliver what the hand takes away.
fn rest(run: &Run, touch: &Touch) -> Vec<Wish> {
    let mut wishes = run.wishes.clone();
    if let Done::Drop { name } | Done::Deliver { name } = touch.deed {
        let journey = run.journeys.get(&name);
        let arrived = journey
            .map_or(0, |journey| journey.arrivals.partition_point(|step| *step <= touch.after));
        let mut seen = 0;
        wishes.retain(|wish| {
            seen += usize::from(wish.name == name);
            wish.name != name || seen <= arrived
        });
    }
    wishes
}

/// What became of the verdict.
fn compare(before: &Run, now: &Run) -> String {
    let broken = |run: &Run| run.violation().map(|(judged, step)| (judged.property.clone(), step));
    let says = |run: &Run| {
        run.violation()
            .and_then(|(judged, _)| judged.verdict.violation())
            .map(|v| v.explanation.clone())
    };
    match (broken(before), broken(now)) {
        (Some((was, step)), Some((is, at))) if was == is => {
            let when = if step == at {
                format!("at step {at}, as before")
            } else {
                format!("at step {at}, not {step}")
            };
            match says(now).filter(|now| Some(now) != says(before).as_ref()) {
                None => format!("the violation remains: {is}, {when}"),
                Some(now) => {
                    format!("the same property is violated: {is}, {when}; now it says: {now}")
                }
            }
        }
        (Some((was, _)), Some((is, step))) => {
            format!("another violation: {is} at step {step}, not {was}")
        }
        (Some((was, _)), None) => format!("the violation is gone: {was}; {}", outcome(now)),
        (None, Some((is, step))) => format!("now there is a violation: {is} at step {step}"),
        (None, None) => format!("no violation, as before; {}", outcome(now)),
    }
}

/// What a run without a violation comes to.
fn outcome(run: &Run) -> String {
    let judgements = &run.account.judgements;
    let holds =
        judgements.iter().filter(|judged| judged.verdict == seatrial_history::Verdict::Holds);
    format!("{} of {} properties hold", holds.count(), judgements.len())
}
