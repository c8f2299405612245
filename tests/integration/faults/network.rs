//! Faults of links: each bites alone, breaks a node that does not expect it, does what it says to messages, and is over when it is over.

mod clients; // those that are cut off
mod corruption; // bytes that change on the way
mod naive; // a node that believes its network

use seatrial::sim::{Count, Fault, FaultKind, FaultPlan, PlannedFault, Target, World};
use seatrial_node::{Duration, NodeId};

use super::{NODES, Teller, alone, cuts, ms, nodes, run, teller, world};

/// One of every kind that strikes messages under way or cuts links between nodes, hard enough to be seen.
fn every_kind() -> Vec<Fault> {
    let third = || Target::Node(NodeId(2));
    let (from, to) = (nodes(&[0, 1]), nodes(&[2]));
    vec![
        bursts(),
        Fault::SlowTail { rate: 100_000, by: ms(60), from: Vec::new(), to: Vec::new() },
        Fault::SlowLink { by: ms(40), from: from.clone(), to: to.clone() },
        Fault::Throttle { by: ms(35), queue: 2, from: from.clone(), to: to.clone() },
        Fault::Clog { from, to },
        swizzle(),
        Fault::Bridge { node: third(), left: nodes(&[0, 1]), right: nodes(&[3, 4]) },
        Fault::Mute { node: third() },
        Fault::Deaf { node: third() },
        Fault::Reset { node: third(), peers: Vec::new() },
    ]
}

/// Bursts of five messages on average.
fn bursts() -> Fault {
    let (from, to) = Default::default();
    Fault::LossBurst { enter: 50_000, leave: 200_000, rate: 1_000_000, from, to }
}

fn swizzle() -> Fault {
    Fault::SwizzleClog { order: [3, 1].map(NodeId).to_vec(), back: [3, 1].map(NodeId).to_vec() }
}

/// The fault alone, while something is under way; for `lasts`, unless it is over at once.
fn for_so_long(fault: Fault, lasts: Duration) -> FaultPlan {
    let lasts = if fault.is_instant() { Duration::ZERO } else { lasts };
    let planned = PlannedFault { at: ms(103), lasts, fault };
    FaultPlan { heal_after: ms(600), faults: vec![planned], ..FaultPlan::calm() }
}

/// The numbers that a node has heard from another, with the milliseconds that each took.
fn times(world: &World<Teller>, from: u32, to: u32) -> Vec<(u64, u64)> {
    let heard = teller(world, to).heard.iter().filter(|(_, sender, _)| *sender == NodeId(from));
    heard.map(|(at, _, number)| (*number, at.as_nanos() / 1_000_000 - (number - 1) * 10)).collect()
}

#[test]
fn each_bites_and_has_an_effect_and_no_other_does() {
    for fault in every_kind() {
        let kind = fault.kind();
        let world = world(for_so_long(fault, ms(200)), 1, ms(700));
        for other in FaultKind::ALL {
            let Count { asked, bit, effect } = world.counts().of(other);
            let all = [asked, bit, effect].map(|count| count > 0);
            assert_eq!(all, [other == kind; 3], "{kind}: {other} {asked}/{bit}/{effect}");
        }
    }
}

#[test]
fn equal_seeds_meet_equal_trouble_and_trouble_is_seen_in_the_hash() {
    let calm = world(FaultPlan::calm(), 1, ms(700)).hash();
    for fault in every_kind() {
        let kind = fault.kind();
        let plan = for_so_long(fault, ms(200));
        let hash = world(plan.clone(), 1, ms(700)).hash();
        assert_eq!(world(plan, 1, ms(700)).hash(), hash, "{kind}");
        assert_ne!(hash, calm, "{kind}");
    }
}

