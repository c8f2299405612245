//! Runs and hunts for other tools: one JSON document, or JSON lines for a hunt as it goes.
//!
//! A hunt's lines are a header, then one seed a line in order of seed, then a summary; a file whose last line is no summary was
//! cut off. `campaign` reads them. Spans of time are texts with their unit, as `"1.5ms"`; moments are a step and nanoseconds.
//! `schema/form-1.json` says what is in each of these documents.

use seatrial_history::{
    Account, DifferenceAccount, ExplorationAccount, HuntAccount, HuntHeader, LikelihoodAccount,
    Outcome, ScheduleStep, SeedLine,
};
use seatrial_node::Duration;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::acts::sentence;
use crate::campaign::CampaignAccount;
use crate::formats::Run;
use crate::trace::fact_text;

#[cfg(test)]
mod schema;

/// The form of everything written here. It rises when a reader of the old form would go wrong.
pub const FORM: u64 = 1;

/// A run as one JSON document, ending with a line end.
pub fn run(run: &Run<'_>) -> String {
    let mut value = account_value(run.account);
    let matter = run.matter();
    if let (Value::Object(members), false) = (&mut value, matter.is_empty()) {
        let told = |act: usize| {
            let act = &run.acts.all[act];
            let who = act.who.map(|who| who.to_string());
            json!({ "at": act.at, "who": who, "what": sentence(act, run.trace) })
        };
        members.insert("matter".into(), matter.into_iter().map(told).collect());
    }
    document(&value)
}

/// A hunt as one JSON document, with the accounts of the failures that were kept.
pub fn hunt(hunt: &HuntAccount) -> String {
    let mut value = hunt_value(hunt);
    value.insert("failures".into(), hunt.failures.iter().map(account_value).collect());
    value.insert("unknown_runs".into(), hunt.unknown_runs.iter().map(account_value).collect());
    value.insert("excused_runs".into(), hunt.excused_runs.iter().map(account_value).collect());
    document(&Value::Object(value))
}

/// How likely a failure was as one JSON document.
pub fn likelihood(account: &LikelihoodAccount) -> String {
    formed(account)
}

/// Where two runs part as one JSON document.
pub fn difference(account: &DifferenceAccount) -> String {
    formed(account)
}

/// One hunt or several as one JSON document.
pub fn campaign(account: &CampaignAccount) -> String {
    let mut members = first(account.outcome());
    if let Value::Object(rest) = value(account) {
        members.extend(rest);
    }
    members.insert("reached".into(), pairs(&account.reached));
    document(&Value::Object(members))
}

/// A document with its form first.
fn formed(account: &impl Serialize) -> String {
    let mut members = Map::new();
    members.insert("form".into(), FORM.into());
    if let Value::Object(rest) = value(account) {
        members.extend(rest);
    }
    document(&Value::Object(members))
}

/// An exhaustive search as one JSON document. How many executions there are is a text: no number of JSON is as large.
pub fn exploration(account: &ExplorationAccount) -> String {
    let mut members = first(account.outcome());
    let step = |step: &ScheduleStep| {
        let facts = step.facts.iter().map(|(node, fact)| format!("{node} {}", fact_text(fact)));
        json!({ "text": step.text, "facts": facts.collect::<Vec<_>>() })
    };
    let found = account.found.as_ref().map(|found| {
        json!({
            "violation": found.violation,
            "steps": found.steps.iter().map(step).collect::<Vec<_>>(),
            "is_shortest": found.is_shortest,
        })
    });
    let rest = json!({
        "protocol": account.protocol,
        "mutant": account.mutant,
        "nodes": account.nodes,
        "messages": account.messages,
        "crashes": account.crashes,
        "restarts": account.restarts,
        "losses": account.losses,
        "timers": account.timers,
        "symmetry": account.symmetry,
        "states": account.states,
        "transitions": account.transitions,
        "executions": account.executions.map(|number| number.to_string()),
        "ends": account.ends,
        "depth": account.depth,
        "complete": account.unfinished.is_none() && account.found.is_none(),
        "unfinished": account.unfinished,
        "found": found,
        "replay": account.replay,
    });
    if let Value::Object(rest) = rest {
        members.extend(rest);
    }
    document(&Value::Object(members))
}

/// The first line of a hunt's JSON lines.
pub fn header(header: &HuntHeader) -> String {
    let mut members = Map::new();
    members.insert("form".into(), FORM.into());
    if let Value::Object(rest) = value(header) {
        members.extend(rest);
    }
    line(&json!({ "header": members }))
}

