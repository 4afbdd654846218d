//! What a kind of rows must say of itself to be searched.

use super::drive::Reach;
use super::order::Sort;
use crate::Result;
use crate::db::{Composed, Row};

/// A question to one column: [`super::UserTerm`] or [`super::GroupTerm`].
pub trait Term: Sized {
    type Row;
    type Order: Copy + Into<Sort>;

    const TABLE: &'static str;
    const COLUMNS: &'static str;
    /// Which rows are found at all; it ends where another test follows.
    const SHOWN: &'static str;
    /// Selects numbers as `hit`, with as much of `SHOWN` as partial indexes ask for; it ends likewise.
    const HITS: &'static str;

    fn read(row: &mut Row<'_>) -> Result<Self::Row>;

    /// Writes a test of one row of the table.
    fn test(&self, sql: &mut Composed);

    /// How far an index narrows the rows down.
    fn reach(&self) -> Option<Reach>;

    /// Writes a query that gives the numbers of all rows that pass the test as `hit`, found by an index.
    fn hits(&self, sql: &mut Composed);
}

/// [`Term::hits`] where the column itself has an index.
pub(super) fn hits_of_column<T: Term>(term: &T, sql: &mut Composed) {
    sql.push(T::HITS);
    term.test(sql);
}
