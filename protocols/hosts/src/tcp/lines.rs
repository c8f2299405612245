//! Lines of text out of a stream.

/// The longest line, in bytes.
pub(crate) const LINE_LIMIT: usize = 64 << 10;

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
}
