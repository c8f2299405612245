//! Every command by its name: what follows it, and what it does.

use crate::scenario::unknown;

/// A command: its name, other names, what follows it, and what it does.
pub(in super::super) struct Entry {
    pub(in super::super) name: &'static str,
    pub(in super::super) also: &'static [&'static str],
    pub(in super::super) form: &'static str,
    pub(in super::super) about: &'static str,
}

const fn entry(
    name: &'static str,
    also: &'static [&'static str],
    form: &'static str,
    about: &'static str,
) -> Entry {
    Entry { name, also, form, about }
}

/// Every command.
const COMMANDS: [Entry; 36] = [
    entry("step", &["s"], "[N]", "go on by one event, or by N"),
    entry("back", &["rs"], "[N]", "go back by one event, or by N"),
    entry(
        "goto",
        &["g"],
        "N | TIME | start | end | violation",
        "go to a step, or to a time, as 120ms",
    ),
    entry("violation", &["v"], "", "go to where a property first breaks"),
    entry("next", &["n"], "[KIND] [NODE] [WORD]", "go on to such an event: next deliver n1 Vote"),
    entry("prev", &["p"], "[KIND] [NODE] [WORD]", "go back to such an event"),
    entry("continue", &["c"], "", "go on to the next breakpoint, the violation, or the end"),
    entry("reverse", &["rc"], "", "go back to the last breakpoint, or the start"),
    entry("where", &["w"], "", "tell in full what happened at this step"),
    entry("list", &["l"], "[N]", "list N events before this step and after"),
    entry("state", &["st"], "[NODE]", "what nodes show after this step"),
    entry("inflight", &["f"], "[NODE]", "what is under way, and what becomes of it"),
    entry("timers", &["t"], "[NODE]", "which timers are set, and when they are due"),
    entry("disk", &["d"], "[NODE [FILE]]", "what is on disks, and what of it is not synced"),
    entry("message", &["m"], "#N", "a message in full, and what becomes of it"),
    entry("verdict", &[], "", "what is judged of this run"),
    entry("info", &["i"], "", "which run this is"),
    entry(
        "break",
        &["b"],
        "property NAME | EVENT | FIELD > N | FIELD changes",
        "stop there: break property election safety; break deliver n1 Vote; break n1.term > 3; break role changes",
    ),
    entry("breaks", &[], "", "all breakpoints, and how often each stops"),
    entry("delete", &[], "N | all", "take a breakpoint back"),
    entry("watch", &[], "FIELD", "show a field wherever it stands: watch n1.term"),
    entry("unwatch", &[], "FIELD | all", "no longer"),
    entry("drop", &[], "#N", "what if: this message is lost now"),
    entry("delay", &[], "#N by SPAN | until TIME", "what if: it arrives later"),
    entry("deliver", &[], "#N", "what if: it arrives now"),
    entry("duplicate", &[], "#N", "what if: a copy of it arrives now"),
    entry("crash", &[], "NODE [losing writes]", "what if: a node crashes now"),
    entry("restart", &[], "NODE", "what if: a node that is down starts now"),
    entry(
        "cut",
        &[],
        "NODES from NODES",
        "what if: these do not reach those from now on: cut n0,c0 from n1,n2",
    ),
    entry("heal", &[], "", "what if: links are whole now, and who is down starts"),
    entry("undo", &["u"], "", "take back what was last done by hand"),
    entry("changes", &[], "", "what was done by hand"),
    entry("save", &[], "FILE.case", "write this run, changes included, as a case"),
    entry(
        "measure",
        &[],
        "",
        "how long it takes to make this run, and to look inside at any point of it",
    ),
    entry("help", &["h", "?"], "[COMMAND]", "explain the commands, or one"),
    entry("quit", &["q", "exit"], "", "end"),
];

/// Every command, in the order of the help.
pub(in super::super) fn all() -> impl Iterator<Item = &'static Entry> + Clone {
    COMMANDS.iter()
}

/// The command of a name.
pub(in super::super) fn find(word: &str) -> Result<&'static Entry, String> {
    let found = all().find(|entry| entry.name == word || entry.also.contains(&word));
    found.ok_or_else(|| {
        let names = all().map(|entry| entry.name);
        let wrong = unknown("command", word, names);
        if wrong.contains("did you mean") {
            wrong
        } else {
            format!("there is no command `{word}`; `help` lists all")
        }
    })
}
