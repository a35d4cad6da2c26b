//! Random walks: many writes in a row, sensible and senseless, under laws that hold after every step whatever was sent.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use serde_json::{Value, json};

use crate::app::Reply;
use crate::kept::Kept;
use crate::object::rename_options;
use crate::retry::{Done, Twins};
use crate::wire::{NOBODY, SECTION, entities, id, ids, run, titled};

/// How many walks of how many steps; each step looks at everything again, so the work grows with the square of a walk.
pub(crate) fn length() -> (u64, usize) {
    if std::env::var_os("PALIMPSEST_TEST_LONG").is_some() { (30, 200) } else { (4, 60) }
}

#[tokio::test]
async fn the_laws_hold_whatever_is_sent() {
    for seed in 0..length().0 {
        Walk::new(seed).await.go().await;
    }
}

pub(crate) struct Walk {
    pub(crate) twins: Twins,
    /// The writes that succeeded.
    done: Vec<Done>,
    dice: Dice,
    /// Every object that was ever made, as GET shows it; nothing for one that cannot be seen.
    pub(crate) seen: BTreeMap<String, Option<Value>>,
    /// The blocks of all that can be seen.
    blocks: Vec<String>,
    pub(crate) head: u64,
    pub(crate) what: String,
    kept: Kept,
}

impl Walk {
    pub(crate) async fn new(seed: u64) -> Self {
        let (twins, dice, what) = (Twins::new().await, Dice(seed), String::new());
        let (done, blocks, seen) = (Vec::new(), Vec::new(), BTreeMap::new());
        Self { twins, done, dice, seen, blocks, head: 1, what, kept: Kept::default() }
    }

    async fn go(mut self) {
        let mut done = 0;
        for step in 0..length().1 {
            self.step(step).await;
            if self.done.len() > done {
                done = self.done.len();
                self.repeat_one().await;
            }
            if self.dice.one_in(10) {
                self.rename().await;
            }
        }
        self.check_lists().await;
        self.check_feed().await;
        self.kept.check(&self.twins.lab).await;
        let restarted = self.twins.restarted();
        for done in &self.done {
            done.repeat(&restarted).await;
        }
        assert_eq!(self.twins.lab.head().await, self.head, "a retry had an effect");
    }

    /// Sends one of the earlier writes again.
    async fn repeat_one(&mut self) {
        let index = self.dice.below(self.done.len());
        self.done[index].repeat(&self.twins.lab).await;
        assert_eq!(self.twins.lab.head().await, self.head, "after {} a retry had an effect", self.what);
    }

    /// Sends something, sensible or not.
    pub(crate) async fn step(&mut self, step: usize) -> Reply {
        let (method, uri, mut body) = self.request();
        if self.dice.one_in(8) {
            spoil(&mut body, &mut self.dice);
        }
        self.send(step, method, uri, body).await
    }

    /// Sends this, and judges what comes of it.
    pub(crate) async fn send(&mut self, step: usize, method: Method, uri: String, body: Value) -> Reply {
        self.twins.lab.app.clock.advance(1000);
        self.what = format!("step {step}: {method} {uri} {body}");
        let key = format!("step-{step}");
        let reply = self.twins.lab.app.send(Done::ask(&self.twins.lab, &method, &uri, &body, &key)).await;
        self.judge(&reply).await;
        if reply.status == 200 {
            self.done.push(Done { method, uri, body, key, reply: reply.clone() });
        }
        reply
    }

    /// After each step: no failure; a refusal changes nothing; a success moves the head by one when an object changed, else
    /// not at all; and what it shows is what GET shows.
    async fn judge(&mut self, reply: &Reply) {
        let what = &self.what;
        assert!([200, 400, 404, 409].contains(&reply.status), "{what} is answered {reply:?}");
        let head = self.twins.lab.head().await;
        let before = std::mem::replace(&mut self.head, head);
        if reply.status != 200 {
            assert_eq!(head, before, "{what} was refused with an effect: {reply:?}");
            return;
        }
        assert_eq!(reply.revision(), Some(head), "{what}");
        let shown = (!reply.body.is_empty()).then(|| reply.json());
        let changed = self.look_again(shown.as_ref()).await;
        self.kept.keep(head, &self.seen);
        // What leaves the trash for good was out of sight already.
        let moves = !changed.is_empty() || shown.is_none();
        assert_eq!(head - before, u64::from(moves), "{} changed {changed:?}", self.what);
        self.check_blocks();
    }

    /// Changes the schema: what tasks show changes with it, and their past does not.
    async fn rename(&mut self) {
        rename_options(&self.twins.lab, "new").await;
        self.head += 1;
        for (id, object) in self.seen.iter_mut().filter(|(_, object)| object.is_some()) {
            *object = Some(self.twins.lab.object(id).await);
        }
        self.kept.keep(self.head, &self.seen);
    }

