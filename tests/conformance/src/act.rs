//! What a subject is told to do, and what it tells that it has seen.

use seatrial_node::{Announce, Fact, FileName, Wire, WireError};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The files of a subject. Each of its layers has its own.
pub const FILES: [FileName; 3] =
    [FileName::new("first"), FileName::new("second"), FileName::new("tokens")];

/// One thing that a subject does while it handles a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Act {
    /// Sends a note to a member, itself included.
    Send {
        /// To whom.
        to: u32,
        /// What.
        note: u64,
    },
    /// Sets a timer.
    Set {
        /// Which.
        timer: u8,
        /// In how many milliseconds it is due.
        millis: u64,
    },
    /// Takes a timer back.
    Cancel {
        /// Which.
        timer: u8,
    },
    /// Adds text at the end of a file, by its place among [`FILES`].
    Append {
        /// Which file.
        file: usize,
        /// What.
        text: String,
    },
    /// Puts text at a place in a file.
    Put {
        /// Which file.
        file: usize,
        /// Where.
        offset: u64,
        /// What.
        text: String,
    },
    /// Cuts a file.
    Cut {
        /// Which file.
        file: usize,
        /// To how many bytes.
        len: u64,
    },
    /// Gives a file the name of another.
    Rename {
        /// Which file.
        from: usize,
        /// Whose name.
        to: usize,
    },
    /// Asks for a sync, which is told under this label.
    Sync {
        /// Of which file.
        file: usize,
        /// The label.
        label: u64,
    },
    /// Asks for the first hundred bytes of a file, which are told under this label.
    Read {
        /// Of which file.
        file: usize,
        /// The label.
        label: u64,
    },
    /// Announces a number.
    Announce(u64),
    /// Chooses a number below this bound.
    Choose(u64),
    /// Keeps the token of this request under a name, to answer it later.
    Keep(u8),
    /// Writes a kept token to the disk, so that the next life has it, too, and syncs.
    Save(u8),
    /// Answers the request whose token is kept under this name, which stays kept.
    Tell(u8, String),
    /// Answers this request once the sync of this label is told.
    TellWhenSynced(u64),
    /// Answers this request with all that was seen, down to the lowest layer.
    Show,
    /// Has the layer below do these.
    Below(Vec<Self>),
}

/// What a client asks: to do these, in order, within one input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked(pub Vec<Act>);

/// What a client is answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// What [`Act::Tell`] says.
    pub text: String,
    /// What [`Act::Show`] shows.
    pub seen: Vec<Seen>,
}

/// Something that a subject has seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// By which layer: 0 is the subject itself.
    pub level: u8,
    /// When, by its clock, in nanoseconds.
    pub at: u64,
    /// What.
    pub what: What,
}

/// What can be seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum What {
    /// A file was there when the life began.
    Found {
        /// Which file.
        file: usize,
        /// What was in it.
        text: String,
    },
    /// The life began.
    Start,
    /// A request came.
    Asked,
    /// A note came.
    Note {
        /// From whom.
        from: u32,
        /// Which.
        note: u64,
    },
    /// A timer was set, to be due then.
    Set {
        /// Which.
        timer: u8,
        /// In nanoseconds.
        due: u64,
    },
    /// A timer came.
    Due {
        /// Which.
        timer: u8,
    },
    /// A sync was told.
    Synced {
        /// Its label.
        label: u64,
        /// Whether it succeeded.
        ok: bool,
    },
    /// A read was told.
    Read {
        /// Its label.
        label: u64,
        /// The text; none where it failed.
        text: Option<String>,
    },
    /// A number was chosen.
    Chosen(u64),
    /// The token of a request was kept under this name.
    Kept(u8),
}

/// A message between subjects: a note for one of their layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// For which layer, counted from the one that handles it.
    pub level: u8,
    /// The note.
    pub note: u64,
}

/// A timer of one of a subject's layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// Of which layer, counted from the one that handles it.
    pub level: u8,
    /// Which.
    pub timer: u8,
}

/// A number that a subject announces. It is a fact, so that every host tells it to whoever listens: observers in a world, the log of a
/// process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told(pub u64);

impl Announce for Told {
    fn fact(&self) -> Option<Fact> {
        Some(Fact::Lead { term: self.0 })
    }
}

fn encode(value: &impl Serialize, out: &mut Vec<u8>) {
    serde_json::to_writer(out, value)
        .expect("a vector takes all bytes, and these types have a form");
}

fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, WireError> {
    serde_json::from_slice(bytes).map_err(|error| WireError::Malformed(error.to_string()))
}

macro_rules! wire {
    ($($name:ty),*) => {$(
        impl Wire for $name {
            fn encode(&self, out: &mut Vec<u8>) {
                encode(self, out);
            }

            fn decode(bytes: &[u8]) -> Result<Self, WireError> {
                decode(bytes)
            }
        }
    )*};
}

wire!(Asked, Answer, Note);
