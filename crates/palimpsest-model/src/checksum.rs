//! A checksum of what is kept.

/// A checksum of 32 bits, eight bytes at a time: finds damage, not malice.
#[must_use]
pub fn checksum(bytes: &[u8]) -> u32 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let step = |hash: u64, word: [u8; 8]| {
        let mixed = (hash ^ u64::from_le_bytes(word)).wrapping_mul(FACTOR);
        mixed ^ (mixed >> 32)
    };
    let (words, rest) = bytes.as_chunks();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let hash = words.iter().fold(bytes.len() as u64, |hash, word| step(hash, *word));
    step(hash, last) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_byte_changes_the_checksum_wherever_it_stands() {
        let text: Vec<u8> = (0..100).collect();
        for place in 0..text.len() {
            let mut damaged = text.clone();
            damaged[place] ^= 1;
            assert_ne!(checksum(&damaged), checksum(&text), "{place}");
        }
        assert_ne!(checksum(b""), checksum(b"\0"));
    }
}
