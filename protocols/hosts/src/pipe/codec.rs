//! The frames of a pipe.

use std::io::{self, ErrorKind, Read};

use thiserror::Error;

/// The longest frame, in bytes.
pub const PIPE_LIMIT: u64 = 80 << 20;

/// How many bytes of a frame come before what its kind has.
const HEAD: u64 = 9;

/// What a frame holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// What it is.
    pub kind: u8,
    /// Whose, or which.
    pub number: u64,
    /// What it has.
    pub bytes: Vec<u8>,
}

/// Why a pipe cannot be read on.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PipeError {
    /// The system says so.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// It ended within a frame.
    #[error("the input ended within a frame")]
    Cut,
    /// A frame's length is none that is accepted.
    #[error("a frame of {0} bytes; it has {HEAD} at least, and {PIPE_LIMIT} at most are accepted")]
    Length(u64),
}

/// Appends a frame.
pub fn write_parcel(kind: u8, number: u64, bytes: &[u8], out: &mut Vec<u8>) {
    let mut length = HEAD + bytes.len() as u64;
    while length >= 0x80 {
        out.push(length as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
    out.push(kind);
    out.extend_from_slice(&number.to_le_bytes());
    out.extend_from_slice(bytes);
}

/// Reads the next frame; nothing where the input ends before it. Memory is taken for what comes, not for what a length promises.
///
/// # Errors
/// Where what comes is no frame. There is nothing more to be had from this input then.
pub fn read_parcel(input: &mut impl Read) -> Result<Option<Parcel>, PipeError> {
    let mut length = 0_u64;
    for place in 0.. {
        let mut byte = [0];
        match input.read_exact(&mut byte) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof && place == 0 => {
                return Ok(None);
            }
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Err(PipeError::Cut),
            read => read?,
        }
        length |= u64::from(byte[0] & 0x7f) << (7 * place);
        if byte[0] & 0x80 == 0 {
            break;
        }
        if place == 4 {
            return Err(PipeError::Length(length));
        }
    }
    if !(HEAD..=PIPE_LIMIT).contains(&length) {
        return Err(PipeError::Length(length));
    }
    let mut whole = Vec::new();
    input.by_ref().take(length).read_to_end(&mut whole)?;
    if (whole.len() as u64) < length {
        return Err(PipeError::Cut);
    }
    let bytes = whole.split_off(HEAD as usize);
    let number = u64::from_le_bytes(std::array::from_fn(|place| whole[place + 1]));
    Ok(Some(Parcel { kind: whole[0], number, bytes }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(mut bytes: &[u8]) -> (Vec<Parcel>, Option<String>) {
        let mut parcels = Vec::new();
        loop {
            match read_parcel(&mut bytes) {
                Ok(Some(parcel)) => parcels.push(parcel),
                Ok(None) => return (parcels, None),
                Err(error) => return (parcels, Some(error.to_string())),
            }
        }
    }

    fn parcels() -> impl Strategy<Value = Vec<Parcel>> {
        let bytes = prop::collection::vec(any::<u8>(), 0..300);
        let parcel = (any::<u8>(), any::<u64>(), bytes).prop_map(|(kind, number, bytes)| Parcel {
            kind,
            number,
            bytes,
        });
        prop::collection::vec(parcel, 0..5)
    }

    #[test]
    fn a_length_that_lies_is_refused_and_takes_no_memory() {
        let refused = |bytes: &[u8]| read(bytes).1.expect("refused");
        assert!(refused(&[8, 0, 0]).starts_with("a frame of 8 bytes; it has 9 at least"));
        assert!(refused(&[0xff; 20]).starts_with("a frame of 34359738367 bytes"));
        let largest = [&[0x80, 0x80, 0x80, 0x28][..], &[0; 30]].concat();
        assert_eq!(refused(&largest), "the input ended within a frame");
        assert_eq!(refused(&[0x80]), "the input ended within a frame");
    }

    #[test]
    fn the_form_is_frozen() {
        let mut out = Vec::new();
        write_parcel(2, 0x0102, b"incr", &mut out);
        assert_eq!(out, [&[13, 2, 2, 1, 0, 0, 0, 0, 0, 0][..], b"incr"].concat());
    }

    proptest! {
        #[test]
        fn frames_come_back_and_every_cut_is_seen(
            parcels in parcels(), cut in any::<prop::sample::Index>(),
        ) {
            let (mut out, mut ends) = (Vec::new(), vec![0]);
            for Parcel { kind, number, bytes } in &parcels {
                write_parcel(*kind, *number, bytes, &mut out);
                ends.push(out.len());
            }
            prop_assert_eq!(read(&out), (parcels.clone(), None));
            let cut = cut.index(out.len() + 1);
            let (some, error) = read(&out[..cut]);
            prop_assert!(parcels.starts_with(&some));
            prop_assert_eq!(error.is_none(), ends.contains(&cut));
        }

        #[test]
        fn no_bytes_make_reading_panic(bytes in any::<Vec<u8>>()) {
            prop_assert!(read(&bytes).0.len() <= bytes.len() / 10);
        }
    }
}
