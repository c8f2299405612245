//! Three kinds of files look alike to whoever has them in a folder: scenarios, plans of faults, and cases. Whoever gives one where another is
//! wanted is told what to do with the one that there is.

use toml::Table;

use crate::scenario::ScenarioError;

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Document {
    Scenario,
    Plan,
    Case,
}

impl Document {
    /// What the file of this text is, as far as its first words tell.
    fn of(text: &str) -> Option<Self> {
        let begins = |word: &str| {
            let rest = |line: &'_ str| line.trim_start().strip_prefix(word).map(str::to_owned);
            let mut rests = text.lines().filter_map(rest);
            rests.any(|rest| rest.trim_start().starts_with('='))
        };
        if begins("seatrial_case") {
            return Some(Self::Case);
        }
        if begins("seatrial_plan") {
            return Some(Self::Plan);
        }
        let file: Table = toml::from_str(text).ok()?;
        let is_there = ["protocol", "judge"].iter().all(|key| file.contains_key(*key));
        is_there.then_some(Self::Scenario)
    }

    /// An error, where this is wanted and the text is another: with the command that takes it.
    pub(crate) fn unless_other(self, file: &str, text: &str) -> Result<(), ScenarioError> {
        let (key, what) = match Self::of(text) {
            Some(Self::Scenario) if self != Self::Scenario => {
                ("protocol", format!("this is a scenario; run it with: seatrial run {file}"))
            }
            Some(Self::Plan) if self != Self::Plan => (
                "seatrial_plan",
                format!(
                    "this is a plan of faults; run it with: seatrial run SCENARIO --plan {file}"
                ),
            ),
            Some(Self::Case) if self != Self::Case => (
                "seatrial_case",
                format!("this is a case, one run whole; run it again with: seatrial replay {file}"),
            ),
            _ => return Ok(()),
        };
        Err(ScenarioError::new(file, what).at(text, "", key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Case, PlanFile, Prepared, Registry, Scenario};

    #[test]
    fn a_file_of_another_kind_is_answered_with_the_command_that_takes_it() {
        let scenario = Registry::ours().scenario("echo").expect("it is in the library");
        let prepared = Prepared::new(&Registry::ours(), scenario, None).expect("it makes sense");
        let case = Case::new(&prepared, 3, None).to_toml();
        let plan = PlanFile::of(&prepared, 3).to_toml();
        let scenario = prepared.scenario().to_toml();
        let scenario_error = |text: &str| Scenario::parse("a.b", text).map(|_| ()).err();
        let case_error = |text: &str| Case::parse("a.b", text).map(|_| ()).err();
        let plan_error = |text: &str| PlanFile::parse("a.b", text).map(|_| ()).err();
        for (error, line, command) in [
            (scenario_error(&case), 2, "seatrial replay a.b"),
            (plan_error(&case), 2, "seatrial replay a.b"),
            (scenario_error(&plan), 1, "seatrial run SCENARIO --plan a.b"),
            (case_error(&plan), 1, "seatrial run SCENARIO --plan a.b"),
            (case_error(&scenario), 3, "seatrial run a.b"),
            (plan_error(&scenario), 3, "seatrial run a.b"),
        ] {
            let error = error.expect(command).to_string();
            let place = error.starts_with(&format!("a.b:{line}: this is a "));
            assert!(place && error.ends_with(command), "{error}");
        }
        for error in [scenario_error(&scenario), case_error(&case), plan_error(&plan)] {
            assert_eq!(error, None, "each where it is wanted");
        }
    }

    #[test]
    fn a_comment_about_another_kind_makes_no_other() {
        let text = "# seatrial_case = 1\nname = 'x'\nprotocol = 'echo'\n[judge]\n";
        assert_eq!(Document::of(text), Some(Document::Scenario));
        assert_eq!(Document::of("seatrial_cases = 1"), None);
    }
}
