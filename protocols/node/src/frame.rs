//! A message's bytes as they cross a network: with a version, a length and a checksum, so that what was changed on the way is refused and
//! no decoder has to guess.
//!
//! | bytes | what |
//! |---|---|
//! | 3 | `SFr` |
//! | 1 | the version of this form, now 1 |
//! | 4 | the length of the message, the lowest byte first |
//! | 4 | CRC-32 (IEEE 802.3) of the length and the message, the lowest byte first |
//! | … | the message |
//!
//! Whatever is changed within 32 bits in a row is seen, for certain; of anything else all but one in four thousand million cases.

use crate::{Wire, WireError, WireReader};

const MARK: &[u8; 3] = b"SFr";
const VERSION: u8 = 1;

/// How many bytes of a frame come before the message.
pub const FRAME_HEADER: usize = 12;

/// Appends a frame around what `put` appends.
///
/// # Panics
/// Where that is 4 GiB or more: no message of a protocol is.
pub fn seal_with(out: &mut Vec<u8>, put: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(MARK);
    out.push(VERSION);
    out.extend_from_slice(&[0; FRAME_HEADER - 4]);
    put(out);
    let message = &out[start + FRAME_HEADER..];
    let length = u32::try_from(message.len()).expect("a message has fewer than 4 GiB");
    let checksum = checksum(length, message);
    out[start + 4..start + 8].copy_from_slice(&length.to_le_bytes());
    out[start + 8..start + 12].copy_from_slice(&checksum.to_le_bytes());
}

/// Appends a message's frame.
///
/// ```
/// use seatrial_node::{seal, unseal};
///
/// let mut frame = Vec::new();
/// seal(&7_u64, &mut frame);
/// assert_eq!(unseal::<u64>(&frame), Ok(7));
/// frame[15] ^= 1;
/// assert!(unseal::<u64>(&frame).is_err());
/// ```
pub fn seal<T: Wire>(message: &T, out: &mut Vec<u8>) {
    seal_with(out, |out| message.encode(out));
}

/// How many bytes the frame has that begins with these, its header included; nothing where fewer than a header have come yet. For hosts
/// that read frames from a stream: whether to wait for so many is theirs to say, as nothing but the sender has said that they will come.
///
/// ```
/// use seatrial_node::{FRAME_HEADER, frame_span, seal};
///
/// let mut frame = Vec::new();
/// seal(&7_u64, &mut frame);
/// assert_eq!(frame_span(&frame[..FRAME_HEADER - 1]), Ok(None));
/// assert_eq!(frame_span(&frame), Ok(Some(20)));
/// assert!(frame_span(b"GET /").is_err());
/// ```
///
/// # Errors
/// Where no frame of this version begins so, as soon as that can be told.
pub fn frame_span(bytes: &[u8]) -> Result<Option<usize>, WireError> {
    let begun = bytes.len().min(MARK.len());
    if bytes[..begun] != MARK[..begun] {
        return Err(WireError::Malformed(format!("no frame begins with {:02x?}", &bytes[..begun])));
    }
    if let Some(version) = bytes.get(MARK.len()).filter(|version| **version != VERSION) {
        let (found, expected) = (u32::from(*version), u32::from(VERSION));
        return Err(WireError::Version { found, expected });
    }
    if bytes.len() < FRAME_HEADER {
        return Ok(None);
    }
    let length = WireReader::new(&bytes[MARK.len() + 1..]).u32()?;
    let span = usize::try_from(length).ok().and_then(|length| length.checked_add(FRAME_HEADER));
    span.map(Some).ok_or_else(|| WireError::Malformed(format!("a frame of {length} bytes")))
}