#[test]
fn each_is_over_when_the_plan_says_so_and_at_the_latest_when_the_world_heals() {
    for fault in every_kind() {
        for (lasts, over) in [(ms(200), 303), (ms(10_000), 600)] {
            let kind = fault.kind();
            let world = world(for_so_long(fault.clone(), lasts), 1, ms(1_003));
            let pairs = (0..NODES).flat_map(|a| (0..NODES).map(move |b| (a, b)));
            for (from, to) in pairs.filter(|(a, b)| a != b) {
                let mut late = times(&world, from, to);
                late.retain(|(number, _)| (number - 1) * 10 > over);
                let all: Vec<(u64, u64)> = (over / 10 + 2..=100).map(|n| (n, 5)).collect();
                assert_eq!(late.len(), all.len(), "{kind}: n{from} to n{to} after {over}");
                late.sort_unstable();
                assert_eq!(late, all, "{kind}: n{from} to n{to} after {over}");
            }
        }
    }
}

#[test]
fn losses_come_in_bursts() {
    let plan = FaultPlan {
        heal_after: ms(20_000),
        faults: vec![PlannedFault { at: ms(1), lasts: ms(20_000), fault: bursts() }],
        ..FaultPlan::calm()
    };
    let world = world(plan, 7, ms(20_000));
    let count = world.counts().of(FaultKind::LossBurst);
    let percent = count.bit * 100 / count.asked;
    assert!((16..24).contains(&percent), "a fifth of the time a link is bad: {count:?}");
    let (mut bursts, mut lost) = (0, 0);
    for (from, to) in (0..NODES).flat_map(|a| (0..NODES).map(move |b| (a, b))) {
        for pair in times(&world, from, to).windows(2) {
            bursts += u64::from(pair[1].0 > pair[0].0 + 1);
            lost += pair[1].0 - pair[0].0 - 1;
        }
    }
    let mean = lost * 10 / bursts;
    assert!((42..58).contains(&mean), "{lost} lost in {bursts} bursts: five each, as 1 / leave");
}

#[test]
fn a_bad_link_may_still_carry_some() {
    let (from, to) = (nodes(&[0]), nodes(&[1]));
    let bad = Fault::LossBurst { enter: 1_000_000, leave: 0, rate: 500_000, from, to };
    let world = world(alone(bad), 3, ms(500));
    let during = teller(&world, 1).from(NodeId(0), ms(106), ms(303)).len();
    assert!((5..16).contains(&during), "{during} of 20");
    assert_eq!(teller(&world, 2).from(NodeId(0), ms(0), ms(500)).len(), 50, "other links are good");
}

#[test]
fn a_slow_tail_slows_some_and_a_slow_link_all_of_its_own() {
    let (from, to) = Default::default();
    let tail = Fault::SlowTail { rate: 100_000, by: ms(30), from, to };
    let tailed = world(for_so_long(tail, ms(497)), 1, ms(1_003));
    let all: Vec<u64> = (0..NODES)
        .flat_map(|a| (0..NODES).flat_map(move |b| [(a, b)]))
        .flat_map(|(a, b)| times(&tailed, a, b))
        .filter(|(number, _)| (11..=60).contains(number))
        .map(|(_, took)| took)
        .collect();
    let slow: Vec<u64> = all.iter().filter(|took| **took > 5).map(|took| took - 5).collect();
    assert!((6..14).contains(&(slow.len() * 100 / all.len())), "{} of {}", slow.len(), all.len());
    let mean = slow.iter().sum::<u64>() / slow.len() as u64;
    assert!((22..38).contains(&mean), "{mean} ms longer");

    let slow = Fault::SlowLink { by: ms(40), from: nodes(&[0, 1]), to: nodes(&[0, 2]) };
    let slowed = world(alone(slow), 1, ms(700));
    for (from, to) in (0..NODES).flat_map(|a| (0..NODES).map(move |b| (a, b))) {
        let is_slow = [(0, 2), (1, 0), (1, 2)].contains(&(from, to));
        let during = times(&slowed, from, to).into_iter().filter(|(n, _)| (12..=30).contains(n));
        assert!(
            during.clone().all(|(_, took)| took == if is_slow { 45 } else { 5 }),
            "{from}-{to}"
        );
        assert_eq!(during.count(), if from == to { 0 } else { 19 });
    }
}

