//! All problems of an input at once.

use palimpsest_model::{
    Color, HUES, Problems, read_blocks, read_blocks_by_property, read_properties, read_structure, read_tokens,
};
use serde_json::{Value as Json, json};

use crate::support::read;

fn check(problems: Problems, expected: &[(&str, &str)]) {
    let lines: Vec<_> = expected
        .iter()
        .map(
            |(message, path)| {
                if path.is_empty() { format!("✖ {message}") } else { format!("✖ {message}\n  → at {path}") }
            },
        )
        .collect();
    assert_eq!(problems.to_string(), lines.join("\n"));
    assert_eq!(problems.all().len(), expected.len());
}

#[test]
fn blocks_with_several_faults_name_them_all_the_shortest_paths_first() {
    let json = json!([
        {"type": "TextBlock", "tokens": [{"type": "TextToken", "text": 7}], "todo": {}, "quote": {"layout": "loud"}},
        {"type": "CodeBlock"},
        {"type": "Embed"},
        "text",
        {"type": "GridBlock", "columns": [[{"type": "EntityBlock"}]]},
        {"type": "GroupBlock", "colorTheme": "red", "blocks": [{"type": "MathBlock", "text": null}]},
    ]);
    let kinds =
        "'TextBlock' | 'GroupBlock' | 'GridBlock' | 'CodeBlock' | 'MathBlock' | 'EntityBlock' | 'HorizontalLineBlock'";
    let colors = Color::all().map(|color| format!("\"{}\"", color.as_str())).collect::<Vec<_>>();
    check(
        read(&json, read_blocks).unwrap_err(),
        &[
            ("Invalid input: expected object, received string", "[3]"),
            ("Invalid input: expected string, received undefined", "[1].lang"),
            ("Invalid input: expected string, received undefined", "[1].text"),
            (&format!("Invalid discriminator value. Expected {kinds}"), "[2].type"),
            ("Invalid input: expected array, received undefined", "[4].dividers"),
            ("GridBlock must include at least two columns.", "[4].columns"),
            (&format!("Invalid option: expected one of {}", colors.join("|")), "[5].colorTheme"),
            ("Invalid input: expected boolean, received undefined", "[0].todo.isDone"),
            ("Invalid option: expected one of \"normal\"|\"standout\"", "[0].quote.layout"),
            ("Invalid input: expected string, received number", "[0].tokens[0].text"),
            ("Invalid input: expected object, received undefined", "[0].tokens[0].style"),
            ("Invalid input: expected string, received null", "[5].blocks[0].text"),
            ("Invalid input: expected string, received undefined", "[4].columns[0][0].entityId"),
        ],
    );
}

#[test]
fn tokens_with_several_faults_name_them_all() {
    let json = json!([
        {"type": "TextToken", "text": null, "style": {"bold": 1, "italic": "no", "strikethrough": null}, "color": 3},
        {"type": "LinkToken", "url": 1, "entityId": "x"},
        {"type": "LinkToken", "text": "", "date": {"dateResolution": "year", "start": "soon", "end": 5}},
    ]);
    let colors = Color::all().map(|color| format!("\"{}\"", color.as_str())).collect::<Vec<_>>();
    check(
        read(&json, read_tokens).unwrap_err(),
        &[
            ("Provide exactly one of `url`, `entityId`, or `date` on a LinkToken.", "[1]"),
            ("Invalid input: expected string, received null", "[0].text"),
            (&format!("Invalid option: expected one of {}", colors.join("|")), "[0].color"),
            ("Invalid input: expected string, received undefined", "[1].text"),
            ("Invalid input: expected string, received number", "[1].url"),
            ("Invalid input: expected boolean, received number", "[0].style.bold"),
            ("Invalid input: expected boolean, received string", "[0].style.italic"),
            ("Invalid input: expected boolean, received null", "[0].style.strikethrough"),
            ("Invalid option: expected one of \"time\"|\"day\"", "[2].date.dateResolution"),
            ("Invalid ISO datetime", "[2].date.start"),
            ("Invalid input: expected string, received number", "[2].date.end"),
        ],
    );
}

