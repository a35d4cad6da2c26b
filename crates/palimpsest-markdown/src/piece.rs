//! The tree that text is read into and written from: blocks whose identity may not exist yet.

use palimpsest_model::{Block, BlockDraft, BlockId, Content, MAX_DEPTH};

/// A block and what stands below it; `key` is its identity, nothing for a block just read.
#[derive(Clone, Debug)]
pub(crate) struct Piece<K> {
    pub(crate) key: K,
    pub(crate) content: Content,
    /// A list for a text or group block, one per column for a grid, none for the others.
    pub(crate) children: Vec<Vec<Piece<K>>>,
}

impl Piece<BlockId> {
    pub(crate) fn of(block: &Block) -> Self {
        let children = block.children.iter().map(|list| list.iter().map(Self::of).collect()).collect();
        Self { key: block.id, content: block.content.clone(), children }
    }

    pub(crate) fn into_block(self) -> Block {
        let children = lists(self.children, Self::into_block);
        Block { id: self.key, content: self.content, children }
    }
}

impl Piece<()> {
    pub(crate) fn new(content: Content) -> Self {
        Self { key: (), content, children: Vec::new() }
    }

    pub(crate) fn into_draft(self) -> BlockDraft {
        BlockDraft::new(self.content, lists(self.children, Self::into_draft))
    }
}

impl<K> Piece<K> {
    /// Puts a list of pieces below this one.
    pub(crate) fn with(mut self, children: Vec<Piece<K>>) -> Self {
        self.children = if children.is_empty() { Vec::new() } else { vec![children] };
        self
    }
}

fn lists<P, B>(children: Vec<Vec<P>>, convert: impl Fn(P) -> B) -> Vec<Vec<B>> {
    children.into_iter().map(|list| list.into_iter().map(&convert).collect()).collect()
}

/// How deep pieces may nest; what stands deeper in a text follows its parent instead.
pub(crate) const DEEPEST: usize = MAX_DEPTH;
