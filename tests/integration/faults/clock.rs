//! Faults of clocks: each alone breaks a node that trusts its clock with what it must not, and no node that does not.

mod naive; // nodes that trust clocks
mod plans; // clocks in plans and scenarios: what is refused, and how it is written

use seatrial::history::{Moment, Observer};
use seatrial::sim::{
    Fault, FaultKind, FaultPlan, Latency, PlannedFault, RunHash, Setup, Shift, Stop, Tape, Target,
    World,
};
use seatrial_node::{Duration, Fact, Instant, Node, NodeId};

use self::naive::{Lease, Register, Stamps, Token, Watch};
use super::ms;

/// A plan of this fault alone, from 100 to 400 ms; the world heals at 600.
fn alone(fault: Fault) -> FaultPlan {
    let lasts = if fault.is_instant() { Duration::ZERO } else { ms(300) };
    let planned = PlannedFault { at: ms(100), lasts, fault };
    FaultPlan { heal_after: ms(600), faults: vec![planned], ..FaultPlan::calm() }
}

/// A world of three such nodes, between which a message takes one to five milliseconds, a second after it began.
fn world<N: Node<Config = ()>>(plan: FaultPlan, seed: u64, ear: &mut impl Observer) -> World<N> {
    let mut world = World::new();
    let setup = Setup { latency: Latency::uniform(ms(1), ms(5)), plan, ..Setup::new(3) };
    world.reset(&setup, Tape::seeded(seed), |_| ());
    assert_eq!(world.run(Instant::ZERO + ms(1_000), &mut (), ear), Stop::Time);
    world
}

/// Holds that this kind was asked for once, took hold and made a difference, and no other did anything.
fn only<N: Node>(world: &World<N>, kind: FaultKind) {
    for other in FaultKind::ALL {
        let count = world.counts().of(other);
        let did = (count.asked, count.bit, count.effect > 0);
        let does = if other == kind { (1, 1, true) } else { (0, 0, false) };
        assert_eq!(did, does, "{other}: {count:?}");
    }
}

/// Holds that such nodes keep what they promise in fifty seeds of a world in which clocks are right, and break it in all fifty under
/// this fault alone, which is a function of the seed and does what its counts say.
fn breaks<N: Node<Config = ()>>(fault: &Fault, broken: impl Fn(&World<N>, &Overlap) -> bool) {
    for seed in 0..50 {
        let run = |plan| {
            let mut overlap = Overlap::default();
            let world = world::<N>(plan, seed, &mut overlap);
            (broken(&world, &overlap), world)
        };
        let (fell, _) = run(FaultPlan { heal_after: ms(600), ..FaultPlan::calm() });
        assert!(!fell, "seed {seed} breaks without any fault");
        let (fell, world) = run(alone(fault.clone()));
        assert!(fell, "seed {seed} survives {fault}");
        only(&world, fault.kind());
        let hash = |world: &World<N>| -> RunHash { world.hash() };
        assert_eq!(hash(&world), hash(&run(alone(fault.clone())).1), "seed {seed} again");
    }
}

/// Who leads at a time, and whether two ever did at once.
#[derive(Default)]
struct Overlap {
    leads: Vec<NodeId>,
    twice: bool,
}

impl Observer for Overlap {
    fn fact(&mut self, _: Moment, node: NodeId, fact: &Fact) {
        match fact {
            Fact::Lead { .. } => {
                self.leads.push(node);
                self.twice |= self.leads.len() > 1;
            }
            Fact::StepDown { .. } => self.leads.retain(|leader| *leader != node),
            _ => {}
        }
    }
}

fn n(node: u32) -> Target {
    Target::Node(NodeId(node))
}

fn up<N: Node>(world: &World<N>, node: u32) -> &N {
    world.node(NodeId(node)).expect("it is up")
}

#[test]
fn a_lease_by_the_local_clock_is_no_mutual_exclusion_where_the_clock_drifts() {
    let slow = Fault::ClockDrift { node: n(1), rate: -600_000 };
    breaks::<Lease>(&slow, |_, overlap| overlap.twice);
    let fast = Fault::ClockDrift { node: n(0), rate: 900_000 };
    breaks::<Lease>(&fast, |_, overlap| overlap.twice);
}

#[test]
fn the_last_writer_by_the_wall_clock_loses_what_it_writes_where_the_clock_jumps_back() {
    let back = Fault::WallJump { node: n(1), by: Shift::behind(ms(250)) };
    breaks::<Register>(&back, |world, _| !up(world, 0).lost.is_empty());
}

#[test]
fn a_token_that_expires_by_the_wall_clock_is_refused_where_the_clock_is_off() {
    let ahead = Fault::WallOffset { node: n(1), by: Shift::ahead(ms(80)) };
    breaks::<Token>(&ahead, |world, _| up(world, 1).refused > 0);
}

