//! Questions to columns of text, and comparisons.

use domain::{NameKey, text};

use super::drive::Reach;
use crate::db::Composed;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Equal,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

impl Comparison {
    /// Writes the comparison of a number that every row has.
    pub(super) fn test(self, column: &'static str, number: i64, sql: &mut Composed) {
        sql.push(column).push(self.operator()).bind(number);
    }

    const fn operator(self) -> &'static str {
        match self {
            Self::Equal => " = ",
            Self::Greater => " > ",
            Self::GreaterOrEqual => " >= ",
            Self::Less => " < ",
            Self::LessOrEqual => " <= ",
        }
    }
}

/// What is asked of a text, in the client's own letters: they are folded as the column is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    /// In the order of bytes.
    Compares(Comparison, String),
    StartsWith(String),
    Present,
}

/// How a column is folded.
#[derive(Clone, Copy)]
pub(super) enum Fold {
    Exact,
    Case,
    Name,
}

pub(super) struct TextColumn {
    pub(super) name: &'static str,
    /// The test whether a row has a value.
    pub(super) present: &'static str,
    pub(super) fold: Fold,
}

impl TextColumn {
    pub(super) fn test(&self, asked: &Text, sql: &mut Composed) {
        let Some(bounds) = self.bounds(asked) else {
            sql.push("FALSE");
            return;
        };
        sql.push("(").push(self.present);
        for (comparison, bound) in bounds {
            sql.push(" AND ").push(self.name).push(comparison.operator()).bind(bound);
        }
        sql.push(")");
    }

    /// What all hold of the values that are asked for; `None` if no text can be one.
    fn bounds(&self, asked: &Text) -> Option<Vec<(Comparison, String)>> {
        match asked {
            Text::Present => Some(Vec::new()),
            Text::StartsWith(prefix) => {
                let start = self.fold.prefix(prefix);
                let end = text::end_of_prefix(&start).map(|end| (Comparison::Less, end));
                let start = (!start.contains('\0')).then_some((Comparison::GreaterOrEqual, start))?;
                Some(std::iter::once(start).chain(end).collect())
            }
            Text::Compares(comparison, value) => {
                without_nul(*comparison, self.fold.value(value)).map(|bound| vec![bound])
            }
        }
    }
}

/// No text of a store holds a NUL, and no bound may: whatever comes behind the text before it comes behind all of it.
fn without_nul(comparison: Comparison, mut value: String) -> Option<(Comparison, String)> {
    let Some(at) = value.find('\0') else { return Some((comparison, value)) };
    value.truncate(at);
    match comparison {
        Comparison::Equal => None,
        Comparison::Greater | Comparison::GreaterOrEqual => Some((Comparison::Greater, value)),
        Comparison::Less | Comparison::LessOrEqual => Some((Comparison::LessOrEqual, value)),
    }
}

impl Fold {
    fn value(self, value: &str) -> String {
        match self {
            Self::Exact => value.to_owned(),
            Self::Case => text::fold(value),
            Self::Name => NameKey::new(value).as_str().to_owned(),
        }
    }

    fn prefix(self, prefix: &str) -> String {
        match self {
            Self::Name => NameKey::beginning_with(prefix).start,
            Self::Exact | Self::Case => self.value(prefix),
        }
    }
}

impl Text {
    /// How far an index on the column goes, where one value leads to `equal` rows.
    pub(super) fn reach(&self, equal: Reach) -> Option<Reach> {
        match self {
            Self::Compares(Comparison::Equal, _) => Some(equal),
            Self::Compares(..) | Self::StartsWith(_) => Some(Reach::Many),
            Self::Present => None,
        }
    }
}
