//! What stands at a path before and after a change.

use palimpsest_model::arbitrary::{histories, objects};
use palimpsest_model::{
    Alignment, Block, Content, GridContent, Object, TextContent, Value, Values, changed_paths, value_at,
};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::support::{cases, group, id, page, page_structure, parent, section, shown, structure_of, text};

fn at(object: &Object, number: u128, what: &str) -> Option<Json> {
    value_at(object, Some(&page_structure()), &format!("blocks.{}.{}.{what}", section(), id(number)))
}

#[test]
fn a_value_is_what_get_shows_and_what_is_not_there_is_nothing() {
    let mut object = page(Vec::new());
    let value = |object: &Object, path: &str| value_at(object, Some(&page_structure()), path);
    assert_eq!(value(&object, "properties.title"), None);
    assert_eq!(value(&object, "collections"), Some(json!([])));
    object.properties.insert("title".into(), Value::Title(None));
    assert_eq!(value(&object, "properties.title"), Some(json!({"type": "title", "title": {"value": null}})));
    for path in ["", "title", "properties", "blocks", "blocks.a", "blocks.a.b.content", "trashed", "schema.RootPage"] {
        assert_eq!(value(&object, path), None, "{path}");
    }
}

#[test]
fn the_content_of_a_block_is_its_own() {
    let object = page(vec![parent(1, "a", vec![text(2, "b")])]);
    let tokens = json!([{"type": "TextToken", "text": "a", "style": {}}]);
    let hierarchy = json!({"key": "Base", "val": 0});
    let content = json!({"id": id(1), "type": "TextBlock", "tokens": tokens, "hierarchy": hierarchy});
    assert_eq!(at(&object, 1, "content"), Some(content));
    assert_eq!(at(&object, 3, "content"), None);
}

#[test]
fn an_alignment_shows_in_a_difference_although_reads_do_not_show_it() {
    let aligned = TextContent { alignment: Some(Alignment::Center), ..TextContent::default() };
    let object = page(vec![Block::leaf(id(1), Content::Text(aligned))]);
    assert_eq!(at(&object, 1, "content").unwrap()["textAlignment"], json!("center"));
    assert!(at(&object, 1, "inserted").unwrap().get("textAlignment").is_none());
}

#[test]
fn the_columns_of_a_grid_are_content_and_what_is_in_them_is_not() {
    let grid = Content::Grid(GridContent::default());
    let object = page(vec![Block { id: id(1), content: grid, children: vec![vec![text(2, "a")], Vec::new()] }]);
    assert_eq!(at(&object, 1, "content").unwrap()["columns"], json!([[], []]));
    let position = json!({"propertyId": section(), "parentBlockId": id(1), "column": 0, "index": 0, "after": null});
    assert_eq!(at(&object, 2, "position"), Some(position));
}

#[test]
fn a_position_tells_section_parent_and_the_block_before() {
    let object = page(vec![text(1, "a"), group(2, vec![text(3, "b"), text(4, "c")])]);
    let check = |number: u128, parent: Option<u128>, index: usize, after: Option<u128>| {
        let (parent, after) = (parent.map(id), after.map(id));
        let place = json!({"propertyId": section(), "parentBlockId": parent, "index": index, "after": after});
        assert_eq!(at(&object, number, "position"), Some(place));
    };
    check(1, None, 0, None);
    check(2, None, 1, Some(1));
    check(3, Some(2), 0, None);
    check(4, Some(2), 1, Some(3));
}

#[test]
fn what_came_or_went_is_the_whole_subtree() {
    let object = page(vec![parent(1, "a", vec![text(2, "b")])]);
    let whole = shown(&object)["blocks"]["RootPage_content"][0].clone();
    assert_eq!(at(&object, 1, "inserted"), Some(whole.clone()));
    assert_eq!(at(&object, 1, "deleted"), Some(whole));
}

#[test]
fn a_label_that_is_no_option_any_more_is_told_by_its_id() {
    let mut object = page(Vec::new());
    object.properties.insert("lost".into(), Value::Label(vec![palimpsest_model::LabelId("x".to_owned())]));
    let value = value_at(&object, None, "properties.lost");
    assert_eq!(value, Some(json!({"type": "label", "label": [{"id": "x"}]})));
}