#[test]
fn a_name_made_of_the_wall_clock_is_given_twice_where_the_clock_jumps_to_and_fro() {
    let strobe = Fault::WallStrobe { node: n(2), by: Shift::behind(ms(10)), period: ms(10) };
    breaks::<Stamps>(&strobe, |world, _| up(world, 2).repeats());
}

#[test]
fn a_clock_that_drifts_goes_on_from_what_it_shows_and_its_timers_with_it() {
    for (rate, shows) in [(-500_000, 850), (0, 1_000), (100_000, 1_030), (1_000_000, 1_300)] {
        let fault = Fault::ClockDrift { node: n(1), rate };
        let world = world::<Watch>(alone(fault), 7, &mut ());
        let watch = up(&world, 1);
        let last = watch.ticks.last().expect("it ticks").as_nanos() / 1_000_000;
        let about = shows - 10..=shows;
        assert!(about.contains(&last), "{last} after 300 ms at {rate} in a million");
        let late = |pair: &[Instant]| (pair[1] - pair[0]).saturating_sub(ms(10)).as_nanos();
        let regular = |pair: &[Instant]| pair[1] - pair[0] >= ms(10) && late(pair) <= 2;
        assert!(watch.ticks.windows(2).all(regular), "ten milliseconds by its own clock: {rate}");
        assert_eq!(up(&world, 0).ticks.len(), 101, "the clock of another is right");
    }
}

#[test]
fn a_clock_never_goes_back_whatever_drifts_begin_and_end() {
    let rates = [300_000, -900_000, 1_000_000, -999_999, 1, -1];
    let planned = |(i, rate): (usize, &i32)| PlannedFault {
        at: ms(20 * i as u64),
        lasts: ms(70 + 11 * i as u64),
        fault: Fault::ClockDrift { node: n(1), rate: *rate },
    };
    let faults = rates.iter().enumerate().map(planned).collect();
    let plan = FaultPlan { heal_after: ms(140), faults, ..FaultPlan::calm() };
    let world = world::<Watch>(plan, 3, &mut ());
    let watch = up(&world, 1);
    assert!(watch.readings.is_sorted(), "{:?}", watch.readings);
    assert!(watch.readings.len() > 250, "it hears the others all the time");
}

#[test]
fn a_restart_does_not_mend_the_clock_of_the_machine() {
    let mut plan = alone(Fault::ClockDrift { node: n(1), rate: -500_000 });
    let crash = Fault::Crash { node: n(1) };
    plan.faults.push(PlannedFault { at: ms(200), lasts: ms(100), fault: crash });
    let world = world::<Watch>(plan, 1, &mut ());
    let first = up(&world, 1).readings[0].as_nanos();
    assert_eq!(first, 200_000_000, "at 300 ms it has lost 100");
}

#[test]
fn a_wall_clock_is_right_again_when_its_fault_is_over_or_the_world_heals() {
    let by = Shift::ahead(ms(5_000));
    let faults = [
        (Fault::WallOffset { node: n(1), by }, 100..400),
        (Fault::WallJump { node: n(1), by }, 100..600),
        (Fault::WallStrobe { node: n(1), by, period: ms(50) }, 100..400),
    ];
    for (fault, wrong) in faults {
        let kind = fault.kind();
        let world = world::<Watch>(alone(fault), 1, &mut ());
        only(&world, kind);
        for (now, error) in &up(&world, 1).errors {
            let at = now.as_nanos() / 1_000_000;
            let off =
                wrong.contains(&at) && (kind != FaultKind::WallStrobe || (at - 100) / 50 % 2 == 0);
            assert_eq!(*error, if off { by.as_nanos() } else { 0 }, "{kind} at {at} ms");
        }
    }
}

#[test]
fn what_is_wrong_with_a_clock_adds_up() {
    let offset = |by| Fault::WallOffset { node: n(1), by };
    let jump = Fault::WallJump { node: n(1), by: Shift::behind(ms(30)) };
    let planned = |at, lasts, fault| PlannedFault { at: ms(at), lasts: ms(lasts), fault };
    let faults = vec![
        planned(100, 200, offset(Shift::ahead(ms(7)))),
        planned(200, 200, offset(Shift::ahead(ms(1)))),
        planned(300, 0, jump),
    ];
    let plan = FaultPlan { heal_after: ms(600), faults, ..FaultPlan::calm() };
    let world = world::<Watch>(plan, 1, &mut ());
    let error = |at: u64| {
        let near = |(now, _): &&(Instant, i64)| now.as_nanos() / 10_000_000 == at / 10;
        up(&world, 1).errors.iter().find(near).map(|(_, error)| error / 1_000_000)
    };
    let errors = [50, 150, 250, 350, 450, 650].map(error);
    assert_eq!(errors, [0, 7, 8, -29, -30, 0].map(Some));
}
