//! The stored form of objects, in lines: a checksum of the rest as eight hexadecimal digits; a head in JSON; and for each body section
//! its blocks, in the very bytes that they are shown as (spec/03 §4). What is not shown of them is in the head.
//!
//! So whoever shows an object, or stores it with another property, copies its text, and whoever reads it need not look at it. An
//! object of before is one line, JSON of all of it.

mod blocks;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::block::{Alignment, Block, walk_blocks};
use crate::checksum::checksum;
use crate::file::File;
use crate::id::{BlockId, CollectionId, ObjectId, PropertyId, StructureId};
use crate::object::Object;
use crate::render::write_blocks;
use crate::sections::Sections;
use crate::value::Value;

/// Bytes that are not the stored form of an object, or no more.
#[derive(Debug, thiserror::Error)]
pub enum StoredError {
    /// They are not what was written.
    #[error("the checksum of the object is not that of its bytes")]
    Checksum,
    /// There are more lines than the head tells of, or fewer.
    #[error("the object has not the lines that its head tells of")]
    Lines,
    /// They are no JSON, or that of something else.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

/// How many bytes the checksum takes, with the end of its line.
const CHECKSUM: usize = 9;

#[derive(Serialize)]
struct Head<'o> {
    id: &'o ObjectId,
    structure: &'o StructureId,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    collections: &'o [CollectionId],
    properties: &'o BTreeMap<PropertyId, Value>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    files: &'o [File],
    sections: Vec<&'o PropertyId>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    aligned: &'o Aligned,
}

#[derive(Deserialize)]
struct ReadHead {
    id: ObjectId,
    structure: StructureId,
    #[serde(default)]
    collections: Vec<CollectionId>,
    properties: BTreeMap<PropertyId, Value>,
    #[serde(default)]
    files: Vec<File>,
    sections: Vec<PropertyId>,
    #[serde(default)]
    aligned: Aligned,
}

/// The blocks that are aligned, which is not shown.
type Aligned = BTreeMap<BlockId, Alignment>;

/// A text as it is stored.
pub(crate) struct Lines {
    /// The object that they are lines of.
    body: Arc<[u8]>,
    /// Where the blocks of each section stand in it, by section.
    sections: Vec<(PropertyId, Range<usize>)>,
    aligned: Aligned,
}

impl Lines {
    fn sections(&self) -> impl Iterator<Item = (&PropertyId, &[u8])> {
        self.sections.iter().map(|(section, range)| (section, self.body.get(range.clone()).unwrap_or_default()))
    }

    /// About how many bytes they take.
    pub(crate) fn len(&self) -> usize {
        self.body.len()
    }

    /// All of them, each with its end.
    fn all(&self) -> &[u8] {
        let begin = self.sections.first().map_or(self.body.len(), |(_, range)| range.start);
        self.body.get(begin..).unwrap_or_default()
    }

    /// The blocks of a section, as they are shown.
    pub(crate) fn section(&self, id: &PropertyId) -> Option<&[u8]> {
        self.sections().find(|(section, _)| *section == id).map(|(_, line)| line)
    }

    /// The blocks of all sections.
    pub(crate) fn read(&self) -> Result<BTreeMap<PropertyId, Vec<Block>>, serde_json::Error> {
        self.sections().map(|(section, line)| Ok((section.clone(), blocks::read(line, &self.aligned)?))).collect()
    }
}

impl PartialEq for Lines {
    fn eq(&self, other: &Self) -> bool {
        self.aligned == other.aligned && self.sections().eq(other.sections())
    }
}

impl Object {
    /// Its stored form.
    #[must_use]
    pub fn to_stored(&self) -> Arc<[u8]> {
        let known = self.blocks.lines();
        let aligned = known.map_or_else(|| aligned(&self.blocks), |lines| lines.aligned.clone());
        let room = known.map_or_else(|| 512 * self.block_count(), Lines::len);
        let mut body = Vec::with_capacity(1024 + room);
        body.extend_from_slice(b"00000000\n");
        let Self { id, structure, collections, properties, files, .. } = self;
        let sections = match known {
            Some(lines) => lines.sections.iter().map(|(section, _)| section).collect(),
            None => self.blocks.keys().collect(),
        };
        let head = Head { id, structure, collections, properties, files, sections, aligned: &aligned };
        // Writing to memory cannot fail: no map has keys that are not texts.
        let _ = serde_json::to_writer(&mut body, &head);
        body.push(b'\n');
        let mut sections = Vec::new();
        match known {
            Some(lines) => body.extend_from_slice(lines.all()),
            None => self.blocks.iter().for_each(|(section, blocks)| {
                let begin = body.len();
                write_blocks(blocks, &mut body);
                sections.push((section.clone(), begin..body.len()));
                body.push(b'\n');
            }),
        }
        let sum = checksum(&body[CHECKSUM..]);
        body[..CHECKSUM - 1].copy_from_slice(format!("{sum:08x}").as_bytes());
        let body: Arc<[u8]> = body.into();
        if known.is_none() {
            // Nobody is asked later whether it could be read.
            debug_assert!(Self::from_stored(&body).is_ok_and(|read| *read.blocks == *self.blocks), "{self:?}");
            self.blocks.keep(Lines { body: Arc::clone(&body), sections, aligned });
        }
        body
    }

    /// Reads the stored form; the text of it when somebody looks at its blocks.
    pub fn from_stored(body: &Arc<[u8]>) -> Result<Self, StoredError> {
        if body.starts_with(b"{") {
            return Ok(serde_json::from_slice(body)?);
        }
        let (sum, rest) = body.split_at_checked(CHECKSUM).ok_or(StoredError::Checksum)?;
        if sum != format!("{:08x}\n", checksum(rest)).as_bytes() {
            return Err(StoredError::Checksum);
        }
        let mut ends = memchr::memchr_iter(b'\n', rest).map(|end| CHECKSUM + end);
        let first = ends.next().ok_or(StoredError::Lines)?;
        let head: ReadHead = serde_json::from_slice(&body[CHECKSUM..first])?;
        let mut begin = first + 1;
        let mut sections = Vec::with_capacity(head.sections.len());
        for section in head.sections {
            let end = ends.next().ok_or(StoredError::Lines)?;
            sections.push((section, begin..end));
            begin = end + 1;
        }
        if begin != body.len() {
            return Err(StoredError::Lines);
        }
        let ReadHead { id, structure, collections, properties, files, aligned, .. } = head;
        let blocks = Sections::stored(Lines { body: Arc::clone(body), sections, aligned });
        Ok(Self { id, structure, collections, properties, blocks, files })
    }

    /// Whether all of it can be read, its text too.
    pub fn check_stored(&self) -> Result<(), StoredError> {
        if let Some(lines) = self.blocks.lines() {
            lines.read()?;
        }
        Ok(())
    }
}

fn aligned(sections: &Sections) -> Aligned {
    let mut aligned = Aligned::new();
    for list in sections.values() {
        walk_blocks(list, &mut |block| {
            aligned.extend(block.content.alignment().map(|alignment| (block.id, alignment)))
        });
    }
    aligned
}
