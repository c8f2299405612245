//! Which run it is, what is judged of it, and what can be asked.

use seatrial_history::Verdict;

use super::super::Debugger;
use super::super::command::{self, Entry};

impl Debugger<'_> {
    pub(in super::super) fn tell_verdict(&self) -> String {
        let run = self.run();
        let mut out = Vec::new();
        for judged in &run.account.judgements {
            match &judged.verdict {
                Verdict::Holds => {}
                Verdict::Unknown { why } => {
                    out.push(format!("unknown: {}: {why}", judged.property))
                }
                Verdict::Violated(violation) => {
                    let at = violation.at.map_or_else(String::new, |at| format!(" ({at})"));
                    out.push(format!(
                        "violated: {}: {}{at}",
                        judged.property, violation.explanation
                    ));
                    out.extend(violation.evidence.iter().map(|line| format!("    {line}")));
                    out.push(format!("    {}", violation.source));
                }
            }
        }
        let holding =
            run.account.judgements.iter().filter(|judged| judged.verdict == Verdict::Holds);
        let holding: Vec<&str> = holding.map(|judged| judged.property.as_str()).collect();
        if !holding.is_empty() {
            out.push(format!("holds: {}", holding.join(", ")));
        }
        out.join("\n")
    }

    pub(in super::super) fn tell_info(&self) -> String {
        let run = self.run();
        let account = &run.account;
        let mutant = account
            .mutant
            .as_ref()
            .map_or_else(String::new, |m| format!(", with the planted bug {m}"));
        let led = match run.is_led() {
            true => {
                "a schedule leads it; what is done by hand is followed by as much of the rest as can be performed"
            }
            false => {
                "time and the seed lead it; what is done by hand is followed by the same chance"
            }
        };
        let faults = match account.plan.as_slice() {
            [] => "no trouble is planned".to_owned(),
            plan => format!(
                "trouble: {}",
                plan.iter()
                    .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
                    .collect::<Vec<_>>()
                    .join("; ")
            ),
        };
        format!(
            "{} of the protocol {}, seed {}{mutant}\n{} nodes, {} clients, {} events until {}, hash {}\n{led}\n{faults}\n{} things told, {} messages, requests and answers; any step is looked up among them\ntimers and disks are found by making the run again up to the step",
            account.scenario,
            account.protocol,
            account.seed,
            run.nodes.len(),
            run.clients,
            run.end(),
            account.end.time,
            account.hash,
            run.trace.len(),
            run.journeys.len(),
        )
    }
}

/// What there is to say, or what one command is for.
pub(in super::super) fn help(name: Option<&str>) -> Result<String, String> {
    let line = |entry: &Entry| {
        let also = if entry.also.is_empty() {
            String::new()
        } else {
            format!(" (also {})", entry.also.join(", "))
        };
        (
            format!("{} {}", entry.name, entry.form).trim_end().to_owned(),
            format!("{}{also}", entry.about),
        )
    };
    if let Some(name) = name {
        let (form, about) = line(command::find(name)?);
        return Ok(format!("{form}\n    {about}"));
    }
    let lines = command::all().map(line).map(|(form, about)| match form.len() {
        0..=24 => format!("{form:<24}  {about}"),
        _ => format!("{form}\n{:<24}  {about}", ""),
    });
    Ok(lines.collect::<Vec<_>>().join("\n"))
}
