//! The language, and a small run gone through in it: there, back, and on in another way.

use std::sync::LazyLock;

use seatrial_checkers::Echo;
use seatrial_history::{TraceItem, Value};
use seatrial_node::{
    Disk, Duration, FileName, Input, Io, Node, NodeId, OpenError, RequestToken, Status,
};

use super::*;
use crate::prepared::Prepared;
use crate::registry::{Protocol, WorkloadInfo};
use crate::scenario::Scenario;
use crate::workload::{Answer, Draw, Op, Session, Workload};

/// `n0` asks `n1`, which writes down what it is asked and says it back, but for one more once `n2` has sent a bump.
#[derive(Default)]
struct Parrot {
    asked: Vec<(RequestToken, u64)>,
    heard: Vec<u64>,
    bumped: bool,
}

#[derive(Clone, Debug)]
enum Word {
    Ask(u64),
    Say(u64),
    Bump,
}

fn file() -> FileName {
    FileName::new("heard")
}

impl Node for Parrot {
    type Config = ();
    type Message = Word;
    type Timer = &'static str;
    type Request = u64;
    type Response = u64;
    type Event = ();

    fn open((): &(), _: &mut Disk<'_>) -> Result<Self, OpenError> {
        Ok(Self::default())
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        match input {
            Input::Start if io.me() == NodeId(2) => io.set_timer("bump", Duration::from_millis(40)),
            Input::Timer(_) => io.send(NodeId(1), Word::Bump),
            Input::Request { token, body } => {
                self.asked.push((token, body));
                io.send(NodeId(1), Word::Ask(body));
            }
            Input::Message { body: Word::Ask(what), .. } => {
                self.heard.push(what);
                io.append(file(), &what.to_le_bytes());
                io.sync(file());
            }
            Input::Synced { .. } => {
                if let Some(what) = self.heard.pop() {
                    io.send(NodeId(0), Word::Say(what + u64::from(self.bumped)));
                }
            }
            Input::Message { body: Word::Say(what), .. } => {
                if let Some((token, _)) = self.asked.pop() {
                    io.reply(token, what);
                }
            }
            Input::Message { body: Word::Bump, .. } => self.bumped = true,
            _ => {}
        }
    }

    fn status(&self) -> Status {
        let role = if self.bumped { "wild" } else { "tame" };
        Status::new().with("role", role).with("open", (self.asked.len() + self.heard.len()) as u64)
    }
}

#[derive(Default)]
struct Talk(u64);

impl Workload<Parrot> for Talk {
    fn begin(&mut self, _: u32, _: &[(String, u32)]) {
        self.0 = 0;
    }

    fn next(&mut self, _: &mut Draw<'_>) -> Op {
        self.0 += 1;
        Op::new("echo", i64::try_from(self.0).unwrap_or(0))
    }

    fn request(&mut self, _: Session, op: &Op) -> u64 {
        op.value.as_int().and_then(|word| u64::try_from(word).ok()).unwrap_or(0)
    }

    fn answer(&mut self, _: &Op, response: u64) -> Answer {
        Answer::Ok(Value::Int(i64::try_from(response).unwrap_or(0)))
    }
}

const TALK: WorkloadInfo = WorkloadInfo { name: "own", about: "numbers", operations: &[] };

const SCENARIO: &str = r#"
name = "parrot"
about = "says back what it hears"
protocol = "own"
cluster = { nodes = 3 }
clients = { count = 1, operations = 9, think = "5ms", timeout = "100ms", give_up = "1s" }
workload = { name = "own" }
network = { latency = { kind = "uniform", min = "2ms", max = "2ms" } }
faults = { trouble = "400ms" }
judge = { checkers = ["own echo"] }
"#;

fn registry() -> &'static Registry {
    static REGISTRY: LazyLock<Registry> = LazyLock::new(|| {
        let own = Protocol::new("own", "a node of one's own");
        let own = own.with_workload::<Parrot, Talk>(TALK, |_, _| Ok(()), Talk::default);
        Registry::empty().with(own.with_checker("own echo", Echo::new))
    });
    &REGISTRY
}

