//! Cases that somebody has edited, and that say what is wrong and where.

use super::*;

/// A case of raft-kv with a planted bug, in whose plan there is a crash of n1 and a cut around the leader.
fn whole() -> String {
    let registry = Registry::ours();
    let scenario = registry.scenario("raft-kv").expect("it is in the library");
    let prepared = Prepared::new(&registry, scenario, Some("vote-not-persisted"));
    let text = "seatrial_plan = 1\nnodes = 3\nheal_after = '200ms'\n[[faults]]\nat = '10ms'\nlasts = '5ms'\nkind = 'crash'\nnode = 'n1'\n\
                [[faults]]\nat = '50ms'\nlasts = '5ms'\nkind = 'isolate'\nnode = 'leader'\n";
    let plan = crate::PlanFile::parse("plan.toml", text).expect("it can be read");
    let prepared = prepared.expect("it makes sense").with_plan(&plan).expect("it fits");
    Case::new(&prepared, 3, Some("0123456789abcdef".to_owned())).to_toml()
}

/// What is said of it with this in place of that, and the line that it has to name: the one that has been changed, or else this one.
fn refused(from: &str, to: &str, at: Option<&str>) -> String {
    let text = whole();
    assert!(text.contains(from), "{from} is not in\n{text}");
    let text = text.replacen(from, to, 1);
    let read = Case::parse("z.case", &text).and_then(|case| case.prepare(&Registry::ours()));
    let error = read.map(|_| ()).expect_err(&text).to_string();
    let wrong = at.unwrap_or(to);
    let line = text.lines().position(|line| line.contains(wrong)).expect(wrong) + 1;
    let (place, what) = error.split_once(": ").expect(&error);
    assert_eq!(place, format!("z.case:{line}"), "{error}");
    what.to_owned()
}

#[test]
fn a_case_that_was_not_touched_is_read_and_prepared() {
    let case = Case::parse("z.case", &whole()).expect("it can be read");
    let (prepared, seed) = case.clone().prepare(&Registry::ours()).expect("it fits");
    assert_eq!((seed, case.strange_sites(&prepared)), (3, Vec::new()));
}

#[test]
fn what_is_wrong_with_the_head_of_a_case_is_told_with_its_line() {
    let said = refused("hash = \"0123456789abcdef\"", "hash = \"zz\"", None);
    assert!(said.contains("16 digits") && said.contains("leave the line out"), "{said}");
    assert!(refused("\"0123456789abcdef\"", "\"0123456789ABCDEF\"", None).contains("no hash"));
    let said = refused("\"vote-not-persisted\"", "\"vote-not-persistd\"", None);
    assert!(said.contains("did you mean `vote-not-persisted`?"), "{said}");
    let said = refused("seed = 3", "seed = 3\nfaults = \"swram\"", Some("faults = \"swram"));
    assert!(said.contains("no kind of fault or group `swram`"), "{said}");
    let said = refused("seatrial_case = 1", "seatrial_case = 7", None);
    assert!(said.contains("a case of version 7; this program reads version 1"), "{said}");
    let said = refused("seatrial_case = 1", "seatrial_case = \"1\"", None);
    assert_eq!(said, "\"1\" is no version of a case: write `seatrial_case = 1`");
    let said = refused("seed = 3", "seed = -3", None);
    assert_eq!(said, "-3 stands where a whole number, from 0 to 9223372036854775807, is wanted");
}

#[test]
fn what_is_wrong_with_the_plan_of_a_case_is_told_with_its_line() {
    for (from, to, says) in [
        ("node = \"n1\"", "node = \"n9\"", "there is no n9"),
        ("node = \"leader\"", "node = \"leder\"", "did you mean `leader`?"),
        ("kind = \"crash\"", "kind = \"upgrade\", version = 9", "there is no version 9"),
    ] {
        let said = refused(from, to, None);
        assert!(said.starts_with("the plan makes no sense: ") && said.contains(says), "{said}");
    }
    for (core, says) in [("[\"n1\", \"n1\"]", "n1 is named twice"), ("[\"n9\"]", "there is no n9")]
    {
        let core = format!("core = {core}\nheal_after");
        let said = refused("heal_after", &core, Some("core = "));
        assert!(said.contains(says), "{said}");
    }
    let rates = "rates = { loss = 2000000 }\nheal_after";
    let text = whole();
    let given = text.lines().any(|line| line.starts_with("rates = "));
    assert!(!given, "{text}");
    let said = refused("heal_after", rates, Some("rates = "));
    assert!(said.contains("a loss rate of 2000000 in a million"), "{said}");
}

#[test]
fn what_is_wrong_with_the_scenario_of_a_case_is_told_with_its_line() {
    let said = refused("protocol = \"raft-kv\"", "protocol = \"raft-kvv\"", None);
    assert!(said.contains("did you mean `raft-kv`?"), "{said}");
    let said = refused("model = \"kv\"", "model = \"kw\"", None);
    assert!(said.contains("model"), "{said}");
}

#[test]
fn a_site_at_which_no_choice_is_made_is_told_with_its_line_and_the_one_that_was_meant() {
    let strange = |lines: &str| {
        let text = whole().replacen("seed = 3", &format!("seed = 3\n{lines}"), 1);
        let case = Case::parse("z.case", &text).expect(&text);
        let (prepared, _) = case.clone().prepare(&Registry::ours()).expect("it fits");
        let all: Vec<String> =
            case.strange_sites(&prepared).iter().map(ToString::to_string).collect();
        all.join("\n")
    };
    let choice = |site: &str| format!("    {{ site = \"{site}\", occurrence = 0, value = 1 }},\n");
    let both = format!("choices = [\n{}{}]", choice("latency"), choice("latnecy"));
    let says =
        "z.case:6: choices: no choice is made at `latnecy` in this run; did you mean `latency`?";
    assert_eq!(strange(&both), says);
    let far = strange(&format!("choices = [\n{}]", choice("quicksand")));
    assert_eq!(far, "z.case:5: choices: no choice is made at `quicksand` in this run");
    let simple = strange("simple = [\"loss\", \"elction timeout\"]");
    assert!(
        simple.starts_with("z.case:4: simple: ") && simple.ends_with("`election timeout`?"),
        "{simple}"
    );
    assert_eq!(strange("simple = [\"quicksand\"]"), "", "shrinking leaves such");
}

#[test]
fn whatever_a_seed_draws_a_case_that_is_read_back_has_the_same_plan() {
    let registry = Registry::ours();
    for entry in registry.scenarios() {
        let prepared = |scenario: &Scenario, faults: &Faults| {
            let prepared = Prepared::new(&registry, scenario.clone(), None).expect(entry.name);
            prepared.with_faults(faults.clone(), false).expect(entry.name)
        };
        let scenario = registry.scenario(entry.name).expect("it is in the library");
        for faults in [Faults::Scenario, Faults::Swarm { without: Vec::new() }] {
            for seed in 0..5 {
                let case = Case::new(&prepared(&scenario, &faults), seed, None);
                let again = Case::parse("again.case", &case.to_toml()).expect(entry.name);
                assert_eq!(again.plan, case.plan, "{} of seed {seed}", entry.name);
                let anew = prepared(&again.scenario, &faults).plan(seed);
                assert_eq!(anew, case.plan, "{} of seed {seed}, drawn anew", entry.name);
            }
        }
    }
}
