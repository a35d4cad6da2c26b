//! Objects of so many blocks.

use palimpsest_model::{
    Block, BlockId, BuiltIn, Content, Object, ObjectId, PropertyId, SpaceId, StructureId, TextContent, Token, Value,
};
use uuid::{Builder, Uuid};

pub(crate) const SPACE: SpaceId = SpaceId(Uuid::from_u128(0x4000_8000_0000_0000_0005));

pub(crate) fn section() -> PropertyId {
    "RootPage_content".into()
}

/// A page with paragraphs of about 120 letters.
pub(crate) fn page(blocks: usize) -> Object {
    let title = Value::Title(Some("A page that is read and written".to_owned()));
    let description = Value::Text(Some("What this page is about, in a sentence or two".to_owned()));
    Object {
        id: ObjectId(uuid(0)),
        structure: StructureId::BuiltIn(BuiltIn::RootPage),
        collections: Vec::new(),
        properties: [("title".into(), title), ("description".into(), description)].into(),
        blocks: [(section(), (1..=blocks).map(paragraph).collect())].into(),
        files: Vec::new(),
    }
}

pub(crate) fn paragraph(number: usize) -> Block {
    let words: Vec<String> = (0..20).map(|word| format!("w{}", (number * 31 + word * word) % 5_000)).collect();
    let tokens = vec![Token::plain(words.join(" "))];
    Block::leaf(block(number), Content::Text(TextContent { tokens, ..TextContent::default() }))
}

/// The block that stands in the middle of a page of so many.
pub(crate) fn middle(blocks: usize) -> BlockId {
    block(blocks / 2)
}

fn block(number: usize) -> BlockId {
    BlockId(uuid(number))
}

fn uuid(number: usize) -> Uuid {
    let mixed = (number as u128 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    Builder::from_random_bytes(mixed.to_be_bytes()).into_uuid()
}