fn words(item: &TraceItem) -> String {
    match item {
        TraceItem::Event(event) => event.to_string(),
        TraceItem::Fact(node, fact) => format!("{node}  {fact:?}"),
        TraceItem::Op(op) => op.to_string(),
    }
}

fn case() -> Case {
    let scenario = Scenario::parse("parrot.toml", SCENARIO).expect("a scenario");
    let prepared = Prepared::new(registry(), scenario, None).expect("it can be run");
    Case::new(&prepared, 1, None)
}

/// Does these lines with a run of the parrot, and returns the last answer.
fn asked(lines: &[&str]) -> (Debugger<'static>, Result<String, String>) {
    let mut debugger = Debugger::new(registry(), case(), words).expect("it can be debugged");
    let mut last = Ok(String::new());
    for line in lines {
        assert!(last.is_ok(), "before {line}: {last:?}");
        last = line.parse().and_then(|command: Command| debugger.obey(&command));
    }
    (debugger, last)
}

fn answer(lines: &[&str]) -> String {
    asked(lines).1.unwrap_or_else(|error| panic!("{lines:?}: {error}"))
}

fn refused(lines: &[&str]) -> String {
    asked(lines).1.expect_err("it is refused")
}

/// Where `next deliver Bump` stands, and the name of that message.
fn bump() -> (u64, u64) {
    let (debugger, _) = asked(&["next send Bump"]);
    let name = debugger.under_way().iter().find(|j| &*j.text == "Bump").expect("it is sent").name;
    (debugger.moment().step, name)
}

#[test]
fn every_command_is_read_by_its_name_and_by_its_others() {
    for (line, long) in [("s 3", "step 3"), ("rs", "back"), ("n deliver", "next deliver")] {
        assert_eq!(line.parse::<Command>(), long.parse(), "{line}");
    }
    let ms = |ms| seatrial_node::Instant::ZERO + Duration::from_millis(ms);
    assert_eq!("goto 120ms".parse(), Ok(Command::Goto(Place::Time(ms(120)))));
    assert_eq!("goto 12".parse(), Ok(Command::Goto(Place::Step(12))));
    assert_eq!("v".parse(), Ok(Command::Goto(Place::Violation)));
    assert_eq!("message #7".parse(), Ok(Command::Message(7)));
    assert_eq!("  save  a b.case ".parse(), Ok(Command::Save("a b.case".into())));
    for (line, shown) in [
        ("break n1.term>3", "n1.term > 3"),
        ("break term >= 3", "term >= 3"),
        ("break role = leader", "role = leader"),
        ("break n2.role changes", "n2.role changes"),
        ("break deliver n1 Vote", "deliver n1 Vote"),
        ("break property election safety", "property election safety"),
    ] {
        let Ok(Command::Break(at)) = line.parse() else { panic!("{line}") };
        assert_eq!(at.to_string(), shown);
    }
    for entry in command::all() {
        assert!(look::help(Some(entry.name)).expect("help").starts_with(entry.name));
    }
}

#[test]
fn what_is_no_command_is_answered_with_what_to_write() {
    for (line, says) in [
        ("", "`help` lists all"),
        ("stpe", "there is no command `stpe`; did you mean `step`?"),
        ("frobnicate the thing", "`help` lists all"),
        ("step ten", "`ten` is no number of events"),
        ("step 1 2", "write step [N]"),
        ("goto soon", "`soon` is no place: write a step, as 153, a time, as 120ms"),
        ("goto", "`goto` needs more: write goto N | TIME | start | end | violation"),
        ("g", "`g` needs more: write goto N"),
        ("violation now", "`violation now` has too much: write violation alone"),
        ("drop", "write drop #N"),
        ("drop it", "write its number, as #12"),
        ("delay #1", "write delay #N by SPAN"),
        ("delay #1 by much", "much"),
        ("crash leader", "leader"),
        ("cut n0 n1", "`cut n0 n1` cannot be read: write cut NODES from NODES"),
        ("break", "write break property NAME"),
        ("break n1.term >", "ends where a value is to stand"),
        ("break x.term > 3", "x"),
        ("watch", "write watch FIELD"),
        ("delete two", "write delete N | all"),
        ("help stp", "did you mean `step`?"),
    ] {
        let error = line.parse().and_then(|command: Command| asked(&[]).0.obey(&command));
        let error = error.expect_err(line);
        assert!(error.contains(says), "{line}: {error}");
    }
}

