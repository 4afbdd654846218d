//! In which order rows are found, and where in it a page begins.

use crate::db::Composed;
use crate::{Error, Result};

/// `limit` rows of an order of which no two rows share a place. Descending is the same order read backwards.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page<O> {
    pub by: O,
    pub descending: bool,
    pub at: At,
    pub limit: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum At {
    /// Behind so many rows.
    Offset(i64),
    /// Behind a row, even if it is gone: what comes and goes before it moves nothing.
    After(Key),
}

impl Default for At {
    fn default() -> Self {
        Self::Offset(0)
    }
}

/// Where a row is in an order: see [`super::UserOrder::key`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    pub value: KeyValue,
    /// The row's number, which decides between equal values.
    pub number: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyValue {
    None,
    Text(String),
    Millis(i64),
}

/// What an order is made of, in columns.
#[derive(Clone, Copy)]
pub enum Sort {
    Number,
    Millis(&'static str),
    Text(&'static str),
    /// A text that no two of the rows share.
    Unique(&'static str),
    /// Unique, but not every row has one.
    ExternalId,
}

impl<O: Copy + Into<Sort>> Page<O> {
    /// Writes what follows the conditions of a statement.
    pub(super) fn write(&self, sql: &mut Composed) -> Result<()> {
        let sort: Sort = self.by.into();
        let mut offset = 0;
        match &self.at {
            At::Offset(rows) => offset = (*rows).max(0),
            At::After(key) => {
                sql.push(" AND ");
                sort.write_after(key, self.descending, sql)?;
            }
        }
        sql.push(" ORDER BY ");
        sql.separated(", ", sort.columns(), |sql, column| {
            sql.push(column).push(if self.descending { " DESC" } else { "" });
        });
        sql.push(" LIMIT ").bind(self.limit.max(0)).push(" OFFSET ").bind(offset);
        Ok(())
    }
}

impl Sort {
    fn columns(self) -> Vec<&'static str> {
        match self {
            Self::Number => vec!["id"],
            Self::Millis(column) | Self::Text(column) => vec![column, "id"],
            Self::Unique(column) => vec![column],
            // Of its own accord each of the two databases puts NULL at another end.
            Self::ExternalId => vec!["external_id IS NULL", "external_id", "id"],
        }
    }

    /// Writes a test whether a row comes behind `key`.
    fn write_after(self, key: &Key, descending: bool, sql: &mut Composed) -> Result<()> {
        let beyond = if descending { " < " } else { " > " };
        match (self, &key.value) {
            (Self::Number, KeyValue::None) => sql.push("id").push(beyond).bind(key.number),
            (Self::Unique(column), KeyValue::Text(text)) => sql.push(column).push(beyond).bind(text.clone()),
            (Self::Text(column), KeyValue::Text(text)) => {
                sql.push("(").push(column).push(", id)").push(beyond);
                sql.push("(").bind(text.clone()).push(", ").bind(key.number).push(")")
            }
            (Self::Millis(column), KeyValue::Millis(ms)) => {
                sql.push("(").push(column).push(", id)").push(beyond);
                sql.push("(").bind(*ms).push(", ").bind(key.number).push(")")
            }
            (Self::ExternalId, KeyValue::Text(text)) if descending => {
                sql.push("external_id < ").bind(text.clone())
            }
            (Self::ExternalId, KeyValue::Text(text)) => {
                sql.push("(external_id IS NULL OR external_id > ").bind(text.clone()).push(")")
            }
            (Self::ExternalId, KeyValue::None) if descending => {
                sql.push("(external_id IS NOT NULL OR id < ").bind(key.number).push(")")
            }
            (Self::ExternalId, KeyValue::None) => sql.push("external_id IS NULL AND id > ").bind(key.number),
            _ => return Err(Error::Unfit("the key is of another order")),
        };
        Ok(())
    }
}
