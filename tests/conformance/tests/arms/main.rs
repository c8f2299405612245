//! The suite on every kind of host that there is: right ones behave, and wrong ones are found out.

mod cluster; // processes that are subjects, in a folder of their own
mod maelstrom; // lines of JSON, carried from one process to the other
mod outside; // what can be wrong between a host and its clients
mod pipe; // frames, carried likewise
mod stream; // what real processes have said, cut in every way
mod synced; // what the system saw before a sync was told
mod tcp; // sockets
mod world; // the simulated world

use seatrial_conformance::{ALL, Arm, Behaviour, Bench, Fault, Subject, Wrong};

use self::cluster::Host;
use self::outside::WrongToClients;

/// A kind of host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    World,
    Tcp,
    Pipe,
    Maelstrom,
}

/// A cluster on such a host, right or wrong.
fn arm(kind: Kind, fault: Option<Fault>, seed: u64) -> Box<dyn Arm> {
    let inside = fault.filter(|fault| !fault.is_outside());
    let arm: Box<dyn Arm> = match (kind, inside) {
        (Kind::World, None) => Box::new(world::WorldArm::<Subject>::new(seed, ())),
        (Kind::World, Some(fault)) => Box::new(world::WorldArm::<Wrong>::new(seed, fault)),
        (Kind::Tcp, fault) => Box::new(tcp::TcpArm::new(fault)),
        (Kind::Pipe, fault) => Box::new(pipe::PipeArm::new(fault)),
        (Kind::Maelstrom, fault) => Box::new(maelstrom::MaelstromArm::new(fault)),
    };
    match fault {
        Some(fault) if fault.is_outside() => Box::new(WrongToClients::new(arm, fault)),
        _ => arm,
    }
}

/// In how many worlds each behaviour is tried.
const WORLDS: u64 = 30;

fn is_tried(behaviour: &Behaviour, kind: Kind) -> bool {
    behaviour.needs.are_met(kind.promises())
}

fn holds(name: &str, kind: Kind) {
    let behaviour = named(name);
    let seeds = if kind == Kind::World { WORLDS } else { 1 };
    for seed in 0..seeds {
        let mut bench = Bench::new(arm(kind, None, seed));
        if !is_tried(behaviour, kind) {
            return;
        }
        if let Err(wrong) = behaviour.run(&mut bench) {
            panic!("{kind:?}, seed {seed}: {wrong}");
        }
    }
}

fn fails_on_wrong_hosts(name: &str, kind: Kind) {
    let behaviour = named(name);
    if !is_tried(behaviour, kind) {
        return;
    }
    for fault in behaviour.catches {
        let tried = behaviour.run(&mut Bench::impatient(arm(kind, Some(*fault), 1)));
        assert!(tried.is_err(), "{kind:?}: nobody sees that a host {fault:?}");
    }
}

fn named(name: &str) -> &'static Behaviour {
    let known = ALL.iter().find(|behaviour| behaviour.name == name);
    known.unwrap_or_else(|| panic!("there is no behaviour {name}"))
}

macro_rules! suite {
    ($($name:ident),* $(,)?) => {
        $(mod $name {
            use super::Kind;

            const NAME: &str = stringify!($name);

            #[test]
            fn holds_in_the_world() {
                super::holds(NAME, Kind::World);
            }

            #[test]
            fn holds_on_tcp() {
                super::holds(NAME, Kind::Tcp);
            }

            #[test]
            fn holds_behind_a_pipe() {
                super::holds(NAME, Kind::Pipe);
            }

            #[test]
            fn holds_under_maelstrom() {
                super::holds(NAME, Kind::Maelstrom);
            }

            #[test]
            fn fails_in_a_wrong_world() {
                super::fails_on_wrong_hosts(NAME, Kind::World);
            }

            #[test]
            fn fails_on_wrong_tcp() {
                super::fails_on_wrong_hosts(NAME, Kind::Tcp);
            }

            #[test]
            fn fails_behind_a_wrong_pipe() {
                super::fails_on_wrong_hosts(NAME, Kind::Pipe);
            }

            #[test]
            fn fails_under_a_wrong_maelstrom() {
                super::fails_on_wrong_hosts(NAME, Kind::Maelstrom);
            }
        })*

        const TRIED: &[&str] = &[$(stringify!($name)),*];
    };
}

suite!(
    timers_come_in_order_once_and_not_before_they_are_due,
    a_timer_that_is_set_again_comes_at_its_last_time_and_a_cancelled_one_never,
    the_clock_never_goes_back_and_choices_lie_below_their_bound,
    what_is_sent_to_a_member_arrives_in_the_order_in_which_it_was_sent,
    what_is_sent_over_a_link_that_is_whole_arrives_once,
    what_a_node_sends_itself_arrives_once_and_after_the_input_that_sent_it,
    a_request_is_answered_once_and_by_its_own_answer,
    an_answer_to_a_client_that_has_gone_harms_nobody,
    a_read_gives_what_was_written_before_it_and_nothing_else,
    syncs_are_told_once_and_in_the_order_in_which_they_were_asked_for,
    what_a_sync_covered_is_found_by_the_next_life,
    start_is_the_first_input_of_a_life_and_comes_once,
    no_timer_of_a_former_life_comes,
    a_token_of_a_former_life_answers_nobody,
    what_a_node_announces_is_told_in_order,
    layers_have_messages_timers_and_files_of_their_own,
);

#[test]
fn every_behaviour_is_tried_on_every_host_and_every_fault_is_somebodys_to_catch() {
    let names: Vec<&str> = ALL.iter().map(|behaviour| behaviour.name).collect();
    assert_eq!(names, TRIED);
    for fault in Fault::ALL {
        let catchers = ALL.iter().filter(|behaviour| behaviour.catches.contains(&fault));
        assert!(catchers.count() > 0, "{fault:?} is caught by nobody");
    }
    assert!(ALL.iter().all(|behaviour| !behaviour.catches.is_empty()));
}
