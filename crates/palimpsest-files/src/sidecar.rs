//! What is known of a file beside its bytes: how many there are, one sum for each mebibyte of them, and when it was last put.

use palimpsest_model::{FileHash, Timestamp};
use sha2::{Digest, Sha256};

/// So many bytes have a sum.
pub(crate) const CHUNK: u64 = 1 << 20;

const SUM: usize = 32;
const NUMBER: usize = 8;

/// Sums of a file.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Sums {
    pub(crate) size: u64,
    sums: Vec<[u8; SUM]>,
}

impl Sums {
    /// How many bytes a chunk has.
    pub(crate) fn length(&self, chunk: u64) -> u64 {
        self.size.saturating_sub(chunk.saturating_mul(CHUNK)).min(CHUNK)
    }

    /// Whether these are the bytes of a chunk.
    pub(crate) fn fit(&self, chunk: u64, bytes: &[u8]) -> bool {
        let sum = usize::try_from(chunk).ok().and_then(|chunk| self.sums.get(chunk));
        bytes.len() as u64 == self.length(chunk)
            && sum.is_some_and(|sum| *sum == <[u8; SUM]>::from(Sha256::digest(bytes)))
    }
}

/// Sums with the time, as they are written: two numbers, then the sums.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Sidecar {
    pub(crate) put: Timestamp,
    pub(crate) sums: Sums,
}

impl Sidecar {
    pub(crate) fn write(&self) -> Vec<u8> {
        let numbers = [self.put.0.to_le_bytes(), self.sums.size.to_le_bytes()];
        [numbers.concat(), self.sums.sums.concat()].concat()
    }

    /// Nothing when it is none.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let (put, rest) = bytes.split_first_chunk::<NUMBER>()?;
        let (size, rest) = rest.split_first_chunk::<NUMBER>()?;
        let size = u64::from_le_bytes(*size);
        let (sums, left) = rest.as_chunks::<SUM>();
        let whole = left.is_empty() && sums.len() as u64 == size.div_ceil(CHUNK);
        let put = Timestamp(i64::from_le_bytes(*put));
        whole.then(|| Self { put, sums: Sums { size, sums: sums.to_vec() } })
    }
}

/// Sums that are being made.
#[derive(Default)]
pub(crate) struct Summing {
    whole: Sha256,
    chunk: Sha256,
    sums: Sums,
}

impl Summing {
    pub(crate) fn add(&mut self, mut bytes: &[u8]) {
        self.whole.update(bytes);
        while !bytes.is_empty() {
            let room = CHUNK - self.sums.size % CHUNK;
            let (now, later) = bytes.split_at(bytes.len().min(usize::try_from(room).unwrap_or(usize::MAX)));
            self.chunk.update(now);
            self.sums.size += now.len() as u64;
            if self.sums.size.is_multiple_of(CHUNK) {
                self.sums.sums.push(self.chunk.finalize_reset().into());
            }
            bytes = later;
        }
    }

    pub(crate) fn finish(mut self) -> (FileHash, Sums) {
        if !self.sums.size.is_multiple_of(CHUNK) {
            self.sums.sums.push(self.chunk.finalize().into());
        }
        (FileHash(self.whole.finalize().into()), self.sums)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(bytes: &[u8], piece: usize) -> (FileHash, Sums) {
        let mut summing = Summing::default();
        bytes.chunks(piece).for_each(|piece| summing.add(piece));
        summing.finish()
    }

    #[test]
    fn sums_are_the_same_however_the_bytes_come_and_are_read_as_they_were_written() {
        let chunk = CHUNK as usize;
        for length in [0, 1, chunk - 1, chunk, chunk + 1, 2 * chunk, 2 * chunk + 7] {
            let bytes: Vec<u8> = (0..length).map(|index| (index * 31 % 251) as u8).collect();
            let (hash, known) = sums(&bytes, usize::MAX);
            assert_eq!(hash, FileHash(Sha256::digest(&bytes).into()));
            assert_eq!((known.size, known.sums.len()), (length as u64, length.div_ceil(chunk)));
            for piece in [1000, chunk - 1, chunk, chunk + 1] {
                assert_eq!(sums(&bytes, piece), (hash, known.clone()), "{length} by {piece}");
            }
            let sidecar = Sidecar { put: Timestamp(-5), sums: known };
            let written = sidecar.write();
            assert_eq!(Sidecar::read(&written), Some(sidecar.clone()));
            assert_eq!(Sidecar::read(&written[1..]), None);
            assert_eq!(Sidecar::read(&[written, vec![0; SUM]].concat()), None);
            for (index, part) in bytes.chunks(chunk).enumerate() {
                assert!(sidecar.sums.fit(index as u64, part));
                assert!(!sidecar.sums.fit(index as u64, &part[1..]) && !sidecar.sums.fit(index as u64 + 9, part));
            }
        }
    }
}
