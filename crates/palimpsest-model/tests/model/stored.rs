//! The stored form of objects: read back as it was, one form for one object, still tomorrow.

use palimpsest_model::arbitrary::{histories, objects};
use palimpsest_model::{
    Block, Content, DatePayload, GridContent, LinkTarget, MAX_DEPTH, Number, Object, Resolution, Shown, StoredError,
    TextContent, Timestamp, Token, builtin_structures, checksum, read_properties, render_object,
};
use proptest::prelude::*;
use serde_json::json;

use crate::support::{cases, drafts, id, page, read, realigned, text};

fn stored(object: &Object) -> Vec<u8> {
    object.to_stored().to_vec()
}

fn read_stored(bytes: &[u8]) -> Object {
    let object = Object::from_stored(&bytes.into()).unwrap();
    object.check_stored().unwrap();
    object
}

/// The same object, without a memory of how it was stored or that its text is that of another one.
fn anew(object: &Object) -> Object {
    Object { blocks: object.blocks.clone().into_iter().collect(), ..object.clone() }
}

fn shown(object: &Object) -> Vec<u8> {
    let structures = builtin_structures();
    let structure = structures.iter().find(|structure| structure.id == object.structure).unwrap_or(&structures[0]);
    render_object(Shown { object, structure, updated_at: Timestamp(7), links: &[] })
}

