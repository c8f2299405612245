//! The page of a run in a real browser: it loads without an error, a click shows the state, the filter filters, and a hundred thousand
//! events scroll.
//!
//! Where there is no Chromium, these tests say so and pass, unless `SEATRIAL_TOOLS` asks for one: `.ci/run` installs it and asks.

#![expect(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a browser is a real process on a real machine, and a test may say what it has measured"
)]

mod browser {
    mod chromium;
    mod films;
    mod page;
    pub(super) use films::{failing, long, overlapping};
    pub(super) use page::Page;
}

use browser::{Page, failing, long, overlapping};

#[test]
fn the_page_loads_without_an_error_and_begins_at_the_failure() {
    let film = failing();
    let Some(mut page) = Page::of(&[film.film("the run")]) else { return };
    assert_eq!(page.eval("films[0].step[views[0].diagram.selected]"), film.broken_at());
    assert!(page.text(".details").contains("Here the property was broken."));
    assert!(page.text("section.broken").contains("Two nodes lead"));
    assert_eq!(page.errors(), "");
}

#[test]
fn a_click_shows_the_state_the_message_its_causes_and_its_effects() {
    let film = failing();
    let Some(mut page) = Page::of(&[film.film("the run")]) else { return };
    // A message that n1 handles, and that changes what it shows.
    let act = "films[0].handled.findIndex((message, act) => message >= 0 && act > 9 && films[0].lane[act] === 1)";
    page.click_act(act);
    let step = page.eval(&format!("films[0].step[{act}]"));
    let told = page.text(".details");
    for said in [format!("step {step}, n1"), "message #".into(), "before and after".into()] {
        assert!(told.contains(&said), "{said}: {told}");
    }
    assert!(told.contains("sent it") && told.contains("just before"), "{told}");
    assert_eq!(page.text(".details tr.changed td:first-child"), "seen");
    assert_eq!(page.eval("location.hash.slice(1)"), format!("step={step}"));
    // On to who sent it, by the link that says so.
    page.eval("[...document.querySelectorAll('.details button.link')].find(link => link.textContent.includes('sent it')).click()");
    let sender = page.eval(&format!("films[0].step[films[0].sender({act})]"));
    assert!(page.text(".details h3").starts_with(&format!("step {sender}, n0")));
    assert_eq!(page.errors(), "");
}

#[test]
fn what_a_disk_has_done_is_caused_by_who_asked_for_it() {
    let film = failing();
    let Some(mut page) = Page::of(&[film.film("the run")]) else { return };
    page.click_act("[...films[0].asked.keys()][0]");
    let told = page.text(".details");
    assert!(told.contains("disk synced log, bytes 0 to 16"), "{told}");
    page.eval("[...document.querySelectorAll('.details button.link')].find(link => link.textContent.includes('asked the disk for it')).click()");
    let asker = page.text(".details");
    assert!(
        asker.starts_with("step 40, n2") && asker.contains("step 43, n2: disk synced log"),
        "{asker}"
    );
    assert_eq!(page.errors(), "");
}

#[test]
fn in_a_narrow_window_what_is_said_of_an_event_stands_below_the_diagram() {
    let film = failing();
    let Some(mut page) = Page::of(&[film.film("the run")]) else { return };
    let below = "document.querySelector('.details').getBoundingClientRect().top >= document.querySelector('.scroll').getBoundingClientRect().bottom";
    assert_eq!(page.eval(below), "false");
    page.resize(600, 900);
    assert_eq!(page.eval(below), "true");
    assert_eq!(page.eval("document.querySelector('.scroll canvas').clientWidth > 500"), "true");
    assert_eq!(page.errors(), "");
}

#[test]
fn kinds_lanes_and_words_filter() {
    let film = failing();
    let Some(mut page) = Page::of(&[film.film("the run")]) else { return };
    let shown = |page: &mut Page| {
        page.eval("views[0].diagram.shown.length").parse::<u64>().expect("a number")
    };
    let all = shown(&mut page);
    page.click(".kinds label:first-child input");
    let without_messages = shown(&mut page);
    assert!(0 < without_messages && without_messages < all, "{without_messages} of {all}");
    page.click(".lanes label:nth-child(3) input");
    assert!(shown(&mut page) < without_messages);
    assert_eq!(
        page.eval("[...views[0].diagram.shown].some(act => films[0].lane[act] === 2)"),
        "false"
    );
    page.press("Escape");
    assert_eq!(shown(&mut page), all);
    page.press("/");
    page.type_text("crashes");
    assert_eq!(page.text(".tools [role=status]"), "1 found");
    page.press("Enter");
    assert!(page.text(".details").contains("n0 crashes"), "{}", page.text(".details"));
    assert_eq!(page.errors(), "");
}

