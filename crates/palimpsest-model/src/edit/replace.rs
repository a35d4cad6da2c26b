//! Replacing text inside a block, across the runs it is made of.

use std::ops::Range;

use super::{EditError, find_mut};
use crate::block::Content;
use crate::id::BlockId;
use crate::object::Object;
use crate::token::Token;

/// Which of the places where a text stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Occurrence {
    /// The only one there is.
    Only,
    /// One of them, counted from 1.
    Nth(usize),
    /// All of them, also when there is none.
    All,
}

/// A text to be found, and what shall stand in its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Replacement {
    /// What is looked for; nothing is found nowhere.
    pub find: String,
    /// What shall stand there.
    pub replace: String,
    /// Where.
    pub occurrence: Occurrence,
}

/// Replaces a text that a block says. Places do not overlap; they are found from left to right in what the tokens say together.
/// The replacement looks like the first letter it replaces, and leads where that leads; everything around it stays as it is.
/// `room` is by how many bytes the text may grow, less what it grew. After an error nothing has changed.
pub fn replace_text(
    object: &mut Object,
    id: BlockId,
    replacement: &Replacement,
    room: &mut usize,
) -> Result<(), EditError> {
    let block = object.blocks.values_mut().find_map(|list| find_mut(list, id)).ok_or(EditError::UnknownBlock(id))?;
    match &mut block.content {
        Content::Text(content) => {
            let text: String = content.tokens.iter().map(Token::text).collect();
            let places = replacement.places(&text, room)?;
            if !places.is_empty() {
                let tokens = std::mem::take(&mut content.tokens);
                content.tokens = replaced_in_tokens(tokens, &places, &replacement.replace);
            }
        }
        Content::Code { text, .. } | Content::Math { text, .. } => {
            let places = replacement.places(text, room)?;
            *text = replaced(text, 0, &places, &replacement.replace);
        }
        other => return Err(EditError::NoText(other.kind())),
    }
    Ok(())
}

impl Replacement {
    /// The places to be replaced, in order. They take what they need of the room.
    fn places(&self, text: &str, room: &mut usize) -> Result<Vec<Range<usize>>, EditError> {
        let length = self.find.len();
        let found = || text.match_indices(&self.find).filter(|_| length > 0).map(|(start, _)| start..start + length);
        let places: Vec<_> = match self.occurrence {
            Occurrence::All => found().collect(),
            Occurrence::Only => {
                let all: Vec<_> = found().collect();
                if all.len() != 1 {
                    return Err(EditError::NotOnce(all.len()));
                }
                all
            }
            Occurrence::Nth(wanted) => {
                let place = wanted.checked_sub(1).and_then(|index| found().nth(index));
                vec![place.ok_or_else(|| EditError::TooFew { found: found().count(), wanted })?]
            }
        };
        let growth = self.replace.len().saturating_sub(length).saturating_mul(places.len());
        *room = room.checked_sub(growth).ok_or(EditError::TooLong)?;
        Ok(places)
    }
}

/// The tokens with the places of their common text replaced. A token that loses all its text goes; one that had none stays.
fn replaced_in_tokens(tokens: Vec<Token>, places: &[Range<usize>], replacement: &str) -> Vec<Token> {
    let mut start = 0;
    let mut first = 0;
    let mut kept = Vec::with_capacity(tokens.len());
    for mut token in tokens {
        let end = start + token.text().len();
        first += places[first..].iter().take_while(|place| place.end <= start).count();
        let touching = places[first..].iter().take_while(|place| place.start < end).count();
        let text = replaced(token.text(), start, &places[first..first + touching], replacement);
        if !text.is_empty() || start == end {
            *token.text_mut() = text;
            kept.push(token);
        }
        start = end;
    }
    kept
}

/// A piece of a text, which begins at `start`, with the places that touch it replaced. What replaces a place goes to the piece
/// where that begins.
fn replaced(piece: &str, start: usize, places: &[Range<usize>], replacement: &str) -> String {
    let mut text = String::with_capacity(piece.len());
    let mut from = 0;
    for place in places {
        if place.start >= start {
            text.push_str(&piece[from..place.start - start]);
            text.push_str(replacement);
        }
        from = (place.end - start).min(piece.len());
    }
    text.push_str(&piece[from..]);
    text
}
