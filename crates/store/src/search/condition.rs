//! Conditions: what is asked of columns, and how it is put together.

use super::term::Term;
use crate::db::Composed;
use crate::{Error, Result};

/// How deep conditions may be nested.
pub const MAX_DEPTH: usize = 32;
/// How many conditions one may be made of, itself included. SQLite takes 500 `SELECT`s of one `UNION`, and a term
/// may need two.
pub const MAX_PARTS: usize = 200;

/// True or false of each row, never unknown: what is absent meets no term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition<T> {
    All,
    None,
    Where(T),
    And(Vec<Self>),
    Or(Vec<Self>),
    Not(Box<Self>),
}

impl<T: Term> Condition<T> {
    /// Refuses what no database should be asked.
    pub(super) fn check(&self) -> Result<()> {
        match self.parts(MAX_DEPTH) {
            None => Err(Error::Unfit("conditions are nested too deep")),
            Some(parts) if parts > MAX_PARTS => Err(Error::Unfit("there are too many conditions")),
            Some(_) => Ok(()),
        }
    }

    /// How many conditions this is made of, unless it is deeper than `depth`.
    fn parts(&self, depth: usize) -> Option<usize> {
        let below = depth.checked_sub(1)?;
        Some(match self {
            Self::All | Self::None | Self::Where(_) => 1,
            Self::And(parts) | Self::Or(parts) => {
                1 + parts.iter().map(|part| part.parts(below)).sum::<Option<usize>>()?
            }
            Self::Not(part) => 1 + part.parts(below)?,
        })
    }

    /// Writes it as a test of one row.
    pub(super) fn test(&self, sql: &mut Composed) {
        match self {
            Self::And(parts) if !parts.is_empty() => Self::joined(" AND ", parts, sql),
            Self::Or(parts) if !parts.is_empty() => Self::joined(" OR ", parts, sql),
            Self::Where(term) => term.test(sql),
            Self::Not(part) => {
                sql.push("NOT (");
                part.test(sql);
                sql.push(")");
            }
            Self::All | Self::And(_) => {
                sql.push("TRUE");
            }
            Self::None | Self::Or(_) => {
                sql.push("FALSE");
            }
        }
    }

    fn joined(word: &'static str, parts: &[Self], sql: &mut Composed) {
        sql.push("(");
        sql.separated(word, parts, |sql, part| part.test(sql));
        sql.push(")");
    }
}

impl<T> From<T> for Condition<T> {
    fn from(term: T) -> Self {
        Self::Where(term)
    }
}
