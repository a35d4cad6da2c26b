//! What was exported comes back.

use palimpsest_engine::{CreateFromMarkdown, CreateStructure, DeleteStructure, Operation, SchemaOperation};
use palimpsest_model::{BuiltIn, StructureDraft, StructureId};
use palimpsest_store::List;
use palimpsest_transfer::{export::export, lossless};
use proptest::prelude::*;
use proptest::test_runner::Config;
use uuid::Uuid;

use crate::world::{World, made, plans, run, tree};

fn cases(cases: u32) -> Config {
    if std::env::var_os("PROPTEST_CASES").is_some() { Config::default() } else { Config { cases, ..Config::default() } }
}

proptest! {
    #![proptest_config(cases(16))]

    /// Out of one server and into another: the same objects, and exported again the same bytes, as a folder and as an archive.
    #[test]
    fn a_space_survives_the_way_out_and_in_byte_for_byte(plan in plans(), zipped in any::<bool>()) {
        run(async {
            let (here, there, folder) = (World::new(), World::new(), tempfile::tempdir().unwrap());
            let space = made(&here, &plan).await;
            let path = |name: &str| folder.path().join(name);
            let first = export(&here.engine, space, &path("first")).await.unwrap();
            let archive = export(&here.engine, space, &path("first.zip")).await.unwrap();
            assert_eq!((first.objects, first.trashed, first.files), (archive.objects, archive.trashed, archive.files));
            let from = path(if zipped { "first.zip" } else { "first" });
            assert!(lossless::recognise(&from));
            let report = lossless::adopt(&there.engine, None, &from, false).await.unwrap();
            assert_eq!((&report.refused, report.space, report.present), (&Vec::new(), space, 0));
            assert_eq!(report.adopted, first.objects + first.trashed);
            assert_eq!(here.everything(space).await, there.everything(space).await);
            for file in here.everything(space).await.values().flat_map(|(object, _)| &object.files) {
                assert_eq!(here.bytes(file.hash).await, there.bytes(file.hash).await);
            }
            export(&there.engine, space, &path("second")).await.unwrap();
            export(&there.engine, space, &path("second.zip")).await.unwrap();
            assert_eq!(tree(&path("first")), tree(&path("second")));
            assert_eq!(std::fs::read(path("first.zip")).unwrap(), std::fs::read(path("second.zip")).unwrap());
            // Once more: everything is there, and no commit is made.
            let revision = there.revision(space).await;
            let again = lossless::adopt(&there.engine, Some(space), &from, false).await.unwrap();
            assert_eq!((again.adopted, again.present, again.refused.len()), (0, report.adopted, 0));
            assert_eq!(there.revision(space).await, revision);
        });
    }

    /// Beside other spaces, and into one that is there: what comes is the same but for the ids of days, and no day is there twice.
    #[test]
    fn a_space_goes_into_another(plan in plans()) {
        run(async {
            let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
            let space = made(&world, &plan).await;
            let from = folder.path().join("export");
            let exported = export(&world.engine, space, &from).await.unwrap();
            let other = world.space("Other").await;
            let into_other = lossless::adopt(&world.engine, Some(other), &from, false).await.unwrap();
            let new = lossless::adopt(&world.engine, None, &from, false).await.unwrap();
            assert_ne!(new.space, space);
            for report in [&into_other, &new] {
                assert_eq!((&report.refused, report.adopted), (&Vec::new(), exported.objects + exported.trashed));
                let mut days: Vec<_> = world.list(report.space, List::All).await.iter().filter_map(|found| {
                    let is_day = found.object.title().ends_with("T00:00:00.000Z");
                    is_day.then(|| (found.object.structure, found.object.title().to_owned()))
                }).collect();
                days.sort();
                let count = days.len();
                days.dedup();
                assert_eq!(days.len(), count);
            }
            // What is appended to a day goes into the note that came.
            let notes = world.list(other, List::All).await.len();
            if let Some(day) = plan.days.first() {
                let content = palimpsest_engine::Appended::Markdown("more".to_owned());
                let date = palimpsest_model::Timestamp::parse(&format!("2026-11-{:02}", 10 + day));
                let append = palimpsest_engine::AppendDaily { date, timed: false, content };
                world.execute(other, palimpsest_engine::Operation::AppendDaily(append)).await;
            }
            assert_eq!(world.list(other, List::All).await.len(), notes);
        });
    }

    /// A dry run says what would come, and changes nothing.
    #[test]
    fn a_dry_run_says_what_would_come(plan in plans()) {
        run(async {
            let (here, there, folder) = (World::new(), World::new(), tempfile::tempdir().unwrap());
            let space = made(&here, &plan).await;
            let from = folder.path().join("export.zip");
            export(&here.engine, space, &from).await.unwrap();
            let dry = lossless::adopt(&there.engine, None, &from, true).await.unwrap();
            assert!(there.engine.find_space(None).await.is_err());
            let done = lossless::adopt(&there.engine, None, &from, false).await.unwrap();
            assert_eq!((dry.adopted, dry.present, dry.files >= done.files), (done.adopted, done.present, true));
        });
    }
}

/// What lies in the trash without a structure could not be taken in: it does not go out, and is told of.
#[test]
fn what_has_no_structure_any_more_is_left_out() {
    run(async {
        let (here, there, folder) = (World::new(), World::new(), tempfile::tempdir().unwrap());
        let space = here.space("Mine").await;
        let (id, title) = (Some(Uuid::from_u128(0x0000_0000_0000_4000_8000_0000_0000_0001)), "Book".to_owned());
        let draft = StructureDraft { id, title, plural_name: None, label_color: None, properties: Vec::new() };
        here.execute(space, Operation::Schema(SchemaOperation::CreateStructure(CreateStructure { draft }))).await;
        let (book, page) = (StructureId::Custom(id.unwrap()), StructureId::BuiltIn(BuiltIn::RootPage));
        for structure in [book, book, page] {
            let create = CreateFromMarkdown { id: None, structure, markdown: "# One".to_owned() };
            here.execute(space, Operation::CreateFromMarkdown(create)).await.unwrap();
        }
        let delete = DeleteStructure { id: book, trash_objects: true };
        here.execute(space, Operation::Schema(SchemaOperation::DeleteStructure(delete))).await;
        assert_eq!(here.everything(space).await.len(), 3);
        let path = |name: &str| folder.path().join(name);
        let first = export(&here.engine, space, &path("first")).await.unwrap();
        assert_eq!((first.objects, first.trashed, first.left_out), (1, 0, 2));
        let report = lossless::adopt(&there.engine, None, &path("first"), false).await.unwrap();
        assert_eq!((&report.refused, report.adopted), (&Vec::new(), 1));
        let second = export(&there.engine, space, &path("second")).await.unwrap();
        assert_eq!((tree(&path("first")), second.left_out), (tree(&path("second")), 0));
    });
}
