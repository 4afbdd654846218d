//! Values in and out, in the three types that both databases share.

use domain::{AssetId, GroupId, OffboardingId, PlatformId, StepNo, TenantId, UserId};

use crate::{Error, Result};

/// A value on its way in.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Param<'a> {
    Null,
    Int(i64),
    Text(&'a str),
    Bool(bool),
}

pub(crate) trait ToParam {
    fn to_param(&self) -> Param<'_>;
}

impl ToParam for i64 {
    fn to_param(&self) -> Param<'_> {
        Param::Int(*self)
    }
}

impl ToParam for bool {
    fn to_param(&self) -> Param<'_> {
        Param::Bool(*self)
    }
}

impl ToParam for str {
    fn to_param(&self) -> Param<'_> {
        Param::Text(self)
    }
}

impl ToParam for String {
    fn to_param(&self) -> Param<'_> {
        Param::Text(self)
    }
}

impl<T: ToParam + ?Sized> ToParam for &T {
    fn to_param(&self) -> Param<'_> {
        (**self).to_param()
    }
}

impl<T: ToParam> ToParam for Option<T> {
    fn to_param(&self) -> Param<'_> {
        self.as_ref().map_or(Param::Null, ToParam::to_param)
    }
}

/// A value on its way out.
pub(crate) trait FromColumn: Sized {
    fn from_sqlite(row: &rusqlite::Row<'_>, index: usize) -> Result<Self>;
    fn from_postgres(row: &postgres::Row, index: usize) -> Result<Self>;
}

macro_rules! plain {
    ($($type:ty),+) => {$(
        impl FromColumn for $type {
            fn from_sqlite(row: &rusqlite::Row<'_>, index: usize) -> Result<Self> {
                row.get(index).map_err(|error| Error::inconsistent(error.to_string()))
            }

            fn from_postgres(row: &postgres::Row, index: usize) -> Result<Self> {
                row.try_get(index).map_err(|error| Error::inconsistent(error.to_string()))
            }
        }
    )+};
}
plain!(i64, bool, String, Option<i64>, Option<String>);

macro_rules! numbers {
    ($($name:ident),+) => {$(
        impl ToParam for $name {
            fn to_param(&self) -> Param<'_> {
                Param::Int(self.0)
            }
        }

        impl FromColumn for $name {
            fn from_sqlite(row: &rusqlite::Row<'_>, index: usize) -> Result<Self> {
                i64::from_sqlite(row, index).map(Self)
            }

            fn from_postgres(row: &postgres::Row, index: usize) -> Result<Self> {
                i64::from_postgres(row, index).map(Self)
            }
        }
    )+};
}
numbers!(TenantId, UserId, GroupId, AssetId, PlatformId, StepNo);

impl ToParam for OffboardingId {
    fn to_param(&self) -> Param<'_> {
        Param::Text(&self.0)
    }
}

/// One row, read from the first column to the last.
pub struct Row<'r> {
    source: Source<'r>,
    column: usize,
}

enum Source<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r postgres::Row),
}

impl<'r> Row<'r> {
    pub(super) fn sqlite(row: &'r rusqlite::Row<'r>) -> Self {
        Self { source: Source::Sqlite(row), column: 0 }
    }

    pub(super) fn postgres(row: &'r postgres::Row) -> Self {
        Self { source: Source::Postgres(row), column: 0 }
    }

    /// The next column.
    pub(crate) fn take<T: FromColumn>(&mut self) -> Result<T> {
        let index = self.column;
        self.column += 1;
        match self.source {
            Source::Sqlite(row) => T::from_sqlite(row, index),
            Source::Postgres(row) => T::from_postgres(row, index),
        }
    }

    /// The next column, a word of one of the domain's enums.
    pub(crate) fn word<T: std::str::FromStr<Err = domain::Error>>(&mut self) -> Result<T> {
        self.take::<String>()?.parse().map_err(|error: domain::Error| Error::inconsistent(error.to_string()))
    }

    /// The next column as an optional number of the given kind.
    pub(crate) fn number<T>(&mut self, kind: fn(i64) -> T) -> Result<Option<T>> {
        Ok(self.take::<Option<i64>>()?.map(kind))
    }
}
