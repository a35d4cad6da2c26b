//! How many commits may share one sync.

use std::str::FromStr;

use serde::Deserialize;

/// A number of 1 to 256.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(try_from = "u64")]
pub(crate) struct CommitsPerSync(pub(crate) usize);

/// As many as the store takes together.
const MOST: u64 = 256;

impl Default for CommitsPerSync {
    fn default() -> Self {
        Self(256)
    }
}

impl TryFrom<u64> for CommitsPerSync {
    type Error = String;

    fn try_from(number: u64) -> Result<Self, String> {
        let within = usize::try_from(number).ok().filter(|_| (1..=MOST).contains(&number));
        within.map(Self).ok_or_else(|| format!("{number} is no number from 1 to {MOST}"))
    }
}

impl FromStr for CommitsPerSync {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number: u64 = text.parse().map_err(|_| format!("`{text}` is no number from 1 to {MOST}"))?;
        number.try_into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_number_from_1_to_256() {
        assert_eq!("1".parse(), Ok(CommitsPerSync(1)));
        assert_eq!("256".parse(), Ok(CommitsPerSync::default()));
        for wrong in ["0", "257", "-1", "all", ""] {
            let error = wrong.parse::<CommitsPerSync>().unwrap_err();
            assert!(error.ends_with("is no number from 1 to 256"), "{error}");
        }
    }
}
