//! Applying an edited text to blocks: what the text did not change stays as it is, with its identity, its place and all that
//! Markdown cannot carry.
//!
//! The stored blocks are *seen* through their normal form, where some of them (groups, grids, empty paragraphs) are hidden and
//! what stands below a paragraph follows it. The text is paired with what is seen; then the stored tree is walked once, and
//! each block is kept, edited, left out or followed by what is new. The result is seen exactly as the text says.

use std::collections::{HashMap, HashSet};

use palimpsest_model::{Block, BlockDraft, BlockId, Content, TextContent, is_lone_empty};

use crate::names::Names;
use crate::normal::{is_container, normal_form};
use crate::pairing::{New, Old, Pairing, ROOT};

/// Makes the sections of an object say what an edited text says. `sections` are written one after another by
/// [`write_body`](crate::write_body); `drafts` are what [`read_body`](crate::read_body) reads from the edited text.
///
/// A block whose Markdown did not change stays untouched, in its section and with all that Markdown cannot carry; a changed one
/// is edited and keeps its id; a missing one is gone; a new one follows its predecessor.
pub fn rewrite(
    sections: &[&[Block]],
    drafts: Vec<BlockDraft>,
    names: &dyn Names,
    fresh: &mut dyn FnMut() -> BlockId,
) -> Vec<Vec<Block>> {
    let shown: Vec<Block> = sections.iter().flat_map(|list| normal_form(list, names)).collect();
    let old = Old::forest(&shown);
    let new = New::forest(drafts);
    let pairing = Pairing::of(&old, &new);
    let seen = old.iter().enumerate().skip(1).map(|(index, node)| (node.id, index)).collect();
    let (stored, hidden, runs) = (HashMap::new(), HashSet::new(), Runs::default());
    let mut rewriter = Rewriter { old, new, pairing, seen, stored, hidden, runs, names, fresh };
    for block in sections.iter().flat_map(|list| list.iter()) {
        rewriter.remember(block);
    }
    rewriter.find_runs();
    rewriter.sections(sections)
}

/// New and moved blocks in a row, by what they follow.
#[derive(Default)]
struct Runs {
    /// After a block that stays, by its number.
    after: HashMap<usize, Vec<usize>>,
    /// At the beginning of the children of a block, by its number; of the whole text, for the root.
    first: HashMap<usize, Vec<usize>>,
}

struct Rewriter<'a> {
    old: Vec<Old>,
    new: Vec<New>,
    pairing: Pairing,
    /// The number of each block that is seen.
    seen: HashMap<BlockId, usize>,
    /// The stored blocks that are seen, and the ids of the others.
    stored: HashMap<BlockId, &'a Block>,
    hidden: HashSet<BlockId>,
    runs: Runs,
    names: &'a dyn Names,
    fresh: &'a mut dyn FnMut() -> BlockId,
}

impl<'a> Rewriter<'a> {
    /// Keeps every block that is seen at hand, since a moved one is written far from where it stands.
    fn remember(&mut self, block: &'a Block) {
        if self.seen.contains_key(&block.id) {
            self.stored.insert(block.id, block);
        } else {
            self.hidden.insert(block.id);
        }
        for child in block.children.iter().flatten() {
            self.remember(child);
        }
    }

    fn find_runs(&mut self) {
        for parent in (0..self.new.len()).filter(|new| self.pairing.old_of[*new].is_some()) {
            let mut last = None;
            for &child in &self.new[parent].children {
                match self.pairing.old_of[child] {
                    Some(old) if self.pairing.stays[child] => last = Some(old),
                    _ => match last {
                        Some(old) => self.runs.after.entry(old).or_default().push(child),
                        None => self.runs.first.entry(parent).or_default().push(child),
                    },
                }
            }
        }
    }

    fn sections(&mut self, sections: &[&[Block]]) -> Vec<Vec<Block>> {
        let top = self.runs.first.remove(&ROOT).unwrap_or_default();
        let mut home = self.home(sections);
        let mut rewritten = Vec::with_capacity(sections.len());
        for (index, list) in sections.iter().enumerate() {
            let mut out = Vec::new();
            let begins = home == Some(index) && !top.is_empty();
            if begins {
                home = None;
                self.emit_run(&top, &mut out);
            }
            if !(begins && is_lone_empty(list)) {
                list.iter().for_each(|block| self.place(block, false, &mut out));
            }
            rewritten.push(out);
        }
        rewritten
    }

    /// The section that what stands first in the text belongs to: that of the first block that stays, else the first.
    fn home(&self, sections: &[&[Block]]) -> Option<usize> {
        let first = self.new[ROOT].children.iter().find(|child| self.pairing.stays[**child]);
        let id = first.and_then(|child| self.pairing.old_of[*child]).map(|old| self.old[old].id);
        let holds = |list: &&[Block]| id.is_some_and(|id| palimpsest_model::find_block(list, id).is_some());
        sections.iter().position(holds).or((!sections.is_empty()).then_some(0))
    }

