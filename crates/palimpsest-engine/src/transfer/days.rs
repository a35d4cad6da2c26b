//! Objects that stand for days have ids that are computed from their space. In another space they get those of that space,
//! and whatever refers to them follows; else a day would have two notes, one of which nobody finds.

use std::collections::BTreeMap;

use palimpsest_model::{Block, BuiltIn, Content, LinkTarget, Object, ObjectId, StructureId, Timestamp, Token, Value};
use palimpsest_store::Tx;

use crate::dates::{day_id, is_day_id};
use crate::error::Error;

/// The day an object stands for, if it stands for one.
pub(super) fn day_of(object: &Object) -> Option<Timestamp> {
    let days = [BuiltIn::UtilDate, BuiltIn::RootDailyNote].map(StructureId::BuiltIn);
    let day = Timestamp::parse(object.title())?;
    days.contains(&object.structure).then_some(day.day())
}

/// Gives an object, and the days it refers to, the ids that they have in this space.
pub(super) fn rename(
    tx: &mut Tx<'_>,
    object: &mut Object,
    days: &BTreeMap<ObjectId, (StructureId, Timestamp)>,
) -> Result<(), Error> {
    let mut known = std::collections::BTreeSet::from([object.id]);
    crate::references::references_of(object, &mut known);
    let mut names = BTreeMap::new();
    for id in known {
        let Some((structure, day)) = days.get(&id) else { continue };
        if !is_day_id(tx.space(), *structure, *day, id) {
            names.insert(id, day_id(tx, *structure, *day)?);
        }
    }
    if names.is_empty() {
        return Ok(());
    }
    let name = |id: &mut ObjectId| *id = names.get(id).copied().unwrap_or(*id);
    name(&mut object.id);
    for value in object.properties.values_mut() {
        match value {
            Value::Entity(ids) => ids.iter_mut().for_each(name),
            Value::RichText(tokens) => rename_tokens(tokens, &name),
            _ => {}
        }
    }
    object.blocks.values_mut().for_each(|blocks| rename_blocks(blocks, &name));
    Ok(())
}

fn rename_blocks(blocks: &mut [Block], name: &impl Fn(&mut ObjectId)) {
    for block in blocks {
        match &mut block.content {
            Content::Text(text) => rename_tokens(&mut text.tokens, name),
            Content::Entity { target: Some(target), .. } => name(target),
            _ => {}
        }
        block.children.iter_mut().for_each(|list| rename_blocks(list, name));
    }
}

fn rename_tokens(tokens: &mut [Token], name: &impl Fn(&mut ObjectId)) {
    for token in tokens {
        if let Token::Link { target: Some(LinkTarget::Entity(id)), .. } = token {
            name(id);
        }
    }
}
