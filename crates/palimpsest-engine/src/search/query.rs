//! What is asked for, and how well the names of an object answer it.

use palimpsest_store::name_words;

use super::edits::within;

/// How well the names of an object answer a query; the best comes first, and each includes those before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Class {
    /// A name has just the words of the query.
    Exact,
    /// A name begins with the query.
    Prefix,
    /// Every word of the query begins a word.
    WordPrefix,
    /// Every word of the query begins a word or, from three letters on, stands inside one.
    Inside,
    /// Every word of the query does so or is a word but for typing errors.
    Typo,
}

impl Class {
    pub(super) const ALL: [Self; 5] = [Self::Exact, Self::Prefix, Self::WordPrefix, Self::Inside, Self::Typo];
}

/// A query with words.
pub(crate) struct Query {
    /// As it was asked.
    pub(super) text: String,
    /// Its words in their order.
    sequence: Vec<String>,
    /// Its words once each, the longest first.
    pub(super) words: Vec<Word>,
}

/// A word of a query.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) letters: Vec<char>,
    /// How many typing errors are forgiven in it.
    pub(super) edits: usize,
}

/// From so many letters on a word is looked for inside others.
const INSIDE: usize = 3;

impl Query {
    /// Reads a query; nothing when there is no word in it.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let sequence = name_words(text);
        let mut words: Vec<_> = sequence.iter().map(|word| Word::new(word)).collect();
        words.sort_by(|one, other| (other.letters.len(), &one.text).cmp(&(one.letters.len(), &other.text)));
        words.dedup();
        (!words.is_empty()).then(|| Self { text: text.to_owned(), sequence, words })
    }

    /// How well an object of these names answers; nothing when it does not.
    pub(super) fn class(&self, names: &[String]) -> Option<Class> {
        let names: Vec<_> = names.iter().map(|name| name_words(name)).collect();
        if names.contains(&self.sequence) {
            return Some(Class::Exact);
        }
        if names.iter().any(|words| self.begins(words)) {
            return Some(Class::Prefix);
        }
        self.words.iter().try_fold(Class::WordPrefix, |worst, word| Some(worst.max(word.class(&names)?)))
    }

    /// Whether some word of a text answers some word of the query.
    pub(crate) fn touches(&self, text: &str) -> bool {
        let answers = |word: &String| {
            let inside = |asked: &Word| asked.goes_inside() && word.contains(&asked.text);
            self.words.iter().any(|asked| word.starts_with(&asked.text) || inside(asked) || asked.is_near(word))
        };
        name_words(text).iter().any(answers)
    }

    fn begins(&self, name: &[String]) -> bool {
        let Some((last, whole)) = self.sequence.split_last() else { return false };
        name.starts_with(whole) && name.get(whole.len()).is_some_and(|word| word.starts_with(last.as_str()))
    }
}

impl Word {
    fn new(text: &str) -> Self {
        let letters: Vec<char> = text.chars().collect();
        let edits = match letters.len() {
            _ if letters.iter().any(|letter| letter.is_numeric()) => 0,
            ..5 => 0,
            5..9 => 1,
            9.. => 2,
        };
        Self { text: text.to_owned(), letters, edits }
    }

    /// Whether it is looked for inside words.
    pub(super) fn goes_inside(&self) -> bool {
        self.letters.len() >= INSIDE
    }

    /// Whether it is this word but for typing errors.
    pub(super) fn is_near(&self, word: &str) -> bool {
        let count = word.chars().count();
        if self.edits == 0 || count.abs_diff(self.letters.len()) > self.edits {
            return false;
        }
        within(&self.letters, &word.chars().collect::<Vec<_>>(), self.edits)
    }

    /// How well the words of some names answer it.
    fn class(&self, names: &[Vec<String>]) -> Option<Class> {
        let words = || names.iter().flatten();
        if words().any(|word| word.starts_with(&self.text)) {
            Some(Class::WordPrefix)
        } else if self.goes_inside() && words().any(|word| word.contains(&self.text)) {
            Some(Class::Inside)
        } else if self.edits > 0 && words().any(|word| self.is_near(word)) {
            Some(Class::Typo)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(query: &str, names: &[&str]) -> Option<Class> {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        Query::read(query).unwrap().class(&names)
    }

    #[test]
    fn a_name_answers_by_the_best_of_its_classes() {
        let name = "Crème brûlée: an overview (2nd edition)";
        for (query, expected) in [
            ("creme BRULEE, an overview; 2nd edition", Some(Class::Exact)),
            ("c", Some(Class::Prefix)),
            ("creme brul", Some(Class::Prefix)),
            ("brulee creme", Some(Class::WordPrefix)),
            ("ed ov", Some(Class::WordPrefix)),
            ("creme creme", Some(Class::WordPrefix)),
            ("cremeb", Some(Class::Typo)),
            ("rul", Some(Class::Inside)),
            ("view c", Some(Class::Inside)),
            ("ul", None),
            ("ition", Some(Class::Inside)),
            ("brulwe", Some(Class::Typo)),
            ("rbulee c", Some(Class::Typo)),
            ("crme", None),
            ("overveiws", Some(Class::Typo)),
            ("oevrveiws", None),
            ("overviewss", Some(Class::Typo)),
            ("oevrviwe", None),
            ("creme nothing", None),
            ("3nd", None),
        ] {
            assert_eq!(class(query, &[name]), expected, "{query}");
        }
    }

    #[test]
    fn one_error_is_forgiven_from_five_letters_on_and_two_from_nine() {
        for (word, forgiven) in
            [("salt", 0), ("water", 1), ("buffered", 1), ("buffering", 2), ("buffer2", 0), ("٣٣٣٣٣", 0)]
        {
            assert_eq!(Word::new(word).edits, forgiven, "{word}");
        }
        assert_eq!(class("bufering", &["buffering"]), Some(Class::Typo), "by the letters of the query");
        assert_eq!(class("bufferign", &["bffering"]), Some(Class::Typo));
        assert_eq!(class("bferign", &["buffering"]), None);
    }

    #[test]
    fn each_word_may_be_in_another_name_but_the_start_of_a_name_is_in_one() {
        let names = ["Salt", "Sodium chloride"];
        assert_eq!(class("sodium chloride", &names), Some(Class::Exact));
        assert_eq!(class("chlor salt", &names), Some(Class::WordPrefix));
        assert_eq!(class("salt sodium", &names), Some(Class::WordPrefix));
    }

    #[test]
    fn what_lies_beyond_the_indexed_letters_is_not_there() {
        let long = "x".repeat(80);
        assert_eq!(class(&long, &[&format!("{}y", &long[..64])]), Some(Class::Exact), "words are cut at 64 letters");
        assert_eq!(class(&long[..63], &[&long]), Some(Class::Prefix));
        let far = format!("{}needle", "hay ".repeat(250));
        assert_eq!(class("needle", &[&far]), None);
        assert_eq!(class("hay", &[&far]), Some(Class::Prefix));
    }

    #[test]
    fn a_query_of_signs_alone_finds_such_names() {
        assert_eq!(class("🎉", &["🎉 ✨"]), Some(Class::Prefix));
        assert_eq!(class("✨", &["🎉 ✨"]), Some(Class::WordPrefix));
        assert!(Query::read("\u{301}").is_none(), "an accent on nothing is no word");
    }
}
