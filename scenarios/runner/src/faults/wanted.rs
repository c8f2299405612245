//! Which faults somebody wants: `swarm`, `disk,clock`, `swarm,-wipe`.

use std::fmt;
use std::str::FromStr;

use seatrial_sim::{FaultKind, Group};

use super::{How, KindInfo, kinds};
use crate::scenario::nearest;

/// Where the trouble of a run comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Faults {
    /// From the scenario, as it says.
    #[default]
    Scenario,
    /// From nowhere: there is none.
    Nothing,
    /// Each seed draws which kinds are on, and how hard.
    Swarm {
        /// Kinds that are never on.
        without: Vec<FaultKind>,
    },
    /// These kinds are on in every seed, and no others.
    These(Vec<FaultKind>),
}

/// The kinds of this name: one, or all of a group.
///
/// # Errors
/// Where there is neither, with what there is.
pub fn find_kinds(name: &str) -> Result<Vec<&'static KindInfo>, String> {
    // Scenarios write kinds as keys, with `_`.
    let of =
        |info: &&KindInfo| [info.kind.name(), info.key, info.kind.group().name()].contains(&name);
    let found: Vec<_> = kinds().filter(|info| !name.is_empty() && of(info)).collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let groups = Group::ALL.map(Group::name);
    let known = groups.into_iter().chain(kinds().map(|info| info.kind.name()));
    Err(match nearest(name, known) {
        Some(meant) => {
            format!("there is no kind of fault or group `{name}`; did you mean `{meant}`?")
        }
        None => format!(
            "there is no kind of fault or group `{name}`; the groups are {}, and `seatrial faults` shows the kinds",
            groups.join(", ")
        ),
    })
}

impl FromStr for Faults {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "scenario" => return Ok(Self::Scenario),
            "none" => return Ok(Self::Nothing),
            _ => {}
        }
        let mut words = text.split(',').map(str::trim).peekable();
        let is_swarm = words.next_if_eq(&"swarm").is_some();
        let (mut on, mut without) = (Vec::new(), Vec::new());
        for word in words {
            match (word.strip_prefix('-'), word) {
                (_, "swarm" | "scenario" | "none") => {
                    return Err(format!(
                        "`{word}` cannot stand among others: `swarm` stands first, the others alone"
                    ));
                }
                (Some(word), _) => without.extend(asked_for(word)?),
                (None, word) if is_swarm => {
                    let what = format!(
                        "swarm draws from all kinds; it can only be told what to leave out: swarm,-{word}"
                    );
                    return Err(what);
                }
                (None, word) => on.extend(asked_for(word)?),
            }
        }
        if is_swarm {
            return Ok(Self::Swarm { without: in_order(|kind| without.contains(&kind)) });
        }
        let these = in_order(|kind| on.contains(&kind) && !without.contains(&kind));
        if these.is_empty() {
            return Err("that leaves no kind of fault; for none at all write `none`".to_owned());
        }
        Ok(Self::These(these))
    }
}

/// As it is written.
impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scenario => f.write_str("scenario"),
            Self::Nothing => f.write_str("none"),
            Self::Swarm { without } => {
                f.write_str("swarm")?;
                without.iter().try_for_each(|kind| write!(f, ",-{kind}"))
            }
            Self::These(kinds) => {
                let names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
                f.write_str(&names.join(","))
            }
        }
    }
}

/// The kinds to ask for where somebody names this one or this group: what only follows another kind comes with that one.
fn asked_for(name: &str) -> Result<Vec<FaultKind>, String> {
    let found = find_kinds(name)?;
    let leads = |info: &&&KindInfo| !matches!(info.how, How::Follows(_));
    let mut leading: Vec<FaultKind> = found.iter().filter(leads).map(|info| info.kind).collect();
    if leading.is_empty() {
        leading = found.iter().map(|info| leader(info)).collect();
    }
    Ok(leading)
}

fn leader(info: &KindInfo) -> FaultKind {
    match info.how {
        How::Follows(kind) => kind,
        _ => info.kind,
    }
}

/// Those kinds, each once, in the order of the list.
fn in_order(wanted: impl Fn(FaultKind) -> bool) -> Vec<FaultKind> {
    kinds().map(|info| info.kind).filter(|kind| wanted(*kind)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        text.parse::<Faults>().map_or_else(|error| error, |faults| faults.to_string())
    }

    #[test]
    fn kinds_and_groups_are_named_and_left_out() {
        for text in ["scenario", "none", "swarm", "swarm,-crash", "crash,crash-stop"] {
            assert_eq!(read(text), text);
        }
        assert_eq!(read("crash, loss"), "loss,crash", "in the order of the list");
        assert_eq!(read("one_way"), "one-way", "as scenarios write it");
        assert!(!read("node,-pause,-crash-stop").contains("pause"));
        assert_eq!(read("node,-crash-stop").split(',').filter(|kind| *kind == "crash").count(), 1);
        assert_eq!(read("torn-write"), "crash", "it comes with a crash");
    }

    #[test]
    fn what_makes_no_sense_is_answered_with_what_to_write() {
        assert!(read("crush").contains("did you mean `crash`?"));
        assert!(read("swarm,crash").contains("swarm,-crash"));
        assert!(read("crash,none").contains("cannot stand among others"));
        assert!(read("crash,-crash").contains("write `none`"));
        assert!(read("").contains("no kind of fault or group ``"), "a variable that is not set");
        let far = read("quicksand");
        assert!(
            far.contains("the groups are network") && far.contains("`seatrial faults`"),
            "{far}"
        );
        assert!(!far.contains("swizzle-clog"), "the kinds are too many to be told: {far}");
    }
}