#[test]
fn keys_go_through_the_run_and_links_lead_to_a_step() {
    let film = failing();
    let Some(mut page) = Page::of(&[film.film("the run")]) else { return };
    page.eval("location.hash = '#step=3'");
    assert!(page.text(".details h3").starts_with("step 3"));
    page.press("j");
    assert!(page.text(".details h3").starts_with("step 4"));
    page.press("k");
    page.press("k");
    assert!(page.text(".details h3").starts_with("step 2"));
    page.press("f");
    assert!(page.text(".details h3").starts_with(&format!("step {}", film.broken_at())));
    page.press("c");
    let cone =
        page.eval("views[0].diagram.cone.reduce((sum, one) => sum + one, 0) < films[0].count");
    assert_eq!(cone, "true", "something is no cause of the failure");
    page.press("?");
    assert!(page.text("dialog").contains("the failure"));
    assert_eq!(page.errors(), "");
}

#[test]
fn a_link_to_what_is_not_there_says_so_and_shows_what_is_nearest() {
    let film = failing();
    let Some(mut page) = Page::of(&[film.film("the run")]) else { return };
    let end = page.eval("films[0].step[films[0].count - 1]");
    for (asked, says) in [
        ("step=999999", format!("There is no step 999999 here: the run ends at step {end}")),
        ("step=soon", "steps are numbers from 0 on".to_owned()),
        ("step=3&run=7", "There is no run 7 on this page: it has 1".to_owned()),
    ] {
        page.eval(&format!("location.hash = '#{asked}'"));
        let told = page.text(".details .notice");
        assert!(told.contains(&says), "{asked}: {told}");
    }
    page.eval("location.hash = '#step=999999'");
    assert!(page.text(".details h3").starts_with(&format!("step {end}")));
    page.eval("location.hash = '#step=3'");
    assert_eq!(page.text(".details .notice"), "", "what is there needs no word");
    assert_eq!(page.errors(), "");
}

/// The words that the diagram has written.
const LABELS: &str = "views[0].diagram.painted.labels.map(label => label.says).join('\\n')";

#[test]
fn labels_tell_what_messages_carry_and_more_of_it_from_nearby() {
    let film = failing();
    let Some(mut page) = Page::of(&[film.film("the run")]) else { return };
    let from = |height: u32, page: &mut Page| {
        page.eval(&format!("views[0].diagram.rowHeight = {height}; views[0].diagram.arrange()"));
        page.eval(LABELS)
    };
    assert!(from(14, &mut page).lines().any(|label| label == "Token"));
    let near = from(22, &mut page);
    assert!(near.lines().any(|label| label.starts_with("Token round ")), "{near}");
    for (text, short, whole) in [
        (
            "Raft(Append { term: 3, prev_index: 7, prev_term: 2, commit: 6, entries: Entries(Some([Entry { term: 3, payload: Noop }, Entry { term: 3, payload: Command(0x00\"k2, {\"0x01) }])) })",
            "Append t3 prev 7@2 +2",
            "Append t3 prev 7 prev_term 2 commit 6 +2",
        ),
        (
            "Raft(Appended { term: 3, round: 4, outcome: Matched { index: 18 } })",
            "Appended t3 round 4 Matched 18",
            "Appended t3 round 4 Matched 18",
        ),
        (
            "Forward { id: ForwardId { life: 4, number: 9 }, term: 3, job: Query(Query { key: \"k1\" }) }",
            "Forward t3 Query \"k1\"",
            "Forward id 4.9 t3 Query \"k1\"",
        ),
        ("Vote { term: 4, granted: false }", "Vote t4 not granted", "Vote t4 not granted"),
        ("Done(Mismatch(\"14\"))", "Mismatch \"14\"", "Mismatch \"14\""),
        ("Written", "Written", "Written"),
        ("(7, 8)", "(7, 8)", "(7, 8)"),
    ] {
        let name = seatrial_reports::acts::label(text);
        for (level, said) in [(0, name), (1, short), (2, whole)] {
            assert_eq!(page.eval(&format!("messageSaid({name:?}, {text:?}, {level})")), said);
        }
    }
    assert_eq!(page.errors(), "");
}

#[test]
fn labels_of_a_diagram_to_scale_do_not_stand_upon_each_other() {
    let film = overlapping();
    let Some(mut page) = Page::of(&[film.film("the run")]) else { return };
    page.press("t");
    // All at once, but for the last.
    page.eval("films[0].time.fill(0, 0, -1); views[0].diagram.arrange()");
    let upon = "(() => { const all = views[0].diagram.painted.labels; return all.filter((one, i) => all.some((other, j) => i !== j && Math.abs(one.y - other.y) < 11 && one.x < other.end && other.x < one.end)).length; })()";
    assert_eq!(page.eval(upon), "0", "{}", page.eval(LABELS));
    assert_ne!(page.eval(LABELS), "");
    let numbers = "(() => { const d = views[0].diagram, ys = [...d.ys].filter((_, row) => d.numbered[row]); return ys.some((y, i) => i > 0 && y - ys[i - 1] < 11); })()";
    assert_eq!(page.eval(numbers), "false");
    assert_eq!(page.errors(), "");
}

