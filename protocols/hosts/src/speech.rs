//! A protocol in lines of text, for clients that are people, or `nc`.

use seatrial_node::Node;

use crate::chance;

/// A protocol's requests and answers as lines of text.
pub trait Speech<N: Node> {
    /// What a line asks, as this command of this session.
    ///
    /// # Errors
    /// What is wrong with the line.
    fn read(&mut self, line: &str, session: Session) -> Result<N::Request, String>;

    /// The answer to that line; nothing where the node is not so far yet, and the host asks again once more has happened.
    fn write(&mut self, asked: &str, answer: &N::Response, node: &N) -> Option<String>;

    /// The node has opened, with what a former life has left it.
    ///
    /// # Errors
    /// Why lines cannot be served with that: then nothing is.
    fn begin(&mut self, node: &N) -> Result<(), String> {
        let _ = node;
        Ok(())
    }
}

/// A form that knows nothing but the line and the answer.
pub struct TextForm<N: Node> {
    /// What a line asks, as this command of this session; or what is wrong with the line.
    pub read: fn(&str, Session) -> Result<N::Request, String>,
    /// An answer as a line.
    pub write: fn(&N::Response) -> String,
}

impl<N: Node> std::fmt::Debug for TextForm<N> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TextForm")
    }
}

impl<N: Node> Speech<N> for TextForm<N> {
    fn read(&mut self, line: &str, session: Session) -> Result<N::Request, String> {
        (self.read)(line, session)
    }

    fn write(&mut self, _: &str, answer: &N::Response, _: &N) -> Option<String> {
        Some((self.write)(answer))
    }
}

/// Which command of which session a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// The session. Its top bit is clear.
    pub client: u64,
    /// Which command of it, from 1.
    pub number: u64,
}

impl Session {
    /// A session that nobody else has, before its first command.
    pub(crate) fn fresh() -> Self {
        Self { client: chance::random() >> 1, number: 0 }
    }

    /// Which command this line is, and what is left of it.
    pub(crate) fn read<'a>(&mut self, line: &'a str) -> Result<(Self, &'a str), String> {
        let Some(named) = line.strip_prefix('@') else {
            self.number += 1;
            return Ok((*self, line));
        };
        let (name, rest) = named.split_once(' ').unwrap_or((named, ""));
        let parsed = name.split_once('.').and_then(|(client, number)| {
            let session = Self { client: client.parse().ok()?, number: number.parse().ok()? };
            (session.client < 1 << 63 && session.number > 0).then_some(session)
        });
        let bad = || format!("@{name} is no session and number; write them as \"@7310.1 incr\"");
        Ok((parsed.ok_or_else(bad)?, rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_the_connections_next_command_or_the_one_that_it_names() {
        let mut own = Session { client: 5, number: 0 };
        assert_eq!(own.read("incr"), Ok((Session { client: 5, number: 1 }, "incr")));
        assert_eq!(own.read("@7.3 add 4"), Ok((Session { client: 7, number: 3 }, "add 4")));
        assert_eq!(own.read("get"), Ok((Session { client: 5, number: 2 }, "get")));
        let beyond = format!("@{}.1 incr", 1_u64 << 63);
        for bad in ["@", "@7 incr", "@7.0 incr", "@x.1 incr", "@-7.1 incr", &beyond] {
            let error = own.read(bad).expect_err("no session");
            assert!(error.contains("write them as \"@7310.1 incr\""), "{error}");
        }
    }
}
