//! What a node leaves to chance in a step: each of its choices is tried with every value, like an odometer.

use seatrial_sim::Choice;

/// A choice of more possibilities than this is not enumerated.
const WIDEST: u64 = 16;

/// What to try after these choices were made.
pub(crate) fn next(made: &[Choice]) -> Option<Vec<u64>> {
    let can_be_raised = |choice: &Choice| choice.bound <= WIDEST && choice.value + 1 < choice.bound;
    let last = made.iter().rposition(can_be_raised)?;
    let kept = made[..last].iter().map(|choice| choice.value);
    Some(kept.chain([made[last].value + 1]).collect())
}

/// The site of a choice that is not enumerated, if there is one.
pub(crate) fn too_wide(made: &[Choice]) -> Option<&'static str> {
    made.iter().find(|choice| choice.bound > WIDEST).map(|choice| choice.site)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(values: &[(u64, u64)]) -> Vec<Choice> {
        let choice = |(occurrence, (value, bound)): (usize, &(u64, u64))| Choice {
            site: "dice",
            source: 0,
            occurrence: occurrence as u64,
            bound: *bound,
            value: *value,
        };
        values.iter().enumerate().map(choice).collect()
    }

    #[test]
    fn every_combination_comes_once() {
        let (mut tried, mut script) = (Vec::new(), Some(Vec::new()));
        while let Some(values) = script {
            let at = |place: usize| values.get(place).copied().unwrap_or_default();
            tried.push([at(0), at(1)]);
            script = next(&made(&[(at(0), 2), (at(1), 3)]));
        }
        assert_eq!(tried, [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]]);
    }

    #[test]
    fn a_choice_of_too_many_possibilities_is_told_and_not_tried() {
        let made = made(&[(0, 2), (0, 1_000_000)]);
        assert_eq!(too_wide(&made), Some("dice"));
        assert_eq!(next(&made), Some(vec![1]));
    }
}
