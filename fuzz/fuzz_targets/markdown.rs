//! Looks for bytes that break the law of the same name.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| palimpsest_laws::markdown(input));
