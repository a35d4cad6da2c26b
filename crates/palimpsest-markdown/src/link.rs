//! The targets of links as text: deep links `capacities://<space>/<object>` and `capacities://<space>/date/<day>`, and what
//! stands between the brackets of `[[…]]`.

use palimpsest_model::{DatePayload, LinkTarget, ObjectId, Resolution, SpaceId, StructureId, Timestamp, parse_uuid};

use crate::names::Names;

const SCHEME: &str = "capacities://";

/// What a URL points to: the object or date that a deep link into this space names, else the URL itself.
pub(crate) fn read_url(url: &str, names: &dyn Names) -> LinkTarget {
    match read_deep_link(url, names.space()) {
        Some(LinkTarget::Entity(id)) if !names.exists(id) => LinkTarget::Url(url.to_owned()),
        Some(target) => target,
        None => names.linked(url).map_or_else(|| LinkTarget::Url(url.to_owned()), LinkTarget::Entity),
    }
}

fn read_deep_link(url: &str, space: SpaceId) -> Option<LinkTarget> {
    let (host, path) = url.strip_prefix(SCHEME)?.split_once('/')?;
    if parse_uuid(host) != Some(space.0) {
        return None;
    }
    match path.strip_prefix("date/") {
        Some(date) => read_date(date).map(LinkTarget::Date),
        None => parse_uuid(path).map(|id| LinkTarget::Entity(ObjectId(id))),
    }
}

/// The deep link of an object.
pub(crate) fn object_url(space: SpaceId, object: ObjectId) -> String {
    format!("{SCHEME}{space}/{object}")
}

/// The deep link of a date; nothing for one that was cleared.
pub(crate) fn date_url(space: SpaceId, date: DatePayload) -> Option<String> {
    Some(format!("{SCHEME}{space}/date/{}", write_date(date)?))
}

/// A date as `2026-11-22` or `2026-11-22T14:05:00.000Z`, a range with `/` between; nothing for one that was cleared.
pub(crate) fn write_date(date: DatePayload) -> Option<String> {
    let write = |time: Timestamp| match date.resolution {
        Resolution::Day => time.to_string().chars().take(DAY_LENGTH).collect(),
        Resolution::Time => time.to_string(),
    };
    let start = write(date.start?);
    Some(match date.end {
        Some(end) => format!("{start}/{}", write(end)),
        None => start,
    })
}

/// How many letters `2026-11-22` has.
const DAY_LENGTH: usize = 10;

/// Reads what [`write_date`] writes, and any ISO day or date-time.
pub(crate) fn read_date(text: &str) -> Option<DatePayload> {
    let (start, end) = match text.split_once('/') {
        Some((start, end)) => (start, Some(end)),
        None => (text, None),
    };
    let resolution = if start.len() == DAY_LENGTH { Resolution::Day } else { Resolution::Time };
    let read = |text: &str| {
        let time = Timestamp::parse(text.trim())?;
        Some(if resolution == Resolution::Day { time.day() } else { time })
    };
    let end = match end {
        Some(end) => Some(read(end)?),
        None => None,
    };
    Some(DatePayload { resolution, start: Some(read(start)?), end })
}

/// What `[[name]]` means.
pub(crate) enum Named {
    /// An object.
    Object(ObjectId),
    /// A date, from `[[date/2026-11-22]]`.
    Date(DatePayload),
}

/// Resolves what stands between the brackets of `[[name]]`: a title, `Type/Title`, `Collection/Title` or `date/2026-11-22`.
pub(crate) fn resolve(name: &str, among: &[StructureId], names: &dyn Names) -> Option<Named> {
    let name = name.trim();
    if name.is_empty() {
        return None;
    }
    if let Some(id) = names.object(name, among) {
        return Some(Named::Object(id));
    }
    let (group, title) = name.split_once('/')?;
    if group == "date" {
        return read_date(title).map(Named::Date);
    }
    names.object_in(group, title).map(Named::Object)
}

/// The title of the object when `[[title]]` is read as a link to it.
pub(crate) fn wiki_title(id: ObjectId, names: &dyn Names) -> Option<String> {
    names.title(id).filter(|title| is_wiki_title(title) && names.is_unique(title))
}

/// A longer title is not read between `[[` and `]]`.
const MAX_WIKI_TITLE: usize = 900;

/// Whether `[[title]]` is read back letter by letter.
fn is_wiki_title(title: &str) -> bool {
    let entity_like = title.contains('&') && title.contains(';');
    !title.is_empty()
        && title.len() <= MAX_WIKI_TITLE
        && title.trim() == title
        && !entity_like
        && !title.chars().any(|letter| matches!(letter, '[' | ']' | '|' | '\\') || letter.is_control())
}
