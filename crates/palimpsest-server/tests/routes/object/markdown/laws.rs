//! What holds for every object: its text changes nothing, makes another object of the same text, and can be edited line by
//! line.

use std::collections::BTreeMap;

use palimpsest_model::arbitrary::{objects_of, structures};
use palimpsest_model::{
    Block, BuiltIn, Content, Creation, LabelId, LinkTarget, Object, ObjectId, Structure, StructureId, Timestamp, Token,
    Value as Held, builtin_structures, parse_uuid,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::Union;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use super::{URI, body_of, ignored, patch, plant, post, text_of};
use crate::app::Lab;
use crate::wire::{NOBODY, id, page, tag};

/// Every structure of a new space, and a custom one with every kind of property and two sections.
fn every_structure() -> Vec<Structure> {
    let custom = structures().into_iter().filter(|structure| matches!(structure.id, StructureId::Custom(_)));
    builtin_structures().into_iter().chain(custom).collect()
}

fn objects() -> impl Strategy<Value = Object> {
    Union::new(every_structure().iter().map(objects_of))
}

/// A space with a few objects to refer to, two of them of one title; and one in the trash.
struct Scene {
    lab: Lab,
    tags: Vec<String>,
    others: Vec<String>,
    lost: Vec<String>,
}

impl Scene {
    async fn new() -> Self {
        let lab = Lab::new().await;
        let mut scene = Self { lab, tags: Vec::new(), others: Vec::new(), lost: vec![NOBODY.to_owned()] };
        for title in ["idea", "my_tag", "a", "Twice"] {
            scene.tags.push(scene.lab.make(tag(title)).await);
        }
        for title in
            ["Ann", "Twice", "one two", "A|B", "[x]", "", "#idea", "Größe", "date/2026-11-22", " pad", "R&D; x"]
        {
            scene.others.push(scene.lab.make(page(title)).await);
        }
        let trashed = scene.lab.make(page("Gone")).await;
        scene.lab.delete(&format!("/object?id={trashed}")).await;
        scene.lost.push(trashed);
        scene
    }

    /// Puts an object into the space whose references lead to what is there, or nowhere when `lost`.
    async fn put(&self, mut object: Object, lost: bool) -> String {
        let custom = every_structure().into_iter().find(|structure| structure.id == object.structure);
        let pool = |id: ObjectId, tags: bool| {
            let all: Vec<&String> = match (tags, lost) {
                (true, _) => self.tags.iter().collect(),
                (false, true) => self.others.iter().chain(&self.tags).chain(&self.lost).collect(),
                (false, false) => self.others.iter().chain(&self.tags).collect(),
            };
            let chosen = all[usize::try_from(id.0.as_u128() % all.len() as u128).unwrap()];
            ObjectId(parse_uuid(chosen).unwrap())
        };
        for (property, value) in &mut object.properties {
            match value {
                Held::Entity(ids) => ids.iter_mut().for_each(|id| *id = pool(*id, property.0 == "tags")),
                Held::RichText(tokens) => relink(tokens, &|id| pool(id, false)),
                _ => {}
            }
        }
        for blocks in object.blocks.values_mut() {
            relink_blocks(blocks, &|id| pool(id, false));
        }
        object.collections.clear();
        let is = |built_in| object.structure == StructureId::BuiltIn(built_in);
        if is(BuiltIn::RootTask) {
            object
                .properties
                .entry("status".into())
                .and_modify(|value| {
                    if *value == Held::Label(Vec::new()) {
                        *value = Held::Label(vec![LabelId::from("done")]);
                    }
                })
                .or_insert_with(|| Held::Label(vec![LabelId::from("done")]));
        }
        if is(BuiltIn::RootDailyNote) {
            object.properties.insert("title".into(), Held::Title(Some("2026-11-22T00:00:00.000Z".to_owned())));
        }
        if custom.as_ref().is_some_and(|structure| structure.property(&"createdAt".into()).is_some()) {
            object.properties.entry("createdAt".into()).or_insert(Held::CreatedAt(Timestamp(1_000)));
        }
        let id = object.id.to_string();
        let structure = custom.filter(|structure| matches!(structure.id, StructureId::Custom(_)));
        plant(&self.lab, structure, vec![object]).await;
        id
    }
}

fn relink(tokens: &mut [Token], to: &dyn Fn(ObjectId) -> ObjectId) {
    for token in tokens {
        if let Token::Link { target: Some(LinkTarget::Entity(id)), .. } = token {
            *id = to(*id);
        }
    }
}

fn relink_blocks(blocks: &mut [Block], to: &dyn Fn(ObjectId) -> ObjectId) {
    for block in blocks {
        match &mut block.content {
            Content::Text(text) => relink(&mut text.tokens, to),
            Content::Entity { target: Some(id), .. } => *id = to(*id),
            _ => {}
        }
        block.children.iter_mut().for_each(|list| relink_blocks(list, to));
    }
}

/// Runs a law for random values, each in a space of its own. `PALIMPSEST_CASES` asks for more than a quick run has.
fn hold<T: std::fmt::Debug>(values: impl Strategy<Value = T>, law: impl AsyncFn(Scene, T)) {
    let cases = std::env::var("PALIMPSEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(25);
    let config =
        ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 300, ..ProptestConfig::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let values = values.prop_map(Spoken);
    let run = TestRunner::new(config).run(&values, |value| {
        runtime.block_on(async { law(Scene::new().await, value.0).await });
        Ok(())
    });
    if let Err(failure) = run {
        panic!("{failure}");
    }
}

#[derive(Debug)]
struct Spoken<T>(T);

#[test]
fn the_text_of_an_object_changes_nothing() {
    hold(objects(), async |scene, object| {
        let lab = &scene.lab;
        let id = scene.put(object, true).await;
        let (before, text, head) = (lab.object(&id).await, text_of(lab, &id).await, lab.head().await);
        assert_eq!(patch(lab, &id, &text).await.revision(), Some(head), "{text}");
        // Objects were put here without the dates that they link to; reading the text makes those.
        patch(lab, &id, &format!("{text}\n")).await.ok();
        let head = lab.head().await;
        for dress in [text.clone(), format!("{text}\n"), text.replace('\n', "\r\n"), body_of(&text).to_owned()] {
            let strict = lab.ask(http::Method::PATCH, URI).header("prefer", "handling=strict");
            let reply = lab.app.send(strict.json(&json!({"id": id, "markdown": dress}))).await;
            assert_eq!(reply.ok(), before, "{text}");
            assert_eq!((ignored(&reply), reply.revision()), (None, Some(head)), "{text}");
            assert_eq!(lab.head().await, head, "{text}");
        }
    });
}

#[test]
fn the_text_of_an_object_makes_another_of_the_same_text() {
    let direct = every_structure().into_iter().filter(|structure| structure.creation == Creation::Direct);
    hold(Union::new(direct.map(|structure| objects_of(&structure))), async |scene, object| {
        let lab = &scene.lab;
        let structure = object.structure.to_string();
        let id = scene.put(object, false).await;
        let text = text_of(lab, &id).await;
        let reply = post(lab, &structure, &text).await;
        let made = reply.ok();
        assert_eq!(ignored(&reply), None, "{text}");
        // Nothing else may mean what the first one means.
        lab.delete(&format!("/object?id={id}")).await;
        lab.update(json!({"id": id, "deleteRequested": false})).await;
        let again = text_of(lab, made["id"].as_str().unwrap()).await;
        if !body_of(&text).starts_with("# ") {
            assert_eq!(again, text);
        }
    });
}

/// A change of one line of a text.
#[derive(Clone, Debug)]
enum Change {
    Remove,
    Repeat,
    Insert(&'static str),
    Indent,
    Outdent,
    Append(&'static str),
    Prefix(&'static str),
    MoveTo(Index),
}

fn changes() -> impl Strategy<Value = Vec<(Index, Change)>> {
    let words = || {
        select(
            &[
                "",
                "new",
                "**b",
                "[[Ann]]",
                "[[Twice]]",
                "#idea",
                "#fresh",
                "> q",
                "- i",
                "```",
                "$$",
                "---",
                "![[Ann]]",
                "# H",
                "[x](y:z)",
                "\\",
                "<!-- -->",
                "| a | b |\n|---|---|",
                "[[date/2026-11-22]]",
            ][..],
        )
    };
    let change = prop_oneof![
        3 => Just(Change::Remove),
        1 => Just(Change::Repeat),
        2 => words().prop_map(Change::Insert),
        1 => Just(Change::Indent),
        1 => Just(Change::Outdent),
        2 => words().prop_map(Change::Append),
        2 => select(&["- ", "> ", "# ", "1. ", "- [ ] ", "a"][..]).prop_map(Change::Prefix),
        2 => any::<Index>().prop_map(Change::MoveTo),
    ];
    vec((any::<Index>(), change), 1..5)
}

fn edit(text: &str, changes: &[(Index, Change)]) -> String {
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    for (place, change) in changes {
        if lines.is_empty() {
            break;
        }
        let at = place.index(lines.len());
        match change {
            Change::Remove => drop(lines.remove(at)),
            Change::Repeat => lines.insert(at, lines[at].clone()),
            Change::Insert(text) => lines.insert(at, (*text).to_owned()),
            Change::Indent => lines[at].insert_str(0, "  "),
            Change::Outdent => lines[at] = lines[at].trim_start().to_owned(),
            Change::Append(text) => lines[at].push_str(text),
            Change::Prefix(text) => lines[at].insert_str(0, text),
            Change::MoveTo(target) => {
                let line = lines.remove(at);
                lines.insert(target.index(lines.len() + 1), line);
            }
        }
    }
    lines.join("\n")
}

/// Each block without its children, by its id.
fn by_id(object: &Value) -> BTreeMap<String, Value> {
    fn collect(blocks: &Value, all: &mut BTreeMap<String, Value>) {
        for block in blocks.as_array().into_iter().flatten() {
            let mut own = block.clone();
            let own = own.as_object_mut().unwrap();
            if let Some(children) = own.remove("blocks") {
                collect(&children, all);
            }
            for column in own.remove("columns").iter().flat_map(|columns| columns.as_array().into_iter().flatten()) {
                collect(column, all);
            }
            assert!(all.insert(id(block), Value::Object(own.clone())).is_none(), "an id comes once");
        }
    }
    let mut all = BTreeMap::new();
    object["blocks"].as_object().unwrap().values().for_each(|list| collect(list, &mut all));
    all
}

#[test]
fn an_edited_text_is_what_the_object_says_afterwards() {
    let with_body = objects().prop_filter("a body", |object| object.blocks.values().any(|list| !list.is_empty()));
    hold((with_body, changes()), async |scene, (object, changes)| {
        let lab = &scene.lab;
        let id = scene.put(object, false).await;
        let before = lab.object(&id).await;
        let body = body_of(&text_of(lab, &id).await).to_owned();
        let edited = edit(&body, &changes);
        // The same text as a new object says what it means.
        let fresh = post(lab, "RootPage", &format!("---\ntitle: fresh\n---\n\n{edited}")).await.ok();
        let expected = text_of(lab, fresh["id"].as_str().unwrap()).await;
        let after = patch(lab, &id, &format!("---\n{{}}\n---\n{edited}").replacen("---\n{}\n---\n", "", 1)).await.ok();
        let written = text_of(lab, &id).await;
        let is_front = edited.starts_with("---");
        if edited.trim().is_empty() {
            assert_eq!(after["blocks"], before["blocks"]);
        } else if !is_front {
            assert_eq!(body_of(&written), body_of(&expected), "\n{body}\n->\n{edited}");
        }
        by_id(&after);
        // What was sent is what is there: sending it again changes nothing.
        let head = lab.head().await;
        patch(lab, &id, &edited).await.ok();
        assert_eq!(lab.head().await, head, "\n{edited}\n{written}");
    });
}

#[test]
fn blocks_that_an_edit_adds_around_stay_byte_by_byte() {
    hold((objects(), any::<bool>()), async |scene, (object, above)| {
        let lab = &scene.lab;
        let id = scene.put(object, true).await;
        let (before, text) = (lab.object(&id).await, text_of(lab, &id).await);
        let body = body_of(&text);
        let sent = if above {
            format!("<!-- -->\n\nbrand new\n\n<!-- -->\n\n{body}")
        } else {
            format!("{body}\n\n<!-- -->\n\nbrand new\n")
        };
        let after = patch(lab, &id, &sent).await.ok();
        let (old, new) = (by_id(&before), by_id(&after));
        let added: Vec<_> = new.keys().filter(|id| !old.contains_key(*id)).collect();
        assert_eq!(added.len(), 1, "{sent}\n{:#}", after["blocks"]);
        for (id, block) in &old {
            let empty = block["tokens"] == json!([]);
            assert!(new.get(id) == Some(block) || (empty && !new.contains_key(id)), "{id} was touched by\n{sent}");
        }
    });
}
