//! What is wrong with an export is told with its file, and nothing of it comes in.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use palimpsest_engine::{CountedIds, Engine, ManualClock, Operation};
use palimpsest_model::arbitrary::structures;
use palimpsest_model::{BuiltIn, Collection, CollectionId, State, StructureId, Value};
use palimpsest_store::{ChangeKind, Tx};
use palimpsest_transfer::export::{ExportError, export};
use palimpsest_transfer::lossless::{AdoptError, Report, adopt};
use serde_json::Value as Json;

use crate::world::{World, image, run, tree};

/// A page with a paragraph, and its id.
async fn page(world: &World, space: palimpsest_model::SpaceId, text: &str) -> palimpsest_model::ObjectId {
    let structure = palimpsest_model::StructureId::BuiltIn(palimpsest_model::BuiltIn::RootPage);
    let create = palimpsest_engine::CreateFromMarkdown { id: None, structure, markdown: text.to_owned() };
    world.execute(space, Operation::CreateFromMarkdown(create)).await.unwrap()
}

/// Changes the JSON in a file.
fn edit(path: &Path, change: impl Fn(&mut Json)) {
    let mut json = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    change(&mut json);
    std::fs::write(path, serde_json::to_vec(&json).unwrap()).unwrap();
}

/// Exports a page and an image, spoils something, and takes over what is left.
fn spoiled(spoil: impl Fn(&Path, &str)) -> Result<Report, AdoptError> {
    run(async {
        let (here, there, folder) = (World::new(), World::new(), tempfile::tempdir().unwrap());
        let space = here.space("Here").await;
        let id = page(&here, space, "# One\n\ntext").await.to_string();
        let file = here.file("cat.png", b"meow").await;
        let cat = image(0, "Cat", vec![file]);
        here.put(space, move |tx| tx.put(cat.clone(), State::Live, ChangeKind::Created).unwrap()).await;
        let from = folder.path().join("export");
        export(&here.engine, space, &from).await.unwrap();
        spoil(&from, &id);
        let report = adopt(&there.engine, None, &from, false).await;
        if let Ok(report) = &report {
            assert_eq!(there.everything(space).await.len(), report.adopted);
        }
        report
    })
}

/// The one refusal of an import of which the other object comes.
fn refusal(file: impl Fn(&Path, &str) -> std::path::PathBuf, change: impl Fn(&mut Json)) -> String {
    let report = spoiled(|root, id| edit(&file(root, id), &change)).unwrap();
    assert_eq!((report.adopted, report.refused.len()), (1, 1), "{report:?}");
    report.refused[0].message.clone()
}

fn of_page(root: &Path, id: &str) -> std::path::PathBuf {
    root.join(format!("objects/{id}.json"))
}

#[test]
fn an_object_that_no_write_could_make_is_refused_alone() {
    let check = |message: &str, change: &dyn Fn(&mut Json)| {
        let found = refusal(of_page, change);
        assert!(found.contains(message), "{message:?}: {found}");
    };
    check("unknown field `extra`", &|json| json["extra"] = Json::Null);
    check("unknown variant", &|json| json["state"] = "gone".into());
    check("does not come back", &|json| json["state"] = "deleted".into());
    check("at object.more", &|json| json["object"]["more"] = 1.into());
    check("invalid type", &|json| json["object"]["blocks"] = 1.into());
    check("Unknown property", &|json| json["object"]["properties"]["x"] = serde_json::json!({ "text": null }));
    check("expected a value of type text", &|json| {
        json["object"]["properties"]["description"] = serde_json::json!({ "boolean": true });
    });
    check("Unknown structure", &|json| json["object"]["structure"] = "3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11".into());
    check("Unknown collection", &|json| {
        json["object"]["collections"] = serde_json::json!(["3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11"]);
    });
    check("another", &|json| json["object"]["id"] = "3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11".into());
    check("other files", &|json| json["media"] = serde_json::json!(["media/cat.png"]));
}

