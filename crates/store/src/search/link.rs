//! Questions to what rows refer to, through a column or through another table.

use super::drive::Reach;
use super::text::{Comparison, Text, TextColumn};
use crate::db::Composed;

/// What is asked of a reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// To the row of this guid, whatever became of it.
    To(String),
    Present,
}

/// The two ways along a reference; each fragment ends where a test of the guid at its end follows.
pub(super) struct Reference {
    /// `EXISTS (…`, from a row of the table.
    pub(super) exists: &'static str,
    /// `SELECT … AS hit …`, back from the guid.
    pub(super) hits: &'static str,
    pub(super) guid: TextColumn,
}

impl Reference {
    pub(super) fn test(&self, link: &Link, sql: &mut Composed) {
        sql.push(self.exists);
        self.guid.test(&link.asked(), sql);
        sql.push(")");
    }

    pub(super) fn hits(&self, link: &Link, sql: &mut Composed) {
        sql.push(self.hits);
        self.guid.test(&link.asked(), sql);
    }
}

impl Link {
    /// What it asks of the guid.
    fn asked(&self) -> Text {
        match self {
            Self::To(guid) => Text::Compares(Comparison::Equal, guid.clone()),
            Self::Present => Text::Present,
        }
    }

    pub(super) fn reach(&self) -> Option<Reach> {
        self.asked().reach(Reach::Few)
    }
}
