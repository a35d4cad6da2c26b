//! A small space to read Markdown in: titles that occur once, twice, and with marks in them.

use palimpsest_markdown::Names;
use palimpsest_model::{ObjectId, SpaceId, StructureId};
use uuid::Uuid;

const TITLES: [&str; 9] =
    ["Ann", "Twice", "Twice", "A|B", "R&D; x", "with [brackets]", " blank", "#hash", "date/2026-11-22"];
const TAGS: [&str; 4] = ["idea", "my_tag", "ünï", "Twice"];

/// The id of object number 0; the others follow.
const FIRST: u128 = 0x0b1e_0000_0000_4000_8000_0000_0000_0000;

/// The space; tags that are made while reading come last.
pub(crate) struct Library {
    titles: Vec<String>,
    tags: usize,
}

impl Library {
    pub(crate) fn new() -> Self {
        let titles = TAGS.iter().chain(&TITLES).map(|title| (*title).to_owned()).collect();
        Self { titles, tags: TAGS.len() }
    }

    fn find(&self, title: &str) -> impl Iterator<Item = ObjectId> {
        let numbers = (0..self.titles.len()).filter(move |number| self.titles[*number].eq_ignore_ascii_case(title));
        numbers.map(|number| ObjectId(Uuid::from_u128(FIRST + number as u128)))
    }

    fn number(&self, id: ObjectId) -> Option<usize> {
        let number = usize::try_from(id.0.as_u128().checked_sub(FIRST)?).ok()?;
        (number < self.titles.len()).then_some(number)
    }

    fn is_tag(&self, id: ObjectId) -> bool {
        self.number(id).is_some_and(|number| number < self.tags || number >= TAGS.len() + TITLES.len())
    }
}

impl Names for Library {
    fn space(&self) -> SpaceId {
        SpaceId(Uuid::from_u128(0x5ace_0000_0000_4000_8000_0000_0000_0000))
    }

    fn object(&self, title: &str, _among: &[StructureId]) -> Option<ObjectId> {
        self.find(title).next()
    }

    fn object_in(&self, group: &str, title: &str) -> Option<ObjectId> {
        if group == "Page" { self.object(title, &[]) } else { None }
    }

    fn title(&self, id: ObjectId) -> Option<String> {
        self.number(id).map(|number| self.titles[number].clone())
    }

    fn is_unique(&self, title: &str) -> bool {
        self.find(title).count() == 1
    }

    fn tag(&self, name: &str) -> Option<ObjectId> {
        self.find(name).find(|id| self.is_tag(*id))
    }

    fn new_tag(&mut self, name: &str) -> Option<ObjectId> {
        self.titles.push(name.to_owned());
        self.tag(name)
    }
}