#[test]
fn broken_json_is_told_with_its_place() {
    let report = spoiled(|root, id| std::fs::write(of_page(root, id), b"{\"state\":\n oops").unwrap()).unwrap();
    assert_eq!(report.adopted, 1);
    assert!(report.refused[0].path.starts_with("objects/"), "{report:?}");
    assert!(report.refused[0].message.contains("line 2"), "{report:?}");
}

#[test]
fn media_that_are_not_what_they_were_are_refused() {
    let check = |message: &str, spoil: &dyn Fn(&Path)| {
        let report = spoiled(|root, _| spoil(root)).unwrap();
        assert_eq!((report.adopted, report.refused.len()), (1, 1), "{report:?}");
        assert!(report.refused[0].message.contains(message), "{report:?}");
    };
    check("another hash", &|root| std::fs::write(root.join("media/cat.png"), b"MEOW").unwrap());
    check("5 bytes, not 4", &|root| std::fs::write(root.join("media/cat.png"), b"meow!").unwrap());
    check("not there", &|root| std::fs::remove_file(root.join("media/cat.png")).unwrap());
}

#[test]
fn an_object_that_is_missing_is_told() {
    let report = spoiled(|root, id| std::fs::remove_file(of_page(root, id)).unwrap()).unwrap();
    assert_eq!(report.adopted, 1);
    assert!(report.refused[0].message.contains("1 objects more"), "{report:?}");
}

#[test]
fn a_manifest_that_says_what_cannot_be_is_refused_whole() {
    let check = |message: &str, change: &dyn Fn(&mut Json)| {
        let error = spoiled(|root, _| edit(&root.join("palimpsest.json"), change)).unwrap_err().to_string();
        assert!(error.contains(message), "{message:?}: {error}");
    };
    check("form 2", &|json| json["version"] = 2.into());
    check("not the manifest", &|json| json["format"] = "other".into());
    check("missing field", &|json| _ = json.as_object_mut().unwrap().remove("structures"));
    check("unknown field `surprise`", &|json| json["surprise"] = 1.into());
    check("space.timezone", &|json| json["space"]["timezone"] = "Nowhere/Land".into());
    check("space.title", &|json| json["space"]["title"] = " ".into());
    check("structures[0].title", &|json| json["structures"][0]["title"] = "".into());
    check("another kind", &|json| json["structures"][0]["properties"][1]["kind"] = "number".into());
    check("another way", &|json| json["structures"][0]["creation"] = "media".into());
    check("There is already a structure", &|json| json["structures"][1] = json["structures"][0].clone());
    check("Unknown structure", &|json| {
        let id = "3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11";
        json["collections"] = serde_json::json!([{ "id": id, "structure": id, "title": "x" }]);
    });
}

#[test]
fn an_id_that_is_given_stays_what_it_is() {
    run(async {
        let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
        let space = world.space("Here").await;
        let [changed, deleted, kept] = [
            page(&world, space, "# One").await,
            page(&world, space, "# Two").await,
            page(&world, space, "# Three").await,
        ];
        let from = folder.path().join("export");
        export(&world.engine, space, &from).await.unwrap();
        world
            .put(space, move |tx| {
                let mut object = (*tx.object(changed).unwrap().unwrap().object).clone();
                object.properties.insert("title".into(), Value::Title(Some("Other".to_owned())));
                tx.put(object, State::Live, ChangeKind::Updated).unwrap();
                let object = (*tx.object(deleted).unwrap().unwrap().object).clone();
                tx.put(object, State::Deleted, ChangeKind::Deleted).unwrap();
            })
            .await;
        let before = world.everything(space).await;
        let report = adopt(&world.engine, Some(space), &from, false).await.unwrap();
        assert_eq!((report.adopted, report.present, report.refused.len()), (0, 1, 2), "{report:?}");
        let ids: Vec<_> = report.refused.iter().filter_map(|refused| refused.id).collect();
        assert!(ids.contains(&changed) && ids.contains(&deleted) && !ids.contains(&kept));
        assert_eq!(world.everything(space).await, before);
        // An object of another id with a block of one that is there.
        let other = "3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11";
        let file = from.join(format!("objects/{kept}.json"));
        edit(&file, |json| json["object"]["id"] = other.into());
        std::fs::rename(&file, from.join(format!("objects/{other}.json"))).unwrap();
        let report = adopt(&world.engine, Some(space), &from, false).await.unwrap();
        let told = report.refused.iter().find(|refused| refused.path.contains(other)).unwrap();
        assert!(told.message.contains("to a block of another object"), "{told:?}");
    });
}

