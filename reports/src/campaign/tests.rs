//! Campaigns made up for tests, and what is to be said of files that are none.

use seatrial_history::{HuntHeader, Outcome, SeedLine, Signature, Twice};
use seatrial_node::Duration;

use super::{Campaign, CampaignAccount};
use crate::{json, samples};

const SEEDS: u64 = 60;

/// One in five fails, nearly always where a pause has taken hold; two of these in another way.
fn line(seed: u64) -> SeedLine {
    let fails = seed % 5 == 2;
    let mut line = samples::seed(seed, if fails { Outcome::Violated } else { Outcome::Holds });
    line.events = if seed == 42 { 900 } else { 1_000 + seed * 37 % 101 };
    line.twice = (fails || seed.is_multiple_of(100)).then_some(Twice::Chosen);
    line.strategy = Some(if seed.is_multiple_of(2) { "random" } else { "pos" }.to_owned());
    line.states = (0..8).map(|n| format!("{:016x}", (seed + 1) * n / 3 * 2 + 1)).collect();
    let pauses = u64::from(if fails { seed != 22 } else { seed.is_multiple_of(9) });
    line.faults.insert("pause".into(), [2, pauses, pauses]);
    if seed == 7 || seed == 17 {
        let explanation = "n1 <panicked> at step 3: no \"leader\"";
        let signature = Signature { property: "no panic".into(), kind: "no leader".into() };
        line.properties = vec!["no panic".into()];
        (line.signature, line.explanation) = (Some(signature), Some(explanation.into()));
    }
    line
}

/// The file of a hunt of these seeds.
pub(crate) fn file(from: u64, to: u64, of: impl Fn(u64) -> SeedLine) -> String {
    let mut text = json::header(&samples::header(from));
    let mut hunt = samples::failed_hunt();
    hunt.seeds = to - from;
    hunt.interrupted = false;
    hunt.failures.retain(|failure| (from..to).contains(&failure.seed));
    (from..to).for_each(|seed| text.push_str(&json::seed(&of(seed))));
    text + &json::summary(&hunt, None)
}

/// Reads files as the command line does: what went wrong begins with file and line.
fn read(files: &[(&str, &str)]) -> Result<(CampaignAccount, Vec<String>), String> {
    let mut campaign = Campaign::default();
    let mut notes = Vec::new();
    for (name, text) in files {
        campaign.begin(name);
        for (at, line) in text.split_inclusive('\n').enumerate() {
            let whole = line.strip_suffix('\n');
            let told = campaign.line(whole.unwrap_or(line), whole.is_none());
            told.map_err(|error| format!("{name}:{}: {error}", at + 1))?;
        }
        notes.extend(campaign.end().map_err(|error| format!("{name}: {error}"))?);
    }
    Ok((campaign.account().expect("a header was read"), notes))
}

fn refused(files: &[(&str, &str)], says: &[&str]) {
    let error = read(files).expect_err("it is refused");
    for said in says {
        assert!(error.contains(said), "{said}: {error}");
    }
}

/// A campaign in which something failed, from two halves in the wrong order.
pub(crate) fn split() -> CampaignAccount {
    let (one, other) = (file(0, 25, line), file(25, SEEDS, line));
    read(&[("b.jsonl", &other), ("a.jsonl", &one)]).expect("two hunts").0
}

/// One in which nothing did.
pub(crate) fn held() -> CampaignAccount {
    let text = file(0, SEEDS, |seed| samples::seed(seed, Outcome::Holds));
    read(&[("a.jsonl", &text)]).expect("a hunt").0
}

/// One whose runs were timed.
pub(crate) fn timed() -> CampaignAccount {
    let text = file(0, 9, |seed| SeedLine {
        wall: Some(Duration::from_micros(100 + seed)),
        ..samples::seed(seed, Outcome::Holds)
    });
    read(&[("a.jsonl", &text)]).expect("a hunt").0
}

#[test]
fn files_of_a_split_campaign_come_to_what_one_file_does_in_any_order() {
    let whole = read(&[("all.jsonl", &file(0, SEEDS, line))]).expect("a hunt").0;
    assert_eq!(split(), whole);
    let parts = [file(0, 7, line), file(7, 40, line), file(40, SEEDS, line)];
    let together = parts.concat();
    assert_eq!(read(&[("all.jsonl", &together)]).expect("three hunts in one file").0, whole);
    assert_eq!((whole.seeds, whole.violated, whole.ranges.as_slice()), (60, 12, &[(0, 59)][..]));
}

