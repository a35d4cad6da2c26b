//! Files: the links that objects show, and the bytes that these lead to.

mod guises;
mod hours;
mod links;
mod places;
mod ranges;
mod shown;
mod whole;

use std::collections::BTreeMap;

use bytes::Bytes;
use futures_util::stream;
use http::Method;
use palimpsest_model::{
    BuiltIn, File, Object, ObjectId, PropertyId, Sections, SpaceId, State, StructureId, Value as Held, parse_uuid,
};
use palimpsest_store::{Actor, ChangeKind, Intent, Tx};

use crate::app::{Ask, Lab, PUBLIC, Reply};
use crate::wire::chosen;

/// A server with one image, or what else the test says.
pub(crate) struct Media {
    pub(crate) lab: Lab,
    pub(crate) id: String,
}

impl Media {
    pub(crate) async fn new(bytes: &[u8], name: &str, file_type: &str) -> Self {
        Self::in_lab(Lab::new().await, bytes, name, file_type).await
    }

    pub(crate) async fn in_lab(lab: Lab, bytes: &[u8], name: &str, file_type: &str) -> Self {
        let id = planted(&lab, bytes, name, file_type).await;
        Self { lab, id }
    }

    /// The URL that the object shows now, as this server is asked for it.
    pub(crate) async fn link(&self) -> String {
        let object = self.lab.object(&self.id).await;
        local(object["files"][0]["url"].as_str().unwrap())
    }

    pub(crate) async fn get(&self, link: &str) -> Reply {
        self.lab.app.send(Ask::new(Method::GET, link)).await
    }

    /// Follows the link with a header.
    pub(crate) async fn get_with(&self, name: &'static str, value: &str) -> Reply {
        let ask = Ask::new(Method::GET, &self.link().await).header(name, value);
        self.lab.app.send(ask).await
    }
}

/// A URL without the place where the server is for others.
fn local(url: &str) -> String {
    url.strip_prefix(PUBLIC).unwrap_or_else(|| panic!("{url}")).to_owned()
}

/// Puts an image with a file into the store; answers its id.
async fn planted(lab: &Lab, bytes: &[u8], name: &str, file_type: &str) -> String {
    let sent = Box::pin(stream::iter([Ok(Bytes::copy_from_slice(bytes))]));
    let engine = &lab.app.engine;
    let kept = engine.files().unwrap().put(sent, u64::MAX, engine.now()).await.unwrap();
    let (name, file_type) = (name.to_owned(), file_type.to_owned());
    let file = File { hash: kept.hash, size: kept.size, name, file_type };
    let id = chosen(1);
    let object = Object {
        id: ObjectId(parse_uuid(&id).unwrap()),
        structure: StructureId::BuiltIn(BuiltIn::MediaImage),
        collections: Vec::new(),
        properties: BTreeMap::from([(PropertyId::from("title"), Held::Title(Some("Gel".to_owned())))]),
        blocks: Sections::default(),
        files: vec![file],
    };
    let space = SpaceId(parse_uuid(&lab.space).unwrap());
    let intent = Intent { space, actor: Actor::operator(), at: engine.now(), begins: None };
    let put = move |tx: &mut Tx<'_>| tx.put(object.clone(), State::Live, ChangeKind::Created);
    engine.store().commit(intent, put).await.unwrap().value.unwrap();
    id
}
