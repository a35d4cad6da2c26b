//! POST /object/url.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use palimpsest_model::{BlockDraft, BuiltIn, ObjectId, Path, PropertyId, StructureId, Value};
use palimpsest_store::{Found, Tx};
use url::Url;

use super::CreateObject;
use super::create::Unsent;
use crate::error::{Code, Error};
use crate::markdown::{read_blocks, read_with_names};
use crate::media::shown_as;
use crate::operation::Ignored;
use crate::world::{Fresh, WebPage};

/// Makes a weblink, or a media object where the URL leads to an image, a PDF, audio or video.
#[derive(Clone, Debug)]
pub struct CreateFromUrl {
    /// The id the client chose, if it did.
    pub id: Option<ObjectId>,
    /// The URL, as it was sent.
    pub url: String,
    /// A title and a description, where they are not to be those of the page.
    pub properties: Vec<(PropertyId, Value)>,
    /// Its tags by their names, exactly; those that are not there are made with it.
    pub tags: Vec<String>,
    /// Its notes.
    pub notes: Notes,
    /// What was found there, once somebody looked.
    pub page: Option<WebPage>,
}

/// The notes of a new weblink.
#[derive(Clone, Debug)]
pub enum Notes {
    /// Blocks by section.
    Blocks(BTreeMap<PropertyId, Vec<BlockDraft>>),
    /// Markdown for the main section.
    Markdown(String),
}

const TAG: StructureId = StructureId::BuiltIn(BuiltIn::RootTag);

impl CreateFromUrl {
    pub(crate) fn apply(&self, tx: &mut Tx<'_>, fresh: &mut Fresh, ignored: &mut Ignored) -> Result<Found, Error> {
        let schema = Arc::clone(tx.schema());
        let structure = schema.structure(StructureId::BuiltIn(self.structure())).map(|structure| &structure.value);
        let Some(structure) = structure else {
            return Err(Error::new(Code::InvalidInput, "This space has no type for what the URL leads to"));
        };
        let id = self.id.unwrap_or_else(|| fresh.object());
        let mut properties = self.properties.clone();
        if !self.tags.is_empty() {
            properties.push(("tags".into(), Value::Entity(self.tagged(tx, fresh)?)));
        }
        let (blocks, within) = match &self.notes {
            Notes::Blocks(blocks) => (blocks.clone(), None),
            Notes::Markdown(text) => {
                let (at, known) = (Path::keys(&["markdown"]), BTreeSet::from([id]));
                let drafts = read_with_names(tx, fresh, &at, known, |names| read_blocks(text, names))??;
                let section = structure.sections().next().cloned().filter(|_| !drafts.is_empty());
                (section.map(|section| (section, drafts)).into_iter().collect(), Some(at))
            }
        };
        let file = self.page.as_ref().and_then(|page| page.file.as_ref());
        let mut unsent = file.map(|file| Unsent::of_file(structure, file)).unwrap_or_default();
        unsent.values.extend(self.found().into_iter().filter(|(id, _)| structure.property(id).is_some()));
        let create =
            CreateObject { id: Some(id), structure: structure.id, collections: Vec::new(), properties, blocks };
        create.build(structure, unsent, tx, fresh, ignored, within.as_ref())
    }

    /// The tags of its names, exactly.
    fn tagged(&self, tx: &mut Tx<'_>, fresh: &mut Fresh) -> Result<Vec<ObjectId>, Error> {
        let mut tags = Vec::new();
        for name in &self.tags {
            let is_it = |found: &Found| found.object.structure == TAG && found.object.title() == name;
            let id = match tx.find_called(name, is_it)? {
                Some(found) => found.object.id,
                None => self.make_tag(name, tx, fresh)?,
            };
            if !tags.contains(&id) {
                tags.push(id);
            }
        }
        Ok(tags)
    }

    fn make_tag(&self, name: &str, tx: &mut Tx<'_>, fresh: &mut Fresh) -> Result<ObjectId, Error> {
        let id = fresh.object();
        let tag = CreateObject {
            id: Some(id),
            structure: TAG,
            collections: Vec::new(),
            properties: vec![("title".into(), Value::Title(Some(name.to_owned())))],
            blocks: [].into(),
        };
        tag.apply(tx, fresh, &mut Ignored::default())?;
        Ok(id)
    }

    /// What the URL leads to.
    fn structure(&self) -> BuiltIn {
        let kind = self.page.as_ref().map_or("", |page| page.content_type.as_str());
        shown_as(kind).unwrap_or(BuiltIn::MediaWebResource)
    }

    /// What is known of it, for what the client does not say.
    fn found(&self) -> BTreeMap<PropertyId, Value> {
        let page = self.page.as_ref();
        let url = Url::parse(&self.url).ok();
        let title = page.and_then(|page| page.title.clone()).or_else(|| self.file_name(url.as_ref()));
        let description = page.and_then(|page| page.description.clone());
        let host = page.map(|page| page.host.clone()).or_else(|| url.as_ref()?.host_str().map(str::to_owned));
        let texts = [("description", description), ("media_host", host.filter(|host| !host.is_empty()))];
        let mut found: BTreeMap<PropertyId, Value> =
            texts.into_iter().filter_map(|(id, text)| Some((id.into(), Value::Text(Some(text?))))).collect();
        found.insert("title".into(), Value::Title(Some(title.unwrap_or_else(|| self.url.clone()))));
        found.insert("media_URLReference".into(), Value::Url(Some(self.url.clone())));
        found
    }

    /// How a file is called in its URL.
    fn file_name(&self, url: Option<&Url>) -> Option<String> {
        if self.structure() == BuiltIn::MediaWebResource {
            return None;
        }
        name_in(url?)
    }
}

/// The longest name of a file, in characters.
const LONGEST_NAME: usize = 512;

/// How a file is called in its URL.
pub(crate) fn name_in(url: &Url) -> Option<String> {
    let name = url.path_segments()?.next_back().filter(|name| !name.is_empty())?;
    Some(percent_encoding::percent_decode_str(name).decode_utf8_lossy().chars().take(LONGEST_NAME).collect())
}
