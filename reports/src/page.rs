//! The page that text is laid out on: how wide it is, and whether it takes colour.

use anstyle::{AnsiColor, Style};
use textwrap::core::display_width;
use textwrap::{Options, WordSplitter};

/// What a piece of text says, from which its colour follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Nothing in particular.
    Plain,
    /// The head of a section.
    Title,
    /// A property holds.
    Good,
    /// A property is broken.
    Bad,
    /// Nobody can tell, or something asks for attention.
    Unsure,
    /// Of less weight than what stands around it.
    Faint,
}

impl Role {
    const fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Title => Style::new().bold(),
            Self::Good => AnsiColor::Green.on_default().bold(),
            Self::Bad => AnsiColor::Red.on_default().bold(),
            Self::Unsure => AnsiColor::Yellow.on_default().bold(),
            Self::Faint => Style::new().dimmed(),
        }
    }
}

/// How wide a line may be, and whether text takes colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Columns of a line. A word that is longer than a line stays whole.
    pub width: usize,
    /// Whether to write colours, as ANSI escapes.
    pub colour: bool,
}

/// What a file or a pipe gets: 100 columns, no colour.
impl Default for Page {
    fn default() -> Self {
        Self { width: 100, colour: false }
    }
}

impl Page {
    /// The text in its role's colour, where the page takes colour.
    pub fn paint(&self, role: Role, text: &str) -> String {
        if !self.colour || role == Role::Plain || text.is_empty() {
            return text.to_owned();
        }
        let style = role.style();
        format!("{style}{text}{style:#}")
    }

    /// The text in lines that fit, each after `first` or, from the second on, `rest`; each line ends.
    pub(crate) fn wrap(&self, text: &str, first: &str, rest: &str) -> String {
        let mut out = String::new();
        let mut indent = first;
        for line in text.lines() {
            let options = Options::new(self.width.max(rest.len() + 20))
                .initial_indent(indent)
                .subsequent_indent(rest)
                .word_splitter(WordSplitter::NoHyphenation)
                .break_words(false);
            for wrapped in textwrap::wrap(&clean(line), options) {
                out.push_str(wrapped.trim_end());
                out.push('\n');
            }
            indent = rest;
        }
        out
    }

    /// The head of a section, after an empty line.
    pub(crate) fn title(&self, text: &str) -> String {
        format!("\n{}\n", self.paint(Role::Title, text))
    }
}

/// How many columns a text takes on a terminal.
pub(crate) fn columns(text: &str) -> usize {
    display_width(text)
}

/// The text with control characters shown instead of obeyed: names and errors come from files that anybody may have written.
pub(crate) fn clean(text: &str) -> String {
    let shown = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.into() };
    text.chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_goes_on_under_its_beginning() {
        let page = Page { width: 30, colour: false };
        let text = page.wrap("two leaders were elected in one and the same term", "  a ", "    ");
        assert_eq!(text, "  a two leaders were elected\n    in one and the same term\n");
    }

    #[test]
    fn colour_is_written_only_where_the_page_takes_it() {
        let plain = Page::default();
        assert_eq!(plain.paint(Role::Bad, "violated"), "violated");
        let coloured = Page { colour: true, ..plain };
        let text = coloured.paint(Role::Bad, "violated");
        assert!(text.starts_with('\u{1b}') && text.contains("violated"), "{text:?}");
        assert_eq!(coloured.paint(Role::Plain, "x"), "x");
    }

    #[test]
    fn escapes_in_a_text_from_outside_are_shown_and_not_obeyed() {
        assert_eq!(clean("a\u{1b}[2Jb\tc"), "a\\u{1b}[2Jb\\tc");
    }
}