#[test]
fn a_seed_that_two_files_have_is_counted_once_and_must_have_come_to_the_same() {
    let whole = read(&[("all.jsonl", &file(0, SEEDS, line))]).expect("a hunt").0;
    let (one, other) = (file(0, 40, line), file(20, SEEDS, line));
    assert_eq!(read(&[("a", &one), ("b", &other)]).expect("two hunts").0, whole);
    let otherwise = |seed| match seed {
        33 => SeedLine { hash: "another".into(), ..line(seed) },
        _ => line(seed),
    };
    let other = file(20, SEEDS, otherwise);
    refused(
        &[("a", &one), ("b", &other)],
        &["b:15: seed 33", "something else in a", "not deterministic"],
    );
}

#[test]
fn hunts_that_learn_are_told_not_to_overlap() {
    let of = |from, to, hash: &str| {
        let text = file(from, to, |seed| SeedLine { hash: hash.to_owned(), ..line(seed) });
        text.replace("\"learns\":false", "\"learns\":true")
    };
    let (one, other) = (of(0, 20, "x"), of(10, 30, "y"));
    refused(&[("a", &one), ("b", &other)], &["b:2: seed 10", "must not overlap"]);
    let apart = read(&[("a", &one), ("b", &of(20, 30, "y"))]).expect("two hunts").0;
    assert_eq!(apart.seeds, 30);
}

#[test]
fn the_run_that_a_hunt_begins_with_counts_as_run_twice_only_where_the_campaign_begins() {
    let of = |from: u64, to| {
        let twice = |seed| (seed == from).then_some(Twice::First);
        file(from, to, |seed| SeedLine {
            twice: twice(seed),
            ..samples::seed(seed, Outcome::Holds)
        })
    };
    let repeated = |files: &[(&str, &str)]| read(files).expect("hunts").0.repeated;
    assert_eq!(repeated(&[("a", &of(3, 9))]), 1);
    assert_eq!(repeated(&[("a", &of(3, 5)), ("b", &of(5, 9))]), 1);
    let before = file(0, 5, |seed| samples::seed(seed, Outcome::Holds));
    assert_eq!(repeated(&[("a", &before), ("b", &of(5, 9))]), 0);
}

