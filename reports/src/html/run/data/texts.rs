//! Texts, each kept once, and its numbers apart from its words: a run's messages say the same again and again with other numbers.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::ser::{SerializeSeq, Serializer};

/// All texts of a page. The place of a text is its number.
#[derive(Debug, Default)]
pub(super) struct Texts {
    /// The words: where a number was, there is [`HOLE`].
    forms: Vec<String>,
    form_of: BTreeMap<String, usize>,
    /// Each text: its form and its numbers.
    all: Vec<(usize, Vec<u64>)>,
    place_of: BTreeMap<(usize, Vec<u64>), usize>,
}

/// Stands where a number was.
const HOLE: char = '\u{1}';
/// Numbers with more digits than these are words: a script's numbers are exact only so far.
const DIGITS: usize = 15;

impl Texts {
    /// The number of this text.
    pub(super) fn of(&mut self, text: &str) -> usize {
        let (form, numbers) = apart(text);
        let form = match self.form_of.get(&form) {
            Some(place) => *place,
            None => {
                self.forms.push(form.clone());
                self.form_of.insert(form, self.forms.len() - 1);
                self.forms.len() - 1
            }
        };
        let text = (form, numbers);
        if let Some(place) = self.place_of.get(&text) {
            return *place;
        }
        self.all.push(text.clone());
        self.place_of.insert(text, self.all.len() - 1);
        self.all.len() - 1
    }
}

/// `{"forms": [...], "all": [form or [form, number, ...], ...]}`.
impl Serialize for Texts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Form<'a> {
            forms: &'a [String],
            all: All<'a>,
        }
        Form { forms: &self.forms, all: All(&self.all) }.serialize(serializer)
    }
}

struct All<'a>(&'a [(usize, Vec<u64>)]);

impl Serialize for All<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut all = serializer.serialize_seq(Some(self.0.len()))?;
        for (form, numbers) in self.0 {
            if numbers.is_empty() {
                all.serialize_element(form)?;
            } else {
                let text: Vec<u64> =
                    std::iter::once(*form as u64).chain(numbers.iter().copied()).collect();
                all.serialize_element(&text)?;
            }
        }
        all.end()
    }
}

/// The words of a text and its numbers. Digits after a zero are words, and so are those of a text that has a hole of its own.
fn apart(text: &str) -> (String, Vec<u64>) {
    if text.contains(HOLE) {
        return (text.replace(HOLE, "\u{fffd}"), Vec::new());
    }
    let (mut form, mut numbers) = (String::with_capacity(text.len()), Vec::new());
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let (words, from) = rest.split_at(at);
        form.push_str(words);
        let end = from.find(|c: char| !c.is_ascii_digit()).unwrap_or(from.len());
        let (digits, after) = from.split_at(end);
        match digits.parse() {
            Ok(number) if end <= DIGITS && (end == 1 || !digits.starts_with('0')) => {
                form.push(HOLE);
                numbers.push(number);
            }
            _ => form.push_str(digits),
        }
        rest = after;
    }
    form.push_str(rest);
    (form, numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(texts: &Texts, place: usize) -> String {
        let (form, numbers) = &texts.all[place];
        let mut numbers = numbers.iter();
        let put = |part: &str| match numbers.next() {
            Some(number) => format!("{part}{number}"),
            None => part.to_owned(),
        };
        texts.forms[*form].split(HOLE).map(put).collect()
    }

    #[test]
    fn every_text_comes_back_as_it_was() {
        let mut texts = Texts::default();
        for text in [
            "Vote { term: 12, granted: true }",
            "",
            "7",
            "0",
            "007 and 0x2a",
            "digest=00000000deadbeef",
            "1234567890123456",
            "ünïcode 5",
            "a1b22c333",
        ] {
            let place = texts.of(text);
            assert_eq!(whole(&texts, place), text);
        }
        let odd = texts.of("a\u{1}b 5");
        assert_eq!(whole(&texts, odd), "a\u{fffd}b 5");
    }

    #[test]
    fn the_same_text_has_one_place_and_the_same_words_one_form() {
        let mut texts = Texts::default();
        let one = texts.of("Vote { term: 1 }");
        assert_eq!(texts.of("Vote { term: 1 }"), one);
        assert_ne!(texts.of("Vote { term: 2 }"), one);
        assert_eq!(texts.forms.len(), 1);
        let json = serde_json::to_string(&texts).expect("JSON");
        assert_eq!(json, r#"{"forms":["Vote { term: \u0001 }"],"all":[[0,1],[0,2]]}"#);
    }
}
