//! Maelstrom's messages: a line of JSON each, with a source, a destination and a body that has a type.

use seatrial_node::NodeId;
use serde_json::{Map, Value, json};
use thiserror::Error;

/// A body: its `type`, and what else it has.
pub type Body = Map<String, Value>;

/// Why a request is not done, by Maelstrom's numbers. Whether it is certain that nothing was done is [`is_definite`](Self::is_definite).
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{text} (error {code})")]
pub struct RpcError {
    /// The number.
    pub code: u32,
    /// What it means here.
    pub text: String,
}

impl RpcError {
    /// It was not done in time, and may yet be.
    pub const TIMEOUT: u32 = 0;
    /// There is no such node.
    pub const NODE_NOT_FOUND: u32 = 1;
    /// There is no such operation.
    pub const NOT_SUPPORTED: u32 = 10;
    /// It cannot be done now.
    pub const TEMPORARILY_UNAVAILABLE: u32 = 11;
    /// It makes no sense.
    pub const MALFORMED_REQUEST: u32 = 12;
    /// Something went wrong; it may have been done.
    pub const CRASH: u32 = 13;
    /// It was given up, and nothing was done.
    pub const ABORT: u32 = 14;
    /// There is no such key.
    pub const KEY_DOES_NOT_EXIST: u32 = 20;
    /// There is such a key, and there was to be none.
    pub const KEY_ALREADY_EXISTS: u32 = 21;
    /// What was to be found is not what there is.
    pub const PRECONDITION_FAILED: u32 = 22;
    /// A transaction got in the way of another.
    pub const TXN_CONFLICT: u32 = 30;

    /// An error of this number.
    pub fn new(code: u32, text: impl Into<String>) -> Self {
        Self { code, text: text.into() }
    }

    /// A request that makes no sense.
    pub fn malformed(text: impl Into<String>) -> Self {
        Self::new(Self::MALFORMED_REQUEST, text)
    }

    /// Whether it is certain that nothing was done and never will be. It is of none of the numbers that are a service's own, from 1,000 on,
    /// nor of one that Maelstrom does not have yet.
    pub const fn is_definite(&self) -> bool {
        matches!(
            self.code,
            Self::NODE_NOT_FOUND
                | Self::NOT_SUPPORTED
                | Self::TEMPORARILY_UNAVAILABLE
                | Self::MALFORMED_REQUEST
                | Self::ABORT
                | Self::KEY_DOES_NOT_EXIST
                | Self::KEY_ALREADY_EXISTS
                | Self::PRECONDITION_FAILED
                | Self::TXN_CONFLICT
        )
    }

    /// What a body of type `error` says. One without a number that can be is taken for a crash, of which nobody knows what it has done.
    pub(super) fn read(body: &Body) -> Self {
        let text = body.get("text").and_then(Value::as_str);
        let code = body.get("code").and_then(Value::as_u64).and_then(|code| code.try_into().ok());
        match code {
            Some(code) => Self::new(code, text.unwrap_or("no reason is given")),
            None => Self::new(Self::CRASH, format!("an error without a number: {text:?}")),
        }
    }

    pub(super) fn body(self) -> Body {
        object(json!({ "type": "error", "code": self.code, "text": self.text }))
    }
}

/// A body of this type with the fields of that object.
pub fn body(kind: &str, fields: Value) -> Body {
    let mut body = object(fields);
    body.insert("type".to_owned(), kind.into());
    body
}

/// The members of an object; nothing where it is none.
pub(super) fn object(value: Value) -> Body {
    match value {
        Value::Object(members) => members,
        _ => Body::new(),
    }
}

/// A message that has come.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Incoming {
    pub(super) src: String,
    /// Whom it is for; empty where it does not say.
    pub(super) dest: String,
    pub(super) body: Body,
}

/// A line that is no message: who may have sent it, as which request, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Malformed {
    pub(super) src: Option<String>,
    pub(super) msg_id: Option<u64>,
    /// Whether it was to be an answer, which nobody answers.
    pub(super) is_answer: bool,
    pub(super) error: RpcError,
}

impl Incoming {
    pub(super) fn read(line: &str) -> Result<Self, Malformed> {
        let malformed = |src, msg_id, why: String| Malformed {
            src,
            msg_id,
            is_answer: false,
            error: RpcError::malformed(why),
        };
        let value: Value = serde_json::from_str(line)
            .map_err(|error| malformed(None, None, format!("the line is no JSON: {error}")))?;
        let Value::Object(mut message) = value else {
            return Err(malformed(None, None, "the line is no object".to_owned()));
        };
        let Some(Value::String(src)) = message.remove("src") else {
            return Err(malformed(None, None, "`src` is missing, or is no text".to_owned()));
        };
        let Some(Value::Object(body)) = message.remove("body") else {
            return Err(malformed(Some(src), None, "`body` is missing, or is no object".into()));
        };
        if !body.get("type").is_some_and(Value::is_string) {
            let msg_id = body.get("msg_id").and_then(Value::as_u64);
            let is_answer = body.contains_key("in_reply_to");
            let why = "`body.type` is missing, or is no text";
            return Err(Malformed { is_answer, ..malformed(Some(src), msg_id, why.to_owned()) });
        }
        let dest = message.get("dest").and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(Self { src, dest, body })
    }

