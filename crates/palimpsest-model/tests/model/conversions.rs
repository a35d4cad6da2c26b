//! Changes of the type of a property: what converts comes back as it was, and what would not is refused.

use std::collections::BTreeSet;

use palimpsest_model::arbitrary::{Ids, Retype, retypes, telling_texts, what};
use palimpsest_model::{LabelOption, PropertyKind, Value, WhyNot, convert, options_of, read_value};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use proptest::{prop_assert, prop_assert_eq, proptest};
use serde_json::{Value as Json, json};

use crate::support::{cases, read};

fn converted(value: &Value, from: &PropertyKind, to: &PropertyKind) -> Result<Value, WhyNot> {
    convert(value, from, to, &mut what)
}

/// Whether nothing is in it, as a reader sees it.
fn cleared(value: &Value) -> bool {
    let json = serde_json::to_value(value).unwrap();
    let payload = json.as_object().unwrap().values().next().unwrap().clone();
    payload.is_null() || payload == json!([]) || payload.get("s").is_some_and(Json::is_null)
}

proptest! {
    #![proptest_config(cases(4000))]

    #[test]
    fn what_converts_comes_back_as_it_was(Retype { from, to, values } in retypes()) {
        for value in values {
            let Ok(there) = converted(&value, &from, &to) else { continue };
            prop_assert_eq!(Some(there.kind()), to.name());
            let back = converted(&there, &to, &from);
            if cleared(&value) {
                prop_assert!(cleared(&there), "{there:?}");
                prop_assert!(cleared(&back.unwrap()));
            } else {
                prop_assert_eq!(back.as_ref(), Ok(&value), "by way of {:?}", there);
            }
        }
    }

    #[test]
    fn the_new_kind_takes_what_was_converted(Retype { from, to, values } in retypes()) {
        for value in values {
            let Ok(there) = converted(&value, &from, &to) else { continue };
            // A conversion that is none is one of the same kind again.
            prop_assert_eq!(converted(&there, &to, &to), Ok(there.clone()));
            if let (PropertyKind::Label { multiple, options }, Value::Label(chosen)) = (&to, &there) {
                prop_assert!(*multiple || chosen.len() <= 1);
                prop_assert!(chosen.iter().all(|id| options.iter().any(|option| option.id == *id)));
            }
        }
    }

    #[test]
    fn options_made_of_texts_take_each_of_them(texts in vec(telling_texts(), 0..12), seed in any::<u64>()) {
        let values: Vec<_> = texts.iter().cloned().map(|text| Value::Text(Some(text))).collect();
        let mut ids = Ids::new(seed);
        let options = options_of(values.iter(), &PropertyKind::Text, &mut || ids.uuid());
        let names: BTreeSet<_> = options.iter().map(|option| option.name.as_str()).collect();
        prop_assert_eq!(names.len(), options.len());
        prop_assert!(names.iter().all(|name| texts.iter().any(|text| text == name)));
        let label = PropertyKind::Label { multiple: false, options };
        for (text, value) in texts.iter().zip(&values) {
            let takes = !text.is_empty() && text.trim() == text;
            prop_assert_eq!(converted(value, &PropertyKind::Text, &label).is_ok(), takes, "{:?}", text);
        }
    }
}

#[test]
fn between_these_types_something_converts_and_between_the_others_nothing_but_what_is_empty() {
    let kinds = [
        ("text", PropertyKind::Text),
        ("number", PropertyKind::Number),
        ("boolean", PropertyKind::Boolean),
        ("url", PropertyKind::Url),
        ("date", PropertyKind::Date),
        ("label", label(false, &[])),
        ("entity", PropertyKind::Entity { allowed: Vec::new() }),
        ("richText", PropertyKind::RichText),
    ];
    // As in docs/schema.md.
    let says = ["text", "label", "richText"];
    let converts = |from: &str, to: &str| {
        from == to || from != "entity" && to != "entity" && (says.contains(&from) || says.contains(&to))
    };
    let mut met = BTreeSet::new();
    let mut runner = TestRunner::deterministic();
    let retypes = retypes();
    for _ in 0..20_000 {
        let tree = retypes.new_tree(&mut runner).unwrap();
        let Retype { from, to, values } = tree.current();
        for value in values {
            let there = converted(&value, &from, &to);
            assert!(there.is_ok() || !cleared(&value), "{value:?} from {from:?} to {to:?}");
            if there.is_ok() && !cleared(&value) {
                met.insert((from.name().unwrap(), to.name().unwrap()));
            }
        }
    }
    let pairs = kinds.iter().flat_map(|(from, _)| kinds.iter().map(move |(to, _)| (*from, *to)));
    let expected: BTreeSet<_> = pairs.filter(|(from, to)| converts(from, to)).collect();
    assert_eq!(met, expected);
}

