//! Messages of a service and of Raft, requests and answers.
#![no_main]

use seatrial_conformance::bytes;

libfuzzer_sys::fuzz_target!(|data: &[u8]| bytes::messages(data));