#[test]
fn a_throttled_link_keeps_order_lets_so_many_wait_and_loses_any_of_those_that_are_too_many() {
    let mut lost = Vec::new();
    for seed in 0..20 {
        let (from, to) = (nodes(&[0]), nodes(&[1]));
        let narrow = Fault::Throttle { by: ms(25), queue: 3, from, to };
        let world = world(alone(narrow), seed, ms(500));
        let during = teller(&world, 1).heard.iter().filter(|(_, from, _)| *from == NodeId(0));
        let numbers: Vec<u64> = during.clone().map(|(.., number)| *number).collect();
        let arrivals: Vec<u64> = during.map(|(at, ..)| at.as_nanos() / 1_000_000).collect();
        let while_narrow = arrivals.iter().filter(|at| **at <= 300).count();
        assert!(numbers[..while_narrow].is_sorted(), "{numbers:?}");
        let narrow = arrivals.iter().filter(|at| (116..=300).contains(*at));
        assert_eq!(narrow.count(), 7, "one every 25 ms: {arrivals:?}");
        assert_eq!(arrivals.iter().filter(|at| **at == 308).count(), 3, "who waited goes at once");
        lost.extend((1..=50).filter(|number| !numbers.contains(number)));
        let count = world.counts().of(FaultKind::Throttle);
        assert_eq!((count.asked, count.bit), (1, 1));
        assert_eq!(world.counts().dropped, 50 - numbers.len() as u64);
    }
    lost.sort_unstable();
    lost.dedup();
    assert!(lost.len() > 10, "not always the same: {lost:?}");
}

#[test]
fn a_clog_holds_everything_and_loses_nothing() {
    let clog = Fault::Clog { from: nodes(&[0, 3]), to: nodes(&[1]) };
    let world = world(alone(clog), 1, ms(502));
    for sender in [0, 3] {
        let heard = teller(&world, 1);
        assert!(heard.from(NodeId(sender), ms(102), ms(303)).is_empty());
        let mut all = heard.from(NodeId(sender), ms(0), ms(502));
        all.sort_unstable();
        assert_eq!(all, (1..=50).collect::<Vec<u64>>());
    }
    assert_eq!(teller(&world, 0).from(NodeId(1), ms(103), ms(303)).len(), 20, "the other way");
    assert_eq!(world.counts().dropped, 0);
    assert_eq!(world.counts().of(FaultKind::Clog).effect, 40);
}

#[test]
fn swizzled_nodes_are_clogged_and_freed_one_after_the_other() {
    // n3 from 103 to 253, n1 from 153 to 303.
    let world = world(alone(swizzle()), 1, ms(502));
    for (node, clogged, freed) in [(3, 103, 253), (1, 153, 303)] {
        let heard = |after, before| teller(&world, node).from(NodeId(0), ms(after), ms(before));
        assert!(heard(clogged, freed).is_empty(), "n{node}");
        let (before, all) = (heard(0, clogged).len(), heard(0, 502).len());
        assert_eq!((before as u64, all), (clogged / 10, 50), "n{node}");
        let back = teller(&world, 0).from(NodeId(node), ms(clogged), ms(freed));
        assert!(back.is_empty(), "n{node} is clogged both ways: {back:?}");
    }
}

#[test]
fn a_bridge_leaves_two_groups_one_node_by_name_or_by_role() {
    let bridge = |node| Fault::Bridge { node, left: nodes(&[0, 1]), right: nodes(&[3, 4]) };
    cuts(bridge(Target::Node(NodeId(2))), |from, to| {
        [0, 1].contains(&from) && to > 2 || from > 2 && [0, 1].contains(&to)
    });
    cuts(bridge(Target::Role("leader".into())), |from, to| {
        from == 1 && to > 2 || from > 2 && to == 1
    });
}

