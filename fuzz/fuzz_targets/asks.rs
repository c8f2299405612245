//! What clients and members say to each other.
#![no_main]

use seatrial_conformance::bytes;

libfuzzer_sys::fuzz_target!(|data: &[u8]| bytes::asks(data));