#[test]
fn going_on_and_back_is_exact() {
    let (mut debugger, _) = asked(&[]);
    let all = debugger.end();
    let mut seen = vec![debugger.obey(&Command::Where).expect("it")];
    while debugger.moment().step < all {
        debugger.obey(&Command::Step(1)).expect("there is more");
        seen.push(debugger.obey(&Command::Where).expect("it"));
    }
    assert!(seen.len() > 15, "{}", seen.len());
    for before in seen.iter().rev().skip(1) {
        debugger.obey(&Command::Back(1)).expect("there was something");
        assert_eq!(debugger.obey(&Command::Where).as_ref(), Ok(before));
    }
    assert_eq!(debugger.moment().step, 0);
}

#[test]
fn going_beyond_either_end_is_refused() {
    assert_eq!(refused(&["back"]), "the run begins here");
    assert!(refused(&["goto end", "step"]).starts_with("the run ends here, at step "));
    assert!(
        refused(&["goto 100000"]).starts_with("there is no step 100000: the run ends at step ")
    );
    assert!(refused(&["goto 3h"]).starts_with("the run is over before 10800s"));
    assert!(refused(&["next deliver n1 Bumb"]).starts_with("no such event in this run"));
    let hint = refused(&["next delivr n1"]);
    assert!(hint.contains("did you mean the kind `deliver`?"), "{hint}");
}

#[test]
fn breakpoints_stop_where_a_property_an_event_or_a_field_is_so() {
    let told = answer(&["break role changes", "continue"]);
    assert!(told.starts_with("breakpoint 1: role changes\nstep "), "{told}");
    assert!(
        told.contains("deliver") && told.contains("Bump") && told.contains("role=wild"),
        "{told}"
    );
    let same = answer(&["break n1.role = wild", "continue"]);
    assert_eq!(same.lines().nth(1), told.lines().nth(1));
    assert_eq!(answer(&["break deliver n1 Bump", "c"]).lines().nth(1), told.lines().nth(1));
    let broken = answer(&["break property echo", "continue"]);
    assert!(broken.contains("!! here echo is violated"), "{broken}");
    assert_eq!(answer(&["continue"]), broken.split_once('\n').expect("lines").1, "by itself, too");
    let back = answer(&["break role changes", "goto end", "reverse"]);
    assert_eq!(back, told);
    assert_eq!(
        answer(&["break fault n2 cold"]).lines().next(),
        Some("breakpoint 1: fault n2 cold: never in this run")
    );
    let part = answer(&["break deliver n1 Bum"]);
    assert!(part.ends_with("but part of one: write *Bum* for all that have it"), "{part}");
    assert_eq!(answer(&["break deliver", "delete 1"]), "no breakpoints");
    assert!(refused(&["delete 4"]).contains("there is no breakpoint 4"));
}

#[test]
fn a_field_that_no_node_shows_is_answered_with_the_nearest() {
    assert_eq!(
        refused(&["break n1.rloe = wild"]),
        "no node shows a field `rloe`; did you mean `role`?"
    );
    assert_eq!(refused(&["watch opne"]), "no node shows a field `opne`; did you mean `open`?");
    let wild = refused(&["break wild changes"]);
    assert!(wild.contains("it is what `role` shows: write `role = wild`"), "{wild}");
    assert_eq!(refused(&["break n7.role changes"]), "there is no n7; there is n0, n1, n2");
    assert!(refused(&["break property ecko"]).contains("did you mean `echo`?"));
    assert!(refused(&["state n9"]).contains("there is no n9; there is n0, n1, n2"));
}

