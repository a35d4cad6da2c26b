//! Objects as texts with front matter and back.

use std::collections::BTreeMap;

use palimpsest_markdown::{
    Properties, normal_form, normal_value, read_body, read_properties, split_document, split_title, write_document,
};
use palimpsest_model::{
    Block, BlockId, BuiltIn, Color, Content, Creation, DatePayload, Icon, LabelOption, Number, Object,
    PropertyDefinition, PropertyId, PropertyKind, Resolution, Sections, Structure, StructureId, TextContent, Timestamp,
    Token, Value,
};
use proptest::collection::vec;
use proptest::prelude::*;
use uuid::Uuid;

use crate::laws::{blocks, config, date, drafts, library, nasty, token};
use crate::support::{Library, object, outline, tag};

fn structure() -> Structure {
    let option = |id: &str, name: &str| LabelOption { id: id.into(), name: name.to_owned(), color: None };
    let options =
        vec![option("a", "To do"), option("b", "Done"), option("To do", "c"), option("d", "x, y"), option("e", "Done")];
    let kinds = [
        ("title", "", PropertyKind::Title),
        ("description", "Description", PropertyKind::Text),
        ("3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11", "Salary range", PropertyKind::Text),
        ("n1", "Number", PropertyKind::Number),
        ("n2", "number", PropertyKind::Boolean),
        ("u", "Iframe URL", PropertyKind::Url),
        ("d", "Date", PropertyKind::Date),
        ("s", "Status", PropertyKind::Label { multiple: false, options: options.clone() }),
        ("l", "Labels", PropertyKind::Label { multiple: true, options }),
        ("tags", "Tags", PropertyKind::Entity { allowed: vec![StructureId::BuiltIn(BuiltIn::RootTag)] }),
        ("e", "Works for", PropertyKind::Entity { allowed: Vec::new() }),
        ("aliases", "Aliases", PropertyKind::Aliases),
        ("icon", "Icon", PropertyKind::Icon),
        ("createdAt", "Created at", PropertyKind::CreatedAt),
        ("lastUpdatedAt", "Last updated", PropertyKind::LastUpdatedAt),
        ("r", "Rich", PropertyKind::RichText),
        ("t", "Type", PropertyKind::Text),
        ("host", "Host", PropertyKind::Text),
        ("one", "Content", PropertyKind::Blocks),
        ("two", "Content", PropertyKind::Blocks),
    ];
    let properties = kinds
        .into_iter()
        .map(|(id, name, kind)| PropertyDefinition {
            id: id.into(),
            name: name.to_owned(),
            kind,
            read_only: matches!(id, "lastUpdatedAt" | "host"),
        })
        .collect();
    Structure {
        id: StructureId::Custom(Uuid::from_u128(1)),
        title: "Job".to_owned(),
        plural_name: "Jobs".to_owned(),
        label_color: "gray".to_owned(),
        creation: Creation::Direct,
        listed: true,
        properties,
    }
}

fn read(yaml: &str) -> Properties {
    let text = format!("---\n{yaml}\n---\n");
    let front_matter = split_document(&text).front_matter.unwrap_or_else(|| panic!("no front matter: {yaml}"));
    let mut library = Library::new(&["Ann", "Bob, Inc.", "Twice", "Twice"], &["idea"]);
    read_properties(&front_matter, &structure(), &mut library)
}

#[track_caller]
fn check(yaml: &str, id: &str, expected: Value) {
    let read = read(yaml);
    assert_eq!(read.problems.to_string(), "", "{yaml}");
    assert_eq!(read.ignored, Vec::<String>::new(), "{yaml}");
    assert_eq!(read.values, vec![(PropertyId::from(id), expected)], "{yaml}");
}

fn text(text: &str) -> Value {
    Value::Text(Some(text.to_owned()))
}

fn day(days: i64) -> DatePayload {
    DatePayload { resolution: Resolution::Day, start: Some(Timestamp(days * 86_400_000)), end: None }
}

