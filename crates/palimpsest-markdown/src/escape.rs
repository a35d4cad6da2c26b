//! Writing letters so that they are read as letters: what Markdown would take for a mark gets a backslash, as few as are
//! surely enough.

use crate::names;

/// Where a text stands, as far as its letters may be marks there.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Surroundings {
    /// In a heading, whose end may be marked too.
    pub(crate) heading: bool,
    /// Where a text has one line.
    pub(crate) one_line: bool,
    /// Between the brackets of a link, where nothing becomes a link or tag.
    pub(crate) link: bool,
    /// Right after an opening mark, where a blank would undo it.
    pub(crate) after_mark: bool,
    /// Right before a closing mark, likewise.
    pub(crate) before_mark: bool,
    /// Marks that stand alone in their block mean themselves: whether `$` does.
    pub(crate) lone_dollar: bool,
    /// Whether `~` does.
    pub(crate) lone_tilde: bool,
    /// Whether `*` does.
    pub(crate) lone_star: bool,
    /// Whether `_` does.
    pub(crate) lone_underscore: bool,
}

/// Writes a text. `line_start` says whether it begins a line of its block.
pub(crate) fn write_text(text: &str, line_start: bool, around: Surroundings, out: &mut String) {
    let letters: Vec<char> = text.chars().collect();
    let closing_hashes = letters.iter().rev().take_while(|letter| **letter == '#').count();
    let closing_from = if around.heading { letters.len() - closing_hashes } else { letters.len() };
    let mut line = if line_start { Some(0) } else { None };
    for (at, &letter) in letters.iter().enumerate() {
        let place = Letter { letters: &letters, at, line_start: line, closing_from, around };
        if letter == '\n' && !place.is_beside_mark() {
            out.push_str(if around.one_line { "&#10;" } else { "\\\n" });
            line = (!around.one_line).then_some(at + 1);
            continue;
        }
        match place.writing() {
            Writing::Plain => out.push(letter),
            Writing::Escaped => out.extend(['\\', letter]),
            Writing::Reference => out.push_str(&format!("&#{};", u32::from(letter))),
        }
    }
}

/// Whether emphasis may begin or end right beside this letter whatever stands on the other side: it is surely neither
/// blank nor punctuation to any parser.
pub(crate) fn is_word(letter: char) -> bool {
    // Circled and squared letters are alphabetic and yet symbols.
    let symbol = matches!(letter, '\u{24B6}'..='\u{24E9}' | '\u{1F130}'..='\u{1F189}');
    letter.is_alphanumeric() && !symbol
}

enum Writing {
    Plain,
    /// With a backslash.
    Escaped,
    /// As a numeric character reference, where a backslash does not help.
    Reference,
}

/// A letter and what stands around it in its text.
struct Letter<'t> {
    letters: &'t [char],
    at: usize,
    /// Where the line begins, when its beginning is in this text.
    line_start: Option<usize>,
    /// Where the `#` begin that would end a heading.
    closing_from: usize,
    around: Surroundings,
}

