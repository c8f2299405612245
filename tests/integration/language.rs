//! The page of the scenario language, `scenarios/LANGUAGE.md`, is made from the code: from the types that scenarios are read into and what
//! is said of their fields, and from the catalogues of faults, checkers, marks and figures. So it has every field, and tells the truth.
//!
//! Where the language has changed, `BLESS=1 cargo test -p seatrial-tests language` writes it anew.

mod items;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;

use seatrial::checking::linearizability::Model;
use seatrial::scenario::OF_THE_WHOLE;
use seatrial::{Registry, Scenario, checkers, figures, kinds, told_from_facts};
use serde_json::{Value, json};

use self::items::{Field, Item, items};
use super::support::source::root;

const HEAD: &str = "\
# The scenario language

A scenario is a TOML file. This page has every table and every key of it, and all that can be named in one. It is made from the code by
a test: `BLESS=1 cargo test -p seatrial-tests language` writes it anew. `scenarios/library/echo.toml` is the example to begin with.

A *knob* is a value that the seed may draw: one value (`3`), one of a list (`[3, 5]`), or, where it is a number, a time or a percentage, any of a
range with both ends (`{ min = 3, max = 5 }`). A *choice* is one value or one of a list. A time is a text with its unit (`\"150ms\"`), a
percentage too (`\"2.5%\"`). A node is `\"n0\"`, `\"n1\"`, …; a client `\"c0\"`, `\"c1\"`, ….
";

#[test]
fn the_page_of_the_language_is_what_the_code_says() {
    let page = page();
    let path = root().join("scenarios/LANGUAGE.md");
    if std::env::var("BLESS").is_ok_and(|bless| bless == "1") {
        fs::write(&path, &page).expect("the page can be written");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "scenarios/LANGUAGE.md differs; BLESS=1 makes it:\n{page}");
}

/// What the reader of scenarios itself says of the keys of a table is what the page has.
#[test]
fn no_key_that_a_scenario_may_have_is_missing_from_the_page() {
    let items = items(&FOLDERS);
    for field in &items["Scenario"].fields {
        let Some(item) = items.get(&field.kind).filter(|_| !field.is_skipped()) else {
            continue;
        };
        let mut scenario = least();
        scenario[&field.name]["zzz"] = json!(1);
        let error = serde_json::from_value::<Scenario>(scenario).expect_err("there is no zzz");
        let error = error.to_string();
        let known: BTreeSet<&str> = error.split('`').skip(3).step_by(2).collect();
        let shown: BTreeSet<&str> = item.fields.iter().map(|field| field.name.as_str()).collect();
        assert!(!known.is_empty(), "{error}");
        assert_eq!(known, shown, "[{}]", field.name);
    }
}

/// Where the types are that a scenario is read into.
const FOLDERS: [&str; 2] = ["scenarios/runner/src", "sim/src"];

/// A scenario with nothing that can be left out.
fn least() -> Value {
    json!({
        "name": "least", "about": "", "protocol": "echo", "cluster": { "nodes": 1 },
        "workload": { "name": "echo" }, "judge": { "checkers": ["echo"] },
    })
}

fn page() -> String {
    let mut page = Page { items: items(&FOLDERS), ..Page::default() };
    page.defaults = defaults();
    page.text.push_str(HEAD);
    page.whole("Scenario", "the file", "");
    // The path is one that no default of a scenario has.
    page.whole("PlanTable", "a plan of faults, in a file of its own", "plan.");
    faults(&mut page.text);
    named(&mut page.text);
    protocols(&mut page.text);
    page.text
}

/// What holds where nothing is said, table by table. Where a table is itself left out by most, it is asked for, with no more than it needs.
fn defaults() -> Value {
    let written = |scenario: Value| {
        let scenario: Scenario = serde_json::from_value(scenario).expect("it is complete");
        serde_json::to_value(scenario).expect("it has a form in JSON")
    };
    let mut scenario = least();
    scenario.as_object_mut().expect("it is a table").remove("workload");
    let mut defaults = written(scenario.clone());
    scenario["faults"] =
        json!({ "crash": { "count": 1 }, "crash_stop": { "count": 1 }, "buggify": {} });
    let mut asking = written(scenario);
    for kind in ["crash", "crash_stop", "buggify"] {
        let mut table = asking["faults"][kind].take();
        table.as_object_mut().expect("it is a table").remove("count");
        defaults["asking"][kind] = table;
    }
    defaults
}

/// The page as it grows.
#[derive(Default)]
struct Page {
    text: String,
    items: BTreeMap<String, Item>,
    defaults: Value,
    /// Types that have been shown, or will be.
    known: BTreeSet<String>,
    /// What is still to be shown: the type, the title, and the table of the defaults.
    ahead: Vec<(String, String, String)>,
}

