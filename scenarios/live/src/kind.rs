//! The kinds of trouble that a live trial makes, by the names under which they are asked for.

use std::fmt;
use std::str::FromStr;

use seatrial::scenario::unknown;

/// A kind of trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A process is killed, and started again later on the same directory.
    Kill,
    /// A process is stopped, and goes on later as if nothing had been.
    Pause,
    /// Some members, fewer than half, are cut off from the others, both ways.
    Partition,
    /// One member hears nobody, or is heard by nobody.
    OneWay,
    /// What one member says and hears comes later.
    Delay,
    /// The connections of one member break.
    Reset,
    /// To and from one member few bytes a second come through.
    Slow,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Kill,
        Self::Pause,
        Self::Partition,
        Self::OneWay,
        Self::Delay,
        Self::Reset,
        Self::Slow,
    ];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kill => "kill",
            Self::Pause => "pause",
            Self::Partition => "partition",
            Self::OneWay => "one-way",
            Self::Delay => "delay",
            Self::Reset => "reset",
            Self::Slow => "slow",
        }
    }

    /// Whether it strikes a process, and not what processes say to each other.
    pub const fn is_of_nodes(self) -> bool {
        matches!(self, Self::Kill | Self::Pause)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Kinds of trouble, each once, in the order of [`Kind::ALL`]. As text a list: `kill,pause`; `all` for all and `none` for none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kinds(pub Vec<Kind>);

impl FromStr for Kinds {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "all" => return Ok(Self(Kind::ALL.to_vec())),
            "none" => return Ok(Self::default()),
            _ => {}
        }
        if let Some(word) =
            text.split(',').map(str::trim).find(|word| ["all", "none"].contains(word))
        {
            return Err(format!("`{word}` stands alone: leave it out, or the other kinds"));
        }
        let mut kinds =
            text.split(',').map(|word| named(word.trim())).collect::<Result<Vec<_>, _>>()?;
        kinds.sort_unstable();
        kinds.dedup();
        Ok(Self(kinds))
    }
}

fn named(word: &str) -> Result<Kind, String> {
    let found = Kind::ALL.into_iter().find(|kind| kind.name() == word);
    found.ok_or_else(|| unknown("kind of live fault", word, Kind::ALL.map(Kind::name)))
}

impl fmt::Display for Kinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("none");
        }
        let names: Vec<&str> = self.0.iter().map(|kind| kind.name()).collect();
        f.write_str(&names.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_read_as_they_are_shown() {
        for text in ["none", "kill", "kill,pause,partition", "one-way,slow"] {
            assert_eq!(text.parse::<Kinds>().map(|kinds| kinds.to_string()), Ok(text.to_owned()));
        }
        assert_eq!("all".parse::<Kinds>().expect("all").0, Kind::ALL);
        assert_eq!("pause, kill,pause".parse::<Kinds>().expect("two").to_string(), "kill,pause");
    }

    #[test]
    fn an_unknown_kind_is_answered_with_the_one_that_was_meant_or_with_all() {
        let refused = |text: &str| text.parse::<Kinds>().expect_err(text);
        assert_eq!(
            refused("kill,pasue"),
            "there is no kind of live fault `pasue`; did you mean `pause`?"
        );
        assert!(
            refused("clock")
                .ends_with("there is kill, pause, partition, one-way, delay, reset, slow")
        );
        assert!(refused("").contains("there is kill, pause"));
        assert_eq!(refused("none,kill"), "`none` stands alone: leave it out, or the other kinds");
        assert!(refused("kill, all").starts_with("`all` stands alone"));
    }
}
