//! Ids, times and tags: the texts that name something.

use palimpsest_model::BuiltIn;
use serde_json::{Value, json};

use super::shape::{count, pattern, refer, said, words};

/// What `parse_uuid` reads.
const UUID: &str = "^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}|\
                    00000000-0000-0000-0000-000000000000|ffffffff-ffff-ffff-ffff-ffffffffffff)$";
/// What a `Timestamp` is written as.
const TIMESTAMP: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$";
/// What a version of an object is called.
const TAG: &str = "^\"[0-9a-f]{16}\\.[0-9]+\"$";

/// Schemas of the components.
pub(super) fn schemas() -> Vec<(String, Value)> {
    let built_ins = words(BuiltIn::ALL.iter().map(|word| word.as_str()));
    let structure = json!({"anyOf": [built_ins, refer("Uuid")]});
    let instant = json!({"type": "string", "anyOf": [{"format": "date-time"}, {"format": "date"}]});
    let named = [
        ("Uuid", said(pattern(UUID), "A UUID of version 1 to 8, the nil or the max UUID.")),
        ("StructureId", said(structure, "A built-in structure (object type), or the UUID of a custom one.")),
        ("Timestamp", said(pattern(TIMESTAMP), "An instant in UTC, to the millisecond.")),
        ("Instant", said(instant, "An ISO 8601 instant, or a day, which means its midnight UTC.")),
        ("EntityTag", said(pattern(TAG), "The version of an object: the log and the revision that made it so.")),
    ];
    named.map(|(name, schema)| (name.to_owned(), schema)).into()
}

/// A UUID.
pub(crate) fn uuid() -> Value {
    refer("Uuid")
}

/// The id of a structure.
pub(crate) fn structure_id() -> Value {
    refer("StructureId")
}

/// A revision of the space.
pub(crate) fn revision(about: &str) -> Value {
    said(count(1), about)
}

/// A name that is taken as it comes: what is no UUID names nothing.
pub(crate) fn name() -> Value {
    json!({"type": "string", "minLength": 1})
}

#[cfg(test)]
mod tests {
    use palimpsest_model::{Timestamp, parse_uuid};

    use super::*;

    #[test]
    fn the_pattern_of_uuids_admits_what_is_read() {
        let validator = jsonschema::validator_for(&pattern(UUID)).unwrap();
        for text in [
            "3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11",
            "3F0D6F2E-8A34-4F1C-AD57-2B7A3F0C9E11",
            "3f0d6f2e-8a34-0f1c-9d57-2b7a3f0c9e11",
            "3f0d6f2e-8a34-9f1c-9d57-2b7a3f0c9e11",
            "3f0d6f2e-8a34-4f1c-cd57-2b7a3f0c9e11",
            "3f0d6f2e8a344f1c9d572b7a3f0c9e11",
            "00000000-0000-0000-0000-000000000000",
            "00000000-0000-0000-0000-000000000001",
            "ffffffff-ffff-ffff-ffff-ffffffffffff",
            "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
            "",
        ] {
            assert_eq!(validator.is_valid(&json!(text)), parse_uuid(text).is_some(), "{text}");
        }
    }

    #[test]
    fn the_pattern_of_times_admits_what_is_written() {
        let validator = jsonschema::validator_for(&pattern(TIMESTAMP)).unwrap();
        for text in ["0000-01-01", "1969-12-31T23:59:59.9999Z", "9999-12-31T23:59:59.999Z"] {
            assert!(validator.is_valid(&json!(Timestamp::parse(text).unwrap().to_string())), "{text}");
        }
    }
}
