//! What is told apart, and what is not.

use super::*;

fn moment(step: u64) -> Moment {
    Moment { step, time: Instant::ZERO }
}

/// Three nodes announce these, each in an event of its own.
fn told(facts: &[(u32, Fact)]) -> Vec<Seen> {
    let mut states = States::default();
    states.begin(&[NodeId(0), NodeId(1), NodeId(2)]);
    for (step, (node, fact)) in facts.iter().enumerate() {
        states.fact(moment(step as u64), NodeId(*node), fact);
    }
    states.found().to_vec()
}

fn last(grain: Grain, facts: &[(u32, Fact)]) -> u64 {
    let of_grain = |seen: &&Seen| seen.grain == grain;
    told(facts).iter().rfind(of_grain).expect("a fact that counts").state
}

const LEAD: Fact = Fact::Lead { term: 1 };

fn append(index: u64, term: u64) -> Fact {
    Fact::Append { index, term, digest: 0 }
}

#[test]
fn names_and_exact_numbers_do_not_matter_and_roles_do() {
    let last = |facts: &[_]| last(Grain::Fine, facts);
    assert_eq!(last(&[(0, LEAD)]), last(&[(2, LEAD)]));
    assert_ne!(last(&[(0, LEAD)]), last(&[(0, Fact::Trust { leader: NodeId(0) })]));
    let at = |index| [(0, append(index, 1)), (1, append(index + 1, 1)), (0, LEAD)];
    assert_eq!(last(&at(5)), last(&at(90)));
    let other = [(0, append(6, 1)), (1, append(5, 1)), (0, LEAD)];
    assert_ne!(last(&at(5)), last(&other), "who leads is ahead, or behind");
}

#[test]
fn ranks_are_what_counting_anew_gives() {
    let mut states = States::default();
    states.begin(&[NodeId(0), NodeId(1), NodeId(2)]);
    for (node, index) in [(0, 3), (1, 5), (2, 5), (0, 9), (1, 1), (2, 4), (0, 4), (2, 4)] {
        states.fact(moment(0), NodeId(node), &append(index, 1));
        for body in &states.bodies {
            let more = states.bodies.iter().filter(|b| b.levels[LOG] > body.levels[LOG]);
            assert_eq!(usize::from(body.ranks[LOG]), more.count());
        }
    }
}

#[test]
fn a_state_is_found_once_and_a_run_that_begins_anew_forgets() {
    let mut states = States::default();
    for _ in 0..2 {
        states.begin(&[NodeId(0)]);
        for step in 0..500 {
            states.fact(moment(2 * step), NodeId(0), &Fact::Paused);
            states.fact(moment(2 * step + 1), NodeId(0), &Fact::Resumed);
        }
        states.trail(moment(7), 99);
        states.trail(moment(8), 99);
        let steps = |states: &mut States, grain| {
            let found = states.found().iter().filter(|seen| seen.grain == grain);
            found.map(|seen| seen.step).collect::<Vec<u64>>()
        };
        assert_eq!(steps(&mut states, Grain::Fine), [0, 1], "when it was first in each");
        assert_eq!(steps(&mut states, Grain::Outline), [0, 1]);
        assert_eq!(steps(&mut states, Grain::Trail), [7]);
    }
}

#[test]
fn what_a_node_tells_of_within_one_event_is_one_state() {
    let mut states = States::default();
    states.begin(&[NodeId(0), NodeId(1)]);
    let log = [append(1, 1), append(2, 1), append(3, 2)];
    log.iter().for_each(|fact| states.fact(moment(0), NodeId(0), fact));
    states.fact(moment(1), NodeId(1), &Fact::Paused);
    let before = states.found().len();
    // A node that starts tells its log once more, from its beginning.
    states.fact(moment(2), NodeId(0), &Fact::Truncate { from: 1 });
    log.iter().for_each(|fact| states.fact(moment(2), NodeId(0), fact));
    assert_eq!((before, states.found().len()), (3, 3));
}

/// Two followers of three have what is committed, and the third has an entry of its own in that place.
fn divided(first: u64, own: u64) -> Vec<(u32, Fact)> {
    let committed = |node| (node, append(first, 2));
    let commits = (0, Fact::Commit { index: first });
    let mut facts = vec![committed(0), committed(1), (2, append(first, own)), commits];
    facts.extend((0..3).map(|node| (node, Fact::Started { life: 1 })));
    facts
}

#[test]
fn an_outline_tells_whose_log_would_win_and_who_lacks_what_is_committed() {
    let last = |facts: &[_]| last(Grain::Outline, facts);
    assert_eq!(last(&divided(5, 3)), last(&divided(70, 9)), "by how much does not matter");
    let outlines = [3, 2, 1].map(|own| last(&divided(5, own)));
    assert_ne!(outlines[0], outlines[1], "it lacks what is committed, and has it");
    assert_ne!(outlines[0], outlines[2], "it would win, and would not");
    let mut longer = divided(5, 3);
    longer.push((2, append(6, 3)));
    assert_eq!(last(&divided(5, 3)), last(&longer), "of the same term, how long does not matter");
    let mut led = divided(5, 3);
    led.push((2, LEAD));
    assert_ne!(last(&divided(5, 3)), last(&led));
}

#[test]
fn a_long_run_keeps_a_bounded_number_of_states() {
    let members: Vec<NodeId> = (0..40).map(NodeId).collect();
    let mut states = States::default();
    states.begin(&members);
    let mut step = 0;
    let mut tell = |node: NodeId, fact: Fact| {
        step += 1;
        states.fact(moment(step), node, &fact);
    };
    for round in 0..40_u32 {
        for node in &members {
            for _ in 0..(1_u32 << (round % 12)) {
                tell(*node, Fact::Deliver { origin: *node, message: 0, digest: 0 });
            }
            tell(*node, Fact::Paused);
            tell(*node, Fact::Resumed);
        }
    }
    let found = states.found().len();
    assert!((1_000..=MOST_OF_A_RUN).contains(&found), "{found}");
}
