//! Sizes as they are written: a number of bytes, or a number and a unit.

use std::str::FromStr;

use palimpsest_engine::MAX_FILE;

/// A number of bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Size(pub(crate) u64);

/// That of the largest file, unless it is said otherwise.
impl Default for Size {
    fn default() -> Self {
        Self(MAX_FILE)
    }
}

/// Units and their bytes. Longer ones first: `B` ends them all.
const UNITS: [(&str, u64); 9] = [
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("B", 1),
];

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unit = UNITS.iter().find_map(|(unit, bytes)| Some((text.strip_suffix(unit)?, *bytes)));
        let (digits, bytes) = unit.unwrap_or((text, 1));
        let number = Some(digits.trim_end()).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
        let number = number.and_then(|digits| digits.parse::<u64>().ok()).filter(|number| *number > 0);
        number.and_then(|number| number.checked_mul(bytes)).map(Self).ok_or_else(|| {
            format!("`{text}` is no size: expected a number of bytes, or a number and a unit, such as 300MB or 2GiB")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read() {
        for (text, bytes) in [
            ("1", 1),
            ("4096", 4096),
            ("12B", 12),
            ("300MB", 300_000_000),
            ("2GiB", 2_147_483_648),
            ("10 KiB", 10_240),
            ("1TB", 1_000_000_000_000),
        ] {
            assert_eq!(text.parse(), Ok(Size(bytes)), "{text}");
        }
        for wrong in ["", "0", "0GiB", "-1", "+1", "1.5GB", "GiB", "1 PB", "1gb", "é", "99999999999TiB"] {
            assert!(wrong.parse::<Size>().is_err(), "{wrong}");
        }
    }
}