#[test]
fn a_folder_that_is_not_empty_is_left_alone() {
    run(async {
        let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
        let space = world.space("Here").await;
        std::fs::write(folder.path().join("mine"), b"").unwrap();
        let refused = export(&world.engine, space, folder.path()).await.unwrap_err();
        assert!(matches!(refused, ExportError::Exists(_)), "{refused}");
        let archive = folder.path().join("mine.zip");
        std::fs::write(&archive, b"mine").unwrap();
        assert!(matches!(export(&world.engine, space, &archive).await, Err(ExportError::Exists(_))));
        assert_eq!(std::fs::read(&archive).unwrap(), b"mine");
        // An empty one is taken.
        let empty = folder.path().join("empty");
        std::fs::create_dir(&empty).unwrap();
        export(&world.engine, space, &empty).await.unwrap();
    });
}

#[test]
fn a_path_may_end_in_a_slash_or_lead_up() {
    run(async {
        let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
        let space = world.space("Here").await;
        let path = |name: &str| std::path::PathBuf::from(format!("{}/{name}", folder.path().display()));
        std::fs::create_dir_all(path("empty/er")).unwrap();
        for name in ["one/", "two//", "three/.", "four.zip/", "empty/er/"] {
            export(&world.engine, space, &path(name)).await.unwrap();
        }
        let is_whole = |name: &str| path(name).join("palimpsest.json").is_file();
        assert!(["one", "two", "three", "empty/er"].into_iter().all(is_whole) && path("four.zip").is_file());
        let refused = export(&world.engine, space, &path("one/..")).await.unwrap_err();
        assert!(matches!(refused, ExportError::Exists(_)), "{refused}");
        assert!(matches!(export(&world.engine, space, Path::new("/")).await, Err(ExportError::Exists(_))));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 5);
    });
}

