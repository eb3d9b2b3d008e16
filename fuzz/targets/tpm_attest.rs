#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| concordat_fuzz::tpm_attest(data));
