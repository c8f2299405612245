//! A run as a page: what broke and why, in words that stand there without any script, and below the run itself, to be looked at.
//!
//! The page is one file that fetches nothing. Its script draws only what is visible, so a run of a hundred thousand events scrolls as
//! a short one does.

mod data;
mod summary;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use seatrial_history::{Account, Explanation, History, Linearization, Moment, TraceLine};

use self::data::Data;
use super::STYLE;
use crate::acts::{Acts, that_matter};

/// One run and all that happened in it.
#[derive(Clone, Copy, Debug)]
pub struct Film<'a> {
    /// What it is called on the page, where there are several: `the run`, `made small`.
    pub title: &'a str,
    /// The run, told.
    pub account: &'a Account,
    /// All that happened.
    pub trace: &'a [TraceLine],
    /// What clients asked and were told.
    pub history: &'a History,
    /// Why that fits no order, where it does not.
    pub explanation: Option<&'a Explanation>,
    /// Orders that do explain it, object by object.
    pub linearizations: &'a [Linearization],
}

impl Film<'_> {
    /// When it broke its first property.
    fn broken_at(&self) -> Option<Moment> {
        self.account.first_violation()?.at
    }
}

const LOOKS: &str = include_str!("run/run.css");
const SCRIPT: [&str; 6] = [
    include_str!("run/film.js"),
    include_str!("run/words.js"),
    include_str!("run/diagram.js"),
    include_str!("run/details.js"),
    include_str!("run/history.js"),
    include_str!("run/page.js"),
];

/// A page of a run; of several, the first is told in words, and the others are shown beside it.
///
/// # Panics
/// Where there is no run to show.
pub fn run(films: &[Film<'_>]) -> String {
    let first = films.first().expect("a page shows a run");
    let acts: Vec<Acts> = films.iter().map(|film| Acts::of(film.trace)).collect();
    let matter: Vec<Vec<usize>> = (films.iter().zip(&acts))
        .map(|(film, acts)| {
            let violation = film.account.first_violation();
            violation.map(|broken| that_matter(broken, acts, film.trace)).unwrap_or_default()
        })
        .collect();
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (summary::title(first.account)) }
                style { (PreEscaped(STYLE)) (PreEscaped(LOOKS)) }
            }
            body {
                (summary::of(first, &acts[0], &matter[0]))
                (viewer(films))
                (summary::tables(first.account))
                @for ((film, acts), matter) in films.iter().zip(&acts).zip(matter) {
                    script type="application/json" class="film" {
                        (PreEscaped(Data::of(film, acts, matter).to_json()))
                    }
                }
                script { @for part in SCRIPT { (PreEscaped(part)) } }
            }
        }
    };
    page.into_string()
}

/// Where the script draws.
fn viewer(films: &[Film<'_>]) -> Markup {
    html! {
        section id="viewer" {
            h2 { "The run" }
            noscript { p.faint { "The picture of the run needs scripting; all that is in words stands here without it." } }
            @if films.len() > 1 {
                div.tabs role="group" aria-label="which run" {
                    @for (nth, film) in films.iter().enumerate() {
                        button data-film=(nth) aria-pressed=(nth == 0) { (film.title) }
                    }
                    button data-film="all" aria-pressed="false" { "side by side" }
                }
            }
            div id="films" {}
        }
        section id="history" hidden {
            h2 { "The clients' history" }
            div id="operations" {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn page() -> String {
        let account = samples::violated();
        let trace = samples::story();
        let history = samples::history(&trace);
        let film = |title| Film {
            title,
            account: &account,
            trace: &trace,
            history: &history,
            explanation: None,
            linearizations: &[],
        };
        run(&[film("the run"), film("made small")])
    }

    #[test]
    fn the_page_says_in_words_what_broke_and_fetches_nothing() {
        // The name of a language, which nobody fetches.
        let page = page().replace("http://www.w3.org/2000/svg", "");
        for said in [
            "Two nodes lead in term 3",
            "figure 3",
            "seatrial replay target/seatrial/raft-kv-vote-not-persisted-42.case",
            "href=\"#step=5\"",
            "made small",
            "<noscript>",
        ] {
            assert!(page.contains(said), "{said}");
        }
        for fetched in ["http:", "https:", "src=", "@import", "url(", "<link"] {
            assert!(!page.contains(fetched), "{fetched}");
        }
    }

    #[test]
    fn nothing_that_a_node_says_ends_the_script_or_is_markup() {
        let mut account = samples::violated();
        account.scenario = "<b>bold</b>".into();
        let mut trace = samples::story();
        let at = trace[0].at;
        let text = "</script><script>alert(1)</script><!-- ".to_owned();
        let note = seatrial_history::TraceEvent::Note { text: text.into() };
        trace.insert(0, TraceLine { at, what: seatrial_history::TraceItem::Event(note) });
        let history = History::default();
        let film = Film {
            title: "the run",
            account: &account,
            trace: &trace,
            history: &history,
            explanation: None,
            linearizations: &[],
        };
        let page = run(&[film]);
        assert!(!page.contains("<script>alert"));
        assert!(!page.contains("<b>bold"));
        assert_eq!(page.matches("</script>").count(), 2, "the data and the script");
    }
}