#[test]
fn a_breakpoint_that_cannot_be_meant_is_refused_with_what_may_be() {
    for (command, says) in [
        ("break n1.role", "`n1.role` is a field: write n1.role changes, or n1.role = VALUE"),
        ("break deliver n9 Bump", "there is no n9; there is n0, n1, n2, c0"),
        ("next deliver n9", "there is no n9; there is n0, n1, n2, c0"),
        ("next send c7", "there is no c7; there is n0, n1, n2, c0"),
        ("break role > tame", "`role` shows words: ask for role = tame, or role != tame"),
        ("break role = wlid", "`role` never shows `wlid` in this run; did you mean `wild`?"),
        ("break open > many", "`open` shows numbers, and `many` is none"),
        ("break role", "`role` is a field: write role changes, or role = VALUE; or with a kind"),
        (
            "break delivr n1 Bump",
            "`delivr` is neither a kind of event nor a word of this run; did you mean the kind `deliver`?",
        ),
        (
            "next tmer",
            "`tmer` is neither a kind of event nor a word of this run; did you mean the kind `timer`?",
        ),
    ] {
        let said = refused(&[command]);
        assert!(said.starts_with(says), "{command}: {said}");
    }
    // Words that are near no kind of event, and what another run may show, are for the user to say.
    let other = answer(&["break role = observer"]);
    assert_eq!(other, "breakpoint 1: role = observer: never in this run");
}

#[test]
fn a_watch_tells_what_changes() {
    let told = answer(&["watch n1.role", "next deliver Bump"]);
    assert!(told.ends_with("watch role: n1=wild (was tame)"), "{told}");
    assert_eq!(answer(&["watch role", "unwatch role"]), "nothing is watched");
    assert_eq!(refused(&["unwatch role"]), "role is not watched");
}

#[test]
fn what_is_under_way_and_inside_is_told() {
    let (step, name) = bump();
    let told = answer(&["next send Bump", "inflight n2"]);
    assert!(
        told.contains(&format!("#{name}")) && told.contains("n2 -> n1  sent at step"),
        "{told}"
    );
    assert!(
        answer(&[&format!("goto {}", step - 1), "inflight n2"]).contains("nothing is under way")
    );
    let timers = answer(&["goto 4", "timers n2"]);
    assert!(timers.starts_with("n2  \"bump\" at 40ms by its clock, in "), "{timers}");
    let disk = answer(&["next deliver n1 Ask", "disk n1"]);
    assert_eq!(disk, "n1  heard: 8 bytes, not synced: that it was made, bytes 0 to 8");
    assert_eq!(answer(&["next disk n1 synced", "disk n1"]), "n1  heard: 8 bytes, all synced");
    let bytes = answer(&["next deliver n1 Ask", "disk n1 heard"]);
    assert!(bytes.contains("~01~00~00"), "{bytes}");
    assert_eq!(refused(&["disk n1 herd"]), "n1 has no files here");
    assert!(refused(&["goto end", "disk n1 herd"]).contains("it has heard"));
    let whole = answer(&[&format!("message #{name}")]);
    assert!(whole.contains("Bump") && whole.contains("arrived: step "), "{whole}");
    assert!(refused(&["message #9999"]).contains("there is no message #9999"));
}

