//! The stored form of objects: read back as it was, one form for one object, still tomorrow.

use palimpsest_model::arbitrary::{histories, objects};
use palimpsest_model::{
    Block, Content, DatePayload, GridContent, LinkTarget, MAX_DEPTH, Number, Object, Resolution, TextContent,
    Timestamp, Token, read_properties,
};
use proptest::prelude::*;
use serde_json::json;

use crate::support::{cases, drafts, id, page, read, realigned, text};

fn stored(object: &Object) -> Vec<u8> {
    serde_json::to_vec(object).unwrap()
}

proptest! {
    #![proptest_config(cases(192))]

    #[test]
    fn an_object_is_read_back_as_it_was_stored(object in objects()) {
        let bytes = stored(&object);
        let read: Object = serde_json::from_slice(&bytes).unwrap();
        prop_assert_eq!(&read, &object);
        prop_assert_eq!(stored(&read), bytes);
    }

    /// Whatever the version before it is, and however it was written.
    #[test]
    fn an_object_is_stored_beside_another_as_it_is_by_itself(
        one in objects(),
        other in objects(),
        shares in any::<bool>(),
    ) {
        let after = match shares {
            true => Object { blocks: one.blocks.clone(), files: one.files.clone(), ..other },
            false => other,
        };
        let form = stored(&one);
        let spaced = serde_json::to_vec_pretty(&one).unwrap();
        for body in [&*form, &*spaced, b""] {
            prop_assert_eq!(after.to_stored(Some((&one, body))), stored(&after));
        }
        prop_assert_eq!(after.to_stored(None), stored(&after));
    }

    #[test]
    fn equal_numbers_have_equal_bytes_however_they_were_written(whole in any::<i64>(), float in any::<f64>()) {
        let read = |text: &str| serde_json::from_str::<Number>(text).unwrap();
        let bytes = |number: &Number| serde_json::to_string(number).unwrap();
        for number in [whole as f64, float, float.trunc()] {
            // The shortest digits of a large float name another integer, so the exact ones are written.
            let digits = if number.abs() < 1e20 && number.fract() == 0.0 {
                (number as i128).to_string()
            } else {
                number.to_string()
            };
            let (plain, exponent) = (read(&digits), read(&format!("{number:e}")));
            prop_assert_eq!(bytes(&plain), bytes(&exponent));
            prop_assert_eq!(bytes(&read(&bytes(&plain))), bytes(&plain));
            let kept: f64 = bytes(&plain).parse().unwrap();
            prop_assert_eq!(kept, number);
        }
    }
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn every_version_of_a_history_is_read_back_as_it_was_stored(versions in histories(10)) {
        for version in versions {
            let bytes = stored(&version);
            let read: Object = serde_json::from_slice(&bytes).unwrap();
            prop_assert_eq!(&read, &version);
            prop_assert_eq!(stored(&read), bytes);
        }
    }
}

/// serde_json reads at most 128 levels; each level of blocks takes three.
#[test]
fn an_object_as_deep_as_the_limit_is_read_back() {
    let target = LinkTarget::Date(DatePayload { resolution: Resolution::Time, start: Some(Timestamp(1)), end: None });
    let link =
        TextContent { tokens: vec![Token::Link { text: String::new(), target: Some(target) }], ..Default::default() };
    let deepest = Block::leaf(id(0), Content::Text(link));
    let blocks = (1..MAX_DEPTH).fold(vec![deepest], |below, level| {
        let content = Content::Grid(GridContent::default());
        vec![Block { id: id(level as u128), content, children: vec![below, Vec::new()] }]
    });
    let object = page(blocks);
    assert_eq!(object.depth(), MAX_DEPTH);
    assert_eq!(serde_json::from_slice::<Object>(&stored(&object)).unwrap(), object);
}

#[test]
fn what_is_left_out_is_stored_like_its_default() {
    let check = |short, long| {
        let of = |json| stored(&page(realigned(&[], drafts(&json))));
        assert_eq!(String::from_utf8(of(short)).unwrap(), String::from_utf8(of(long)).unwrap());
    };
    check(
        json!([{"type": "TextBlock"}]),
        json!([{"type": "TextBlock", "tokens": [], "blocks": [], "hierarchy": {"key": "Base", "val": 0.0}, "list": null,
            "toggle": null}]),
    );
    check(json!([{"type": "GroupBlock"}]), json!([{"type": "GroupBlock", "blocks": [], "list": null}]));
    check(json!([{"type": "GridBlock", "dividers": [50]}]), json!([{"type": "GridBlock", "dividers": [50.0]}]));
}

