//! Every example of the CommonMark specification is read, and its text survives. The examples are the specification's own:
//! `PALIMPSEST_COMMONMARK` names its `spec.txt` (in the npm package `commonmark-spec`), as `cargo xtask test` does.

use palimpsest_markdown::{normal_form, read_body, write_body};
use palimpsest_model::{Block, BlockDraft, BlockId, Content};
use uuid::Uuid;

use crate::support::Library;

/// How many examples version 0.31.2 has.
const EXAMPLES: usize = 652;

#[test]
fn every_example_is_read_and_its_text_survives() {
    let path = std::env::var("PALIMPSEST_COMMONMARK")
        .expect("run `cargo xtask test`, or name the spec.txt of the npm package commonmark-spec");
    let spec = std::fs::read_to_string(path).unwrap();
    let examples = examples(&spec);
    assert_eq!(examples.len(), EXAMPLES);
    for (number, (markdown, html)) in examples.into_iter().enumerate() {
        let mut library = Library::new(&[], &[]);
        let drafts = read_body(&markdown, &mut library);
        let mut read = String::new();
        collect(&drafts, &mut read);
        let expected = text_of(&html);
        assert!(survives(&expected, &read), "example {}\n{markdown}\n{expected}\n{read}", number + 1);
        let blocks: Vec<Block> = drafts.into_iter().map(|draft| draft.into_new(&mut || BlockId(Uuid::nil()))).collect();
        assert_eq!(normal_form(&blocks, &library), blocks, "example {}\n{markdown}", number + 1);
        let written = write_body(&[&blocks], &library);
        let again: Vec<Block> = read_body(&written, &mut library)
            .into_iter()
            .map(|draft| draft.into_new(&mut || BlockId(Uuid::nil())))
            .collect();
        assert_eq!(again, blocks, "example {}\n{markdown}\n{written}", number + 1);
    }
}

fn examples(spec: &str) -> Vec<(String, String)> {
    let fence = "`".repeat(32);
    let mut examples = Vec::new();
    let mut lines = spec.lines();
    while let Some(line) = lines.next() {
        if line != format!("{fence} example") {
            continue;
        }
        let mut part = |end: &str| {
            let lines: Vec<_> = lines.by_ref().take_while(|line| *line != end).collect();
            lines.join("\n").replace('→', "\t") + "\n"
        };
        examples.push((part("."), part(&fence)));
    }
    examples
}

/// What a page of this source shows, and what its pictures say instead.
fn text_of(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        let (tag, tail) = after.split_once('>').unwrap_or((after, ""));
        if tag.starts_with("img")
            && let Some((_, alt)) = tag.split_once("alt=\"")
        {
            text.push_str(alt.split('"').next().unwrap_or_default());
        }
        rest = tail;
    }
    text.push_str(rest);
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

fn collect(drafts: &[BlockDraft], text: &mut String) {
    for draft in drafts {
        match &draft.content {
            Content::Text(content) => text.extend(content.tokens.iter().map(|token| token.text())),
            Content::Code { lang, text: code } => text.extend([lang.as_str(), code]),
            Content::Math { text: math, .. } => text.push_str(math),
            _ => {}
        }
        text.push('\n');
        for list in draft.children.iter().flatten() {
            collect(list, text);
        }
    }
}

/// Whether the letters of one text stand in the other in their order; blanks do not count.
fn survives(expected: &str, read: &str) -> bool {
    let mut letters = read.chars();
    expected.chars().filter(|letter| !letter.is_whitespace()).all(|letter| letters.any(|other| other == letter))
}
