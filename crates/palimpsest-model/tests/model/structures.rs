//! What reading a structure, and a value for one, has to say.

use palimpsest_model::arbitrary::structures;
use palimpsest_model::{
    BuiltIn, Problems, PropertyId, PropertyKind, Structure, StructureId, check_property, read_structure, read_value,
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::messages::{at, expected};
use crate::support::{page_structure, read, structure_of};

#[test]
fn values_that_do_not_fit_the_structure() {
    let task = structure_of(StructureId::BuiltIn(BuiltIn::RootTask));
    let check = |id: &str, value: Json, message: &str, path: &str| {
        let value = read(&value, read_value).unwrap();
        let problem = check_property(&task, &PropertyId::from(id), value).unwrap_err();
        assert_eq!(Problems::from(problem).to_string(), at(message, path));
    };
    let text = || json!({"type": "text", "text": {"value": "x"}});
    let label = |ids: &[&str]| {
        let options: Vec<_> = ids.iter().map(|id| json!({"id": id, "name": id})).collect();
        json!({"type": "label", "label": options})
    };
    check("nope", text(), "Unknown property: Task has no property of this id", "properties.nope");
    check("a-b", text(), "Unknown property: Task has no property of this id", "properties[\"a-b\"]");
    check("RootTask_notes", text(), "This is a body section: write it under `blocks`", "properties.RootTask_notes");
    check("lastUpdatedAt", text(), "This property is read-only", "properties.lastUpdatedAt");
    check("title", text(), "Invalid input: expected a value of type title, received text", "properties.title.type");
    check(
        "priority",
        label(&["low", "urgent"]),
        "Unknown label option: expected one of \"low\"|\"medium\"|\"high\"",
        "properties.priority.label[1].id",
    );
    let kept = |structure: &Structure, id: &PropertyId, ids: &[&str]| {
        let value = read(&label(ids), read_value).unwrap();
        serde_json::to_value(check_property(structure, id, value).unwrap()).unwrap()
    };
    assert_eq!(kept(&task, &"priority".into(), &["high", "low"]), json!({"label": ["high"]}));
    assert_eq!(kept(&task, &"priority".into(), &[]), json!({"label": []}));
    let custom = structures().pop().unwrap();
    let several = custom.properties.iter().find(|property| property.name == "Some of").unwrap();
    let PropertyKind::Label { options, .. } = &several.kind else { panic!("no label") };
    let (one, other) = (options[0].id.0.as_str(), options[1].id.0.as_str());
    assert_eq!(kept(&custom, &several.id, &[other, one, other]), json!({"label": [other, one]}));
}

#[test]
fn structures_and_their_properties() {
    let read_one = |json: &Json| {
        let mut next = 0;
        let mut fresh = || {
            next += 1;
            Uuid::from_u128(next)
        };
        read(json, read_structure).map(|draft| draft.make(&mut fresh))
    };
    let check = |json: Json, message: &str, path: &str| {
        assert_eq!(read_one(&json).map_err(|problems| problems.to_string()), Err(at(message, path)), "{json}");
    };
    check(json!([]), &expected("object", "array"), "");
    check(json!({}), &expected("string", "undefined"), "title");
    check(json!({"title": "\t "}), "Too small: expected string to have >=1 characters", "title");
    check(json!({"title": "T", "id": "RootPage"}), "Invalid UUID", "id");
    check(json!({"title": "T", "propertyDefinitions": {}}), &expected("array", "object"), "propertyDefinitions");
    let property = |mut fields: Json| {
        fields["name"] = "N".into();
        json!({"title": "T", "propertyDefinitions": [fields]})
    };
    let kinds = "Invalid option: expected one of \"text\"|\"number\"|\"boolean\"|\"url\"|\"date\"|\"label\"|\"entity\"|\
                 \"richText\"|\"blocks\"";
    check(property(json!({})), kinds, "propertyDefinitions[0].type");
    check(property(json!({"type": "createdAt"})), kinds, "propertyDefinitions[0].type");
    let labels = |set: Json| property(json!({"type": "label", "labelSet": set}));
    check(labels(json!({})), &expected("array", "object"), "propertyDefinitions[0].labelSet");
    check(labels(json!([{}])), &expected("string", "undefined"), "propertyDefinitions[0].labelSet[0].name");
    let twice = json!([{"id": "a", "name": "A"}, {"id": "a", "name": "B"}]);
    check(labels(twice), "There is already an option \"a\"", "propertyDefinitions[0].labelSet[1].id");
    let id = "3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11";
    let twice = json!([{"id": id, "name": "A", "type": "text"}, {"id": id, "name": "B", "type": "url"}]);
    check(
        json!({"title": "T", "propertyDefinitions": twice}),
        &format!("There is already a property \"{id}\""),
        "propertyDefinitions[1].id",
    );

    let made = read_one(&json!({"title": " Lab notes ", "propertyDefinitions": [{"name": "Good", "type": "boolean"}]}))
        .unwrap();
    assert_eq!((made.title.as_str(), made.plural_name.as_str()), ("Lab notes", "Lab notess"));
    let own: Vec<_> = made.properties.iter().map(|property| property.id.0.as_str()).collect();
    assert_eq!(own[..7], ["title", "description", "tags", "aliases", "icon", "createdAt", "lastUpdatedAt"]);
    assert_eq!(made.sections().count(), 1);
    assert_eq!(own.len(), 9);
    assert_eq!(page_structure().sections().count(), 1);
}
