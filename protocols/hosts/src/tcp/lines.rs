//! Lines of text out of a stream, and whose command each of them is.

use crate::chance;

/// The longest line, in bytes.
pub(crate) const LINE_LIMIT: usize = 64 << 10;

/// Which command of which session a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// The session. Its top bit is clear.
    pub client: u64,
    /// Which command of it, from 1.
    pub number: u64,
}

impl Session {
    /// The session that a connection is by itself, before its first command.
    pub(crate) fn of_connection() -> Self {
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

/// What comes next of a stream of lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// A line without its end. What is no UTF-8 in it is marked as such.
    Whole(String),
    /// Its end has not come yet.
    Unfinished,
    /// It has more bytes than a line may have.
    TooLong,
}

/// Takes bytes as they come and gives lines out.
#[derive(Debug)]
pub(crate) struct Lines {
    bytes: Vec<u8>,
}

impl Lines {
    /// A stream that has begun with these bytes.
    pub(crate) const fn new(begun: Vec<u8>) -> Self {
        Self { bytes: begun }
    }

    /// Where to put what comes next: at the end of this.
    pub(crate) const fn room(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// Whether a line has begun and not ended.
    pub(crate) const fn is_within(&self) -> bool {
        !self.bytes.is_empty()
    }

    pub(crate) fn next(&mut self) -> Line {
        match self.bytes.iter().position(|byte| *byte == b'\n') {
            Some(end) if end <= LINE_LIMIT => {
                let line: Vec<u8> = self.bytes.drain(..=end).collect();
                let line = line[..end].strip_suffix(b"\r").unwrap_or(&line[..end]);
                Line::Whole(String::from_utf8_lossy(line).into_owned())
            }
            None if self.bytes.len() <= LINE_LIMIT => Line::Unfinished,
            _ => Line::TooLong,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &mut Lines, bytes: &[u8]) -> Vec<Line> {
        lines.room().extend_from_slice(bytes);
        let mut out = vec![lines.next()];
        while matches!(out.last(), Some(Line::Whole(_))) {
            out.push(lines.next());
        }
        out
    }

    #[test]
    fn lines_come_out_however_they_are_cut_and_a_part_of_one_never() {
        let mut lines = Lines::new(b"in".to_vec());
        assert_eq!(read(&mut lines, b""), [Line::Unfinished]);
        let whole = |text: &str| Line::Whole(text.into());
        let expected = [whole("incr"), whole(""), whole("get"), Line::Unfinished];
        assert_eq!(read(&mut lines, b"cr\n\nget\r\nge"), expected);
        assert!(lines.is_within());
        assert_eq!(read(&mut lines, b"\xff\n"), [whole("ge\u{fffd}"), Line::Unfinished]);
        assert!(!lines.is_within());
        assert_eq!(read(&mut lines, &[b'a'; LINE_LIMIT]), [Line::Unfinished]);
        assert_eq!(read(&mut lines, b"a"), [Line::TooLong]);
    }

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
