//! What each link promises, in storms and over crashes, and what the planted bugs do to it.

use super::*;

fn perfect() -> MessengerConfig<PerfectConfig> {
    over(PerfectConfig::default())
}

fn fifo() -> MessengerConfig<FifoConfig<PerfectConfig>> {
    over(FifoConfig::default())
}

#[test]
fn a_fair_loss_link_loses_and_repeats_in_a_storm() {
    let mut world = stormy::<FairLoss<Letter>>(over(()), 1);
    calm_down(&mut world);
    assert!(lost(&world, 0) > 0 && repeated(&world) > 0 && created(&world) == 0);
}

#[test]
fn a_stubborn_link_loses_nothing_and_repeats() {
    let mut world = stormy::<Stubborn<Letter>>(over(StubbornConfig::default()), 1);
    calm_down(&mut world);
    assert_eq!((lost(&world, 0), created(&world)), (0, 0));
    assert!(repeated(&world) > 360, "{}", repeated(&world));
}

#[test]
fn a_perfect_link_keeps_its_promises_in_a_storm() {
    for seed in SEEDS {
        let mut world = stormy::<OverPerfect>(perfect(), seed);
        calm_down(&mut world);
        assert_eq!(world.sent.len(), 360);
        assert_eq!((lost(&world, 0), repeated(&world), created(&world)), (0, 0, 0), "{seed}");
        assert_eq!(world.count(0, "in_flight") + world.count(0, "queued"), 0, "{seed}");
    }
}

#[test]
fn a_perfect_link_repeats_nothing_over_crashes_and_serves_the_next_lives() {
    for seed in SEEDS {
        let mut world = stormy::<OverPerfect>(perfect(), seed);
        for (node, crashes) in [(0, 2), (1, 3)] {
            for crash in 0..crashes {
                let time = 100 + 250 * crash + world.chance(100);
                let restart = time + 1 + world.chance(140);
                world.crash_at(time, node, Some(restart));
            }
        }
        (0..20).for_each(|i| pairs().for_each(|(from, to)| world.send_at(3_000 + i, from, to)));
        calm_down(&mut world);
        assert_eq!((repeated(&world), created(&world)), (0, 0), "seed {seed}");
        assert_eq!(lost(&world, 3_000), 0, "seed {seed}");
        assert_eq!((world.count(0, "life"), world.count(1, "life")), (3, 4));
        assert!(world.count(2, "abandoned") > 0, "a crash cost something");
    }
}

#[test]
fn what_a_crashed_member_is_sent_is_bounded_and_refused_beyond_that() {
    let config = over(PerfectConfig { queue: 5, ..PerfectConfig::default() });
    let mut world = World::<OverPerfect>::new(config, 3, 1);
    world.crash_at(50, 2, None);
    (0..200).for_each(|i| world.send_at(100 + 30 * i, 0, 1));
    (0..200).for_each(|i| world.send_at(100 + 30 * i, 0, 2));
    world.run_until(60_000);
    assert_eq!(lost(&world, 0), 5, "what was never given to the link does not count as sent");
    assert_eq!(world.delivered.len(), 200);
    assert_eq!(world.count(0, "queued"), 5, "its life was never learnt");
}

#[test]
fn a_payload_costs_a_frame_and_an_acknowledgement_where_nothing_is_lost() {
    let mut world = World::<OverPerfect>::new(perfect(), 3, 1);
    (0..100).for_each(|i| world.send_at(10 + 200 * i, 0, 1));
    world.run_until(30_000);
    assert_eq!(world.delivered.len(), 100);
    assert_eq!(world.frames, 2 + 200, "after both have told their lives");
    assert_eq!(world.count(0, "resent"), 0);
}

#[test]
fn a_fifo_link_keeps_its_promises_in_a_storm() {
    for seed in SEEDS {
        let mut world = stormy::<OverFifo>(fifo(), seed);
        calm_down(&mut world);
        assert_eq!((lost(&world, 0), repeated(&world), created(&world)), (0, 0, 0), "{seed}");
        assert_eq!(out_of_order(&world), 0, "{seed}");
        assert_eq!(world.count(1, "waiting") + world.count(1, "fifo_overflow"), 0, "{seed}");
    }
}

#[test]
fn a_perfect_link_alone_delivers_out_of_order() {
    let mut world = stormy::<OverPerfect>(perfect(), 1);
    calm_down(&mut world);
    assert!(out_of_order(&world) > 0);
}

#[test]
fn a_fifo_link_is_in_order_over_crashes_and_waits_for_nothing_that_a_former_life_was_sent() {
    for seed in SEEDS {
        let mut world = stormy::<OverFifo>(fifo(), seed);
        let (time, restart) = (200 + world.chance(100), 320 + world.chance(100));
        world.crash_at(time, 0, Some(restart));
        world.crash_at(600, 1, Some(601 + time % 7));
        (0..20).for_each(|i| pairs().for_each(|(from, to)| world.send_at(3_000 + i, from, to)));
        calm_down(&mut world);
        assert_eq!((out_of_order(&world), repeated(&world), created(&world)), (0, 0, 0), "{seed}");
        assert_eq!(lost(&world, 3_000), 0, "seed {seed}");
    }
}

#[cfg(feature = "mutants")]
mod planted {
    use super::*;
    use crate::Mutant;

    fn planted(mutant: Mutant) -> MessengerConfig<PerfectConfig> {
        over(PerfectConfig { mutant: Some(mutant), ..PerfectConfig::default() })
    }

    #[test]
    fn without_retransmission_something_is_lost() {
        let mut world = stormy::<OverPerfect>(planted(Mutant::NoRetransmission), 1);
        calm_down(&mut world);
        assert!(lost(&world, 0) > 0);
    }

    #[test]
    fn with_its_window_forgotten_something_is_delivered_twice() {
        let mut world = stormy::<OverPerfect>(planted(Mutant::ForgetDuplicates), 1);
        calm_down(&mut world);
        assert_eq!(lost(&world, 0), 0);
        assert!(repeated(&world) > 0);
    }

    #[test]
    fn with_its_numbers_reset_a_restarted_node_is_not_heard() {
        let mut world = World::<OverPerfect>::new(planted(Mutant::RestartResetsNumbers), 3, 1);
        (0..10).for_each(|i| world.send_at(100 + i, 0, 1));
        world.crash_at(1_000, 0, Some(1_100));
        (0..10).for_each(|i| world.send_at(2_000 + i, 0, 1));
        world.run_until(10_000);
        assert_eq!(lost(&world, 2_000), 10);
    }

    #[test]
    fn past_a_gap_a_fifo_link_is_in_order_and_loses_what_comes_late() {
        let config = FifoConfig { mutant: Some(Mutant::FifoGap), ..FifoConfig::default() };
        let mut world = stormy::<OverFifo>(over(config), 1);
        calm_down(&mut world);
        assert_eq!(out_of_order(&world), 0);
        assert!(lost(&world, 0) > 0);
    }
}