#[test]
fn keys_are_ids_camel_case_or_names() {
    check("title: A", "title", Value::Title(Some("A".to_owned())));
    check("Title: A", "title", Value::Title(Some("A".to_owned())));
    check("entityTitleName: A", "title", Value::Title(Some("A".to_owned())));
    check("salaryRange: A", "3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11", text("A"));
    check("SALARY RANGE: A", "3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11", text("A"));
    check("3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11: A", "3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11", text("A"));
    check("iframeUrl: https://x.y", "u", Value::Url(Some("https://x.y".to_owned())));
    check("Type: A", "t", text("A"));
    check("type: Job\ntitle: a\nTitle: b", "title", Value::Title(Some("b".to_owned())));
}

#[test]
fn keys_that_mean_nothing_are_named() {
    let read = read("type: Page\nnope: 1\nlastUpdatedAt: 2026-11-22\nhost: x\none: x\nsalary_range: x\ntype2: x");
    assert_eq!(read.ignored, ["type", "nope", "lastUpdatedAt", "host", "one", "salary_range", "type2"]);
    assert!(read.values.is_empty() && read.problems.is_empty());
}

#[test]
fn scalars() {
    check("title: 1.10", "title", Value::Title(Some("1.10".to_owned())));
    check("description: true", "description", text("true"));
    check("description: [a]", "description", text("a"));
    check("description:", "description", Value::Text(None));
    check("n1: 1.50", "n1", Value::Number(Some(serde_json::from_str::<Number>("1.5").unwrap())));
    check("n1: \"50\"", "n1", Value::Number(Some(Number::from(50))));
    check("n1: +5", "n1", Value::Number(Some(Number::from(5))));
    check("n1: ~", "n1", Value::Number(None));
    check("n2: false", "n2", Value::Boolean(Some(false)));
    check("d: 2026-11-22", "d", Value::Date(day(20_779)));
    check("d: '[[date/2026-11-22]]'", "d", Value::Date(day(20_779)));
    check("d:", "d", Value::Date(DatePayload { resolution: Resolution::Day, start: None, end: None }));
    check(
        "d: 2026-11-22T14:05:00+02:00",
        "d",
        Value::Date(DatePayload {
            resolution: Resolution::Time,
            start: Some(Timestamp(20_779 * 86_400_000 + (12 * 60 + 5) * 60_000)),
            end: None,
        }),
    );
    check("createdAt: 2012-11-27 12:23", "createdAt", Value::CreatedAt(Timestamp(1_354_018_980_000)));
    check("icon: 💡", "icon", Value::Icon(Some(Icon::Emoji("💡".to_owned()))));
    check("icon: ph-lightbulb", "icon", Value::Icon(Some(Icon::Iconify("ph-lightbulb".to_owned()))));
    check("icon: null", "icon", Value::Icon(None));
}

#[test]
fn lists() {
    check("status: done", "s", Value::Label(vec!["b".into()]));
    let several = read("status: [To do, Done]");
    assert_eq!(several.values, [("s".into(), Value::Label(vec!["a".into()]))]);
    assert_eq!(several.ignored, ["status"], "the second option has no effect");
    check("status: e", "s", Value::Label(vec!["e".into()]));
    check("status: []", "s", Value::Label(Vec::new()));
    check("labels: [To do, a, c]", "l", Value::Label(vec!["a".into(), "To do".into()]));
    check("labels: To do, Done", "l", Value::Label(vec!["a".into(), "b".into()]));
    check("labels: x, y", "l", Value::Label(vec!["d".into()]));
    check("worksFor: Ann", "e", Value::Entity(vec![object(0)]));
    check("worksFor: '[[Ann]]'", "e", Value::Entity(vec![object(0)]));
    check("worksFor: [[Ann]]", "e", Value::Entity(vec![object(0)]));
    check("worksFor:\n- '[[Ann|her]]'\n- Bob, Inc.\n- ann", "e", Value::Entity(vec![object(0), object(1)]));
    check("worksFor: '[[Ann]], [[Bob, Inc.]]'", "e", Value::Entity(vec![object(0), object(1)]));
    check("worksFor: Ann, Twice", "e", Value::Entity(vec![object(0), object(2)]));
    check(&format!("worksFor: {}", object(1)), "e", Value::Entity(vec![object(1)]));
    check("worksFor: ''", "e", Value::Entity(Vec::new()));
    check("tags: idea, new", "tags", Value::Entity(vec![tag(0), tag(1)]));
    check("tags: idea, [[new]]", "tags", Value::Entity(vec![tag(0), tag(1)]));
    check("tags: \"[[idea]], a, b, [[c, d]] and [[e]]\"", "tags", Value::Entity((0..5).map(tag).collect()));
    check("tags: ['[[idea, new']", "tags", Value::Entity(vec![tag(1), tag(2)]));
    check("tags: ['#idea', '[[two words]]', two words]", "tags", Value::Entity(vec![tag(0), tag(1)]));
    check("tags:", "tags", Value::Entity(Vec::new()));
    check("aliases: [a, b]", "aliases", Value::Aliases(vec!["a".to_owned(), "b".to_owned()]));
    check("aliases: a, b", "aliases", Value::Aliases(vec!["a, b".to_owned()]));
}