impl Page {
    /// A type, and after it all that it is made of.
    fn whole(&mut self, kind: &str, title: &str, path: &str) {
        self.section(kind, title, path);
        while let Some((kind, title, path)) = self.ahead.pop() {
            self.section(&kind, &title, &path);
        }
    }

    /// A type, with all its keys or values.
    fn section(&mut self, kind: &str, title: &str, path: &str) {
        let item = self.items[kind].clone();
        writeln!(self.text, "\n## {kind}: {title}\n\n{}", flow(&item.docs)).expect("text");
        let mut ahead = Vec::new();
        match item.stand_in() {
            Some(_) => {}
            None if item.is_enum => self.values(&item, &mut ahead),
            None => self.table(&item, path, &mut ahead),
        }
        if kind == "FaultSpec" {
            let all: Vec<String> = OF_THE_WHOLE.iter().map(|key| format!("`{key}`")).collect();
            writeln!(
                self.text,
                "\nA phase, `[[faults.phase]]`, has a `name`, `lasts`, and any other key of this table but {}, which are of the whole trouble.",
                all.join(", ")
            )
            .expect("text");
        }
        ahead.reverse();
        self.ahead.append(&mut ahead);
    }

    /// The keys of a table.
    fn table(&mut self, item: &Item, path: &str, ahead: &mut Vec<(String, String, String)>) {
        if item.fields.iter().all(|field| field.name.is_empty() || field.is_skipped()) {
            return;
        }
        self.text.push_str("\n| key | value | if not said | what it is |\n|---|---|---|---|\n");
        for field in item.fields.iter().filter(|field| !field.is_skipped()) {
            let place = [path, &field.name].concat();
            let value = self.value(&field.kind, &place, ahead);
            let name = match field.is_flattened() {
                true => "…".to_owned(),
                false => format!("`{}`", field.name),
            };
            let default = self.unsaid(item, field, path);
            let docs = cell(&field.docs);
            writeln!(self.text, "| {name} | {value} | {default} | {docs} |").expect("text");
        }
    }

    /// The values of an enum.
    fn values(&mut self, item: &Item, ahead: &mut Vec<(String, String, String)>) {
        self.text.push('\n');
        for variant in &item.fields {
            let name = item.written(&variant.name);
            let name = match item.tag() {
                Some(tag) => format!("`{tag} = \"{name}\"`: "),
                None if variant.kind.is_empty() && variant.fields.is_empty() => {
                    format!("`\"{name}\"`: ")
                }
                None => String::new(),
            };
            writeln!(self.text, "- {name}{}", cell(&variant.docs)).expect("text");
            if !variant.kind.is_empty() {
                let value = self.value(&variant.kind, "", ahead);
                writeln!(self.text, "  It is written as {value}.").expect("text");
            }
            for field in &variant.fields {
                let value = self.value(&field.kind, "", ahead);
                let left = if field.is_optional() { ", may be left out" } else { "" };
                let docs = cell(&field.docs);
                writeln!(self.text, "  - `{}` ({value}{left}): {docs}", field.name).expect("text");
            }
        }
    }

    /// A type as its value is written. What has more to say gets a section of its own.
    fn value(
        &mut self,
        kind: &str,
        place: &str,
        ahead: &mut Vec<(String, String, String)>,
    ) -> String {
        if let Some((outer, inner)) = kind.strip_suffix('>').and_then(|kind| kind.split_once('<')) {
            let inner = inner.split_once(", ").map_or(inner, |(_, last)| last);
            let inner = self.value(inner, place, ahead);
            return match outer {
                "Knob" => format!("knob: {inner}"),
                "Choice" => format!("choice: {inner}"),
                "Vec" => format!("list: {inner}"),
                "BTreeMap" => format!("table of names: {inner}"),
                _ => inner,
            };
        }
        let word = match kind {
            "u8" | "u16" | "u32" | "u64" | "usize" | "i32" | "toml::Value" => "whole number",
            "f64" => "number",
            "String" => "text",
            "toml::Table" => "table",
            "bool" => "`true` or `false`",
            "Duration" => "time",
            "Rate" => "percentage",
            "NodeId" => "node",
            "Endpoint" => "node or client",
            _ => "",
        };
        if !word.is_empty() {
            return word.to_owned();
        }
        if !self.items.contains_key(kind) {
            return format!("`{kind}`");
        }
        if self.known.insert(kind.to_owned()) {
            let is_table = self.items["Scenario"].fields.iter().any(|field| field.name == place);
            let title = match place {
                "" => "a value".to_owned(),
                place if is_table => format!("the table `[{place}]`"),
                place => format!("as in `{place}`"),
            };
            ahead.push((kind.to_owned(), title, format!("{place}.")));
        }
        format!("{kind}, below")
    }

