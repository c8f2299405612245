//! Whether what a scenario has as a table is one, and what it has as a list. The reader of TOML takes a list for a table, field by field, and
//! then says something of a field that nobody has written.

use toml::{Table, Value};

use crate::faults::{How, kinds};

/// What is wrong with how a scenario is laid out: in which table, at which key, and what.
pub(super) fn check(text: &str) -> Option<(&'static str, &'static str, String)> {
    let file: Table = toml::from_str(text).ok()?;
    if file.get("faults").is_some_and(Value::is_array) {
        return Some(("", "faults", SCRIPTED.to_owned()));
    }
    if let Some(key) = TABLES.into_iter().find(|key| file.get(*key).is_some_and(Value::is_array)) {
        return Some(("", key, format!("there is one table `{key}`: write [{key}]")));
    }
    let under = |key: &&&str| file.contains_key(**key);
    if let Some(key) = LISTS.iter().find(under) {
        return Some(("", key, format!("`{key}` is of the faults: write [[faults.{key}]]")));
    }
    let faults = file.get("faults")?.as_table()?;
    let tables = |faults: &Table| {
        let is_list = |key: &&str| faults.get(*key).is_some_and(Value::is_array);
        kinds().filter(|info| is_table(info.how)).map(|info| info.key).find(is_list)
    };
    if let Some(key) = LISTS.into_iter().find(|key| faults.get(*key).is_some_and(Value::is_table)) {
        return Some(("faults", key, format!("there may be many: write [[faults.{key}]]")));
    }
    let one = |table: &str, key: &str| {
        format!(
            "`{key}` is one table: write [{table}.{key}]; faults one by one are [[{table}.script]]"
        )
    };
    if let Some(key) = tables(faults) {
        return Some(("faults", key, one("faults", key)));
    }
    let phases = faults.get("phase").and_then(Value::as_array).into_iter().flatten();
    let key = phases.filter_map(Value::as_table).find_map(tables)?;
    Some(("faults.phase", key, one("faults.phase", key)))
}

/// What to do about a list of faults right at the top.
pub(super) const SCRIPTED: &str = "a plan has its faults as [[faults]]; in a scenario, a fault at a time stands under [[faults.script]], and one \
     that waits for something under [[faults.awaited]]";

/// The tables of a scenario.
const TABLES: [&str; 6] = ["cluster", "clients", "workload", "network", "disk", "judge"];

/// The lists of tables in `[faults]`.
const LISTS: [&str; 3] = ["script", "awaited", "phase"];

const fn is_table(how: How) -> bool {
    matches!(how, How::Recurring { .. } | How::Special)
}

#[cfg(test)]
mod tests {
    use crate::Scenario;

    fn said(rest: &str) -> String {
        let head = "name = 'x'\nabout = 'x'\nprotocol = 'echo'\ncluster = { nodes = 3 }\n\
                    workload = { name = 'echo' }\njudge = { checkers = ['echo'] }\n";
        let read = Scenario::parse("x.toml", &format!("{head}{rest}"));
        read.expect_err(rest).to_string()
    }

    const CRASH: &str = "at = '1ms'\nkind = 'crash'\nnode = 'n0'\nlasts = '1ms'";

    #[test]
    fn faults_of_a_plan_in_a_scenario_are_told_where_they_belong() {
        for before in ["", "[faults]\nloss = '1%'\n\n"] {
            let said = said(&format!("{before}[[faults]]\n{CRASH}"));
            let line = 7 + before.lines().count();
            assert!(said.starts_with(&format!("x.toml:{line}: ")), "{said}");
            assert!(said.contains("[[faults.script]]"), "{said}");
        }
        for list in ["script", "awaited", "phase"] {
            let said = said(&format!("[[{list}]]\n{CRASH}"));
            assert!(said.contains(&format!("x.toml:7: `{list}` is of the faults")), "{said}");
        }
    }

    #[test]
    fn a_list_for_a_table_and_a_table_for_a_list_are_told() {
        let one = said("[faults.script]\nat = '1ms'");
        assert_eq!(one, "x.toml:7: there may be many: write [[faults.script]]");
        let many = said("[[faults.crash]]\ncount = 1\nlasts = '1ms'");
        assert!(many.starts_with("x.toml:7: `crash` is one table: write [faults.crash]"), "{many}");
        let many =
            said("[[faults.phase]]\nname = 'a'\nlasts = '1s'\n[[faults.phase.crash]]\ncount = 1");
        assert!(many.starts_with("x.toml:10: `crash` is one table"), "{many}");
        let many = said("[[network]]\norder = 'timed'");
        assert_eq!(many, "x.toml:7: there is one table `network`: write [network]");
    }
}
