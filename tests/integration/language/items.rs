//! The types that scenarios are read into, as their sources have them: names, documentation, fields. Sources are formatted by rustfmt, so
//! lines are enough to read them by.

use std::collections::BTreeMap;

use super::super::support::source::sources;

/// A struct or an enum.
#[derive(Clone, Debug, Default)]
pub(super) struct Item {
    pub(super) docs: String,
    attributes: String,
    pub(super) is_enum: bool,
    /// Fields of a struct, or variants of an enum.
    pub(super) fields: Vec<Field>,
}

/// A field, or a variant.
#[derive(Clone, Debug, Default)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) docs: String,
    attributes: String,
    /// The type of a field, or what a variant holds in parentheses.
    pub(super) kind: String,
    /// The fields of a variant.
    pub(super) fields: Vec<Self>,
}

impl Item {
    /// The type that is read in place of this one, if there is one.
    pub(super) fn stand_in(&self) -> Option<&str> {
        quoted(&self.attributes, "try_from = ").or_else(|| quoted(&self.attributes, "from = "))
    }

    /// Whether the names of what it has are written in kebab-case.
    pub(super) fn written(&self, name: &str) -> String {
        match quoted(&self.attributes, "rename_all = ") {
            Some("kebab-case") => kebab(name),
            Some("lowercase") => name.to_lowercase(),
            _ => name.to_owned(),
        }
    }

    /// The key by whose value its variants are told apart.
    pub(super) fn tag(&self) -> Option<&str> {
        quoted(&self.attributes, "tag = ")
    }

    /// This type, which is read by another: that one's fields, with what is said of those that they become.
    fn read_by(&self, stand_in: &Self) -> Self {
        let mut item = Self { docs: self.docs.clone(), ..stand_in.clone() };
        for field in &mut item.fields {
            if let Some(known) = self.fields.iter().find(|known| known.name == field.name) {
                field.docs.clone_from(&known.docs);
            }
        }
        item
    }

    /// Every field has a default.
    pub(super) fn is_optional(&self) -> bool {
        self.attributes.contains("default")
    }
}

impl Field {
    /// Not for writers of scenarios: never read, or read only to be refused.
    pub(super) fn is_skipped(&self) -> bool {
        self.attributes.contains("serde(skip)") || self.attributes.contains("skip_serializing)")
    }

    pub(super) fn is_flattened(&self) -> bool {
        self.attributes.contains("flatten")
    }

    pub(super) fn is_optional(&self) -> bool {
        self.attributes.contains("default") || self.kind.starts_with("Option<")
    }
}

/// All structs and enums of these folders that are read from files, by name. What a type is read by has the same file, and is shown in its
/// place.
pub(super) fn items(folders: &[&str]) -> BTreeMap<String, Item> {
    let mut items = BTreeMap::new();
    for source in sources(folders) {
        let text = source.text.split("#[cfg(test)]").next().unwrap_or_default();
        let mut here = BTreeMap::new();
        read(text, &mut here);
        here.retain(|name, item| {
            let by_hand = format!("Deserialize<'de> for {name} ");
            item.attributes.contains("Deserialize") || text.contains(&by_hand)
        });
        let read_by = here.clone();
        here.retain(|name, _| read_by.values().all(|item| item.stand_in() != Some(name)));
        for item in here.values_mut() {
            let stand_in = item.stand_in().and_then(|name| read_by.get(name));
            if let Some(stand_in) = stand_in.filter(|stand_in| !stand_in.is_enum) {
                *item = item.read_by(stand_in);
            }
        }
        items.append(&mut here);
    }
    items
}

