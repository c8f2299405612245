//! Bytes as a person reads them: protocols carry commands and states of layers that they know nothing of, and a trace should not show
//! those as lists of numbers.

use std::fmt;

/// Shows bytes by [`Debug`](fmt::Debug): text as text, all others in hexadecimal, and among these what can be printed as it is. So a
/// key is found in a command whatever is wrapped around it.
///
/// ```
/// use seatrial_node::ShowBytes;
///
/// assert_eq!(format!("{:?}", ShowBytes("ahöy".as_bytes())), r#""ahöy""#);
/// assert_eq!(format!("{:?}", ShowBytes(b"\x00\x04\x02k2\xff")), r#"0x000402"k2"0xff"#);
/// assert_eq!(format!("{:?}", ShowBytes(b"")), r#""""#);
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ShowBytes<'a>(pub &'a [u8]);

impl fmt::Debug for ShowBytes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Ok(text) = std::str::from_utf8(self.0)
            && !text.contains(char::is_control)
        {
            return write!(f, "{text:?}");
        }
        let is_plain = |byte: &u8| *byte == b' ' || byte.is_ascii_graphic();
        for run in self.0.chunk_by(|one, other| is_plain(one) == is_plain(other)) {
            match std::str::from_utf8(run).ok().filter(|_| run.iter().all(is_plain)) {
                Some(text) => write!(f, "{text:?}")?,
                None => {
                    f.write_str("0x")?;
                    run.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(bytes: &[u8]) -> String {
        format!("{:?}", ShowBytes(bytes))
    }

    #[test]
    fn text_is_shown_as_text_and_the_rest_in_hexadecimal() {
        assert_eq!(shown(b"ahoy"), r#""ahoy""#);
        assert_eq!(shown("größe 5 µ".as_bytes()), r#""größe 5 µ""#);
        assert_eq!(shown(&[0xff, 0x00, 0x80]), "0xff0080");
    }

    #[test]
    fn what_can_be_printed_is_seen_among_what_cannot() {
        assert_eq!(shown(&[0, 4, 1, 1, 2, b'k', b'2', 1, b'0']), r#"0x0004010102"k2"0x01"0""#);
        assert_eq!(shown(b"\x1b[2J"), r#"0x1b"[2J""#, "nothing that a terminal obeys");
        assert_eq!(shown(b"say \"x\"\n"), r#""say \"x\""0x0a"#);
    }
}