/// A seed's line.
pub fn seed(seed: &SeedLine) -> String {
    let mut line = serde_json::to_string(seed).expect("a line has text as keys");
    line.push('\n');
    line
}

/// The last line of a hunt's JSON lines: the totals, and of each failure that was kept what it takes to see it again; and how long the hunt
/// took in real time, where that is wanted.
pub fn summary(hunt: &HuntAccount, wall: Option<Duration>) -> String {
    let mut summary = hunt_value(hunt);
    let failure = |account: &Account| {
        json!({
            "seed": account.seed,
            "properties": broken(account),
            "excuses": account.excuses,
            "replay": account.replay,
            "case": account.case,
        })
    };
    summary.insert("failures".into(), hunt.failures.iter().map(failure).collect());
    summary.insert("unknown_runs".into(), hunt.unknown_runs.iter().map(failure).collect());
    summary.insert("excused_runs".into(), hunt.excused_runs.iter().map(failure).collect());
    if let Some(wall) = wall {
        summary.insert("wall".into(), value(&wall));
    }
    line(&json!({ "summary": summary }))
}

/// The properties of a run that are violated.
pub(crate) fn broken(account: &Account) -> Vec<&str> {
    let broken = account.judgements.iter().filter(|judged| judged.verdict.violation().is_some());
    broken.map(|judged| judged.property.as_str()).collect()
}

fn account_value(account: &Account) -> Value {
    let mut members = first(account.outcome());
    if let Value::Object(rest) = value(account) {
        members.extend(rest);
    }
    members.insert("knobs".into(), pairs(&account.knobs));
    members.insert("reached".into(), pairs(&account.reached));
    Value::Object(members)
}

fn hunt_value(hunt: &HuntAccount) -> Map<String, Value> {
    let outcome = match (hunt.violated, hunt.unknown) {
        (0, 0) if hunt.excused > 0 => Outcome::Excused,
        (0, 0) => Outcome::Holds,
        (0, _) => Outcome::Unknown,
        _ => Outcome::Violated,
    };
    let mut members = first(outcome);
    if let Value::Object(rest) = value(hunt) {
        members.extend(rest);
    }
    members.insert("reached".into(), pairs(&hunt.reached));
    members
}

/// The members that every document begins with.
fn first(outcome: Outcome) -> Map<String, Value> {
    let mut members = Map::new();
    members.insert("form".into(), FORM.into());
    members.insert("outcome".into(), value(&outcome));
    members
}

/// Names and values as an object; of equal names the last stands.
fn pairs<T: Serialize>(pairs: &[(String, T)]) -> Value {
    pairs.iter().map(|(name, of)| (name.clone(), value(of))).collect()
}

fn value<T: Serialize>(plain: &T) -> Value {
    serde_json::to_value(plain).expect("accounts have text as keys")
}

fn document(value: &Value) -> String {
    format!("{value:#}\n")
}

fn line(value: &Value) -> String {
    format!("{value}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acts::Acts;
    use crate::samples;

    /// A run of the story, told.
    pub(super) fn told(account: &Account) -> String {
        let trace = samples::story();
        run(&Run { account, trace: &trace, acts: &Acts::of(&trace) })
    }

    #[test]
    fn a_run_is_one_document_with_the_events_that_matter() {
        samples::golden("violated.json", &told(&samples::two_leaders()));
        let holds: Value = serde_json::from_str(&told(&samples::holds())).expect("JSON");
        assert_eq!(holds.get("matter"), None);
    }

    #[test]
    fn a_hunt_is_one_document_with_its_failures() {
        let text = hunt(&samples::failed_hunt());
        let parsed: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(parsed["outcome"], "violated");
        assert_eq!(parsed["failures"][0]["outcome"], "violated");
        assert_eq!(parsed["failures"][0]["knobs"]["nodes"], "5");
        assert_eq!(parsed["reached"]["a snapshot was installed"], 214);
    }

    #[test]
    fn a_hunt_is_told_in_lines_as_it_goes() {
        let failed = samples::failed_hunt();
        let mut text = header(&samples::header(41));
        text += &seed(&samples::seed(41, Outcome::Holds));
        text += &seed(&samples::seed(42, Outcome::Violated));
        text += &summary(&failed, None);
        assert!(text.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()));
        samples::golden("hunt.jsonl", &text);
    }
}