fn read(text: &str, items: &mut BTreeMap<String, Item>) {
    let (mut docs, mut attributes) = (String::new(), String::new());
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let words = line.strip_prefix("pub ").unwrap_or(line);
        let words = words.strip_prefix("pub(crate) ").unwrap_or(words);
        let head = words.strip_prefix("struct ").or_else(|| words.strip_prefix("enum "));
        if let Some(head) = head {
            let name: String = head.chars().take_while(|c| c.is_alphanumeric()).collect();
            let mut item = Item {
                docs: std::mem::take(&mut docs),
                attributes: std::mem::take(&mut attributes),
                is_enum: words.starts_with("enum "),
                fields: Vec::new(),
            };
            if line.ends_with('{') {
                item.fields = fields(&mut lines, "    ");
            }
            for field in &mut item.fields {
                field.kind = field.kind.replace("<Self>", &format!("<{name}>"));
            }
            items.entry(name).or_insert(item);
        } else if !note(line, &mut docs, &mut attributes) {
            docs.clear();
            attributes.clear();
        }
    }
}

/// Fields or variants, up to the brace that ends them.
fn fields(lines: &mut std::str::Lines<'_>, indent: &str) -> Vec<Field> {
    let mut found = Vec::new();
    let (mut docs, mut attributes) = (String::new(), String::new());
    while let Some(line) = lines.next() {
        let Some(line) = line.strip_prefix(indent) else {
            if line.trim_start().starts_with('}') {
                break;
            }
            continue;
        };
        if note(line, &mut docs, &mut attributes) {
            continue;
        }
        let line = line.trim_start_matches("pub(crate) ").trim_start_matches("pub ");
        let line = line.strip_prefix("pub(super) ").unwrap_or(line);
        let name: String = line.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let rest = line[name.len()..].trim_end_matches(',');
        let mut field = Field {
            name,
            docs: std::mem::take(&mut docs),
            attributes: std::mem::take(&mut attributes),
            ..Field::default()
        };
        match rest {
            " {" => field.fields = fields(lines, &format!("{indent}    ")),
            rest => {
                let rest = rest.strip_prefix(": ").unwrap_or(rest);
                let held = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
                field.kind = held.unwrap_or(rest).to_owned();
            }
        }
        if !field.name.is_empty() {
            found.push(field);
        }
    }
    found
}

/// Keeps a line of documentation or an attribute, which may go over several lines.
fn note(line: &str, docs: &mut String, attributes: &mut String) -> bool {
    let open = attributes.matches('[').count() > attributes.matches(']').count();
    if let Some(text) = line.strip_prefix("///") {
        docs.push_str(text.trim_end());
        true
    } else if line.starts_with("#[") || open {
        attributes.push_str(line);
        true
    } else {
        false
    }
}

/// The text in quotes after these words.
fn quoted<'t>(text: &'t str, words: &str) -> Option<&'t str> {
    let at = text.find(words)? + words.len();
    text[at..].strip_prefix('"')?.split('"').next()
}

fn kebab(name: &str) -> String {
    let mut written = String::new();
    for (nth, c) in name.chars().enumerate() {
        if c.is_uppercase() && nth > 0 {
            written.push('-');
        }
        written.extend(c.to_lowercase());
    }
    written
}

#[test]
fn fields_variants_and_what_is_said_of_them_are_read() {
    let text = "/// A thing.\n#[serde(rename_all = \"kebab-case\", tag = \"kind\")]\npub enum Thing {\n    /// Flat.\n    VeryFlat,\n    \
                /// Deep.\n    Deep {\n        /// How deep.\n        #[serde(default)]\n        by: Option<u32>,\n    },\n    /// Held.\n    \
                Held(Other),\n}\n";
    let mut items = BTreeMap::new();
    read(text, &mut items);
    let thing = &items["Thing"];
    assert_eq!(
        (thing.docs.as_str(), thing.tag(), thing.is_enum),
        (" A thing.", Some("kind"), true)
    );
    let names: Vec<String> = thing.fields.iter().map(|field| thing.written(&field.name)).collect();
    assert_eq!(names, ["very-flat", "deep", "held"]);
    let by = &thing.fields[1].fields[0];
    assert_eq!((by.name.as_str(), by.kind.as_str(), by.is_optional()), ("by", "Option<u32>", true));
    assert_eq!(thing.fields[2].kind, "Other");
}
