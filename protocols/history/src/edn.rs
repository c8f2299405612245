//! A small reader of EDN, the notation in which Jepsen stores histories: <https://github.com/edn-format/edn>.
//!
//! It keeps the line of each form for error messages, reads what Clojure prints beyond the letter of the specification (records as
//! `#name{...}`), refuses deep nesting instead of overflowing the stack, and never panics.

use crate::ReadError;

/// A form. What no history needs is kept as its text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Edn {
    Nil,
    Bool(bool),
    Int(i64),
    /// A string or a character.
    Text(String),
    Keyword(String),
    Symbol(String),
    /// A list, a vector or a set.
    List(Vec<Self>),
    Map(Vec<(Self, Self)>),
    /// A number that is no whole number of 64 bits: a fraction, a ratio, a large one.
    Number(String),
}

/// Forms within forms, at most.
const MAX_DEPTH: usize = 64;

/// Reads one form after the other.
pub(crate) struct Reader<'a> {
    rest: &'a str,
    line: usize,
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(text: &'a str) -> Self {
        Self { rest: text, line: 1 }
    }

    /// The next form and the line on which it begins; nothing at the end of the text.
    pub(crate) fn next_form(&mut self) -> Result<Option<(usize, Edn)>, ReadError> {
        self.skip_ignored(0)?;
        if self.rest.is_empty() {
            return Ok(None);
        }
        let line = self.line;
        Ok(Some((line, self.form(0)?)))
    }

    /// If a vector or a list begins here, enters it, so that its members can be read one by one.
    pub(crate) fn enter_list(&mut self) -> Result<bool, ReadError> {
        self.skip_ignored(0)?;
        Ok(self.eat("[") || self.eat("("))
    }

    /// Whether the list that was entered ends here.
    pub(crate) fn leave_list(&mut self) -> Result<bool, ReadError> {
        self.skip_ignored(0)?;
        Ok(self.eat("]") || self.eat(")"))
    }

    fn error(&self, what: impl Into<String>) -> ReadError {
        let help = "write EDN as Jepsen does: one operation map a line, or one vector of them";
        ReadError::new(self.line, what, help)
    }

    fn eat(&mut self, prefix: &str) -> bool {
        match self.rest.strip_prefix(prefix) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn bump(&mut self) -> Option<char> {
        let next = self.rest.chars().next()?;
        self.rest = &self.rest[next.len_utf8()..];
        if next == '\n' {
            self.line += 1;
        }
        Some(next)
    }

    /// White space, commas, comments and discarded forms.
    fn skip_ignored(&mut self, depth: usize) -> Result<(), ReadError> {
        loop {
            match self.rest.chars().next() {
                Some(c) if c.is_whitespace() || c == ',' => {
                    self.bump();
                }
                Some(';') => {
                    let end = self.rest.find('\n').unwrap_or(self.rest.len());
                    self.rest = &self.rest[end..];
                }
                Some('#') if self.eat("#_") => {
                    self.skip_ignored(self.deeper(depth)?)?;
                    self.form(self.deeper(depth)?)?;
                }
                _ => return Ok(()),
            }
        }
    }

    fn deeper(&self, depth: usize) -> Result<usize, ReadError> {
        if depth >= MAX_DEPTH {
            return Err(self.error(format!("forms nested more than {MAX_DEPTH} deep")));
        }
        Ok(depth + 1)
    }

    /// The form that begins exactly here.
    fn form(&mut self, depth: usize) -> Result<Edn, ReadError> {
        let depth = self.deeper(depth)?;
        match self.rest.chars().next() {
            None => Err(self.error("the text ends in the middle of a form")),
            Some('[') => self.list(']', depth),
            Some('(') => self.list(')', depth),
            Some('{') => self.map(depth),
            Some('"') => self.string(),
            Some('\\') => self.character(),
            Some('#') => self.dispatch(depth),
            Some(c @ (']' | ')' | '}')) => Err(self.error(format!("`{c}` closes nothing"))),
            Some(_) => self.atom(),
        }
    }

    fn list(&mut self, close: char, depth: usize) -> Result<Edn, ReadError> {
        self.bump();
        let mut forms = Vec::new();
        loop {
            self.skip_ignored(depth)?;
            if self.rest.starts_with(close) {
                self.bump();
                return Ok(Edn::List(forms));
            }
            forms.push(self.form(depth)?);
        }
    }

    fn map(&mut self, depth: usize) -> Result<Edn, ReadError> {
        let Edn::List(forms) = self.list('}', depth)? else {
            return Err(self.error("no map"));
        };
        if forms.len() % 2 != 0 {
            return Err(self.error("a map with a key that has no value"));
        }
        let mut entries = Vec::with_capacity(forms.len() / 2);
        let mut forms = forms.into_iter();
        while let (Some(key), Some(value)) = (forms.next(), forms.next()) {
            entries.push((key, value));
        }
        Ok(Edn::Map(entries))
    }

    /// A set, as the sorted list of its elements: in which order they are written means nothing.
    fn set(&mut self, depth: usize) -> Result<Edn, ReadError> {
        let Edn::List(mut forms) = self.list('}', depth)? else {
            return Err(self.error("no set"));
        };
        forms.sort();
        forms.dedup();
        Ok(Edn::List(forms))
    }

    /// A set, a record or another tagged form, whose tag is dropped, or a symbolic number.
    fn dispatch(&mut self, depth: usize) -> Result<Edn, ReadError> {
        self.bump();
        match self.rest.chars().next() {
            Some('{') => self.set(depth),
            Some('#') => {
                self.bump();
                let word = self.word();
                Ok(Edn::Number(word.to_owned()))
            }
            Some(c) if c.is_alphabetic() => {
                self.word();
                self.skip_ignored(depth)?;
                self.form(depth)
            }
            _ => Err(self.error("a `#` that begins no set and no tag")),
        }
    }

    fn string(&mut self) -> Result<Edn, ReadError> {
        self.bump();
        let mut text = String::new();
        loop {
            match self.bump() {
                None => return Err(self.error("a text that does not end")),
                Some('"') => return Ok(Edn::Text(text)),
                Some('\\') => text.push(self.escaped()?),
                Some(c) => text.push(c),
            }
        }
    }

    fn escaped(&mut self) -> Result<char, ReadError> {
        match self.bump() {
            Some('n') => Ok('\n'),
            Some('t') => Ok('\t'),
            Some('r') => Ok('\r'),
            Some('b') => Ok('\u{8}'),
            Some('f') => Ok('\u{c}'),
            Some(c @ ('\\' | '"' | '/' | '\'')) => Ok(c),
            Some('u') => {
                let digits = self.rest.get(..4).unwrap_or_default();
                let code = u32::from_str_radix(digits, 16);
                let code = code.map_err(|_| self.error("`\\u` without four hexadecimal digits"))?;
                self.rest = &self.rest[4..];
                // Half of a surrogate pair is no character of its own.
                Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
            }
            _ => Err(self.error("an unknown escape in a text")),
        }
    }

    fn character(&mut self) -> Result<Edn, ReadError> {
        self.bump();
        let Some(first) = self.bump() else {
            return Err(self.error("the text ends in the middle of a character"));
        };
        let rest = if first.is_alphanumeric() { self.word() } else { "" };
        Ok(Edn::Text(match (first, rest) {
            ('n', "ewline") => "\n".to_owned(),
            ('s', "pace") => " ".to_owned(),
            ('t', "ab") => "\t".to_owned(),
            ('r', "eturn") => "\r".to_owned(),
            _ => format!("{first}{rest}"),
        }))
    }

    /// Everything up to the next delimiter.
    fn word(&mut self) -> &'a str {
        let ends = |c: char| c.is_whitespace() || ",;\"()[]{}".contains(c);
        let end = self.rest.find(ends).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn atom(&mut self) -> Result<Edn, ReadError> {
        let word = self.word();
        if let Some(keyword) = word.strip_prefix(':') {
            return Ok(Edn::Keyword(keyword.to_owned()));
        }
        let unsigned = word.strip_prefix(['+', '-']).unwrap_or(word);
        if unsigned.starts_with(|c: char| c.is_ascii_digit()) {
            let whole = word.strip_suffix('N').unwrap_or(word);
            return Ok(match whole.parse() {
                Ok(number) => Edn::Int(number),
                Err(_) => Edn::Number(word.to_owned()),
            });
        }
        match word {
            "" => Err(self.error("a form was expected")),
            "nil" => Ok(Edn::Nil),
            "true" => Ok(Edn::Bool(true)),
            "false" => Ok(Edn::Bool(false)),
            symbol => Ok(Edn::Symbol(symbol.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Edn>, ReadError> {
        let mut reader = Reader::new(text);
        let mut forms = Vec::new();
        while let Some((_, form)) = reader.next_form()? {
            forms.push(form);
        }
        Ok(forms)
    }

    #[test]
    fn every_kind_of_form_is_read() {
        let text = "nil true, 5 -3 +4 7N 1.5 2/3 :a/b sym \"x\\n\\u0041\" \\c \\newline #{1} ; no\n #_ [gone] (1 [2]) ##Inf";
        let number = |text: &str| Edn::Number(text.to_owned());
        assert_eq!(
            read(text).expect("forms"),
            [
                Edn::Nil,
                Edn::Bool(true),
                Edn::Int(5),
                Edn::Int(-3),
                Edn::Int(4),
                Edn::Int(7),
                number("1.5"),
                number("2/3"),
                Edn::Keyword("a/b".to_owned()),
                Edn::Symbol("sym".to_owned()),
                Edn::Text("x\nA".to_owned()),
                Edn::Text("c".to_owned()),
                Edn::Text("\n".to_owned()),
                Edn::List(vec![Edn::Int(1)]),
                Edn::List(vec![Edn::Int(1), Edn::List(vec![Edn::Int(2)])]),
                number("Inf"),
            ]
        );
    }

    #[test]
    fn tags_are_dropped_and_records_are_maps() {
        let map = Edn::Map(vec![(Edn::Keyword("a".to_owned()), Edn::Int(1))]);
        assert_eq!(read("#jepsen.history.Op{:a 1}").expect("a record"), vec![map.clone()]);
        assert_eq!(
            read("#inst \"2020\" #x {:a 1}").expect("tagged"),
            [Edn::Text("2020".to_owned()), map]
        );
    }

    #[test]
    fn deep_nesting_is_an_error_and_no_stack_overflow() {
        for open in ["[", "{", "#_ ", "#a ", "#{", "("] {
            let error = read(&open.repeat(100_000)).expect_err("too deep");
            assert!(error.what.contains("nested"), "{open}: {error}");
        }
    }

    #[test]
    fn broken_text_is_an_error_that_names_the_line() {
        for text in ["{:a", "{:a}", "\"x", "]", "\"\\q\"", "\"\\u12\"", "\\", "#", "#_", "[1 )"] {
            let error = read(&format!("1\n{text}")).expect_err(text);
            assert_eq!(error.line, 2, "{text}");
        }
    }
}