    /// Reads every object again; answers which differ from what was seen before.
    async fn look_again(&mut self, shown: Option<&Value>) -> Vec<String> {
        let all = self.twins.lab.get("/objects?limit=1000&include=objects").await.ok();
        let rows = all["results"].as_array().unwrap().iter();
        let mut now: BTreeMap<String, Option<Value>> = rows.map(|row| (id(row), Some(row["object"].clone()))).collect();
        for known in self.seen.keys() {
            now.entry(known.clone()).or_insert(None);
        }
        if let Some(shown) = shown
            && let Some(Some(listed)) = now.get(&id(shown))
        {
            assert_eq!(listed, shown, "{}", self.what);
            assert_eq!(&self.twins.lab.object(&id(shown)).await, shown, "{}", self.what);
        }
        let time = self.twins.lab.app.engine.now().to_string();
        let mut changed = Vec::new();
        for (object, state) in &now {
            if self.seen.get(object) != Some(state) {
                changed.push(object.clone());
                if let Some(state) = state {
                    let updated = &state["properties"]["lastUpdatedAt"]["lastUpdatedAt"]["value"];
                    assert_eq!(updated, &json!(time), "{}", self.what);
                }
            }
        }
        self.seen = now;
        changed
    }

    /// Block ids are unique in the space.
    fn check_blocks(&mut self) {
        self.blocks = self.seen.values().flatten().flat_map(block_ids).collect();
        let distinct: BTreeSet<_> = self.blocks.iter().collect();
        assert_eq!(distinct.len(), self.blocks.len(), "{} left two blocks of one id", self.what);
    }

