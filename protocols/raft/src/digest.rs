//! A fast hash of content, the same on every machine: for facts and for run hashes, not against forgery.

const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
const FACTOR: u64 = 0xd6e8_feb8_6659_fd93;

/// Folds one more number into a digest. The order matters.
pub(crate) fn mix(digest: u64, value: u64) -> u64 {
    let folded = (digest ^ value).wrapping_mul(FACTOR);
    folded ^ (folded >> 32)
}

/// The digest of these bytes. Equal contents have equal digests, and no content has zero.
pub(crate) fn of_bytes(bytes: &[u8]) -> u64 {
    let mut digest = mix(SEED, bytes.len() as u64);
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        digest = mix(digest, u64::from_le_bytes(*word));
    }
    if !rest.is_empty() {
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        digest = mix(digest, u64::from_le_bytes(last));
    }
    digest.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_that_differ_in_any_byte_or_in_length_differ() {
        let base = of_bytes(b"a value of twenty-five by");
        assert_ne!(base, of_bytes(b"b value of twenty-five by"));
        assert_ne!(base, of_bytes(b"a value of twenty-five bz"));
        assert_ne!(of_bytes(b"a"), of_bytes(b"a\0"));
        assert_ne!(of_bytes(b""), 0);
    }

    #[test]
    fn the_digest_is_the_same_on_every_machine_and_in_every_version() {
        assert_eq!(of_bytes(b"seatrial"), 5_017_446_844_189_094_301);
    }
}