#[test]
fn sections_and_properties_may_have_dots_in_their_names() {
    let mut object = page(Vec::new());
    object.blocks.insert("a.b".into(), vec![text(1, "a")]);
    object.properties.insert("c.d".into(), Value::Boolean(Some(true)));
    for path in changed_paths(&page(Vec::new()), &object) {
        assert!(value_at(&object, None, &path).is_some(), "{path}");
    }
}

/// Where a block stood on both sides may read the same although others changed places around it, as of `[1, 2, 3, 4, 5, 6]`
/// that become `[5, 6, 3, 4, 1, 2]`; then what stands before it is not the same.
fn stands_among_others(before: &Object, after: &Object, path: &str) -> bool {
    let earlier = |object: &Object| {
        let id = path.rsplit('.').nth(1).unwrap().to_owned();
        let mut all = Vec::new();
        let lists = |list: &[Block]| {
            let place = list.iter().position(|block| block.id.to_string() == id)?;
            let mut ids: Vec<_> = list[..place].iter().map(|block| block.id).collect();
            ids.sort_unstable();
            Some(ids)
        };
        for list in object.blocks.values() {
            all.extend(lists(list));
        }
        object.walk(&mut |block| all.extend(block.children.iter().filter_map(|list| lists(list))));
        all
    };
    path.ends_with(".position") && earlier(before) != earlier(after)
}

/// Every changed path differs in its value; no unchanged property, content or collection does.
fn check(before: &Object, after: &Object) {
    let structure = structure_of(before.structure);
    let (old, new) = (Values::of(before, Some(&structure)), Values::of(after, Some(&structure)));
    let changed = changed_paths(before, after);
    for path in &changed {
        let differs = old.at(path) != new.at(path);
        assert!(differs || stands_among_others(before, after, path), "{path} is {:?} on both sides", old.at(path));
        let (is_new, is_gone) = (path.ends_with(".inserted"), path.ends_with(".deleted"));
        assert_eq!(
            (old.at(path).is_none(), new.at(path).is_none()),
            match path.split_once('.') {
                Some(("properties", id)) => {
                    let has = |object: &Object| !object.properties.contains_key(id);
                    (has(before), has(after))
                }
                _ => (is_new, is_gone),
            }
        );
    }
    let mut unchanged = vec!["collections".to_owned()];
    unchanged.extend(before.properties.keys().chain(after.properties.keys()).map(|id| format!("properties.{id}")));
    for (section, list) in &before.blocks {
        palimpsest_model::walk_blocks(list, &mut |block| {
            if after.find_block(block.id).is_some() {
                unchanged.push(format!("blocks.{section}.{}.content", block.id));
            }
        });
    }
    // The section in the path of a block that moved to another is the new one.
    let told = |path: &String| {
        let block = |path: &str| path.rsplit('.').nth(1).map(str::to_owned);
        let content = path.ends_with(".content");
        changed
            .iter()
            .any(|other| other == path || (content && other.ends_with(".content") && block(other) == block(path)))
    };
    for path in unchanged.iter().filter(|path| !told(path)) {
        assert_eq!(old.at(path), new.at(path), "{path} is not among {changed:?}");
    }
}

proptest! {
    #![proptest_config(cases(192))]

    #[test]
    fn changed_paths_are_those_whose_values_differ(versions in histories(8)) {
        let last = versions.len() - 1;
        for pair in versions.windows(2) {
            check(&pair[0], &pair[1]);
        }
        check(&versions[0], &versions[last]);
        check(&versions[last], &versions[0]);
    }

    #[test]
    fn between_strangers_too(one in objects(), mut other in objects()) {
        prop_assume!(one.structure == other.structure);
        other.id = one.id;
        check(&one, &other);
    }
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn a_shuffled_list_differs_where_it_moved(places in (0..8_u128).prop_flat_map(|count| {
        Just((0..count).collect::<Vec<_>>()).prop_shuffle()
    })) {
        let of = |places: &mut dyn Iterator<Item = u128>| page(places.map(|place| text(place, "a")).collect());
        check(&of(&mut (0..places.len() as u128)), &of(&mut places.into_iter()));
    }
}