    /// At the end: the contract's lists show what GET shows, page by page.
    async fn check_lists(&self) {
        for structure in ["RootPage", "RootTag", "RootTask", "UtilDate"] {
            let mut listed = Vec::new();
            let mut cursor = String::new();
            loop {
                let uri = format!("/objects/structure?id={structure}&pageSize=3{cursor}");
                let list = self.twins.lab.get(&uri).await.ok();
                listed.extend(list["results"].as_array().unwrap().iter().map(id));
                let Some(next) = list["nextCursor"].as_str() else { break };
                cursor = format!("&cursor={next}");
            }
            let live = self.seen.values().flatten().filter(|object| object["structureId"] == structure);
            let live: BTreeSet<_> = live.map(id).collect();
            assert_eq!(listed.len(), live.len(), "{structure}");
            assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), live, "{structure}");
        }
    }

    /// At the end: whoever follows the feed from the beginning, and reads all objects again where the schema changed, had at
    /// every revision what GET showed then; and each object in the feed is what GET shows at its revision.
    async fn check_feed(&mut self) {
        let mut replica = BTreeMap::new();
        let mut last = 0;
        while last < self.head {
            let limit = 1 + self.dice.below(9);
            let page = self.twins.lab.get(&format!("/changes?since={last}&limit={limit}&include=objects")).await.ok();
            for change in page["changes"].as_array().unwrap() {
                last += 1;
                assert_eq!(change["revision"], json!(last));
                for changed in change["objects"].as_array().unwrap() {
                    match changed.get("object") {
                        Some(object) => {
                            self.kept.check_shown(&id(changed), last, object);
                            replica.insert(id(changed), object.clone())
                        }
                        None => replica.remove(&id(changed)),
                    };
                }
                if change.get("schema").is_some() {
                    replica = self.kept.visible(last);
                }
                if last > 1 {
                    assert_eq!(replica, self.kept.visible(last), "at revision {last}");
                }
            }
            assert_eq!((&page["revision"], &page["hasMore"]), (&json!(last), &json!(last < self.head)));
        }
        assert!(!replica.is_empty(), "nothing was followed");
    }

    fn request(&mut self) -> (Method, String, Value) {
        match self.dice.below(18) {
            0 | 1 => self.create(),
            2..=4 => self.update(),
            5..=7 => self.append(),
            8 | 9 => {
                let object = self.object();
                let (block, new) = (self.block_of(&object), self.block(2));
                (Method::PATCH, "/blocks/block".to_owned(), json!({"id": object, "blockId": block, "block": new}))
            }
            10 => {
                let object = self.object();
                let uri = format!("/block?objectId={object}&blockId={}", self.block_of(&object));
                (Method::DELETE, uri, json!({}))
            }
            11 | 12 => {
                let object = self.object();
                let block = self.block_of(&object);
                let body = json!({"id": object, "blockId": block});
                (Method::POST, "/blocks/move".to_owned(), self.placed(body, &object))
            }
            13..=16 => self.edits(),
            _ => {
                let flag = self.dice.pick(&["", "&hardDelete=true", "&hardDelete=false", "&hardDelete="]);
                (Method::DELETE, format!("/object?id={}{flag}", self.object()), json!({}))
            }
        }
    }

    fn create(&mut self) -> (Method, String, Value) {
        let structure = self.dice.pick(&["RootPage", "RootPage", "RootTag", "RootTask", "RootPage"]);
        let mut body = json!({"structureId": structure, "properties": self.properties()});
        if structure == "RootPage" && self.dice.one_in(2) {
            body["blocks"] = json!({SECTION: self.blocks_to_write()});
        }
        if self.dice.one_in(3) {
            body["id"] = json!(self.dice.uuid());
        }
        (Method::POST, "/object".to_owned(), body)
    }

    fn update(&mut self) -> (Method, String, Value) {
        let mut body = json!({"id": self.object()});
        if self.dice.one_in(2) {
            body["properties"] = self.properties();
        }
        if self.dice.one_in(2) {
            body["blocks"] = json!({SECTION: self.rewrite(&body["id"])});
        }
        if self.dice.one_in(4) {
            body["deleteRequested"] = json!(self.dice.one_in(2));
        }
        (Method::PATCH, "/object".to_owned(), body)
    }

    fn append(&mut self) -> (Method, String, Value) {
        let object = self.object();
        let mut body = json!({ "id": object });
        match self.dice.below(4) {
            0 => body["markdown"] = json!(self.dice.pick(&["", "# a\n\n- b\n  - [ ] c", "| a |\n|---|\n| b |", "***"])),
            _ => body["blocks"] = self.blocks_to_write(),
        }
        (Method::POST, "/blocks/append".to_owned(), self.placed(body, &object))
    }

    /// The same with a place in it.
    fn placed(&mut self, mut body: Value, object: &str) -> Value {
        match self.dice.below(5) {
            0 => body["parentBlockId"] = json!(self.block_of(object)),
            1 => body["position"] = json!({"type": "after_block", "after_block": {"id": self.block_of(object)}}),
            2 => body["position"] = json!({"type": "before_block", "before_block": {"id": self.block_of(object)}}),
            3 => body["position"] = json!({"type": "start"}),
            _ => {}
        }
        body
    }

    fn edits(&mut self) -> (Method, String, Value) {
        let object = self.object();
        let count = self.dice.below(4) + 1;
        let edits: Value = (0..count).map(|_| self.edit(&object)).collect();
        (Method::POST, "/object/edits".to_owned(), json!({"id": object, "edits": edits}))
    }

    fn edit(&mut self, object: &str) -> Value {
        let block = self.block_of(object);
        match self.dice.below(9) {
            0 => json!({"op": "set", "propertyId": "title", "value": titled(self.dice.pick(&["a", "b", ""]))}),
            1 => json!({"op": "add", "propertyId": "tags", "values": [self.tag()]}),
            2 => json!({"op": "remove", "propertyId": "tags", "values": [self.tag()]}),
            3 => {
                let blocks = self.blocks_to_write();
                self.placed(json!({"op": "insert", "blocks": blocks}), object)
            }
            4 => {
                let markdown = self.dice.pick(&["", "a #b", "[[a]]"]);
                self.placed(json!({"op": "insert", "markdown": markdown}), object)
            }
            5 => json!({"op": "update", "blockId": block, "block": self.block(2)}),
            6 => self.placed(json!({"op": "move", "blockId": block}), object),
            7 => json!({"op": "delete", "blockId": block}),
            _ => {
                let (find, replace) = (self.dice.pick(&["a", "b", "c"]), self.dice.pick(&["a", "bc", ""]));
                json!({"op": "replaceText", "blockId": block, "find": find, "replace": replace, "occurrence": "all"})
            }
        }
    }

    fn properties(&mut self) -> Value {
        let title = titled(self.dice.pick(&["a", "b", ""]));
        match self.dice.below(4) {
            0 => json!({}),
            1 => json!({"title": title, "tags": entities(&[&self.tag()])}),
            _ => json!({ "title": title }),
        }
    }

    /// What GET showed, perhaps in another order, with something added or left out, with or without ids.
    fn rewrite(&mut self, object: &Value) -> Value {
        let seen = object.as_str().and_then(|id| self.seen.get(id)).cloned().flatten();
        let Some(mut blocks) = seen.and_then(|object| object["blocks"][SECTION].as_array().cloned()) else {
            return self.blocks_to_write();
        };
        if !blocks.is_empty() {
            let (one, two) = (self.dice.below(blocks.len()), self.dice.below(blocks.len()));
            match self.dice.below(4) {
                0 => blocks.swap(one, two),
                1 => drop(blocks.remove(one)),
                2 => drop(blocks[one].as_object_mut().unwrap().remove("id")),
                _ => {}
            }
        }
        if self.dice.one_in(2) {
            let at = self.dice.below(blocks.len() + 1);
            blocks.insert(at, self.block(2));
        }
        json!(blocks)
    }

    fn blocks_to_write(&mut self) -> Value {
        let count = self.dice.below(4);
        (0..count).map(|_| self.block(3)).collect()
    }

    fn block(&mut self, depth: usize) -> Value {
        let below = |walk: &mut Self| -> Value {
            let count = if depth == 0 { 0 } else { walk.dice.below(3) };
            (0..count).map(|_| walk.block(depth - 1)).collect()
        };
        let mut block = match self.dice.below(8) {
            0 => json!({"type": "GroupBlock", "blocks": below(self)}),
            1 => json!({"type": "GridBlock", "columns": [below(self), below(self)], "dividers": [0.5]}),
            2 => json!({"type": "EntityBlock", "entityId": self.object()}),
            3 => json!({"type": "HorizontalLineBlock"}),
            4 => json!({"type": "TextBlock", "todo": {"isDone": self.dice.one_in(2)}}),
            _ => json!({"type": "TextBlock", "tokens": [self.token()], "blocks": below(self)}),
        };
        if self.dice.one_in(4) {
            block["id"] = json!(self.block_id());
        }
        block
    }

    fn token(&mut self) -> Value {
        match self.dice.below(4) {
            0 => json!({"type": "LinkToken", "text": "", "entityId": self.object()}),
            1 => {
                json!({"type": "LinkToken", "text": "", "date": {"start": self.dice.pick(&["2026-11-22", "2026-11-23"])}})
            }
            _ => run(self.dice.pick(&["a", "b", "c"])),
        }
    }

    /// Mostly an object that can be seen, else one that could be or never was.
    fn object(&mut self) -> String {
        let live: Vec<_> = self.seen.iter().filter(|(_, state)| state.is_some()).map(|(id, _)| id).collect();
        let all: Vec<_> = self.seen.keys().collect();
        let from = if self.dice.one_in(8) { all } else { live };
        if from.is_empty() || self.dice.one_in(20) {
            NOBODY.to_owned()
        } else {
            from[self.dice.below(from.len())].clone()
        }
    }

    /// Mostly a tag.
    fn tag(&mut self) -> String {
        let tags = self.seen.values().flatten().filter(|object| object["structureId"] == "RootTag");
        let tags: Vec<_> = tags.map(id).collect();
        if tags.is_empty() || self.dice.one_in(8) { self.object() } else { tags[self.dice.below(tags.len())].clone() }
    }

    /// Mostly a block of the object.
    fn block_of(&mut self, object: &str) -> String {
        let seen = self.seen.get(object).and_then(Option::as_ref);
        let own = seen.map(block_ids).unwrap_or_default();
        if own.is_empty() || self.dice.one_in(8) { self.block_id() } else { own[self.dice.below(own.len())].clone() }
    }

    /// A block that is there, of any object, or one that is not.
    fn block_id(&mut self) -> String {
        match self.dice.below(4) {
            0 => self.dice.uuid(),
            1 => NOBODY.to_owned(),
            _ if self.blocks.is_empty() => "x".to_owned(),
            _ => self.blocks[self.dice.below(self.blocks.len())].clone(),
        }
    }
}

