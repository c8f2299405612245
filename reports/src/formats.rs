//! One run in the forms that other tools open: each is a pure function of what was recorded, so the same run is the same bytes.

mod cone;
mod dot;
mod mermaid;
mod perfetto;
mod shiviz;

use seatrial_history::{Account, TraceEvent, TraceItem, TraceLine, write_edn};

pub use self::shiviz::shiviz_pair;
use crate::acts::{Acts, that_matter};
use crate::{Page, json, junit, terminal};

/// A run as it was recorded.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// What it came to.
    pub account: &'a Account,
    /// All that happened.
    pub trace: &'a [TraceLine],
    /// The same as acts.
    pub acts: &'a Acts,
}

/// A form of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The account as one document: `reports/schema/form-1.json` says what is in it.
    Json,
    /// A test for each property that was judged.
    Junit,
    /// Every act with its vector clock.
    Shiviz,
    /// A track for each node, arrows for messages: Chrome's trace events.
    Perfetto,
    /// A sequence diagram that fits a pull request.
    Mermaid,
    /// The clients' operations and the faults, as Jepsen keeps them.
    Edn,
    /// What may have caused the failure, as a graph.
    Dot,
}

impl Format {
    /// Every form: its name, and what it is for.
    pub const ALL: [(&'static str, Self, &'static str); 7] = [
        ("json", Self::Json, "the account as one JSON document"),
        ("junit", Self::Junit, "JUnit XML, a test for each property"),
        ("shiviz", Self::Shiviz, "a log with vector clocks, for ShiViz"),
        ("perfetto", Self::Perfetto, "trace events, for Perfetto and chrome://tracing"),
        (
            "mermaid",
            Self::Mermaid,
            "a sequence diagram for a pull request, whole where Mermaid takes it",
        ),
        ("edn", Self::Edn, "Jepsen's history.edn, which `check` and other checkers read"),
        ("dot", Self::Dot, "what may have caused the failure, for Graphviz"),
    ];

    /// The form of this name.
    pub fn named(name: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(known, ..)| *known == name);
        found.map(|(_, format, _)| *format)
    }

    /// The run in this form, ending with a line end.
    pub fn write(self, run: &Run) -> String {
        match self {
            Self::Json => json::run(run),
            Self::Junit => junit::run(run.account, run.trace),
            Self::Shiviz => shiviz::run(run),
            Self::Perfetto => perfetto::run(run),
            Self::Mermaid => mermaid::run(run),
            Self::Edn => write_edn(run.trace),
            Self::Dot => dot::run(run),
        }
    }
}

impl Run<'_> {
    /// What was run and what it came to, in a line.
    fn title(&self) -> String {
        terminal::headline(self.account, &Page::default()).trim_end().replace("  ", " ")
    }

    /// The acts that matter to it.
    pub(crate) fn matter(&self) -> Vec<usize> {
        let matter = |violation| that_matter(violation, self.acts, self.trace);
        self.account.first_violation().map(matter).unwrap_or_default()
    }

    /// The events among the lines of an act.
    fn events(&self, act: usize) -> impl Iterator<Item = &TraceEvent> {
        let lines = &self.acts.all[act].lines;
        lines.iter().filter_map(|line| match &self.trace[*line].what {
            TraceItem::Event(event) => Some(event),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn every_form_has_a_name_of_its_own_and_is_not_empty() {
        let (account, trace) = (samples::violated(), samples::story());
        let acts = Acts::of(&trace);
        let run = Run { account: &account, trace: &trace, acts: &acts };
        for (name, format, _) in Format::ALL {
            assert_eq!(Format::named(name), Some(format));
            let text = format.write(&run);
            assert!(text.len() > 100 && text.ends_with('\n'), "{name}: {text}");
            assert_eq!(text, format.write(&run), "{name}");
        }
        assert_eq!(Format::named("pdf"), None);
    }

    #[test]
    fn a_run_in_which_nothing_happened_has_every_form() {
        let (account, acts) = (samples::holds(), Acts::default());
        let run = Run { account: &account, trace: &[], acts: &acts };
        for (_, format, _) in Format::ALL {
            format.write(&run);
        }
    }
}