fn label(multiple: bool, names: &[&str]) -> PropertyKind {
    let option =
        |name: &&str| LabelOption { id: (*name).to_lowercase().as_str().into(), name: (*name).to_owned(), color: None };
    PropertyKind::Label { multiple, options: names.iter().map(option).collect() }
}

fn value(kind: &str, payload: Json) -> Value {
    read(&json!({ "type": kind, kind: payload }), read_value).unwrap()
}

fn text(text: &str) -> Value {
    value("text", json!({ "value": text }))
}

fn chosen(ids: &[&str]) -> Value {
    Value::Label(ids.iter().map(|id| (*id).into()).collect())
}

fn rich(tokens: Json) -> Value {
    value("richText", json!({ "value": tokens }))
}

fn run(text: &str, style: Json) -> Json {
    json!({"type": "TextToken", "text": text, "style": style})
}

fn date(resolution: &str, start: &str, end: Option<&str>) -> Value {
    value("date", json!({"dateResolution": resolution, "start": start, "end": end}))
}

#[test]
fn values_become_what_they_say_and_back() {
    let there_and_back = |one: (&PropertyKind, Value), other: (&PropertyKind, Value)| {
        assert_eq!(converted(&one.1, one.0, other.0).as_ref(), Ok(&other.1));
        assert_eq!(converted(&other.1, other.0, one.0).as_ref(), Ok(&one.1));
    };
    let says = |one: (&PropertyKind, Value), other: &str| there_and_back(one, (&PropertyKind::Text, text(other)));
    let number = |number: Json| (&PropertyKind::Number, value("number", json!({ "value": number })));
    says(number(json!(5)), "5");
    says(number(json!(-0.1)), "-0.1");
    says(number(json!(1e300)), "1e+300");
    says((&PropertyKind::Boolean, Value::Boolean(Some(true))), "true");
    says((&PropertyKind::Boolean, Value::Boolean(Some(false))), "false");
    for url in ["https://example.com/a b".replace(' ', "%20"), "HTTP://x".to_owned(), "mailto:a@b.c".to_owned()] {
        says((&PropertyKind::Url, Value::Url(Some(url.clone()))), &url);
    }
    says((&PropertyKind::Date, date("day", "2026-11-22", None)), "2026-11-22");
    says((&PropertyKind::Date, date("day", "2026-11-22", Some("2026-11-24"))), "2026-11-22/2026-11-24");
    says((&PropertyKind::Date, date("time", "2026-11-22", None)), "2026-11-22T00:00:00.000Z");
    says(
        (&PropertyKind::Date, date("time", "2026-11-22T14:05:00Z", Some("2026-11-22T15:00:00.5Z"))),
        "2026-11-22T14:05:00.000Z/2026-11-22T15:00:00.500Z",
    );
    says((&PropertyKind::RichText, rich(json!([run("plain ✅\n", json!({}))]))), "plain ✅\n");
    says((&PropertyKind::RichText, rich(json!([run("", json!({}))]))), "");
    let (one, several) = (label(false, &["Good", "Bad", "3"]), label(true, &["Bad", "Good", "3"]));
    says((&one, chosen(&["good"])), "Good");
    says((&several, chosen(&["bad"])), "Bad");
    there_and_back((&one, chosen(&["good"])), (&several, chosen(&["good"])));
    there_and_back((&one, chosen(&["3"])), number(json!(3)));
    there_and_back((&one, chosen(&["bad"])), (&PropertyKind::RichText, rich(json!([run("Bad", json!({}))]))));
}

