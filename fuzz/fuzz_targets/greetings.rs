//! The first frame each way.
#![no_main]

use seatrial_conformance::bytes;

libfuzzer_sys::fuzz_target!(|data: &[u8]| bytes::greetings(data));
