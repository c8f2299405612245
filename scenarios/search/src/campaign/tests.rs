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
            .map(|step| Seen {
                state: step + 1,
                step: step + 1,
                at: Duration::from_millis(step),
                grain: if step.is_multiple_of(2) { Grain::Trail } else { Grain::Fine },
            })
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
fn a_portfolio_finds_what_guidance_finds_and_gives_the_best_of_the_others_more() {
    let arms = vec![Arm::Random, Arm::Steered(Strategy::Pos), Arm::Guided];
    let top = highest(arms.clone(), 3, 6_000);
    assert!(top > 40, "{top}");
    let mut campaign = Campaign::new(arms, 0);
    let (mut runs, mut first) = ([0; 3], [0; 3]);
    for number in 0..3 * FIRST {
        let (arm, recipe) = campaign.next(number);
        runs[arm] += 1;
        // The strategy always shows something new, the others nothing.
        let states = u64::from(arm == 1);
        let (at, grain) = (Duration::ZERO, Grain::Fine);
        let seen = (0..states).map(|_| Seen { state: number, step: 1, at, grain });
        campaign.tell(arm, &recipe, &seen.collect::<Vec<_>>(), 100);
        if number + 1 == FIRST {
            first = runs;
        }
    }
    assert!(first[1] > 600 && first[0] > WARM_UP + 60, "none is left out: {first:?}");
    assert!((150..180).contains(&first[2]), "a few are guided: {first:?}");
    let later = runs[2] - first[2];
    assert!((1_300..1_400).contains(&later), "and then most: {runs:?}");
}

#[test]
fn most_runs_go_on_from_an_outline_and_into_other_trouble() {
    let mut campaign = Campaign::new(vec![Arm::Guided], 2);
    // Of each grain as many states, each met once, and all at once but for these.
    let grains = [(Grain::Fine, 10), (Grain::Trail, 20), (Grain::Outline, 30)];
    let seen = |(grain, step)| Seen { state: step, step, at: Duration::from_millis(step), grain };
    campaign.tell(0, &Recipe::plain(0, None), &grains.map(seen), 100);
    let recipes: Vec<Recipe> = (1..2_001).map(|number| campaign.next(number).1).collect();
    let outlined = |recipe: &&Recipe| recipe.turns.iter().any(|turn| turn.step == 30);
    assert!(recipes.iter().filter(outlined).count() > 900);
    let strikes =
        |recipe: &&Recipe, ms| recipe.storms.iter().any(|s| s.after == Duration::from_millis(ms));
    let struck = [10, 20, 30].map(|ms| recipes.iter().filter(|r| strikes(r, ms)).count());
    assert!(struck[0] > 40 && struck[1] > 100 && struck[2] > 1_000, "{struck:?}");
    assert!(recipes.iter().all(|recipe| recipe.storms.len() < 2));
}

#[test]
fn what_a_steered_run_has_shown_is_gone_on_from_where_others_show_it_too() {
    let orders = |met_again: bool| {
        let mut campaign = Campaign::new(vec![Arm::Random, Arm::Guided], 4);
        let seen = |step| Seen { state: 7, step, at: Duration::ZERO, grain: Grain::Outline };
        campaign.tell(0, &Recipe::plain(1, Some(Strategy::Pos)), &[seen(10)], 100);
        if met_again {
            campaign.tell(0, &Recipe::plain(2, None), &[seen(20)], 100);
        }
        let recipes = (100..2_000).map(|number| campaign.next(number).1);
        let goes_on = recipes.filter(|recipe| !recipe.turns.is_empty());
        goes_on.map(|recipe| (recipe.order, recipe.seed)).collect::<Vec<_>>()
    };
    let (steered, free) = (orders(false), orders(true));
    assert!(steered.len() > 500 && steered.iter().all(|run| *run == (Some(Strategy::Pos), 1)));
    assert!(free.len() > 500 && free.iter().all(|run| *run == (None, 2)));
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
        assert!(recipe.storms.is_sorted_by_key(|storm| storm.after), "{recipe:?}");
        let own = recipe.seed == number || recipe.turns.iter().any(|turn| turn.seed == number);
        assert!(own, "{recipe:?}");
        let (seen, events) = staircase(&recipe);
        campaign.tell(arm, &recipe, &seen, events);
    }
}
