//! The page that text is laid out on: how wide it is, and whether it takes colour.

use anstyle::{AnsiColor, Style};
use textwrap::core::display_width;
use textwrap::{Options, WordSeparator, WordSplitter};

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
    /// Columns into which a line that tells an event is made to fit: a terminal would break it in the middle of a word. In a file or a
    /// pipe there is none, and each is one line, however long, so that `grep` and `diff` find it whole.
    pub events: Option<usize>,
}

/// What a file or a pipe gets: 100 columns, no colour, events whole.
impl Default for Page {
    fn default() -> Self {
        Self { width: 100, colour: false, events: None }
    }
}

/// However narrow the page, an event has so many columns.
const LEAST: usize = 12;

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
                .word_separator(WordSeparator::AsciiSpace)
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

    /// An event that begins at a column, in lines that fit where the page wants that: all but the first are for below its beginning.
    pub(crate) fn fold(&self, text: &str, column: usize) -> Vec<String> {
        let text = clean(text);
        let Some(room) = self.room(column) else { return vec![text] };
        let options = Options::new(room)
            .word_separator(WordSeparator::AsciiSpace)
            .word_splitter(WordSplitter::NoHyphenation);
        textwrap::wrap(&text, options).into_iter().map(|line| line.trim_end().to_owned()).collect()
    }

    /// An event that begins at a column, in one line: cut where it would not fit, and the page wants that.
    pub(crate) fn cut(&self, text: &str, column: usize) -> String {
        let text = clean(text);
        let Some(room) = self.room(column).filter(|room| columns(&text) > *room) else {
            return text;
        };
        let mut taken = 0;
        let fitting = text.chars().take_while(|letter| {
            taken += columns(letter.encode_utf8(&mut [0; 4]));
            taken < room
        });
        let mut cut: String = fitting.collect();
        cut.truncate(cut.trim_end().len());
        cut + "…"
    }

    /// How much room there is for an event that begins at a column, where that is bounded.
    fn room(&self, column: usize) -> Option<usize> {
        self.events.map(|width| width.saturating_sub(column).max(LEAST))
    }

    /// The head of a section, after an empty line.
    pub(crate) fn title(&self, text: &str) -> String {
        let lines = self.fold(text, 0).into_iter();
        let lines = lines.map(|line| format!("{}\n", self.paint(Role::Title, &line)));
        format!("\n{}", lines.collect::<String>())
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
        let page = Page { width: 30, ..Page::default() };
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
    fn an_event_is_made_to_fit_on_a_terminal_and_stays_whole_elsewhere() {
        let terminal = Page { events: Some(30), ..Page::default() };
        let told = "n0 => n2 Append; commit index=7";
        assert_eq!(terminal.fold(told, 10), ["n0 => n2 Append;", "commit index=7"]);
        assert_eq!(terminal.cut(told, 10), "n0 => n2 Append; co…");
        assert_eq!(terminal.cut(told, 12), "n0 => n2 Append;…", "no space before the ellipsis");
        assert_eq!(terminal.cut("n0 書書書書書書書書書書", 10), "n0 書書書書書書書書…");
        assert_eq!(terminal.cut("n0 starts", 10), "n0 starts");
        assert_eq!(terminal.fold(told, 29).join(" "), told, "on very narrow ones, too");
        let pipe = Page::default();
        assert_eq!(pipe.fold(told, 10), [told]);
        assert_eq!(pipe.cut(told, 10), told);
    }

    #[test]
    fn escapes_in_a_text_from_outside_are_shown_and_not_obeyed() {
        assert_eq!(clean("a\u{1b}[2Jb\tc"), "a\\u{1b}[2Jb\\tc");
    }
}
