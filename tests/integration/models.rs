//! The search held against another: on the same models it finds as many states as stateright.

use crate::models::{Model, Searcher, peer, two_phase};

/// How many states both find, which is as many as are known.
fn agree(model: Model, known: u64) {
    let ours = model.count(Searcher::Seatrial);
    let theirs = model.count(Searcher::Breadth);
    assert_eq!(ours, theirs, "{model:?}");
    assert_eq!((ours.unique, ours.holds), (known, true), "{model:?}");
}

#[test]
fn two_phase_commit_has_as_many_states_as_stateright_finds() {
    agree(Model::TwoPhase(3), 288);
    agree(Model::TwoPhase(5), 8_832);
}

#[test]
fn a_single_copy_register_has_as_many_states_as_stateright_finds() {
    agree(Model::SingleCopy(2), 93);
    agree(Model::SingleCopy(3), 4_243);
}

#[test]
fn an_abd_register_has_as_many_states_as_stateright_finds() {
    agree(Model::Abd(2), 544);
    agree(Model::Abd(3), 35_009);
}

#[test]
fn paxos_with_two_clients_has_as_many_states_as_stateright_finds() {
    agree(Model::Paxos(1), 265);
    agree(Model::Paxos(2), 16_668);
}

#[test]
fn two_phase_commit_has_as_many_states_up_to_symmetry_as_there_are_orbits() {
    for managers in [2, 3, 4, 5] {
        let reduced = two_phase::ours(managers, true);
        assert_eq!(reduced.unique, peer::two_phase_orbits(managers), "{managers} managers");
        assert!(reduced.holds);
    }
}
