//! Changes of the type of a property: two kinds, and values of the first.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{BoxedStrategy, Just, Strategy, any};
use proptest::prop_oneof;
use proptest::sample::{select, subsequence};

use super::blocks::{dates, numbers, texts};
use super::ids::uuids;
use super::objects::values;
use crate::date::{DatePayload, Resolution};
use crate::id::{BuiltIn, LabelId, ObjectId, StructureId};
use crate::number::Number;
use crate::structure::{LabelOption, PropertyKind};
use crate::time::Timestamp;
use crate::token::Token;
use crate::value::Value;

/// A property changes its kind.
#[derive(Clone, Debug)]
pub struct Retype {
    /// What it was.
    pub from: PropertyKind,
    /// What it becomes.
    pub to: PropertyKind,
    /// Values it had.
    pub values: Vec<Value>,
}

/// Changes between all kinds that a property can be given, with values that often say something in the other kind as well.
pub fn retypes() -> BoxedStrategy<Retype> {
    (kinds(), kinds())
        .prop_flat_map(|(from, to)| {
            let values = vec(telling_values(&from), 1..5);
            values.prop_map(move |values| Retype { from: from.clone(), to: to.clone(), values })
        })
        .boxed()
}

/// What an object of an entity value is; of some ids nothing is known.
#[must_use]
pub fn what(id: ObjectId) -> Option<StructureId> {
    let known = [BuiltIn::RootPage, BuiltIn::RootTag, BuiltIn::RootTask];
    known.get(usize::from(id.0.as_bytes()[0] % 4)).copied().map(StructureId::BuiltIn)
}

/// Texts that mean something in other types too, or nearly.
pub fn telling_texts() -> BoxedStrategy<String> {
    let date = || dates().prop_filter_map("it says nothing", |date| date.start.map(|start| start.to_string()));
    prop_oneof![
        3 => select(NAMES).prop_map(str::to_owned),
        1 => numbers().prop_map(|number| number.to_string()),
        1 => date(),
        1 => date().prop_map(|date| date.chars().take(10).collect()),
        1 => (date(), date()).prop_map(|(start, end)| format!("{start}/{end}")),
        1 => texts(),
    ]
    .boxed()
}

const NAMES: &[&str] = &[
    "5",
    "05",
    "-1",
    "5.0",
    "1e3",
    " 5",
    "true",
    "false",
    "True",
    "2026-11-22",
    "2026-11-22/2026-11-24",
    "2026-11-22T14:05:00.000Z",
    "2026-11-22T14:05:00Z",
    "https://example.com/a?b#c",
    "https:",
    "mailto:a@example.com",
    "note: this",
    "Good",
    "Bad",
];

fn kinds() -> BoxedStrategy<PropertyKind> {
    let simple = [
        PropertyKind::Text,
        PropertyKind::Number,
        PropertyKind::Boolean,
        PropertyKind::Url,
        PropertyKind::Date,
        PropertyKind::RichText,
    ];
    // Names and ids are drawn apart, so that sets share some, and one set may have a name twice.
    let options =
        (subsequence((0..6_usize).collect::<Vec<_>>(), 0..=6), vec(telling_texts(), 6)).prop_map(|(ids, names)| {
            let option = |(id, name)| LabelOption { id: LabelId(format!("option {id}")), name, color: None };
            ids.into_iter().zip(names).map(option).collect()
        });
    let allowed = subsequence([BuiltIn::RootPage, BuiltIn::RootTag, BuiltIn::RootTask].to_vec(), 0..=3)
        .prop_map(|allowed| allowed.into_iter().map(StructureId::BuiltIn).collect());
    prop_oneof![
        6 => select(simple.to_vec()),
        3 => (any::<bool>(), options).prop_map(|(multiple, options)| PropertyKind::Label { multiple, options }),
        1 => allowed.prop_map(|allowed| PropertyKind::Entity { allowed }),
    ]
    .boxed()
}

fn telling_values(kind: &PropertyKind) -> BoxedStrategy<Value> {
    let any = values(kind).unwrap_or_else(|| Just(Value::Text(None)).boxed());
    match kind {
        PropertyKind::Text => option::weighted(0.9, telling_texts()).prop_map(Value::Text).boxed(),
        PropertyKind::Url => option::weighted(0.9, telling_texts()).prop_map(Value::Url).boxed(),
        PropertyKind::RichText => {
            prop_oneof![3 => telling_texts().prop_map(|text| Value::RichText(vec![Token::plain(text)])), 1 => any]
                .boxed()
        }
        PropertyKind::Entity { allowed } => {
            let allowed = allowed.clone();
            let admitted = move |id: &ObjectId| {
                allowed.is_empty() || what(*id).is_none_or(|structure| allowed.contains(&structure))
            };
            let targets = vec(uuids().prop_map(ObjectId), 0..4);
            targets.prop_map(move |ids| Value::Entity(ids.into_iter().filter(&admitted).collect())).boxed()
        }
        PropertyKind::Number => {
            let said = select(&[5, -1][..]).prop_map(|number| Value::Number(Some(Number::from(number))));
            prop_oneof![1 => said, 2 => any].boxed()
        }
        PropertyKind::Date => {
            // 2026-11-22 and two days later, which names of options say as well.
            let day = |days: i64| Timestamp(1_795_305_600_000 + days * 86_400_000);
            let ends = select(&[None, Some(2)][..]);
            let said = ends.prop_map(move |end| {
                let (resolution, start) = (Resolution::Day, Some(day(0)));
                Value::Date(DatePayload { resolution, start, end: end.map(day) })
            });
            prop_oneof![1 => said, 2 => any].boxed()
        }
        _ => any,
    }
}
