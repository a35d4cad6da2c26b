//! Titles as the names of files, on every system.

use std::collections::{HashMap, HashSet};

use unicode_normalization::UnicodeNormalization;

/// What nothing is called.
const UNTITLED: &str = "Untitled";
/// A name has at most so many bytes, so that there is room for an ending and a number within the 255 of most systems.
const LONGEST: usize = 180;
/// What Windows keeps for itself, also with an ending.
const RESERVED: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "lpt1", "lpt2",
    "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// A title without what a system or a link between files cannot have.
pub(crate) fn safe(title: &str) -> String {
    let allowed = |letter: char| {
        let forbidden = "/\\:*?\"<>|#^[]%".contains(letter) || letter.is_control();
        let invisible =
            matches!(letter, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}');
        if forbidden || invisible { '-' } else { letter }
    };
    let composed: String = title.nfc().map(allowed).collect();
    let words: Vec<_> = composed.split_whitespace().collect();
    let joined = words.join(" ");
    let mut end = joined.len().min(LONGEST);
    while !joined.is_char_boundary(end) {
        end -= 1;
    }
    // A name that begins with a point is hidden; one that ends with it is cut by Windows.
    let name = joined[..end].trim_start_matches(['.', ' ']).trim_end_matches(['.', ' ']);
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    match name {
        "" => UNTITLED.to_owned(),
        name if RESERVED.contains(&stem.as_str()) => format!("_{name}"),
        name => name.to_owned(),
    }
}

/// The name of a file with a safe ending, if it has one; cut so that the ending stays.
pub(crate) fn safe_file(name: &str) -> (String, String) {
    match name.rsplit_once('.') {
        Some((stem, ending)) if is_ending(ending) => (safe(stem), format!(".{}", ending.to_ascii_lowercase())),
        _ => (safe(name), String::new()),
    }
}

fn is_ending(text: &str) -> bool {
    (1..=10).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// What two names have alike that some system takes for one.
pub(crate) fn likeness(name: &str) -> String {
    let upper: String = name.nfkc().flat_map(char::to_uppercase).collect();
    upper.to_lowercase().nfkc().collect()
}

/// The names of one folder that are given.
#[derive(Default)]
pub(crate) struct Taken {
    names: HashSet<String>,
    next: HashMap<String, u32>,
}

impl Taken {
    /// Takes a name, or the next free one of that name with a number.
    pub(crate) fn take(&mut self, stem: &str, ending: &str) -> String {
        let name = format!("{stem}{ending}");
        if self.names.insert(likeness(&name)) {
            return name;
        }
        let next = self.next.entry(likeness(&name)).or_insert(2);
        loop {
            let name = format!("{stem} ({next}){ending}");
            *next += 1;
            if self.names.insert(likeness(&name)) {
                return name;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn titles_become_names() {
        let check = |title: &str, name: &str| assert_eq!(safe(title), name, "{title:?}");
        check("A page", "A page");
        check(" a/b: \"c\"? ", "a-b- -c--");
        check("..", "Untitled");
        check("...hidden.", "hidden");
        check("", "Untitled");
        check("con", "_con");
        check("Aux.notes", "_Aux.notes");
        check("con .x", "_con .x");
        check("console", "console");
        check("one\n\ttwo", "one--two");
        check("Gro\u{308}ße", "Gr\u{f6}ße");
    }

    #[test]
    fn names_that_some_system_takes_for_one_get_numbers() {
        let mut taken = Taken::default();
        let names: Vec<_> = ["A", "a", "A (2)", "Ä", "A\u{308}", "straße", "STRASSE"]
            .iter()
            .map(|name| taken.take(name, ".md"))
            .collect();
        assert_eq!(
            names,
            ["A.md", "a (2).md", "A (2) (2).md", "Ä.md", "A\u{308} (2).md", "straße.md", "STRASSE (2).md"]
        );
    }

    #[test]
    fn endings_stay() {
        assert_eq!(safe_file("Cat.JPG"), ("Cat".to_owned(), ".jpg".to_owned()));
        assert_eq!(safe_file(&format!("{}.png", "x".repeat(300))).1, ".png");
        assert_eq!(safe_file("no ending").1, "");
        assert_eq!(safe_file("a.b/c"), ("a.b-c".to_owned(), String::new()));
    }

    proptest! {
        #[test]
        fn every_name_is_one(title in any::<String>()) {
            let name = safe(&title);
            prop_assert!(!name.is_empty() && name.len() <= LONGEST + 1);
            prop_assert!(!name.contains(['/', '\\', ':', '\0', '\n']));
            prop_assert!(!name.starts_with('.') && !name.ends_with(['.', ' ']));
            let path = std::path::Path::new(&name);
            prop_assert_eq!(path.components().count(), 1);
            prop_assert!(matches!(path.components().next(), Some(std::path::Component::Normal(_))));
        }
    }
}
