//! Lengths of time as they are written: a number and a unit.

use anyhow::bail;

/// Reads a length of time such as `30d`.
pub(crate) fn milliseconds(text: &str) -> anyhow::Result<i64> {
    let unit = match text.bytes().last() {
        Some(b's') => 1_000,
        Some(b'm') => 60_000,
        Some(b'h') => 3_600_000,
        Some(b'd') => 86_400_000,
        Some(b'w') => 604_800_000,
        _ => 0,
    };
    let number: Option<i64> = text.get(..text.len().saturating_sub(1)).and_then(|digits| digits.parse().ok());
    match number.filter(|number| unit > 0 && *number > 0).and_then(|number| number.checked_mul(unit)) {
        Some(length) => Ok(length),
        None => bail!("`{text}` is no length of time: expected a number and a unit, such as 45m, 12h, 30d or 8w"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_read() {
        assert_eq!(milliseconds("30d").unwrap(), 2_592_000_000);
        assert_eq!(milliseconds("45m").unwrap(), 2_700_000);
        for wrong in ["", "d", "30", "-1d", "1y", "é", "99999999999999999w"] {
            assert!(milliseconds(wrong).is_err(), "{wrong}");
        }
    }
}
