//! What clients ask, written down.

use std::sync::Arc;

use seatrial_history::Value;
use seatrial_node::intern;
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Op;

/// What each client asks while there is trouble, one operation after the other. In a file, each is `["write", "k1", 7]`, as text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Operations(Arc<[Vec<Op>]>);

impl Operations {
    /// A list for each client.
    pub fn new(of_each: Vec<Vec<Op>>) -> Self {
        Self(of_each.into())
    }

    /// How many clients there are.
    pub fn clients(&self) -> u32 {
        u32::try_from(self.0.len()).expect("fewer than 2^32 clients")
    }

    /// What a client asks as its `nth`, from 0.
    pub(crate) fn of(&self, client: u32, nth: u32) -> Option<Op> {
        self.0.get(client as usize)?.get(nth as usize).cloned()
    }

    /// How many operations a client has.
    pub(crate) fn count(&self, client: u32) -> u32 {
        self.0.get(client as usize).map_or(0, |all| all.len() as u32)
    }
}

impl Serialize for Operations {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = |op: &Op| serde_json::to_string(&(op.f, &op.key, &op.value));
        let all: Result<Vec<Vec<String>>, _> =
            self.0.iter().map(|ops| ops.iter().map(text).collect()).collect();
        all.map_err(S::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Operations {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let all = Vec::<Vec<String>>::deserialize(deserializer)?;
        let op = |text: &String| {
            let parsed: Result<(String, Value, Value), _> = serde_json::from_str(text);
            let (f, key, value) = parsed.map_err(|error| {
                D::Error::custom(format!(
                    "{text:?} is no operation: write [\"write\", \"k1\", 7] as text, with null where there is no key or value ({error})"
                ))
            })?;
            Ok(Op { f: intern(&f), key, value })
        };
        let of_each: Result<Vec<Vec<Op>>, D::Error> =
            all.iter().map(|ops| ops.iter().map(op).collect()).collect();
        of_each.map(Self::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct File {
        operations: Operations,
    }

    #[test]
    fn what_clients_ask_is_read_as_it_was_written() {
        let ops = vec![Op::new("write", 7).on("k1"), Op::bare("read")];
        let file = File { operations: Operations::new(vec![ops, Vec::new()]) };
        let text = toml::to_string(&file).expect("it has a form");
        assert_eq!(toml::from_str::<File>(&text).as_ref(), Ok(&file), "{text}");
        assert_eq!((file.operations.count(0), file.operations.count(1)), (2, 0));
        assert_eq!(file.operations.of(0, 1).map(|op| op.f), Some("read"));
    }

    #[test]
    fn what_is_no_operation_is_answered_with_what_to_write() {
        let error = toml::from_str::<File>("operations = [['write 7']]").expect_err("no operation");
        assert!(error.message().contains("is no operation: write"), "{error}");
    }
}
