//! A stream of frames on a pipe.
#![no_main]

use seatrial_conformance::bytes;

libfuzzer_sys::fuzz_target!(|data: &[u8]| bytes::pipe(data));
