//! Edits of the model, and what is found by comparing their outcome with what was there.

use divan::{Bencher, black_box};
use palimpsest_model::{
    Content, Object, Position, Token, append, builtin_structures, changes, find_block, merge, replace_text,
};
use palimpsest_model::{Occurrence, Replacement};
use palimpsest_store::{apply_delta, make_delta};

use crate::samples::{middle, page, paragraph, section};
use crate::{BLOCKS, GROWING};

#[divan::bench(args = GROWING)]
fn append_a_block(bencher: Bencher<'_, '_>, blocks: usize) {
    bencher.with_inputs(|| page(blocks)).bench_local_refs(appended);
}

#[divan::bench(args = GROWING)]
fn compare_after_an_append(bencher: Bencher<'_, '_>, blocks: usize) {
    let (before, mut after) = (page(blocks), page(blocks));
    appended(&mut after);
    bencher.bench(|| changes(black_box(&before), black_box(&after)));
}

#[divan::bench(args = BLOCKS)]
fn compare_after_an_update(bencher: Bencher<'_, '_>, blocks: usize) {
    let (before, mut after) = (page(blocks), page(blocks));
    reworded(&mut after);
    bencher.bench(|| changes(black_box(&before), black_box(&after)));
}

#[divan::bench(args = GROWING)]
fn merge_an_append_with_an_update(bencher: Bencher<'_, '_>, blocks: usize) {
    let (base, mut theirs, mut mine) = (page(blocks), page(blocks), page(blocks));
    appended(&mut theirs);
    reworded(&mut mine);
    let structure = &builtin_structures().into_iter().find(|structure| structure.id == base.structure).unwrap();
    bencher.bench(|| merge(black_box(&base), &theirs, &mine, structure));
}

#[divan::bench(args = BLOCKS)]
fn delta_of_an_update(bencher: Bencher<'_, '_>, blocks: usize) {
    let (before, after) = two_bodies(blocks);
    bencher.bench(|| make_delta(black_box(&after), black_box(&before)));
}

#[divan::bench(args = BLOCKS)]
fn go_back_by_a_delta(bencher: Bencher<'_, '_>, blocks: usize) {
    let (before, after) = two_bodies(blocks);
    let delta = make_delta(&after, &before);
    bencher.bench(|| apply_delta(black_box(&after), black_box(&delta)).unwrap());
}

fn two_bodies(blocks: usize) -> (Vec<u8>, Vec<u8>) {
    let (before, mut after) = (page(blocks), page(blocks));
    reworded(&mut after);
    (before.to_stored().to_vec(), after.to_stored().to_vec())
}

fn appended(page: &mut Object) {
    append(page, &section(), None, Position::End, vec![paragraph(20_000)]).unwrap();
}

/// Changes a word of the block in the middle.
fn reworded(page: &mut Object) {
    let id = middle(page.block_count());
    let Content::Text(text) = &find_block(&page.blocks[&section()], id).unwrap().content else { return };
    let find = text.tokens.iter().map(Token::text).collect::<String>();
    let replacement = Replacement { find, replace: "another text".to_owned(), occurrence: Occurrence::Only };
    replace_text(page, id, &replacement, &mut 1_000).unwrap();
}