#[test]
fn who_is_mute_is_not_heard_and_who_is_deaf_does_not_hear_by_name_or_by_role() {
    cuts(Fault::Mute { node: Target::Node(NodeId(3)) }, |from, _| from == 3);
    cuts(Fault::Deaf { node: Target::Node(NodeId(3)) }, |_, to| to == 3);
    cuts(Fault::Mute { node: Target::Role("leader".into()) }, |from, _| from == 0);
    cuts(Fault::Deaf { node: Target::Role("leader".into()) }, |_, to| to == 0);
}

#[test]
fn a_reset_loses_what_is_under_way_between_two_and_nothing_else() {
    let reset = Fault::Reset { node: Target::Node(NodeId(2)), peers: nodes(&[0, 4]) };
    let mut world = world(for_so_long(reset, ms(0)), 1, ms(104));
    assert_eq!(world.counts().dropped, 4, "the messages of round 11");
    run(&mut world, ms(502));
    assert_eq!(world.counts().dropped, 4);
    for (from, to) in (0..NODES).flat_map(|a| (0..NODES).map(move |b| (a, b))) {
        let heard = teller(&world, to).from(NodeId(from), ms(0), ms(502));
        let hit = [(0, 2), (4, 2), (2, 0), (2, 4)].contains(&(from, to));
        let mut all: Vec<u64> = (1..=50).filter(|number| !hit || *number != 11).collect();
        all.retain(|_| from != to);
        assert_eq!(heard, all, "n{from} to n{to}");
    }
}

#[test]
fn a_fault_that_makes_no_sense_is_refused_with_a_reason() {
    let members: Vec<NodeId> = (0..NODES).map(NodeId).collect();
    let (none, nobody) = (Vec::new, || nodes(&[9]));
    let target = || Target::Node(NodeId(0));
    let swizzle = |order: &[u32], back: &[u32]| {
        let [order, back] = [order, back].map(|who| who.iter().copied().map(NodeId).collect());
        Fault::SwizzleClog { order, back }
    };
    for (fault, why) in [
        (
            Fault::LossBurst { enter: 1_000_001, leave: 0, rate: 0, from: none(), to: none() },
            "`enter` is 1000001 in a million",
        ),
        (
            Fault::LossBurst { enter: 0, leave: 0, rate: 0, from: none(), to: nobody() },
            "there is no n9",
        ),
        (
            Fault::SlowTail { rate: 2_000_000, by: ms(1), from: none(), to: none() },
            "`rate` is 2000000 in a million",
        ),
        (Fault::SlowLink { by: ms(0), from: none(), to: none() }, "`by` is no time at all"),
        (Fault::Throttle { by: ms(1), queue: 0, from: none(), to: none() }, "a queue of none"),
        (Fault::Clog { from: nobody(), to: none() }, "there is no n9"),
        (swizzle(&[], &[]), "no node is named"),
        (swizzle(&[1, 2], &[2, 3]), "`back` has to name the nodes of `order`"),
        (swizzle(&[1, 1], &[1, 1]), "n1 is in two places"),
        (
            Fault::Bridge { node: target(), left: nodes(&[1]), right: nodes(&[1]) },
            "n1 is in two places",
        ),
        (Fault::Bridge { node: target(), left: none(), right: none() }, "both are empty"),
        (
            Fault::Corrupt { rate: 1_000_001, from: none(), to: none() },
            "`rate` is 1000001 in a million",
        ),
        (Fault::CutClients { clients: nodes(&[1]) }, "n1 is no client"),
        (Fault::Mute { node: Target::Node(NodeId(9)) }, "there is no n9"),
        (Fault::Deaf { node: Target::Node(NodeId(9)) }, "there is no n9"),
        (Fault::Reset { node: target(), peers: nobody() }, "there is no n9"),
    ] {
        let kind = fault.kind();
        let problem = for_so_long(fault, ms(1)).problem(&members, 1).expect("it is refused");
        assert!(problem.starts_with(&format!("the {kind} at 103ms: ")), "{problem}");
        assert!(problem.contains(why), "{problem}");
    }
}