#[test]
fn a_search_goes_slice_by_slice_and_what_it_finds_is_there_at_once() {
    let film = long(2_000);
    let Some(mut page) = Page::of(&[film.film("the run")]) else { return };
    // A clock that lets two hundred events pass in a slice, and slices that come when they are asked for.
    page.eval("{ let now = 0; performance.now = () => (now += 5); } window.slices = []; window.setTimeout = slice => slices.push(slice); 0");
    page.press("/");
    page.type_text("round: 1");
    let count = |page: &mut Page| page.text(".tools [role=status]");
    let first = count(&mut page);
    assert!(first.ends_with("% looked through") && !first.starts_with("0 found"), "{first}");
    page.press("Enter");
    assert!(page.text(".details").contains("round: 1"), "what is found can be gone to");
    page.eval("slices.shift()()");
    let second = count(&mut page);
    assert!(second.ends_with("% looked through") && second != first, "{first}, {second}");
    // Another search takes the place of this one.
    page.type_text("9");
    page.eval("while (slices.length) slices.shift()(); 0");
    let expected = "Array.from({ length: films[0].count }, (_, act) => act).filter(act => films[0].lines(act).some(line => films[0].says(line).includes('round: 19'))).length";
    assert_eq!(count(&mut page), format!("{} found", page.eval(expected)));
    assert_eq!(page.errors(), "");
}

#[test]
fn two_runs_stand_beside_each_other() {
    let film = failing();
    let Some(mut page) = Page::of(&[film.film("the run"), film.film("beside it")]) else { return };
    let visible =
        "[...document.querySelectorAll('.film-view')].filter(view => !view.hidden).length";
    assert_eq!(page.eval(visible), "1");
    page.click(".tabs button:last-child");
    assert_eq!(page.eval(visible), "2");
    assert_eq!(page.eval("views.every(view => view.diagram.painted.last > 0)"), "true");
    assert_eq!(page.errors(), "");
}

#[test]
fn operations_have_the_instants_at_which_they_take_effect() {
    let film = overlapping();
    let Some(mut page) = Page::of(&[film.film("the run")]) else { return };
    assert!(page.text("#operations").contains("an order that explains what everybody was told"));
    let of = |nth: u64, what: &str| {
        format!(
            "Number(document.querySelectorAll('#operations g.op')[{nth}].querySelector('{what}'"
        )
    };
    let mut number = |expression: String| page.eval(&expression).parse::<f64>().expect("a number");
    let mut point = |nth| number(of(nth, ".point").as_str().to_owned() + ").getAttribute('cx'))");
    // The write first, for the read has seen it; the read while it is under way.
    let (write, read) = (point(0), point(1));
    let from = number(of(1, "rect") + ").getAttribute('x'))");
    let to = from + number(of(1, "rect") + ").getAttribute('width'))");
    assert!(write < read && from < read && read < to, "{write} {from} {read} {to}");
    assert_eq!(page.text("#operations .order"), "1");
    assert_eq!(page.errors(), "");
}

#[test]
fn without_scripts_the_words_are_there() {
    let film = failing();
    let Some(mut page) = Page::without_scripts(&[film.film("the run")]) else { return };
    let text = page.source();
    assert!(text.contains("Two nodes lead") && text.contains("The events that matter"));
    assert!(!text.contains("<canvas"), "no script has run");
}

#[test]
fn a_hundred_thousand_events_scroll() {
    let film = long(100_000);
    let Some(mut page) = Page::of(&[film.film("the run")]) else { return };
    assert_eq!(page.eval("films[0].count >= 100000"), "true");
    assert!(page.size() < 20_000_000, "{} bytes", page.size());
    page.eval("views[0].scroll.scrollTop = 1e9");
    assert_eq!(
        page.eval("views[0].diagram.painted.last === views[0].diagram.shown.length - 1"),
        "true"
    );
    let drawn = "views[0].diagram.painted.last - views[0].diagram.painted.first < 300";
    assert_eq!(page.eval(drawn), "true", "only what is visible is drawn");
    page.eval("views[0].scroll.scrollTop = 0");
    assert_eq!(page.eval("views[0].diagram.painted.first"), "0");
    println!("{}", page.speed());
    assert_eq!(page.errors(), "");
}