/// The ids of all blocks of an object.
fn block_ids(object: &Value) -> Vec<String> {
    object["blocks"].as_object().unwrap().values().flat_map(|list| ids(list.as_array().unwrap())).collect()
}

/// Puts something that does not belong there somewhere into a JSON.
fn spoil(json: &mut Value, dice: &mut Dice) {
    let children: Vec<&mut Value> = match json {
        Value::Array(list) => list.iter_mut().collect(),
        Value::Object(map) => map.values_mut().collect(),
        _ => Vec::new(),
    };
    let count = children.len();
    if count > 0 && !dice.one_in(4) {
        let chosen = dice.below(count);
        return children.into_iter().nth(chosen).into_iter().for_each(|child| spoil(child, dice));
    }
    let odd =
        [json!(null), json!(-1), json!(1e300), json!(""), json!("x"), json!([]), json!({}), json!([[1]]), json!(true)];
    *json = odd[dice.below(odd.len())].clone();
}

/// Numbers that repeat from run to run (SplitMix64).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let word = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    #[expect(clippy::cast_possible_truncation, reason = "the remainder is smaller than a usize")]
    pub(crate) fn below(&mut self, count: usize) -> usize {
        (self.next() % count as u64) as usize
    }

    pub(crate) fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    pub(crate) fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[self.below(from.len())]
    }

    /// One of a few, so that some are chosen twice.
    fn uuid(&mut self) -> String {
        format!("77777777-7777-4777-8777-{:012}", self.below(60))
    }
}