    /// Writes what becomes of a stored block at its place. `orphan`: the block that it belonged to is gone.
    fn place(&mut self, block: &Block, orphan: bool, out: &mut Vec<Block>) {
        let Some(&old) = self.seen.get(&block.id) else { return self.place_hidden(block, orphan, out) };
        let was_container = is_container_content(&self.old[old].content);
        let children = || block.children.iter().flatten();
        let Some(new) = self.pairing.new_of[old] else {
            return children().for_each(|child| self.place(child, true, out));
        };
        let is_container = is_container_content(&self.new[new].content);
        if !self.pairing.stays[new] {
            // What stands below a container goes with it, unless it ceases to be one.
            if !(was_container && is_container) {
                children().for_each(|child| self.place(child, false, out));
            }
            return;
        }
        let content = self.edited(old, new);
        let run = self.runs.after.remove(&old).unwrap_or_default();
        let mut own = Vec::new();
        self.emit_first(new, &mut own);
        let mut below = Vec::new();
        children().for_each(|child| self.place(child, false, &mut below));
        let mut rest = Vec::new();
        match (was_container, is_container) {
            (true, _) => own.append(&mut below),
            (false, true) => rest = below,
            (false, false) if below.iter().any(|block| self.is_seen(block)) => {
                self.emit_run(&run, &mut own);
                own.append(&mut below);
                out.push(self.block(block.id, content, own));
                return;
            }
            (false, false) => own.append(&mut below),
        }
        out.push(self.block(block.id, content, own));
        self.emit_run(&run, out);
        out.append(&mut rest);
    }

    /// A hidden block stays, unless all that was seen in it is gone or it belonged to a block that is gone.
    fn place_hidden(&mut self, block: &Block, orphan: bool, out: &mut Vec<Block>) {
        let was_seen = self.is_seen(block);
        let lists: Vec<Vec<Block>> = block
            .children
            .iter()
            .map(|list| {
                let mut kept = Vec::new();
                list.iter().for_each(|child| self.place(child, orphan, &mut kept));
                kept
            })
            .collect();
        let kept = Block { children: lists, ..block.clone() };
        if self.is_seen(&kept) || !(orphan || was_seen) {
            out.push(kept);
        }
    }

    /// Whether anything of a block is seen in the text.
    fn is_seen(&self, block: &Block) -> bool {
        !self.hidden.contains(&block.id) || block.children.iter().flatten().any(|child| self.is_seen(child))
    }

    fn emit_run(&mut self, run: &[usize], out: &mut Vec<Block>) {
        run.iter().for_each(|new| self.emit(*new, out));
    }

    fn emit_first(&mut self, new: usize, out: &mut Vec<Block>) {
        let first = self.runs.first.remove(&new).unwrap_or_default();
        self.emit_run(&first, out);
    }

    /// Writes a new block, or one that was moved here.
    fn emit(&mut self, new: usize, out: &mut Vec<Block>) {
        let mut below = Vec::new();
        let Some(old) = self.pairing.old_of[new] else {
            let children = std::mem::take(&mut self.new[new].children);
            self.emit_run(&children, &mut below);
            let (id, content) = ((self.fresh)(), self.new[new].written.clone());
            return out.push(self.block(id, content, below));
        };
        self.emit_first(new, &mut below);
        let id = self.old[old].id;
        let travels = is_container_content(&self.old[old].content) && is_container_content(&self.new[new].content);
        let stored = self.stored.get(&id).copied().filter(|_| travels);
        stored
            .into_iter()
            .flat_map(|block| block.children.iter().flatten())
            .for_each(|child| self.place(child, false, &mut below));
        let content = self.edited(old, new);
        out.push(self.block(id, content, below));
    }

    fn block(&self, id: BlockId, content: Content, children: Vec<Block>) -> Block {
        Block { id, content, children: if children.is_empty() { Vec::new() } else { vec![children] } }
    }

    /// The stored content with what the text changed of it.
    fn edited(&self, old: usize, new: usize) -> Content {
        let (old, new) = (&self.old[old], &self.new[new]);
        let Some(stored) = self.stored.get(&old.id).map(|block| &block.content) else { return new.written.clone() };
        if old.content == new.content {
            return stored.clone();
        }
        match (stored, &old.content, &new.content) {
            (Content::Text(stored), Content::Text(before), Content::Text(after)) => {
                let careful = Content::Text(edit_text(stored, before, after));
                let seen = normal_form(&[Block::leaf(old.id, careful.clone())], self.names);
                if matches!(&*seen, [block] if block.content == new.content) {
                    return careful;
                }
                let bare = TextContent {
                    alignment: stored.alignment,
                    color_theme: stored.color_theme,
                    highlight: stored.highlight.clone(),
                    toggle: stored.toggle,
                    ..after.clone()
                };
                Content::Text(bare)
            }
            (Content::Math { color_theme, .. }, _, Content::Math { text, .. }) => {
                Content::Math { text: text.clone(), color_theme: *color_theme }
            }
            _ => new.written.clone(),
        }
    }
}

/// Changes of a text block only what the text changed.
fn edit_text(stored: &TextContent, before: &TextContent, after: &TextContent) -> TextContent {
    let mut edited = stored.clone();
    if before.tokens != after.tokens {
        edited.tokens = after.tokens.clone();
    }
    if before.hierarchy != after.hierarchy {
        edited.hierarchy = after.hierarchy.clone();
    }
    if before.list != after.list {
        edited.list = after.list;
    }
    if before.todo != after.todo {
        edited.todo = after.todo;
    }
    if before.quote != after.quote {
        edited.quote = after.quote;
    }
    edited
}

fn is_container_content(content: &Content) -> bool {
    matches!(content, Content::Text(text) if is_container(text))
}
