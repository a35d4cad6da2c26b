//! The members of the contract's answers (spec/02 §0–2, spec/03 §2–5): which must be there, which may be, and what they hold.

use serde_json::Value as Json;

/// What a member may hold.
#[derive(Clone, Copy, Debug)]
enum Holds {
    Text,
    Number,
    Flag,
    NullableText,
    NullableNumber,
    NullableFlag,
    Texts,
    Numbers,
    Word(&'static [&'static str]),
    ThemeColor,
    Uuid,
    Instant,
    NullableInstant,
    Shape(&'static [Member]),
    NullableShape(&'static [Member]),
    List(&'static Holds),
    Block,
    Token,
    Value,
    Structure,
    MapOf(&'static Holds),
}

#[derive(Clone, Copy, Debug)]
struct Member {
    name: &'static str,
    required: bool,
    holds: Holds,
}

const fn must(name: &'static str, holds: Holds) -> Member {
    Member { name, required: true, holds }
}

const fn may(name: &'static str, holds: Holds) -> Member {
    Member { name, required: false, holds }
}

use Holds::{
    Block, Flag, Instant, List, MapOf, NullableFlag, NullableInstant, NullableNumber, NullableShape, NullableText,
    Number, Numbers, Shape, Structure, Text, Texts, ThemeColor, Token, Uuid, Value, Word,
};

const OBJECT: &[Member] = &[
    must("id", Uuid),
    must("structureId", Structure),
    must("collections", List(&Uuid)),
    must("properties", MapOf(&Value)),
    must("blocks", MapOf(&List(&Block))),
];

const SPACE: &[Member] = &[must("id", Uuid), must("title", Text), may("icon", Shape(ICON))];

const STRUCTURES: &[Member] = &[must("structures", List(&Shape(STRUCTURE)))];

const STRUCTURE: &[Member] = &[
    must("id", Structure),
    must("title", Text),
    must("pluralName", Text),
    must("labelColor", Text),
    must("propertyDefinitions", List(&Shape(DEFINITION))),
    must("collections", List(&Shape(&[must("id", Uuid), must("title", Text)]))),
];

const DEFINITION: &[Member] = &[
    must("id", Text),
    must("name", Text),
    must(
        "type",
        Word(&[
            "title",
            "text",
            "number",
            "boolean",
            "url",
            "date",
            "label",
            "entity",
            "aliases",
            "icon",
            "createdAt",
            "lastUpdatedAt",
            "richText",
        ]),
    ),
    must("writable", Flag),
    may("multiple", Flag),
    may("labelSet", List(&Shape(OPTION))),
    may("allowedStructures", List(&Structure)),
];

const OPTION: &[Member] = &[must("id", Text), must("name", Text), may("color", Text)];
const ICON: &[Member] = &[must("type", Word(&["emoji", "iconify"])), must("val", Text)];
const DATE: &[Member] =
    &[must("dateResolution", Word(&["day", "time"])), must("start", NullableInstant), must("end", NullableInstant)];
const STYLE: &[Member] = &[may("bold", Flag), may("italic", Flag), may("strikethrough", Flag), may("underline", Flag)];
const HIGHLIGHT: &[Member] = &[
    must("type", Word(&["webhighlights", "readwise", "kindle-import", "custom"])),
    may("url", Text),
    may("label", Text),
    may("location", Text),
    may("color", Word(&["yellow", "orange", "green", "red", "purple", "blue"])),
];

/// The payload of each type of value, under the key of the type.
const VALUES: &[(&str, Holds)] = &[
    ("title", Shape(&[must("value", NullableText)])),
    ("text", Shape(&[must("value", NullableText)])),
    ("number", Shape(&[must("value", NullableNumber)])),
    ("boolean", Shape(&[must("value", NullableFlag)])),
    ("url", Shape(&[must("value", NullableText)])),
    ("date", Shape(DATE)),
    ("label", List(&Shape(OPTION))),
    ("entity", List(&Shape(&[must("id", Uuid)]))),
    ("aliases", Shape(&[must("value", Texts)])),
    ("icon", Shape(&[must("value", NullableShape(ICON))])),
    ("createdAt", Shape(&[must("value", Instant)])),
    ("lastUpdatedAt", Shape(&[must("value", Instant)])),
    ("richText", Shape(&[must("value", List(&Token))])),
];

/// The members of each type of token besides `type`.
const TOKENS: &[(&str, &[Member])] = &[
    ("TextToken", &[must("text", Text), must("style", Shape(STYLE)), may("color", ThemeColor)]),
    ("LinkToken", &[must("text", Text), may("url", Text), may("entityId", Uuid), may("date", Shape(DATE))]),
    ("MathToken", &[must("text", Text)]),
    ("CodeToken", &[must("text", Text)]),
];

const LIST: Holds = Shape(&[must("type", Word(&["bullet", "alphabetical", "numerical", "roman"]))]);
const TODO: Holds = Shape(&[must("isDone", Flag)]);
const TOGGLE: Holds = Shape(&[must("isOpen", Flag)]);

/// The members of each type of block besides `id` and `type`.
const BLOCKS: &[(&str, &[Member])] = &[
    (
        "TextBlock",
        &[
            must("tokens", List(&Token)),
            must("blocks", List(&Block)),
            must("hierarchy", Shape(&[must("key", Text), must("val", Number)])),
            may("list", LIST),
            may("todo", TODO),
            may("toggle", TOGGLE),
            may("quote", Shape(&[must("layout", Word(&["normal", "standout"]))])),
            may("colorTheme", ThemeColor),
            may("highlight", Shape(HIGHLIGHT)),
        ],
    ),
    (
        "GroupBlock",
        &[
            must("blocks", List(&Block)),
            may("list", LIST),
            may("todo", TODO),
            may("toggle", TOGGLE),
            may("colorTheme", ThemeColor),
        ],
    ),
    (
        "GridBlock",
        &[
            must("columns", List(&List(&Block))),
            must("dividers", Numbers),
            may("gridLayout", Word(&["columns", "grid"])),
            may("colorTheme", ThemeColor),
        ],
    ),
    ("CodeBlock", &[must("lang", Text), must("text", Text)]),
    ("MathBlock", &[must("text", Text), may("colorTheme", ThemeColor)]),
    ("EntityBlock", &[must("entityId", NullableText), may("date", Shape(DATE))]),
    ("HorizontalLineBlock", &[]),
    ("unsupported", &[must("blockType", Text)]),
];

const HUES: &[&str] = &[
    "gray", "rose", "pink", "fuchsia", "purple", "violet", "indigo", "blue", "sky", "cyan", "teal", "emerald", "green",
    "lime", "yellow", "amber", "orange", "red",
];

/// Asserts that this is an ObjectResponse.
pub(crate) fn is_object(json: &Json) {
    check(json, Shape(OBJECT), "object");
}

/// Asserts that this is a list of blocks.
pub(crate) fn are_blocks(json: &Json) {
    check(json, List(&Block), "blocks");
}

/// Asserts that this is what GET /space answers.
pub(crate) fn is_space(json: &Json) {
    check(json, Shape(SPACE), "space");
}

/// Asserts that this is what GET /space/structures answers.
pub(crate) fn are_structures(json: &Json) {
    check(json, Shape(STRUCTURES), "");
}

fn check(json: &Json, holds: Holds, at: &str) {
    let fits = match holds {
        Text => json.is_string(),
        Number => json.is_number(),
        Flag => json.is_boolean(),
        NullableText => json.is_null() || json.is_string(),
        NullableNumber => json.is_null() || json.is_number(),
        NullableFlag => json.is_null() || json.is_boolean(),
        Texts => return each(json, Text, at),
        Numbers => return each(json, Number, at),
        Word(words) => json.as_str().is_some_and(|word| words.contains(&word)),
        ThemeColor => {
            let hue = json.as_str().and_then(|color| color.strip_prefix("text-").or(color.strip_prefix("bg-")));
            hue.is_some_and(|hue| HUES.contains(&hue))
        }
        Uuid => json.as_str().is_some_and(|id| palimpsest_model::parse_uuid(id).is_some()),
        Instant => json.as_str().is_some_and(is_instant),
        NullableInstant => json.is_null() || json.as_str().is_some_and(is_instant),
        NullableShape(_) if json.is_null() => true,
        Shape(members) | NullableShape(members) => return shape(json, members, &[], at),
        List(element) => return each(json, *element, at),
        MapOf(value) => {
            let map = json.as_object().unwrap_or_else(|| panic!("{at} is no object: {json}"));
            return map.iter().for_each(|(key, member)| check(member, *value, &format!("{at}.{key}")));
        }
        Block => {
            let members = named(BLOCKS, json, at);
            return shape(json, members, &[must("id", Uuid), must("type", Text)], at);
        }
        Token => {
            let targets = ["url", "entityId", "date"].iter().filter(|target| json.get(target).is_some()).count();
            assert!(targets <= 1, "{at} points to {targets} targets: {json}");
            return shape(json, named(TOKENS, json, at), &[must("type", Text)], at);
        }
        Value => {
            let payload = named(VALUES, json, at);
            let key = VALUES.iter().find(|(name, _)| json["type"] == **name).unwrap().0;
            let members = [must("type", Text), Member { name: key, required: true, holds: payload }];
            return shape(json, &members, &[], at);
        }
        Structure => json.as_str().is_some_and(|id| id.parse::<palimpsest_model::StructureId>().is_ok()),
    };
    assert!(fits, "{at} does not hold {holds:?}: {json}");
}

fn named<T: Copy>(table: &[(&str, T)], json: &Json, at: &str) -> T {
    let found = table.iter().find(|(name, _)| json["type"] == **name);
    found.unwrap_or_else(|| panic!("{at} has a type that the contract does not know: {json}")).1
}

fn each(json: &Json, holds: Holds, at: &str) {
    let list = json.as_array().unwrap_or_else(|| panic!("{at} is no array: {json}"));
    list.iter().enumerate().for_each(|(index, element)| check(element, holds, &format!("{at}[{index}]")));
}

fn shape(json: &Json, members: &[Member], common: &[Member], at: &str) {
    let map = json.as_object().unwrap_or_else(|| panic!("{at} is no object: {json}"));
    let all = || members.iter().chain(common);
    for member in all() {
        match map.get(member.name) {
            Some(value) => check(value, member.holds, &format!("{at}.{}", member.name)),
            None => assert!(!member.required, "{at} lacks {}: {json}", member.name),
        }
    }
    for key in map.keys() {
        assert!(all().any(|member| member.name == key), "{at} has {key}, which the contract does not know: {json}");
    }
}

/// `2026-11-22T14:05:00.000Z`, exactly.
fn is_instant(text: &str) -> bool {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    shape == "0000-00-00T00:00:00.000Z"
}