/// Data folders outlive releases: a change of these bytes needs a reader of the old ones.
#[test]
fn the_stored_form_holds_still() {
    let blocks = json!([
        {"type": "TextBlock", "textAlignment": "center", "todo": {"isDone": true}, "colorTheme": "bg-red",
            "hierarchy": {"key": "H1", "val": 1}, "highlight": {"type": "custom", "label": "me", "color": "red"},
            "tokens": [
                {"type": "TextToken", "text": "a", "style": {"bold": true, "italic": false}, "color": "text-sky"},
                {"type": "LinkToken", "text": "", "url": "https://example.org"},
                {"type": "LinkToken", "text": "d", "date": {"start": "1970-01-02"}},
                {"type": "LinkToken", "text": "o", "entityId": "00000000-0000-0000-0000-000000000000"},
                {"type": "MathToken", "text": "x^2"}, {"type": "CodeToken", "text": "let"}],
            "blocks": [{"type": "HorizontalLineBlock"}]},
        {"type": "GroupBlock", "list": {"type": "roman"}, "toggle": {"isOpen": false}},
        {"type": "GridBlock", "dividers": [0.5], "gridLayout": "grid", "columns": [[{"type": "CodeBlock", "lang": "c", "text": ";"}], []]},
        {"type": "MathBlock", "text": "y"},
        {"type": "EntityBlock", "entityId": null}
    ]);
    let mut object = page(realigned(&[text(1, "old")], drafts(&blocks)));
    let properties = json!({
        "title": {"type": "title", "title": {"value": "T"}},
        "icon": {"type": "icon", "icon": {"value": {"type": "emoji", "val": "🧪"}}},
        "createdAt": {"type": "createdAt", "createdAt": {"value": "1970-01-01T00:00:00.001Z"}},
        "tags": {"type": "entity", "entity": []},
        "a": {"type": "number", "number": {"value": 1.5}},
        "b": {"type": "date", "date": {"start": null}},
        "c": {"type": "label", "label": [{"id": "x", "name": "X"}]}
    });
    object.properties.extend(read(&properties, read_properties).unwrap());
    let expected = concat!(
        r#"{"id":"00000000-0000-4000-8000-000000000001","structure":"RootPage","properties":{"a":{"number":1.5},"#,
        r#""b":{"date":{"r":"day","s":null}},"c":{"label":["x"]},"createdAt":{"createdAt":1},"#,
        r#""icon":{"icon":{"type":"emoji","val":"🧪"}},"tags":{"entity":[]},"title":{"title":"T"}},"blocks":{"#,
        r#""RootPage_content":["#,
        r#"{"i":"00000000-0000-4000-8000-0000000f4240","c":{"text":{"t":["#,
        r#"{"text":{"t":"a","s":{"bold":true,"italic":false},"c":"text-sky"}},"#,
        r#"{"link":{"t":"","to":{"url":"https://example.org"}}},"#,
        r#"{"link":{"t":"d","to":{"date":{"r":"day","s":86400000}}}},"#,
        r#"{"link":{"t":"o","to":{"entity":"00000000-0000-0000-0000-000000000000"}}},"#,
        r#"{"math":{"t":"x^2"}},{"code":{"t":"let"}}],"h":{"key":"H1","val":1},"todo":true,"align":"center","#,
        r#""color":"bg-red","highlight":{"type":"custom","label":"me","color":"red"}}},"#,
        r#""b":[[{"i":"00000000-0000-4000-8000-0000000f4241","c":"line"}]]},"#,
        r#"{"i":"00000000-0000-4000-8000-0000000f4242","c":{"group":{"list":"roman","toggle":false}}},"#,
        r#"{"i":"00000000-0000-4000-8000-0000000f4243","c":{"grid":{"dividers":[0.5],"layout":"grid"}},"#,
        r#""b":[[{"i":"00000000-0000-4000-8000-0000000f4244","c":{"code":{"lang":"c","text":";"}}}],[]]},"#,
        r#"{"i":"00000000-0000-4000-8000-0000000f4245","c":{"math":{"text":"y"}}},"#,
        r#"{"i":"00000000-0000-4000-8000-0000000f4246","c":{"entity":{}}}"#,
        r#"]}}"#,
    );
    assert_eq!(String::from_utf8(stored(&object)).unwrap(), expected);
}
