//! Every document is as the published schema says, and the schema takes no other.

use jsonschema::Validator;
use serde_json::{Value, json};

use seatrial_history::StrategyInfo;

use super::tests::told;
use super::*;
use crate::samples;

const SCHEMA: &str = include_str!("../../schema/form-1.json");

fn schema() -> Value {
    serde_json::from_str(SCHEMA).expect("the schema is JSON")
}

/// What the schema says of documents of this name.
fn validator(name: &str) -> Validator {
    let mut schema = schema();
    schema["$ref"] = json!(format!("#/$defs/{name}"));
    schema.as_object_mut().expect("an object").remove("anyOf");
    jsonschema::draft202012::new(&schema).expect("the schema is one")
}

fn hold(name: &str, document: &Value) {
    let validator = validator(name);
    let wrong: Vec<String> =
        validator.iter_errors(document).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(wrong.is_empty(), "{name}: {wrong:#?}\n{document:#}");
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// A document of each kind, with as much in it as there can be.
fn documents() -> Vec<(&'static str, Value)> {
    let mut excused = samples::violated();
    excused.excuses.push("crash of n2 at 33ms: more than two nodes down".into());
    excused.found_by = Some("pct:3".into());
    excused.healed = None;
    let hunted = HuntAccount {
        strategies: vec![StrategyInfo {
            name: "pct:3".into(),
            depth: Some(3),
            actors: 9,
            events: 1_598,
            runs: 179,
            states: 2_951,
            violated: 0,
        }],
        excused_runs: vec![excused.clone()],
        ..samples::failed_hunt()
    };
    let chosen = SeedLine {
        strategy: Some("pos".into()),
        outside: true,
        unrepeated: true,
        wall: Some(Duration::from_millis(7)),
        ..samples::seed(7, Outcome::Violated)
    };
    let noticed = Account { notices: vec!["another run".into()], ..samples::violated() };
    let old = HuntHeader { campaign: None, ..samples::header(41) };
    vec![
        ("run", parsed(&told(&samples::holds()))),
        ("run", parsed(&told(&samples::two_leaders()))),
        ("run", parsed(&told(&excused))),
        ("run", parsed(&told(&noticed))),
        ("hunt", parsed(&hunt(&hunted))),
        ("hunt", parsed(&hunt(&samples::hunt()))),
        ("hunt-line", parsed(&header(&samples::header(41)))),
        ("hunt-line", parsed(&header(&old))),
        ("hunt-line", parsed(&seed(&samples::seed(41, Outcome::Holds)))),
        ("hunt-line", parsed(&seed(&chosen))),
        ("hunt-line", parsed(&summary(&hunted, Some(Duration::from_secs(9))))),
        ("hunt-line", parsed(&summary(&hunted, None))),
        ("difference", parsed(&difference(&samples::difference()))),
        ("likelihood", parsed(&likelihood(&samples::likelihood()))),
        ("exploration", parsed(&exploration(&samples::exploration()))),
        ("exploration", parsed(&exploration(&samples::failed_exploration()))),
    ]
}

#[test]
fn every_document_is_as_the_schema_says() {
    let whole = jsonschema::draft202012::new(&schema()).expect("the schema is one");
    for (name, document) in documents() {
        hold(name, &document);
        assert!(whole.is_valid(&document), "{name} is among all that may be");
    }
}

#[test]
fn what_is_kept_as_golden_is_as_the_schema_says() {
    hold("run", &parsed(include_str!("../../golden/violated.json")));
    for line in include_str!("../../golden/hunt.jsonl").lines() {
        hold("hunt-line", &parsed(line));
    }
}

#[test]
fn a_document_with_a_member_more_or_less_departs_from_the_schema() {
    for (name, document) in documents() {
        let validator = validator(name);
        let inner = ["header", "summary"].into_iter().find(|inner| document.get(inner).is_some());
        let members = |document: &Value| {
            let object = inner.map_or(document, |inner| &document[inner]).as_object();
            object.expect("an object").keys().cloned().collect::<Vec<_>>()
        };
        let altered = |alter: &dyn Fn(&mut Map<String, Value>)| {
            let mut document = document.clone();
            let place = match inner {
                Some(inner) => &mut document[inner],
                None => &mut document,
            };
            alter(place.as_object_mut().expect("an object"));
            document
        };
        let more = altered(&|object| {
            object.insert("more".into(), json!(1));
        });
        assert!(!validator.is_valid(&more), "{name} with a member more");
        for member in members(&document) {
            let other = altered(&|object| {
                object.insert(member.clone(), json!({ "no": ["such", "thing"] }));
            });
            assert!(!validator.is_valid(&other), "{name} with another {member}");
            let less = altered(&|object| {
                object.shift_remove(&member);
            });
            assert_eq!(
                validator.is_valid(&less),
                optional(name, inner).contains(&member.as_str()),
                "{name} without {member}"
            );
        }
    }
}

/// The members that a document may lack.
fn optional(name: &str, inner: Option<&str>) -> &'static [&'static str] {
    match (name, inner) {
        ("run", _) => &["found_by", "figures", "excuses", "notices", "matter"],
        ("hunt", _) => &["strategies", "figures", "states"],
        ("hunt-line", None) => SEED,
        ("hunt-line", Some(_)) => &["strategies", "figures", "states", "wall"],
        _ => &[],
    }
}

/// Those that a seed's line may lack.
const SEED: &[&str] = &[
    "strategy",
    "properties",
    "signature",
    "explanation",
    "outside",
    "twice",
    "unrepeated",
    "reached",
    "states",
    "wall",
];