#[test]
fn rich_text_is_one_line_of_markdown() {
    let rich = |tokens: &[Token]| Value::RichText(tokens.to_vec());
    check("rich: 2026. Great", "r", rich(&[Token::plain("2026. Great")]));
    check("rich: '- a'", "r", rich(&[Token::plain("- a")]));
    check("rich: '# a #'", "r", rich(&[Token::plain("# a #")]));
    check("rich: '| a |'", "r", rich(&[Token::plain("| a |")]));
    check("rich: |\n  a\n  - b\n", "r", rich(&[Token::plain("a\n- b")]));
    check("rich: ''", "r", rich(&[]));
    let read = read("rich: 'see **[it](https://x.y)** #idea'");
    let [(_, Value::RichText(tokens))] = read.values.as_slice() else { panic!("{read:?}") };
    assert_eq!(crate::support::tokens(tokens), "\"see \" \"it\"→<https://x.y> \" \" \"#idea\"→tag 0");
}

#[test]
fn names_without_objects_are_ignored() {
    let read = read("worksFor: [Ann, Nobody]\ne: Nobody\ncreatedAt:");
    assert_eq!(read.ignored, ["worksFor", "e", "createdAt"]);
    assert_eq!(read.values, [("e".into(), Value::Entity(vec![object(0)]))]);
    let read = self::read(&format!("tags: [{}, '[a](https://x.y)']", object(50)));
    assert_eq!((read.ignored, read.values), (vec!["tags".to_owned()], Vec::new()));
}

#[test]
fn wrong_values_are_problems() {
    let check = |yaml: &str, message: &str| {
        let read = read(yaml);
        assert_eq!(read.problems.to_string(), format!("✖ {message}\n  → at markdown"), "{yaml}");
        assert!(read.values.is_empty(), "{yaml}");
    };
    check("d: tomorrow", "d: Invalid ISO datetime");
    check("createdAt: x", "createdAt: Invalid ISO datetime");
    check("n1: many", "n1: Invalid input: expected number, received string");
    check("n2: yes", "n2: Invalid input: expected boolean, received string");
    check("title: [a, b]", "title: Invalid input: expected string, received array");
    check("title: {a: b}", "title: Invalid input: expected string, received object");
    check("aliases: {a: b}", "aliases: Invalid input: expected array, received object");
    check("aliases: [1, 2, 3, 4, 5, 6, 7, 8, 9]", "aliases: Too big: expected array to have <=8 items");
    check("icon: word", "icon: Invalid emoji");
    check(
        "status: Never",
        "status: Unknown label option \"Never\": expected one of \"To do\"|\"Done\"|\"c\"|\"x, y\"|\"Done\"",
    );
}

