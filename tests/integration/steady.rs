//! A node that takes something from outside is found, in a hunt, in a run, in a trial and on the command line, and so is the event in
//! which two runs of its seed part.

use std::fs;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use seatrial::history::{Account, HuntAccount, Verdict};
use seatrial::node::{Disk, Duration, Input, Io, Node, NodeId, OpenError};
use seatrial::{
    DeterminismCheck, HuntOptions, MarkInfo, Prepared, Protocol, Registry, Scenario, Trial, hunt,
};

use super::support::program::Said;
use super::support::source::root;

/// Greets its neighbours in the order in which a hash map happens to have them.
struct Hasty;

impl Node for Hasty {
    type Config = ();
    type Message = u32;
    type Timer = ();
    type Request = ();
    type Response = ();
    type Event = ();

    fn open((): &(), _: &mut Disk<'_>) -> Result<Self, OpenError> {
        Ok(Self)
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        if matches!(input, Input::Start) {
            #[expect(clippy::disallowed_types, reason = "what it does wrong is to use one")]
            let peers: std::collections::HashMap<NodeId, u32> =
                io.peers().map(|peer| (peer, peer.0)).collect();
            for (peer, greeting) in peers {
                io.send(peer, greeting);
            }
        }
    }
}

/// Counts its lives over all worlds of the program, and sleeps for so many milliseconds.
struct Counting;

static LIVES: AtomicU64 = AtomicU64::new(0);

impl Node for Counting {
    type Config = ();
    type Message = ();
    type Timer = u64;
    type Request = ();
    type Response = ();
    type Event = ();

    fn open((): &(), _: &mut Disk<'_>) -> Result<Self, OpenError> {
        Ok(Self)
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        if matches!(input, Input::Start) {
            let lives = LIVES.fetch_add(1, Ordering::Relaxed);
            io.set_timer(lives, Duration::from_millis(1 + lives % 400));
        }
    }
}

const SCENARIO: &str = r#"
name = "unsteady"
about = "a node that takes something from outside"
protocol = "unsteady"
[cluster]
nodes = 5
[clients]
count = 0
[faults]
trouble = "500ms"
[judge]
checkers = ["answers"]
"#;

fn prepared<N>() -> Prepared
where
    N: Node<Config = (), Request = (), Response = ()> + 'static,
    N::Message: std::fmt::Debug,
    N::Timer: std::fmt::Debug,
{
    let protocol = Protocol::new("unsteady", "takes something from outside")
        .without_clients::<N>(|_, _| Ok(()))
        .with_mark(MarkInfo::new("never announced", "to see that it is missed"));
    let scenario = Scenario::parse("unsteady.toml", SCENARIO).expect("it can be read");
    Prepared::new(&Registry::empty().with(protocol), scenario, None).expect("it makes sense")
}

fn hunted(prepared: &Prepared, check: DeterminismCheck, first_seed: u64) -> HuntAccount {
    let options =
        HuntOptions { first_seed, seeds: Some(150), jobs: 2, check, ..HuntOptions::default() };
    hunt(prepared, &options, &AtomicBool::new(false), &mut |_, _| {}).account
}

/// What an account says of determinism.
fn said(account: &Account) -> String {
    let judged = account.judgements.iter().find(|judged| judged.property == "determinism");
    match judged.map(|judged| &judged.verdict) {
        Some(Verdict::Violated(violation)) => violation.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_node_that_iterates_over_a_hash_map_is_caught_with_both_sides_of_the_first_event_that_differs()
{
    let found = hunted(&prepared::<Hasty>(), DeterminismCheck::Sampled, 7);
    let counts = (found.seeds, found.violated, found.unrepeated);
    assert_eq!(
        counts,
        (1, 1, 1),
        "the first seed, for one reason: {:?}",
        found.failures[0].judgements
    );
    let said = said(&found.failures[0]);
    assert!(said.contains("first at step"), "{said}");
    for side in ["one: step", "the other: step"] {
        let line = said.lines().find(|line| line.contains(side)).expect(side);
        assert!(line.contains(" at ") && line.contains("n"), "no time or node: {line}");
    }
}

#[test]
fn a_node_that_counts_beyond_its_world_is_caught_too() {
    let found = hunted(&prepared::<Counting>(), DeterminismCheck::Sampled, 0);
    assert_eq!((found.violated, found.unrepeated), (1, 1));
    assert!(said(&found.failures[0]).contains("timer"), "{}", said(&found.failures[0]));
}

#[test]
fn whoever_asks_for_less_gets_less_and_a_steady_node_is_never_accused() {
    let found = hunted(&prepared::<Hasty>(), DeterminismCheck::Failing, 0);
    // Nothing is judged here, so no run fails; but whoever is told of one has it made again, and sees.
    assert_eq!((found.seeds, found.repeated, found.violated), (150, 0, 150));
    assert!(found.reached.contains(&("never announced".to_owned(), 0)), "{:?}", found.reached);
    let scenario = Registry::ours().scenario("echo").expect("it is in the library");
    let echo = Prepared::new(&Registry::ours(), scenario, None).expect("it makes sense");
    assert_eq!(hunted(&echo, DeterminismCheck::All, 0).violated, 0);
}

#[test]
fn a_trial_of_such_a_node_fails_and_says_where_its_runs_part() {
    let failed = Trial::<Hasty>::new(|| ()).nodes(5).seeds(3).check().expect_err("it is caught");
    let told = failed.to_string();
    assert!(told.starts_with("determinism is violated: Two runs of the seed 0 differ"), "{told}");
}

#[test]
fn the_command_line_ends_with_4_and_shows_both_sides() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("unsteady.toml");
    fs::write(&file, SCENARIO).expect("a file can be written");
    for command in ["hunt", "run"] {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.current_dir(root()).args([
            "run",
            "--offline",
            "--quiet",
            "--package",
            "seatrial-cli",
        ]);
        cargo.args(["--example", "unsteady", "--", command]).arg(&file);
        let out = folder.path().join("cases");
        let ran = cargo.arg("--out").arg(out).output().expect("cargo can be started");
        let said = Said::from(ran);
        assert_eq!(said.code, Some(4), "{command}: {said:?}");
        // A line may break anywhere.
        let out = said.out.split_whitespace().collect::<Vec<_>>().join(" ");
        for words in ["determinism", "first at step", "one: step", "the other: step"] {
            assert!(out.contains(words), "{command}: no {words:?} in\n{}", said.out);
        }
    }
}
