//! Exports of our own are taken over by their ids.

use std::sync::Arc;

use palimpsest_engine::admin::Command;
use palimpsest_transfer::export::export;
use palimpsest_transfer::import::{Import, Imported, Limits, import};

use crate::support::{Stage, folder};

#[test]
fn an_export_of_a_space_comes_back_into_its_space_or_a_new_one() {
    let (stage, other) = (Stage::new(), Stage::new());
    stage.import(folder(&[("a.md", "[[b]] #t"), ("b.md", "![](p.png)"), ("p.png", "x")]).path());
    let root = tempfile::tempdir().unwrap();
    let to = root.path().join("out.zip");
    stage.block_on(export(&stage.engine, stage.space, &to)).unwrap();
    let take = |stage: &Stage, dry_run| {
        let wanted = Import { path: to.clone(), space: None, dry_run, limits: Limits::default() };
        match stage.block_on(import(&stage.engine, wanted, Arc::new(|_| {}))).unwrap() {
            Imported::Export(report) => report,
            other => panic!("{other:?}"),
        }
    };
    let revision = stage.revision();
    let again = take(&stage, false);
    assert_eq!((again.space, again.adopted, again.present, stage.revision()), (stage.space, 0, 4, revision));
    other.administer(Command::SpaceDelete { space: "Test".to_owned() });
    assert!(take(&other, true).new_space);
    let made = take(&other, false);
    assert!(made.new_space && made.refused.is_empty(), "{made:?}");
    assert_eq!((made.adopted, made.files), (4, 1));
    assert!(Imported::Export(made).to_string().contains("objects: 4 taken over"));
}
