//! What is wrong with an import, by table, row and column.

use domain::Error;

/// Most problems of one table that are told at once.
pub const MAX_PROBLEMS: usize = 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Table {
    Groups,
    Users,
    Assets,
    Accounts,
}

/// One value that cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub table: Table,
    /// From 0, in the order of the rows given.
    pub row: usize,
    pub column: &'static str,
    pub value: String,
    pub message: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportError {
    /// Nothing was added.
    Problems(Vec<Problem>),
    Other(Error),
}

impl From<Error> for ImportError {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

impl From<store::Error> for ImportError {
    fn from(error: store::Error) -> Self {
        Self::Other(error.into())
    }
}

/// Gathers problems, so many of each table.
#[derive(Debug, Default)]
pub(super) struct Problems(Vec<Problem>);

impl Problems {
    pub(super) fn add(
        &mut self,
        (table, row): (Table, usize),
        column: &'static str,
        value: impl Into<String>,
        message: impl Into<String>,
    ) {
        if self.0.iter().filter(|problem| problem.table == table).count() < MAX_PROBLEMS {
            self.0.push(Problem { table, row, column, value: value.into(), message: message.into() });
        }
    }

    /// Notes the message of a check that failed.
    pub(super) fn check(
        &mut self,
        place: (Table, usize),
        column: &'static str,
        value: &str,
        checked: Result<(), Error>,
    ) {
        match checked {
            Ok(()) => {}
            Err(Error::Invalid { message, .. }) => self.add(place, column, value, message),
            Err(other) => self.add(place, column, value, other.to_string()),
        }
    }

    pub(super) fn none_or_err(self) -> Result<(), ImportError> {
        if self.0.is_empty() { Ok(()) } else { Err(ImportError::Problems(self.0)) }
    }
}