#[test]
fn hunts_of_different_things_are_not_put_together() {
    let one = file(0, 3, line);
    let other = |change: &dyn Fn(&mut HuntHeader)| {
        let mut header = samples::header(3);
        change(&mut header);
        json::header(&header)
    };
    fn campaign(header: &mut HuntHeader) -> &mut seatrial_history::CampaignInfo {
        header.campaign.as_mut().expect("it has one")
    }
    type Change<'c> = &'c dyn Fn(&mut HuntHeader);
    let changes: [(Change<'_>, &str); 7] = [
        (&|header| header.scenario = "echo".into(), "the scenario is echo, and of a is raft-kv"),
        (&|header| header.protocol = "echo".into(), "the protocol is echo"),
        (&|header| header.mutant = None, "the planted bug is none, and of a is vote-not-persisted"),
        (&|header| campaign(header).strategy = "pos".into(), "--strategy is pos"),
        (&|header| campaign(header).faults = "swarm".into(), "--faults is swarm"),
        (
            &|header| campaign(header).checksum = "0".into(),
            "the checksum of scenario and trouble is 0",
        ),
        (&|header| campaign(header).marks.clear(), "what is asked of the hunt"),
    ];
    for (change, says) in changes {
        refused(&[("a", &one), ("b", &other(change))], &["b:1: ", says, "one by one"]);
    }
}

#[test]
fn files_of_another_form_or_of_an_older_seatrial_are_refused() {
    let text = file(0, 3, line);
    refused(
        &[("a", &text.replace("\"form\":1", "\"form\":2"))],
        &["a:1: of form 2", "reads form 1"],
    );
    refused(&[("a", &text.replace("\"form\":1,", ""))], &["a:1: it has no form"]);
    let old = "{\"header\":{\"form\":1,\"scenario\":\"echo\",\"protocol\":\"echo\",\"mutant\":null,\"first_seed\":0}}\n";
    refused(&[("a", old)], &["a:1: written by an older Seatrial", "hunt again"]);
}

#[test]
fn a_file_that_is_cut_off_is_counted_as_far_as_it_goes_and_said_to_be() {
    let text = file(0, 10, line);
    let ends: Vec<usize> = text.match_indices('\n').map(|(at, _)| at + 1).collect();
    // After the header; within, before and after a seed; before, within the summary.
    for (end, seeds) in [
        (ends[0], 0),
        (ends[3] + 9, 3),
        (ends[3] - 1, 3),
        (ends[3], 3),
        (ends[10], 10),
        (ends[10] + 30, 10),
    ] {
        let (account, notes) = read(&[("a", &text[..end])]).expect("what is there");
        assert_eq!((account.seeds, account.unfinished), (seeds, 1), "{end}");
        assert_eq!(account.outcome() == Outcome::Violated, seeds > 2, "{end}");
        let says = if seeds == 0 {
            "before its first seed".to_owned()
        } else {
            format!("after seed {}", seeds - 1)
        };
        assert!(notes.len() == 1 && notes[0].contains(&says), "{notes:?}");
    }
    let cut = &text[..ends[3] + 9];
    let none = "header";
    refused(&[("a", "")], &["a: ", none]);
    refused(&[("a", &text[..20])], &["a:1: no JSON"]);
    refused(&[("a", &format!("{cut}{text}"))], &["a:5: no JSON", "column"]);
}

#[test]
fn lines_that_are_no_hunts_are_refused_with_their_number() {
    let text = file(0, 4, line);
    let lines: Vec<&str> = text.lines().collect();
    let with = |at: usize, line: &str| {
        let mut lines = lines.clone();
        lines[at] = line;
        lines.join("\n") + "\n"
    };
    let nonsense = with(2, "nonsense");
    refused(&[("a", &nonsense)], &["a:3: no JSON: expected", "column 2"]);
    refused(&[("a", &with(0, "{\"process\":0}"))], &["a:1: a hunt's file begins with a header"]);
    refused(&[("a", &with(0, lines[1]))], &["a:1: a hunt's file begins with a header"]);
    refused(
        &[("a", &with(2, "{\"seed\":1,\"outcome\":\"fine\"}"))],
        &["a:3: seed 1: unknown variant `fine`"],
    );
    let less = lines[2].replace("\"hash\"", "\"hush\"");
    refused(&[("a", &with(2, &less))], &["a:3: seed 1: missing field `hash`"]);
    let state = lines[2].replace("\"states\":\"0", "\"states\":\"x");
    refused(&[("a", &with(2, &state))], &["a:3: seed 1: its states"]);
    refused(&[("a", &with(2, lines[3]))], &["a:3: seed 2 where seed 1 is next"]);
    let without = [&lines[..4], &lines[5..]].concat().join("\n") + "\n";
    refused(&[("a", &without)], &["a:5: the summary counts 4 seeds and there are lines of 3"]);
    let wrong = with(5, "{\"summary\":{\"form\":1,\"seeds\":\"4\"}}");
    refused(&[("a", &wrong)], &["a:6: summary: invalid type"]);
    refused(
        &[("a", &with(0, "{\"header\":{\"form\":1}}"))],
        &["a:1: header: missing field `scenario`"],
    );
}

#[test]
fn numbers_beyond_all_reason_do_no_harm() {
    let most = |seed| SeedLine {
        seed,
        events: u64::MAX,
        virtual_time: Duration::MAX,
        traffic: [u64::MAX; 3],
        faults: [("crash".to_owned(), [u64::MAX; 3])].into(),
        ..line(2)
    };
    let text = file(u64::MAX - 3, u64::MAX, most);
    let account = read(&[("a", &text)]).expect("a hunt").0;
    assert_eq!((account.seeds, account.events), (3, u64::MAX));
    assert_eq!(account.ranges, [(u64::MAX - 3, u64::MAX - 1)]);
}

#[test]
fn a_campaign_is_one_document_of_json() {
    samples::golden("campaign.json", &json::campaign(&split()));
}
