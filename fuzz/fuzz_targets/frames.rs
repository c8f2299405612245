//! A stream of frames between members, or from a client.
#![no_main]

use seatrial_conformance::bytes;

libfuzzer_sys::fuzz_target!(|data: &[u8]| bytes::frames(data));