    pub(super) fn kind(&self) -> &str {
        self.body.get("type").and_then(Value::as_str).unwrap_or_default()
    }

    pub(super) fn msg_id(&self) -> Option<u64> {
        self.body.get("msg_id").and_then(Value::as_u64)
    }

    /// Which request it answers; nothing where it is no answer.
    pub(super) fn in_reply_to(&self) -> Option<&Value> {
        self.body.get("in_reply_to")
    }
}

/// A message as a line, with its end.
pub(super) fn line(src: &str, dest: &str, body: Body) -> String {
    format!("{}\n", json!({ "src": src, "dest": dest, "body": body }))
}

/// The body's field of that name.
///
/// # Errors
/// Where there is none.
pub fn field<'a>(body: &'a Body, name: &str) -> Result<&'a Value, RpcError> {
    body.get(name).ok_or_else(|| RpcError::malformed(format!("`{name}` is missing")))
}

/// The body's field of that name, which is a whole number.
///
/// # Errors
/// Where it is none.
pub fn number(body: &Body, name: &str) -> Result<i64, RpcError> {
    let number = field(body, name)?.as_i64();
    number.ok_or_else(|| RpcError::malformed(format!("`{name}` is no whole number")))
}

/// What `init` says: who this is, and who else there is.
pub(super) fn read_init(body: &Body) -> Result<(NodeId, Vec<NodeId>), RpcError> {
    let node = |value: &Value| {
        let text = value.as_str().ok_or_else(|| RpcError::malformed("a node's id is a text"))?;
        text.parse::<NodeId>().map_err(|error| RpcError::malformed(error.to_string()))
    };
    let me = node(field(body, "node_id")?)?;
    let ids = field(body, "node_ids")?.as_array();
    let ids = ids.ok_or_else(|| RpcError::malformed("`node_ids` is no list"))?;
    let mut members = ids.iter().map(node).collect::<Result<Vec<_>, _>>()?;
    members.sort_unstable();
    let check = seatrial_node::MembersError::check(me, &members);
    check.map_err(|error| RpcError::malformed(error.to_string()))?;
    Ok((me, members))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_no_message_is_answered_as_far_as_its_sender_is_known() {
        let bad = |line: &str| Incoming::read(line).expect_err(line);
        for line in ["", "{", "7", "[]", "{}", r#"{"src":7,"body":{"type":"x"}}"#, "\u{0}"] {
            assert_eq!((bad(line).src, bad(line).error.code), (None, 12), "{line}");
        }
        for body in ["7", "null", "{}", r#"{"type":7}"#] {
            let line = format!(r#"{{"src":"c1","dest":"n1","body":{body}}}"#);
            assert_eq!(bad(&line).src.as_deref(), Some("c1"), "{line}");
        }
        let known = bad(r#"{"src":"c1","body":{"msg_id":4}}"#);
        assert_eq!((known.msg_id, known.error.text.contains("body.type")), (Some(4), true));
        assert!(!known.is_answer);
        assert!(bad(r#"{"src":"seq-kv","body":{"in_reply_to":4}}"#).is_answer);
    }

    #[test]
    fn an_error_is_definite_where_maelstrom_says_so_and_nowhere_else() {
        let definite: Vec<u32> =
            (0..2_000).filter(|code| RpcError::new(*code, "").is_definite()).collect();
        assert_eq!(definite, [1, 10, 11, 12, 14, 20, 21, 22, 30]);
    }

    #[test]
    fn an_error_that_makes_no_sense_is_a_crash() {
        let read = |fields: Value| RpcError::read(&body("error", fields));
        let good = RpcError::new(22, "it is 7");
        assert_eq!(read(json!({ "code": 22, "text": "it is 7" })), good);
        assert_eq!(read(json!({ "code": 22, "text": ["?"] })).code, 22);
        for code in [json!(null), json!("22"), json!(-1), json!(2.5), json!(1_u64 << 40)] {
            assert_eq!(read(json!({ "code": code })).code, RpcError::CRASH, "{code}");
        }
        assert_eq!(read(json!({})).code, RpcError::CRASH);
    }

    #[test]
    fn init_that_makes_no_sense_is_refused() {
        let init = |text: &str| {
            let body = serde_json::from_str(text).expect("it is an object");
            read_init(&body).map_err(|error| error.text)
        };
        let good = init(r#"{"node_id":"n3","node_ids":["n3","n1"]}"#).expect("a cluster");
        assert_eq!(good, (NodeId(3), vec![NodeId(1), NodeId(3)]));
        for bad in [
            r"{}",
            r#"{"node_id":"n1"}"#,
            r#"{"node_id":"n1","node_ids":"n1"}"#,
            r#"{"node_id":"n1","node_ids":[1]}"#,
            r#"{"node_id":"x","node_ids":["x"]}"#,
            r#"{"node_id":"n1","node_ids":["n2"]}"#,
            r#"{"node_id":"n1","node_ids":["n1","n1"]}"#,
        ] {
            init(bad).expect_err(bad);
        }
    }
}
