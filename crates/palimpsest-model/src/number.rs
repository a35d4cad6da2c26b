//! Numbers as JavaScript clients mean them: `50` and `50.0` are one number, and it is written `50`.

use serde::{Deserialize, Deserializer, Serialize};

/// A finite number in normal form, so that equal numbers have equal bytes.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(transparent)]
pub struct Number(serde_json::Number);

const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;
const TWO_TO_64: f64 = 18_446_744_073_709_551_616.0;

impl From<serde_json::Number> for Number {
    /// A whole float becomes the integer it is, as far as integers are kept as such: below 2^64 and from -2^63 on.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the number is whole and in range")]
    fn from(number: serde_json::Number) -> Self {
        let whole = number.as_f64().filter(|float| number.is_f64() && float.fract() == 0.0);
        Self(match whole {
            Some(float) if (-TWO_TO_63..TWO_TO_63).contains(&float) => serde_json::Number::from(float as i64),
            Some(float) if (TWO_TO_63..TWO_TO_64).contains(&float) => serde_json::Number::from(float as u64),
            _ => number,
        })
    }
}

impl From<i64> for Number {
    fn from(number: i64) -> Self {
        Self(number.into())
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde_json::Number::deserialize(deserializer).map(Self::from)
    }
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_numbers_are_written_alike() {
        let cases = [
            ("50.0", "50"),
            ("-0.0", "0"),
            ("3.5", "3.5"),
            ("1e3", "1000"),
            ("1e300", "1e+300"),
            ("1e16", "10000000000000000"),
            ("-9223372036854775808.0", "-9223372036854775808"),
            ("1e19", "10000000000000000000"),
        ];
        for (input, expected) in cases {
            let number: Number = serde_json::from_str(input).unwrap();
            assert_eq!(serde_json::to_string(&number).unwrap(), expected);
        }
    }
}
