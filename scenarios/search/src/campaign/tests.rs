//! A campaign on its own, with runs that are made up.

use super::*;

/// A system of a hundred states in a row: a run goes from one to the next where the choice of that step, one of eight, is right. Seeds alone
/// come to the tenth in a lifetime.
fn staircase(recipe: &Recipe) -> (Vec<Seen>, u64) {
    let steps = 100;
    let seed_at = |step| {
        let last = recipe.turns.iter().rev().find(|turn| turn.step <= step);
        last.map_or(recipe.seed, |turn| turn.seed)
    };
    let is_right = |step: u64| {
        let mut x = seed_at(step).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ step;
        x = (x ^ (x >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (x >> 32).is_multiple_of(8)
    };
    let climbed = (0..steps).take_while(|step| is_right(*step));
    (
        climbed
            .map(|step| Seen { state: step + 1, step: step + 1, landmark: step.is_multiple_of(2) })
            .collect(),
        steps,
    )
}

fn highest(arms: Vec<Arm>, seed: u64, runs: u64) -> u64 {
    let mut campaign = Campaign::new(arms, seed);
    let mut highest = 0;
    for number in seed..seed + runs {
        let (arm, recipe) = campaign.next(number);
        let (seen, events) = staircase(&recipe);
        highest = highest.max(seen.len() as u64);
        campaign.tell(arm, &recipe, &seen, events);
    }
    highest
}

#[test]
fn what_takes_many_right_choices_is_found_by_going_on_from_the_last_one() {
    for seed in [0, 1_000_000, 7_000_000] {
        let by_seeds = highest(vec![Arm::Random], seed, 4_000);
        let guided = highest(vec![Arm::Guided], seed, 4_000);
        assert!(by_seeds < 10, "{by_seeds}");
        assert!(guided > 60, "{seed}: {guided}");
    }
}

#[test]
fn a_portfolio_finds_what_its_best_arm_finds_and_gives_that_arm_more() {
    let pos = Arm::Steered(Strategy::Pos);
    let arms = vec![Arm::Random, pos, Arm::Guided];
    let top = highest(arms.clone(), 3, 6_000);
    assert!(top > 40, "{top}");
    let mut campaign = Campaign::new(arms, 0);
    let mut runs = [0; 3];
    for number in 0..2_000 {
        let (arm, recipe) = campaign.next(number);
        runs[arm] += 1;
        // The strategy always shows something new, the others nothing.
        let states = u64::from(arm == 1);
        let seen = (0..states).map(|_| Seen { state: number, step: 1, landmark: false });
        campaign.tell(arm, &recipe, &seen.collect::<Vec<_>>(), 100);
    }
    assert!(runs[1] > 1_200, "{runs:?}");
    assert!(runs[0] > WARM_UP + 100 && runs[2] > 100, "none is left out: {runs:?}");
}

#[test]
fn the_same_seed_and_the_same_results_give_the_same_campaign() {
    let arms = || vec![Arm::Random, Arm::Steered(Strategy::Pos), Arm::Guided];
    let (mut one, mut other) = (Campaign::new(arms(), 5), Campaign::new(arms(), 5));
    let mut differs = Campaign::new(arms(), 6);
    let mut alike = true;
    for number in 5..1_000 {
        let (arm, recipe) = one.next(number);
        assert_eq!((arm, recipe.clone()), other.next(number));
        alike &= (arm, recipe.clone()) == differs.next(number);
        let (seen, events) = staircase(&recipe);
        for campaign in [&mut one, &mut other, &mut differs] {
            campaign.tell(arm, &recipe, &seen, events);
        }
    }
    assert!(!alike, "another seed gives another campaign");
}

#[test]
fn every_recipe_has_its_turns_in_order_and_a_seed_that_is_its_own() {
    let mut campaign = Campaign::new(vec![Arm::Guided], 9);
    for number in 1_000..4_000 {
        let (arm, recipe) = campaign.next(number);
        assert!(recipe.turns.is_sorted_by_key(|turn| turn.step), "{recipe:?}");
        let own = recipe.seed == number || recipe.turns.iter().any(|turn| turn.seed == number);
        assert!(own, "{recipe:?}");
        let (seen, events) = staircase(&recipe);
        campaign.tell(arm, &recipe, &seen, events);
    }
}
