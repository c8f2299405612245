//! Going about in a run, and stopping.

use super::breaks::{At, Breakpoint};
use super::command::{Command, Place};
use super::event::Pattern;
use super::field::Field;
use super::{Debugger, event};

impl Debugger<'_> {
    pub(super) fn walk(&mut self, command: &Command) -> Result<String, String> {
        let (run, at) = (self.run(), self.at);
        let mut why = Vec::new();
        let to = match command {
            Command::Step(_) | Command::Next(_) | Command::Continue if at >= run.end() => {
                return Err(format!("the run ends here, at step {}", run.end()));
            }
            Command::Back(_) | Command::Previous(_) | Command::Reverse if at == 0 => {
                return Err("the run begins here".to_owned());
            }
            Command::Step(count) => run.stop_from(at, signed(*count)),
            Command::Back(count) => run.stop_from(at, -signed(*count)),
            Command::Goto(place) => self.place(*place)?,
            Command::Next(pattern) => {
                pattern.check(run, self.words)?;
                let mut lines = run.after(at).iter();
                let met = lines.find(|line| pattern.is_met_by(line, run, self.words));
                met.ok_or_else(|| self.no_such(pattern, "after"))?.at.step
            }
            Command::Previous(pattern) => {
                pattern.check(run, self.words)?;
                let mut lines = run.before(at).iter().rev();
                let met = lines.find(|line| pattern.is_met_by(line, run, self.words));
                met.ok_or_else(|| self.no_such(pattern, "before"))?.at.step
            }
            Command::Continue => {
                let next = self.breaks.iter().filter_map(|stop| stop.next(at)).min();
                let broken = run.violation().map(|(_, step)| step).filter(|step| *step > at);
                let to = next.into_iter().chain(broken).min().unwrap_or_else(|| run.end());
                why = self.stops_at(to);
                to
            }
            Command::Reverse => {
                let to = self.breaks.iter().filter_map(|stop| stop.previous(at)).max().unwrap_or(0);
                why = self.stops_at(to);
                to
            }
            _ => unreachable!("only what goes somewhere comes here"),
        };
        self.at = to;
        why.push(self.here(false));
        Ok(why.join("\n"))
    }

    /// The step of a place.
    fn place(&self, place: Place) -> Result<u64, String> {
        let run = self.run();
        let end = run.end();
        match place {
            Place::Start => Ok(0),
            Place::End => Ok(end),
            Place::Step(step) if step <= end => Ok(step),
            Place::Step(step) => {
                Err(format!("there is no step {step}: the run ends at step {end}"))
            }
            Place::Time(time) if time <= run.account.end.time => Ok(run.step_at(time)),
            Place::Time(time) => {
                Err(format!("the run is over before {time}: it ends at {}", run.account.end.time))
            }
            Place::Violation => run.violation().map(|(_, step)| step).ok_or_else(|| {
                "no property is violated in this run; `verdict` tells what is judged".to_owned()
            }),
        }
    }

    fn no_such(&self, pattern: &Pattern, side: &str) -> String {
        let run = self.run();
        if pattern.is_empty() {
            return format!("nothing happens {side} step {}", self.at);
        }
        match run.trace.iter().any(|line| pattern.is_met_by(line, run, self.words)) {
            true => format!("no such event {side} step {}: {pattern}", self.at),
            false => {
                format!("no such event in this run: {pattern}; {}", pattern.hint(run, self.words))
            }
        }
    }

    /// The breakpoints that stop at a step.
    fn stops_at(&self, step: u64) -> Vec<String> {
        let stopping = self.breaks.iter().filter(|stop| stop.steps.binary_search(&step).is_ok());
        stopping.map(|stop| format!("breakpoint {}: {}", stop.number, stop.at)).collect()
    }

    pub(super) fn break_at(&mut self, at: &At) -> Result<String, String> {
        if let At::Event(pattern) = at
            && pattern.is_empty()
        {
            return Err(format!("say which event; kinds are: {}", event::kinds()));
        }
        at.check(self.run(), self.words)?;
        let steps = at.steps(self.run(), self.words);
        self.numbered += 1;
        let stop = Breakpoint { number: self.numbered, at: at.clone(), steps };
        let mut told = tell(&stop);
        if let (At::Event(pattern), true) = (at, stop.steps.is_empty()) {
            told.push_str(&format!("\n{}", pattern.hint(self.run(), self.words)));
        }
        self.breaks.push(stop);
        Ok(told)
    }

    /// Finds the breakpoints' steps in the present run.
    pub(super) fn find_breaks(&mut self) {
        let mut breaks = std::mem::take(&mut self.breaks);
        for stop in &mut breaks {
            stop.steps = stop.at.steps(self.run(), self.words);
        }
        self.breaks = breaks;
    }

    pub(super) fn tell_breaks(&self) -> String {
        match self.breaks.as_slice() {
            [] => "no breakpoints".to_owned(),
            breaks => breaks.iter().map(tell).collect::<Vec<_>>().join("\n"),
        }
    }

    pub(super) fn delete(&mut self, number: Option<usize>) -> Result<String, String> {
        let Some(number) = number else {
            self.breaks.clear();
            return Ok("no breakpoints".to_owned());
        };
        let place = self.breaks.iter().position(|stop| stop.number == number);
        let place =
            place.ok_or_else(|| format!("there is no breakpoint {number}; `breaks` lists them"))?;
        self.breaks.remove(place);
        Ok(self.tell_breaks())
    }

    pub(super) fn watch(&mut self, field: &Field) -> Result<String, String> {
        field.check(self.run())?;
        if !self.watches.contains(field) {
            self.watches.push(field.clone());
        }
        Ok(self.tell_watch(field))
    }

    pub(super) fn unwatch(&mut self, field: Option<&Field>) -> Result<String, String> {
        let before = self.watches.len();
        match field {
            None => self.watches.clear(),
            Some(field) => self.watches.retain(|watched| watched != field),
        }
        match field {
            Some(field) if self.watches.len() == before => Err(format!("{field} is not watched")),
            _ => Ok(match self.watches.as_slice() {
                [] => "nothing is watched".to_owned(),
                _ => self.watched().join("\n"),
            }),
        }
    }

    /// What a field shows here, and what it showed at the stop before, where that differs.
    pub(super) fn tell_watch(&self, field: &Field) -> String {
        let run = self.run();
        let before = field.values(run, run.stop_from(self.at, -1));
        let now = field.values(run, self.at).into_iter().zip(before);
        let word = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
        let told = now.map(|((node, now), (_, before))| match now == before {
            true => format!("{node}={}", word(&now)),
            false => format!("{node}={} (was {})", word(&now), word(&before)),
        });
        format!("watch {}: {}", field.name, told.collect::<Vec<_>>().join(" "))
    }
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn tell(stop: &Breakpoint) -> String {
    let times = match stop.steps.as_slice() {
        [] => "never in this run".to_owned(),
        [only] => format!("once in this run, at step {only}"),
        [first, ..] => format!("{} times in this run, first at step {first}", stop.steps.len()),
    };
    format!("breakpoint {}: {}: {times}", stop.number, stop.at)
}
