//! The law of Markdown bodies.

use comrak::nodes::NodeValue;
use comrak::{Arena, Options, parse_document};
use palimpsest_markdown::{normal_form, read_body, write_body};
use palimpsest_model::{Block, BlockDraft, BlockId, Content, MAX_DEPTH, count_blocks, depth_of, walk_blocks};
use uuid::Uuid;

use crate::library::Library;

/// Every text is read into blocks in normal form, its words are among theirs, and writing the blocks gives a text that is
/// read as the same blocks.
pub fn markdown(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let mut library = Library::new();
    let read = made(read_body(&text, &mut library));
    assert_eq!(normal_form(&read, &library), read, "what is read is its own normal form");
    assert!(depth_of(&read) <= MAX_DEPTH && count_blocks(&read) <= text.len().max(1), "the blocks can be kept");
    let written = write_body(&[&read], &library);
    let again = made(read_body(&written, &mut library));
    assert_eq!(again, read, "what is written is read back\n{written}");
    assert_eq!(write_body(&[&again], &library), written, "what is read back is written alike");
    // Brackets make links, to-dos and embeds, which say something else than what is written.
    if !text.contains('[') {
        let (expected, found) = (words(&text), letters(&said(&read)));
        assert!(is_within(&expected, &found), "no word is lost\n{expected}\n{found}");
    }
}

/// Blocks are written so that they are read back as what Markdown can carry of them.
pub(crate) fn carries(blocks: &[Block]) {
    let mut library = Library::new();
    let normal: Vec<_> = normal_form(blocks, &library).iter().map(draft).collect();
    let written = write_body(&[blocks], &library);
    assert_eq!(made(read_body(&written, &mut library)), made(normal), "what is written is read back\n{written}");
}

/// A block without its id.
fn draft(block: &Block) -> BlockDraft {
    let children = block.children.iter().map(|list| list.iter().map(draft).collect()).collect();
    BlockDraft::new(block.content.clone(), children)
}

fn made(drafts: Vec<BlockDraft>) -> Vec<Block> {
    drafts.into_iter().map(|draft| draft.into_new(&mut || BlockId(Uuid::nil()))).collect()
}

/// The letters and digits that a reader of the text sees, as the parser alone finds them.
fn words(text: &str) -> String {
    let arena = Arena::new();
    let mut options = Options::default();
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.math_dollars = true;
    let mut words = String::new();
    for node in parse_document(&arena, text, &options).descendants() {
        match &node.data().value {
            NodeValue::Text(text) => words.push_str(text),
            NodeValue::Code(code) => words.push_str(&code.literal),
            NodeValue::CodeBlock(code) => words.push_str(&code.literal),
            NodeValue::Math(math) => words.push_str(&math.literal),
            _ => {}
        }
    }
    letters(&words)
}

fn letters(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).collect()
}

fn said(blocks: &[Block]) -> String {
    let mut said = String::new();
    walk_blocks(blocks, &mut |block| match &block.content {
        Content::Text(text) => said.extend(text.tokens.iter().map(|token| token.text())),
        Content::Code { text, .. } | Content::Math { text, .. } => said.push_str(text),
        _ => {}
    });
    said
}

/// Whether the letters of one text stand in the other in their order.
fn is_within(expected: &str, found: &str) -> bool {
    let mut found = found.chars();
    expected.chars().all(|letter| found.any(|other| other == letter))
}