#[test]
fn an_export_that_fails_leaves_nothing() {
    run(async {
        let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
        let space = world.space("Here").await;
        let cat = image(0, "Cat", vec![world.file("cat.png", b"meow").await]);
        world.put(space, move |tx| tx.put(cat.clone(), State::Live, ChangeKind::Created).unwrap()).await;
        // A server that keeps no files.
        let engine = Engine::new(
            Arc::clone(world.engine.store()),
            Arc::new(ManualClock::at(world.engine.now())),
            Arc::new(CountedIds::default()),
        );
        for name in ["export", "export.zip"] {
            let failed = export(&engine, space, &folder.path().join(name)).await.unwrap_err();
            assert!(matches!(failed, ExportError::NoFiles), "{failed}");
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    });
}

#[test]
fn bytes_that_are_lost_are_told_and_everything_else_is_exported() {
    run(async {
        let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
        let space = world.space("Here").await;
        let mut kept = Vec::new();
        for number in 0..8_u8 {
            let bytes = vec![number; 300_000 + usize::from(number)];
            let mut file = world.file(&format!("{number}.png"), &bytes).await;
            match number {
                0..2 => world.files.damage(file.hash, 250_000),
                2..4 => file.hash.0[31] ^= 1,
                _ => kept.push((format!("media/{number}.png"), bytes)),
            }
            let object = image(number.into(), "Image", vec![file]);
            world.put(space, move |tx| tx.put(object.clone(), State::Live, ChangeKind::Created).unwrap()).await;
        }
        for name in ["export", "export.zip"] {
            let path = folder.path().join(name);
            let exported = export(&world.engine, space, &path).await.unwrap();
            assert_eq!((exported.objects, exported.files, exported.lost.len()), (8, 4, 4));
            let told: BTreeSet<_> = exported.lost.iter().map(|lost| (lost.object, lost.path.clone())).collect();
            let meant = (0..4).map(|number| (image(number, "", Vec::new()).id, format!("media/{number}.png")));
            assert_eq!(told, meant.collect());
            assert_eq!(exported.lost.iter().filter(|lost| lost.message.contains("damaged")).count(), 2);
            if path.is_dir() {
                let found = tree(&path);
                let media = found.iter().filter(|(path, _)| path.starts_with("media/"));
                assert!(media.eq(kept.iter().map(|(path, bytes)| (path, bytes))));
                assert_eq!(exported.bytes, found.values().map(|bytes| bytes.len() as u64).sum::<u64>());
            }
            // It comes back, but for what was lost.
            let there = World::new();
            let report = adopt(&there.engine, None, &path, false).await.unwrap();
            assert_eq!((report.adopted, report.files, report.refused.len()), (4, 4, 4), "{report:?}");
        }
    });
}

#[test]
fn bytes_that_nothing_names_are_put_again() {
    run(async {
        let (here, there, folder) = (World::new(), World::new(), tempfile::tempdir().unwrap());
        let space = here.space("Here").await;
        for number in 0..3 {
            let object = image(number, "Cat", vec![here.file("cat.png", b"meow").await]);
            here.put(space, move |tx| tx.put(object.clone(), State::Live, ChangeKind::Created).unwrap()).await;
        }
        let from = folder.path().join("export");
        export(&here.engine, space, &from).await.unwrap();
        // They may be removed at any time as long as nothing names them.
        there.file("cat.png", b"meow").await;
        let mut brought = Vec::new();
        for (into, dry_run) in [(None, true), (None, false), (Some(there.space("Other").await), false)] {
            brought.push(adopt(&there.engine, into, &from, dry_run).await.unwrap().files);
        }
        assert_eq!(brought, [1, 1, 0]);
    });
}

#[test]
fn what_was_deleted_stays_deleted() {
    run(async {
        let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
        let space = world.space("Here").await;
        let custom = structures().pop().unwrap();
        let shelf = |number: u128, structure| Collection {
            id: CollectionId(uuid::Uuid::from_u128(0x4000_8000_0000_0000_0000 | number)),
            structure,
            title: format!("Shelf {number}"),
        };
        let page = StructureId::BuiltIn(BuiltIn::RootPage);
        let shelves = [shelf(1, custom.id), shelf(2, page), shelf(3, page)];
        let (put, shelved) = (custom.clone(), shelves.clone());
        let made = move |tx: &mut Tx<'_>| {
            tx.put_structure(put.clone());
            shelved.iter().for_each(|shelf| tx.put_collection(shelf.clone()));
        };
        world.put(space, made).await;
        let from = folder.path().join("export");
        export(&world.engine, space, &from).await.unwrap();
        let [one, two, _] = shelves.clone().map(|shelf| shelf.id);
        let gone = custom.id;
        let delete = move |tx: &mut Tx<'_>| {
            tx.remove_collection(one);
            tx.remove_collection(two);
            tx.remove_structure(gone);
        };
        world.put(space, delete).await;
        let schema = |space| world.engine.store().read(space, |snapshot| (**snapshot.schema()).clone());
        let before = (schema(space).await.unwrap().value, world.revision(space).await);
        for dry_run in [true, false] {
            let report = adopt(&world.engine, Some(space), &from, dry_run).await.unwrap();
            assert_eq!(report.differing.len(), 3, "{report:?}");
            assert!(report.differing.iter().all(|what| what.contains("deleted here")), "{report:?}");
            assert!(report.differing[0].contains(&gone.to_string()), "{report:?}");
        }
        assert_eq!((schema(space).await.unwrap().value, world.revision(space).await), before);
        // Elsewhere nothing of it was deleted.
        let there = World::new();
        let report = adopt(&there.engine, None, &from, false).await.unwrap();
        assert_eq!(report.differing, Vec::<String>::new());
    });
}
