//! POST /object.

use std::collections::BTreeMap;

use palimpsest_model::{
    Block, BlockDraft, BuiltIn, CollectionId, Creation, File, Number, Object, ObjectId, Path, Problem, PropertyId,
    PropertyKind, Schema, Sections, State, Structure, StructureId, Value, task_defaults,
};
use palimpsest_store::{ChangeKind, Found, Tx};
use serde_json::json;

use super::{check_limits, live};
use crate::blocks::identify;
use crate::check::Checks;
use crate::error::{Code, Error};
use crate::operation::Ignored;
use crate::world::Fresh;

/// Makes an object.
#[derive(Clone, Debug)]
pub struct CreateObject {
    /// The id the client chose, if it did.
    pub id: Option<ObjectId>,
    /// What it shall be.
    pub structure: StructureId,
    /// The collections it goes into.
    pub collections: Vec<CollectionId>,
    /// Its values.
    pub properties: Vec<(PropertyId, Value)>,
    /// Its text; sections left out begin empty, the main one with one empty text block.
    pub blocks: BTreeMap<PropertyId, Vec<BlockDraft>>,
}

/// What of a new object nobody sent.
#[derive(Default)]
pub(crate) struct Unsent {
    /// Values, for what was not sent.
    pub(crate) values: BTreeMap<PropertyId, Value>,
    /// Its files.
    pub(crate) files: Vec<File>,
}

impl Unsent {
    /// What a file tells of its object.
    pub(crate) fn of_file(structure: &Structure, file: &File) -> Self {
        let size = PropertyId::from("media_fileSize");
        let value = Value::Number(Some(Number::from(serde_json::Number::from(file.size))));
        let values = structure.property(&size).map(|_| (size.clone(), value)).into_iter().collect();
        Self { values, files: vec![file.clone()] }
    }
}

impl CreateObject {
    pub(crate) fn apply(&self, tx: &mut Tx<'_>, fresh: &mut Fresh, ignored: &mut Ignored) -> Result<Found, Error> {
        self.make(tx, fresh, ignored, None)
    }

    /// Makes it; `within` is the path of the text it was read from, when it was read from one.
    pub(crate) fn make(
        &self,
        tx: &mut Tx<'_>,
        fresh: &mut Fresh,
        ignored: &mut Ignored,
        within: Option<&Path>,
    ) -> Result<Found, Error> {
        let schema = std::sync::Arc::clone(tx.schema());
        let structure = creatable(&schema, self.structure)?;
        self.build(structure, Unsent::default(), tx, fresh, ignored, within)
    }

    /// Makes it of a structure.
    pub(crate) fn build(
        &self,
        structure: &Structure,
        unsent: Unsent,
        tx: &mut Tx<'_>,
        fresh: &mut Fresh,
        ignored: &mut Ignored,
        within: Option<&Path>,
    ) -> Result<Found, Error> {
        let id = self.id.unwrap_or_else(|| fresh.object());
        let mut drafts = self.blocks.clone();
        let mut checks = Checks::new(tx, structure, id, None);
        if let Some(path) = within {
            checks = checks.within(path);
        }
        let collections = checks.collections(&self.collections, &Path::keys(&["collections"]));
        let properties = checks.properties(&self.properties)?;
        checks.sections(&mut drafts)?;
        checks.finish(ignored)?;
        if tx.object(id)?.is_some() {
            let error = Error::new(Code::AlreadyExists, format!("The id {id} was given before"));
            return Err(error.with_details(json!({ "id": id })));
        }
        let Unsent { mut values, files } = unsent;
        values.extend(properties);
        let properties = with_defaults(structure, values, tx.at());
        let mut object =
            Object { id, structure: structure.id, collections, properties, blocks: Sections::default(), files };
        object.blocks = identify(tx, fresh, &object, drafts, ignored)?.into();
        for (index, section) in structure.sections().enumerate() {
            let first = if index == 0 { vec![Block::empty(fresh.block())] } else { Vec::new() };
            object.blocks.entry(section.clone()).or_insert(first);
        }
        check_limits(&object)?;
        tx.put(object, State::Live, ChangeKind::Created)?;
        live(tx, id)
    }
}

/// The structure of a new object that a client makes directly.
pub(crate) fn creatable(schema: &Schema, id: StructureId) -> Result<&Structure, Error> {
    let found = schema.structure(id).map(|structure| &structure.value);
    match (found, id) {
        (Some(structure), _) if structure.creation == Creation::Direct => Ok(structure),
        (Some(_), _) | (None, StructureId::BuiltIn(_)) => {
            Err(Error::new(Code::InvalidInput, "This object type cannot be created via this endpoint."))
        }
        (None, StructureId::Custom(_)) => Err(Problem::new(Path::keys(&["structureId"]), "Unknown structure").into()),
    }
}

fn with_defaults(
    structure: &Structure,
    mut properties: BTreeMap<PropertyId, Value>,
    now: palimpsest_model::Timestamp,
) -> BTreeMap<PropertyId, Value> {
    if structure.id == StructureId::BuiltIn(BuiltIn::RootTask) {
        for (id, value) in task_defaults() {
            properties.entry(id).or_insert(value);
        }
    }
    for definition in structure.properties.iter().filter(|property| property.kind == PropertyKind::CreatedAt) {
        properties.entry(definition.id.clone()).or_insert(Value::CreatedAt(now));
    }
    properties
}