#[test]
fn properties_with_several_faults_name_them_all() {
    let json = json!({
        "a": {"type": "title", "title": {"value": 7}},
        "b": {"type": "label", "label": [{"id": 1, "name": 2, "color": 3}, {"id": "x"}]},
        "c": {"type": "entity", "entity": [{"id": "x"}, {}, 7]},
        "d": {"type": "aliases", "aliases": {"value": ["a", 1, null]}},
        "e": {"type": "lastUpdatedAt", "lastUpdatedAt": {"value": "2026-11-22"}},
        "f": null,
        "g-h": {"type": "date", "date": {}},
    });
    let kinds = "'title' | 'text' | 'number' | 'boolean' | 'url' | 'date' | 'label' | 'entity' | 'aliases' | 'icon' | \
                 'createdAt' | 'richText'";
    check(
        read(&json, read_properties).unwrap_err(),
        &[
            ("Invalid input: expected object, received null", "f"),
            (&format!("Invalid discriminator value. Expected {kinds}"), "e.type"),
            ("Invalid input: expected string, received number", "a.title.value"),
            ("Invalid input: expected object, received number", "c.entity[2]"),
            ("Invalid input: expected string, received undefined", "[\"g-h\"].date.start"),
            ("Invalid input: expected string, received number", "b.label[0].id"),
            ("Invalid input: expected string, received number", "b.label[0].name"),
            ("Invalid input: expected string, received number", "b.label[0].color"),
            ("Invalid input: expected string, received undefined", "b.label[1].name"),
            ("Invalid UUID", "c.entity[0].id"),
            ("Invalid input: expected string, received undefined", "c.entity[1].id"),
            ("Invalid input: expected string, received number", "d.aliases.value[1]"),
            ("Invalid input: expected string, received null", "d.aliases.value[2]"),
        ],
    );
}

#[test]
fn sections_with_several_faults_name_them_all() {
    let json = json!({"a": [{"type": "CodeBlock", "lang": 1, "text": ""}], "b": {}, "c": [7]});
    check(
        read(&json, read_blocks_by_property).unwrap_err(),
        &[
            ("Invalid input: expected array, received object", "b"),
            ("Invalid input: expected object, received number", "c[0]"),
            ("Invalid input: expected string, received number", "a[0].lang"),
        ],
    );
}

#[test]
fn a_structure_with_several_faults_names_them_all() {
    let json = json!({
        "id": "x",
        "title": " ",
        "pluralName": 3,
        "labelColor": "beige",
        "propertyDefinitions": [
            {"id": "y", "name": "", "type": "label", "multiple": "both", "labelSet": [
                {"id": "", "name": 1, "color": "beige"}, {"id": "a", "name": "A"}, {"id": "a", "name": "B"}]},
            {"name": "n", "type": "title"},
            {"name": "m", "type": "entity", "allowedStructures": ["RootPage", "Page", 7]},
        ],
    });
    let small = "Too small: expected string to have >=1 characters";
    let hues = HUES.map(|hue| format!("\"{hue}\"")).join("|");
    let hue = format!("Invalid option: expected one of {hues}");
    let kinds = ["text", "number", "boolean", "url", "date", "label", "entity", "richText", "blocks"];
    let kinds = kinds.map(|kind| format!("\"{kind}\"")).join("|");
    let problems = read(&json, read_structure).unwrap_err();
    check(
        problems,
        &[
            ("Invalid UUID", "id"),
            (small, "title"),
            ("Invalid input: expected string, received number", "pluralName"),
            (&hue, "labelColor"),
            ("Invalid UUID", "propertyDefinitions[0].id"),
            (small, "propertyDefinitions[0].name"),
            ("Invalid input: expected boolean, received string", "propertyDefinitions[0].multiple"),
            (&format!("Invalid option: expected one of {kinds}"), "propertyDefinitions[1].type"),
            ("Invalid UUID", "propertyDefinitions[2].allowedStructures[1]"),
            ("Invalid input: expected string, received number", "propertyDefinitions[2].allowedStructures[2]"),
            (small, "propertyDefinitions[0].labelSet[0].id"),
            ("Invalid input: expected string, received number", "propertyDefinitions[0].labelSet[0].name"),
            (&hue, "propertyDefinitions[0].labelSet[0].color"),
            ("There is already an option \"a\"", "propertyDefinitions[0].labelSet[2].id"),
        ],
    );
}

#[test]
fn more_than_fifty_problems_are_counted() {
    let json = Json::from(vec![Json::Null; 60]);
    let problems = read(&json, read_blocks).unwrap_err();
    let text = problems.to_string();
    assert_eq!(problems.all().len(), 60);
    assert_eq!(text.lines().count(), 2 * 50 + 1);
    assert_eq!(text.lines().last(), Some("✖ 10 more problems"));
}

/// A body of eight megabytes can have millions of faults; keeping each with its path would take a hundred times as much.
#[test]
fn of_very_many_problems_a_thousand_are_kept_and_the_rest_is_counted() {
    let json = json!([{"type": "TextBlock", "tokens": vec![Json::Null; 5_000]}]);
    let problems = read(&json, read_blocks).unwrap_err();
    assert_eq!(problems.all().len(), 1_000);
    assert_eq!(problems.to_string().lines().last(), Some("✖ 4950 more problems"));
}