proptest! {
    #![proptest_config(cases(192))]

    #[test]
    fn an_object_is_read_back_as_it_was_stored(object in objects()) {
        let bytes = stored(&object);
        let read = read_stored(&bytes);
        prop_assert!(!read.blocks.are_read());
        prop_assert_eq!(stored(&read), &*bytes);
        prop_assert_eq!(shown(&read), shown(&anew(&object)));
        prop_assert!(!read.blocks.are_read(), "neither takes a look at the blocks");
        prop_assert_eq!(&read, &object);
        prop_assert_eq!(anew(&read), anew(&object));
        prop_assert_eq!(stored(&anew(&read)), bytes);
    }

    /// As all were stored once.
    #[test]
    fn an_object_in_one_line_of_json_is_read_too(object in objects()) {
        let read = read_stored(&serde_json::to_vec(&object).unwrap());
        prop_assert_eq!(&read, &object);
        prop_assert_eq!(stored(&read), stored(&object));
    }

    /// However its text became that of another, what is stored and shown is what it has.
    #[test]
    fn a_changed_object_is_stored_and_shown_as_it_is(
        (one, two) in (objects(), objects()),
        (knows_its_lines, is_read) in any::<(bool, bool)>(),
    ) {
        let object = if is_read { read_stored(&stored(&one)) } else { one };
        if knows_its_lines {
            let _ = object.to_stored();
        }
        let before = anew(&object);
        let mut after = Object { properties: two.properties.clone(), ..object.clone() };
        prop_assert_eq!(stored(&after), stored(&anew(&after)));
        prop_assert_eq!(shown(&after), shown(&anew(&after)));
        after.blocks.extend(two.blocks.clone());
        prop_assert_eq!(&object, &before, "a copy was changed");
        prop_assert_eq!(stored(&after), stored(&anew(&after)));
        prop_assert_eq!(shown(&after), shown(&anew(&after)));
        prop_assert_eq!(after.blocks == object.blocks, anew(&after).blocks == anew(&object).blocks);
    }

    /// Of the bytes of another one, too, or of none.
    #[test]
    fn damage_is_found_when_an_object_is_read(object in objects(), place in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let bytes = stored(&object);
        let mut damaged = bytes.clone();
        *place.get_mut(&mut damaged) = byte;
        let read = Object::from_stored(&damaged.clone().into());
        prop_assert_eq!(read.is_ok(), damaged == bytes, "{:?}", read);
        prop_assert!(Object::from_stored(&bytes[..place.index(bytes.len())].into()).is_err());
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
            let read = read_stored(&bytes);
            prop_assert_eq!(stored(&anew(&read)), bytes);
            prop_assert_eq!(anew(&read), anew(&version));
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
    assert_eq!(anew(&read_stored(&stored(&object))), object);
    assert_eq!(read_stored(&serde_json::to_vec(&object).unwrap()), object);
}

/// With the right checksum, so that nothing else can tell.
#[test]
fn what_is_no_stored_object_is_refused_with_what_is_wrong_with_it() {
    let refused = |rest: &str| {
        let body = format!("{:08x}\n{rest}", checksum(rest.as_bytes()));
        let object = Object::from_stored(&body.as_bytes().into());
        object.and_then(|object| object.check_stored()).unwrap_err()
    };
    let whole = String::from_utf8(stored(&page(vec![text(1, "a")]))).unwrap();
    let (head, line) = whole[9..].split_once('\n').unwrap();
    assert!(matches!(refused(head), StoredError::Lines));
    assert!(matches!(refused(&format!("{head}\n")), StoredError::Lines));
    assert!(matches!(refused(&format!("{head}\n{line}[]\n")), StoredError::Lines));
    assert!(matches!(refused(&format!("{}\n{line}", &head[1..])), StoredError::Json(_)));
    assert!(matches!(refused(&format!("{head}\n[{{}}]\n")), StoredError::Json(_)));
    assert!(matches!(Object::from_stored(&whole.as_bytes()[1..].into()), Err(StoredError::Checksum)));
    assert!(matches!(Object::from_stored(&b"{}"[..].into()), Err(StoredError::Json(_))));
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
    let old = concat!(
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
    assert_eq!(serde_json::to_string(&object).unwrap(), old);
    assert_eq!(read_stored(old.as_bytes()), object);
    let expected = concat!(
        "135d45c2\n",
        r#"{"id":"00000000-0000-4000-8000-000000000001","structure":"RootPage","properties":{"a":{"number":1.5},"#,
        r#""b":{"date":{"r":"day","s":null}},"c":{"label":["x"]},"createdAt":{"createdAt":1},"#,
        r#""icon":{"icon":{"type":"emoji","val":"🧪"}},"tags":{"entity":[]},"title":{"title":"T"}},"#,
        r#""sections":["RootPage_content"],"aligned":{"00000000-0000-4000-8000-0000000f4240":"center"}}"#,
        "\n",
        r#"[{"id":"00000000-0000-4000-8000-0000000f4240","type":"TextBlock","tokens":["#,
        r#"{"type":"TextToken","text":"a","style":{"bold":true,"italic":false},"color":"text-sky"},"#,
        r#"{"type":"LinkToken","text":"","url":"https://example.org"},"#,
        r#"{"type":"LinkToken","text":"d","date":{"dateResolution":"day","start":"1970-01-02T00:00:00.000Z","end":null}},"#,
        r#"{"type":"LinkToken","text":"o","entityId":"00000000-0000-0000-0000-000000000000"},"#,
        r#"{"type":"MathToken","text":"x^2"},{"type":"CodeToken","text":"let"}],"#,
        r#""blocks":[{"id":"00000000-0000-4000-8000-0000000f4241","type":"HorizontalLineBlock"}],"#,
        r#""hierarchy":{"key":"H1","val":1},"todo":{"isDone":true},"colorTheme":"bg-red","#,
        r#""highlight":{"type":"custom","label":"me","color":"red"}},"#,
        r#"{"id":"00000000-0000-4000-8000-0000000f4242","type":"GroupBlock","blocks":[],"list":{"type":"roman"},"#,
        r#""toggle":{"isOpen":false}},{"id":"00000000-0000-4000-8000-0000000f4243","type":"GridBlock","columns":[["#,
        r#"{"id":"00000000-0000-4000-8000-0000000f4244","type":"CodeBlock","lang":"c","text":";"}],[]],"#,
        r#""dividers":[0.5],"gridLayout":"grid"},"#,
        r#"{"id":"00000000-0000-4000-8000-0000000f4245","type":"MathBlock","text":"y"},"#,
        r#"{"id":"00000000-0000-4000-8000-0000000f4246","type":"EntityBlock","entityId":null}]"#,
        "\n",
    );
    assert_eq!(String::from_utf8(stored(&object)).unwrap(), expected);
}
