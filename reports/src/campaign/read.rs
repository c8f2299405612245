//! One line of a hunt's file.

use seatrial_history::{HuntHeader, SeedLine};
use seatrial_node::Duration;
use serde::Deserialize;
use serde_json::Value;

use crate::json::FORM;

/// A line, by what it says.
pub(super) enum Line {
    Header(HuntHeader),
    Seed(Box<SeedLine>),
    Summary(Summary),
}

/// What a summary says that the seeds' lines do not.
#[derive(Debug, Deserialize)]
pub(super) struct Summary {
    pub(super) seeds: u64,
    pub(super) interrupted: bool,
    /// How long the hunt took, in real time.
    pub(super) wall: Option<Duration>,
    pub(super) failures: Vec<Kept>,
}

/// A failing run whose case was kept.
#[derive(Debug, Deserialize)]
pub(super) struct Kept {
    pub(super) seed: u64,
    pub(super) case: Option<String>,
}

/// Reads a line.
pub(super) fn line(text: &str) -> Result<Line, String> {
    // Nearly all lines are seeds.
    let error = match serde_json::from_str::<SeedLine>(text) {
        Ok(seed) => return Ok(Line::Seed(Box::new(seed))),
        Err(error) => error,
    };
    let value: Value =
        serde_json::from_str(text).map_err(|error| format!("no JSON: {}", said(&error)))?;
    if let Some(header) = value.get("header") {
        check_form(header)?;
        let header = HuntHeader::deserialize(header);
        return header.map(Line::Header).map_err(|error| format!("header: {}", said(&error)));
    }
    if let Some(summary) = value.get("summary") {
        check_form(summary)?;
        let summary = Summary::deserialize(summary);
        return summary.map(Line::Summary).map_err(|error| format!("summary: {}", said(&error)));
    }
    Err(match value.get("seed") {
        Some(seed) => format!("seed {seed}: {}", said(&error)),
        None => super::NO_HEADER.to_owned(),
    })
}

/// What is wrong, without the place: a line that is read by itself is always the first.
fn said(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rsplit_once(" at line ") {
        Some((what, _)) => format!("{what}, at column {}", error.column()),
        None => text,
    }
}

fn check_form(of: &Value) -> Result<(), String> {
    match of.get("form").and_then(Value::as_u64) {
        Some(FORM) => Ok(()),
        Some(other) => Err(format!(
            "of form {other}, and this Seatrial reads form {FORM}: report it with the Seatrial that wrote it, or hunt again"
        )),
        None => Err("it has no form: take the file as the hunt wrote it".to_owned()),
    }
}

/// In what two hunts differ, if they are no parts of one campaign: what it is, and what it is for each.
pub(super) fn unlike(
    one: &HuntHeader,
    other: &HuntHeader,
) -> Option<(&'static str, String, String)> {
    let mutant = |header: &HuntHeader| match &header.mutant {
        Some(mutant) => format!("is {mutant}"),
        None => "is none".to_owned(),
    };
    let of = |header: &HuntHeader, field: fn(&seatrial_history::CampaignInfo) -> String| {
        format!("is {}", header.campaign.as_ref().map(field).unwrap_or_default())
    };
    let is = |text: &str| format!("is {text}");
    let all = [
        ("the scenario", is(&one.scenario), is(&other.scenario)),
        ("the protocol", is(&one.protocol), is(&other.protocol)),
        ("the planted bug", mutant(one), mutant(other)),
        (
            "--strategy",
            of(one, |campaign| campaign.strategy.clone()),
            of(other, |campaign| campaign.strategy.clone()),
        ),
        (
            "--faults",
            of(one, |campaign| campaign.faults.clone()),
            of(other, |campaign| campaign.faults.clone()),
        ),
        (
            "the checksum of scenario and trouble",
            of(one, |campaign| campaign.checksum.clone()),
            of(other, |campaign| campaign.checksum.clone()),
        ),
    ];
    let rest = |header: &HuntHeader| HuntHeader { first_seed: 0, ..header.clone() };
    all.into_iter().find(|(_, one, other)| one != other).or_else(|| {
        let differs = rest(one) != rest(other);
        differs.then(|| {
            ("what is asked of the hunt", "is something".into(), "is something else".into())
        })
    })
}