#[test]
fn an_object_is_written_with_its_properties_on_top() {
    let content =
        |text: &str| Content::Text(TextContent { tokens: vec![Token::plain(text)], ..TextContent::default() });
    let block = |text: &str| Block::leaf(BlockId(Uuid::nil()), content(text));
    let properties: [(&str, Value); 13] = [
        ("title", Value::Title(Some("Rust: the job".to_owned()))),
        ("description", Value::Text(Some(String::new()))),
        ("3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11", text("1-2")),
        ("n2", Value::Boolean(Some(false))),
        ("d", Value::Date(day(20_779))),
        ("s", Value::Label(vec!["a".into()])),
        ("l", Value::Label(vec!["b".into(), "e".into()])),
        ("tags", Value::Entity(vec![tag(0)])),
        ("e", Value::Entity(vec![object(0), object(2)])),
        ("aliases", Value::Aliases(vec!["x".to_owned()])),
        ("icon", Value::Icon(Some(Icon::Emoji("💡".to_owned())))),
        ("r", Value::RichText(vec![Token::Code { text: "x".to_owned() }])),
        ("t", text("x")),
    ];
    let object = Object {
        id: object(9),
        structure: structure().id,
        collections: Vec::new(),
        properties: properties.into_iter().map(|(id, value)| (id.into(), value)).collect(),
        blocks: Sections::from([("one".into(), vec![block("a")]), ("two".into(), vec![block("b")])]),
        files: Vec::new(),
    };
    let library = Library::new(&["Ann", "Bob", "Twice", "Twice"], &["idea"]);
    assert_eq!(
        write_document(&object, &structure(), &library),
        "---\n\
         type: Job\n\
         title: \"Rust: the job\"\n\
         salaryRange: \"1-2\"\n\
         n2: false\n\
         date: 2026-11-22\n\
         status: To do\n\
         labels: [\"Done\", \"e\"]\n\
         tags: [\"[[idea]]\"]\n\
         worksFor: [\"[[Ann]]\", \"[Twice](capacities://5ace0000-0000-4000-8000-000000000000/0b1e0000-0000-4000-8000-000000000002)\"]\n\
         aliases: [\"x\"]\n\
         icon: \"💡\"\n\
         rich: \"`x`\"\n\
         t: x\n\
         ---\n\
         \n\
         a\n\
         \n\
         b\n"
    );
}

#[test]
fn an_empty_object_is_its_type_and_title() {
    let mut object = Object {
        id: object(9),
        structure: structure().id,
        collections: Vec::new(),
        properties: BTreeMap::new(),
        blocks: Sections::from([("one".into(), vec![Block::empty(BlockId(Uuid::nil()))])]),
        files: Vec::new(),
    };
    let library = Library::new(&[], &[]);
    assert_eq!(write_document(&object, &structure(), &library), "---\ntype: Job\ntitle:\n---\n");
    object.properties.insert("title".into(), Value::Title(Some(String::new())));
    assert_eq!(write_document(&object, &structure(), &library), "---\ntype: Job\ntitle: \"\"\n---\n");
}

#[test]
fn a_title_may_stand_above_the_body() {
    assert_eq!(split_title("# A\nb"), Some(("A".to_owned(), "b")));
}

fn value(definition: &PropertyDefinition) -> Option<BoxedStrategy<Value>> {
    let string = || proptest::option::of(nasty());
    Some(match &definition.kind {
        PropertyKind::Title => string().prop_map(Value::Title).boxed(),
        PropertyKind::Text => string().prop_map(Value::Text).boxed(),
        PropertyKind::Url => string().prop_map(Value::Url).boxed(),
        PropertyKind::Number => proptest::option::of(prop_oneof![
            any::<i64>().prop_map(Number::from),
            any::<f64>().prop_filter_map("finite", |float| serde_json::Number::from_f64(float).map(Number::from)),
        ])
        .prop_map(Value::Number)
        .boxed(),
        PropertyKind::Boolean => any::<Option<bool>>().prop_map(Value::Boolean).boxed(),
        PropertyKind::Date => date().prop_map(Value::Date).boxed(),
        PropertyKind::Label { multiple, options } => {
            let ids: Vec<_> = options.iter().map(|option| option.id.clone()).collect();
            let most = if *multiple { ids.len() } else { 1 };
            proptest::sample::subsequence(ids, 0..=most).prop_map(Value::Label).boxed()
        }
        PropertyKind::Entity { .. } => {
            let ids: Vec<_> = (0..9).map(object).chain((0..5).map(tag)).collect();
            vec(proptest::sample::select(ids), 0..5).prop_map(Value::Entity).boxed()
        }
        PropertyKind::Aliases => vec(nasty(), 0..=8).prop_map(Value::Aliases).boxed(),
        PropertyKind::Icon => prop_oneof![
            Just(Value::Icon(None)),
            Just(Value::Icon(Some(Icon::Emoji("👩‍💻".to_owned())))),
            Just(Value::Icon(Some(Icon::Iconify("ph-x".to_owned())))),
        ]
        .boxed(),
        PropertyKind::CreatedAt => (0..4_000_000_000_000i64).prop_map(|time| Value::CreatedAt(Timestamp(time))).boxed(),
        PropertyKind::RichText => vec(token(), 0..4).prop_map(Value::RichText).boxed(),
        PropertyKind::LastUpdatedAt | PropertyKind::Blocks => return None,
    })
}

