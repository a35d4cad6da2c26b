//! Objects as bytes: as they are sent, as they are stored, as they are shown, and the digest of that.

use divan::{Bencher, black_box};
use palimpsest_engine::Digest;
use palimpsest_model::{
    Node, Object, Reading, Seen, Shown, Timestamp, builtin_structures, read_blocks_by_property, render_object,
};

use crate::BLOCKS;
use crate::samples::page;

#[divan::bench(args = BLOCKS)]
fn parse(bencher: Bencher<'_, '_>, blocks: usize) {
    let body = page(blocks).to_stored();
    bencher.bench(|| Object::from_stored(black_box(&body)).unwrap());
}

/// With a look at its blocks.
#[divan::bench(args = BLOCKS)]
fn parse_whole(bencher: Bencher<'_, '_>, blocks: usize) {
    let body = page(blocks).to_stored();
    bencher.bench(|| Object::from_stored(black_box(&body)).unwrap().block_count());
}

#[divan::bench(args = BLOCKS)]
fn serialise(bencher: Bencher<'_, '_>, blocks: usize) {
    bencher.with_inputs(|| page(blocks)).bench_refs(|object| object.to_stored());
}

/// What was stored before, with another property.
#[divan::bench(args = BLOCKS)]
fn serialise_again(bencher: Bencher<'_, '_>, blocks: usize) {
    let object = Object::from_stored(&page(blocks).to_stored()).unwrap();
    bencher.bench(|| black_box(&object).to_stored());
}

#[divan::bench(args = BLOCKS)]
fn copy(bencher: Bencher<'_, '_>, blocks: usize) {
    let object = page(blocks);
    bencher.bench(|| black_box(&object).clone());
}

#[divan::bench(args = BLOCKS)]
fn show(bencher: Bencher<'_, '_>, blocks: usize) {
    let object = page(blocks);
    bencher.bench(|| shown(black_box(&object)));
}

#[divan::bench(args = BLOCKS)]
fn digest(bencher: Bencher<'_, '_>, blocks: usize) {
    let bytes = shown(&page(blocks));
    bencher.bench(|| Digest::of(black_box(&bytes)));
}

/// A body as it comes, with a look at what of it had no effect.
#[divan::bench(args = BLOCKS)]
fn read_input(bencher: Bencher<'_, '_>, blocks: usize) {
    let bytes = shown(&page(blocks));
    bencher.bench(|| {
        let body: serde_json::Value = serde_json::from_slice(black_box(&bytes)).unwrap();
        let (mut reading, seen) = (Reading::default(), Seen::default());
        let drafts = read_blocks_by_property(&Node::watched(&body, &seen).get("blocks"), &mut reading);
        (drafts.unwrap(), seen.unseen(&body))
    });
}

fn shown(object: &Object) -> Vec<u8> {
    let structure = &builtin_structures().into_iter().find(|structure| structure.id == object.structure).unwrap();
    render_object(Shown { object, structure, updated_at: Timestamp(0), links: &[] })
}