impl Letter<'_> {
    fn writing(&self) -> Writing {
        let letter = self.letters[self.at];
        let undoes = letter.is_whitespace() && self.is_beside_mark();
        if undoes || (self.is_line_start() && matches!(letter, ' ' | '\t' | '\u{B}' | '\u{C}')) || letter == '\u{FEFF}'
        {
            return Writing::Reference;
        }
        let is_mark = match letter {
            '\\' => self.next().is_none_or(|next| !next.is_alphanumeric()),
            '`' | '[' => true,
            ']' => self.around.link,
            '*' => !self.is_harmless_star(),
            '_' => !self.around.lone_underscore && !self.is_inside_word(),
            '~' => !(self.around.lone_tilde && self.before().is_some() && self.next().is_some()),
            '$' => !self.around.lone_dollar,
            '<' => self.next().is_none_or(|next| !next.is_whitespace()),
            '&' => begins_reference(self.letters[self.at + 1..].iter().copied()),
            '#' => self.is_line_start() || self.begins_tag() || self.at >= self.closing_from,
            '-' | '+' | '=' | '>' | '|' | ':' if self.is_line_start() => self.begins_block(letter),
            '.' | ')' if self.ends_number() => true,
            ':' => {
                !self.around.link
                    && self.follows("//")
                    && self.before().is_none_or(|letter| letter.is_ascii_alphabetic())
            }
            '.' => !self.around.link && self.comes_after("www"),
            '@' => !self.around.link && self.is_inside_address(),
            _ => false,
        };
        if is_mark { Writing::Escaped } else { Writing::Plain }
    }

    fn before(&self) -> Option<char> {
        self.at.checked_sub(1).map(|at| self.letters[at])
    }

    fn next(&self) -> Option<char> {
        self.letters.get(self.at + 1).copied()
    }

    fn is_line_start(&self) -> bool {
        self.line_start == Some(self.at)
    }

    fn is_beside_mark(&self) -> bool {
        let last = self.at + 1 == self.letters.len();
        (self.around.after_mark && self.at == 0) || (self.around.before_mark && last)
    }

    fn follows(&self, text: &str) -> bool {
        self.letters[self.at + 1..].iter().copied().take(text.len()).eq(text.chars())
    }

    fn comes_after(&self, text: &str) -> bool {
        self.at.checked_sub(text.len()).is_some_and(|from| self.letters[from..self.at].iter().copied().eq(text.chars()))
    }

    /// A star with blanks on both sides, or the only one, is a star; at the beginning of a line it would be a list.
    fn is_harmless_star(&self) -> bool {
        // A blank at the beginning of a line or beside a mark is no blank in the source, so one more letter is asked for.
        let between = match self.letters[..self.at] {
            [.., before, ' '] => before != '\n' && self.next() == Some(' ') && self.at + 2 < self.letters.len(),
            _ => false,
        };
        (self.around.lone_star || between) && !self.is_line_start()
    }

    /// Whether an underscore stands between the letters of a word.
    fn is_inside_word(&self) -> bool {
        let is_letter = |letter: Option<char>| letter.is_some_and(is_word);
        is_letter(self.before()) && is_letter(self.next())
    }

    fn begins_tag(&self) -> bool {
        let mut name = self.letters[self.at + 1..].iter().take_while(|letter| names::is_tag_letter(**letter));
        !self.around.link && names::begins_tag(self.before()) && name.any(|letter| letter.is_alphabetic())
    }

    /// Whether a letter at the beginning of a line may begin a list, quote, rule, table or underlined heading.
    fn begins_block(&self, letter: char) -> bool {
        let next = self.next();
        match letter {
            '-' => next.is_none_or(|next| next.is_whitespace() || matches!(next, '-' | '|' | ':')),
            '+' => next.is_none_or(char::is_whitespace),
            ':' => next == Some('-'),
            _ => true,
        }
    }

    /// Whether a point or parenthesis after a number at the beginning of a line makes a list.
    fn ends_number(&self) -> bool {
        let Some(start) = self.line_start else { return false };
        let number = &self.letters[start..self.at];
        let is_number = !number.is_empty() && number.len() <= 9 && number.iter().all(char::is_ascii_digit);
        is_number && self.next().is_none_or(char::is_whitespace)
    }

    fn is_inside_address(&self) -> bool {
        let before = self
            .before()
            .is_none_or(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '+' | '-' | '_'));
        // An address may be nothing but its scheme before the sign.
        let before = before || self.comes_after("mailto:") || self.comes_after("xmpp:");
        before && self.next().is_some_and(|letter| !letter.is_whitespace())
    }
}

/// The longest name of a character reference, `&` and `;` not counted.
const LONGEST_REFERENCE: usize = 33;

/// Whether `&` before these letters begins a character reference.
fn begins_reference(letters: impl Iterator<Item = char>) -> bool {
    let mut rest =
        letters.take(LONGEST_REFERENCE).skip_while(|letter| letter.is_ascii_alphanumeric() || *letter == '#');
    rest.next() == Some(';')
}

/// Whether a text holds anything that is read as a character reference.
pub(crate) fn holds_reference(text: &str) -> bool {
    text.split('&').skip(1).any(|rest| begins_reference(rest.chars()))
}

/// Writes the destination of a link.
pub(crate) fn write_destination(url: &str, out: &mut String) {
    let bare = !url.is_empty() && !url.chars().any(|letter| letter == ' ' || letter.is_ascii_control());
    if bare {
        let marks: &[char] = if is_balanced(url) { &['<', '>'] } else { &['(', ')', '<', '>'] };
        write_raw(url, marks, out);
        return;
    }
    out.push('<');
    let blank = |letter: char| letter.is_ascii_whitespace();
    let inner = url.trim_start_matches(blank);
    write_references(&url[..url.len() - inner.len()], out);
    let middle = inner.trim_end_matches(blank);
    for (position, part) in middle.split('\n').enumerate() {
        if position > 0 {
            write_references("\n", out);
        }
        write_raw(part, &['<', '>'], out);
    }
    write_references(&inner[middle.len()..], out);
    out.push('>');
}

/// Parentheses may nest so deep in a destination.
const MAX_PARENTHESES: usize = 32;

/// Whether the parentheses of a destination need no backslash.
fn is_balanced(url: &str) -> bool {
    let depth = url.chars().try_fold(0usize, |depth, letter| match letter {
        '(' => (depth < MAX_PARENTHESES).then_some(depth + 1),
        ')' => depth.checked_sub(1),
        _ => Some(depth),
    });
    depth == Some(0)
}

/// Writes a text in which only backslashes, character references and the given marks mean anything.
pub(crate) fn write_raw(text: &str, marks: &[char], out: &mut String) {
    for (at, letter) in text.char_indices() {
        match letter {
            '&' if begins_reference(text[at + 1..].chars()) => out.push_str("&amp;"),
            '\\' => out.push_str("\\\\"),
            letter if marks.contains(&letter) => out.extend(['\\', letter]),
            letter => out.push(letter),
        }
    }
}

fn write_references(text: &str, out: &mut String) {
    for letter in text.chars() {
        out.push_str(&format!("&#{};", u32::from(letter)));
    }
}
