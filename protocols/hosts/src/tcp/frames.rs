//! Frames out of a stream of bytes, however the stream is cut.

use seatrial_node::{FRAME_HEADER, WireError, frame_span, open_frame};
use thiserror::Error;

/// Why a stream cannot be read on. Where the next frame would begin nobody knows, so the connection ends.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FrameError {
    /// What came is no frame.
    #[error("{0}")]
    Wire(#[from] WireError),
    /// A frame says that it is longer than any that is accepted here.
    #[error("a frame of {length} bytes; {limit} at most are accepted here")]
    TooLong {
        /// How long it says that it is, its header included.
        length: usize,
        /// The longest that is accepted.
        limit: usize,
    },
}

/// Takes bytes as they come and gives the frames' contents out. It holds what has come of one frame, never what a header promises.
#[derive(Debug)]
pub struct Frames {
    bytes: Vec<u8>,
    /// How much at the front has been given out.
    taken: usize,
    limit: usize,
}

impl Frames {
    /// Frames whose content has so many bytes at most.
    pub const fn new(limit: usize) -> Self {
        Self { bytes: Vec::new(), taken: 0, limit: limit.saturating_add(FRAME_HEADER) }
    }

    /// Accepts longer or shorter frames from now on.
    pub const fn set_limit(&mut self, limit: usize) {
        self.limit = limit.saturating_add(FRAME_HEADER);
    }

    /// Where to put what comes next: at the end of this.
    pub fn room(&mut self) -> &mut Vec<u8> {
        if self.taken > 0 {
            self.bytes.drain(..self.taken);
            self.taken = 0;
        }
        &mut self.bytes
    }

    /// The content of the next frame, once all of it has come.
    ///
    /// # Errors
    /// Where what came is no frame, or too long a one. There is nothing more to be had from this stream then.
    pub fn take(&mut self) -> Result<Option<&[u8]>, FrameError> {
        let rest = &self.bytes[self.taken..];
        let Some(length) = frame_span(rest)? else { return Ok(None) };
        if length > self.limit {
            return Err(FrameError::TooLong { length, limit: self.limit });
        }
        let Some(frame) = rest.get(..length) else { return Ok(None) };
        let content = open_frame(frame)?;
        self.taken += length;
        Ok(Some(content))
    }

    /// Whether a frame has begun and not ended.
    pub const fn is_within(&self) -> bool {
        self.taken < self.bytes.len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use seatrial_node::seal_with;

    use super::*;

    /// All that comes out of these pieces, and what ended it.
    fn read(pieces: &[&[u8]], limit: usize) -> (Vec<Vec<u8>>, Option<FrameError>) {
        let mut frames = Frames::new(limit);
        let mut out = Vec::new();
        for piece in pieces {
            frames.room().extend_from_slice(piece);
            loop {
                match frames.take() {
                    Ok(Some(content)) => out.push(content.to_vec()),
                    Ok(None) => break,
                    Err(error) => return (out, Some(error)),
                }
            }
        }
        (out, None)
    }

    fn stream(contents: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for content in contents {
            seal_with(&mut bytes, |out| out.extend_from_slice(content));
        }
        bytes
    }

    #[test]
    fn every_cut_of_a_stream_in_two_gives_the_same_frames() {
        let contents = [b"ahoy".to_vec(), Vec::new(), vec![0x53; 300]];
        let bytes = stream(&contents);
        for cut in 0..=bytes.len() {
            let (out, error) = read(&[&bytes[..cut], &bytes[cut..]], 1_000);
            assert_eq!((out.as_slice(), error), (&contents[..], None), "cut at {cut}");
        }
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(read(&single, 1_000), (contents.to_vec(), None));
    }

    #[test]
    fn a_frame_that_lies_about_its_length_is_refused_before_it_has_come() {
        let mut bytes = stream(&[b"ahoy".to_vec()]);
        bytes[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
        let (out, error) = read(&[&bytes[..FRAME_HEADER]], 1_000);
        let error = error.expect("too long").to_string();
        assert_eq!(error, "a frame of 4294967307 bytes; 1012 at most are accepted here");
        assert_eq!(out.len(), 0);
        // One that says less than it has ends early, and does not fit its checksum.
        bytes[4..8].copy_from_slice(&2_u32.to_le_bytes());
        assert!(matches!(
            read(&[&bytes], 99).1,
            Some(FrameError::Wire(WireError::Checksum { .. }))
        ));
    }

    #[test]
    fn another_version_and_a_stranger_are_refused_at_their_first_bytes() {
        let refused = |bytes: &[u8]| read(&[bytes], 99).1.expect("refused").to_string();
        assert!(refused(b"SFr\x09").contains("version 9"), "{}", refused(b"SFr\x09"));
        assert!(refused(b"G").contains("no frame begins with [47]"), "{}", refused(b"G"));
        assert!(refused(b"\x16\x03\x01").contains("no frame"), "a TLS client");
    }

    proptest! {
        #[test]
        fn any_cut_of_any_stream_gives_its_frames(
            contents in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 0..8),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
        ) {
            let bytes = stream(&contents);
            let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
            places.extend([0, bytes.len()]);
            places.sort_unstable();
            let pieces: Vec<&[u8]> = places.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
            prop_assert_eq!(read(&pieces, 60), (contents, None));
        }

        #[test]
        fn no_bytes_make_reading_panic_and_no_changed_frame_comes_out(
            contents in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 1..5),
            place in any::<prop::sample::Index>(), change in 1..=u8::MAX, garbage in any::<Vec<u8>>(),
        ) {
            let mut bytes = stream(&contents);
            let place = place.index(bytes.len());
            bytes[place] ^= change;
            bytes.extend(&garbage);
            let (out, _) = read(&[&bytes], 60);
            prop_assert!(out.len() < contents.len() && contents.starts_with(&out), "{out:?}");
            read(&[&garbage], 60);
        }
    }
}
