//! What is wrong with an input: every problem at once, each with its exact path, in the contract's message style (spec/01 §6).

use std::fmt;

/// One step of a path into a JSON document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// A member of an object.
    Key(String),
    /// An element of an array, from 0.
    Index(usize),
}

/// Where in a document something stands; empty for the document itself. Displayed like `blocks[0].tokens[1]` or
/// `blocks["b1c2-…"][0]`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Path(pub Vec<Step>);

impl Path {
    /// The path made of these object keys.
    #[must_use]
    pub fn keys(keys: &[&str]) -> Self {
        Self(keys.iter().map(|key| Step::Key((*key).to_owned())).collect())
    }

    /// How many letters its keys have together.
    pub(crate) fn letters(&self) -> usize {
        let letters = |step: &Step| match step {
            Step::Key(key) => key.len(),
            Step::Index(_) => 0,
        };
        self.0.iter().map(letters).sum()
    }

    /// This path, one array element further.
    #[must_use]
    pub fn index(mut self, index: usize) -> Self {
        self.0.push(Step::Index(index));
        self
    }

    /// This path, one object key further.
    #[must_use]
    pub fn key(mut self, key: &str) -> Self {
        self.0.push(Step::Key(key.to_owned()));
        self
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) if key.is_empty() || !key.chars().all(is_word) => {
                    write!(f, "[{}]", serde_json::Value::from(key.as_str()))?;
                }
                Step::Key(key) if position == 0 => f.write_str(key)?,
                Step::Key(key) => write!(f, ".{key}")?,
            }
        }
        Ok(())
    }
}

fn is_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_' || letter == '$'
}

/// One thing wrong with an input.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// Where it is; empty when it concerns the whole.
    pub path: Path,
    /// What it is, for the person who reads the answer.
    pub message: String,
}

impl Problem {
    /// A problem at a path.
    pub fn new(path: Path, message: impl Into<String>) -> Self {
        Self { path, message: message.into() }
    }
}

/// How many problems a message lists before it only counts the rest.
const SHOWN: usize = 50;

/// How many problems are kept before they are only counted: a large body could have millions, each with its path.
const KEPT: usize = 1_000;

/// No more are kept once their paths have so many letters together: a key may have millions.
const LETTERS: usize = 256 * 1024;

/// Everything wrong with an input. Displayed as the contract does: `✖ what`, then `  → at path` where there is one, the
/// shortest paths first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Problems {
    found: Vec<Problem>,
    more: usize,
    letters: usize,
}

impl Problems {
    /// Adds one.
    pub fn push(&mut self, problem: Problem) {
        if self.found.len() < KEPT && self.letters <= LETTERS {
            self.letters += problem.path.letters();
            self.found.push(problem);
        } else {
            self.more += 1;
        }
    }

    /// Adds so many that are only counted.
    pub fn count_more(&mut self, more: usize) {
        self.more += more;
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// All of them, in the order found; of more than a thousand the first thousand.
    #[must_use]
    pub fn all(&self) -> &[Problem] {
        &self.found
    }

    /// `value` when nothing is wrong, else the problems.
    pub fn check<T>(self, value: T) -> Result<T, Self> {
        if self.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self { letters: problem.path.letters(), found: vec![problem], more: 0 }
    }
}

impl Extend<Problem> for Problems {
    fn extend<I: IntoIterator<Item = Problem>>(&mut self, problems: I) {
        problems.into_iter().for_each(|problem| self.push(problem));
    }
}

impl IntoIterator for Problems {
    type Item = Problem;
    type IntoIter = std::vec::IntoIter<Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.found.into_iter()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut sorted: Vec<_> = self.found.iter().collect();
        sorted.sort_by_key(|problem| problem.path.0.len());
        for (position, problem) in sorted.iter().take(SHOWN).enumerate() {
            let separator = if position == 0 { "" } else { "\n" };
            write!(f, "{separator}✖ {}", problem.message)?;
            if !problem.path.0.is_empty() {
                write!(f, "\n  → at {}", problem.path)?;
            }
        }
        let rest = sorted.len().saturating_sub(SHOWN) + self.more;
        if rest > 0 {
            write!(f, "\n✖ {rest} more problems")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_read_like_the_contracts() {
        let mut problems = Problems::default();
        problems.push(Problem::new(Path::keys(&["blocks", "b1-c2"]).index(0).key("type"), "Invalid input"));
        problems.push(Problem::new(Path::default(), "Provide exactly one of `blocks` or `markdown`."));
        problems.push(Problem::new(Path::keys(&["title"]), "Invalid input: expected string, received number"));
        assert_eq!(
            problems.to_string(),
            "✖ Provide exactly one of `blocks` or `markdown`.\n\
             ✖ Invalid input: expected string, received number\n  → at title\n\
             ✖ Invalid input\n  → at blocks[\"b1-c2\"][0].type"
        );
    }
}
