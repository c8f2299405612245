//! What the environment says of trials: a test has no flags.

use std::path::PathBuf;

/// What a trial is told from outside.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Environment {
    /// One seed only.
    pub(crate) seed: Option<u64>,
    /// How many seeds.
    pub(super) seeds: Option<u64>,
    /// On how many threads.
    pub(super) jobs: Option<usize>,
    /// One case only, from this file.
    pub(crate) case: Option<PathBuf>,
}

impl Environment {
    /// What this process was told.
    #[track_caller]
    pub(crate) fn read() -> Self {
        let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        let told = misspelt(names).map_or(Ok(()), Err);
        match told.and_then(|()| Self::of(|name| std::env::var(name).ok())) {
            Ok(told) => told,
            Err(what) => panic!("{what}"),
        }
    }

    fn of(value: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let number = |name: &str, least: u64, most: u64| {
            let Some(text) = value(name) else { return Ok(None) };
            let number = text.trim().parse::<u64>().ok();
            match number.filter(|number| (least..=most).contains(number)) {
                Some(number) => Ok(Some(number)),
                None => {
                    let range = match most {
                        u64::MAX => String::new(),
                        most => format!(" from {least} to {most}"),
                    };
                    Err(format!("{name}={text}: a whole number{range} is wanted, as {name}=42"))
                }
            }
        };
        Ok(Self {
            // A case file is TOML, whose numbers go no further.
            seed: number("SEATRIAL_SEED", 0, i64::MAX as u64)?,
            seeds: number("SEATRIAL_SEEDS", 0, u64::MAX)?,
            jobs: number("SEATRIAL_JOBS", 1, 256)?.map(|jobs| jobs as usize),
            case: value("SEATRIAL_CASE").map(PathBuf::from),
        })
    }
}

const KNOWN: [&str; 4] = ["SEATRIAL_SEED", "SEATRIAL_SEEDS", "SEATRIAL_JOBS", "SEATRIAL_CASE"];

/// What is wrong with a name that is all but one of ours: a run would go by without what somebody asked for.
fn misspelt(mut names: impl Iterator<Item = String>) -> Option<String> {
    names.find_map(|name| {
        let near = |known: &&str| strsim::damerau_levenshtein(&name, known) <= 2;
        let meant = KNOWN.into_iter().find(near).filter(|_| !KNOWN.contains(&name.as_str()))?;
        Some(format!("{name}: there is no such variable; did you mean {meant}?"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, text: &str) -> Result<Environment, String> {
        Environment::of(|asked| (asked == name).then(|| text.to_owned()))
    }

    #[test]
    fn each_variable_says_its_part() {
        let none = Environment::default();
        assert_eq!(of("OTHER", "1"), Ok(none));
        assert_eq!(of("SEATRIAL_SEED", " 17 ").map(|e| e.seed), Ok(Some(17)));
        assert_eq!(of("SEATRIAL_SEEDS", "100000").map(|e| e.seeds), Ok(Some(100_000)));
        assert_eq!(of("SEATRIAL_JOBS", "4").map(|e| e.jobs), Ok(Some(4)));
        let case = of("SEATRIAL_CASE", "a/b.case").map(|e| e.case);
        assert_eq!(case, Ok(Some(PathBuf::from("a/b.case"))));
    }

    #[test]
    fn a_misspelt_name_is_told_and_names_of_others_are_not() {
        let told = |name: &str| misspelt([name.to_owned()].into_iter());
        let what = told("SEATRIAL_SEDS").expect("it is all but one of ours");
        assert!(what.starts_with("SEATRIAL_SEDS: there is no such variable"), "{what}");
        for name in KNOWN.into_iter().chain(["SEATRIAL_TOOLS", "SEATRIAL_LOG", "PATH"]) {
            assert_eq!(told(name), None);
        }
    }

    #[test]
    fn what_is_no_number_is_answered_with_what_to_write() {
        let error = of("SEATRIAL_SEED", "forty").expect_err("no number");
        let range = "a whole number from 0 to 9223372036854775807 is wanted";
        assert_eq!(error, format!("SEATRIAL_SEED=forty: {range}, as SEATRIAL_SEED=42"));
        assert!(of("SEATRIAL_SEED", "9223372036854775808").is_err());
        let error = of("SEATRIAL_JOBS", "0").expect_err("nobody to work");
        assert!(error.contains("a whole number from 1 to 256 is wanted"), "{error}");
        assert!(of("SEATRIAL_SEEDS", "-1").is_err());
    }
}
