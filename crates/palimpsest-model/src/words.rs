//! Titles as a search sees them: without case and accents, word by word.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A text without case and accents. Letters that only look composed fall apart (`ß` to `ss`, `ø` to `o`); marks that are
/// letters of their own in their script, such as vowel signs, stay.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let plain = text.nfkd().filter(|letter| !is_accent(*letter)).flat_map(char::to_lowercase);
    let mut folded = String::with_capacity(text.len());
    for letter in plain {
        match letter {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'þ' => folded.push_str("th"),
            'ø' => folded.push('o'),
            'đ' | 'ð' => folded.push('d'),
            'ħ' => folded.push('h'),
            'ı' => folded.push('i'),
            'ł' => folded.push('l'),
            'ŧ' => folded.push('t'),
            'ς' => folded.push('σ'),
            // A lower-case letter may come with a mark of its own, as that of `İ` does.
            letter if is_accent(letter) => {}
            letter => folded.push(letter),
        }
    }
    folded.nfc().collect()
}

/// The words of a text, folded: runs of letters, digits and marks. A text without any, such as an emoji, is split at spaces.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    let is_part = |letter: char| letter.is_alphanumeric() || is_combining_mark(letter);
    if folded.contains(char::is_alphanumeric) {
        let runs = folded.split(|letter| !is_part(letter)).filter(|run| run.contains(char::is_alphanumeric));
        runs.map(str::to_owned).collect()
    } else {
        folded.split_whitespace().map(str::to_owned).collect()
    }
}

/// The blocks of marks that change how a letter sounds, not which one it is.
fn is_accent(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}'
        | '\u{fe20}'..='\u{fe2f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_accents_are_gone() {
        for (text, folded) in [
            ("Crème BRÛLÉE", "creme brulee"),
            ("Straße", "strasse"),
            ("STRASSE", "strasse"),
            ("Łódź", "lodz"),
            ("İstanbul", "istanbul"),
            ("Ærøskøbing", "aeroskobing"),
            ("ΟΔΥΣΣΕΥΣ", "οδυσσευσ"),
            ("ﬁne", "fine"),
            ("Ⅳ", "iv"),
            ("ガギグ", "ガギグ"),
            ("한국어", "한국어"),
            ("हिन्दी", "हिन्दी"),
        ] {
            assert_eq!(fold(text), folded, "{text}");
            assert_eq!(fold(&fold(text)), folded, "folding twice changes nothing: {text}");
        }
    }

    #[test]
    fn words_are_runs_of_letters_and_digits() {
        for (text, expected) in [
            ("Buffers: an overview (2nd)", vec!["buffers", "an", "overview", "2nd"]),
            ("2026-11-22T00:00:00.000Z", vec!["2026", "11", "22t00", "00", "00", "000z"]),
            ("  C++ ", vec!["c"]),
            ("हिन्दी भाषा", vec!["हिन्दी", "भाषा"]),
            ("🎉 ✨", vec!["🎉", "✨"]),
            ("???", vec!["???"]),
            (" \n", vec![]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn folding_twice_is_folding_once(text: String) {
            proptest::prop_assert_eq!(fold(&fold(&text)), fold(&text));
        }
    }
}