    /// What holds where a scenario does not say.
    fn unsaid(&self, item: &Item, field: &Field, path: &str) -> String {
        let mut value = &self.defaults;
        for key in path.split('.').filter(|key| !key.is_empty()) {
            value = match &value[key] {
                Value::Null => &self.defaults["asking"][key],
                value => value,
            };
        }
        match &value[&field.name] {
            _ if !field.is_optional() && !item.is_optional() => "must be said".to_owned(),
            Value::Null => "nothing".to_owned(),
            Value::Object(table) if table.len() > 3 => "see there".to_owned(),
            value => format!("`{}`", as_toml(value)),
        }
    }
}

/// A value as a scenario has it.
fn as_toml(value: &Value) -> String {
    toml::Value::try_from(value).expect("a scenario has no nulls").to_string()
}

/// Every kind of fault.
fn faults(text: &mut String) {
    text.push_str(
        "\n## Kinds of faults\n\nEach is asked for by its key in `[faults]`, and each is counted: how often it was asked for, how often it took hold of \
         something, and how often a node or a client felt it.\n",
    );
    for info in kinds() {
        let group = info.kind.group().name();
        match info.key {
            "" => writeln!(text, "\n{} ({group}; comes with others): {}.\n", info.kind, info.about),
            key => writeln!(text, "\n`{key}` ({group}): {}.\n", info.about),
        }
        .expect("text");
        writeln!(
            text,
            "- counts: asked, {}; bit, {}; effect, {}",
            info.asked, info.bit, info.effect
        )
        .expect("text");
        for knob in info.knobs {
            writeln!(text, "- `{}`: {}; {} if not said", knob.name, knob.about, knob.default)
                .expect("text");
        }
    }
}

/// Checkers, models, figures and marks.
fn named(text: &mut String) {
    let mut list = |title: &str, rows: Vec<(&str, &str)>| {
        writeln!(text, "\n## {title}\n").expect("text");
        for (name, about) in rows {
            writeln!(text, "- `{name}`: {about}").expect("text");
        }
    };
    let all = checkers();
    list("Checkers", all.iter().map(|checker| (checker.name, checker.about)).collect());
    list("Models", Model::ALL.iter().map(|model| (model.name(), model.description())).collect());
    let all = figures();
    list("Figures that can be bounded", all.iter().map(|f| (f.name, f.about)).collect());
    let told = told_from_facts();
    list("Marks told from facts", told.iter().map(|mark| (mark.name, mark.about)).collect());
}

/// What each protocol has of its own.
fn protocols(text: &mut String) {
    text.push_str("\n## Protocols\n");
    for protocol in Registry::ours().protocols() {
        writeln!(text, "\n### {}\n\n{}\n", protocol.name(), protocol.about()).expect("text");
        for setting in protocol.settings() {
            writeln!(text, "- setting `{}`: {}", setting.name, setting.about).expect("text");
        }
        for workload in protocol.workloads() {
            let mix = match workload.operations {
                [] => String::new(),
                names => format!(" (mix of {})", names.join(", ")),
            };
            writeln!(text, "- workload `{}`{mix}: {}", workload.name, workload.about)
                .expect("text");
        }
        for mark in protocol.marks() {
            let rare = if mark.expected { "" } else { " (not expected)" };
            writeln!(text, "- mark \"{}\"{rare}: {}", mark.name, mark.about).expect("text");
        }
    }
}

/// Documentation as a paragraph: references to code are left as code, and blocks of code, which are for who programs, are left out.
fn flow(docs: &str) -> String {
    let prose: String = docs.split("```").step_by(2).collect();
    let mut text = prose.trim().to_owned();
    while let Some(mid) = text.find("](") {
        let (Some(open), Some(end)) = (text[..mid].rfind('['), text[mid..].find(')')) else {
            break;
        };
        text = format!("{}{}{}", &text[..open], &text[open + 1..mid], &text[mid + end + 1..]);
    }
    text.replace("[`", "`").replace("`]", "`")
}

/// The same in a cell of a table.
fn cell(docs: &str) -> String {
    flow(docs).replace('|', "\\|")
}

#[test]
fn blocks_of_code_are_left_out_and_values_are_written_as_in_a_scenario() {
    assert_eq!(
        flow(" How far [`Shift`] goes. ```text by = 3``` Or back."),
        "How far `Shift` goes.  Or back."
    );
    assert_eq!(
        as_toml(&json!({ "kind": "uniform", "min": "1ms" })),
        r#"{ kind = "uniform", min = "1ms" }"#
    );
}
