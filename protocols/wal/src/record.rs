//! The form of one record in the file; the crate's page has the table.

use crc32fast::Hasher;

/// The longest record, in bytes. A length above it is no record's, so that a damaged length cannot ask for all memory.
pub const MAX_RECORD: usize = 64 << 20;

/// The length of what precedes a record's content.
pub(crate) const HEADER: usize = 24;

/// What a record is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Holds what a node has appended.
    Record,
    /// Ends the part of the file that a rewrite made; holds nothing.
    Seal,
}

impl Kind {
    /// The first bytes of the header. Never zeros, so that a hole in the file is no record.
    pub(crate) const fn magic(self) -> [u8; 4] {
        match self {
            Self::Record => *b"SWr1",
            Self::Seal => *b"SWs1",
        }
    }
}

/// The fields that precede a record's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) kind: Kind,
    pub(crate) checksum: u32,
    pub(crate) before: u32,
    pub(crate) length: u32,
    pub(crate) watermark: u64,
}

impl Header {
    /// Reads a header; `None` where these bytes are none. Whether it is that of a whole record, [`Header::fits`] tells.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; HEADER] = bytes.first_chunk()?;
        let word = |at: usize| {
            u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
        };
        let kind =
            [Kind::Record, Kind::Seal].into_iter().find(|k| bytes.starts_with(&k.magic()))?;
        let length = word(12);
        let possible = length as usize <= MAX_RECORD && (kind == Kind::Record || length == 0);
        possible.then(|| Self {
            kind,
            checksum: word(4),
            before: word(8),
            length,
            watermark: u64::from(word(16)) | u64::from(word(20)) << 32,
        })
    }

    /// How long the record is, header and content.
    pub(crate) fn span(&self) -> u64 {
        HEADER as u64 + u64::from(self.length)
    }

    /// Whether this content belongs to this header at this offset of the file.
    pub(crate) fn fits(&self, offset: u64, content: &[u8]) -> bool {
        content.len() == self.length as usize && self.checksum_at(offset, content) == self.checksum
    }

    fn checksum_at(&self, offset: u64, content: &[u8]) -> u32 {
        let mut fields = [0; 28];
        fields[..8].copy_from_slice(&offset.to_le_bytes());
        fields[8..12].copy_from_slice(&self.kind.magic());
        fields[12..16].copy_from_slice(&self.before.to_le_bytes());
        fields[16..20].copy_from_slice(&self.length.to_le_bytes());
        fields[20..].copy_from_slice(&self.watermark.to_le_bytes());
        let mut hasher = Hasher::new();
        hasher.update(&fields);
        hasher.update(content);
        hasher.finalize()
    }
}

/// Appends a record's bytes to `out`, as they stand at this offset of the file, and returns its checksum.
pub(crate) fn encode(
    kind: Kind,
    content: &[u8],
    offset: u64,
    before: u32,
    watermark: u64,
    out: &mut Vec<u8>,
) -> u32 {
    assert!(content.len() <= MAX_RECORD, "a record has at most {MAX_RECORD} bytes");
    let mut header = Header { kind, checksum: 0, before, length: content.len() as u32, watermark };
    header.checksum = header.checksum_at(offset, content);
    out.extend_from_slice(&kind.magic());
    out.extend_from_slice(&header.checksum.to_le_bytes());
    out.extend_from_slice(&before.to_le_bytes());
    out.extend_from_slice(&header.length.to_le_bytes());
    out.extend_from_slice(&watermark.to_le_bytes());
    out.extend_from_slice(content);
    header.checksum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_as_it_was_written_and_fits_at_its_own_offset_only() {
        let mut bytes = Vec::new();
        let checksum = encode(Kind::Record, b"ahoy", 96, 7, 40, &mut bytes);
        let header = Header::decode(&bytes).expect("a header");
        let expected = Header { kind: Kind::Record, checksum, before: 7, length: 4, watermark: 40 };
        assert_eq!(header, expected);
        assert!(header.fits(96, b"ahoy"));
        assert!(!header.fits(97, b"ahoy"), "at another offset");
        assert!(!header.fits(96, b"ahoj"), "with other content");
        assert!(!header.fits(96, b"aho"), "with less content");
    }

    #[test]
    fn bytes_that_are_no_header_are_refused() {
        assert_eq!(Header::decode(&[0; HEADER]), None, "a hole");
        assert_eq!(Header::decode(b"SWr1"), None, "too short");
        let mut bytes = Vec::new();
        encode(Kind::Seal, b"", 0, 0, 0, &mut bytes);
        bytes[12] = 1;
        assert_eq!(Header::decode(&bytes), None, "a seal with content");
        encode(Kind::Record, b"", 0, 0, 0, &mut bytes);
        bytes[HEADER + 15] = 0xff;
        assert_eq!(Header::decode(&bytes[HEADER..]), None, "an impossible length");
    }
}
