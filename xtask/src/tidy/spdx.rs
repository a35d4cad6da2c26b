//! SPDX licence expressions: `(MIT OR Apache-2.0) AND Unicode-3.0`. `AND` binds tighter than `OR`; a licence with its
//! exception (`WITH`) is one name. The old `MIT/Apache-2.0` of early crates means `OR`.

use std::collections::BTreeSet;
use std::iter::Peekable;
use std::vec::IntoIter;

use anyhow::{Result, bail};

/// Whether somebody to whom only the `allowed` licences are open may use what has this licence.
pub(super) fn satisfied(expression: &str, allowed: &BTreeSet<String>) -> Result<bool> {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let tokens: Vec<String> = spaced.split_whitespace().map(str::to_owned).collect();
    let mut reader = Reader { tokens: tokens.into_iter().peekable(), allowed };
    let verdict = reader.any_of()?;
    match reader.tokens.next() {
        None => Ok(verdict),
        Some(token) => bail!("`{token}` is too much"),
    }
}

struct Reader<'a> {
    tokens: Peekable<IntoIter<String>>,
    allowed: &'a BTreeSet<String>,
}

impl Reader<'_> {
    /// The whole text is read whatever its beginning says, so that a malformed end is always told.
    fn any_of(&mut self) -> Result<bool> {
        let mut verdict = self.all_of()?;
        while self.takes("OR") {
            verdict |= self.all_of()?;
        }
        Ok(verdict)
    }

    fn all_of(&mut self) -> Result<bool> {
        let mut verdict = self.one()?;
        while self.takes("AND") {
            verdict &= self.one()?;
        }
        Ok(verdict)
    }

    fn one(&mut self) -> Result<bool> {
        if self.takes("(") {
            let verdict = self.any_of()?;
            return if self.takes(")") { Ok(verdict) } else { bail!("a parenthesis is not closed") };
        }
        let mut licence = self.name()?;
        if self.takes("WITH") {
            licence = format!("{licence} WITH {}", self.name()?);
        }
        Ok(self.allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(&licence)))
    }

    fn name(&mut self) -> Result<String> {
        match self.tokens.next() {
            Some(token) if !["(", ")", "OR", "AND", "WITH"].contains(&token.as_str()) => Ok(token),
            Some(token) => bail!("`{token}` stands where a licence is expected"),
            None => bail!("a licence is expected at the end"),
        }
    }

    fn takes(&mut self, wanted: &str) -> bool {
        self.tokens.next_if(|token| token == wanted).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expression: &str, expected: Option<bool>) {
        let allowed = ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "Unicode-3.0"].map(str::to_owned).into();
        assert_eq!(satisfied(expression, &allowed).ok(), expected, "{expression}");
    }

    #[test]
    fn one_allowed_alternative_is_enough() {
        check("MIT", Some(true));
        check("mit", Some(true));
        check("GPL-3.0-only", Some(false));
        check("GPL-3.0-only OR MIT", Some(true));
        check("MIT/Apache-2.0", Some(true));
        check("GPL-3.0-only/LGPL-2.1", Some(false));
    }

    #[test]
    fn every_part_of_a_conjunction_counts() {
        check("MIT AND Unicode-3.0", Some(true));
        check("MIT AND GPL-3.0-only", Some(false));
        check("(MIT OR Apache-2.0) AND Unicode-3.0", Some(true));
        check("(MIT OR Apache-2.0) AND BSD-4-Clause", Some(false));
        check("((MIT))", Some(true));
    }

    #[test]
    fn and_binds_tighter_than_or() {
        check("MIT OR GPL-3.0-only AND BSD-4-Clause", Some(true));
        check("BSD-4-Clause AND MIT OR Apache-2.0", Some(true));
        check("BSD-4-Clause AND (MIT OR Apache-2.0)", Some(false));
    }

    #[test]
    fn an_exception_belongs_to_its_licence() {
        check("Apache-2.0 WITH LLVM-exception", Some(true));
        check("Apache-2.0 WITH LLVM-exception OR GPL-3.0-only", Some(true));
        check("MIT WITH LLVM-exception", Some(false));
        check("GPL-2.0-only WITH Classpath-exception-2.0 OR MIT", Some(true));
    }

    #[test]
    fn malformed_expressions_are_errors_not_verdicts() {
        for text in ["", "MIT OR", "AND MIT", "(MIT", "MIT)", "MIT Apache-2.0", "MIT WITH", "()", "MIT WITH (MIT)"] {
            check(text, None);
        }
    }
}
