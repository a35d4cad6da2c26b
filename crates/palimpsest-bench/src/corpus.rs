//! A space as people have it, drawn from a seed: pages of about 2 KB with a tail to 200 KB, tags, links, tasks with labels.

use fastrand::Rng;
use serde_json::{Value, json};
use uuid::Uuid;

/// How many tags there are.
const TAGS: usize = 200;
/// How many words titles and texts are made of.
const WORDS: usize = 5_000;
/// A word in the title of every object: what a search for a common word finds.
pub(crate) const COMMON: &str = "note";
/// A word in the titles of a few objects, however many there are.
pub(crate) const RARE: &str = "quixotry";
/// How many objects have it.
const RARES: usize = 20;
/// So many answers of a search are usual.
pub(crate) const USUAL_ANSWERS: usize = 20;
/// Of a rare word more are asked for than there are: who searches does not know how many there are.
pub(crate) const ALL_RARES: usize = 50;
/// So many objects are made before all others, which link to them.
pub(crate) const LINKED: usize = 100;
/// The largest text.
const LARGEST: usize = 200_000;

/// Some objects of a space: which and how large is decided by the seed alone.
#[derive(Clone)]
pub(crate) struct Corpus {
    words: Vec<String>,
    tags: Vec<Uuid>,
    /// The ids of all objects but the tags.
    pub(crate) ids: Vec<Uuid>,
    /// Those of some pages of about the usual size, which are used again and again.
    pub(crate) hot: Vec<Uuid>,
}

/// How many objects are used again and again.
const HOT: usize = 100;

impl Corpus {
    /// A corpus of so many objects.
    pub(crate) fn new(objects: usize) -> Self {
        let mut rng = Rng::with_seed(7);
        let words = (0..WORDS).map(|_| word(&mut rng)).collect();
        let tags = (0..TAGS).map(|_| id(&mut rng)).collect();
        let ids: Vec<Uuid> = (0..objects).map(|_| id(&mut rng)).collect();
        let usual =
            |number: &usize| !is_task(*number) && (USUAL / 2..USUAL * 3 / 2).contains(&size(&mut seed(*number)));
        let hot = (0..objects).filter(usual).take(HOT).map(|number| ids[number]).collect();
        Self { words, tags, ids, hot }
    }

    /// The bodies of POST /object that make the tags.
    pub(crate) fn tag_bodies(&self) -> Vec<Value> {
        let tag = |(index, id): (usize, &Uuid)| {
            let title = format!("{} {index}", self.words[index]);
            json!({ "id": id, "structureId": "RootTag", "properties": { "title": { "type": "title", "title": { "value": title } } } })
        };
        self.tags.iter().enumerate().map(tag).collect()
    }

    /// The body of POST /object that makes the object of this number.
    pub(crate) fn body(&self, number: usize) -> Value {
        let mut rng = seed(number);
        let bytes = size(&mut rng);
        let mut body = self.object(&mut rng, is_task(number), bytes, number >= LINKED);
        let rare = number.is_multiple_of((self.ids.len() / RARES).max(1));
        let mut title = self.title(&mut rng);
        if rare {
            title.push(' ');
            title.push_str(RARE);
        }
        body["id"] = json!(self.ids[number]);
        body["properties"]["title"] = json!({ "type": "title", "title": { "value": title } });
        body
    }

    /// The body of a page that is none of the corpus, of about 2 KB, with a title of its own.
    pub(crate) fn fresh(&self, rng: &mut Rng) -> Value {
        let mut body = self.object(rng, false, USUAL, true);
        let title = self.title(rng);
        body["properties"]["title"] = json!({ "type": "title", "title": { "value": title } });
        body
    }

    /// A title: a common word, and some others; now and then one that there is only once.
    pub(crate) fn title(&self, rng: &mut Rng) -> String {
        let mut title = format!("{COMMON} {} {} {}", self.word(rng), self.word(rng), self.word(rng));
        if rng.usize(..10) == 0 {
            title.push_str(&format!(" {}", rng.u16(..)));
        }
        title
    }

    /// A word of the texts.
    pub(crate) fn word(&self, rng: &mut Rng) -> &str {
        // The square makes the first ones common and the last ones rare, as words are.
        let place = rng.f64().powi(2);
        &self.words[((place * WORDS as f64) as usize).min(WORDS - 1)]
    }

    /// A text of so many bytes, about.
    pub(crate) fn text(&self, rng: &mut Rng, bytes: usize) -> String {
        let mut text = String::with_capacity(bytes + 16);
        while text.len() < bytes {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(self.word(rng));
        }
        text
    }

    fn object(&self, rng: &mut Rng, is_task: bool, bytes: usize, links: bool) -> Value {
        let entities: Vec<_> = (0..rng.usize(0..4)).map(|_| json!({ "id": self.tags[rng.usize(..TAGS)] })).collect();
        let mut properties = json!({ "tags": { "type": "entity", "entity": entities } });
        let (structure, section) = if is_task {
            let status = ["not-started", "next-up", "in-progress", "done"][rng.usize(..4)];
            properties["status"] = json!({ "type": "label", "label": [{ "id": status, "name": status }] });
            ("RootTask", "RootTask_notes")
        } else {
            let description = self.text(rng, 60);
            properties["description"] = json!({ "type": "text", "text": { "value": description } });
            ("RootPage", "RootPage_content")
        };
        let mut blocks = Vec::new();
        let mut left = bytes;
        while left > 0 {
            let length = rng.usize(40..400).min(left.max(40));
            left = left.saturating_sub(length + 120);
            let mut tokens = vec![json!({ "type": "TextToken", "text": self.text(rng, length), "style": {} })];
            if links && rng.usize(..8) == 0 {
                let to = self.ids[rng.usize(..self.ids.len().min(LINKED))];
                tokens.push(json!({ "type": "LinkToken", "text": self.word(rng), "entityId": to }));
            }
            blocks.push(json!({ "type": "TextBlock", "tokens": tokens }));
        }
        json!({ "structureId": structure, "properties": properties, "blocks": { section: blocks } })
    }
}

/// The text of an object that is 2 KB on the wire.
const USUAL: usize = 1_400;

/// Whether the object of this number is a task; all others are pages.
pub(crate) fn is_task(number: usize) -> bool {
    number % 5 == 4
}

/// What decides everything about the object of this number.
fn seed(number: usize) -> Rng {
    Rng::with_seed(number as u64 ^ 0x5eed)
}

/// A size whose median is the usual one, heavy to the right.
fn size(rng: &mut Rng) -> usize {
    // The sum of uniform draws is near enough to a bell.
    let bell: f64 = (0..6).map(|_| rng.f64()).sum::<f64>() - 3.0;
    let size = USUAL as f64 * (bell * 1.7).exp();
    (size as usize).clamp(100, LARGEST)
}

fn word(rng: &mut Rng) -> String {
    const ONSETS: [&str; 16] = ["b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "st", "tr", "pl"];
    const VOWELS: [&str; 6] = ["a", "e", "i", "o", "u", "ea"];
    let syllables = rng.usize(2..4);
    (0..syllables).map(|_| format!("{}{}", ONSETS[rng.usize(..16)], VOWELS[rng.usize(..6)])).collect()
}

fn id(rng: &mut Rng) -> Uuid {
    uuid::Builder::from_random_bytes(rng.u128(..).to_be_bytes()).into_uuid()
}