#[test]
fn what_would_be_lost_is_refused() {
    let check = |from: &PropertyKind, value: Value, to: &PropertyKind, why: WhyNot| {
        assert_eq!(converted(&value, from, to), Err(why), "{value:?} to {to:?}");
    };
    let of_text = |says: &str, to: &PropertyKind, why| check(&PropertyKind::Text, text(says), to, why);
    for nearly in ["05", "5.0", " 5", "5 ", "+5", "1e3", "0x5", "5,0", "1e400", "-0", "five", ""] {
        assert!(converted(&text(nearly), &PropertyKind::Text, &PropertyKind::Number).is_err(), "{nearly}");
    }
    of_text("5.0", &PropertyKind::Number, WhyNot::Lossy);
    of_text("five", &PropertyKind::Number, WhyNot::Unreadable("number"));
    for nearly in ["True", "yes", "1", " true", ""] {
        of_text(nearly, &PropertyKind::Boolean, WhyNot::Unreadable("boolean"));
    }
    for nearly in ["example.com", "https:", "https://", "https:///a", "a b:c", "mailto: a", ":a", "5:a", "note: x", ""]
    {
        of_text(nearly, &PropertyKind::Url, WhyNot::Unreadable("url"));
    }
    for nearly in
        ["2026-11-22T14:05:00Z", "2026-11-22T14:05", "2026-11-22/2026-11-24T00:00:00.000Z", "2026-11-22T14:05:00.0001Z"]
    {
        of_text(nearly, &PropertyKind::Date, WhyNot::Lossy);
    }
    of_text("tomorrow", &PropertyKind::Date, WhyNot::Unreadable("date"));
    of_text("2026-02-30", &PropertyKind::Date, WhyNot::Unreadable("date"));
    of_text("2026-11-22/", &PropertyKind::Date, WhyNot::Unreadable("date"));

    let twice = PropertyKind::Label {
        multiple: false,
        options: [("a", "Same"), ("b", "Same")]
            .map(|(id, name)| LabelOption { id: id.into(), name: name.to_owned(), color: None })
            .to_vec(),
    };
    check(&twice, chosen(&["b"]), &PropertyKind::Text, WhyNot::Lossy);
    let several = label(true, &["Good", "Bad"]);
    check(&several, chosen(&["good", "bad"]), &PropertyKind::Text, WhyNot::Several);
    check(&several, chosen(&["good", "bad"]), &label(false, &["Good", "Bad"]), WhyNot::Several);
    check(&several, chosen(&["bad"]), &label(true, &["Good"]), WhyNot::NoOption);
    check(&several, chosen(&["gone"]), &PropertyKind::Text, WhyNot::NoOption);
    of_text("Odd", &several, WhyNot::NoOption);
    of_text("good", &several, WhyNot::NoOption);

    let of_rich = |tokens: Json| check(&PropertyKind::RichText, rich(tokens), &PropertyKind::Text, WhyNot::Styled);
    of_rich(json!([run("a", json!({"bold": true}))]));
    of_rich(json!([run("a", json!({"bold": false}))]));
    of_rich(json!([run("a", json!({})), run("b", json!({}))]));
    of_rich(json!([{"type": "LinkToken", "text": "a", "url": "https://example.com"}]));
    of_rich(json!([{"type": "CodeToken", "text": "a"}]));

    let entity = value("entity", json!([{"id": "01000000-0000-4000-8000-000000000000"}]));
    let entities =
        |allowed: &[&str]| PropertyKind::Entity { allowed: allowed.iter().map(|id| id.parse().unwrap()).collect() };
    check(&entities(&[]), entity.clone(), &entities(&["RootPage"]), WhyNot::Target);
    assert_eq!(converted(&entity, &entities(&[]), &entities(&["RootPage", "RootTag"])).as_ref(), Ok(&entity));
    check(&entities(&[]), entity, &PropertyKind::Text, WhyNot::Kinds { from: "entity", to: "text" });
    of_text("01000000-0000-4000-8000-000000000000", &entities(&[]), WhyNot::Kinds { from: "text", to: "entity" });
    of_text("x", &PropertyKind::Title, WhyNot::Kinds { from: "text", to: "title" });
    of_text("x", &PropertyKind::Blocks, WhyNot::Kinds { from: "text", to: "blocks" });
}
