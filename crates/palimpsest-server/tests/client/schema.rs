//! The schema by calls of the client.

use palimpsest_client::{
    BuiltIn, Code, Concurrency, Icon, NewCollection, NewObject, NewOption, NewProperty, NewStructure, ObjectChanges,
    PropertyChanges, PropertyId, PropertyType, PropertyValue, SpaceChanges, StructureChanges, StructureId, Uuid,
};
use palimpsest_server::Limits;

use crate::served::Served;

fn uuid(number: u8) -> Uuid {
    format!("55555555-5555-4555-8555-5555555555{number:02}").parse().unwrap()
}

fn named(id: Uuid) -> PropertyId {
    PropertyId(id.to_string())
}

#[tokio::test]
async fn a_structure_is_made_used_changed_and_deleted() {
    let client = Served::new(Limits::default()).await.client().await;
    let (id, rating, year) = (uuid(1), uuid(2), uuid(3));
    let book = StructureId::Custom(id);
    let options = [NewOption::new("Good").id("good").color("green"), NewOption::new("Bad").id("bad")];
    let new =
        NewStructure::new("Book").id(id).color("amber").property(NewProperty::label("Rating", options).id(rating));
    let made = client.create_structure(&new.property(NewProperty::objects("About", [book]))).await.unwrap();
    assert_eq!((made.value.id, &*made.value.title, &*made.value.label_color), (book, "Book", "amber"));
    assert_eq!(made.tag, client.structures().await.unwrap().tag);

    let year_property = NewProperty::number("Year").id(year);
    let grown = client.create_property(book, &year_property).if_match(&made).await.unwrap();
    assert!(grown.value.property(&year.to_string()).is_some());
    let stale = client.create_property(book, &NewProperty::text("Place")).if_match(&made).await.unwrap_err();
    assert_eq!(stale.code, Code::PreconditionFailed);

    let chosen = PropertyValue::labels(["good"]);
    let object = NewObject::new(book).title("Emma").property(named(rating), chosen);
    let object = client.create_object(&object).await.unwrap().value;
    let less = PropertyChanges::new().options([NewOption::new("Bad").id("bad")]);
    let error = client.update_property(book, named(rating), &less).await.unwrap_err();
    assert_eq!(error.in_use().map(|usage| (usage.objects, usage.count)), Some((vec![object.id], 1)));
    client.update_property(book, named(rating), &less.drop_values()).await.unwrap();

    let renamed = StructureChanges::new().title("Volume").plural("Volumes").color("red");
    assert_eq!(client.update_structure(book, &renamed).await.unwrap().value.plural_name, "Volumes");
    assert_eq!(client.delete_property(book, named(year)).await.unwrap().value.property(&year.to_string()), None);
    assert!(client.delete_structure(book).await.unwrap_err().in_use().is_some());
    client.delete_structure_with_objects(book).await.unwrap();
    assert!(client.object(object.id).await.unwrap_err().is_not_found());
    assert_eq!(client.restore_object(object.id).await.unwrap_err().code, Code::Conflict);
}

#[tokio::test]
async fn a_collection_is_made_renamed_and_deleted() {
    let client = Served::new(Limits::default()).await.client().await;
    let pages = StructureId::BuiltIn(BuiltIn::RootPage);
    let made = client.create_collection(&NewCollection::of(pages, "Shelf")).await.unwrap().value;
    let page = client.create_object(&NewObject::page("a").collection(made.id)).await.unwrap().value;
    assert_eq!(client.rename_collection(made.id, "Board").await.unwrap().value.title, "Board");
    client.delete_collection(made.id).await.unwrap();
    assert!(client.object(page.id).await.unwrap().value.collections.is_empty());
}

#[tokio::test]
async fn the_space_is_changed_and_its_policy_held() {
    let client = Served::new(Limits::default()).await.client().await;
    let icon = Icon::Emoji("🔬".to_owned());
    let changes = SpaceChanges::new().title("Bench").icon(Some(icon.clone()));
    let changed = client.update_space(&changes).await.unwrap();
    assert_eq!((&*changed.value.title, changed.value.icon), ("Bench", Some(icon)));
    let policy = SpaceChanges::new().concurrency(Concurrency::RequireCondition);
    assert_eq!(client.update_space(&policy).await.unwrap().revision, changed.revision);
    let page = client.create_object(&NewObject::page("a")).await.unwrap();
    let retitled = ObjectChanges::new().title("b");
    let refused = client.update_object(page.value.id, &retitled).await.unwrap_err();
    assert_eq!(refused.code, Code::PreconditionRequired);
    client.update_object(page.value.id, &retitled).if_match(&page).await.unwrap();
}

#[tokio::test]
async fn a_transaction_makes_a_structure_and_objects_of_it() {
    let client = Served::new(Limits::default()).await.client().await;
    let book = StructureId::Custom(uuid(1));
    let committed = client
        .transaction()
        .then(client.create_structure(&NewStructure::new("Book").id(uuid(1))))
        .then(client.create_object(&NewObject::new(book).title("Emma")))
        .then(client.update_structure(StructureId::BuiltIn(BuiltIn::RootPage), &StructureChanges::new().title("Leaf")))
        .shown();
    let results = committed.commit().await.unwrap().value.results;
    assert_eq!(results[0].structure.as_ref().map(|structure| structure.id), Some(book));
    assert_eq!(results[1].object.as_ref().map(|object| object.title()), Some("Emma"));
    assert_eq!((results[2].id, results[2].structure.is_some()), (None, true));
    assert_eq!(results[0].etag, results[2].etag);
}

#[tokio::test]
async fn a_property_becomes_another_type_when_all_values_do() {
    let client = Served::new(Limits::default()).await.client().await;
    let (book, year) = (StructureId::Custom(uuid(1)), named(uuid(2)));
    let new = NewStructure::new("Book").id(uuid(1)).property(NewProperty::text("Year").id(uuid(2)));
    client.create_structure(&new).await.unwrap();
    let dated = |says: &str| NewObject::new(book).property(year.clone(), PropertyValue::text(says));
    client.create_object(&dated("1815")).await.unwrap();
    let late = client.create_object(&dated("1816?")).await.unwrap().value.id;
    let becomes = PropertyChanges::new().becomes(PropertyType::Number);
    for changes in [becomes.clone().dry_run(), becomes.clone()] {
        let error = client.update_property(book, year.clone(), &changes).await.unwrap_err();
        assert_eq!(error.in_use().map(|usage| (usage.objects, usage.count)), Some((vec![late], 1)));
    }
    let corrected = ObjectChanges::new().property(year.clone(), PropertyValue::text("1816"));
    let before = client.update_object(late, &corrected).await.unwrap().revision;
    let kind = |structure: &palimpsest_client::StructureView| structure.property(&year.0).unwrap().kind;
    let dry = client.update_property(book, year.clone(), &becomes.clone().dry_run()).await.unwrap();
    assert_eq!((kind(&dry.value), client.structures().await.unwrap().revision), (PropertyType::Number, before));
    let done = client.update_property(book, year.clone(), &becomes).await.unwrap();
    assert_eq!((&done.value, dry.revision, dry.tag), (&dry.value, before, None), "what is to come has no version yet");

    let label = PropertyChanges::new().becomes(PropertyType::Label).multiple(true);
    let made = client.update_property(book, year.clone(), &label).await.unwrap().value;
    let made = made.property(&year.0).unwrap();
    let names = made.label_set.iter().flatten().map(|option| &*option.name).collect::<Vec<_>>();
    assert_eq!((made.multiple, names), (Some(true), vec!["1815", "1816"]));
}