fn objects() -> impl Strategy<Value = Object> {
    let values: Vec<_> = structure()
        .properties
        .iter()
        .filter(|definition| !definition.read_only)
        .filter_map(|definition| Some((Just(definition.id.clone()), value(definition)?)))
        .collect();
    let values = values.into_iter().map(|value| proptest::option::weighted(0.5, value)).collect::<Vec<_>>();
    (values, blocks(), blocks()).prop_map(|(values, one, two)| Object {
        id: object(99),
        structure: structure().id,
        collections: Vec::new(),
        properties: values.into_iter().flatten().collect(),
        blocks: Sections::from([("one".into(), one), ("two".into(), two)]),
        files: Vec::new(),
    })
}

/// The values that are not empty, as Markdown carries them.
fn carried(object: &Object, library: &Library) -> BTreeMap<PropertyId, Value> {
    let normal = |(id, value): (&PropertyId, &Value)| (id.clone(), normal_value(value, library));
    let is_empty = |value: &Value| match value {
        Value::Title(None) | Value::Number(None) | Value::Boolean(None) | Value::Icon(None) => true,
        Value::Text(text) | Value::Url(text) => text.as_deref().unwrap_or_default().is_empty(),
        Value::Date(date) => date.start.is_none(),
        Value::Label(ids) => ids.is_empty(),
        Value::Entity(ids) => ids.is_empty(),
        Value::Aliases(aliases) => aliases.is_empty(),
        Value::RichText(tokens) => tokens.is_empty(),
        _ => false,
    };
    object.properties.iter().map(normal).filter(|(_, value)| !is_empty(value)).collect()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn an_object_is_read_back(object in objects()) {
        let mut library = library();
        let text = write_document(&object, &structure(), &library);
        let document = split_document(&text);
        let front_matter = document.front_matter.expect(&text);
        let read = read_properties(&front_matter, &structure(), &mut library);
        prop_assert!(read.problems.is_empty(), "{}\n{}", read.problems, text);
        prop_assert!(read.ignored.is_empty(), "{:?}\n{}", read.ignored, text);
        let title = PropertyId::from("title");
        let values: BTreeMap<_, _> =
            read.values.into_iter().filter(|(id, value)| *id != title || *value != Value::Title(None)).collect();
        prop_assert_eq!(values, carried(&object, &library), "\n{}", text);
        let sections: Vec<Block> = object.blocks.values().flatten().cloned().collect();
        let body = read_body(document.body, &mut library);
        prop_assert_eq!(outline(&body), outline(&drafts(&normal_form(&sections, &library))), "\n{}", text);
    }

    #[test]
    fn every_front_matter_is_read(lines in vec((0..8usize, nasty()), 0..6)) {
        let keys = ["title", "d", "status", "labels", "tags", "worksFor", "aliases", "rich"];
        let yaml: String = lines.iter().map(|(key, value)| format!("{}: {value}\n", keys[*key])).collect();
        let text = format!("---\n{yaml}---\nbody");
        let document = split_document(&text);
        if let Some(front_matter) = document.front_matter {
            read_properties(&front_matter, &structure(), &mut library());
        } else {
            prop_assert_eq!(document.body, text.as_str());
        }
    }
}

#[test]
fn colours_are_not_carried() {
    let tokens = vec![Token::Text { text: "a".to_owned(), style: Default::default(), color: Color::named("text-red") }];
    let block = Block::leaf(BlockId(Uuid::nil()), Content::Text(TextContent { tokens, ..TextContent::default() }));
    let normal = normal_form(&[block], &Library::new(&[], &[]));
    let Content::Text(text) = &normal[0].content else { panic!("{normal:?}") };
    assert_eq!(text.tokens, [Token::plain("a")]);
}
