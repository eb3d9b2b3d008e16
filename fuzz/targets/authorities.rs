#![no_main]

#[allow(dead_code)]
#[path = "../src/receipts.rs"]
mod receipts;

libfuzzer_sys::fuzz_target!(|data: &[u8]| receipts::authorities(data));
