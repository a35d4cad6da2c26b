//! DELETE /object?id=…&hardDelete=true|false.

use palimpsest_engine::{DeleteObject, Operation};
use palimpsest_model::{ObjectId, Problems, read_uuid};

use crate::input::Input;

pub(crate) fn read(input: &Input) -> Result<Operation, Problems> {
    let delete = input.query(|query, reading| {
        let id = read_uuid(&query.get("id"), reading).map(ObjectId);
        let flag = query.get("hardDelete");
        let hard = match flag.value().and_then(serde_json::Value::as_str) {
            None | Some("false") => Some(false),
            Some("true") => Some(true),
            Some(_) => flag.boolean(reading),
        };
        Some(DeleteObject { id: id?, hard: hard? })
    })?;
    Ok(Operation::DeleteObject(delete))
}
