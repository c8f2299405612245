//! Tests of the whole, across crates: one binary, one module a subject.

#[expect(dead_code, reason = "the benchmark uses more of it")]
mod models; // small systems that two checkers search through

mod integration {
    mod support; // sources and programs, as the modules below look at them

    mod architecture; // who may depend on whom, and what nobody may name
    mod tidy; // the style that no other tool holds

    mod campaign; // hunts put together
    mod cli; // the program as a user meets it
    mod determinism;
    mod readme; // what the README shows is what the program prints // one seed, one run, wherever and however

    mod empty_green; // a hunt says what it proved
    mod language; // the page of the scenario language is made from the code
    mod steady; // a node that takes something from outside is found

    mod by_hand; // planted bugs, event by event
    mod debugging; // a run gone through, by a script and at a terminal
    mod detectors; // failure detectors in scenarios of one's own
    mod every_order; // small worlds through every order of delivery and every crash point
    mod faults; // each fault does what it says, and is over when it is over
    mod finds_bugs; // planted bugs are found within their budget, and the correct protocols hold
    mod idle; // a world in which nothing happens costs nothing
    mod misuse; // what makes no sense is refused before it runs
    mod models; // as many states as another checker finds
    mod raft_world; // every size of cluster serves, whoever is asked
    mod repeatable; // equal seeds give equal worlds
    mod schedules; // cases that say what happens, and cases made small
    mod searching; // the commands that search beyond a hunt
    mod serving; // what a user deploys has no planted bugs
    mod strategies; // what is chosen on purpose, and the same each time
    mod trouble; // where faults come from: swarm, lists, plans from files, and what is excused
    mod viewers; // what other tools are to open is opened by them
}
