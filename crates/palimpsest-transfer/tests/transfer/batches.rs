//! Objects that come batch by batch, and the schema that comes once.

use palimpsest_engine::{Adoption, Blueprint, Fate};
use palimpsest_model::arbitrary::structures;
use palimpsest_model::{
    Collection, CollectionId, Object, Schema, Space, SpaceId, State, Structure, builtin_structures,
};
use palimpsest_store::{ChangeKind, Files, Policy};
use palimpsest_transfer::{export::export, lossless};
use uuid::Uuid;

use crate::world::{World, image, run};

fn id(number: u128) -> Uuid {
    Uuid::from_u128(0x1234_0000_0000_4000_8000_0000_0000_0000 + number)
}

/// A space with a type of its own and a shelf for that.
fn blueprint() -> (Blueprint, Structure, Collection) {
    let own = structures().pop().unwrap();
    let shelf = Collection { id: CollectionId(id(2)), structure: own.id, title: "Shelf".to_owned() };
    let space = Space { id: SpaceId(id(1)), title: "Elsewhere".to_owned(), icon: None, timezone: None };
    let structures = builtin_structures().into_iter().chain([own.clone()]).collect();
    (Blueprint { space, concurrency: Policy::default(), structures, collections: vec![shelf.clone()] }, own, shelf)
}

async fn batch(world: &World, number: u128) -> Vec<(Object, State)> {
    let file = world.file("cat.png", b"meow").await;
    vec![(image(number, "Cat", vec![file]), State::Live)]
}

async fn schema(world: &World, space: SpaceId) -> Schema {
    world.engine.store().read(space, |snapshot| (**snapshot.schema()).clone()).await.unwrap().value
}

/// Whatever happens to the schema between two batches, the second does not look at it again.
#[test]
fn the_schema_comes_with_the_first_batch_alone() {
    run(async {
        let world = World::new();
        let (blueprint, own, shelf) = blueprint();
        let mut adoption = Adoption::begin(&world.engine, blueprint, None, false).await.unwrap();
        let first = batch(&world, 1).await;
        assert_eq!(adoption.adopt(&world.engine, first).await.unwrap(), [Fate::Adopted]);
        let space = adoption.space();
        let come = schema(&world, space).await;
        assert!(come.structure(own.id).is_some() && come.collections.iter().any(|it| it.value.id == shelf.id));
        let gone = shelf.id;
        let renamed = Structure { title: "Renamed".to_owned(), ..own.clone() };
        world
            .put(space, move |tx| {
                tx.remove_collection(gone);
                tx.put_structure(renamed.clone());
            })
            .await;
        let changed = schema(&world, space).await;
        assert_ne!(changed, come);
        let second = batch(&world, 2).await;
        assert_eq!(adoption.adopt(&world.engine, second).await.unwrap(), [Fate::Adopted]);
        assert_eq!(schema(&world, space).await, changed);
        assert_eq!(adoption.differing(), Vec::<String>::new(), "they differ since");
    });
}

/// Nothing stays of a batch that is only tried, so each is tried with the schema.
#[test]
fn a_dry_run_judges_every_batch_with_the_schema() {
    run(async {
        let world = World::new();
        let mut adoption = Adoption::begin(&world.engine, blueprint().0, None, true).await.unwrap();
        for number in 1..4 {
            let some = batch(&world, number).await;
            assert_eq!(adoption.adopt(&world.engine, some).await.unwrap(), [Fate::Adopted], "{number}");
        }
        assert!(world.engine.find_space(None).await.is_err());
    });
}

/// What is there of the right size is not taken for what comes, unless an object has it.
#[test]
fn bytes_that_were_damaged_and_have_their_size_are_made_whole() {
    run(async {
        let (here, there, folder) = (World::new(), World::new(), tempfile::tempdir().unwrap());
        let space = here.space("Here").await;
        let object = image(0, "Cat", vec![here.file("cat.png", b"meow").await]);
        here.put(space, move |tx| tx.put(object.clone(), State::Live, ChangeKind::Created).unwrap()).await;
        let from = folder.path().join("export");
        export(&here.engine, space, &from).await.unwrap();
        let hash = there.file("cat.png", b"meow").await.hash;
        there.files.damage(hash, 1);
        assert_eq!(there.files.size(hash).await, Ok(Some(4)), "nothing can be seen from outside");
        let report = lossless::adopt(&there.engine, None, &from, false).await.unwrap();
        assert_eq!((report.adopted, report.files, report.refused.len()), (1, 1, 0));
        assert_eq!(there.bytes(hash).await.unwrap(), b"meow");
    });
}
