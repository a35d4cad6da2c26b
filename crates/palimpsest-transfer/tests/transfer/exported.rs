//! What a person finds in an export.

use palimpsest_engine::{CreateFromMarkdown, Operation};
use palimpsest_model::{BuiltIn, ObjectId, SpaceId, State, StructureId};
use palimpsest_store::ChangeKind;
use palimpsest_transfer::export::export;

use crate::world::{World, image, run, tree};

async fn page(world: &World, space: SpaceId, text: &str) -> ObjectId {
    let structure = StructureId::BuiltIn(BuiltIn::RootPage);
    let create = CreateFromMarkdown { id: None, structure, markdown: text.to_owned() };
    world.execute(space, Operation::CreateFromMarkdown(create)).await.unwrap()
}

#[test]
fn links_lead_from_file_to_file() {
    run(async {
        let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
        let space = world.space("Mine").await;
        let file = world.file("My cat.PNG", b"meow").await;
        let cat = image(0, "Cat", vec![file]);
        let cat_id = cat.id;
        world.put(space, move |tx| tx.put(cat.clone(), State::Live, ChangeKind::Created).unwrap()).await;
        let plain = page(&world, space, "# Plain title").await;
        let odd = page(&world, space, "# What? (a/b)").await;
        let link = |id: ObjectId| format!("capacities://{space}/{id}");
        let text = format!(
            "# Links\n\n[[Plain title]] and [this]({}) and [that]({}) and #topic\n\n![]({})\n",
            link(plain),
            link(odd),
            link(cat_id)
        );
        page(&world, space, &text).await;
        let to = folder.path().join("out");
        let exported = export(&world.engine, space, &to).await.unwrap();
        assert_eq!((exported.objects, exported.files), (5, 1));
        let found = tree(&to);
        let text = |path: &str| String::from_utf8(found[path].clone()).unwrap();
        let links = text("Pages/Links.md");
        assert!(links.starts_with("---\nid: "), "{links}");
        let lines = [
            "type: Page",
            "title: Links",
            "[[Plain title]] and [this](../Pages/Plain%20title.md) and [that](../Pages/What-%20%28a-b%29.md) and #topic",
        ];
        for line in lines {
            assert!(links.lines().any(|found| found == line), "{line}\n{links}");
        }
        assert!(links.contains("![Cat](../media/My%20cat.png)"), "{links}");
        assert!(
            found.contains_key("Pages/What- (a-b).md") && found.contains_key("Tags/topic.md"),
            "{:?}",
            found.keys()
        );
        assert!(text("Images/Cat.md").contains("file: \"[[media/My cat.png]]\""));
        assert_eq!(found["media/My cat.png"], b"meow");
    });
}

#[test]
fn titles_that_clash_get_numbers_and_are_not_linked_by_name() {
    run(async {
        let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
        let space = world.space("Mine").await;
        let one = page(&world, space, "# Same").await;
        page(&world, space, "# SAME").await;
        page(&world, space, &format!("# Links\n\n[Same](capacities://{space}/{one})")).await;
        let to = folder.path().join("out");
        export(&world.engine, space, &to).await.unwrap();
        let found = tree(&to);
        let pages: Vec<_> = found.keys().filter(|path| path.starts_with("Pages/")).collect();
        assert_eq!(pages, ["Pages/Links.md", "Pages/SAME (2).md", "Pages/Same.md"]);
        let links = String::from_utf8(found["Pages/Links.md"].clone()).unwrap();
        assert!(links.contains("[Same](../Pages/Same.md)"), "{links}");
    });
}
