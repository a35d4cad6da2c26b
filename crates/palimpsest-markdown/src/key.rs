//! The keys of front matter: which property one means, and which one a property is written under.

use palimpsest_model::{PropertyDefinition, PropertyKind, Structure};

/// The key that names the type of an object; read as nothing, because the request says what the object is.
pub(crate) const TYPE: &str = "type";
/// The key that every object's title answers to.
pub(crate) const TITLE: &str = "title";
/// What the title answers to as well: the camel case of its name in the app.
const TITLE_NAME: &str = "entityTitleName";

/// The property that a key means: its id, the camel case of its name, or its name in either case.
#[must_use]
pub fn resolve_key<'s>(key: &str, structure: &'s Structure) -> Option<&'s PropertyDefinition> {
    if key == TYPE {
        return None;
    }
    let definitions = || structure.properties.iter().filter(|definition| definition.kind != PropertyKind::Blocks);
    let is_title = |definition: &&PropertyDefinition| definition.kind == PropertyKind::Title;
    let name = key.trim().to_lowercase();
    definitions()
        .find(|definition| definition.id.0 == key)
        .or_else(|| definitions().find(is_title).filter(|_| key.eq_ignore_ascii_case(TITLE) || key == TITLE_NAME))
        .or_else(|| definitions().find(|definition| camel_case(&definition.name) == key))
        .or_else(|| definitions().find(|definition| definition.name.trim().to_lowercase() == name))
        .filter(|_| !name.is_empty())
}

/// The key that a property is written under: the camel case of its name where that means this property, else its id.
pub(crate) fn key_of(definition: &PropertyDefinition, structure: &Structure) -> String {
    if definition.kind == PropertyKind::Title {
        return TITLE.to_owned();
    }
    let key = camel_case(&definition.name);
    let means_it = resolve_key(&key, structure).is_some_and(|other| other.id == definition.id);
    if means_it { key } else { definition.id.0.clone() }
}

/// `Salary range` → `salaryRange`, `Iframe URL` → `iframeUrl`.
fn camel_case(name: &str) -> String {
    let mut key = String::new();
    let mut word_start = true;
    let mut before = ' ';
    for letter in name.chars() {
        if !letter.is_alphanumeric() {
            word_start = true;
        } else {
            let starts = word_start || (before.is_lowercase() && letter.is_uppercase());
            if starts && !key.is_empty() {
                key.extend(letter.to_uppercase());
            } else {
                key.extend(letter.to_lowercase());
            }
            word_start = false;
        }
        before = letter;
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_camel_case() {
        let check = |name: &str, key: &str| assert_eq!(camel_case(name), key);
        check("Salary range", "salaryRange");
        check("Iframe URL", "iframeUrl");
        check("Works for", "worksFor");
        check("createdAt", "createdAt");
        check("  a-b_c (d) ", "aBCD");
        check("Größe 2", "größe2");
        check("重点", "重点");
        check("!", "");
        check("", "");
    }
}
