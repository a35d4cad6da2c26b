//! A small space to read and write in, and a way to look at blocks.

use std::fmt::Write;

use palimpsest_markdown::Names;
use palimpsest_model::{BlockDraft, Content, Hierarchy, LinkTarget, ObjectId, SpaceId, StructureId, Style, Token};
use uuid::Uuid;

/// A space whose objects are numbered in the order of their titles here; titles that come twice are not unique.
pub(crate) struct Library {
    pub(crate) titles: Vec<String>,
    pub(crate) tags: Vec<String>,
}

pub(crate) const SPACE: SpaceId = SpaceId(Uuid::from_u128(0x5ace_0000_0000_4000_8000_0000_0000_0000));

/// The object of this number.
pub(crate) const fn object(number: usize) -> ObjectId {
    ObjectId(Uuid::from_u128(0x0b1e_0000_0000_4000_8000_0000_0000_0000 + number as u128))
}

/// The tag of this number.
pub(crate) const fn tag(number: usize) -> ObjectId {
    ObjectId(Uuid::from_u128(0x07a6_0000_0000_4000_8000_0000_0000_0000 + number as u128))
}

impl Library {
    pub(crate) fn new(titles: &[&str], tags: &[&str]) -> Self {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self { titles: owned(titles), tags: owned(tags) }
    }

    fn all(&self) -> impl Iterator<Item = (ObjectId, &String)> {
        let objects = self.titles.iter().enumerate().map(|(number, title)| (object(number), title));
        objects.chain(self.tags.iter().enumerate().map(|(number, title)| (tag(number), title)))
    }
}

impl Names for Library {
    fn space(&self) -> SpaceId {
        SPACE
    }

    fn object(&self, title: &str, _among: &[StructureId]) -> Option<ObjectId> {
        self.all().find(|(_, known)| known.eq_ignore_ascii_case(title)).map(|(id, _)| id)
    }

    fn object_in(&self, group: &str, title: &str) -> Option<ObjectId> {
        if group == "Page" { self.object(title, &[]) } else { None }
    }

    fn title(&self, id: ObjectId) -> Option<String> {
        self.all().find(|(known, _)| *known == id).map(|(_, title)| title.clone())
    }

    fn is_unique(&self, title: &str) -> bool {
        self.all().filter(|(_, known)| known.eq_ignore_ascii_case(title)).count() == 1
    }

    fn tag(&self, name: &str) -> Option<ObjectId> {
        self.tags.iter().position(|known| known.eq_ignore_ascii_case(name)).map(tag)
    }

    fn new_tag(&mut self, name: &str) -> Option<ObjectId> {
        self.tags.push(name.to_owned());
        self.tag(name)
    }
}

/// Blocks as lines: kind and decoration, then the tokens, children indented.
pub(crate) fn outline(drafts: &[BlockDraft]) -> String {
    let mut lines = String::new();
    write_outline(drafts, 0, &mut lines);
    lines
}

fn write_outline(drafts: &[BlockDraft], depth: usize, lines: &mut String) {
    for draft in drafts {
        writeln!(lines, "{}{}", "  ".repeat(depth), describe(&draft.content).trim_end()).unwrap();
        for list in draft.children.iter().flatten() {
            write_outline(list, depth + 1, lines);
        }
    }
}

fn describe(content: &Content) -> String {
    match content {
        Content::Text(text) => {
            let mut words = Vec::new();
            if text.hierarchy != Hierarchy::default() {
                words.push(text.hierarchy.key.to_string());
            }
            words.extend(text.list.map(|kind| kind.as_str().to_owned()));
            words.extend(text.todo.map(|done| if done { "done".to_owned() } else { "todo".to_owned() }));
            words.extend(text.quote.map(|_| "quote".to_owned()));
            if words.is_empty() {
                words.push("text".to_owned());
            }
            format!("{} {}", words.join(" "), tokens(&text.tokens))
        }
        Content::Code { lang, text } => format!("code {lang:?} {text:?}"),
        Content::Math { text, .. } => format!("math {text:?}"),
        Content::Entity { target, .. } => format!("embed {}", target.map(name).unwrap_or_default()),
        Content::Line => "line".to_owned(),
        other => other.kind().to_owned(),
    }
}

pub(crate) fn tokens(tokens: &[Token]) -> String {
    let shown: Vec<_> = tokens.iter().map(token).collect();
    shown.join(" ")
}

fn token(token: &Token) -> String {
    match token {
        Token::Text { text, style, .. } => format!("{}{text:?}", letters(*style)),
        Token::Link { text, target } => {
            let target = match target {
                None => "nothing".to_owned(),
                Some(LinkTarget::Url(url)) => format!("<{url}>"),
                Some(LinkTarget::Entity(id)) => name(*id),
                Some(LinkTarget::Date(date)) => format!("{date:?}"),
            };
            format!("{text:?}→{target}")
        }
        Token::Math { text } => format!("${text:?}"),
        Token::Code { text } => format!("`{text:?}"),
    }
}

fn letters(style: Style) -> String {
    let flags = [(style.bold, 'b'), (style.italic, 'i'), (style.strikethrough, 's'), (style.underline, 'u')];
    flags.into_iter().filter(|(flag, _)| *flag == Some(true)).map(|(_, letter)| letter).collect()
}

fn name(id: ObjectId) -> String {
    (0..100)
        .find_map(|number| {
            if object(number) == id {
                Some(format!("object {number}"))
            } else {
                (tag(number) == id).then(|| format!("tag {number}"))
            }
        })
        .unwrap_or_else(|| id.to_string())
}
