//! Typing errors: how far two words are apart, and what a few errors leave intact.

/// Whether one word becomes the other by at most `most` edits: a letter left out, added or mistaken, or two neighbours
/// swapped; no letter is edited twice.
pub(super) fn within(one: &[char], other: &[char], most: usize) -> bool {
    if one.len().abs_diff(other.len()) > most {
        return false;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (i, letter) in one.iter().enumerate() {
        let mut row = Vec::with_capacity(other.len() + 1);
        row.push(i + 1);
        for (j, opposite) in other.iter().enumerate() {
            let mistaken = last[j] + usize::from(letter != opposite);
            let mut cost = mistaken.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && one[i - 1] == *opposite && other[j - 1] == *letter {
                cost = cost.min(before[j - 1] + 1);
            }
            row.push(cost);
        }
        // Whatever comes after grows out of these two rows.
        if row.iter().chain(&last).all(|cost| *cost > most) {
            return false;
        }
        before = std::mem::replace(&mut last, row);
    }
    last[other.len()] <= most
}

/// Something that a word has in common with what it is mistaken for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Piece {
    /// It begins with this: at least three letters.
    Start(String),
    /// It ends with this.
    End(String),
    /// It has these three letters in it.
    Inside(String),
}

/// What is left of a word by one or two edits: each word that is so near has at least one of these pieces.
///
/// One edit leaves one of two halves intact, and two edits one of three thirds, because an edit touches one part only; but for
/// a swap across the border of two parts. Then the letters are those of the word with just this swap, up to the other edit.
pub(super) fn pieces(word: &[char], edits: usize) -> Vec<Piece> {
    let text = |letters: &[char]| letters.iter().collect::<String>();
    let swapped = |at: usize| {
        let mut letters = word.to_vec();
        letters.swap(at - 1, at);
        letters
    };
    let count = word.len();
    if edits == 1 {
        let half = count.div_ceil(2);
        let (start, end) = word.split_at(half);
        return vec![Piece::Start(text(start)), Piece::End(text(end)), Piece::Start(text(&swapped(half)))];
    }
    let (first, second) = (count / 3, count - count / 3);
    vec![
        Piece::Start(text(&word[..first])),
        Piece::Inside(text(&word[first..first + 3])),
        Piece::End(text(&word[second..])),
        Piece::Start(text(&swapped(first)[..second - 1])),
        Piece::End(text(&swapped(second)[first..])),
    ]
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn letters() -> impl Strategy<Value = char> {
        prop::sample::select(vec!['a', 'b', 'c', 'ä'])
    }

    /// Edits a word, each letter once at most: from the front, at distances that are drawn.
    fn edited(word: &[char], edits: &[(usize, u8, char)]) -> Vec<char> {
        let mut left = word;
        let mut made = Vec::new();
        for (skip, kind, letter) in edits {
            let (kept, rest) = left.split_at((*skip).min(left.len()));
            made.extend(kept);
            left = match (kind, rest) {
                (0, rest) => {
                    made.push(*letter);
                    rest
                }
                (1, [_, rest @ ..]) => rest,
                (2, [_, rest @ ..]) => {
                    made.push(*letter);
                    rest
                }
                (_, [one, other, rest @ ..]) => {
                    made.extend([other, one]);
                    rest
                }
                (_, rest) => rest,
            };
        }
        made.extend(left);
        made
    }

    fn has(word: &[char], piece: &Piece) -> bool {
        let word: String = word.iter().collect();
        match piece {
            Piece::Start(text) => word.starts_with(text),
            Piece::End(text) => word.ends_with(text),
            Piece::Inside(text) => word.contains(text),
        }
    }

    #[test]
    fn an_edit_is_a_letter_more_less_or_other_or_a_swap() {
        let within = |one: &str, other: &str, most| {
            let [one, other] = [one, other].map(|word| word.chars().collect::<Vec<_>>());
            (within(&one, &other, most), within(&other, &one, most))
        };
        for near in ["bufer", "bufffer", "bugfer", "ubffer", "buffre", "uffer", "xuffer", "buffer"] {
            assert_eq!(within("buffer", near, 1), (true, true), "{near}");
        }
        for far in ["bufre", "xufferx", "bfufre", "buff", "", "buffersx"] {
            assert_eq!(within("buffer", far, 1), (false, false), "{far}");
        }
        assert_eq!(within("ab", "bca", 2), (false, false), "no letter is edited twice");
        assert_eq!(within("", "", 0), (true, true));
    }

    proptest! {
        #[test]
        fn nearness_is_that_of_the_definition(one in vec(letters(), 0..7), other in vec(letters(), 0..7), most in 0_usize..4) {
            let text = |letters: &[char]| letters.iter().collect::<String>();
            let distance = strsim::osa_distance(&text(&one), &text(&other));
            prop_assert_eq!(within(&one, &other, most), distance <= most);
        }

        #[test]
        fn some_piece_is_left_of_every_word_that_is_mistyped(
            word in vec(prop::char::range('a', 'z'), 5..14),
            edits in vec((0_usize..9, 0_u8..4, prop::char::range('a', 'z')), 2),
        ) {
            let most = if word.len() < 9 { 1 } else { 2 };
            let mistyped = edited(&word, &edits[..most]);
            prop_assert!(within(&word, &mistyped, most));
            let pieces = pieces(&word, most);
            prop_assert!(pieces.iter().any(|piece| has(&mistyped, piece)), "{:?} {:?}", mistyped, pieces);
            let long_enough = |piece: &Piece| !matches!(piece, Piece::Start(text) if text.chars().count() < 3);
            prop_assert!(pieces.iter().all(long_enough));
        }
    }
}
