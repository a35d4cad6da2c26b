//! Writing back what a read showed changes nothing.

use std::collections::BTreeMap;

use palimpsest_model::arbitrary::{drafts as read_drafts, objects, writable_block_lists, written};
use palimpsest_model::{
    BlockDraft, BlockId, Object, PropertyKind, Token, Value, check_property, read_blocks, read_properties, read_tokens,
};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::support::{anonymous, cases, drafts, ids, read, realigned, shown, shown_blocks, structure_of, unaligned};

fn without_ids(mut json: Json) -> Json {
    match &mut json {
        Json::Array(list) => list.iter_mut().for_each(|element| *element = without_ids(element.take())),
        Json::Object(map) => {
            if map.contains_key("type") {
                map.remove("id");
            }
            map.iter_mut().for_each(|(_, member)| *member = without_ids(member.take()));
        }
        _ => {}
    }
    json
}

fn sent(drafts: &[BlockDraft], into: &mut Vec<Option<BlockId>>) {
    for draft in drafts {
        into.push(draft.sent);
        draft.children.iter().flatten().for_each(|list| sent(list, into));
    }
}

fn points_nowhere(value: &Value) -> bool {
    let lost = |token: &Token| matches!(token, Token::Link { target: None, .. });
    matches!(value, Value::RichText(tokens) if tokens.iter().any(lost))
}

proptest! {
    #![proptest_config(cases(192))]

    #[test]
    fn blocks_written_back_as_shown_keep_everything(blocks in writable_block_lists()) {
        prop_assert_eq!(realigned(&blocks, drafts(&shown_blocks(&blocks))), blocks);
    }

    #[test]
    fn blocks_written_back_as_shown_without_ids_keep_everything(blocks in writable_block_lists()) {
        let json = without_ids(shown_blocks(&blocks));
        prop_assert_eq!(realigned(&blocks, drafts(&json)), blocks);
    }

    #[test]
    fn what_a_client_writes_is_what_is_kept(blocks in writable_block_lists(), with_ids in any::<bool>()) {
        let read = read_drafts(&written(&blocks, with_ids)).unwrap();
        let mut sent_ids = Vec::new();
        sent(&read, &mut sent_ids);
        let expected: Vec<_> = ids(&blocks).into_iter().map(|id| with_ids.then_some(id)).collect();
        prop_assert_eq!(sent_ids, expected);
        let new = realigned(&[], read);
        prop_assert_eq!(anonymous(&new), anonymous(&blocks));
        if with_ids {
            prop_assert_eq!(new, blocks);
        }
    }

    #[test]
    fn what_is_written_is_what_is_shown_apart_from_the_alignment(blocks in writable_block_lists()) {
        prop_assert_eq!(written(&unaligned(&blocks), true), shown_blocks(&blocks));
    }

    #[test]
    fn properties_written_back_as_shown_are_the_same(mut object in objects()) {
        object.properties.retain(|_, value| !points_nowhere(value));
        let structure = structure_of(object.structure);
        let mut json = shown(&object)["properties"].take();
        let fields = json.as_object_mut().unwrap();
        for definition in &structure.properties {
            let untitled = definition.kind == PropertyKind::Title && !object.properties.contains_key(&definition.id);
            if definition.kind == PropertyKind::LastUpdatedAt || untitled {
                fields.remove(&definition.id.0);
            }
        }
        let read = read(&json, read_properties).unwrap();
        let mut again = Object { properties: BTreeMap::new(), ..object.clone() };
        for (id, value) in read {
            again.properties.insert(id.clone(), check_property(&structure, &id, value).unwrap());
        }
        prop_assert_eq!(again, object);
    }
}

#[test]
fn a_token_written_with_defaults_reads_like_its_long_form() {
    let check = |short: Json, long: Json| {
        let read = |json| read(&json, read_tokens).unwrap();
        assert_eq!(read(short), read(long));
    };
    let link = |date: Json| json!([{"type": "LinkToken", "text": "", "date": date}]);
    check(
        link(json!({"start": "2026-11-22"})),
        link(json!({"dateResolution": "day", "start": "2026-11-22T00:00:00.000Z", "end": null})),
    );
    check(link(json!({"start": "2026-11-22T23:59:00-02:00"})), link(json!({"start": "2026-11-23T00:00:00.000Z"})));
    check(
        link(json!({"start": null, "end": "2026-11-22", "dateResolution": "time"})),
        link(json!({"start": null, "end": null, "dateResolution": "time"})),
    );
    check(
        link(json!({"start": "2026-11-22T10:00:00.5+01:00", "dateResolution": "time"})),
        link(json!({"start": "2026-11-22T09:00:00.500Z", "dateResolution": "time"})),
    );
}

#[test]
fn members_the_contract_does_not_know_are_dropped() {
    let check = |json: Json, same: Json| {
        let read = |json| read(&json, read_blocks).unwrap();
        assert_eq!(read(json), read(same));
    };
    check(
        json!([{"type": "HorizontalLineBlock", "blocks": 7, "id": "no uuid", "extra": null}]),
        json!([{"type": "HorizontalLineBlock"}]),
    );
    check(
        json!([{"type": "CodeBlock", "lang": "", "text": "", "tokens": 1, "textAlignment": 1}]),
        json!([{"type": "CodeBlock", "lang": "", "text": ""}]),
    );
}
