//! Markdown, read and written.

use divan::{Bencher, black_box};
use palimpsest_markdown::{Names, read_body, write_body};
use palimpsest_model::{ObjectId, SpaceId, StructureId};

use crate::BLOCKS;
use crate::samples::{SPACE, page, section};

/// A space without names.
struct Nameless;

impl Names for Nameless {
    fn space(&self) -> SpaceId {
        SPACE
    }

    fn object(&self, _title: &str, _among: &[StructureId]) -> Option<ObjectId> {
        None
    }

    fn title(&self, _id: ObjectId) -> Option<String> {
        None
    }

    fn is_unique(&self, _title: &str) -> bool {
        false
    }

    fn tag(&self, _name: &str) -> Option<ObjectId> {
        None
    }

    fn new_tag(&mut self, _name: &str) -> Option<ObjectId> {
        None
    }
}

#[divan::bench(args = BLOCKS)]
fn read_markdown(bencher: Bencher<'_, '_>, blocks: usize) {
    let text = written(blocks);
    bencher.bench(|| read_body(black_box(&text), &mut Nameless));
}

#[divan::bench(args = BLOCKS)]
fn write_markdown(bencher: Bencher<'_, '_>, blocks: usize) {
    let page = page(blocks);
    bencher.bench(|| write_body(&[black_box(&page.blocks[&section()])], &Nameless));
}

fn written(blocks: usize) -> String {
    write_body(&[&page(blocks).blocks[&section()]], &Nameless)
}
