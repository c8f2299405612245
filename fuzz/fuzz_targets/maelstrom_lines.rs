//! Lines of JSON under Maelstrom.
#![no_main]

use seatrial_conformance::bytes;

libfuzzer_sys::fuzz_target!(|data: &[u8]| bytes::maelstrom_lines(data));