#[test]
fn what_if_tells_whether_the_violation_remains() {
    let (_, name) = bump();
    let what_if = |what: &str| {
        let line = what.replace("#B", &format!("#{name}"));
        answer(&["next send Bump", &line])
    };
    for gone in ["drop #B", "crash n2", "cut n2 from n0,n1"] {
        let told = what_if(gone);
        // A crash of its sender does not take back what is under way.
        match gone {
            "crash n2" => assert!(told.contains("the violation remains: echo"), "{told}"),
            _ => assert!(told.contains("the violation is gone: echo; "), "{gone}: {told}"),
        }
    }
    assert!(what_if("deliver #B").contains("the violation remains: echo"));
    assert!(what_if("delay #B by 2s").contains("the violation is gone"));
    assert!(what_if("delay #B by 20ms").contains("the violation remains: echo, at step "));
    assert!(what_if("duplicate #B").contains("the violation remains"));
    assert!(what_if("crash n1 losing writes").contains("n1 crashes"));
}

#[test]
fn what_is_done_by_hand_can_be_taken_back() {
    let (step, name) = bump();
    let (debugger, told) = asked(&["next send Bump", &format!("drop #{name}"), "undo"]);
    assert!(told.expect("undone").starts_with(&format!("taken back: after {step}: drop #{name}")));
    assert_eq!((debugger.moment().step, debugger.changes().len()), (step, 0));
    assert!(debugger.violation().is_some());
    assert_eq!(refused(&["undo"]), "nothing was done by hand");
}

#[test]
fn what_cannot_be_done_by_hand_is_told_and_changes_nothing() {
    let (step, name) = bump();
    let drop = format!("drop #{name}");
    assert!(refused(&["drop #9999"]).contains("there is no message #9999"));
    assert!(
        refused(&[&drop]).contains(&format!("is not under way yet: it is sent at step {step}"))
    );
    let late = refused(&["next deliver Bump", &drop]);
    assert!(late.contains("is not under way: it arrived at step "), "{late}");
    assert!(refused(&["goto end", "heal"]).contains("nothing can come of it"));
    assert!(refused(&["step", "crash n7"]).contains("there is no n7"));
    assert!(refused(&["step 5", "restart n1"]).contains("n1 is up"));
    let early = refused(&["next send Bump", &drop, "goto 3", "crash n1"]);
    assert!(early.contains("comes later") && early.contains("`undo` it first"), "{early}");
}

#[test]
fn a_changed_run_is_saved_as_a_case_that_makes_it_again() {
    let folder = std::env::temp_dir().join(format!("seatrial-debug-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join("made/for/it/changed.case");
    let _ = std::fs::remove_file(&path);
    let (_, name) = bump();
    let (drop, save) = (format!("drop #{name}"), format!("save {}", path.display()));
    let (debugger, saved) = asked(&["next send Bump", &drop, "step 4", "crash n1", &save]);
    assert!(saved.expect("saved").contains("seatrial replay"));
    let case = Case::read(&path).expect("a case");
    assert_eq!(case.touches, debugger.changes());
    let (prepared, seed) = case.prepare(registry()).expect("it can be run");
    assert_eq!(prepared.run(seed).hash, debugger.account().hash);
    let again = asked(&[&save]).1.expect_err("it is there");
    assert!(again.contains("is there already; name another file"), "{again}");
    std::fs::remove_dir_all(&folder).expect("it is ours");
}

#[test]
fn a_case_whose_touches_cannot_be_done_is_refused_with_its_line() {
    let text = case().to_toml();
    let with = |touches: &str| {
        let text = text.replacen("\n[", &format!("\ntouches = {touches}\n["), 1);
        let read = Case::parse("my.case", &text).map_err(|error| error.to_string());
        read.and_then(|case| case.prepare(registry()).map(drop).map_err(|error| error.to_string()))
    };
    for (touches, says) in [
        (
            "[\"after 5: drop #999\"]",
            "\"after 5: drop #999\" cannot be done: nothing of the name #999",
        ),
        ("[\"after 9: heal\", \"after 5: heal\"]", "\"after 5: heal\" is not in order"),
        ("[\"after 5: explode\"]", "is nothing that can be done by hand"),
        ("[\"after 99999: heal\"]", "the run is over after"),
    ] {
        let error = with(touches).expect_err(touches);
        assert!(error.starts_with("my.case:") && error.contains(says), "{touches}: {error}");
    }
}