/// The message's bytes in exactly this frame.
///
/// # Errors
/// Where these bytes are no frame, or not one that was sent like this.
pub fn open_frame(frame: &[u8]) -> Result<&[u8], WireError> {
    frame_span(frame)?;
    let mut reader = WireReader::new(frame.get(MARK.len() + 1..).unwrap_or_default());
    let (length, expected) = (reader.u32()?, reader.u32()?);
    let message = reader.rest();
    if message.len() as u64 != u64::from(length) {
        let here = message.len();
        return Err(WireError::Malformed(format!("{here} bytes in a frame of {length}")));
    }
    match checksum(length, message) {
        found if found == expected => Ok(message),
        found => Err(WireError::Checksum { found, expected }),
    }
}

/// Reads a message back from exactly its frame.
///
/// # Errors
/// Where these bytes are no frame, not one that was sent like this, or none of such a message.
pub fn unseal<T: Wire>(frame: &[u8]) -> Result<T, WireError> {
    T::decode(open_frame(frame)?)
}

fn checksum(length: u32, message: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&length.to_le_bytes());
    hasher.update(message);
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(text: &str) -> Vec<u8> {
        let mut frame = Vec::new();
        seal(&text.to_owned(), &mut frame);
        frame
    }

    #[test]
    fn a_message_comes_back_from_its_frame_whatever_stands_before_it() {
        for text in ["", "ahoy", &"a".repeat(100_000)] {
            let whole = frame(text);
            assert_eq!(whole.len(), FRAME_HEADER + text.len());
            assert_eq!(unseal::<String>(&whole), Ok(text.to_owned()));
            let mut second = b"first".to_vec();
            seal(&text.to_owned(), &mut second);
            assert_eq!(second[5..], whole);
        }
    }

    #[test]
    fn the_form_is_frozen() {
        let header = [0x53, 0x46, 0x72, 1, 2, 0, 0, 0];
        let bytes = frame("hi");
        assert_eq!(bytes[..8], header);
        assert_eq!(bytes[8..12], checksum(2, b"hi").to_le_bytes());
        assert_eq!(crc32fast::hash(b"123456789"), 0xcbf4_3926, "IEEE 802.3");
    }

    #[test]
    fn the_span_of_a_frame_is_known_from_its_header_on_and_its_mark_and_version_before() {
        let whole = frame("ahoy");
        for len in 0..=whole.len() {
            let known = (len >= FRAME_HEADER).then_some(whole.len());
            assert_eq!(frame_span(&whole[..len]), Ok(known), "{len}");
        }
        assert!(frame_span(b"S\n").is_err());
        assert_eq!(frame_span(b"SFr2"), Err(WireError::Version { found: 50, expected: 1 }));
        let lying = [&whole[..4], &[0xff; 8][..]].concat();
        assert_eq!(frame_span(&lying), Ok(Some(FRAME_HEADER + 0xffff_ffff)));
    }

    #[test]
    fn any_byte_changed_in_any_way_is_refused() {
        let whole = frame("ahoy, sailor");
        for place in 0..whole.len() {
            for pattern in 1..=u8::MAX {
                let mut changed = whole.clone();
                changed[place] ^= pattern;
                assert!(unseal::<String>(&changed).is_err(), "byte {place} by {pattern:#x}");
            }
        }
    }

    #[test]
    fn a_frame_that_is_cut_short_goes_on_or_is_of_another_version_is_refused_by_name() {
        let whole = frame("ahoy");
        assert!((0..whole.len()).all(|len| unseal::<String>(&whole[..len]).is_err()));
        let mut longer = whole.clone();
        longer.push(0);
        let error = unseal::<String>(&longer).expect_err("too long").to_string();
        assert_eq!(error, "malformed bytes: 5 bytes in a frame of 4");
        let mut newer = whole.clone();
        newer[3] = 9;
        let error = unseal::<String>(&newer).expect_err("of another version");
        assert_eq!(error, WireError::Version { found: 9, expected: 1 });
        let mut changed = whole;
        changed[13] ^= 4;
        let error = unseal::<String>(&changed).expect_err("it was changed").to_string();
        assert!(error.starts_with("the checksum is "), "{error}");
    }
}
